"""Stretches of a text that tell who somebody is, and the kinds of them."""

from __future__ import annotations

from typing import Final, NamedTuple

PHONE: Final = "PHONE"
CHAT: Final = "CHAT"
EMAIL: Final = "EMAIL"
ID: Final = "ID"
CARD: Final = "CARD"
PLATE: Final = "PLATE"
ADDRESS: Final = "ADDRESS"
NAME: Final = "NAME"
KINDS: Final = (PHONE, CHAT, EMAIL, ID, CARD, PLATE, ADDRESS, NAME)
"""What a placeholder says of what it stands for; CHAT is an id of a messenger, ID one of an identity paper."""


class Span(NamedTuple):
    """A stretch of a text and what it is, one of `KINDS`."""

    start: int
    end: int
    kind: str


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())
