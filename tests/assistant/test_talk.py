"""The assistant in conversation: what is streamed, kept, withdrawn and stopped, with and without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from copilot.assistant.agent import MOST_LOOKS
from copilot.assistant.assistant import LONGEST_WORDS
from copilot.assistant.events import Began, Finished, Looked, Said, Withdrew
from copilot.assistant.request import Found, Request, Tool
from copilot.bootstrap import App
from copilot.errors import BadInput, NotAllowed, NotFound
from copilot.records import Abilities, Cap, Outcome, Platform, ProposalKind, ProposalState, Role
from copilot.services.rights import SYSTEM
from tests.assistant.desk import MING, Desk, PlainRouter, PlainTools, ended, looked, make_desk, shown
from tests.models.scripted_server import Reply, Script, ScriptedServer, ToolCall

Seated = Callable[..., Desk]


@pytest.fixture
def group_id(app: App) -> int:
    community = app.groups.create_community(SYSTEM, "社群", "zh", "Asia/Shanghai")
    return app.groups.create_group(SYSTEM, community.id, "书友群", Platform.WECHAT).id


@pytest.fixture
def plain(app: App, group_id: int) -> Desk:
    """No model."""
    return make_desk(app, group_id)


@contextmanager
def modelled(app: App, group_id: int, script: Script | list[Reply], **more: object) -> Iterator[Desk]:
    """With a model that does as a script says."""
    with ScriptedServer(script) as server:
        yield make_desk(app, group_id, server, **more)  # type: ignore[arg-type]


def look(topic: str = "周六", **more: object) -> Reply:
    return Reply(calls=[ToolCall("search", {"topic": topic, **more})])


# --- without a model ---------------------------------------------------------------------------------------------


def test_without_a_model_the_request_is_done(plain: Desk) -> None:
    heard = plain.say("周六几点?")
    assert [type(one) for one in heard] == [Began, Looked, Said, Finished]
    assert shown(heard) == "查到：周六几点?"
    turn = ended(heard).turn
    assert (turn.asked, turn.said, turn.outcome) == ("周六几点?", "查到：周六几点?", Outcome.NO_MODEL)
    assert [one.words for one in turn.citations] == ["周六两点"]
    assert plain.turns() == (turn,)


def test_follow_ups_know_what_was_asked_before(plain: Desk) -> None:
    plain.say("周六几点?")
    plain.say("那周日呢?")
    plain.say("那下周呢?")
    router = plain.router
    assert isinstance(router, PlainRouter)
    assert router.before == [
        None,
        Request(tool=Tool.SEARCH, topic="周六几点?"),
        Request(tool=Tool.SEARCH, topic="那周日呢?"),
    ]


def test_a_doubt_is_asked_back(app: App, group_id: int) -> None:
    choices = ("5月30日", "6月6日")
    router = PlainRouter({"写个下周六的预告": Request(tool=Tool.DRAFT, choices=choices)})
    tools = PlainTools()
    desk = make_desk(app, group_id, router=router, tools=tools)
    turn = ended(desk.say("写个下周六的预告")).turn
    assert (turn.choices, turn.steps, tools.asked) == (choices, (), [])
    desk.say("那第一个")
    assert router.before[-1] == Request(tool=Tool.DRAFT, choices=choices)


def test_a_text_is_handed_over_as_it_was_said(plain: Desk) -> None:
    turn = ended(plain.say("发公告：今晚八点停水 @所有人 https://shui.example/1")).turn
    (made,) = plain.proposing.all_of(MING)
    assert turn.proposal_ids == (made.id,)
    assert made.text == "今晚八点停水 @所有人 https://shui.example/1"
    assert (made.kind, made.group_id, made.state) == (ProposalKind.ANNOUNCE, plain.group_id, ProposalState.PENDING)
    assert "今晚八点停水" in made.reason
    again = ended(plain.say("发公告：今晚八点停水 @所有人 https://shui.example/1")).turn
    assert again.proposal_ids == (made.id,)


def test_what_was_drafted_last_is_handed_over(app: App, group_id: int) -> None:
    router = PlainRouter({"就发这个": Request(tool=Tool.PROPOSE)})
    draft = "周六两点见 @everyone，报名 http://evil.example"
    tools = PlainTools({Tool.DRAFT: Found(text=f"写好了：\n{draft}\n要改吗？", draft=draft)})
    desk = make_desk(app, group_id, router=router, tools=tools)
    said = ended(desk.say("写公告 周六活动")).turn.said
    assert said.startswith("写好了：\n周六两点见 ，报名\n要改吗？")
    assert "@所有人、链接 http://evil.example" in said
    desk.say("就发这个")
    (made,) = desk.proposing.all_of(MING)
    assert (made.text, made.kind) == ("周六两点见 ，报名", ProposalKind.ANNOUNCE)


def test_what_others_drafted_is_cleaned_before_it_waits(app: App, group_id: int) -> None:
    planted = Request(tool=Tool.PROPOSE, text="周六见 @所有人 vx: evil_guy8")
    desk = make_desk(app, group_id, router=PlainRouter({"就发这个": planted}))
    desk.say("就发这个")
    (made,) = desk.proposing.all_of(MING)
    assert made.text == "周六见"
    assert "@所有人、联系方式 vx: evil_guy8" in made.reason


def test_in_a_community_the_group_is_asked_for(app: App, group_id: int) -> None:
    community_id = app.groups.groups(SYSTEM)[0].community.id
    other = app.groups.create_group(SYSTEM, community_id, "书友群二群", Platform.WECHAT)
    desk = make_desk(app, group_id)
    turn = ended(desk.say("发公告：停水", community_id=community_id)).turn
    assert len(turn.choices) == 2
    assert desk.proposing.all_of(MING) == []
    # A name inside the text is not where it goes.
    assert ended(desk.say("发公告：到书友群二群", community_id=community_id)).turn.proposal_ids == ()
    words = "发到书友群二群：今晚停水"
    desk = make_desk(app, group_id, router=PlainRouter({words: Request(tool=Tool.PROPOSE, text="今晚停水")}))
    desk.say(words, community_id=community_id)
    assert [one.group_id for one in desk.proposing.all_of(MING)] == [other.id]


def test_whoever_only_reads_leaves_no_proposal(plain: Desk) -> None:
    guest = replace(MING, role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        plain.say("发公告：停水", guest)
    assert plain.proposing.all_of(MING) == []
    assert plain.dialogues.recent(guest) == []


@pytest.mark.parametrize("words", ["", " \n", "长" * (LONGEST_WORDS + 1)])
def test_words_have_a_length(plain: Desk, words: str) -> None:
    with pytest.raises(BadInput, match="characters"):
        plain.say(words)


def test_nothing_is_said_of_groups_that_an_account_may_not_see(plain: Desk) -> None:
    limited = replace(MING, group_ids=frozenset({plain.group_id + 1}))
    with pytest.raises(NotAllowed):
        plain.say("周六几点?", limited)
    with pytest.raises(NotAllowed):
        plain.assistant.starters(limited, group_id=plain.group_id)


# --- with a model ------------------------------------------------------------------------------------------------


def test_it_looks_things_up_and_replies(app: App, group_id: int) -> None:
    with modelled(app, group_id, [look("周六 活动"), Reply("周六下午两点，阿舟说的。")]) as desk:
        heard = desk.say("周六几点?")
        assert desk.server is not None
        first, second = desk.server.asked
    assert shown(heard) == "周六下午两点，阿舟说的。"
    assert len([one for one in heard if isinstance(one, Said)]) > 1
    assert looked(heard) == ["search"]
    turn = ended(heard).turn
    assert turn.outcome is Outcome.OK
    assert turn.steps[0].arguments == {"topic": "周六 活动"}
    assert [one.words for one in turn.citations] == ["周六两点"]
    assert "propose" not in first.tools
    assert "search" in first.tools
    assert first.words == "周六几点?"
    assert "查到：周六 活动" in second.results[0]
    assert second.results[0].startswith("<data-")


def test_each_call_is_recorded(app: App, group_id: int) -> None:
    with modelled(app, group_id, [look(), Reply("好")]) as desk:
        desk.say("周六几点?")
    calls = desk.spending.calls(SYSTEM)
    assert [(one.prompt, one.outcome, one.group_id) for one in calls] == [("assistant", Outcome.OK, group_id)] * 2


def test_what_is_said_before_a_look_up_is_taken_back(app: App, group_id: int) -> None:
    with modelled(app, group_id, [Reply("我查一下。", calls=look().calls), Reply("两点。")]) as desk:
        heard = desk.say("周六几点?")
    assert any(isinstance(one, Withdrew) for one in heard)
    assert shown(heard) == "两点。"
    assert ended(heard).turn.said == "两点。"


def test_a_model_remembers_the_conversation(app: App, group_id: int) -> None:
    with modelled(app, group_id, [Reply("两点。"), Reply("三点。")]) as desk:
        desk.say("周六几点?")
        desk.say("那周日呢?")
        assert desk.server is not None
        roles = [(one["role"], one["content"]) for one in desk.server.asked[1].messages[1:]]
    assert roles == [("user", "周六几点?"), ("assistant", "两点。"), ("user", "那周日呢?")]


FAILURES = {
    "nothing is said": ([Reply("")], Outcome.BAD_OUTPUT),
    "the stream is cut": ([Reply("周六下午两点在馆里，记得", cut_after=2)], Outcome.CUT_OFF),
    "cut after a look-up": ([look(), Reply("周六下午两点在馆里", cut_after=2)], Outcome.CUT_OFF),
    "it refuses": ([Reply(status=401)], Outcome.REFUSED),
    "no end of look-ups": ([look(str(n)) for n in range(9)], Outcome.BAD_OUTPUT),
    "the same again and again": ([look()] * 9, Outcome.BAD_OUTPUT),
    "a tool that nobody knows": ([Reply(calls=[ToolCall("send_all", {"text": "x"})])] * 9, Outcome.BAD_OUTPUT),
    "arguments that are none": ([Reply(calls=[ToolCall("search", '{"topic": [[')])] * 9, Outcome.BAD_OUTPUT),
    "a call in words": ([Reply('{"name": "search", "arguments": {"topic": "x"}}')], Outcome.BAD_OUTPUT),
}


@pytest.mark.parametrize(("script", "outcome"), FAILURES.values(), ids=FAILURES)
def test_a_failing_model_leaves_the_plain_reply(app: App, group_id: int, script: list[Reply], outcome: Outcome) -> None:
    with modelled(app, group_id, script) as desk:
        heard = desk.say("周六几点?")
    assert shown(heard) == "查到：周六几点?"
    turn = ended(heard).turn
    assert (turn.said, turn.outcome) == ("查到：周六几点?", outcome)
    assert desk.turns() == (turn,)
    if any(isinstance(one, Said) for one in heard[:-3]):
        assert any(isinstance(one, Withdrew) for one in heard)


def test_wrong_arguments_can_be_mended(app: App, group_id: int) -> None:
    wrong = Reply(calls=[ToolCall("read", {"thread_id": "the first"})])
    with modelled(app, group_id, [wrong, look(), Reply("两点。")]) as desk:
        heard = desk.say("周六几点?")
        assert desk.server is not None
        assert "thread_id" in desk.server.asked[1].results[0]
    assert shown(heard) == "两点。"
    assert ended(heard).turn.outcome is Outcome.OK


def test_what_a_tool_refuses_the_model_is_told(app: App, group_id: int) -> None:
    tools = PlainTools(fails={Tool.READ: NotAllowed("小明 may not see group 9; ask an owner to add it")})
    read = Reply(calls=[ToolCall("read", {"thread_id": 9})])
    with modelled(app, group_id, [read, Reply("那段对话你看不到。")], tools=tools) as desk:
        heard = desk.say("读一下第9段")
    assert shown(heard) == "那段对话你看不到。"
    assert looked(heard) == []


def test_over_the_budget_in_the_middle(app: App, group_id: int) -> None:
    with modelled(app, group_id, [look(), Reply("两点。")]) as desk:
        limited: list[bool] = []

        def script(asked: object) -> Reply:
            # What the first call leaves is too little for a second one.
            desk.spending.set_cap(SYSTEM, Cap(tokens=1))
            limited.append(True)
            return look()

        with ScriptedServer(script) as server:
            tight = make_desk(app, group_id, server)
            heard = tight.say("周六几点?")
    assert limited == [True]
    assert ended(heard).turn.outcome is Outcome.OVER_BUDGET
    assert shown(heard) == "查到：周六几点?"


def test_a_model_that_calls_no_tools_is_not_left_to_guess(app: App, group_id: int) -> None:
    with modelled(app, group_id, [], abilities=Abilities(tools=False)) as desk:
        heard = desk.say("周六几点?")
        assert desk.server is not None
        assert desk.server.asked == []
    assert shown(heard) == "查到：周六几点?"
    assert ended(heard).turn.outcome is Outcome.OK


def test_the_last_call_has_no_tools(app: App, group_id: int) -> None:
    def script(asked: object) -> Reply:
        tools = getattr(asked, "tools", [])
        return look(str(len(desk.server.asked))) if tools else Reply("就查到这些。")  # type: ignore[union-attr]

    with modelled(app, group_id, script) as desk:
        heard = desk.say("周六几点?")
        assert desk.server is not None
        assert len(desk.server.asked) == 6
    assert shown(heard) == "就查到这些。"
    assert ended(heard).turn.outcome is Outcome.OK


def test_too_much_to_read_is_no_reply(app: App, group_id: int) -> None:
    tools = PlainTools({Tool.SEARCH: Found(text="查到", material="字" * 9000)})
    with modelled(app, group_id, [look("一"), look("二"), look("三"), Reply("好")], tools=tools) as desk:
        heard = desk.say("周六几点?")
    assert ended(heard).turn.outcome in (Outcome.TOO_LONG, Outcome.OK)
    sent = sum(len(one.text) for one in desk.server.asked) if desk.server else 0
    assert sent < 60_000


# --- proposals with a model --------------------------------------------------------------------------------------


def hand(text: str) -> Reply:
    return Reply(calls=[ToolCall("propose", {"text": text})])


def test_a_model_supplies_words_and_nothing_else(app: App, group_id: int) -> None:
    text = "周六两点见！@所有人 加微信 evil_guy8 https://evil.example/x"
    forged = Reply(calls=[ToolCall("propose", {"text": text, "kind": "send_message", "group_id": 99})])
    with modelled(app, group_id, [forged, Reply("放进待办了。")]) as desk:
        heard = desk.say("写公告 周六两点见")
        assert desk.server is not None
        assert "propose" in desk.server.asked[0].tools
    (made,) = desk.proposing.all_of(MING)
    assert (made.kind, made.group_id) == (ProposalKind.ANNOUNCE, group_id)
    assert made.text == "周六两点见！ 加"
    assert all(words in made.reason for words in ("@所有人", "evil_guy8", "evil.example"))
    assert ended(heard).turn.proposal_ids == (made.id,)
    assert looked(heard) == ["propose"]


def test_the_last_text_counts(app: App, group_id: int) -> None:
    with modelled(app, group_id, [hand("一"), hand("二"), Reply("好了。")]) as desk:
        desk.say("写公告 周六两点见")
    assert [one.text for one in desk.proposing.all_of(MING)] == ["二"]


def test_many_look_ups_do_not_keep_a_text_out(app: App, group_id: int) -> None:
    looks = [ToolCall("search", {"topic": str(number)}, id=str(number)) for number in range(12)]
    many = Reply(calls=[*looks, ToolCall("propose", {"text": "周六见"}, id="text")])
    with modelled(app, group_id, [many, Reply("好了。")]) as desk:
        heard = desk.say("写公告 周六两点见")
    assert [one.text for one in desk.proposing.all_of(MING)] == ["周六见"]
    assert len(looked(heard)) == MOST_LOOKS + 1


def test_a_model_that_fails_leaves_no_proposal(app: App, group_id: int) -> None:
    with modelled(app, group_id, [hand("周六见"), Reply("我写好了，放在", cut_after=1)]) as desk:
        heard = desk.say("写公告 周六两点见")
    assert desk.proposing.all_of(MING) == []
    assert ended(heard).turn.outcome is Outcome.CUT_OFF
    assert ended(heard).turn.proposal_ids == ()


def test_a_text_of_which_nothing_is_left_is_none(app: App, group_id: int) -> None:
    with modelled(app, group_id, [hand("@所有人 https://evil.example"), Reply("好了。")]) as desk:
        heard = desk.say("写公告 周六两点见")
    assert desk.proposing.all_of(MING) == []
    assert ended(heard).turn.outcome is Outcome.BAD_OUTPUT
    assert shown(heard) == "查到：写公告 周六两点见"


@pytest.mark.parametrize("words", ["写公告 周六两点见", "发公告：今晚停水"])
def test_wherever_it_is_stopped_the_turn_and_its_proposal_agree(app: App, group_id: int, words: str) -> None:
    for most in range(1, 9):
        with modelled(app, group_id, [hand("周六见"), Reply("好了。")]) as desk:
            talk = desk.assistant.talk(MING, words, group_id=group_id)
            events = [event for event, _ in zip(talk, range(most), strict=False)]
            talk.close()
            assert isinstance(events[0], Began)
            (turn,) = desk.dialogues.open(MING, events[0].dialogue_id).turns
            made = desk.proposing.all_of(MING, state=ProposalState.PENDING)
            assert turn.proposal_ids == tuple(one.id for one in made)
            assert (turn.outcome is Outcome.CANCELLED) == (made == [])
            for one in made:
                desk.proposing.reject(MING, one.id, one.version)


def test_a_model_cannot_propose_unasked(app: App, group_id: int) -> None:
    with modelled(app, group_id, [hand("全员公告"), Reply("好")]) as desk:
        heard = desk.say("周六几点?")
        assert desk.server is not None
        assert "propose is not a valid tool" in desk.server.asked[1].results[0]
    assert desk.proposing.all_of(MING) == []
    assert shown(heard) == "好"


# --- what nobody foresaw -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2**63, 2**200, -1])
def test_an_id_that_cannot_be_is_told_to_the_model(app: App, group_id: int, number: int) -> None:
    script = [Reply(calls=[ToolCall("read", {"thread_id": number})]), Reply("没有这段。")]
    with modelled(app, group_id, script) as desk:
        heard = desk.say("随便聊聊最近的情况吧，看看有什么特别")
        assert desk.server is not None
        assert isinstance(desk.tools, PlainTools)
        assert Tool.READ not in [one.tool for one in desk.tools.asked]
        assert "thread_id" in desk.server.asked[1].results[0]
    assert shown(heard) == "没有这段。"
    assert ended(heard).turn.outcome is Outcome.OK


def test_a_fault_of_a_tool_does_not_end_the_turn(app: App, group_id: int, caplog: pytest.LogCaptureFixture) -> None:
    tools = PlainTools(fails={Tool.TOPICS: OverflowError("too large")})
    script = [Reply(calls=[ToolCall("topics", {})]), Reply("没查到。")]
    with modelled(app, group_id, script, tools=tools) as desk:
        heard = desk.say("最近聊了什么?")
        assert desk.server is not None
        assert "too large" not in desk.server.asked[1].results[0]
    assert shown(heard) == "没查到。"
    assert "the tool topics failed" in caplog.text


def test_a_fault_on_the_models_road_leaves_the_other(
    app: App, group_id: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("nobody foresaw this")

    with modelled(app, group_id, [Reply("不会说到这里")]) as desk:
        monkeypatch.setattr(desk.chat, "converse", broken)
        heard = desk.say("周六几点?")
    assert shown(heard) == "查到：周六几点?"
    assert ended(heard).turn.outcome is Outcome.CUT_OFF
    assert "nobody foresaw this" in caplog.text


# --- stopping, deleting, two tabs --------------------------------------------------------------------------------


def test_a_stop_keeps_what_was_said(app: App, group_id: int) -> None:
    with modelled(app, group_id, [Reply("周六下午两点在馆里见", wait_after=2)]) as desk:
        talk = desk.assistant.talk(MING, "周六几点?", group_id=group_id)
        said = ""
        for event in talk:
            if isinstance(event, Began):
                desk.dialogue_id = event.dialogue_id
            if isinstance(event, Said):
                said += event.text
                break
        talk.close()
        assert desk.server is not None
        assert desk.server.left.wait(5)
        (turn,) = desk.turns()
    assert (turn.asked, turn.said, turn.outcome) == ("周六几点?", said, Outcome.CANCELLED)
    assert said
    assert "周六下午两点在馆里见".startswith(said)


def test_a_stop_leaves_nothing_half_done(app: App, group_id: int) -> None:
    with modelled(app, group_id, [hand("周六见"), Reply("我写好了，放在待办里了", wait_after=1)]) as desk:
        talk = desk.assistant.talk(MING, "写公告 周六两点见", group_id=group_id)
        for event in talk:
            if isinstance(event, Said):
                break
        talk.close()
    assert desk.proposing.all_of(MING) == []


def test_closing_after_the_end_adds_nothing(plain: Desk) -> None:
    talk = plain.assistant.talk(MING, "周六几点?", group_id=plain.group_id)
    for event in talk:
        if isinstance(event, Finished):
            plain.dialogue_id = event.turn.dialogue_id
            talk.close()
    assert [one.outcome for one in plain.turns()] == [Outcome.NO_MODEL]


def test_a_stop_before_anything_was_said(plain: Desk) -> None:
    talk = plain.assistant.talk(MING, "周六几点?", group_id=plain.group_id)
    began = next(talk)
    assert isinstance(began, Began)
    talk.close()
    plain.dialogue_id = began.dialogue_id
    assert [(one.said, one.outcome) for one in plain.turns()] == [("", Outcome.CANCELLED)]


def test_a_dialogue_that_is_deleted_meanwhile(app: App, group_id: int) -> None:
    with modelled(app, group_id, [hand("周六见"), Reply("放进待办了")]) as desk:
        talk = desk.assistant.talk(MING, "写公告 周六两点见", group_id=group_id)
        began = next(talk)
        assert isinstance(began, Began)
        desk.dialogues.delete(MING, began.dialogue_id)
        with pytest.raises(NotFound, match="begin a new one"):
            list(talk)
    assert desk.proposing.all_of(MING) == []
    assert desk.dialogues.recent(MING) == []
    with pytest.raises(NotFound, match="begin a new one"):
        desk.say("还在吗", dialogue_id=began.dialogue_id)


def test_a_stop_of_a_deleted_dialogue_is_no_error(plain: Desk) -> None:
    talk = plain.assistant.talk(MING, "周六几点?", group_id=plain.group_id)
    began = next(talk)
    assert isinstance(began, Began)
    plain.dialogues.delete(MING, began.dialogue_id)
    talk.close()
    assert plain.dialogues.recent(MING) == []


def test_two_tabs_talk_at_once(plain: Desk) -> None:
    plain.say("一")
    one, other = (plain.assistant.talk(MING, words, dialogue_id=plain.dialogue_id) for words in ("左边", "右边"))
    # Their events come in turns.
    for _ in range(4):
        next(one), next(other)
    assert sorted(turn.asked for turn in plain.turns()) == ["一", "右边", "左边"]


def test_an_error_leaves_no_empty_dialogue(app: App, group_id: int) -> None:
    tools = PlainTools(fails={Tool.SEARCH: NotAllowed("小明 is viewer")})
    desk = make_desk(app, group_id, tools=tools)
    with pytest.raises(NotAllowed):
        desk.say("周六几点?")
    with app.store.read() as connection:
        assert connection.exec_driver_sql("select count(*) from dialogue").scalar() == 0


# --- beginning ---------------------------------------------------------------------------------------------------


def test_starters_fit_what_is_there(plain: Desk) -> None:
    assert plain.assistant.starters(MING, group_id=plain.group_id) == ["你能做什么？"]
    assert plain.assistant.starters(MING, group_id=plain.group_id, language="en") == ["What can you do?"]
    plain.proposing.propose(MING, ProposalKind.ANNOUNCE, plain.group_id, "停水", reason="")
    assert plain.assistant.starters(MING, group_id=plain.group_id)[0] == "有哪些待办等我处理？"
