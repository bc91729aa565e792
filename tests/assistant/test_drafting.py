"""Drafts in conversation, without a model: what the admin gave, wished and chose is what stands in the text."""

from __future__ import annotations

import pytest

from copilot.bootstrap import App
from copilot.records import Platform, ProposalKind, Turn
from copilot.services.rights import SYSTEM
from tests.assistant.desk import MING, Desk, ended, make_desk

# Now is noon of Monday, 15 June 2026.
STORY = (
    "【周六故事会】\n大家好！跟你们说一下周六故事会的安排：\n"
    "时间：6月20日（周六）\n地点：＿＿\n怎么参加：＿＿\n有问题在群里说一声就好。"
)


@pytest.fixture
def desk(app: App) -> Desk:
    community = app.groups.create_community(SYSTEM, "暖暖绘本馆", "zh", "Asia/Shanghai")
    first = app.groups.create_group(SYSTEM, community.id, "暖暖绘本馆·借阅一群", Platform.WECHAT)
    app.groups.create_group(SYSTEM, community.id, "暖暖绘本馆·借阅二群", Platform.WECHAT)
    app.indexing.bring_up()
    return make_desk(app, first.id, is_real=True)


def say(desk: Desk, words: str, language: str = "zh", **where: int) -> Turn:
    where = where or ({"dialogue_id": desk.dialogue_id} if desk.dialogue_id else {"group_id": desk.group_id})
    turn = ended(desk.assistant.talk(MING, words, language=language, **where)).turn  # type: ignore[arg-type]
    desk.dialogue_id = turn.dialogue_id
    return turn


def written(turn: Turn) -> str:
    return turn.steps[-1].found


@pytest.mark.parametrize(
    ("language", "order", "queue", "title"),
    [
        ("zh", "写一条周六故事会的公告", "把这条放进待办", "【周六故事会】"),
        ("en", "Write an announcement about Saturday's tasting", "Save this as a proposal", "Saturday's tasting"),
    ],
)
def test_the_draft_itself_goes_to_the_group_that_is_chosen(
    desk: Desk, language: str, order: str, queue: str, title: str
) -> None:
    draft = written(say(desk, order, language, community_id=1))
    asked = say(desk, queue, language)
    assert len(asked.choices) == 2
    say(desk, asked.choices[0], language)
    (made,) = desk.proposing.all_of(MING)
    assert (made.text, made.kind, made.group_id) == (draft, ProposalKind.ANNOUNCE, desk.group_id)
    assert made.text.startswith(title)


def test_a_text_that_was_asked_for_is_rewritten(desk: Desk) -> None:
    asked = say(desk, "把这条公告改得更亲切")
    assert "贴上来" in asked.said
    assert asked.steps[-1].found == ""
    turn = say(desk, "各位家长请注意：本周六闭馆盘点，请您务必在周五前还书，逾期按规定处理。")
    assert written(turn) == "各位家长，跟大家说一声：本周六闭馆盘点，请你记得在周五前还书，逾期按规定处理。"
    assert written(turn) in turn.said
    assert "要接模型" in turn.said


@pytest.mark.parametrize("words", ["你能做什么？", "写一条周六故事会的公告", "群里最近谁最活跃，有多少人？"])
def test_what_orders_or_asks_is_no_text_that_was_asked_for(desk: Desk, words: str) -> None:
    say(desk, "把这条公告改得更亲切")
    assert "rewrite" not in [step.tool for step in say(desk, words).steps]


def test_a_text_that_rules_cannot_change_stays_at_hand(desk: Desk) -> None:
    text = "这个周六我们老地方见。"
    turn = say(desk, f"把这条改得更短：{text}")
    assert written(turn) == text
    assert written(turn) != turn.said


CHANGES = [
    ("改成周日下午三点", "时间：6月21日（周日）下午3:00"),
    ("把时间改到下午四点吧", "时间：6月20日（周六）下午4:00"),
    ("地点改到馆内二楼", "地点：馆内二楼"),
    ("地点在馆内二楼", "地点：馆内二楼"),
]


@pytest.mark.parametrize(("wish", "line"), CHANGES)
@pytest.mark.parametrize("between", ["", "谢谢", "把这条放进待办"])
def test_a_change_applies_to_the_draft(desk: Desk, wish: str, line: str, between: str) -> None:
    assert written(say(desk, "写一条周六故事会的公告")) == STORY
    if between:
        say(desk, between)
    turn = say(desk, wish)
    assert line in written(turn).split("\n")
    assert "故事会】" in written(turn)


