"""Small words for the tests of imports: a group, a file in a format, what the group then holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from copilot.bootstrap import App
from copilot.importers.chatlab import write_chatlab
from copilot.records import ImportReport, Message, Platform, SourceMessage
from copilot.services.import_run import report_of
from copilot.services.rights import SYSTEM
from copilot.store import groups, messages


@dataclass
class Room:
    """One group and the ways into it."""

    app: App
    folder: Path
    group_id: int

    def bring(self, text: str, name: str = "chat.txt") -> ImportReport:
        """Import a text as a file."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="\n")
        return self.bring_file(path)

    def bring_file(self, path: Path) -> ImportReport:
        """Import a file."""
        job = self.app.importing.start_file(SYSTEM, path, group_id=self.group_id)
        report = report_of(job)
        assert report is not None, job.error
        return report

    def bring_messages(self, talk: list[SourceMessage], name: str = "chat.jsonl") -> ImportReport:
        """Import messages as ChatLab JSONL."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            write_chatlab(stream, talk, chat_name="群", platform=Platform.WECHAT)
        return self.bring_file(path)

    def talk(self) -> list[Message]:
        """What the group holds, in order."""
        with self.app.store.read() as connection:
            return list(messages.stretch(connection, self.group_id))

    def lines(self) -> list[str]:
        """The same as `name: text`."""
        return [f"{one.sender_name}: {one.text}" for one in self.talk()]


@pytest.fixture
def room(app: App, tmp_path: Path) -> Room:
    """An empty group."""
    community = app.groups.create_community(SYSTEM, "社群", "zh", "Asia/Shanghai")
    group = app.groups.create_group(SYSTEM, community.id, "群", Platform.WECHAT)
    return Room(app, tmp_path, group.id)


@pytest.fixture
def make_room(app: App, tmp_path: Path) -> Callable[[str], Room]:
    """Makes further groups, each in a community of its own."""

    def make(name: str) -> Room:
        community = app.groups.create_community(SYSTEM, name, "zh", "Asia/Shanghai")
        group = app.groups.create_group(SYSTEM, community.id, name, Platform.WECHAT)
        folder = tmp_path / name
        folder.mkdir()
        return Room(app, folder, group.id)

    return make


__all__ = ["Room", "groups"]
