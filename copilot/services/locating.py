"""Where an account asks: a group or a whole community, with what there is to talk about. Cheap at any size."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from copilot.errors import BadInput
from copilot.knowledge.profiles import effective
from copilot.records import Account, Community, FaqEntry, Group, Profile, ProposalState, Role, Rule
from copilot.services.rights import need, need_community
from copilot.store import Store, communities, groups, knowledge, members, proposals


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A group, or a whole community (`group` None).

    Args:
        groups: those that the account may see: the one group, or the community's.
        profile: what holds there; no field that has a default is None.
    """

    community: Community
    group: Group | None
    groups: tuple[Group, ...]
    profile: Profile

    @property
    def group_ids(self) -> list[int]:
        """The ids of its groups."""
        return [one.id for one in self.groups]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is to talk about in a place: until when its history reaches, what it knows, what waits."""

    covered_until: datetime | None = None
    has_faq: bool = False
    has_rules: bool = False
    pending: int = 0


class Locating:
    """Finds places, and what stands there.

    Args:
        store: where they are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._names: dict[tuple[int, ...], tuple[tuple[int, ...], frozenset[str]]] = {}

    def find(self, account: Account, *, group_id: int | None = None, community_id: int | None = None) -> Location:
        """A place by its id.

        Raises:
            BadInput: neither or both of group and community are named.
            NotFound: it is gone.
            NotAllowed: the account may not see it.
        """
        need(account, Role.VIEWER, group_id)
        if (group_id is None) == (community_id is None):
            raise BadInput("a dialogue is about one group or one community; name one of them")
        with self._store.read() as connection:
            if group_id is not None:
                group = groups.get(connection, group_id)
                community = communities.get(connection, group.community_id)
                profile = effective(community.profile, group.profile)
                return Location(community=community, group=group, groups=(group,), profile=profile)
            community = communities.get(connection, community_id or 0)
            need_community(connection, account, community.id)
            every = groups.all_of(connection, community.id)
        visible = tuple(one for one in every if account.sees(one.id))
        return Location(community=community, group=None, groups=visible, profile=effective(community.profile))

    def names(self, place: Location) -> frozenset[str]:
        """The names of a place's members, as they are and were; looked up again when they may have changed."""
        ids = tuple(place.group_ids)
        with self._store.read() as connection:
            stamp = members.names_stamp(connection, place.community.id)
            known = self._names.get(ids)
            if known is not None and known[0] == stamp:
                return known[1]
            found = frozenset(members.names_in(connection, ids))
        with self._lock:
            self._names[ids] = (stamp, found)
        return found

    def standing(self, place: Location) -> Standing:
        """What there is to talk about."""
        ids = place.group_ids
        with self._store.read() as connection:
            ends = [span.ends_at for one in ids for span in groups.spans(connection, one)[-1:]]
            return Standing(
                covered_until=max(ends, default=None),
                has_faq=knowledge.holds(connection, FaqEntry, place.community.id, ids),
                has_rules=knowledge.holds(connection, Rule, place.community.id, ids),
                pending=proposals.count(connection, ids, ProposalState.PENDING),
            )
