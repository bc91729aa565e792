"""Which messages are there already: told by sequence, minute by minute."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.bootstrap import build
from copilot.importers.alignment import MINUTE, Entry, Slot, join_minute, same_people, votes_for_names, words_of
from copilot.records import MessageKind, Platform
from copilot.services.import_run import report_of
from copilot.services.rights import SYSTEM
from copilot.settings import Settings
from copilot.store import messages

START = datetime(2026, 4, 6, 8, 21, tzinfo=UTC)


def side(written: str, *, seconds: bool, **more: object) -> list[Entry]:
    """The entries of one minute: `a+1 b+1@7` is a's "+1" at :00 (or at no second) and b's at :07.

    Without a second given, the first is at :00 and each further one a second later.
    """
    entries = []
    for number, one in enumerate(written.split()):
        said, _, at = one.partition("@")
        when = START + timedelta(seconds=float(at) if at else number) if seconds else START
        if not seconds:
            # As importers do: within a minute the order is kept by a millisecond each.
            when += timedelta(milliseconds=number)
        values = {"id": number, "sender": said[0], "words": said[1:], "sent_at": when, "to_the_minute": not seconds}
        entries.append(Entry(**(values | more)))  # type: ignore[arg-type]
    return entries


def told(slots: list[Slot]) -> str:
    """The joined minute: `=` is on both sides, `-` only there, `+` only coming."""
    marks = []
    for slot in slots:
        one = slot.there or slot.coming
        assert one is not None
        mark = "=" if slot.there and slot.coming else "-" if slot.there else "+"
        marks.append(f"{mark}{one.sender}{one.words}")
    return " ".join(marks)


@pytest.mark.parametrize(
    ("there", "coming", "expected"),
    [
        ("", "", ""),
        ("a1 b2", "", "-a1 -b2"),
        ("", "a1 b2", "+a1 +b2"),
        ("a1 b2", "a1 b2", "=a1 =b2"),
        ("a1 b2 c3", "b2 c3 d4", "-a1 =b2 =c3 +d4"),
        ("b2 c3", "a1 b2", "+a1 =b2 -c3"),
        ("a+1 a+1", "a+1 a+1", "=a+1 =a+1"),
        ("a+1", "a+1 a+1", "=a+1 +a+1"),
        ("a+1 a+1", "a+1", "=a+1 -a+1"),
        ("a+1 b我", "b我 a+1", "-a+1 =b我 +a+1"),
        ("a+1", "b+1", "-a+1 +b+1"),
        ("a1 b2 c3", "a1 c3", "=a1 -b2 =c3"),
        ("a1 c3", "a1 b2 c3", "=a1 +b2 =c3"),
    ],
)
def test_a_minute_is_joined(there: str, coming: str, expected: str) -> None:
    assert told(join_minute(side(there, seconds=False), side(coming, seconds=False))) == expected


@pytest.mark.parametrize(
    ("there", "coming", "expected"),
    [
        ("a1@3 b2@9", "a1@3 b2@9", "=a1 =b2"),
        ("a1@3.4", "a1@3", "=a1"),
        ("a+1@3", "a+1@4", "-a+1 +a+1"),
        ("a1@9", "b2@3", "+b2 -a1"),
        ("a+1@3 a+1@20", "a+1@20", "-a+1 =a+1"),
    ],
)
def test_with_seconds_on_both_sides_times_must_agree(there: str, coming: str, expected: str) -> None:
    assert told(join_minute(side(there, seconds=True), side(coming, seconds=True))) == expected


@pytest.mark.parametrize(("second", "expected"), [(3, "=a1"), (5, "=a1"), (1, "=a1"), (6, "-a1 +a1"), (0, "+a1 -a1")])
def test_the_clock_of_live_delivery_may_differ_a_little(second: int, expected: str) -> None:
    joined = join_minute(side("a1@3", seconds=True, is_live=True), side(f"a1@{second}", seconds=True))
    assert told(joined) == expected


@pytest.mark.parametrize(
    ("there", "coming", "live"),
    [
        ("b2@5", "a1@5 b2@5", False),  # one second, and the earlier one comes later
        ("b2@5 c3@5", "a1@5 b2@5 c3@5", False),
        ("b2@0", "a1@0 a1@1 b2@2", True),  # its live clock was before that of the export
    ],
)
def test_among_equal_times_the_order_is_kept(there: str, coming: str, live: bool) -> None:
    joined = join_minute(side(there, seconds=True, is_live=live), side(coming, seconds=True))
    spoken = [slot.there or slot.coming for slot in joined]
    # As the store sorts them: by time, then by id, where what is new comes last.
    stored = sorted(joined, key=lambda slot: (slot.sent_at, slot.there is None, (slot.there or slot.coming).id))  # type: ignore[union-attr]
    assert [slot.there or slot.coming for slot in stored] == spoken


@pytest.mark.parametrize(
    ("there", "coming", "expected"),
    [("x", "x", "-a1 +a1"), ("x", "y", "=a1"), ("x", None, "=a1"), (None, None, "=a1")],
)
def test_two_ids_of_one_source_are_two_messages(there: str | None, coming: str | None, expected: str) -> None:
    joined = join_minute(side("a1", seconds=True, namespace=there), side("a1", seconds=True, namespace=coming))
    assert told(joined) == expected


def test_what_knows_the_second_gives_it_to_what_does_not() -> None:
    joined = join_minute(side("a1 b2 c3", seconds=False), side("a1@7 c3@40", seconds=True))
    assert told(joined) == "=a1 -b2 =c3"
    first, between, last = joined
    assert (first.sent_at, last.sent_at) == (START + timedelta(seconds=7), START + timedelta(seconds=40))
    assert first.sent_at < between.sent_at < last.sent_at
    assert [slot.to_the_minute for slot in joined] == [False, True, False]


def test_times_that_fit_stay_as_they_are() -> None:
    there = side("a1 b2 c3", seconds=False)
    joined = join_minute(there, side("b2", seconds=False))
    assert [slot.sent_at for slot in joined] == [one.sent_at for one in there]


def test_a_flood_is_joined_in_order_and_soon() -> None:
    flood = side(" ".join(f"a{n % 700}" for n in range(1500)), seconds=False)
    joined = join_minute(flood[:1200], flood[300:])
    assert Counter(told(joined).replace("a", " ").split()[::2]) == Counter({"-": 300, "=": 900, "+": 300})


entries = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["+1", "好", "收到"])), max_size=9)


@given(entries, st.data(), st.booleans())
def test_a_minute_cut_into_overlapping_pieces_is_whole_again(
    said: list[tuple[str, str]], data: st.DataObject, seconds: bool
) -> None:
    start = data.draw(st.integers(0, len(said)))
    end = data.draw(st.integers(start, len(said)))
    whole = side(" ".join(a + b for a, b in said), seconds=seconds)
    early, late = whole[:end], whole[start:]
    # Where nothing is shared, only seconds can tell which comes first.
    if start == end and not seconds:
        return
    for there, coming in ((early, late), (late, early)):
        joined = join_minute(there, coming)
        # The longest common sequence may pair more than the real overlap where people repeat themselves; it never
        # invents, loses or reorders anything.
        spoken = [(one.sender, one.words) for slot in joined if (one := slot.there or slot.coming)]
        for piece in (early, late):
            assert is_within([(one.sender, one.words) for one in piece], spoken)
        assert len(joined) <= len(said)
        if seconds or len(set(said)) == len(said):
            assert spoken == said


@given(entries, entries, st.booleans(), st.booleans())
def test_joining_keeps_both_orders_and_stays_inside_the_minute(
    left: list[tuple[str, str]], right: list[tuple[str, str]], left_seconds: bool, right_seconds: bool
) -> None:
    there = side(" ".join(a + b for a, b in left), seconds=left_seconds)
    coming = side(" ".join(a + b for a, b in right), seconds=right_seconds)
    joined = join_minute(there, coming)
    assert [slot.there for slot in joined if slot.there] == there
    assert [slot.coming for slot in joined if slot.coming] == coming
    assert all(START <= slot.sent_at < START + MINUTE for slot in joined)
    for a, b in pairwise(joined):
        assert a.sent_at < b.sent_at or (a.sent_at == b.sent_at and (a.there or not b.there))
        assert a.sent_at < b.sent_at or not (a.to_the_minute or b.to_the_minute)


@given(entries, st.booleans())
def test_the_same_minute_again_adds_nothing(said: list[tuple[str, str]], seconds: bool) -> None:
    whole = side(" ".join(a + b for a, b in said), seconds=seconds)
    joined = join_minute(whole, whole)
    assert all(slot.there is slot.coming for slot in joined)
    assert [slot.sent_at for slot in joined] == [one.sent_at for one in whole]


def is_within(piece: list[tuple[str, str]], whole: list[tuple[str, str]]) -> bool:
    left = iter(whole)
    return all(one in left for one in piece)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (MessageKind.TEXT, " 早上 九点\n东门 ", "早上九点东门"),
        (MessageKind.TEXT, "[图片]", "<image>"),
        (MessageKind.IMAGE, "http://x/1.jpg", "<image>"),
        (MessageKind.VOICE, "", "<voice>"),
        (MessageKind.SYSTEM, "小红 加入了群聊", "小红加入了群聊"),
        (MessageKind.OTHER, "拍了拍", "拍了拍"),
    ],
)
def test_words_that_two_formats_agree_on(kind: MessageKind, text: str, expected: str) -> None:
    assert words_of(kind, text) == expected


@pytest.mark.parametrize(
    ("there", "coming", "votes"),
    [
        ("m周六下午两点在东门集合", "s周六下午两点在东门集合", [("s", "m")]),
        ("m好的", "s好的", []),  # too short to tell
        ("m周六下午两点在东门集合 n周六下午两点在东门集合", "s周六下午两点在东门集合", []),
        ("m周六下午两点在东门集合", "m周六下午两点在东门集合", []),
    ],
)
def test_telling_words_vote_for_a_name(there: str, coming: str, votes: list[tuple[str, str]]) -> None:
    assert votes_for_names(side(there, seconds=False), side(coming, seconds=False)) == votes


@pytest.mark.parametrize(
    ("votes", "decided"),
    [
        ({("s", "m"): 3}, {"s": "m"}),
        ({("s", "m"): 2}, {}),
        ({("s", "m"): 8, ("s", "n"): 2}, {"s": "m"}),
        ({("s", "m"): 7, ("s", "n"): 3}, {}),
        ({("s", "m"): 3, ("t", "m"): 3}, {"s": "m", "t": "m"}),
    ],
)
def test_enough_votes_make_two_names_one_member(votes: dict[tuple[str, str], int], decided: dict[str, str]) -> None:
    assert same_people(Counter(votes)) == decided


# The whole road: two exports of one chat, through the importers and the store.

talks = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["甲", "乙"]), st.sampled_from(["+1", "好", "收到", "几点集合？"])),
    min_size=1,
    max_size=12,
)
Talk = list[tuple[datetime, str, str]]


def share(talk: Talk) -> str:
    lines = []
    for at, name, text in talk:
        local = at + timedelta(hours=8)
        lines.append(f"{name}  {local:%H:%M}\n{text}\n")
    return "—————  2026-04-06  —————\n" + "\n".join(lines)


def memotrace(talk: Talk) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender"
    writer.writerow(names.split(","))
    for number, (at, name, text) in enumerate(talk):
        local = at + timedelta(hours=8)
        times = int(at.timestamp()), "", text, f"{local:%Y-%m-%d %H:%M:%S}"
        writer.writerow([number, 9, 1, 0, 0, *times, "", name, f"wxid_{name}"])
    return stream.getvalue()


@contextmanager
def group_in(folder: Path) -> Iterator[tuple[object, int]]:
    app = build(Settings(data_dir=folder / "data", open_browser=False))
    community = app.groups.create_community(SYSTEM, "社群", "zh", "Asia/Shanghai")
    group = app.groups.create_group(SYSTEM, community.id, "群", Platform.WECHAT)
    try:
        yield app, group.id
    finally:
        app.indexer.release()
        app.store.close()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=talks, data=st.data())
def test_overlapping_exports_give_the_whole_chat(
    empty_store: Path, said: list[tuple[int, str, str]], data: st.DataObject
) -> None:
    # A message comes in the same second as the one before, soon after it, or in the next minute.
    talk: Talk = []
    at = START
    for pause, name, text in said:
        at += (timedelta(0), timedelta(seconds=3), timedelta(seconds=60 - at.second))[pause]
        talk.append((at, name, text))
    start = data.draw(st.integers(0, len(talk) - 1))
    end = data.draw(st.integers(start + 1, len(talk)))
    pieces = [(talk[:end], data.draw(st.booleans())), (talk[start:], data.draw(st.booleans()))]
    pieces = [(piece, exact) for piece, exact in pieces if piece]
    if data.draw(st.booleans()):
        pieces.reverse()
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir(mode=0o700)
        (folder / "data" / "copilot.sqlite3").write_bytes(empty_store.read_bytes())
        with group_in(folder) as (app, group_id):
            for number, (piece, exact) in enumerate([*pieces, *pieces]):
                path = folder / f"{number}.txt"
                path.write_text((memotrace if exact else share)(piece), encoding="utf-8", newline="\n")
                job = app.importing.start_file(SYSTEM, path, group_id=group_id)  # type: ignore[attr-defined]
                report = report_of(job)
                assert report is not None, job.error
                if number >= len(pieces):
                    assert report.new == 0, "the same export again"
            with app.store.read() as connection:  # type: ignore[attr-defined]
                found = list(messages.stretch(connection, group_id))
    spoken = [(one.sender_name, one.text) for one in found]
    wanted = [(name, text) for _, name, text in talk]
    minutes = Counter(at.replace(second=0) for at, _, _ in talk)
    assert len(found) <= len(talk)
    for piece, _ in pieces:
        assert is_within([(name, text) for _, name, text in piece], spoken)
    # The same words of one member in one second, or in one minute of a format without seconds, may be one message.
    if (all(exact for _, exact in pieces) and len(set(talk)) == len(talk)) or max(minutes.values()) == 1:
        assert spoken == wanted
    for one in found:
        if not one.to_the_minute:
            assert one.sent_at.replace(microsecond=0) in {at for at, _, _ in talk}
