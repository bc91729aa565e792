"""Live messages, recalls, borders between groups: a conversation with the whole application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from copilot.errors import BadInput, Busy, Conflict, NotAllowed, NotFound
from copilot.records import (
    Account,
    Answer,
    Document,
    FaqEntry,
    Platform,
    Role,
    Rule,
    Silence,
    SilenceReason,
    SourceKind,
    SourceMessage,
)
from copilot.retrieval.retriever import Retriever
from copilot.services.rights import SYSTEM
from tests.conftest import NOW
from tests.services.conftest import Room

HOUR = timedelta(hours=1)


def say(room: Room, name: str, text: str, *, minutes: int = 0, platform_id: str | None = None, **more: object) -> None:
    source = SourceMessage(
        sent_at=NOW + timedelta(minutes=minutes), sender_name=name, text=text, platform_id=platform_id, **more,  # type: ignore[arg-type]
    )  # fmt: skip
    room.app.intake.receive(room.group_id, source)


def ask(room: Room, question: str, **more: object) -> Answer | Silence:
    room.app.indexing.bring_up()
    return room.app.asking.ask(SYSTEM, question, group_id=room.group_id, **more)  # type: ignore[arg-type]


def words(said: Answer | Silence) -> str:
    citations = said.citations if isinstance(said, Answer) else said.near
    return "\n".join(one.words for one in citations)


@pytest.fixture
def picnic(room: Room) -> Room:
    """A group in which a date was settled."""
    say(room, "小红", "野餐日定在哪天呀？", platform_id="x:1")
    say(room, "馆长", "野餐日定在10月18日周六上午十点，滨江公园东门集合", minutes=1, platform_id="x:2", reply_to="x:1")
    say(room, "小红", "收到谢谢馆长", minutes=2, platform_id="x:3")
    return room


def test_a_live_message_is_found_at_once(picnic: Room) -> None:
    said = ask(picnic, "野餐日是哪天？")
    assert isinstance(said, Answer)
    assert "10月18日" in said.text
    cited = said.citations[0]
    assert (cited.source.kind, cited.sender_name) == (SourceKind.HISTORY, "馆长")
    opened = picnic.app.asking.open_source(SYSTEM, cited.source)
    assert opened.focus_id == cited.source.id
    assert opened.messages[0].text == "野餐日定在哪天呀？"


def test_a_message_delivered_twice_is_one(picnic: Room) -> None:
    say(picnic, "馆长", "又来一遍", platform_id="x:2")
    assert len(picnic.talk()) == 3


def test_the_background_makes_it_findable_within_two_seconds(picnic: Room) -> None:
    app = picnic.app
    app.indexing.start()
    try:
        say(picnic, "馆长", "停车请走青禾路北门地库", minutes=5, platform_id="x:9")
        with app.store.read() as connection:
            newest = connection.exec_driver_sql("SELECT max(id) FROM change").scalar()
        assert app.indexer.wait_for(int(newest), 2.0)
        assert "北门地库" in words(app.asking.ask(SYSTEM, "停车走哪个门？", group_id=picnic.group_id))
    finally:
        app.indexing.close()


def test_a_recalled_message_answers_no_more(picnic: Room) -> None:
    assert "滨江公园" in words(ask(picnic, "野餐日在哪里集合？"))
    assert picnic.app.intake.recall(picnic.group_id, "x:2")
    assert "滨江公园" not in words(ask(picnic, "野餐日在哪里集合？"))
    say(picnic, "馆长", "野餐日在滨江公园", platform_id="x:2")
    assert "滨江公园" not in words(ask(picnic, "野餐日在哪里集合？"))
    assert not picnic.app.intake.recall(picnic.group_id, "x:77")


def test_an_undone_import_answers_no_more(room: Room) -> None:
    report = room.bring("—————  2026-04-06  —————\n小红  16:21\n野餐在哪里集合？\n馆长  16:22\n滨江公园东门\n")
    assert "滨江公园" in words(ask(room, "野餐在哪里集合？"))
    room.app.importing.undo(SYSTEM, report.import_id)
    assert words(ask(room, "野餐在哪里集合？")) == ""


def test_history_never_answers_in_another_group(picnic: Room, make_room: Callable[[str], Room]) -> None:
    other = picnic.app.groups.create_group(SYSTEM, 1, "二群", Platform.WECHAT)
    sibling = Room(picnic.app, picnic.folder, other.id)
    stranger = make_room("别处")
    for room in (sibling, stranger):
        say(room, "路人", "今天下雨了")
        said = ask(room, "野餐日是哪天？")
        assert isinstance(said, Silence)
        assert "滨江" not in words(said)


def test_what_the_community_knows_answers_in_all_its_groups_and_a_groups_own_only_there(picnic: Room) -> None:
    app = picnic.app
    other = app.groups.create_group(SYSTEM, 1, "二群", Platform.WECHAT)
    sibling = Room(app, picnic.folder, other.id)
    app.knowing.save_faq(SYSTEM, FaqEntry(question="押金多少钱？", answer="押金一百元，退卡时退还。", community_id=1))
    app.knowing.save_faq(
        SYSTEM, FaqEntry(question="打卡几点截止？", answer="每晚十点截止。", community_id=1, group_id=picnic.group_id)
    )
    for room in (picnic, sibling):
        said = ask(room, "押金多少钱")
        assert isinstance(said, Answer)
        assert said.citations[0].source.kind is SourceKind.FAQ
    assert isinstance(ask(picnic, "打卡几点截止"), Answer)
    assert "十点" not in words(ask(sibling, "打卡几点截止"))


def test_an_entry_past_its_day_never_answers(room: Room) -> None:
    app = room.app
    entry = FaqEntry(question="寒假几点开门？", answer="寒假十点开门。", community_id=1, expires_on=date(2026, 6, 15))
    saved = app.knowing.save_faq(SYSTEM, entry)
    assert isinstance(ask(room, "寒假几点开门？"), Answer)
    app.knowing.save_faq(SYSTEM, replace(saved, expires_on=date(2026, 6, 14)))
    said = ask(room, "寒假几点开门？")
    assert isinstance(said, Silence)
    assert said.reason is SilenceReason.EXPIRED


def test_edits_name_their_version_and_a_removed_entry_is_gone(room: Room) -> None:
    knowing = room.app.knowing
    saved = knowing.save_faq(SYSTEM, FaqEntry(question="押金多少钱？", answer="一百元。", community_id=1))
    newer = knowing.save_faq(SYSTEM, replace(saved, answer="两百元。"))
    assert newer.version == 2
    with pytest.raises(Conflict, match="somebody else"):
        knowing.save_faq(SYSTEM, replace(saved, answer="三百元。"))
    assert "两百元" in words(ask(room, "押金多少钱？"))
    with pytest.raises(BadInput):
        knowing.save_faq(SYSTEM, FaqEntry(question="押金多少钱?", answer="x", community_id=1))
    gone = knowing.delete_faq(SYSTEM, saved.id)
    assert words(ask(room, "押金多少钱？")) == ""
    with pytest.raises(NotFound):
        knowing.delete_faq(SYSTEM, saved.id)
    knowing.save_faq(SYSTEM, replace(gone, id=0))
    assert "两百元" in words(ask(room, "押金多少钱？"))


def test_rules_and_documents_are_cited_by_number_and_title(room: Room) -> None:
    knowing = room.app.knowing
    knowing.save_rule(SYSTEM, Rule(number=3, text="群内不发广告和砍价链接，第一次提醒，第二次移出。", community_id=1))
    text = "# 借阅办法\n\n## 续借\n\n每本书可以续借一次，续借期十四天，到期前在小程序里点续借。"
    knowing.save_document(SYSTEM, Document(name="借阅办法", text=text, community_id=1))
    said = ask(room, "群里可以发广告和砍价链接吗？")
    assert isinstance(said, Answer)
    assert said.citations[0].title == "群规第3条"
    said = ask(room, "续借期是多少天？")
    assert isinstance(said, Answer)
    assert "借阅办法" in said.citations[0].title
    opened = room.app.asking.open_source(SYSTEM, said.citations[0].source)
    assert "十四天" in opened.text


def test_a_limited_account_sees_only_its_groups(picnic: Room, make_room: Callable[[str], Room]) -> None:
    other = make_room("别处")
    say(other, "某人", "秘密地点是老仓库")
    app = picnic.app
    app.indexing.bring_up()
    helper = Account(id=5, name="小助手", role=Role.MODERATOR, group_ids=frozenset({picnic.group_id}))
    assert [one.group.name for one in app.groups.groups(helper)] == ["群"]
    assert len(app.groups.communities(helper)) == 1
    with pytest.raises(NotAllowed):
        app.asking.ask(helper, "秘密地点是哪里？", group_id=other.group_id)
    with pytest.raises(NotAllowed):
        app.asking.ask(helper, "秘密地点是哪里？", community_id=2)
    with pytest.raises(NotAllowed):
        app.groups.members(helper, other.group_id)
    (secret,) = other.talk()
    with pytest.raises(NotAllowed):
        app.groups.messages(helper, picnic.group_id, around=secret.id)
    with pytest.raises(NotAllowed):
        app.knowing.save_faq(helper, FaqEntry(question="q", answer="a", community_id=1))


@pytest.mark.parametrize(("question", "reason"), [("", SilenceReason.EMPTY), ("   ", SilenceReason.EMPTY)])
def test_nothing_asked(room: Room, question: str, reason: SilenceReason) -> None:
    said = ask(room, question)
    assert isinstance(said, Silence)
    assert said.reason is reason


def test_what_is_wrong_with_a_question_is_said(room: Room) -> None:
    with pytest.raises(BadInput, match="2000"):
        ask(room, "问" * 2001)
    with pytest.raises(BadInput, match="name one"):
        room.app.asking.ask(SYSTEM, "几点？")
    with pytest.raises(NotFound):
        room.app.asking.ask(SYSTEM, "几点？", group_id=99)


def test_members_merge_split_and_are_renamed(room: Room) -> None:
    groups = room.app.groups
    say(room, "橙子", "一", sender_id="u1")
    say(room, "圆子妈", "二", sender_id="u2")
    say(room, "路人", "三")
    orange, round_, _ = sorted(groups.members(SYSTEM, room.group_id), key=lambda one: one.id)
    groups.merge_members(SYSTEM, orange.id, round_.id)
    assert {one.name: one.message_count for one in groups.members(SYSTEM, room.group_id)} == {"橙子": 2, "路人": 1}
    with pytest.raises(BadInput):
        groups.merge_members(SYSTEM, orange.id, orange.id)
    say(room, "圆子妈", "四", sender_id="u2", minutes=9)
    assert groups.members(SYSTEM, room.group_id, "圆子")[0].message_count == 3
    new = groups.split_member(SYSTEM, orange.id, "圆子妈")
    assert (new.name, new.message_count) == ("圆子妈", 2)
    with pytest.raises(BadInput, match="cannot be split"):
        groups.split_member(SYSTEM, new.id, "圆子妈")
    groups.rename_member(SYSTEM, new.id, " 圆子妈妈 ")
    assert groups.members(SYSTEM, room.group_id, "圆子妈妈")[0].id == new.id


def test_two_owners_of_the_index_do_not_meet(picnic: Room) -> None:
    from copilot.retrieval.indexer import Indexer

    picnic.app.indexer.acquire()
    with pytest.raises(Busy, match="another process"):
        Indexer(picnic.app.store, picnic.app.settings.index_dir).acquire()


def test_the_index_made_anew_answers_the_same(picnic: Room) -> None:
    before = words(ask(picnic, "野餐日是哪天？"))
    picnic.app.indexing.rebuild()
    assert words(ask(picnic, "野餐日是哪天？")) == before
    assert not picnic.app.indexing.is_behind()


def test_a_removed_group_is_gone_from_the_index(picnic: Room) -> None:
    picnic.app.indexing.bring_up()
    picnic.app.groups.delete_group(SYSTEM, picnic.group_id)
    picnic.app.indexing.bring_up()
    said = picnic.app.asking.ask(SYSTEM, "野餐日是哪天？", community_id=1)
    assert words(said) == ""


def test_damage_while_it_runs_is_noticed_and_mended(picnic: Room) -> None:
    app = picnic.app
    app.indexing.start()
    try:
        app.indexing.bring_up()
        for path in (app.settings.index_dir / "words").rglob("*"):
            if path.is_file():
                path.write_bytes(b"damaged")
        retriever = Retriever(app.store, app.settings.index_dir, app.indexing.distrust)
        fresh = type(app.asking)(app.store, retriever, timezone="Asia/Shanghai")
        with pytest.raises(Busy, match="rebuilt"):
            fresh.ask(SYSTEM, "野餐日是哪天？", group_id=picnic.group_id)
        with app.store.read() as connection:
            newest = connection.exec_driver_sql("SELECT max(id) FROM change").scalar()
        assert app.indexer.wait_for(int(newest), 10)
        assert "10月18日" in words(fresh.ask(SYSTEM, "野餐日是哪天？", group_id=picnic.group_id))
    finally:
        app.indexing.close()


def test_a_folder_changes_only_what_it_speaks_of_and_settles(room: Room, tmp_path: Path) -> None:
    app = room.app
    app.knowing.save_rule(SYSTEM, Rule(number=1, text="本群只聊绘本", community_id=1, group_id=room.group_id))
    folder = tmp_path / "learned"
    (folder / "groups" / "new").mkdir(parents=True)
    (folder / "faq.yaml").write_text("- question: 押金多少钱？\n  answer: 一百元。\n", encoding="utf-8")
    (folder / "groups" / "new" / "profile.yaml").write_text("name: 新群\n", encoding="utf-8")
    assert not app.knowing.apply_folder(SYSTEM, 1, folder).is_empty
    assert app.groups.communities(SYSTEM)[0].profile.name == "社群"
    assert len(app.knowing.knowledge(SYSTEM, 1, room.group_id).rules) == 1
    assert app.knowing.apply_folder(SYSTEM, 1, folder).is_empty
