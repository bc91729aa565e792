"""Makes the vectors of all passages, in batches, from where the last run stopped.

The store says what is due: threads that changed carry a mark, and what a community knows is compared with the prints
of the vectors that are there. Nothing is kept in memory between two runs but how far the change log was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from copilot.knowledge.sections import sections
from copilot.models.embeddings import Embedder, placed
from copilot.records import Document, FaqEntry, Rule, SourceKind
from copilot.retrieval.cutting import Progress, words_of
from copilot.retrieval.fusion import Script, script
from copilot.retrieval.keys import key_of, scope_of
from copilot.retrieval.learning import Taught, Teaching
from copilot.store import (
    Connection,
    Store,
    changes,
    communities,
    facts,
    faq_wordings,
    groups,
    knowledge,
    threads,
    vectors,
)
from copilot.store.changes import ChangeKind
from copilot.store.threads import Due
from copilot.store.vectors import VectorRow

# So many texts are embedded and written at once.
BATCH = 1000
# Of a very long thread the beginning tells what it is about.
LONGEST_TEXT = 4000
_EMBEDDER_FACT = "vectors.embedder"
_SCRIPT_FACT = "script:"
# So many texts tell what a scope is written in.
_TELLING, _MOST_TELLING = 5, 300
_KNOWN = (ChangeKind.FAQ, ChangeKind.RULE, ChangeKind.DOCUMENT)


class Vectorizer:
    """Keeps the rows of vectors in step with the passages.

    Args:
        store: where both are.
        embedder: makes the vectors of history.
        teaching: how each community's knowledge is embedded.
    """

    def __init__(self, store: Store, embedder: Embedder, teaching: Teaching) -> None:
        self._store = store
        self._embedder = embedder
        self._teaching = teaching
        # What was paid for, or took long, is written down soon.
        self._batch = min(BATCH, getattr(embedder, "most_at_once", BATCH))
        self._seen: tuple[int, dict[int, str]] = (0, {})

    def is_behind(self) -> bool:
        """Whether threads wait for their vectors."""
        with self._store.read() as connection:
            return bool(threads.groups_due(connection, Due.VECTOR))

    def follow(self, progress: Progress, *, stop: Callable[[], bool] = lambda: False) -> int:
        """Make every vector that is missing or stale.

        Args:
            progress: called with (threads done, threads to do).
            stop: asked between batches; what is done stays.

        Returns:
            How many vectors were made or dropped.
        """
        self._prepare()
        worked = self._follow_knowledge()
        with self._store.read() as connection:
            due = threads.groups_due(connection, Due.VECTOR)
        for group_id in due:
            worked += self._follow_history(group_id, progress, stop)
        return worked

    def _prepare(self) -> None:
        """Have everything made again where another embedder made what is there."""
        identity = self._embedder.identity
        with self._store.read() as connection:
            if facts.get(connection, _EMBEDDER_FACT) == identity:
                return
        with self._store.write() as connection:
            threads.everything_due(connection, Due.VECTOR)
            facts.put(connection, _EMBEDDER_FACT, identity)
        self._seen = (0, {})

    def _follow_knowledge(self) -> int:
        position, spaces = self._seen
        with self._store.read() as connection:
            newest = changes.newest(connection)
            touched = changes.communities_of(connection, _KNOWN, after=position) if position else None
            every = [one.id for one in communities.all_of(connection)]
            taught_by = {one: self._teaching.of(connection, one) for one in every}
        worked = 0
        for community_id, teaching in taught_by.items():
            if touched is None or community_id in touched or spaces.get(community_id) != teaching.identity:
                worked += self._community(community_id, teaching)
        self._seen = (newest, {one: teaching.identity for one, teaching in taught_by.items()})
        return worked

    def _community(self, community_id: int, taught: Taught) -> int:
        """Bring the vectors of what a community and its groups know to what stands there."""
        with self._store.read() as connection:
            levels = [None, *[group.id for group in groups.all_of(connection, community_id)]]
            wanted = {
                (scope_of(community_id, None), group_id, key): text
                for group_id in levels
                for key, text in _passages(connection, community_id, group_id)
            }
            there = vectors.prints(connection, scope_of(community_id, None))
        stale = [
            (place, text)
            for place, text in wanted.items()
            if (found := there.get(place[2])) is None or found != (stamp_of(text), taught.identity)
        ]
        extra = there.keys() - {key for _, _, key in wanted}
        for start in range(0, len(stale), self._batch):
            some = stale[start : start + self._batch]
            made = taught.embed_entries([text[:LONGEST_TEXT] for _, text in some])
            rows = [
                VectorRow(
                    scope=scope,
                    key=key,
                    group_id=group_id,
                    community_id=community_id,
                    stamp=stamp_of(text),
                    embedder=taught.identity,
                    vector=vector,
                )
                for ((scope, group_id, key), text), vector in zip(some, made, strict=True)
            ]
            with self._store.write() as connection:
                vectors.put(connection, rows)
        with self._store.write() as connection:
            _note_script(connection, scope_of(community_id, None), list(wanted.values()))
        if extra:
            with self._store.write() as connection:
                vectors.drop(connection, scope_of(community_id, None), extra)
        return len(stale) + len(extra)

    def _follow_history(self, group_id: int, progress: Progress, stop: Callable[[], bool]) -> int:
        scope = scope_of(0, group_id)
        with self._store.read() as connection:
            community_id = groups.get(connection, group_id).community_id
            total = threads.count_due(connection, group_id, Due.VECTOR)
        embedder = placed(self._embedder, community_id, group_id)
        done = last = 0
        while not stop():
            with self._store.read() as connection:
                rows = threads.take_due(connection, group_id, Due.VECTOR, after=last, limit=self._batch)
                if not rows:
                    break
                talks = threads.talks(connection, [row.id for row in rows if row.size])
                texts = {key_of(SourceKind.HISTORY, one): words_of(talk) for one, talk in talks.items()}
                there = vectors.prints(connection, scope, list(texts))
            identity = self._embedder.identity
            stale = [key for key, text in texts.items() if there.get(key) != (stamp_of(text), identity)]
            made = embedder.embed([texts[key][:LONGEST_TEXT] for key in stale])
            gone = [key for row in rows if (key := key_of(SourceKind.HISTORY, row.id)) not in texts]
            last = rows[-1].id
            with self._store.write() as connection:
                vectors.put(
                    connection,
                    [
                        VectorRow(
                            scope=scope,
                            key=key,
                            group_id=group_id,
                            community_id=community_id,
                            stamp=stamp_of(texts[key]),
                            embedder=identity,
                            vector=vector,
                        )
                        for key, vector in zip(stale, made, strict=True)
                    ],
                )
                vectors.drop(connection, scope, gone)
                if done == 0:
                    _note_script(connection, scope, list(texts.values()))
                threads.followed(connection, group_id, Due.VECTOR, up_to=last)
            done += len(rows)
            progress(done, total)
        return done


def script_of(connection: Connection, scope: str) -> Script | None:
    """What the passages of a scope are written in, as it was seen when they were embedded; None where none are."""
    found = facts.get(connection, _SCRIPT_FACT + scope)
    return None if found is None else Script(found)


def forget_script(connection: Connection, scope: str) -> None:
    """Forget what a scope was written in, when it is gone: its number may be given again."""
    facts.drop(connection, _SCRIPT_FACT + scope)


def _note_script(connection: Connection, scope: str, texts: Sequence[str]) -> None:
    """Keep what a scope is written in; a few new texts of a large scope do not change it."""
    if len(texts) >= _TELLING or (texts and facts.get(connection, _SCRIPT_FACT + scope) is None):
        facts.put(connection, _SCRIPT_FACT + scope, script(texts[:_MOST_TELLING]).value)


def stamp_of(text: str) -> str:
    """A short hash of a text, by which a changed one is known."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def _passages(connection: Connection, community_id: int, group_id: int | None) -> Iterator[tuple[str, str]]:
    """What one level knows, as (key, text)."""
    entries = knowledge.own(connection, FaqEntry, community_id, group_id)
    thought_of = faq_wordings.wordings(connection, [entry.id for entry in entries])
    for entry in entries:
        wordings = dict.fromkeys((entry.question, *entry.variants, *thought_of.get(entry.id, ())))
        for number, wording in enumerate(wordings):
            yield key_of(SourceKind.FAQ, entry.id, number), wording
    for rule in knowledge.own(connection, Rule, community_id, group_id):
        yield key_of(SourceKind.RULE, rule.id), rule.text
    for document in knowledge.own(connection, Document, community_id, group_id):
        for number, (path, text) in enumerate(sections(document)):
            yield key_of(SourceKind.DOCUMENT, document.id, number), "\n".join((document.name, *path, text))
