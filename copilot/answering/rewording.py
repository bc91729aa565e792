"""Which of the wordings that a model thought of may stand for an FAQ entry's question."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from copilot.answering.content import comparable, content, coverage
from copilot.answering.planted import speaks_to_machine
from copilot.answering.quantities import covers, quantities
from copilot.records import FaqEntry
from copilot.text.fold import folded
from copilot.text.language import language

MOST = 8
_LONGEST = 120
# A wording in the entry's language shares at least this much with what the entry says.
_RELATED = 0.25


def print_of(wording: str) -> str:
    """What makes a wording the same as another: its letters and digits."""
    return "".join(char for char in folded(wording) if char.isalnum())


def fitting(entry: FaqEntry, wordings: Iterable[str], others: Collection[str]) -> list[str]:
    """Choose the wordings that ask what an entry answers.

    Args:
        entry: the entry with what people wrote.
        wordings: as the model wrote them.
        others: prints of the wordings of other entries, which keep them.

    Returns:
        At most `MOST`, in their order: short, new, about the same, with no numbers but the question's.
    """
    known = {print_of(one) for one in (entry.question, *entry.variants)} | set(others)
    numbers = [one for text in (entry.question, *entry.variants) for one in quantities(text)]
    told = comparable("\n".join((entry.question, *entry.variants, entry.answer)))
    kept: list[str] = []
    for wording in wordings:
        plain = " ".join(wording.split())
        key = print_of(plain)
        if not key or len(plain) > _LONGEST or key in known or speaks_to_machine(plain):
            continue
        if not all(covers(numbers, one) for one in quantities(plain)):
            continue
        same_language = language(plain) == language(entry.question)
        if same_language and coverage(content(plain), told) < _RELATED:
            continue
        known.add(key)
        kept.append(plain)
    return kept[:MOST]
