"""How searching stands, in words that people know."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from copilot.console.confirmations import Asked, given_word, read_asked, word_buttons
from copilot.console.health_cards import community_card, is_busy, state_card, what_was_learned
from copilot.console.i18n import Texts
from copilot.console.meaning import by_meaning
from copilot.records import Confirmation, Learned, Source, SourceKind
from copilot.retrieval.fusion import Reason
from copilot.services.confirming import Confirmed
from copilot.services.health import CommunityIndex, GroupIndex, IndexHealth

ZH, EN = Texts("zh"), Texts("en")
ODD = "<img src=x onerror=alert(1)>${document.title='ran'}"
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
GROUP = GroupIndex(group_id=1, group="一群", community="书友", threads=1200, words_due=0, vectors_due=0)
FINE = IndexHealth(fault="", is_behind=False, progress=(0, 0), embedder="", groups=(GROUP,), communities=())
COMMUNITY = CommunityIndex(community_id=1, community="书友")
LEARNED = Learned(pairs=420, held_out=84, before=0.71, after=0.78, is_used=True, weight=0.3, made_at=NOW)
SOURCE = Source(kind=SourceKind.FAQ, id=3, community_id=1)
NOT_SAID = re.compile(r"token|index|vector|score|embedding|chroma|索引|向量|阈值|\.\d", re.IGNORECASE)


@pytest.mark.parametrize(
    ("health", "zh", "en", "busy"),
    [
        (FINE, "都整理好了", "All is ready", False),
        (replace(FINE, is_behind=True), "正在整理", "Getting ready", True),
        (replace(FINE, is_behind=True, progress=(30, 120)), "25%", "25%", True),
        (replace(FINE, groups=(replace(GROUP, words_due=3),)), "正在整理", "Getting ready", True),
        (replace(FINE, groups=(replace(GROUP, vectors_due=3),)), "正在为按意思找做准备", "by meaning", True),
        (
            replace(FINE, fault="the disk is full (No space left on device); free some space and try again"),
            "磁盘满了（没有空间了）；请腾出一些空间。",
            "The disk is full",
            False,
        ),
    ],
)
def test_the_state_is_told_in_words(health: IndexHealth, zh: str, en: str, busy: bool) -> None:
    assert zh in state_card(ZH, health)
    assert en in state_card(EN, health)
    assert is_busy(health) is busy


@pytest.mark.parametrize(
    ("weight", "why", "zh", "en"),
    [
        (0.0, "", "现在只按字词找。", "Only words count now."),
        (0.31, "measured", "意思占三成，字词占七成：在知道答案的问题上试过", "Meaning counts for 30%, words for 70%"),
        (1.0, "apt", "只看意思", "counts for 100%"),
        (0.0, "no_benefit", "没有帮助", "did not help"),
    ],
)
def test_how_meaning_counts_is_told_with_its_reason(weight: float, why: str, zh: str, en: str) -> None:
    assert zh in by_meaning(ZH, weight, why)
    assert en in by_meaning(EN, weight, why)


def test_no_reason_goes_without_words() -> None:
    for reason in Reason:
        assert "：" in by_meaning(ZH, 0.4, reason.value)
        assert ":" in by_meaning(EN, 0.4, reason.value)


@pytest.mark.parametrize(
    ("learned", "given", "zh"),
    [
        (None, 0, "还没有人确认过。"),
        (None, 7, "确认了 7 条，再多一些就能用来学。"),
        (LEARNED, 20, "学了 420 个问题，用其中 84 个检验：前五条里有答案的，从 71% 到 78%，已经用上。"),
        (replace(LEARNED, is_used=False), 20, "帮助不够，先不用。"),
    ],
)
def test_what_was_learned_is_told_with_its_figures(learned: Learned | None, given: int, zh: str) -> None:
    assert zh in what_was_learned(ZH, learned, given)
    assert what_was_learned(EN, learned, given)


def card(*, may_withdraw: bool) -> str:
    word = Confirmation(id=5, community_id=1, question=ODD, kind=SourceKind.FAQ, item_id=3, is_right=False, at=NOW)
    words = [Confirmed(confirmation=word, title=ODD), Confirmed(confirmation=word, title="")]
    one = replace(COMMUNITY, community=ODD, learned=LEARNED)
    busy = replace(GROUP, group=ODD, vectors_due=4)
    return str(community_card(ZH, one, [busy], words, "Asia/Shanghai", may_withdraw=may_withdraw))


def test_a_community_tells_of_its_groups_and_of_what_was_confirmed() -> None:
    html = card(may_withdraw=True)
    assert "1,200 段对话 · 按意思找还差 4 段" in html
    assert html.count('data-confirmation="5"') == 2
    assert "已经不在了" in html
    assert "<img" not in html
    assert "withdraw" not in card(may_withdraw=False)


def test_the_console_speaks_no_jargon() -> None:
    shown = [card(may_withdraw=True), *(str(state_card(ZH, one)) for one in (FINE, replace(FINE, is_behind=True)))]
    words = [re.sub(r"<[^>]*>", " ", html.replace("onerror", "")) for html in shown]
    assert [found for text in words for found in NOT_SAID.findall(text.replace("document.title", ""))] == []


@pytest.mark.parametrize("group_id", [None, 4])
@pytest.mark.parametrize("is_hint", [False, True])
def test_a_word_travels_through_the_page(group_id: int | None, is_hint: bool) -> None:
    asked = Asked(slot="word-1-0", question="几点开门", source=SOURCE, group_id=group_id, is_hint=is_hint)
    assert read_asked({name: str(value) for name, value in asked.values().items()}) == asked


def test_what_the_browser_makes_up_is_no_word() -> None:
    assert read_asked({}) is None
    assert read_asked({"source": '["spell",1,2,null,null,0]', "question": "x"}) is None


def test_a_hint_is_only_confirmed_and_every_word_can_be_taken_back() -> None:
    answer = Asked(slot="a", question=ODD, source=SOURCE, group_id=None)
    hint = replace(answer, is_hint=True)
    assert "答对了" in word_buttons(ZH, answer)
    assert "不对" in word_buttons(ZH, answer)
    assert "不对" not in word_buttons(ZH, hint)
    assert "这条就是答案" in word_buttons(ZH, hint)
    said = Confirmation(id=8, community_id=1, question=ODD, kind=SourceKind.FAQ, item_id=3, is_right=True, at=NOW)
    for given in (given_word(ZH, answer, said), given_word(EN, hint, replace(said, is_right=False))):
        assert 'data-confirmation="8"' in given
        assert "<img" not in given
