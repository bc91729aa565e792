"""What a place knows, for texts that are written for it: its rules, and what its FAQ and documents say of a topic."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from copilot.answering.content import comparable, content, coverage
from copilot.records import Citation, Hit, Rule, SourceKind
from copilot.retrieval.retriever import Retriever
from copilot.services.histories import History
from copilot.store import Store, knowledge

# A fact holds this share of what the topic says.
_ABOUT = 0.5


class Consulting:
    """The use case of looking up what is known.

    Args:
        store: where the rules are.
        retriever: finds what is known of a topic.
    """

    def __init__(self, store: Store, retriever: Retriever) -> None:
        self._store = store
        self._retriever = retriever

    def rules(self, history: History) -> list[Rule]:
        """The rules that hold in a place, the community's before those of its groups, by their numbers."""
        with self._store.read() as connection:
            levels: list[int | None] = [None, *history.group_ids]
            found = [rule for level in levels for rule in knowledge.own(connection, Rule, history.community.id, level)]
        return sorted(found, key=lambda one: (one.group_id is not None, one.group_id or 0, one.number))

    def facts(self, history: History, topic: str, today: date, limit: int) -> Sequence[tuple[Citation, str]]:
        """What the FAQ and the documents say of a topic, best first, each with the words.

        Args:
            today: entries that expired before are left out.

        Raises:
            Busy: the index is being built.
        """
        language = history.profile.language or "zh"
        found = self._retriever.retrieve(topic, history.community.id, history.group_ids, language=language)
        asked = content(topic, found.rarity)
        facts: list[tuple[float, Hit, str]] = []
        for hit, entry in found.faq:
            if entry.expires_on is None or entry.expires_on >= today:
                facts.append((coverage(asked, comparable(f"{entry.question}\n{entry.answer}")), hit, entry.answer))
        for hit in found.references:
            if hit.passage.source.kind is SourceKind.DOCUMENT:
                words = hit.passage.texts[0]
                facts.append((coverage(asked, comparable(f"{hit.passage.title}\n{words}")), hit, words))
        facts.sort(key=lambda one: -one[0])
        return [
            (Citation(source=hit.passage.source, title=hit.passage.title, words=words), words)
            for share, hit, words in facts[:limit]
            if share >= _ABOUT
        ]
