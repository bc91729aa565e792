"""Communities, groups and members, as far as an account may see and change them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from copilot.errors import BadInput
from copilot.knowledge.validation import validate_profile
from copilot.records import Account, Community, CoveredSpan, Group, Member, Message, Platform, Profile, Role
from copilot.services.indexing import Indexing
from copilot.services.rights import need, need_all_groups
from copilot.store import Store, communities, groups, members, messages
from copilot.text.fold import folded

LONGEST_NAME = 100
# These turn the direction of what is written around them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary:
    """A group with how much there is in it; `spans` are the stretches of time that its history covers."""

    group: Group
    community: Community
    messages: int
    members: int
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    spans: tuple[CoveredSpan, ...] = ()


class Groups:
    """The use cases around communities, groups and members."""

    def __init__(self, store: Store, indexing: Indexing) -> None:
        self._store = store
        self._indexing = indexing

    def communities(self, account: Account) -> list[Community]:
        """The communities of which an account may see something, the samples last."""
        need(account, Role.VIEWER)
        with self._store.read() as connection:
            found = communities.all_of(connection)
            if account.group_ids is None:
                return found
            visible = {group.community_id for group in groups.all_of(connection) if account.sees(group.id)}
        return [one for one in found if one.id in visible]

    def groups(self, account: Account, community_id: int | None = None) -> list[GroupSummary]:
        """The groups that an account may see, with their counts."""
        need(account, Role.VIEWER)
        with self._store.read() as connection:
            by_id = {one.id: one for one in communities.all_of(connection)}
            visible = [group for group in groups.all_of(connection, community_id) if account.sees(group.id)]
            counts = groups.counts(connection, [group.id for group in visible])
            spans = {group.id: tuple(groups.spans(connection, group.id)) for group in visible}
        summaries = []
        for group in visible:
            number, people, first, last = counts.get(group.id, (0, 0, None, None))
            summaries.append(
                GroupSummary(
                    group=group,
                    community=by_id[group.community_id],
                    messages=number,
                    members=people,
                    first_sent_at=first,
                    last_sent_at=last,
                    spans=spans[group.id],
                )
            )
        return summaries

    def create_community(self, account: Account, name: str, language: str, timezone: str) -> Community:
        """Make a community.

        Raises:
            BadInput: the name is empty, too long or taken, or language or timezone are unknown.
        """
        need_all_groups(account, Role.ADMIN)
        profile = validate_profile(Profile(name=_name(name), language=language, timezone=timezone))
        with self._store.write() as connection:
            if any(one.profile.name == profile.name for one in communities.all_of(connection) if not one.is_sample):
                raise BadInput(f"there is a community named {name.strip()!r} already; choose another name")
            return communities.add(connection, _slug(name), profile)

    def delete_community(self, account: Account, community_id: int) -> None:
        """Remove a community with its groups, messages and knowledge."""
        need_all_groups(account, Role.OWNER)
        with self._store.write() as connection:
            for group in groups.all_of(connection, community_id):
                groups.remove(connection, group.id)
            communities.remove(connection, community_id)
        self._indexing.wake()

    def create_group(self, account: Account, community_id: int, name: str, platform: Platform) -> Group:
        """Make an empty group.

        Raises:
            BadInput: the name is empty, too long or taken.
        """
        need_all_groups(account, Role.ADMIN)
        with self._store.write() as connection:
            communities.get(connection, community_id)
            return groups.add(connection, community_id, _name(name), platform)

    def rename_group(self, account: Account, group_id: int, name: str) -> Group:
        """Give a group another name.

        Raises:
            BadInput: the name is empty, too long or taken.
        """
        need(account, Role.ADMIN, group_id)
        with self._store.write() as connection:
            groups.rename(connection, group_id, _name(name))
            return groups.get(connection, group_id)

    def delete_group(self, account: Account, group_id: int) -> None:
        """Remove a group with its members, messages and own knowledge."""
        need(account, Role.OWNER, group_id)
        with self._store.write() as connection:
            groups.remove(connection, group_id)
        self._indexing.wake()

    def members(self, account: Account, group_id: int, search: str = "", *, limit: int = 200) -> list[Member]:
        """A group's members, those who wrote most first, at most `limit`."""
        need(account, Role.VIEWER, group_id)
        with self._store.read() as connection:
            groups.get(connection, group_id)
            return members.search(connection, group_id, search, limit=limit)

    def merge_members(self, account: Account, keep_id: int, other_id: int) -> None:
        """Make one member of two.

        Raises:
            BadInput: they are the same or of different groups.
        """
        with self._store.write() as connection:
            need(account, Role.ADMIN, members.group_of(connection, keep_id))
            need(account, Role.ADMIN, members.group_of(connection, other_id))
            members.merge(connection, keep_id, other_id)

    def split_member(self, account: Account, member_id: int, name: str) -> Member:
        """Make a member of their own of what one signed with a name.

        Raises:
            BadInput: the member never used that name, or no other.
        """
        with self._store.write() as connection:
            need(account, Role.ADMIN, members.group_of(connection, member_id))
            return members.get(connection, members.split(connection, member_id, name))

    def rename_member(self, account: Account, member_id: int, name: str) -> None:
        """Change the name that is shown of a member.

        Raises:
            BadInput: the name is empty or too long.
        """
        with self._store.write() as connection:
            need(account, Role.ADMIN, members.group_of(connection, member_id))
            members.rename(connection, member_id, _name(name))

    def messages(
        self, account: Account, group_id: int, *, around: int, before: int = 10, after: int = 10
    ) -> list[Message]:
        """A message in its conversation.

        Raises:
            NotFound: the message is not there, or not in this group.
        """
        need(account, Role.VIEWER, group_id)
        with self._store.read() as connection:
            found = messages.around(connection, around, before=before, after=after)
        need(account, Role.VIEWER, found[0].group_id)
        return found


def _name(text: str) -> str:
    name = " ".join(text.split())
    odd = next((char for char in name if unicodedata.category(char) in ("Cc", "Cs") or char in _TURNING), None)
    if odd is not None:
        raise BadInput(f"the name holds the character U+{ord(odd):04X}, which nobody can see; leave it out")
    if not name:
        raise BadInput("the name is empty; write one")
    if len(name) > LONGEST_NAME:
        raise BadInput(f"the name {name[:20]!r}… has {len(name)} characters; use at most {LONGEST_NAME}")
    return name


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", folded(name)).strip("-")[:80] or "community"
