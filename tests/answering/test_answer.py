"""Answers and silences, as conversations: what a group knows and said, what is asked, what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from copilot.answering.answer import FaqFound, Findings, answer_question
from copilot.answering.notes import SENTENCES, Note
from copilot.answering.replies import HistoryFound
from copilot.records import (
    Answer,
    FaqEntry,
    Hit,
    Message,
    MessageKind,
    Passage,
    Profile,
    Silence,
    SilenceReason,
    Source,
    SourceKind,
    Tone,
)

SATURDAY = datetime(2024, 5, 4, 7, 0, tzinfo=UTC)
TODAY = date(2024, 5, 20)
PROFILE = Profile(name="骑行社", language="zh", timezone="Asia/Shanghai", tone=Tone())


@dataclass(frozen=True)
class Gate:
    probability: float = 0.8
    threshold: float = 0.5

    @property
    def passed(self) -> bool:
        return self.probability >= self.threshold


def hit(kind: SourceKind, id: int, title: str, *texts: str) -> Hit:
    source = Source(kind=kind, id=id, community_id=1, group_id=5 if kind is SourceKind.HISTORY else None)
    return Hit(passage=Passage(source=source, title=title, texts=texts), score=5.0)


def entry(id: int, question: str, answer: str, *variants: str, **fields: object) -> FaqFound:
    faq = FaqEntry(id=id, question=question, answer=answer, variants=variants, community_id=1)
    faq = replace(faq, **fields)  # type: ignore[arg-type]
    return FaqFound(hit=hit(SourceKind.FAQ, id, question, question, *variants, answer), entry=faq)


def chat(
    *lines: tuple[str, str] | tuple[str, str, int], at: datetime = datetime(2024, 5, 4, 7, 0, tzinfo=UTC)
) -> HistoryFound:
    """A block of messages a minute apart: (name, text) or (name, text, number of the line that it replies to).

    Lines count from 1, and are the messages' ids within a day's block; 掌柜 runs the group.
    """
    names = list(dict.fromkeys(name for name, *_ in lines))
    first_id = at.toordinal() * 100
    messages = tuple(
        Message(
            id=first_id + i,
            group_id=5,
            platform_id=f"test:{first_id + i}",
            member_id=names.index(line[0]) + 1,
            sender_name=line[0],
            sent_at=at + timedelta(minutes=i),
            text=line[1],
            reply_to_id=first_id + line[2] if len(line) > 2 else None,
        )
        for i, line in enumerate(lines, start=1)
    )
    hosts = frozenset({names.index("掌柜") + 1}) if "掌柜" in names else frozenset()
    return HistoryFound(
        hit=hit(SourceKind.HISTORY, messages[0].id, "骑行一群", "\n".join(m.text for m in messages)),
        messages=messages,
        host_ids=hosts,
    )


@dataclass
class Group:
    """What a group knows; `ask` answers from all of it."""

    faq: Sequence[FaqFound] = ()
    references: Sequence[Hit] = ()
    history: Sequence[HistoryFound] = ()
    profile: Profile = PROFILE
    gate: Gate = field(default_factory=Gate)

    def ask(self, question: str, *, in_console: bool = False) -> Answer | Silence:
        findings = Findings(faq=tuple(self.faq), references=tuple(self.references), history=tuple(self.history))
        return answer_question(question, findings, self.gate, today=TODAY, profile=self.profile, in_console=in_console)

    def answers(self, question: str) -> Answer:
        found = self.ask(question)
        assert isinstance(found, Answer), found
        return found

    def stays_quiet(self, question: str, *, in_console: bool = False) -> Silence:
        found = self.ask(question, in_console=in_console)
        assert isinstance(found, Silence), found
        return found


HELMET = entry(1, "骑行要戴头盔吗？", "必须戴，没有的在集合点借一顶，押金 50 元。", "没有头盔怎么办", "头盔可以借吗")
FEE = entry(2, "活动怎么收费？", "平路线免费，山路线每人 20 元保险费。", "参加一次多少钱")
SALE = entry(3, "冬季骑行服打几折？", "冬装七折，卖完为止。", expires_on=date(2024, 3, 1))
RULE = hit(SourceKind.RULE, 4, "群规第3条", "群里不发二手车买卖，要卖车请发到交易群。")
GUIDE = hit(
    SourceKind.DOCUMENT,
    5,
    "路线手册 · 湖边线",
    "## 湖边线\n\n全长 24 公里，一半是绿道。\n\n- 集合点：东湖码头售票处门口。\n- 补给：12 公里处有一家小卖部。\n\n"
    "雨天路滑，湖边线会改成室内训练。领队提前一晚在群里通知，请大家留意消息，不要自己单独上路，注意安全。"
    "沿途有三处公共厕所，都在路的左手边，节假日排队比较长，建议出发前先解决。",
)


def test_a_clear_faq_entry_answers_as_it_stands() -> None:
    answer = Group(faq=[HELMET, FEE]).answers("请问没有头盔可以借吗？")
    assert answer.text == HELMET.entry.answer
    assert [(c.source.kind, c.source.id, c.words) for c in answer.citations] == [
        (SourceKind.FAQ, 1, HELMET.entry.answer)
    ]
    assert answer.confidence > 0.6
    assert answer.why.notes == (Note.FAQ_CLEAR,)


def test_words_that_mean_the_same_are_taken_for_the_same() -> None:
    entry_ = entry(7, "星期天的小朋友专场价格是多少？", "一家 30 元。")
    assert Group(faq=[FEE, entry_]).answers("周日娃娃专场什么价").text == "一家 30 元。"


@pytest.mark.parametrize(
    ("question", "found", "says"),
    [
        ("Do I have to wear something on my head?", HELMET, "必须戴"),
        ("Do I have to wear something on my head?", RULE, "不发二手车"),
        ("脑袋上不套个东西能上路吗？", HELMET, "必须戴"),
    ],
)
def test_what_means_the_same_in_other_words_answers(question: str, found: FaqFound | Hit, says: str) -> None:
    def told(alike: float) -> Answer | Silence:
        if isinstance(found, FaqFound):
            return Group(faq=[replace(found, hit=replace(found.hit, alike=alike))]).ask(question, in_console=True)
        return Group(references=[replace(found, alike=alike)]).ask(question, in_console=True)

    assert isinstance(told(0.0), Silence)
    answer = told(0.95)
    assert isinstance(answer, Answer)
    assert says in answer.text
    assert Note.MEANS_THE_SAME in answer.why.notes


def test_a_thread_that_means_the_same_answers_by_its_first_question() -> None:
    talk = chat(("小雨", "头上不戴东西可以骑吗？"), ("掌柜", "不行，得有头盔", 1), ("小雨", "好的谢谢"))
    alike = replace(talk, hit=replace(talk.hit, alike=0.9))
    question = "Is a helmet required for the ride?"
    assert isinstance(Group(history=[talk]).ask(question, in_console=True), Silence)
    answer = Group(history=[alike]).ask(question, in_console=True)
    assert isinstance(answer, Answer)
    assert "得有头盔" in answer.text


def test_a_near_miss_is_not_answered() -> None:
    silence = Group(faq=[HELMET, FEE]).stays_quiet("骑行手套可以报销吗？")
    assert silence.reason is SilenceReason.NOT_SURE
    assert silence.near
    assert Note.WEAK_EVIDENCE in silence.why.notes


def test_an_expired_entry_never_answers() -> None:
    silence = Group(faq=[SALE, FEE]).stays_quiet("冬季骑行服现在打几折")
    assert silence.reason is SilenceReason.EXPIRED
    assert silence.near[0].source.id == 3
    current = entry(8, "骑行服有折扣吗？", "夏装九折。", "冬季骑行服打几折")
    assert Group(faq=[SALE, current]).answers("冬季骑行服现在打几折").text == "夏装九折。"


def test_what_was_said_before_an_entry_expired_does_not_answer_for_it() -> None:
    said = chat(("掌柜", "提醒一下：冬季骑行服七折，3月1日截止"), at=datetime(2024, 2, 20, 7, 0, tzinfo=UTC))
    assert Group(faq=[SALE], history=[said]).stays_quiet("冬季骑行服打几折").reason is SilenceReason.EXPIRED


@pytest.mark.parametrize(("question", "answers"), [("第三期集训什么时候开始", True), ("第四期集训什么时候开始", False)])
def test_one_of_a_series_does_not_answer_for_another(question: str, answers: bool) -> None:
    camp = entry(6, "第三期集训什么时候开始？", "第三期 6月1日早上 8 点开始。")
    assert isinstance(Group(faq=[camp]).ask(question, in_console=True), Answer) is answers


def test_the_next_time_is_not_answered_by_the_last() -> None:
    asked_before = chat(("阿明", "上次夜骑去了哪里呀？"), ("掌柜", "去了东湖码头", 1))
    group = Group(history=[asked_before])
    assert "东湖码头" in group.answers("上次夜骑去了哪里").text
    group.stays_quiet("下次夜骑去哪里")


def test_a_section_is_told_from_its_beginning_where_its_heading_is_asked_for() -> None:
    steps = "到店选车，扫码开锁。\n\n骑完停回车架，屏幕显示“已还”。\n\n租车满三次送水壶。"
    section = hit(SourceKind.DOCUMENT, 6, "租车 › 租车须知 › 怎么租车", steps)
    text = Group(faq=[HELMET], references=[section]).answers("怎么租车").text
    assert text.startswith("《租车须知》“怎么租车”里写着：到店选车，扫码开锁。")


@pytest.mark.parametrize("text", ["大家早上好", "谢谢掌柜", "Good morning everyone!", "thank you"])
def test_a_greeting_in_the_console_is_no_question(text: str) -> None:
    silence = Group(faq=[HELMET, FEE], references=[RULE, GUIDE]).stays_quiet(text, in_console=True)
    assert silence.reason in (SilenceReason.NOT_A_QUESTION, SilenceReason.NOTHING_KNOWN)


def test_quotes_within_a_quote_are_single() -> None:
    said = chat(("阿明", "报名备注写什么？"), ("掌柜", "备注写“老车友”就行", 1))
    assert "“备注写‘老车友’就行”" in Group(history=[said]).answers("报名备注写什么").text


def test_an_entry_answers_on_its_last_day() -> None:
    last_day = entry(3, "冬季骑行服打几折？", "冬装七折。", expires_on=TODAY)
    assert Group(faq=[last_day]).answers("冬季骑行服打几折？").text == "冬装七折。"


def test_a_rule_is_spoken_by_its_number() -> None:
    answer = Group(faq=[FEE], references=[RULE]).answers("可以在群里发二手车买卖吗")
    assert answer.text == "群规第3条：群里不发二手车买卖，要卖车请发到交易群。"
    assert answer.citations[0].source.kind is SourceKind.RULE


def test_a_document_is_quoted_by_the_sentences_that_matter() -> None:
    answer = Group(faq=[FEE], references=[GUIDE]).answers("湖边线在哪里集合？")
    assert answer.text.startswith("《路线手册 · 湖边线》里写着：")
    assert "东湖码头售票处门口" in answer.text
    assert "厕所" not in answer.text
    assert not set("#*|") & set(answer.text)


def test_a_passage_that_names_what_the_entry_does_not_is_preferred() -> None:
    wide = entry(9, "一次可以借几个打气筒？", "每人 2 个。", "能借几个")
    narrow = hit(SourceKind.RULE, 6, "群规第6条", "电动打气筒一次只借 1 个。")
    answer = Group(faq=[wide], references=[narrow]).answers("电动打气筒一次可以借几个")
    assert answer.citations[0].source.kind is SourceKind.RULE


def test_an_earlier_question_is_answered_by_what_was_replied() -> None:
    block = chat(
        ("小林", "想问下，车胎在哪里补比较好"),
        ("阿远", "早上好"),
        ("掌柜", "@小林 桥头老赵那家，补一个 15 元", 1),
        ("小林", "好的谢谢"),
        ("阿远", "今天风真大"),
    )
    answer = Group(history=[block]).answers("哪里补车胎？")
    assert answer.text == "之前有人问过，5月4日（周六）下午群里的回复是：“桥头老赵那家，补一个 15 元”"
    assert [(c.sender_name, c.words) for c in answer.citations] == [
        ("掌柜", "@小林 桥头老赵那家，补一个 15 元"),
        ("小林", "想问下，车胎在哪里补比较好"),
    ]
    assert answer.citations[0].source.id == block.messages[2].id
    assert {Note.EXPLICIT_REPLY, Note.THANKED, Note.SAID_BY_HOST} <= set(answer.why.notes)


@pytest.mark.parametrize(
    "lines",
    [
        [("小林", "车胎在哪里补比较好？")],
        [("小林", "车胎在哪里补比较好？"), ("阿远", "同问"), ("老马", "不知道啊")],
        [("小林", "车胎在哪里补比较好？"), ("小林", "急急急")],
        [("小林", "车胎在哪里补比较好？"), ("阿远", "有人看见我的水壶吗？")],
        [("小林", "车胎在哪里补比较好？"), ("阿远", "你住哪边？", 1)],
    ],
    ids=["nobody", "nobody knows", "only the asker", "another question", "a question back"],
)
def test_a_question_that_nobody_answered_answers_nothing(lines: list[tuple[str, str]]) -> None:
    silence = Group(history=[chat(*lines)]).stays_quiet("哪里补车胎？")
    assert silence.reason in (SilenceReason.NOT_SURE, SilenceReason.NOTHING_KNOWN)


def test_a_reply_to_somebody_else_does_not_answer() -> None:
    block = chat(
        ("小林", "车胎在哪里补比较好？"),
        ("阿远", "明天几点集合？"),
        ("掌柜", "在东门，七点半", 2),
        ("老马", "桥头老赵那家", 1),
    )
    assert "老赵" in Group(history=[block]).answers("补车胎在哪里好").text


def test_the_latest_is_taken_where_the_last_is_asked_for() -> None:
    old = chat(
        ("掌柜", "【春季骑行】集合时间：3月9日（周六）早上8点，地点东门"), at=datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
    )
    new = chat(
        ("掌柜", "【春季骑行】集合时间：5月11日（周六）早上7点，地点西门"), at=datetime(2024, 5, 2, 2, 0, tzinfo=UTC)
    )
    for order in ([old, new], [new, old]):
        answer = Group(history=order).answers("上次春季骑行集合定在哪天？")
        assert "5月11日" in answer.text
        assert answer.citations[0].sender_name == "掌柜"


def test_a_notice_that_says_it_outright_answers() -> None:
    block = chat(("掌柜", "本周骑行通知：周日早上6点半东门集合，路线环湖"), ("阿远", "收到"))
    noticed = replace(block, messages=(replace(block.messages[0], kind=MessageKind.NOTICE), *block.messages[1:]))
    answer = Group(history=[noticed]).answers("本周骑行几点集合")
    assert answer.text == "5月4日（周六）下午群里说过：“本周骑行通知：周日早上6点半东门集合，路线环湖”"
    assert Note.GROUP_NOTICE in answer.why.notes


def test_a_message_without_the_fact_that_is_asked_for_does_not_answer() -> None:
    block = chat(("掌柜", "本周骑行集合请准时"), ("阿远", "收到"))
    assert Group(history=[block]).stays_quiet("本周骑行几点集合")


def test_an_entry_and_the_history_that_agrees_are_both_cited() -> None:
    block = chat(("小林", "参加一次活动多少钱？"), ("老马", "平路线免费的，山路线 20 元", 1))
    alone = Group(faq=[FEE]).answers("参加一次活动多少钱？")
    answer = Group(faq=[FEE], history=[block]).answers("参加一次活动多少钱？")
    assert answer.text == FEE.entry.answer
    assert [c.source.kind for c in answer.citations] == [SourceKind.FAQ, SourceKind.HISTORY]
    assert answer.confidence > alone.confidence
    disagreeing = chat(("小林", "参加一次活动多少钱？"), ("老马", "山路线 35 元", 1))
    assert len(Group(faq=[FEE], history=[disagreeing]).answers("参加一次活动多少钱？").citations) == 1


def test_members_are_not_named_in_the_text() -> None:
    block = chat(("小林", "补胎去哪家店？"), ("老马", "@小林 @阿远 去桥头的老赵车行，晚上八点关门", 1))
    answer = Group(history=[block]).answers("补胎去哪家店")
    assert not any(name in answer.text for name in ("小林", "阿远", "老马"))


def test_english_is_spoken_to_english() -> None:
    rules = hit(SourceKind.RULE, 4, "Rule 3", "No selling of used bikes in this chat. Use the market group instead.")
    profile = Profile(language="en", timezone="Europe/London")
    group = Group(references=[rules], profile=profile)
    assert group.answers("Can I sell a used bike in this chat?").text.startswith("Rule 3: No selling")
    block = chat(("Ann", "Where do I reset my order?"), ("Bo", "Open the app, then Orders, and press reset.", 1))
    answer = Group(history=[block], profile=profile).answers("How do I reset orders")
    assert answer.text == (
        "Somebody asked this before; the reply on Sat 4 May in the morning was: "
        "“Open the app, then Orders, and press reset.”"
    )


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", SilenceReason.EMPTY),
        ("？！", SilenceReason.EMPTY),
        ("大家早上好", SilenceReason.NOT_A_QUESTION),
        ("头盔", SilenceReason.NOT_A_QUESTION),
        ("@阿远 头盔可以借吗", SilenceReason.TO_SOMEONE_ELSE),
    ],
)
def test_what_is_no_question_to_the_copilot_is_left_alone(question: str, reason: SilenceReason) -> None:
    assert Group(faq=[HELMET]).stays_quiet(question).reason is reason


def test_in_the_console_a_topic_is_a_question() -> None:
    answer = Group(faq=[HELMET]).ask("借头盔", in_console=True)
    assert isinstance(answer, Answer)
    assert Group(faq=[HELMET]).stays_quiet(" ", in_console=True).reason is SilenceReason.EMPTY


def test_nothing_found_is_nothing_known() -> None:
    assert Group().stays_quiet("哪里补车胎？").reason is SilenceReason.NOTHING_KNOWN
    assert Group(faq=[FEE]).stays_quiet("wifi password?").reason is SilenceReason.NOTHING_KNOWN


def test_a_closed_gate_keeps_quiet_but_for_the_entry_s_own_words() -> None:
    closed = Gate(probability=0.2)
    silence = Group(faq=[HELMET], gate=closed).stays_quiet("有头盔的话能借我一顶吗")
    assert silence.reason is SilenceReason.OUT_OF_SCOPE
    assert (silence.why.probability, silence.why.threshold) == (0.2, 0.5)
    assert Group(faq=[HELMET], gate=closed).answers("头盔可以借吗？")


def test_every_note_has_a_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Note)
    assert all(sentences.keys() == {"zh", "en"} and all(sentences.values()) for sentences in SENTENCES.values())


def test_the_notes_of_history_are_known() -> None:
    block = chat(("小林", "补胎去哪家店？"), ("掌柜", "改到桥头的老赵车行了", 1), ("小林", "谢谢"))
    assert set(Group(history=[block]).answers("补胎去哪家店").why.notes) <= set(Note)
