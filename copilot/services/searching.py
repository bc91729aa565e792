"""Looking through history: what was said about something, by whom, when; and a conversation read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from copilot.analytics.spoken import told
from copilot.analytics.stretches import Stretch
from copilot.answering.content import comparable, content, coverage, stem
from copilot.errors import BrokenFile, NotFound
from copilot.records import Message, SourceKind
from copilot.retrieval.keys import parse, scope_of
from copilot.retrieval.retriever import Retriever
from copilot.services.histories import History
from copilot.store import Connection, Store, figures, threads
from copilot.text.tokens import tokens

# So many threads are looked at for their words; those of a stretch of time are picked among more.
DEPTH = 200
_DEPTH_DURING = 1500
# A thread is about a topic if it holds this share of what the topic says, a line if it holds this share by itself.
ABOUT = 0.6
_LINE_ABOUT = 0.5
_MOST_LINES = 60
_WINDOWS = (timedelta(days=7), timedelta(days=30), timedelta(days=120))
_ENOUGH = 5
_ENDINGS = ("", "s", "e", "es", "ed", "ing", "er")
_SHORTEST_ENDING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTalk:
    """A thread that is about a topic.

    Args:
        about: how much of what the topic says it holds, 0 to 1.
        messages: the whole thread, in order.
        lines: those of its messages that speak of the topic themselves, the most telling first.
    """

    thread_id: int
    about: float
    messages: tuple[Message, ...]
    lines: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member who was asked for by name."""

    member_id: int
    group_id: int
    name: str


