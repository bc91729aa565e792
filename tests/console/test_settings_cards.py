"""The pages Settings and Proposals as cards: figures in plain words, what can be done, and that all of it is text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from copilot.console.figures import read_figure, shown_figure
from copilot.console.i18n import Texts
from copilot.console.model_words import amount, is_used_up, money, purpose_name, tokens_of
from copilot.console.proposal_cards import DONE, OPEN, decided_bar, proposal_list, proposals_top
from copilot.console.scopes import Scope
from copilot.console.settings_cards import current_model, estimate_line, leaving_box, probe_card, trying
from copilot.console.usage_cards import call_list, cap_cards, usage_card
from copilot.errors import BadInput
from copilot.models.chat import Probe
from copilot.records import (
    Abilities,
    Cap,
    Citation,
    ModelCall,
    ModelSetup,
    Outcome,
    Proposal,
    ProposalKind,
    ProposalState,
    Purpose,
    Source,
    SourceKind,
)
from copilot.services.spending import CapUse, Usage
from copilot.store.model_calls import CallSum

ODD = "<img src=x onerror=alert(1)>\"'{{this}}${1}"
ZH, EN = Texts("zh"), Texts("en")
NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
PLACE = Scope("g3", "一群", 1, 3, "zh", ZONE, False)
SETUP = ModelSetup(vendor="deepseek", base_url="https://api.example.com", model="m-1", changed_at=NOW)
PROPOSAL = Proposal(
    kind=ProposalKind.ANNOUNCE,
    community_id=1,
    group_id=3,
    text="周六见",
    reason="您要的",
    created_at=NOW,
    version=2,
    id=5,
)
SOURCE = Source(kind=SourceKind.HISTORY, id=7, community_id=1, group_id=3, last_id=9)


def listed(t: Texts, *found: Proposal, which: str = OPEN, may_decide: bool = True) -> str:
    return str(proposal_list(t, found, {3: PLACE}, which, may_decide=may_decide, timezone=ZONE))


def test_a_proposal_shows_what_would_be_sent_where_and_why() -> None:
    cited = Citation(source=SOURCE, title="x", words="周六有空吗", sender_name="小满", sent_at=NOW)
    html = listed(ZH, replace(PROPOSAL, evidence=(cited,)))
    for words in ("群公告", "一群", "周六见", "您要的", "依据（1 处）", "周六有空吗", 'data-copy="周六见"'):
        assert words in html
    for do in ("sent", "edit", "reject"):
        assert f'data-do="{do}" data-proposal="5" data-version="2"' in html
    assert "不会提醒任何人" not in html
    assert "不会提醒任何人" in listed(ZH, replace(PROPOSAL, text="@小满 周六见"))


def test_copying_comes_first_and_blanks_are_named() -> None:
    html = listed(ZH, PROPOSAL)
    assert 'class="act go" data-copy=' in html
    assert 'class="act go" data-do=' not in html
    assert "还有空没填" not in html
    for t, words, says in ((ZH, "时间：＿＿", "还有空没填"), (EN, "When: ____", "blanks to fill in")):
        blank = replace(PROPOSAL, text=words)
        assert says in listed(t, blank)
        done = replace(blank, state=ProposalState.HANDED_OFF, decided_at=NOW)
        assert "caution" not in listed(t, done, which=DONE)


def test_who_may_not_decide_may_copy() -> None:
    html = listed(ZH, PROPOSAL, may_decide=False)
    assert "data-copy" in html
    assert "data-do=" not in html


@pytest.mark.parametrize(("state", "words"), [(ProposalState.HANDED_OFF, "已发"), (ProposalState.REJECTED, "不用")])
def test_what_is_done_can_be_put_back(state: ProposalState, words: str) -> None:
    done = replace(PROPOSAL, state=state, decided_at=NOW, version=3)
    html = listed(ZH, done, which=DONE)
    assert words in html
    assert 'data-do="take_back" data-proposal="5" data-version="3"' in html
    assert 'data-do="sent"' not in html
    assert 'data-do="take_back"' in str(decided_bar(ZH, done))
    assert "data-do" not in str(decided_bar(ZH, PROPOSAL))


def test_an_empty_list_tells_how_proposals_come_about() -> None:
    assert "起草" in listed(ZH)
    assert 'href="/en/"' in listed(EN)
    assert "处理过的会留在这里" in listed(ZH, which=DONE)
    assert "待处理 4" in str(proposals_top(ZH, OPEN, 4))
    assert 'data-show="done" aria-pressed="true"' in str(proposals_top(ZH, DONE, 0))


def test_a_probe_that_worked_says_what_the_model_can_do() -> None:
    can = Abilities(json_schema=False, json_object=True, tools=False, streaming=True, usage=None)
    html = probe_card(ZH, Probe(outcome=Outcome.OK, abilities=can, said=ODD, latency_ms=1320))
    assert "能用，1.3 秒说完" in html
    assert '<li class="yes">边想边说</li>' in html
    assert "它不会自己查资料，对话会用简单的办法回答" in html
    for tools, words in ((None, "试的时候它没有自己查资料"), (True, '<li class="yes">自己查资料</li>')):
        tried = probe_card(ZH, Probe(outcome=Outcome.OK, abilities=replace(can, tools=tools)))
        assert words in tried
        assert ("caution" in tried) is (tools is None)
    assert '<li class="yes">按要求的格式回答</li>' in html
    assert "用量" not in html
    assert "<img" not in html


def test_a_probe_that_failed_says_what_helps() -> None:
    sentence = "the key is empty; paste the one that the vendor shows"
    html = probe_card(ZH, Probe(outcome=Outcome.REFUSED, abilities=Abilities(), sentence=sentence))
    assert "还没有填密钥；请粘贴厂商给的那一串" in html
    assert "对方没有接受" in probe_card(ZH, Probe(outcome=Outcome.REFUSED, abilities=Abilities()))
    assert "data-at-once" in trying(ZH, 1)


def test_the_model_that_is_used_is_named_and_can_be_taken_away() -> None:
    html = str(current_model(ZH, SETUP, ZONE))
    assert "DeepSeek 深度求索 · m-1" in html
    assert 'data-do="forget"' in html
    assert "data-confirm" in html
    assert "文字不离开这里" in str(current_model(ZH, replace(SETUP, is_local=True), ZONE))
    assert "data-do" not in str(current_model(ZH, None, ZONE))
    assert "<img" not in str(current_model(ZH, replace(SETUP, model=ODD, vendor=ODD), ZONE))


@pytest.mark.parametrize(
    ("is_tested", "calls", "kind", "words"),
    [
        (False, [], "untried", "还没试过"),
        (True, [], "good", ""),
        (False, [(Purpose.TEST, Outcome.OK, 1)], "good", ""),
        (False, [(Purpose.TEST, Outcome.OK, -1)], "untried", "还没试过"),
        # What only trying a model refuses is no fault of the model.
        (True, [(Purpose.TEST, Outcome.REFUSED, 2)], "good", ""),
        (True, [(Purpose.ANSWER, Outcome.REFUSED, 2), (Purpose.ANSWER, Outcome.OK, 1)], "bad", "密钥、余额或模型名"),
        (True, [(Purpose.ANSWER, Outcome.OK, 3), (Purpose.ANSWER, Outcome.REFUSED, 2)], "good", ""),
        (True, [(Purpose.ANSWER, Outcome.CANCELLED, 3), (Purpose.ANSWER, Outcome.TIMEOUT, 2)], "warn", "太久没有回应"),
        (True, [(Purpose.ANSWER, Outcome.UNREACHABLE, 2)], "warn", "连不上"),
        (True, [(Purpose.ANSWER, Outcome.OVER_BUDGET, 2)], "warn", "额度用完了"),
        (True, [(Purpose.EMBED, Outcome.REFUSED, 2)], "good", ""),
    ],
)
def test_how_the_model_does_is_seen(
    is_tested: bool, calls: list[tuple[Purpose, Outcome, int]], kind: str, words: str
) -> None:
    setup = replace(SETUP, abilities=Abilities(streaming=True if is_tested else None))
    last = [
        call(
            purpose=purpose, outcome=outcome, vendor="siliconflow" if purpose is Purpose.EMBED else "deepseek",
            model="m-1", at=NOW + timedelta(minutes=minutes),
        )
        for purpose, outcome, minutes in calls
    ]  # fmt: skip
    html = str(current_model(ZH, setup, ZONE, last))
    assert f'class="card state {kind}"' in html
    assert words in html
    assert ('data-do="try"' in html) is (kind != "good")
    assert "连不上" not in html or words == "连不上"


def test_an_estimate_says_how_it_was_counted() -> None:
    html = estimate_line(ZH, ODD, 3.4, 320, ["what an answer takes was measured on 25 answers", ODD])
    assert "一个月大约 3.40 元" in html
    assert "320 个问题" in html
    assert "<img" not in html
    assert "价格不知道" in estimate_line(ZH, "一群", None, 320, [])
    assert "代号" in leaving_box(ZH)


@pytest.mark.parametrize(
    ("use", "words", "over"),
    [
        (CapUse(cap=Cap(yuan=5.0, tokens=500_000), is_default=True, yuan=0.5), ("0.50 / 5.00 元", "默认"), False),
        (CapUse(cap=Cap(yuan=5.0), yuan=4.95), ("今天用完了", "恢复默认"), True),
        (CapUse(cap=Cap(group_id=3, tokens=20_000), name="一群", tokens=3000), ("2.0 万字", "一群"), False),
        (CapUse(cap=Cap(yuan=0.001), yuan=0.0005), ("0.0005 / 0.001 元",), False),
        (CapUse(cap=Cap()), ("不限",), False),
        (CapUse(cap=Cap(yuan=0.0)), ("今天用完了",), True),
    ],
)  # fmt: skip
def test_limits_are_told_in_plain_words(use: CapUse, words: tuple[str, ...], over: bool) -> None:
    html = str(cap_cards(ZH, [use]))
    for one in words:
        assert one in html
    assert is_used_up(use) is over
    assert ("今天用完了" in html) is over


def call(**more: object) -> ModelCall:
    values: dict[str, object] = {
        "purpose": Purpose.ANSWER, "prompt": "p", "prompt_hash": "h", "vendor": "v", "model": "m", "input_tokens": 900,
        "output_tokens": 100, "at": NOW, "cost": 12_300, "outcome": Outcome.OK,
    }  # fmt: skip
    return ModelCall(**{**values, **more})  # type: ignore[arg-type]  # a test's own choice


def test_calls_are_told_in_plain_words() -> None:
    html = str(call_list(ZH, [call(), call(cost=None), call(outcome=Outcome.TIMEOUT, cost=40)], ZONE))
    for words in ("回答问题", "约 1,000 字", "0.01 元", "价格未知", "太久没有回应", "不到 1 分"):
        assert words in html
    assert "还没有用过" in str(call_list(ZH, [], ZONE))


def summed(purpose: Purpose, group_id: int | None, outcome: Outcome, cost: int, unpriced: int) -> CallSum:
    return CallSum(
        purpose=purpose, group_id=group_id, outcome=outcome, calls=2, input_tokens=900, output_tokens=100, cost=cost,
        unpriced_tokens=unpriced, latency_ms=9,
    )  # fmt: skip


def test_usage_is_told_by_purpose_and_group() -> None:
    today, before = date(2026, 11, 18), date(2026, 11, 3)
    rows = (
        (today, summed(Purpose.ANSWER, 3, Outcome.OK, 500_000, 0)),
        (before, summed(Purpose.DRAFT, None, Outcome.OVER_BUDGET, 1_000_000, 0)),
        (before, summed(Purpose.EMBED, 4, Outcome.OK, 0, 1000)),
        (before, summed(Purpose.TEST, None, Outcome.BAD_OUTPUT, 0, 0)),
    )
    usage = Usage(first_day=date(2026, 11, 1), last_day=today, rows=rows, names={3: ODD})
    html = str(usage_card(ZH, usage))
    for words in (
        "0.50 元",
        "1.50 元",
        "回答问题",
        "起草和改写",
        "约 1,000 字不知道价格",
        "超出额度，没有发 2",
        "群已经不在了",
    ):
        assert words in html
    assert "<img" not in html
    assert "价格未知" in html
    assert "回复不能用" not in html
    nothing = Usage(first_day=today, last_day=today)
    assert "0.00 元" in str(usage_card(ZH, nothing))
    assert "用在哪里" not in str(usage_card(ZH, nothing))


def test_proposals_are_text() -> None:
    cited = Citation(source=SOURCE, title=ODD, words=ODD, sender_name=ODD, sent_at=NOW)
    odd = replace(PROPOSAL, text=ODD, reason=ODD, evidence=(cited,))
    places = {3: replace(PLACE, name=ODD)}
    html = str(proposal_list(ZH, [odd], places, OPEN, may_decide=True, timezone=ZONE)) + str(decided_bar(ZH, odd))
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") > 5


@pytest.mark.parametrize(
    ("typed", "figure"),
    [("", None), (None, None), ("2", 2.0), (" 0.5 ", 0.5), ("1,200", 1200.0), ("5 元", 5.0), ("0", 0)],
)
def test_figures_are_read_as_people_type_them(typed: str | None, figure: float | None) -> None:
    assert read_figure(typed) == figure


@pytest.mark.parametrize("typed", ["-1", "x", "nan", "inf", "1e99", "１２a"])
def test_what_is_no_figure_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="no figure"):
        read_figure(typed)


@pytest.mark.parametrize("t", [ZH, EN], ids=["zh", "en"])
def test_amounts_have_words(t: Texts) -> None:
    assert len({purpose_name(t, one) for one in Purpose}) == len(Purpose)
    assert amount(ZH, 12_345) == "约 1.2 万字"
    assert amount(EN, 12_345) == "about 9,259 words"
    assert amount(EN, 123_450) == "about 93,000 words"
    assert money(EN, 0.001) == "under ¥0.01"
    assert money(ZH, 0) == "0.00 元"
    assert tokens_of(ZH, 3) == 30_000
    assert tokens_of(EN, 3) == 4000
    assert (shown_figure(None), shown_figure(2.0), shown_figure(0.15)) == ("", "2", "0.15")
