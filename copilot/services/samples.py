"""The sample communities (示例): put in at the first start, moved to end yesterday, removed with one call."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from copilot.importers.registry import open_export
from copilot.knowledge.folder import read_folder
from copilot.knowledge.profiles import effective
from copilot.knowledge.sample_dates import read_last_day, shift_knowledge, shift_messages, weeks_to_shift
from copilot.records import Account, Community, CoveredSpan, Platform, Role, SourceMessage
from copilot.services.indexing import Indexing
from copilot.services.knowing import install
from copilot.services.rights import need_all_groups
from copilot.store import Connection, Store, communities, groups, jobs, messages, staging

KIND = "sample"


def _now() -> datetime:
    return datetime.now(UTC)


class Samples:
    """The sample communities that ship with the program.

    Args:
        store: where they go.
        indexing: makes them findable.
        folder: the folder with one knowledge folder each.
        clock: tells what yesterday is.
    """

    def __init__(self, store: Store, indexing: Indexing, folder: Path, *, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._indexing = indexing
        self._folder = folder
        self._clock = clock

    def installed(self) -> list[Community]:
        """The samples that are in."""
        with self._store.read() as connection:
            return [one for one in communities.all_of(connection) if one.is_sample]

    def install(self, account: Account) -> list[Community]:
        """Put in every sample that is not there.

        Raises:
            NotAllowed: the account is no admin of all groups.
        """
        need_all_groups(account, Role.ADMIN)
        there = [one.slug for one in self.installed()]
        added = []
        for folder in sorted(self._folder.iterdir()):
            # A number stands behind the name where a community of one's own had it first.
            is_in = any(re.fullmatch(re.escape(folder.name) + r"(-\d+)?", slug) for slug in there)
            if (folder / "sample.yaml").is_file() and not is_in:
                with self._store.write() as connection:
                    added.append(self._install(connection, folder))
        self._indexing.wake()
        return added

    def remove(self, account: Account, community_id: int) -> None:
        """Take a sample out with all that belongs to it."""
        need_all_groups(account, Role.ADMIN)
        if community_id not in {one.id for one in self.installed()}:
            # Only samples go without an owner's word.
            need_all_groups(account, Role.OWNER)
        with self._store.write() as connection:
            for group in groups.all_of(connection, community_id):
                groups.remove(connection, group.id)
            communities.remove(connection, community_id)
        self._indexing.wake()

    def _install(self, connection: Connection, folder: Path) -> Community:
        found = read_folder(folder)
        profile = effective(found.profile)
        zone = ZoneInfo(profile.timezone or "UTC")
        today = self._clock().astimezone(zone).date()
        weeks = weeks_to_shift(read_last_day(folder), today)
        shifted = shift_knowledge(found, weeks)
        community = communities.add(connection, folder.name, shifted.profile, is_sample=True)
        install(connection, community.id, shifted)
        for chat in sorted(folder.glob("groups/*/chat.jsonl")):
            export = open_export(chat, timezone=str(zone))
            group = groups.find(connection, community.id, export.chat_name)
            if group is None:
                platform = profile.platform or Platform.MANUAL
                group = groups.add(connection, community.id, export.chat_name, platform)
            stream = (item for item in export.items() if isinstance(item, SourceMessage))
            talk = list(
                shift_messages(stream, weeks, today=today, timezone=str(zone), language=profile.language or "zh")
            )
            self._write(connection, group.id, talk)
        return community

    def _write(self, connection: Connection, group_id: int, talk: list[SourceMessage]) -> None:
        """Write history without a report, by the same road as every import."""
        job = jobs.add(connection, KIND, "", {}, group_id=group_id, account_id=None)
        senders: dict[tuple[str | None, str], int] = {}
        rows = [
            (number, senders.setdefault((one.sender_id, one.sender_name), len(senders)), one)
            for number, one in enumerate(talk)
        ]
        staging.add_senders(
            connection,
            job.id,
            [staging.Sender(number=number, sender_id=who, name=name) for (who, name), number in senders.items()],
        )
        staging.append(connection, job.id, rows)
        staging.settle_senders(connection, job.id, group_id, {})
        staging.publish(connection, job.id, group_id)
        staging.drop(connection, job.id)
        # Nobody asks for its report, and nothing of it may stay when the sample goes.
        jobs.remove(connection, job.id)
        if talk:
            first, last = talk[0].sent_at, talk[-1].sent_at
            groups.add_span(connection, CoveredSpan(group_id=group_id, starts_at=first, ends_at=last), job.id)
            messages.log_stretch(connection, group_id, first, last)
