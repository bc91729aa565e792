"""Entries that ask much the same as one that is being written and is not saved yet."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from copilot.records import FaqEntry
from copilot.text.tokens import tokens

# From this share on two wordings count as alike: the samples' entries, which all differ, are then rarely called so.
ALIKE = 0.5


def entries_like(wordings: Iterable[str], entries: Sequence[FaqEntry], *, limit: int = 3) -> list[FaqEntry]:
    """Find the entries that ask much the same as some wordings.

    Likeness is the share of the words that two wordings have in common (Dice's coefficient), each word weighted by
    how rare it is among the entries.

    Args:
        wordings: the question and its variants, as typed.
        entries: what is there.
        limit: the most entries to return.

    Returns:
        The entries, the most alike first.
    """
    there = [[set(tokens(wording)) for wording in (entry.question, *entry.variants)] for entry in entries]
    counts = Counter(term for entry in there for term in set().union(*entry))
    weights = {term: math.log(1 + len(entries) / count) for term, count in counts.items()}
    # What no entry holds counts as if one did.
    rarest = math.log(1 + len(entries))

    def weight(terms: set[str]) -> float:
        return sum(weights.get(term, rarest) for term in terms)

    asked = [terms for terms in (set(tokens(wording)) for wording in wordings) if terms]
    found = []
    for entry, its in zip(entries, there, strict=True):
        best = max(
            (
                2 * weight(mine & theirs) / (weight(mine) + weight(theirs))
                for mine in asked
                for theirs in its
                if mine & theirs
            ),
            default=0.0,
        )
        if best >= ALIKE:
            found.append((best, entry))
    return [entry for _, entry in sorted(found, key=lambda one: (-one[0], one[1].id))[:limit]]