class Searching:
    """The use case of looking through history.

    Args:
        store: where messages and threads are.
        retriever: holds the word index.
    """

    def __init__(self, store: Store, retriever: Retriever) -> None:
        self._store = store
        self._retriever = retriever

    def rarity(self) -> Callable[[str], float]:
        """How rare a term is among all that is indexed, from 0 to 1.

        Raises:
            Busy: the index is being built.
        """
        try:
            found = self._retriever.index().rarity()
        except (BrokenFile, NotFound) as error:
            raise self._retriever.damaged() from error

        def rare(term: str) -> float:
            try:
                return found(term)
            except BrokenFile as error:
                raise self._retriever.damaged() from error

        return rare

    def about(self, topic: str) -> Callable[[str], float]:
        """How much of what a topic says a text holds, 0 to 1.

        Raises:
            Busy: the index is being built.
        """
        asked = content(topic, self.rarity())
        return lambda text: coverage(asked, comparable(text))

    def threads(
        self, history: History, topic: str, *, stretch: Stretch | None = None, most: int = 30, by: Sequence[Person] = ()
    ) -> list[FoundTalk]:
        """The threads about a topic, those that are most about it first, the later ones first among equals.

        Args:
            history: where to look.
            topic: in words.
            stretch: only threads that lie in it, at least in part.
            most: how many threads are read at the most.
            by: only threads in which one of these wrote.

        Raises:
            Busy: the index is being built.
        """
        rarity = self.rarity()
        asked = content(topic, rarity)
        if asked.empty or not history.groups:
            return []
        found = self._search(topic, history, _DEPTH_DURING if stretch is not None or by else DEPTH)
        with self._store.read() as connection:
            rows = threads.some(connection, [parse(key)[1] for key in found])
            wanted = [
                row.id
                for key in found
                if (row := rows.get(parse(key)[1])) is not None
                and (stretch is None or (row.last_at >= stretch.starts_at and row.first_at < stretch.ends_at))
            ]
            talks = threads.talks(connection, wanted[: most * (4 if by else 1)])
        people = {one.member_id for one in by}
        kept: list[FoundTalk] = []
        for thread_id in wanted:
            talk = talks.get(thread_id, ())
            if people and not any(one.member_id in people for one in talk):
                continue
            about = coverage(asked, comparable("\n".join(one.text for one in talk)))
            if about < ABOUT:
                continue
            scored = [(coverage(asked, comparable(told(one))), one) for one in talk]
            lines = sorted(
                ((share, one) for share, one in scored if share >= _LINE_ABOUT * about),
                key=lambda pair: (-pair[0], pair[1].id),
            )
            kept.append(
                FoundTalk(
                    thread_id=thread_id, about=about, messages=talk, lines=tuple(one for _, one in lines) or talk[:1]
                )
            )
        kept.sort(key=lambda one: (-round(one.about, 1), -one.messages[-1].sent_at.timestamp()))
        return kept[:most]

    def people(self, history: History, name: str) -> list[Person]:
        """The members with a name, or whose name holds it, whole matches alone where there are any."""
        with self._store.read() as connection:
            found = [
                Person(member_id=member_id, group_id=group_id, name=shown)
                for group_id in history.group_ids
                for member_id, shown in figures.named(connection, group_id, name)
            ]
        whole = [one for one in found if one.name.casefold() == name.strip().casefold()]
        return whole or found

    def said_by(self, history: History, people: Sequence[Person], stretch: Stretch | None) -> list[Message]:
        """What some members wrote, in order: in a stretch of time, else lately. At most 60 messages.

        "Lately" is the last week of the history, or more of it, up to four months, until there are five messages; of
        somebody who has been silent for longer, what came in last.
        """
        with self._store.read() as connection:
            if stretch is not None:
                return self._wrote(connection, people, stretch)
            last = history.last_at
            if last is None:
                return []
            found: list[Message] = []
            for window in _WINDOWS:
                recent = Stretch(starts_at=last - window, ends_at=last + timedelta(microseconds=1))
                found = self._wrote(connection, people, recent)
                if len(found) >= _ENOUGH:
                    return found
            return found or figures.came_last(connection, [one.member_id for one in people], limit=_MOST_LINES)

    def read(self, history: History, thread_id: int) -> tuple[Message, ...]:
        """A conversation whole, at most 20 messages in order; the id of any of its messages names it.

        Raises:
            NotFound: it is not there, or in another place.
        """
        with self._store.read() as connection:
            placed = threads.places(connection, [thread_id]).get(thread_id)
            wanted = placed.thread_id if placed is not None else thread_id
            talk = threads.talks(connection, [wanted]).get(wanted, ())
            if not talk or talk[0].group_id not in history.group_ids:
                # Who may not see a group is not told either which conversations it holds.
                raise NotFound(f"there is no conversation {thread_id}; it may have been removed meanwhile")
        return talk

    def _search(self, topic: str, history: History, depth: int) -> list[str]:
        scopes = [scope_of(history.community.id, one) for one in history.group_ids]
        try:
            found = self._retriever.index().search_terms(_forms(topic), [SourceKind.HISTORY], scopes, depth)
        except (BrokenFile, NotFound) as error:
            raise self._retriever.damaged() from error
        return [one.key for one in found]

    def _wrote(self, connection: Connection, people: Iterable[Person], stretch: Stretch) -> list[Message]:
        by_group: dict[int, list[int]] = {}
        for one in people:
            by_group.setdefault(one.group_id, []).append(one.member_id)
        found = [
            message
            for group_id, ids in by_group.items()
            for message in figures.by_members(
                connection, group_id, ids, stretch.starts_at, stretch.ends_at, limit=_MOST_LINES
            )
        ]
        return sorted(found, key=lambda one: (one.sent_at, one.id))[-_MOST_LINES:]


def _forms(topic: str) -> list[str]:
    """The tokens of a topic with the usual endings of English words, which the index keeps apart."""
    found: dict[str, None] = {}
    for word in tokens(topic):
        found[word] = None
        if len(word) >= _SHORTEST_ENDING and word.isascii() and word.isalpha():
            base = stem(word)
            for ending in _ENDINGS:
                found[base + ending] = None
    return list(found)