def test_a_change_in_english(desk: Desk) -> None:
    say(desk, "Write an announcement about Saturday's tasting", "en")
    turn = say(desk, "Change it to Sunday 4pm", "en")
    assert "When: Sun 21 Jun, 16:00" in written(turn)
    assert written(turn).startswith("Sunday's tasting")
    assert "Hi all" not in written(say(desk, "Make it shorter", "en"))


def test_what_cannot_be_changed_without_a_model_is_said(desk: Desk) -> None:
    say(desk, "把这条改得更亲切：各位好，周六见。")
    turn = say(desk, "改成周日下午三点")
    assert "没有接模型" in turn.said
    assert written(turn) == "各位好，周六见。"


GIVEN = [
    (
        "写一条公告：周日下午两点换书日，地点在馆内二楼，每人最多换5本",
        ["【换书日】", "每人最多换5本", "时间：6月21日（周日）下午2:00", "地点：馆内二楼"],
        ["地点在"],
    ),
    ("写一条周六故事会的公告", ["时间：6月20日（周六）", "地点：＿＿", "怎么参加：＿＿"], []),
    ("提醒大家还书", ["提醒一下：还书", "时间：＿＿"], ["地点", "怎么参加"]),
    ("写一条提醒大家还书的消息", ["提醒一下：还书", "时间：＿＿"], ["地点", "怎么参加"]),
    ("欢迎新人", ["欢迎新朋友加入暖暖绘本馆·借阅一群"], ["时间", "地点", "怎么参加"]),
    ("写一条放假安排的公告", ["【放假安排】", "时间：＿＿"], ["地点", "怎么参加"]),
    ("写一条公告：6月10日换书日", ["时间：＿＿"], ["时间：6月10日"]),
]


@pytest.mark.parametrize(("order", "holds", "lacks"), GIVEN)
def test_a_draft_holds_what_was_given(desk: Desk, order: str, holds: list[str], lacks: list[str]) -> None:
    draft = written(say(desk, order))
    assert [one for one in holds if one not in draft] == []
    assert [one for one in lacks if one in draft] == []


def test_a_draft_in_english_holds_what_was_given(desk: Desk) -> None:
    draft = written(say(desk, "Write an announcement about Saturday's cupping at the roastery at 3pm", "en"))
    assert draft.startswith("Saturday's cupping\n")
    assert "When: Sat 20 Jun, 15:00\nWhere: the roastery\n" in draft


@pytest.mark.parametrize(
    "order",
    ["帮我写一条公告并放进待办：周六故事会", "写一条周六故事会的公告并放进待办", "写一条周六故事会的公告，放进待办"],
)
def test_a_draft_can_be_ordered_and_handed_over_at_once(desk: Desk, order: str) -> None:
    turn = say(desk, order)
    (made,) = desk.proposing.all_of(MING)
    assert (made.text, made.kind, turn.proposal_ids) == (STORY, ProposalKind.ANNOUNCE, (made.id,))
    assert STORY in turn.said


def test_a_draft_for_one_of_several_groups_is_handed_over_once_it_is_chosen(desk: Desk) -> None:
    asked = say(desk, "帮我写一条公告并放进待办：周六故事会", community_id=1)
    say(desk, asked.choices[1])
    (made,) = desk.proposing.all_of(MING)
    assert (made.text, made.group_id) == (STORY, desk.group_id + 1)


def test_what_is_written_already_is_handed_over_as_it_is(desk: Desk) -> None:
    say(desk, "把我写好的公告放进待办：今晚八点停水")
    assert [one.text for one in desk.proposing.all_of(MING)] == ["今晚八点停水"]


@pytest.mark.parametrize(
    ("words", "language", "line"),
    [("谢谢", "zh", "不客气"), ("好的", "zh", "好的"), ("thanks", "en", "welcome"), ("再见", "zh", "再见")],
)
def test_a_pleasantry_gets_one_line(desk: Desk, words: str, language: str, line: str) -> None:
    turn = say(desk, words, language)
    assert line in turn.said
    assert (turn.said.count("\n"), turn.steps) == (0, ())


def test_only_the_first_greeting_gives_examples_and_the_manual_is_asked_for(desk: Desk) -> None:
    assert say(desk, "你好").said.count("\n") == 1
    assert say(desk, "你好").said.count("\n") == 0
    assert say(desk, "你能做什么").said.count("\n") > 2
