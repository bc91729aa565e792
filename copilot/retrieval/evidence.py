"""Gathering what the gate needs to know of a question from the word index."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from copilot.records import SourceKind
from copilot.records.evidence import Evidence, Side
from copilot.retrieval.shelf import Found, Shelf
from copilot.retrieval.words import WordIndex
from copilot.text.tokens import tokens

_KNOWLEDGE = (SourceKind.FAQ, SourceKind.RULE, SourceKind.DOCUMENT)
_DEPTH = 20
# Of a very long message the beginning tells what it is about; each term costs a look into the index.
_MOST_TERMS = 128


def gather(
    question: str,
    index: WordIndex,
    scopes: Collection[str],
    *,
    with_history: bool = True,
    knowledge: Sequence[Found] | None = None,
    history: Sequence[Found] | None = None,
) -> Evidence:
    """Look a question's words up.

    Args:
        question: the raw text.
        index: the word index.
        scopes: where the question may be answered from: the community, and the group in which it is asked.
        with_history: whether to look at history as well.
        knowledge, history: what was found for the question, where the caller has searched already: the 20 best of each
            kind at least.

    Returns:
        Counts among the knowledge of just these scopes, and among all history: there, how common a word is hardly
        depends on the group, and counting by group would take long.

    Raises:
        BrokenFile: the index is damaged.
    """
    terms = tuple(dict.fromkeys(tokens(question)))[:_MOST_TERMS]
    size, counts = 0, [0] * len(terms)
    for shelf in (Shelf.QUESTIONS, Shelf.REFERENCE):
        texts, found = index.frequencies(shelf, terms, scopes)
        size += texts
        counts = [sum(pair) for pair in zip(counts, found, strict=True)]
    if knowledge is None:
        knowledge = index.search_terms(terms, _KNOWLEDGE, scopes, _DEPTH)
    known = Side(size=size, counts=tuple(counts), scores=_best(knowledge))
    if not with_history:
        return Evidence(terms=terms, knowledge=known)
    texts, found = index.frequencies(Shelf.HISTORY, terms, None)
    if history is None:
        history = index.search_terms(terms, (SourceKind.HISTORY,), scopes, _DEPTH)
    return Evidence(terms=terms, knowledge=known, history=Side(size=texts, counts=tuple(found), scores=_best(history)))


def _best(found: Sequence[Found]) -> tuple[float, ...]:
    return tuple(sorted((one.score for one in found), reverse=True)[:_DEPTH])
