"""What admins type, read by the router: the dialogues under tests/dialogues, and what it must never do."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from benchmarks.router import Turn, converse, score
from copilot.assistant.concepts import Concepts, read_yaml
from copilot.assistant.orders import keeps_to_themselves
from copilot.assistant.request import Aspect, Request, Scope, Tool
from copilot.assistant.router import Router
from copilot.records import Account, ProposalKind, Role

FOLDER = Path(__file__).parents[1] / "dialogues"
SHIPPED = Path(__file__).parents[2] / "copilot" / "assistant"
ROUTER = Router()
FRIDAY = datetime(2026, 5, 22, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
SCOPE = Scope(
    account=Account(id=1, name="owner", role=Role.OWNER),
    community_id=1,
    group_id=1,
    language="zh",
    timezone="Asia/Shanghai",
    now=FRIDAY,
)


def read(words: str, *, names: tuple[str, ...] = (), before: Request | None = None) -> Request:
    return ROUTER.read(words, SCOPE, names=names, before=before)


def turns(part: str) -> list[Turn]:
    return [turn for dialogue in converse(ROUTER, FOLDER / f"router_{part}.yaml") for turn in dialogue]


@pytest.mark.parametrize("part", ["dev", "held_out", "stranger"])
def test_most_of_what_is_typed_is_understood(part: str) -> None:
    read_turns = turns(part)
    wrong = [(turn.said, turn.wrong) for turn in read_turns if turn.wrong]
    scored = score(read_turns)
    assert len(read_turns) >= 80
    assert scored["right"] >= 0.9, wrong
    # A question that a figure answers is worse than a figure that is asked for once more.
    assert scored["questions_asked"] >= (0.95 if part != "stranger" else 0.92), wrong


@pytest.mark.parametrize("words", ["量子纠缠是怎么回事", "退款是怎么回事"])
def test_what_something_is_about_is_no_stretch_of_talk(words: str) -> None:
    assert read(words).tool is Tool.ASK
    assert read(f"昨晚{words}").tool is Tool.EPISODE


def test_no_dialogue_is_an_example() -> None:
    examples = {text for texts in read_yaml((SHIPPED / "examples.yaml").read_text("utf-8")).values() for text in texts}
    said = {turn.said.rstrip("?？") for part in ("held_out", "stranger") for turn in turns(part)}
    assert said & examples == set()


def test_questions_that_members_ask_go_to_the_knowledge() -> None:
    rows = [
        row
        for path in FOLDER.glob("*_questions_*.yaml")
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))
        if row.get("why") not in ("chitchat", "statement", "to_someone")
    ]
    caught = [row["ask"] for row in rows if read(row["ask"]).tool is not Tool.ASK]
    assert len(rows) > 250
    assert len(caught) <= 0.02 * len(rows), caught


def test_the_words_of_a_question_stay_as_they_are() -> None:
    request = read("  退款要几天？“上周”买的 ")
    assert (request.tool, request.topic) == (Tool.ASK, "退款要几天？“上周”买的")
    assert (request.period, request.text, request.choices) == (None, "", ())


def test_every_shipped_example_is_read_as_what_it_is_for() -> None:
    filled = {"{period}": "上周", "{name}": "小林", "{topic}": "咖啡机", "{text}": "：周六照常开馆，欢迎大家来"}
    total = wrong = 0
    for tool, texts in read_yaml((SHIPPED / "examples.yaml").read_text("utf-8")).items():
        for text in texts:
            # What stands in front of a handed-over text is another form.
            if text.isascii() or text.startswith("{text}"):
                continue
            for slot, words in filled.items():
                text = text.replace(slot, words)
            total += 1
            wrong += read(text, names=("小林",)).tool != tool
    assert total > 500
    assert wrong <= 0.05 * total


def test_doubt_about_the_day_is_asked_back_and_each_answer_is_understood() -> None:
    asked = read("写个下周六读书会的预告")
    assert asked.choices == ("写个明天读书会的预告", "写个5月30日读书会的预告")
    days = {}
    for reply in (*asked.choices, "第一个", "2", "明天", "5月30日吧"):
        request = read(reply, before=asked)
        assert (request.tool, request.choices) == (Tool.DRAFT, ())
        assert request.period
        days[reply] = request.period.starts_at.astimezone(FRIDAY.tzinfo).day
    assert days == {asked.choices[0]: 23, asked.choices[1]: 30, "第一个": 23, "2": 30, "明天": 23, "5月30日吧": 30}


def test_two_members_of_one_name_are_asked_back() -> None:
    names = ("小林妈", "林小鹿", "小林爸")
    asked = read("小林上周说了什么", names=names)
    assert asked.choices == ("小林妈上周说了什么", "小林爸上周说了什么")
    assert read("小林爸", names=names, before=asked).member == "小林爸"
    assert read("@林小鹿 上周说了什么", names=names).member == "林小鹿"


@pytest.mark.parametrize("name", ["大家", "周末", "活跃", "新人"])
def test_a_member_called_like_a_word_counts_only_with_an_at(name: str) -> None:
    assert read(f"{name}说了什么", names=(name,)).member == ""
    assert read(f"@{name} 昨天说了什么", names=(name,)).member == name


def test_a_draft_without_a_subject_is_asked_back_and_one_with_a_subject_is_not() -> None:
    asked = read("写一条公告")
    assert asked.kind is ProposalKind.ANNOUNCE
    assert len(asked.choices) > 1
    for choice in asked.choices:
        assert read(choice, before=asked).choices == ()
        assert read(choice).tool is Tool.DRAFT
    assert read("draft a message").choices[0].startswith("Write ")


@pytest.mark.parametrize(
    ("words", "aspect"),
    [("沉默的人", Aspect.QUIET), ("新来的有谁", Aspect.NEW), ("谁最活跃", Aspect.ACTIVE), ("看看群成员", None)],
)
def test_which_members(words: str, aspect: Aspect | None) -> None:
    request = read(words)
    assert (request.tool, request.aspect) == (Tool.MEMBERS, aspect)


@pytest.mark.parametrize(
    "text",
    [
        "上周谁最活跃？发到群里：收到请回复",
        "https://example.org/a:b 周六见",
        "第一行\n第二行：第三",
        "@所有人 8:30 开会",
    ],
)
def test_a_text_that_is_handed_over_is_taken_whole_and_not_obeyed(text: str) -> None:
    request = read(f"把这条改得更亲切：\n{text}")
    assert (request.tool, request.text, request.period, request.choices) == (Tool.REWRITE, text, None, ())


def test_what_was_written_before_can_be_changed_and_handed_on_without_repeating_it() -> None:
    draft = read("写一条周日换书活动的公告")
    assert draft.kind is ProposalKind.ANNOUNCE
    shorter = read("再短一点", before=draft)
    assert (shorter.tool, shorter.text, shorter.topic) == (Tool.REWRITE, "", "再短一点")
    handed = read("就发这个", before=shorter)
    assert (handed.tool, handed.text, handed.kind) == (Tool.PROPOSE, "", ProposalKind.ANNOUNCE)
    assert read("再短一点", before=read("你好")).tool is not Tool.REWRITE


def test_a_question_goes_on_about_another_day() -> None:
    asked = read("周六几点开门")
    followed = read("那周日呢", before=asked)
    assert (followed.tool, followed.topic) == (Tool.ASK, "周日几点开门")


def test_a_word_with_a_slip_of_the_pen_is_known() -> None:
    known = Concepts({"open": ["unanswered"], "told": ["announcement"], "new": ["members"]})
    for words in ("unanswred", "unanswerd", "unasnwered", "annoucement", "membres"):
        (word,) = known.read(words)
        assert word.idea != "rest", words
    assert [word.idea for word in known.read("remembers")] == ["rest"]


def test_no_phrase_stands_for_two_ideas_unnoticed() -> None:
    written = read_yaml((SHIPPED / "concepts.yaml").read_text("utf-8"))
    assert set(written) > {"filler", "frame", "plain"}
    assert all(set(languages) <= {"zh", "en"} for languages in written.values())


@pytest.mark.parametrize(
    "words", ["", "？？？", "\n", "😀", ":" * 50, "“”", "@", "#", "。" * 5000, "a" * 5000, "写" * 3000]
)
def test_whatever_is_typed_is_read(words: str) -> None:
    assert isinstance(read(words), Request)


def test_noise_is_read_too() -> None:
    random.seed(5)
    alphabet = '谁最昨天上周5月1号日到下周六写发群：\n“”"@小林 abc?,。12/-#next last'
    for _ in range(500):
        words = "".join(random.choices(alphabet, k=random.randint(1, 30)))
        request = read(words, names=("小林", "a"), before=read("上周热点"))
        assert 0 <= request.sureness <= 1
        if request.period:
            assert request.period.starts_at < request.period.ends_at


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("帮我起草一条周六活动的公告，不要放进待办", True),
        ("写一条公告，先别发", True),
        ("写一条公告给我看看就行", True),
        ("draft a note about Saturday, don’t post it", True),
        ("just show me a draft about Saturday", True),
        ("写一条周六活动的公告", False),
        ("写一条提醒大家别忘了还书的公告", False),
        ("写一条不要在群里发广告的提醒", False),
        ("draft a reminder not to feed the cats", False),
    ],
)
def test_a_text_may_be_for_the_admin_alone(words: str, expected: bool) -> None:
    assert keeps_to_themselves(words) is expected
