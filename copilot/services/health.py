"""How the indexes are: what they hold, what they have yet to follow, and how vectors are served."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.errors import StorageFailed
from copilot.records import Account, Learned, Role
from copilot.retrieval.fusion import Reason, Weight
from copilot.retrieval.learning import learned
from copilot.retrieval.meaning import Meaning
from copilot.retrieval.vectors import ScopeHealth
from copilot.services.indexing import Indexing
from copilot.services.rights import need
from copilot.store import Connection, Store, communities, groups, threads
from copilot.store.threads import Due


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupIndex:
    """How a group's history stands in the indexes.

    Args:
        threads: how many conversations its messages fall into.
        words_due, vectors_due: how many of them the word index and the vectors have yet to follow.
        vectors: how many have a vector.
        serving: how vectors are searched: "exact" (all are compared) or "chroma" (an index of them is asked).
    """

    group_id: int
    group: str
    community: str
    threads: int
    words_due: int
    vectors_due: int
    vectors: int = 0
    serving: str = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityIndex:
    """How a community's knowledge stands in the indexes, and what its confirmations taught.

    Args:
        vectors: how many wordings and sections have a vector.
        weight: how much vectors count beside words for its own language, 0 to 1; `weight_why` says why, as a code of
            `retrieval.fusion`.
        learned: None before there were enough confirmations.
    """

    community_id: int
    community: str
    vectors: int = 0
    weight: float = 0.0
    weight_why: str = ""
    learned: Learned | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexHealth:
    """The state of all indexes that an account may see.

    Args:
        fault: what keeps them from being brought up to date; "" where nothing does.
        is_behind: whether something that is saved cannot be found yet.
        progress: (done, total) of what is being worked on; (0, 0) when idle.
        embedder: which embedder makes the vectors.
    """

    fault: str
    is_behind: bool
    progress: tuple[int, int]
    embedder: str
    groups: tuple[GroupIndex, ...]
    communities: tuple[CommunityIndex, ...]


class Health:
    """The use case of looking at the indexes.

    Args:
        store: where their queues are.
        indexing: what brings them up to date.
        meaning: what finds by vectors; None where it is switched off.
    """

    def __init__(self, store: Store, indexing: Indexing, meaning: Meaning | None) -> None:
        self._store = store
        self._indexing = indexing
        self._meaning = meaning

    def look(self, account: Account) -> IndexHealth:
        """The state of the indexes, as far as the account may see."""
        need(account, Role.VIEWER)
        scopes = {one.scope: one for one in self._meaning.health()} if self._meaning else {}
        with self._store.read() as connection:
            names = {one.id: one.profile.name or one.slug for one in communities.all_of(connection)}
            visible = [group for group in groups.all_of(connection) if account.sees(group.id)]
            rows = tuple(
                GroupIndex(
                    group_id=group.id,
                    group=group.name,
                    community=names[group.community_id],
                    threads=threads.count(connection, group.id),
                    words_due=threads.count_due(connection, group.id, Due.WORDS),
                    vectors_due=threads.count_due(connection, group.id, Due.VECTOR) if self._meaning else 0,
                    vectors=scopes[f"g{group.id}"].rows if f"g{group.id}" in scopes else 0,
                    serving=scopes[f"g{group.id}"].served_by.value if f"g{group.id}" in scopes else "exact",
                )
                for group in visible
            )
            seen = {group.community_id for group in visible} if account.group_ids is not None else set(names)
            known = tuple(self._community(connection, one, name, scopes) for one, name in names.items() if one in seen)
        return IndexHealth(
            fault=self._indexing.fault,
            is_behind=self._is_behind(),
            progress=self._indexing.progress,
            embedder=self._meaning.identity if self._meaning else "off",
            groups=rows,
            communities=known,
        )

    def _is_behind(self) -> bool:
        try:
            return self._indexing.is_behind()
        except StorageFailed:
            # The folder is being replaced while it is looked into.
            return True

    def _community(
        self, connection: Connection, community_id: int, name: str, scopes: dict[str, ScopeHealth]
    ) -> CommunityIndex:
        found = scopes.get(f"c{community_id}")
        weight = Weight(0.0, Reason.NO_EMBEDDER)
        # A model that is not loaded yet would take seconds; the server loads it when it starts.
        if self._meaning is not None and self._meaning.identity:
            weight = self._meaning.weight(connection, community_id)
        return CommunityIndex(
            community_id=community_id,
            community=name,
            vectors=found.rows if found else 0,
            weight=weight.value,
            weight_why=weight.why.value,
            learned=learned(connection, community_id),
        )

    def rebuild(self, account: Account) -> None:
        """Have every index thrown away and made again, in the background.

        Raises:
            NotAllowed: this takes an owner.
        """
        need(account, Role.OWNER)
        self._indexing.rebuild_soon()
