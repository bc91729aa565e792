"""What is asked of a chat model, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from copilot.records.model import Outcome, Purpose

FIRST_SECONDS, SECONDS = 30.0, 90.0
"""How long somebody who sees that it works waits for the first words, and for all of them."""

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked of the model.

    Args:
        prompt: the name of a prompt. `variables`: its values. `language`: "zh" or "en".
        purpose: what it is for; `community_id`, `group_id` and `account_id`: for whom.
        max_tokens: the most that it may say, where the prompt's file says nothing else.
        first_seconds, seconds: how long its first words, and all of them, may take, with every attempt.
    """

    prompt: str
    variables: Mapping[str, object]
    language: str
    purpose: Purpose
    community_id: int | None = None
    group_id: int | None = None
    account_id: int | None = None
    max_tokens: int = 600
    first_seconds: float = FIRST_SECONDS
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Worded:
    """A text, and whether the model wrote it or the prompt's fallback stands in."""

    text: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Judged(Generic[Shape]):
    """A value of the shape that was asked for, and whether the model gave it or the prompt's default stands in."""

    value: Shape
    outcome: Outcome
