"""Whose words a turn is made of: the admin's own, or those of a choice that a reply offered.

Choices of replies about the group repeat what members wrote: a question of theirs, a name. One click must not make that
the admin's order, so what such a choice says may look things up and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from copilot.assistant.request import Request, Tool
from copilot.records import Turn
from copilot.text.fold import folded

ACTING = frozenset({Tool.DRAFT, Tool.REWRITE, Tool.PROPOSE})
"""What writes a text for a group or hands one over: for these the words have to be the admin's own."""
# What these offer next is made by code, of the admin's words and nothing else.
_OFFERING = ACTING | {Tool.HELP}


def may_act(words: str, turns: Sequence[Turn], *, is_choice: bool = False) -> bool:
    """Whether words may have a text written or handed over.

    Args:
        words: as typed or clicked.
        turns: those before, as far as they are recalled.
        is_choice: whether the page says that it was a click. What equals a choice is one in any case.
    """
    offering = [one for one in turns if any(_is_same(words, choice) for choice in one.choices)]
    return all(one.choices_act for one in offering) and (bool(offering) or not is_choice)


def offers_acting(request: Request) -> bool:
    """Whether the choices of a reply to a request may act when they are chosen."""
    return request.tool in _OFFERING


def own_words(turns: Sequence[Turn]) -> list[str]:
    """What the admin said in turns, without what they only chose and members may have written."""
    return [one.asked for i, one in enumerate(turns) if may_act(one.asked, turns[:i])]


def _is_same(one: str, other: str) -> bool:
    return folded(one).split() == folded(other).split()
