"""Gathering what the gate needs to know of a question from the word index."""

from __future__ import annotations

from collections.abc import Collection

from copilot.records import SourceKind
from copilot.records.evidence import Evidence, Side
from copilot.retrieval.shelf import Shelf
from copilot.retrieval.words import WordIndex
from copilot.text.tokens import tokens

_KNOWLEDGE = (SourceKind.FAQ, SourceKind.RULE, SourceKind.DOCUMENT)
_DEPTH = 20
# Of a very long message the beginning tells what it is about; each term costs a look into the index.
_MOST_TERMS = 128


def gather(question: str, index: WordIndex, scopes: Collection[str], *, with_history: bool = True) -> Evidence:
    """Look a question's words up.

    Args:
        question: the raw text.
        index: the word index.
        scopes: where the question may be answered from: the community, and the group in which it is asked.
        with_history: whether to look at history as well.

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
    knowledge = Side(size=size, counts=tuple(counts), scores=_scores(index, terms, _KNOWLEDGE, scopes))
    if not with_history:
        return Evidence(terms=terms, knowledge=knowledge)
    texts, found = index.frequencies(Shelf.HISTORY, terms, None)
    history = Side(size=texts, counts=tuple(found), scores=_scores(index, terms, (SourceKind.HISTORY,), scopes))
    return Evidence(terms=terms, knowledge=knowledge, history=history)


def _scores(
    index: WordIndex, terms: tuple[str, ...], kinds: tuple[SourceKind, ...], scopes: Collection[str]
) -> tuple[float, ...]:
    return tuple(found.score for found in index.search_terms(terms, kinds, scopes, _DEPTH))
