"""Importing: nothing lost, nothing doubled, whatever the order and the format."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copilot.errors import BadInput, NotAllowed, UnknownFormat
from copilot.records import Account, JobState, Role, SourceMessage
from copilot.services.import_run import report_of
from copilot.services.rights import SYSTEM
from copilot.store import jobs
from tests.services.conftest import Room

SHARE = """—————  2026-04-06  —————
小红  16:21
周六几点集合？

小明  16:21
+1

小明  16:21
+1

老王  16:22
早上九点，东门
"""

MORE = """—————  2026-04-06  —————
小明  16:21
+1

老王  16:22
早上九点，东门

小红  16:23
收到，谢谢
"""

# The same talk as MemoTrace writes it: seconds and ids of people, under the same names.
MEMOTRACE = """localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender
1,9,1,0,0,1775463663,,周六几点集合？,2026-04-06 16:21:03,,小红,wxid_hong
2,9,1,0,0,1775463671,,+1,2026-04-06 16:21:11,,小明,wxid_ming
3,9,1,0,0,1775463672,,+1,2026-04-06 16:21:12,,小明,wxid_ming
4,9,1,0,0,1775463725,,早上九点，东门,2026-04-06 16:22:05,,老王,wxid_wang
5,9,1,0,0,1775463790,,收到，谢谢,2026-04-06 16:23:10,,小红,wxid_hong
"""

TALK = ["小红: 周六几点集合？", "小明: +1", "小明: +1", "老王: 早上九点，东门"]


def test_a_file_becomes_messages_members_and_a_covered_span(room: Room) -> None:
    report = room.bring(SHARE)
    assert (report.read, report.new, report.known, report.skipped) == (4, 4, 0, 0)
    assert room.lines() == TALK
    (summary,) = room.app.groups.groups(SYSTEM)
    assert (summary.messages, summary.members, len(summary.spans)) == (4, 3, 1)
    assert room.app.groups.members(SYSTEM, room.group_id)[0].name == "小明"


def test_the_same_file_again_adds_nothing(room: Room) -> None:
    room.bring(SHARE)
    report = room.bring(SHARE, "again.txt")
    assert (report.new, report.known) == (0, 4)
    assert room.lines() == TALK


def test_an_overlap_adds_only_what_is_new(room: Room) -> None:
    room.bring(SHARE)
    report = room.bring(MORE)
    assert (report.new, report.known) == (1, 2)
    assert room.lines() == [*TALK, "小红: 收到，谢谢"]


def test_an_earlier_part_that_comes_later_stands_before(room: Room) -> None:
    room.bring(MORE)
    room.bring(SHARE)
    assert room.lines() == [*TALK, "小红: 收到，谢谢"]


@pytest.mark.parametrize(
    "order", [(SHARE, MEMOTRACE), (MEMOTRACE, SHARE), (MEMOTRACE, SHARE, MORE), (SHARE, MORE, MEMOTRACE)]
)
def test_the_same_chat_in_two_formats_merges(room: Room, order: tuple[str, ...]) -> None:
    for number, text in enumerate(order):
        room.bring(text, f"{number}.txt")
    assert room.lines() == [*TALK, "小红: 收到，谢谢"]
    people = {one.name: one for one in room.app.groups.members(SYSTEM, room.group_id)}
    assert len(people) == 3
    assert people["小红"].platform_ids == ("wxid_hong",)
    assert [one.to_the_minute for one in room.talk()] == [False] * 5


def test_a_plus_one_on_each_side_of_a_shared_message_is_two(room: Room) -> None:
    room.bring("—————  2026-04-06  —————\n甲  10:00\n+1\n乙  10:00\n我也去\n")
    room.bring("—————  2026-04-06  —————\n乙  10:00\n我也去\n甲  10:00\n+1\n")
    assert room.lines() == ["甲: +1", "乙: 我也去", "甲: +1"]


def test_members_under_other_names_in_another_format_are_recognised(room: Room) -> None:
    texts = [
        "周六的活动改到下午两点开始",
        "请大家提前十分钟到东门集合",
        "带好水杯和防晒的帽子啊",
        "结束以后一起去吃面好不好",
    ]
    share = "—————  2026-04-06  —————\n" + "".join(f"橙子妈妈  10:0{n}\n{t}\n" for n, t in enumerate(texts))
    header = MEMOTRACE.splitlines()[0]
    at = 1775440800
    rows = [f"{n},9,1,0,0,{at + 60 * n + 7},,{t},2026-04-06 10:0{n}:07,,陈某,wxid_c" for n, t in enumerate(texts)]
    room.bring(share)
    room.bring("\n".join([header, *rows]), "b.csv")
    assert len(room.talk()) == 4
    (member,) = room.app.groups.members(SYSTEM, room.group_id)
    assert member.names == ("橙子妈妈", "陈某")


def test_undo_takes_back_what_only_that_import_brought(room: Room) -> None:
    first = room.bring(SHARE)
    second = room.bring(MORE)
    room.app.importing.undo(SYSTEM, first.import_id)
    assert room.lines() == ["小明: +1", "老王: 早上九点，东门", "小红: 收到，谢谢"]
    room.app.importing.undo(SYSTEM, second.import_id)
    assert room.lines() == []
    assert room.app.groups.groups(SYSTEM)[0].spans == ()
    with pytest.raises(BadInput, match="undone"):
        room.app.importing.undo(SYSTEM, second.import_id)


def test_a_new_group_goes_with_the_undo_of_its_only_import(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(SHARE, encoding="utf-8")
    job = room.app.importing.start_file(SYSTEM, path, new_group_name="新群", community_id=1)
    assert [one.group.name for one in room.app.groups.groups(SYSTEM)] == ["群", "新群"]
    room.app.importing.undo(SYSTEM, job.id)
    assert [one.group.name for one in room.app.groups.groups(SYSTEM)] == ["群"]
    assert room.app.jobs.get(job.id).state is JobState.UNDONE


def message(number: int, **more: object) -> SourceMessage:
    """One message a minute."""
    at = datetime(2026, 4, 6, 8, tzinfo=UTC) + timedelta(minutes=number)
    values: dict[str, object] = {
        "sent_at": at,
        "sender_name": "甲",
        "sender_id": "u1",
        "text": f"第{number}条",
        "platform_id": f"chatlab:m{number}",
    }
    return SourceMessage(**(values | more))  # type: ignore[arg-type]


def test_replies_are_linked_even_if_the_answered_message_comes_later(room: Room) -> None:
    room.bring_messages([message(2, reply_to="chatlab:m1")], "b.jsonl")
    assert room.talk()[0].reply_to_id is None
    room.bring_messages([message(1)], "a.jsonl")
    asked, answer = room.talk()
    assert answer.reply_to_id == asked.id


def test_a_recall_in_a_later_export_takes_the_message_out_for_good(room: Room) -> None:
    room.bring_messages([message(1), message(2)], "a.jsonl")
    report = room.bring_messages([message(2, recalled=True)], "b.jsonl")
    assert report.recalled == 1
    room.bring_messages([message(1), message(2)], "c.jsonl")
    assert room.lines() == ["甲: 第1条"]


def test_a_double_id_in_one_file_is_skipped_and_said(room: Room) -> None:
    report = room.bring_messages([message(1), message(1, text="另一个"), message(2)])
    assert (report.new, report.skipped) == (2, 1)
    assert "chatlab:m1" in report.skips[0][1]
    assert room.lines() == ["甲: 第1条", "甲: 第2条"]


def test_two_ids_of_one_source_are_two_messages_however_alike(room: Room) -> None:
    same = {"text": "+1", "sent_at": datetime(2026, 4, 6, 8, tzinfo=UTC)}
    room.bring_messages([message(1, **same)], "a.jsonl")
    room.bring_messages([message(1, **same), message(2, **same)], "b.jsonl")
    assert room.lines() == ["甲: +1", "甲: +1"]


def test_an_empty_group_imports_without_fuss(room: Room) -> None:
    report = room.bring_messages([])
    assert (report.read, report.first_sent_at) == (0, None)
    assert room.lines() == []


def test_what_breaks_off_after_thousands_vanishes(room: Room) -> None:
    room.bring_messages([message(n) for n in range(20)], "good.jsonl")
    rows = [
        {
            "id": n,
            "type": "message",
            "date_unixtime": str(1775463663 + n),
            "from": "A",
            "from_id": "user1",
            "text": f"hi {n}",
        }
        for n in range(7000)
    ]
    chat = {"name": "群", "type": "private_supergroup", "id": 5, "messages": rows}
    broken = room.folder / "array.json"
    broken.write_text(json.dumps(chat)[:-30], encoding="utf-8")
    before = room.lines()
    job = room.app.importing.start_file(SYSTEM, broken, group_id=room.group_id)
    assert job.state is JobState.FAILED
    assert "array.json" in job.error
    assert report_of(job) is None
    assert room.lines() == before
    with room.app.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM staged_message").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM staged_sender").scalar() == 0


@pytest.mark.parametrize("text", ["hello\nworld\n", "", "{}", "[1, 2]", "a,b,c\n1,2,3\n"])
def test_an_unknown_file_names_the_formats(room: Room, text: str) -> None:
    path = room.folder / "x"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((UnknownFormat, BadInput), match=r"(?i)chatlab|empty"):
        room.app.importing.start_file(SYSTEM, path, group_id=room.group_id)


def test_cancelled_work_vanishes(room: Room) -> None:
    path = room.folder / "a.txt"
    path.write_text(SHARE, encoding="utf-8")
    job = room.app.importing.start_file(SYSTEM, path, group_id=room.group_id, run=False)
    room.app.importing.cancel(SYSTEM, job.id)
    assert room.app.jobs.run_now(job.id).state is JobState.CANCELLED
    assert room.lines() == []
    with pytest.raises(BadInput, match="ended"):
        room.app.importing.cancel(SYSTEM, job.id)


def test_pasted_text_is_imported_like_a_file(room: Room) -> None:
    job = room.app.importing.start_text(
        SYSTEM, "小红 2026/4/6 16:21:05\n几点集合\n小明 2026/4/6 16:21:40\n九点\n", group_id=room.group_id
    )
    assert job.state is JobState.DONE, job.error
    assert room.lines() == ["小红: 几点集合", "小明: 九点"]
    assert list(room.app.settings.uploads_dir.iterdir()) == []


def test_a_file_of_ours_is_deleted_when_it_is_in(room: Room) -> None:
    path = room.folder / "upload"
    path.write_text(SHARE, encoding="utf-8")
    room.app.importing.start_file(SYSTEM, path, group_id=room.group_id, keep_file=False)
    assert not path.exists()
    assert list(room.app.settings.uploads_dir.iterdir()) == []


def test_who_may_not_does_not(room: Room) -> None:
    path = room.folder / "x.txt"
    path.write_text(SHARE, encoding="utf-8")
    moderator = Account(id=7, name="小值", role=Role.MODERATOR)
    elsewhere = Account(id=8, name="小管", role=Role.ADMIN, group_ids=frozenset({99}))
    for account in (moderator, elsewhere):
        with pytest.raises(NotAllowed):
            room.app.importing.start_file(account, path, group_id=room.group_id)
        with pytest.raises(NotAllowed):
            room.app.importing.start_file(account, path, new_group_name="群二", community_id=1)


def test_export_reads_back_as_the_same_messages(room: Room) -> None:
    room.bring(MEMOTRACE, "a.csv")
    path = room.folder / "out.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        assert room.app.importing.export(SYSTEM, room.group_id, stream) == 5
    before = room.lines()
    report = room.bring_file(path)
    assert (report.new, report.known) == (0, 5)
    assert room.lines() == before


def test_an_exporter_may_order_one_second_as_it_likes(room: Room) -> None:
    first, second = "2026-04-06 16:21:41 李四\n第一句\n\n", "2026-04-06 16:21:41 王五\n第二句\n\n"
    room.bring(first + second)
    for text in (second + first, first + second, second):
        report = room.bring(text)
        assert report.new == 0
    assert room.lines() == ["李四: 第一句", "王五: 第二句"]


def test_a_members_words_do_not_make_another_format_of_a_file(room: Room) -> None:
    report = room.bring("—————  2026-04-06  —————\n\n李四  16:21\n消息对象:群\n\n王五  16:22\n好\n\n")
    assert (report.format, report.new) == ("wechat-share", 2)


def test_a_file_that_is_still_being_written_is_not_imported_half(room: Room) -> None:
    path = room.folder / "a.txt"
    path.write_text(SHARE, encoding="utf-8")
    job = room.app.importing.start_file(SYSTEM, path, group_id=room.group_id, run=False)
    path.write_text(SHARE + MORE, encoding="utf-8")
    job = room.app.jobs.run_now(job.id)
    assert job.state is JobState.FAILED
    assert "changed" in job.error
    assert room.lines() == []


def test_a_recalled_message_stays_out_after_its_import_was_undone(room: Room) -> None:
    report = room.bring_messages([message(1), message(2)], "a.jsonl")
    room.app.intake.recall(room.group_id, "chatlab:m2")
    room.app.importing.undo(SYSTEM, report.import_id)
    room.bring_messages([message(1), message(2)], "b.jsonl")
    assert room.lines() == ["甲: 第1条"]


def test_only_those_who_may_stop_an_import_into_a_new_group(room: Room) -> None:
    path = room.folder / "a.txt"
    path.write_text(SHARE, encoding="utf-8")
    job = room.app.importing.start_file(SYSTEM, path, new_group_name="新群", community_id=1, run=False)
    limited = Account(id=8, name="小管", role=Role.ADMIN, group_ids=frozenset({room.group_id}))
    with pytest.raises(NotAllowed):
        room.app.importing.cancel(limited, job.id)
    assert room.app.jobs.run_now(job.id).state is JobState.DONE


def test_an_import_of_a_new_group_that_was_cut_short_after_publishing_goes_on(room: Room) -> None:
    path = room.folder / "a.txt"
    path.write_text(SHARE, encoding="utf-8")
    job = room.app.importing.start_file(SYSTEM, path, new_group_name="新群", community_id=1)
    with room.app.store.write() as connection:
        jobs.save(connection, job.id, state=JobState.RUNNING)
    again = room.app.importing.start_file(SYSTEM, path, new_group_name="新群", community_id=1)
    assert (again.id, again.state) == (job.id, JobState.DONE)


@pytest.mark.parametrize("name", ["a\x00b", "a\u202eb", "a\ud800b", "  "])
def test_names_that_deceive_are_refused(room: Room, name: str) -> None:
    with pytest.raises(BadInput, match="name"):
        room.app.groups.rename_group(SYSTEM, room.group_id, name)
