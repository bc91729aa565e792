"""Replies in a given shape: the shape as servers take it, and reading what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Shape = TypeVar("Shape", bound=BaseModel)

_SHOWN_FAULTS = 5
# What strict servers refuse in a schema. The reply is checked against all of it afterwards anyway.
_UNUSUAL = ("default", "title", "minLength", "maxLength", "examples")
_NAMING = ("properties", "$defs")


class Misfit(Exception):
    """A reply that is not of the shape; the message says to the model what to change."""


def described(shape: type[BaseModel], *, bounded: bool = False) -> dict[str, Any]:
    """A shape as a JSON schema: every field is asked for, and no others.

    Args:
        bounded: with how long texts may be, for servers that hold the model to it; the strict ones refuse that.
    """
    left_out = ("default", "title", "examples") if bounded else _UNUSUAL
    return _tightened(shape.model_json_schema(), left_out)


def in_words(schema: Mapping[str, Any]) -> str:
    """A JSON schema on one line, for a prompt."""
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))


def read(text: str, shape: type[Shape], restore: Callable[[str], str]) -> Shape:
    """Read a reply.

    Args:
        text: as the model wrote it; what it says around its JSON object is passed over.
        restore: puts back what was masked, in each text of the object.

    Raises:
        Misfit: there is no JSON object in it, or not of that shape.
    """
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Misfit("there is no JSON object in it")
    try:
        found = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        raise Misfit("it is not valid JSON") from None
    try:
        return shape.model_validate(restored(found, restore))
    except ValidationError as error:
        # Without the values: they are the model's, and may be long.
        told = [f"{'.'.join(map(str, fault['loc'])) or 'the object'}: {fault['msg']}" for fault in error.errors()]
        raise Misfit("; ".join(told[:_SHOWN_FAULTS])) from None


def restored(value: object, restore: Callable[[str], str]) -> object:
    """A value of JSON with each of its texts restored."""
    if isinstance(value, str):
        return restore(value)
    if isinstance(value, list):
        return [restored(item, restore) for item in value]
    if isinstance(value, dict):
        return {key: restored(item, restore) for key, item in value.items()}
    return value


def _tightened(node: Mapping[str, Any], left_out: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key in _NAMING and isinstance(value, dict):
            # Here the keys are names that we chose, not words of the schema.
            found[key] = {name: _tightened_any(item, left_out) for name, item in value.items()}
        elif key not in left_out:
            found[key] = _tightened_any(value, left_out)
    if found.get("type") == "object" and "properties" in found:
        found["additionalProperties"] = False
        found["required"] = list(found["properties"])
        # That of a class says to readers of the code what it is; those of its fields speak to the model.
        found.pop("description", None)
    return found


def _tightened_any(node: object, left_out: tuple[str, ...]) -> object:
    if isinstance(node, list):
        return [_tightened_any(item, left_out) for item in node]
    return _tightened(node, left_out) if isinstance(node, dict) else node
