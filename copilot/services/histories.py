"""The history of a place: which groups it is made of, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from copilot.analytics.stretches import Reach, Stretch, reach
from copilot.records import Citation, Community, Group, Message, Profile, Source, SourceKind
from copilot.services.locating import Location
from copilot.store import Store, groups, messages


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The history of a group, or of a community's groups as far as an account may see them.

    Args:
        place: the groups, with their community and profile.
        zone: whose days and hours are meant.
        spans: the stretches of time that each group's history covers, by group id.
    """

    place: Location
    zone: ZoneInfo
    spans: dict[int, tuple[tuple[datetime, datetime], ...]]

    @property
    def community(self) -> Community:
        """The community."""
        return self.place.community

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups; none where a community has none yet."""
        return self.place.groups

    @property
    def profile(self) -> Profile:
        """What holds there."""
        return self.place.profile

    @property
    def group_ids(self) -> list[int]:
        """The groups' ids."""
        return self.place.group_ids

    @property
    def last_at(self) -> datetime | None:
        """Up to when the history of the group that reaches furthest goes."""
        return max((span[-1][1] for span in self.spans.values() if span), default=None)

    @property
    def first_at(self) -> datetime | None:
        """Where the history of the group that reaches back furthest begins."""
        return min((span[0][0] for span in self.spans.values() if span), default=None)

    def name_of(self, group_id: int) -> str:
        """A group's name."""
        return next((group.name for group in self.groups if group.id == group_id), "")

    def reaches(self, stretch: Stretch) -> tuple[Reach, ...]:
        """How far each group's history reaches into a stretch."""
        return tuple(reach(group.id, stretch, self.spans.get(group.id, ())) for group in self.groups)

    def covered(self, stretch: Stretch) -> list[tuple[int, Stretch]]:
        """What of a stretch is covered, group by group: (group id, part)."""
        return [(found.group_id, part) for found in self.reaches(stretch) for part in found.covered]

    def last_run(self, group_id: int) -> Stretch | None:
        """The last stretch of a group's history without a gap."""
        spans = self.spans.get(group_id)
        if not spans:
            return None
        whole = Stretch(starts_at=spans[0][0], ends_at=spans[-1][1] + timedelta(microseconds=1))
        return reach(group_id, whole, spans).covered[-1]

    def cite(self, message: Message) -> Citation:
        """A message as a source that can be opened."""
        source = Source(
            kind=SourceKind.HISTORY, id=message.id, community_id=self.community.id, group_id=message.group_id
        )
        return Citation(
            source=source,
            title=self.name_of(message.group_id),
            words=message.text,
            sender_name=message.sender_name,
            sent_at=message.sent_at,
        )


def read_history(store: Store, place: Location, timezone: str) -> History:
    """How far the history of a place reaches. Two look-ups by index a group.

    Args:
        timezone: where the profile says none.
    """
    spans = {}
    with store.read() as connection:
        for group_id in place.group_ids:
            found = tuple((span.starts_at, span.ends_at) for span in groups.spans(connection, group_id))
            newest = messages.newest_at(connection, [group_id])
            # Messages that came in live stand in no span; they do not bridge what lies between.
            if newest is not None and (not found or newest > found[-1][1]):
                found = (*found, (newest, newest))
            spans[group_id] = found
    return History(place=place, zone=ZoneInfo(place.profile.timezone or timezone), spans=spans)
