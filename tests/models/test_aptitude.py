"""Aptitude tells who can do what: one that knows meanings, one that knows words, one that knows nothing."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest

from copilot.models.aptitude import FORMS, WORDINGS, Aptitude, measure
from copilot.models.static import StaticEmbedder

MEANING = {text: i for i, row in enumerate(WORDINGS) for text in row}


class Scripted:
    """Knows the meaning of the sentences in some columns, and has one vector for all others."""

    identity = "scripted"
    dimensions = 64

    def __init__(self, columns: set[int], noise: float = 0.0) -> None:
        self._known = {row[column] for row in WORDINGS for column in columns}
        self._noise = noise

    def embed(self, texts: list[str]) -> npt.NDArray[np.float32]:
        chance = np.random.default_rng(1)
        rows = np.zeros((len(texts), 64))
        for i, text in enumerate(texts):
            rows[i, MEANING[text] if text in self._known else 63] = 1
        rows += self._noise * chance.standard_normal(rows.shape)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


KNOWS = [
    # which columns it knows (0, 1 Chinese; 2, 3 English), and what it can then do
    ({0, 1}, (1.0, 0.0, 0.0)),
    ({2, 3}, (0.0, 1.0, 0.0)),
    ({0, 1, 2, 3}, (1.0, 1.0, 1.0)),
    (set(), (0.0, 0.0, 0.0)),
]


@pytest.mark.parametrize(("columns", "hits"), KNOWS)
def test_finds_out_what_an_embedder_knows(columns: set[int], hits: tuple[float, float, float]) -> None:
    found = measure(Scripted(columns))
    assert (found.zh.hit_at_1, found.en.hit_at_1, found.cross.hit_at_1) == hits


def test_likeness_tells_the_same_from_other_things() -> None:
    skill = measure(Scripted({0, 1, 2, 3}, noise=0.05)).zh
    assert skill.likeness(0.9) > 0.9
    assert skill.likeness(0.0) < 0.1
    assert skill.likeness(0.2) < skill.likeness(0.5) < skill.likeness(0.8)


def test_likeness_of_one_that_knows_nothing_is_even() -> None:
    assert measure(Scripted(set())).zh.likeness(1.0) == pytest.approx(0.5, abs=0.05)


def test_the_static_embedder_knows_forms_of_words_and_no_meaning() -> None:
    found = measure(StaticEmbedder())
    assert found.forms.hit_at_1 > 0.9
    assert found.forms.words_hit_at_1 < 0.1
    assert max(found.zh.hit_at_1, found.en.hit_at_1, found.cross.hit_at_1) < 0.3


def test_is_kept_as_plain_values() -> None:
    found = measure(Scripted({0, 1}, noise=0.1))
    assert Aptitude.from_plain(json.loads(json.dumps(found.to_plain()))) == found


def test_every_wording_is_there_once() -> None:
    texts = [text for row in WORDINGS for text in row]
    assert len(set(texts)) == len(texts) == 4 * len(WORDINGS)
    forms = [text for row in FORMS for text in row]
    assert len(set(forms)) == len(forms) == 2 * len(FORMS)
