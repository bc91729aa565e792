"""Finding by meaning: makes the vectors of passages, keeps them searchable, and says how much they count.

One process at a time makes vectors and owns Chroma's folder: the one that owns the word index. Any process searches.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from copilot.errors import Busy, ModelFailed
from copilot.models.aptitude import Aptitude, Skill, measure
from copilot.models.embeddings import Embedder, close, embed_questions, placed
from copilot.models.static import StaticEmbedder
from copilot.retrieval.cutting import Progress
from copilot.retrieval.fusion import DEPTH, Reason, Script, Weight, script, weigh
from copilot.retrieval.keys import scope_of
from copilot.retrieval.learning import Teaching
from copilot.retrieval.vectorizing import Vectorizer, script_of
from copilot.retrieval.vectors import ScopeHealth, Vectors
from copilot.store import Connection, Store, changes, facts

log = logging.getLogger(__name__)

Near = tuple[str, float]

# Whoever asks waits so long for an embedder that is being loaded; then words answer alone.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What vectors found among one kind of passages.

    Args:
        near: (key, cosine), nearest first; empty where the weight is 0.
        weight: how much it counts beside words, and why.
        skill: how to read a cosine; None where nothing tells.
    """

    near: tuple[Near, ...] = ()
    weight: Weight = field(default_factory=lambda: Weight(0.0, Reason.NO_EMBEDDER))
    skill: Skill | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """What vectors found for a question: among what is known, and in history."""

    knowledge: Arm = field(default_factory=Arm)
    history: Arm = field(default_factory=Arm)

    @classmethod
    def without(cls, why: Reason) -> Nearest:
        """What is found where vectors cannot be asked for."""
        arm = Arm(weight=Weight(0.0, why))
        return cls(knowledge=arm, history=arm)


