"""The sample communities: put in once, marked, ending yesterday, and gone without a trace when they are removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from copilot.bootstrap import App, build, shipped
from copilot.errors import NotAllowed
from copilot.importers.chatlab import write_chatlab
from copilot.records import Account, Answer, Platform, Role, SourceMessage
from copilot.retrieval.words import WordIndex
from copilot.services.rights import SYSTEM
from copilot.services.samples import Samples
from copilot.settings import Settings
from copilot.store.tables import metadata

SHANGHAI = ZoneInfo("Asia/Shanghai")


def tiny(folder: Path, name: str = "small") -> Path:
    """A sample with one chat, the last message of which was sent on its last day."""
    place = folder / name
    (place / "groups" / "聊天").mkdir(parents=True)
    files = {
        "sample.yaml": "last_day: 2026-05-02\n",
        "profile.yaml": f"name: 示例{name}\nplatform: wechat\nlanguage: zh\ntimezone: Asia/Shanghai\n",
        "faq.yaml": "- question: 几点开门？\n  answer: '{date:2026-05-01}起九点'\n  expires_on: 2026-05-03\n",
        "rules.yaml": "- number: 1\n  text: 不发广告\n",
        "groups/聊天/rules.yaml": "- number: 1\n  text: 只聊书\n",
    }
    for path, text in files.items():
        (place / path).write_text(text, encoding="utf-8")
    # A fortnight with one message an evening: moved by whole weeks, up to six days of it lie after yesterday.
    evening = datetime(2026, 5, 2, 12, tzinfo=UTC)
    talk = [
        SourceMessage(
            sent_at=evening - timedelta(days=13 - number),
            sender_name=f"成员{number % 2}",
            sender_id=f"u{number % 2}",
            text=f"第{number}天说到{{date:2026-05-01}}",
            platform_id=f"chatlab:{number}",
        )
        for number in range(14)
    ]
    with (place / "groups" / "聊天" / "chat.jsonl").open("w", encoding="utf-8", newline="\n") as stream:
        write_chatlab(stream, talk, chat_name="聊天", platform=Platform.WECHAT)
    return place


@pytest.fixture
def samples(app: App, tmp_path: Path) -> Samples:
    """Samples from a folder with one of them."""
    folder = tmp_path / "knowledge"
    tiny(folder)
    (folder / "no-sample").mkdir()
    return Samples(app.store, app.indexing, folder, clock=lambda: datetime(2026, 6, 15, 4, tzinfo=UTC))


def rows(app: App) -> dict[str, int]:
    """How many rows each table has; the change log, what the numbering remembers and how far work is are left out."""
    with app.store.read() as connection:
        return {
            name: int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() or 0)
            for name in metadata.tables
            if name not in ("change", "fact")
        }


def indexed(app: App) -> int:
    app.indexing.bring_up()
    return len(WordIndex.open_reader(app.settings.index_dir / "words"))


def test_it_is_put_in_once_and_marked(app: App, samples: Samples) -> None:
    (added,) = samples.install(SYSTEM)
    before = rows(app)
    assert samples.install(SYSTEM) == []
    assert rows(app) == before
    assert samples.installed() == [added]
    assert (added.slug, added.is_sample) == ("small", True)
    (group,) = app.groups.groups(SYSTEM)
    assert group.group.is_sample
    assert 8 <= group.messages <= 14
    assert [one.name for one in app.groups.members(SYSTEM, group.group.id)] == ["成员0", "成员1"]
    assert app.jobs.recent(SYSTEM, kind="import") == []


def test_one_of_ones_own_of_the_same_name_is_no_sample(app: App, samples: Samples) -> None:
    own = app.groups.create_community(SYSTEM, "Small", "en", "UTC")
    assert own.slug == "small"
    (added,) = samples.install(SYSTEM)
    assert samples.install(SYSTEM) == []
    samples.remove(SYSTEM, added.id)
    assert app.groups.communities(SYSTEM) == [own]


def test_a_new_sample_of_a_later_version_joins_those_that_are_in(app: App, samples: Samples, tmp_path: Path) -> None:
    samples.install(SYSTEM)
    tiny(tmp_path / "knowledge", "zweites")
    assert [one.slug for one in samples.install(SYSTEM)] == ["zweites"]


@pytest.mark.parametrize("hour", [0, 15, 16, 23])
@pytest.mark.parametrize("day", range(7))
def test_it_ends_yesterday_on_whatever_day(app: App, tmp_path: Path, day: int, hour: int) -> None:
    tiny(tmp_path / "knowledge")
    now = datetime(2026, 6, 15, hour, 30, tzinfo=UTC) + timedelta(days=day)
    Samples(app.store, app.indexing, tmp_path / "knowledge", clock=lambda: now).install(SYSTEM)
    (group,) = app.groups.groups(SYSTEM)
    assert group.last_sent_at is not None
    yesterday = now.astimezone(SHANGHAI).date() - timedelta(days=1)
    assert group.last_sent_at.astimezone(SHANGHAI).date() == yesterday
    with app.store.read() as connection:
        texts = connection.exec_driver_sql("SELECT text FROM message").scalars().all()
        expires_on, answer = connection.exec_driver_sql("SELECT expires_on, answer FROM faq_entry").one()
    assert not [text for text in (*texts, answer) if "{" in text]
    # The entry ends a day after the talk as it was written, which has moved by whole weeks to yesterday or later.
    assert date.fromisoformat(expires_on).weekday() == date(2026, 5, 3).weekday()
    assert 1 <= (date.fromisoformat(expires_on) - yesterday).days <= 7


@pytest.fixture
def shipped_app(settings: Settings, empty_store: Path) -> Iterator[App]:
    """The application with the samples that ship."""
    settings.data_dir.mkdir(mode=0o700)
    settings.database_path.write_bytes(empty_store.read_bytes())
    built = build(settings)
    built.samples.install(SYSTEM)
    yield built
    built.indexer.release()
    built.store.close()


def test_what_ships_ends_yesterday_today(shipped_app: App) -> None:
    for one in shipped_app.groups.groups(SYSTEM):
        zone = ZoneInfo(one.community.profile.timezone or "UTC")
        assert one.last_sent_at is not None
        days = (datetime.now(UTC).astimezone(zone).date() - one.last_sent_at.astimezone(zone).date()).days
        assert 1 <= days <= 2
        assert one.messages > 100
        assert one.spans


def test_removal_leaves_nothing_and_it_can_come_back(app: App, samples: Samples) -> None:
    empty = rows(app)
    (added,) = samples.install(SYSTEM)
    whole = indexed(app)
    assert whole > 0
    said = app.asking.ask(SYSTEM, "几点开门？", community_id=added.id)
    assert isinstance(said, Answer)
    full = rows(app)
    samples.remove(SYSTEM, added.id)
    assert indexed(app) == 0
    assert rows(app) == empty
    (again,) = samples.install(SYSTEM)
    assert again.profile == added.profile
    assert indexed(app) == whole
    assert rows(app) == full


def test_removal_takes_also_what_people_added_to_it(app: App, samples: Samples, tmp_path: Path) -> None:
    empty = rows(app)
    (added,) = samples.install(SYSTEM)
    (group,) = app.groups.groups(SYSTEM)
    path = tmp_path / "x.txt"
    path.write_text("—————  2026-06-14  —————\n小红  16:21\n新来的话\n", encoding="utf-8")
    job = app.importing.start_file(SYSTEM, path, group_id=group.group.id)
    samples.remove(SYSTEM, added.id)
    assert indexed(app) == 0
    left = {name: number for name, number in rows(app).items() if number != empty[name]}
    assert left == {"job": 1}, "the report of an import stays"
    assert app.jobs.get(job.id).group_id is None


def test_one_sample_goes_without_the_other(app: App, samples: Samples, tmp_path: Path) -> None:
    tiny(tmp_path / "knowledge", "zweites")
    first, second = samples.install(SYSTEM)
    whole = indexed(app)
    samples.remove(SYSTEM, first.id)
    assert samples.installed() == [second]
    assert indexed(app) == whole / 2
    assert isinstance(app.asking.ask(SYSTEM, "几点开门？", community_id=second.id), Answer)
    # The one that was taken out by hand stays out until it is asked for.
    assert [one.slug for one in samples.install(SYSTEM)] == [first.slug]


def test_who_may(app: App, samples: Samples) -> None:
    moderator = Account(id=2, name="小值", role=Role.MODERATOR)
    limited = Account(id=3, name="小管", role=Role.ADMIN, group_ids=frozenset({1}))
    for account in (moderator, limited):
        with pytest.raises(NotAllowed):
            samples.install(account)
    admin = Account(id=4, name="管理员", role=Role.ADMIN)
    (added,) = samples.install(admin)
    for account in (moderator, limited):
        with pytest.raises(NotAllowed):
            samples.remove(account, added.id)
    samples.remove(admin, added.id)
    own = app.groups.create_community(SYSTEM, "自己的", "zh", "Asia/Shanghai")
    with pytest.raises(NotAllowed):
        samples.remove(admin, own.id)
    assert app.groups.communities(SYSTEM) == [own]


def test_what_ships_is_there() -> None:
    folders = [path.parent for path in shipped("knowledge").glob("*/sample.yaml")]
    assert len(folders) == 2
    for folder in folders:
        for chat in folder.glob("groups/*/chat.jsonl"):
            header = json.loads(chat.read_text(encoding="utf-8").splitlines()[0])
            assert header["meta"]["name"]
