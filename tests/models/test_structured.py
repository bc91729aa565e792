"""Shapes as servers take them, and reading replies: every fault is told to the model, and none of its values."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from copilot.models.structured import Misfit, described, in_words, read


class Part(BaseModel):
    """Not told to anybody."""

    title: str = Field(max_length=10)
    default: int = 3


class Whole(BaseModel):
    """Not told to anybody."""

    kind: Literal["a", "b"]
    parts: list[Part] = Field(default_factory=list, max_length=2)


def test_a_shape_is_strict_all_the_way_down() -> None:
    schema = described(Whole)
    part = schema["$defs"]["Part"]
    # Fields that are called like words of the language of schemas are fields.
    assert part["properties"] == {"title": {"type": "string"}, "default": {"type": "integer"}}
    assert (part["required"], part["additionalProperties"]) == (["title", "default"], False)
    assert (schema["required"], schema["additionalProperties"]) == (["kind", "parts"], False)
    assert schema["properties"]["parts"]["maxItems"] == 2
    assert "Not told" not in in_words(schema)


def test_a_server_that_holds_a_model_to_it_is_told_how_long_texts_may_be() -> None:
    assert described(Whole, bounded=True)["$defs"]["Part"]["properties"]["title"] == {"type": "string", "maxLength": 10}


READ = [
    '{"kind": "a"}',
    'Here it is: {"kind": "a", "parts": []} I hope that helps!',
    '```json\n{"kind": "a"}\n```',
]


@pytest.mark.parametrize("text", READ)
def test_an_object_is_found_in_a_reply(text: str) -> None:
    assert read(text, Whole, str).kind == "a"


MISFITS = [
    # a reply, what the model is told
    ("no", "no JSON object"),
    ("}{", "no JSON object"),
    ('{"kind": "a"', "no JSON object"),
    ('{"kind": "a" "parts"}', "not valid JSON"),
    ('{"kind": "geheim"}', "kind: Input should be 'a' or 'b'"),
    ('{"kind": "a", "parts": [{"title": "geheimgeheim"}]}', "parts.0.title: String should have at most 10"),
    ('{"kind": "a", "parts": [{"title": "x"}, {"title": "x"}, {"title": "x"}]}', "parts: List should have at most 2"),
]


@pytest.mark.parametrize(("text", "told"), MISFITS)
def test_what_does_not_fit_is_told(text: str, told: str) -> None:
    with pytest.raises(Misfit) as misfit:
        read(text, Whole, str)
    assert told in str(misfit.value)
    assert "geheim" not in str(misfit.value)
    assert misfit.value.__cause__ is None


def test_texts_are_restored_before_they_are_checked() -> None:
    with pytest.raises(Misfit):
        read('{"kind": "a", "parts": [{"title": "P"}]}', Whole, lambda text: text.replace("P", "x" * 11))
    assert read('{"kind": "X", "parts": []}', Whole, lambda text: text.replace("X", "b")).kind == "b"