class Meaning:
    """What finds by meaning in one data folder.

    Args:
        store: where passages and vectors are.
        folder: the folder of all indexes.
        load: makes the embedder, at the first use: a model takes seconds.
        clock: tells the time.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        load: Callable[[], Embedder],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._load = load
        self._clock = clock
        self._vectors = Vectors(store, folder / "vectors")
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None
        self._is_owner = False
        self._failure: ModelFailed | None = None
        self._followed = -1

    def open_owner(self) -> None:
        """Say that this process owns the indexes, and calls `follow` until its end."""
        self._is_owner = True
        self._vectors.open_owner()

    def close(self) -> None:
        """Let Chroma's folder go, and connections to a service that embeds."""
        self._vectors.close()
        if self._loaded is not None:
            close(self._loaded.embedder)

    @property
    def identity(self) -> str:
        """Which embedder makes the vectors; "" before it was first used."""
        return self._loaded.embedder.identity if self._loaded else ""

    def follow(self, progress: Progress, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Learn from confirmations, make what vectors are missing, and bring their indexes up to date.

        Raises:
            BadInput, NotFound: the embedder cannot be loaded; the message has the remedy.
            ModelFailed: the service that embeds cannot be asked now. What is made stays; the next call goes on.
        """
        loaded = self._ready()
        with self._store.read() as connection:
            newest = changes.newest(connection)
        # Asked twice a second; where nothing changed there is nothing to compare.
        if newest != self._followed or loaded.vectorizer.is_behind():
            is_static = isinstance(loaded.embedder, StaticEmbedder)
            loaded.teaching.follow(self._clock(), can_refit=is_static, stop=stop)
            loaded.vectorizer.follow(progress, stop=stop)
        if not stop():
            self._followed = newest
            self._vectors.sync_all(progress, stop=stop)

    def is_behind(self) -> bool:
        """Whether threads wait for their vectors."""
        return self._ready().vectorizer.is_behind()

    def find(self, connection: Connection, question: str, community_id: int, group_ids: Collection[int]) -> Nearest:
        """Look a question up among the vectors, where they count.

        Args:
            connection: where weights are read.
            question: raw text.
            community_id: whose knowledge is searched; that of groups other than `group_ids` may be among what is
                found: the caller leaves it out.
            group_ids: whose history is searched.

        Raises:
            BadInput, NotFound: the embedder cannot be loaded.
            Busy: it is still being loaded.
            ModelFailed: the service that embeds cannot be asked now.
        """
        loaded = self._ready_soon()
        asked = script(question)
        taught = loaded.teaching.of(connection, community_id)
        scope = scope_of(community_id, None)
        entries = script_of(connection, scope) or asked
        knowledge = Arm(weight=weigh(asked, entries, loaded.aptitude, taught.benefit))
        if knowledge.weight.value:
            vector = taught.embed_questions([question])[0]
            found = self._vectors.search([scope], vector, 2 * DEPTH, embedder=taught.identity)
            skill = _skill(loaded.aptitude, asked, entries) if taught.identity == loaded.embedder.identity else None
            knowledge = Arm(near=tuple(found), weight=knowledge.weight, skill=skill)
        scopes = [scope_of(community_id, one) for one in group_ids]
        spoken = {script_of(connection, one) for one in scopes} - {None}
        told = next(iter(spoken)) if len(spoken) == 1 else (Script.MIXED if spoken else asked)
        history = Arm(weight=weigh(asked, told or asked, loaded.aptitude, short=False))
        if history.weight.value and scopes:
            vector = embed_questions(placed(loaded.embedder, community_id), [question])[0]
            found = self._vectors.search(scopes, vector, DEPTH, embedder=loaded.embedder.identity)
            skill = _skill(loaded.aptitude, asked, told or asked)
            history = Arm(near=tuple(found), weight=history.weight, skill=skill)
        return Nearest(knowledge=knowledge, history=history)

    def weight(self, connection: Connection, community_id: int) -> Weight:
        """How much vectors count for a question in the language of a community's own knowledge, and why."""
        loaded = self._ready()
        entries = script_of(connection, scope_of(community_id, None)) or Script.ZH
        return weigh(entries, entries, loaded.aptitude, loaded.teaching.of(connection, community_id).benefit)

    def health(self) -> list[ScopeHealth]:
        """How the vectors of each scope are."""
        return self._vectors.health()

    def _ready(self) -> _Loaded:
        with self._loading:
            return self._load_once()

    def _ready_soon(self) -> _Loaded:
        """`_ready` for somebody who waits: what failed is tried again in the background, where there is one."""
        if self._loaded is None and self._failure is not None and self._is_owner:
            raise self._failure
        if not self._loading.acquire(timeout=PATIENCE_SECONDS):
            raise Busy("what searches by meaning is still being loaded; try again in a moment")
        try:
            return self._load_once()
        finally:
            self._loading.release()

    def _load_once(self) -> _Loaded:
        if self._loaded is None:
            try:
                embedder = self._load()
                teaching = Teaching(self._store, embedder)
                self._loaded = _Loaded(
                    embedder=embedder,
                    aptitude=_aptitude(self._store, embedder),
                    teaching=teaching,
                    vectorizer=Vectorizer(self._store, embedder, teaching),
                )
            except ModelFailed as error:
                self._failure = error
                raise
        return self._loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """An embedder with all that goes by it."""

    embedder: Embedder
    aptitude: Aptitude
    teaching: Teaching
    vectorizer: Vectorizer


def _aptitude(store: Store, embedder: Embedder) -> Aptitude:
    """What an embedder can do, measured once."""
    name = f"aptitude:{embedder.identity}"[:60]
    with store.read() as connection:
        known = facts.get(connection, name)
    if known is not None:
        try:
            kept = json.loads(known)
            if kept["identity"] == embedder.identity:
                return Aptitude.from_plain(kept["aptitude"])
        except (ValueError, KeyError, TypeError):
            log.warning("what the embedder can do is measured again")
    found = measure(embedder)
    with store.write() as connection:
        facts.put(connection, name, json.dumps({"identity": embedder.identity, "aptitude": found.to_plain()}))
    return found


def _skill(aptitude: Aptitude, asked: Script, entries: Script) -> Skill:
    """The skill by which a cosine is read."""
    if asked is not entries and Script.MIXED not in (asked, entries):
        return aptitude.cross
    return aptitude.en if asked is Script.EN else aptitude.zh
