"""FAQ entries that ask the same: found, merged into one, and taken apart again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from copilot.errors import BadInput
from copilot.knowledge.validation import validate_faq_entry
from copilot.records import Account, FaqEntry, Role, SourceKind
from copilot.retrieval.retriever import Retriever
from copilot.services.indexing import Indexing
from copilot.services.rights import need, need_all_groups, need_community
from copilot.store import Connection, Store, confirmations, groups, knowledge

# Two entries of which each reaches this share of the other's own score ask much the same; chosen on the samples'
# entries, none of which are doubles.
ALIKE = 0.6
MOST_SIMILAR = 5
MOST_PAIRS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An entry that asks much the same as another, and how alike they are, 0 to 1."""

    entry: FaqEntry
    alike: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two entries that ask much the same, and how alike they are, 0 to 1; `one` was there first."""

    one: FaqEntry
    other: FaqEntry
    alike: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge did, for taking it back.

    Args:
        entry: the entry that stays, as it is now.
        before: the same entry as it was.
        removed: the entry that went into it.
        moved: the confirmations that speak of the entry that stays instead of the other.
        left: those of the other whose question was judged for the entry that stays too; they wait for an undo.
    """

    entry: FaqEntry
    before: FaqEntry
    removed: FaqEntry
    moved: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


class Doubles:
    """The use case of keeping a FAQ free of doubles.

    Args:
        store: where the entries are.
        retriever: finds entries that share words.
        indexing: woken after a merge.
    """

    def __init__(self, store: Store, retriever: Retriever, indexing: Indexing) -> None:
        self._store = store
        self._retriever = retriever
        self._indexing = indexing

    def similar(self, account: Account, entry_id: int) -> list[Similar]:
        """The entries that ask much the same as one, most alike first.

        Raises:
            NotFound: the entry is gone.
            Busy: the index is being built.
        """
        with self._store.read() as connection:
            entry = knowledge.get(connection, FaqEntry, entry_id)
            need(account, Role.VIEWER, entry.group_id)
            need_community(connection, account, entry.community_id)
            return sorted(self._like(connection, account, entry, {}), key=lambda one: -one.alike)

    def pairs(self, account: Account, community_id: int) -> list[Pair]:
        """All pairs of a community's entries that ask much the same, most alike first, at most `MOST_PAIRS`.

        Each wording costs one search.

        Raises:
            Busy: the index is being built.
        """
        need(account, Role.VIEWER)
        with self._store.read() as connection:
            need_community(connection, account, community_id)
            found: dict[tuple[int, int], Pair] = {}
            known_near: dict[int, dict[int, float]] = {}
            for entry in _visible(connection, account, community_id):
                for like in self._like(connection, account, entry, known_near):
                    first, second = sorted((entry, like.entry), key=lambda one: one.id)
                    known = found.get((first.id, second.id))
                    if known is None or known.alike < like.alike:
                        found[first.id, second.id] = Pair(one=first, other=second, alike=like.alike)
        return sorted(found.values(), key=lambda pair: (-pair.alike, pair.one.id))[:MOST_PAIRS]

    def merge(
        self,
        account: Account,
        keep: FaqEntry,
        other: FaqEntry,
        *,
        question: str | None = None,
        answer: str | None = None,
    ) -> Merged:
        """Make one entry of two: it keeps all wordings and tags, and what was confirmed of either.

        Args:
            account: who merges.
            keep: the entry that stays, in the version that was seen.
            other: the entry that goes into it, in the version that was seen.
            question: the wording on top; None keeps that of `keep`.
            answer: the answer; None keeps that of `keep`.

        Raises:
            BadInput: they are the same entry, or belong to different communities or groups.
            Conflict: one of them was changed meanwhile.
        """
        with self._store.write() as connection:
            before = knowledge.get(connection, FaqEntry, keep.id)
            removed = knowledge.get(connection, FaqEntry, other.id)
            for one in (before, removed):
                _need_edit(account, one)
                need_community(connection, account, one.community_id)
            if before.id == removed.id:
                raise BadInput(f"entry {keep.id} cannot be merged with itself; choose another entry")
            if (before.community_id, before.group_id) != (removed.community_id, removed.group_id):
                raise BadInput(
                    f"the entries {keep.id} and {other.id} belong to different groups or communities; "
                    "merge those of one place"
                )
            title = question if question is not None else before.question
            wordings = (before.question, *before.variants, removed.question, *removed.variants)
            merged = validate_faq_entry(
                replace(
                    before,
                    question=title,
                    answer=answer if answer is not None else before.answer,
                    variants=tuple(dict.fromkeys(one for one in wordings if one != title)),
                    tags=tuple(dict.fromkeys((*before.tags, *removed.tags))),
                    expires_on=before.expires_on,
                    version=keep.version,
                )
            )
            knowledge.remove(connection, replace(removed, version=other.version))
            entry = knowledge.save(connection, merged)
            moved = confirmations.move(connection, SourceKind.FAQ, removed.id, entry.id)
            left = confirmations.of_item(connection, SourceKind.FAQ, removed.id)
        self._indexing.wake()
        return Merged(entry=entry, before=before, removed=removed, moved=tuple(moved), left=tuple(left))

    def take_apart(self, account: Account, merged: Merged) -> tuple[FaqEntry, FaqEntry]:
        """Undo a merge; returns both entries, the second one with a new id.

        Raises:
            Conflict: the merged entry was changed meanwhile.
        """
        with self._store.write() as connection:
            there = knowledge.get(connection, FaqEntry, merged.entry.id)
            for one in (there, merged.before, merged.removed):
                _need_edit(account, one)
                if (one.community_id, one.group_id) != (there.community_id, there.group_id):
                    raise BadInput(f"entry {one.id} does not belong where entry {there.id} does; merge them again")
            first = knowledge.save(connection, replace(merged.before, version=merged.entry.version))
            second = knowledge.save(connection, replace(merged.removed, id=0, version=1))
            confirmations.point(connection, (*merged.moved, *merged.left), second.id)
        self._indexing.wake()
        return first, second

    def _like(
        self, connection: Connection, account: Account, entry: FaqEntry, near: dict[int, dict[int, float]]
    ) -> Iterator[Similar]:
        """The entries that are as like to one as it is to them; `near` keeps what was looked up."""
        group_ids = [group.id for group in groups.all_of(connection, entry.community_id) if account.sees(group.id)]

        def look(one: FaqEntry) -> dict[int, float]:
            if one.id not in near:
                near[one.id] = dict(self._retriever.similar_entries(one, group_ids, limit=MOST_SIMILAR))
            return near[one.id]

        ahead = {other: alike for other, alike in look(entry).items() if alike >= ALIKE}
        there = knowledge.some(connection, FaqEntry, ahead)
        for other_id, alike in ahead.items():
            if other_id in there:
                both = min(alike, look(there[other_id]).get(entry.id, 0.0))
                if both >= ALIKE:
                    yield Similar(entry=there[other_id], alike=both)


def _need_edit(account: Account, entry: FaqEntry) -> None:
    if entry.group_id is None:
        need_all_groups(account, Role.ADMIN)
    else:
        need(account, Role.ADMIN, entry.group_id)


def _visible(connection: Connection, account: Account, community_id: int) -> Iterator[FaqEntry]:
    yield from knowledge.own(connection, FaqEntry, community_id, None)
    for group in groups.all_of(connection, community_id):
        if account.sees(group.id):
            yield from knowledge.own(connection, FaqEntry, community_id, group.id)
