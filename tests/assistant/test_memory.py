"""What a model is told of a conversation stays within its budget, and says what it should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from copilot.assistant.memory import SUMMARY_TOKENS, TURNS_TOKENS, Memory, digest
from copilot.assistant.request import Scope
from copilot.bootstrap import App, shipped
from copilot.models.chat import Chat
from copilot.models.masking import Masker
from copilot.models.prompts import Prompts
from copilot.models.tokens import count
from copilot.records import ModelSetup, Outcome, Platform, Purpose, Turn
from copilot.services.dialogues import Dialogues
from copilot.services.rights import SYSTEM
from copilot.services.spending import Spending
from tests.assistant.desk import MING
from tests.conftest import NOW
from tests.models.scripted_server import Asked, Reply, ScriptedServer

LONG = "这是很长的一段话，讲了辅食怎么添加、什么时候添加、每次加多少。" * 12


class Told:
    """A dialogue, and a memory of it; the model sums up as `replies` say."""

    def __init__(self, app: App, replies: list[Reply]) -> None:
        self.server = ScriptedServer(lambda asked: replies.pop(0) if replies else Reply(status=500))
        self.dialogues = Dialogues(app.store, clock=lambda: NOW)
        community = app.groups.create_community(SYSTEM, "社群", "zh", "Asia/Shanghai")
        group = app.groups.create_group(SYSTEM, community.id, "群", Platform.WECHAT)
        self.spending = Spending(app.store, clock=lambda: NOW, timezone="Asia/Shanghai")
        setup = ModelSetup(vendor="compatible", base_url=self.server.url, model="scripted")
        self.chat = Chat(
            Prompts(shipped("prompts")),
            chosen=lambda: (setup, "key"),
            ledger=self.spending,
            masker_of=lambda *_: Masker.none(),
            clock=lambda: NOW,
            wait=lambda stop, seconds: stop.wait(0),
        )
        self.memory = Memory(self.dialogues, self.chat)
        self.scope = Scope(
            account=MING,
            community_id=community.id,
            group_id=group.id,
            language="zh",
            timezone="Asia/Shanghai",
            now=NOW,
        )
        self.dialogue_id = self.dialogues.begin(MING, "聊", group_id=group.id).id

    def add(self, asked: str, said: str, outcome: Outcome = Outcome.OK) -> Turn:
        return self.dialogues.add_turn(
            MING, Turn(dialogue_id=self.dialogue_id, asked=asked, said=said, at=NOW, outcome=outcome)
        )

    def recalled(self) -> tuple[str, list[str], int]:
        """The summary, what was asked in the turns that are told whole, and the tokens of all."""
        found = self.memory.recall(self.scope, self.dialogue_id)
        tokens = count(found.summary) + sum(count(one.asked) + count(one.said) for one in found.exchanges)
        return found.summary, [one.asked for one in found.exchanges], tokens


@pytest.fixture
def replies() -> list[Reply]:
    return []


@pytest.fixture
def told(app: App, replies: list[Reply]) -> Iterator[Told]:
    one = Told(app, replies)
    with one.server:
        yield one
        one.chat.close()


def test_a_short_conversation_is_told_whole(told: Told) -> None:
    told.add("谁最懂辅食?", "阿舟。")
    told.add("那上周呢?", "小满。")
    assert told.recalled()[:2] == ("", ["谁最懂辅食?", "那上周呢?"])
    assert told.memory.condense(told.scope, told.dialogue_id) is False
    assert told.server.asked == []


def test_the_last_turn_is_told_however_long(told: Told) -> None:
    told.add(LONG * 9, LONG * 9)
    summary, asked, tokens = told.recalled()
    assert (summary, len(asked)) == ("", 1)
    assert LONG.startswith(asked[0][:100])
    assert 0 < tokens <= TURNS_TOKENS


def test_older_turns_are_summed_up_by_a_model(told: Told, replies: list[Reply]) -> None:
    replies.append(Reply("备忘：管理员在准备周六的活动，地点是二号楼。"))
    for number in range(6):
        told.add(f"第{number}问?", LONG)
    assert told.memory.condense(told.scope, told.dialogue_id) is True
    summary, asked, tokens = told.recalled()
    assert summary == "备忘：管理员在准备周六的活动，地点是二号楼。"
    assert asked == ["第4问?", "第5问?"]
    assert tokens <= TURNS_TOKENS + SUMMARY_TOKENS
    (sent,) = told.server.asked
    assert "第0问?" in sent.words
    assert "第5问?" not in sent.words
    assert "<data-" in sent.words
    (call,) = told.spending.calls(SYSTEM)
    assert (call.purpose, call.prompt) == (Purpose.SUMMARY, "summary")
    # The next summary builds on this one.
    replies.append(Reply("新备忘"))
    for number in range(6, 12):
        told.add(f"第{number}问?", LONG)
    assert told.memory.condense(told.scope, told.dialogue_id) is True
    assert "二号楼" in told.server.asked[1].words
    assert told.recalled()[0] == "新备忘"


def test_a_model_that_cannot_sum_up_leaves_a_line_for_each_turn(told: Told) -> None:
    for number in range(6):
        told.add(f"第{number}问?", LONG)
    assert told.memory.condense(told.scope, told.dialogue_id) is True
    summary, _, tokens = told.recalled()
    assert "第3问?" in summary
    assert "→" in summary
    assert count(summary) <= SUMMARY_TOKENS
    assert tokens <= TURNS_TOKENS + SUMMARY_TOKENS


def test_what_nobody_summed_up_is_told_in_lines(told: Told) -> None:
    for number in range(30):
        told.add(f"第{number}问?", LONG)
    summary, asked, tokens = told.recalled()
    assert asked[-1] == "第29问?"
    assert "第25问?" in summary
    assert tokens <= TURNS_TOKENS + SUMMARY_TOKENS
    assert told.server.asked == []


def test_a_long_summary_is_cut(told: Told, replies: list[Reply]) -> None:
    replies.append(Reply("很长的备忘。" * 400))
    for number in range(6):
        told.add(f"第{number}问?", LONG)
    told.memory.condense(told.scope, told.dialogue_id)
    assert 0 < count(told.recalled()[0]) <= SUMMARY_TOKENS


def test_another_tab_that_was_quicker_keeps_its_summary(told: Told, replies: list[Reply]) -> None:
    turns = [told.add(f"第{number}问?", LONG) for number in range(6)]

    def slow(asked: Asked) -> Reply:
        # Meanwhile the other tab sums up more than this one does.
        told.dialogues.summarise(MING, told.dialogue_id, "另一个窗口的备忘", turns[-1].id)
        return Reply("这个窗口的备忘")

    with ScriptedServer(slow) as server:
        setup = ModelSetup(vendor="compatible", base_url=server.url, model="scripted")
        told.chat._chosen = lambda: (setup, "key")
        told.memory.condense(told.scope, told.dialogue_id)
        assert told.recalled()[:2] == ("另一个窗口的备忘", [])


def test_a_digest_keeps_what_is_latest(told: Told) -> None:
    turns = [told.add(f"第{number}问?", LONG) for number in range(30)]
    text = digest("更早的备忘" * 100, turns)
    assert text.splitlines()[-1].startswith("第29问? → 这是很长的一段话")
    assert count(text) <= SUMMARY_TOKENS + len(text.splitlines())
    assert digest("更早的备忘", turns[:1]).splitlines()[0] == "更早的备忘"
