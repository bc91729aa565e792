"""What confirmations teach retrieval, community by community: kept in the store, learned again as more come in."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from copilot.errors import BrokenFile
from copilot.models.embeddings import Embedder, embed_questions, placed
from copilot.records import FaqEntry, Learned, SourceKind
from copilot.retrieval.refit import FEWEST_PAIRS, Refit, Trial, refit, try_embedder
from copilot.store import Connection, Store, communities, confirmations, groups, knowledge, refits
from copilot.store.refits import RefitRow

if TYPE_CHECKING:
    from copilot.models.embeddings import Vectors

log = logging.getLogger(__name__)

# It is learned again when the number of pairs has moved by this share, and by so many at least.
_MOVED_SHARE = 0.1
_MOVED = 20
# A refit takes up to 40 MB of memory.
_MOST_HELD = 4


@dataclass(frozen=True, slots=True)
class Taught:
    """How a community's knowledge is embedded, and what its confirmations say of it.

    Args:
        identity: of what embeds; vectors of another are stale.
        embed_entries, embed_questions: texts to vectors, [texts, dimensions].
        benefit: the weight of vectors that was best for the community's confirmations, 0 where they did not help,
            None where there were too few to tell.
    """

    identity: str
    embed_entries: Callable[[list[str]], Vectors]
    embed_questions: Callable[[list[str]], Vectors]
    benefit: float | None


class Teaching:
    """Gives each community the embedding that its confirmations taught, or the common one.

    Args:
        store: where refits are kept.
        embedder: the common embedder.
    """

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder
        self._held: OrderedDict[tuple[int, int], Refit] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, connection: Connection, community_id: int) -> Taught:
        """How one community's knowledge is embedded."""
        embedder = placed(self._embedder, community_id)
        common = Taught(embedder.identity, embedder.embed, partial(embed_questions, embedder), benefit=None)
        version = refits.version(connection, community_id)
        if not version:
            return common
        with self._lock:
            held = self._held.get((community_id, version))
            if held is not None:
                self._held.move_to_end((community_id, version))
                return _by(held, held.trial.weight)
        row = refits.get(connection, community_id)
        if row is None or row.embedder != self._embedder.identity:
            return common
        if not row.data:
            return Taught(common.identity, common.embed_entries, common.embed_questions, Trial(**row.report).benefit)
        try:
            found = Refit.from_bytes(row.data)
        except BrokenFile as error:
            log.warning("what community %d taught is left out: %s", community_id, error)
            return common
        with self._lock:
            self._held[community_id, version] = found
            while len(self._held) > _MOST_HELD:
                self._held.popitem(last=False)
        return _by(found, found.trial.weight)

    def follow(self, now: datetime, *, can_refit: bool, stop: Callable[[], bool]) -> int:
        """Learn again where enough was confirmed since the last time.

        Args:
            now: the time to note.
            can_refit: whether the common embedder is the built-in one, which can be refitted; a model is only tried.
            stop: asked before each community.

        Returns:
            How many communities were learned for.
        """
        with self._store.read() as connection:
            every = [one.id for one in communities.all_of(connection)]
        learned_for = 0
        for community_id in every:
            if stop():
                break
            with self._store.read() as connection:
                last = refits.get(connection, community_id)
                pairs, entries = pairs_of(connection, community_id)
            if not self._is_due(last, len(pairs)):
                continue
            made: Refit | None = None
            if can_refit:
                made, trial = refit(pairs, entries)
            else:
                trial = try_embedder(placed(self._embedder, community_id), pairs, entries)
            row = RefitRow(
                community_id=community_id,
                version=(last.version if last else 0) + 1,
                embedder=self._embedder.identity,
                pairs=len(pairs),
                data=made.to_bytes() if made else b"",
                report=asdict(trial),
                made_at=now,
            )
            with self._store.write() as connection:
                refits.save(connection, row)
            learned_for += 1
        return learned_for

    def _is_due(self, last: RefitRow | None, pairs: int) -> bool:
        if last is None:
            return pairs >= FEWEST_PAIRS
        moved = abs(pairs - last.pairs)
        return last.embedder != self._embedder.identity or moved >= max(_MOVED, _MOVED_SHARE * last.pairs)


def pairs_of(connection: Connection, community_id: int) -> tuple[list[tuple[str, str]], list[str]]:
    """A community's pairs of a question and the entry that answers it, and all entries' questions.

    What was confirmed counts, and the wordings that people wrote into the entries.
    """
    levels: Sequence[int | None] = [None, *[group.id for group in groups.all_of(connection, community_id)]]
    entries = {
        entry.id: entry for level in levels for entry in knowledge.own(connection, FaqEntry, community_id, level)
    }
    pairs = [(variant, entry.question) for entry in entries.values() for variant in entry.variants]
    pairs += [
        (one.question, entries[one.item_id].question)
        for one in confirmations.of_community(connection, community_id, kind=SourceKind.FAQ)
        if one.is_right and one.item_id in entries
    ]
    return sorted({pair for pair in pairs if pair[0] != pair[1]}), [entry.question for entry in entries.values()]


def learned(connection: Connection, community_id: int) -> Learned | None:
    """What a community's confirmations taught so far; None before there were enough to try."""
    row = refits.get(connection, community_id)
    if row is None:
        return None
    trial = Trial(**row.report)
    return Learned(
        pairs=row.pairs,
        held_out=trial.asked,
        before=trial.words_hit_at_5,
        after=trial.fused_hit_at_5,
        is_used=trial.weight > 0,
        weight=trial.weight,
        made_at=row.made_at,
    )


def _by(refitted: Refit, benefit: float) -> Taught:
    return Taught(refitted.identity, refitted.embed_entries, refitted.embed_questions, benefit)
