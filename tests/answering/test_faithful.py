"""Faithful answers of a model about the sample knowledge: what the checks must not drop."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from copilot.answering.grounding import Asked, Claim, verify
from copilot.answering.packing import Excerpt, Part
from copilot.records import Citation, Hit, Passage, Source, SourceKind

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


def entries(community: str) -> dict[str, str]:
    """The questions of a sample community's FAQ with their answers."""
    text = (KNOWLEDGE / community / "faq.yaml").read_text(encoding="utf-8")
    return dict(re.findall(r"- question: (.+)\n(?:  variants: .+\n)?  answer: (.+)", text))


ENTRIES = entries("nuannuan-huiben") | entries("crema-corner")


def checked(question: str, line: str) -> Claim | object:
    """What becomes of a line about the entry that answers a question; `*` in it stands for the whole answer."""
    answer = ENTRIES[question]
    source = Source(kind=SourceKind.FAQ, id=1, community_id=1)
    part = Part(text=answer, citation=Citation(source=source, title=question, words=answer))
    hit = Hit(passage=Passage(source=source, title=question, texts=(answer,)), score=5.0)
    shown = Excerpt(number=1, title=question, parts=(part,), hit=hit)
    return verify(line.replace("*", answer), (shown,), Asked(words=question, today=date(2026, 3, 2)))


FAITHFUL = [
    ("绘本馆几点开门？", "周二到周日10点开门，19点关门，周五开到晚上8点半，周一闭馆 [1: *]"),
    ("绘本馆几点开门？", "周一不开放，用来整理图书 [1: 周一闭馆整理图书]"),
    (
        "绘本馆几点开门？",
        "Open Tuesday to Sunday from 10 am to 7 pm, Fridays to 8:30 pm; closed on Mondays [1: *]",
    ),
    ("周一可以去还书吗？", "可以，把书投进楼下门口的24小时还书箱就行 [1: *]"),
    ("周一可以去还书吗？", "周一闭馆进不了馆，不过还书箱随时能投 [1: *]"),
    (
        "周一可以去还书吗？",
        "Yes, the return box downstairs takes books at any time [1: *]",
    ),
    ("办卡多少钱？", "季卡298元、半年卡528元、年卡898元，押金200元，退卡时会退 [1: *]"),
    ("办卡多少钱？", "A deposit of 200 yuan is paid back when you return the card [1: 另收押金 200 元，退卡时退还]"),
    ("一次可以借几本？", "季卡、半年卡一次最多借8本，年卡12本，还了可以再借 [1: *]"),
    ("一本书可以借多久？", "可以借21天，从借出的第二天开始算 [1: *]"),
    ("怎么续借？", "到期前打开小程序“我的借阅”点续借，每本能续一次，多14天 [1: *]"),
    ("怎么续借？", "已经有人预约的书就不能续了 [1: 有人预约的书不能续]"),
    ("逾期了怎么收费？", "有3天宽限期，过了以后每本每天收0.5元，最多收到书的定价 [1: *]"),
    ("书撕坏了要赔吗？", "撕口脱页不用赔，带回馆里免费修；缺页、泡水、涂画影响阅读的赔定价的一半 [1: *]"),
    ("书丢了怎么赔？", "赔一本同版的新书就可以，买不到就按定价赔 [1: *]"),
    ("想看的书被借走了，能预约吗？", "能，在小程序里找到书点“预约”，书到了微信会通知你，给你留3天 [1: *]"),
    ("小程序怎么登录？", "用办卡时留的手机号登录；换过手机号就把新旧号码私聊发给馆员 [1: *]"),
    ("押金什么时候退？", "书都还清、没有欠费就可以退，5个工作日内退回原账户 [1: *]"),
    ("卡可以转给别人吗？", "可以转一次，双方一起到馆登记，没有手续费 [1: *]"),
    ("出远门能暂停会员卡吗？", "年卡一年可以停一次，最长60天，要先还清书；季卡和半年卡不可以 [1: *]"),
    ("卡到期了怎么续费？", "到期前后15天内续同种卡打95折，小程序里或到馆都可以 [1: *]"),
    ("没办卡可以进馆看书吗？", "可以，单次20元一家，不限时，第一次来还能免费体验一次 [1: *]"),
    ("没办卡可以进馆看书吗？", "Non-members pay 20 yuan a family and visit; the first visit is free [1: *]"),
    ("孩子可以自己在馆里、家长先走吗？", "不可以，10岁以下的孩子要家长全程陪着 [1: 不可以，10 岁以下要有家长全程在馆]"),
    ("馆里能吃东西吗？", "吃东西请去门口长桌，阅读区里只能喝带盖的水 [1: *]"),
    ("有母婴室吗？", "有的，在前台左手边，有尿布台和温水 [1: *]"),
    ("可以送书上门吗？", "可以，把书单告诉馆员，会叫同城跑腿送，来回运费自己付 [1: *]"),
    ("能代还书吗？", "能，还书谁来都可以，不需要卡；借书得出示会员码 [1: *]"),
    ("周末故事会几点开始？", "周六上午10点半开始，到11点15分，限12组家庭 [1: *]"),
    ("故事会要钱吗？", "Free for members, 30 yuan a family for non-members [1: *]"),
    ("故事会怎么报名？", "周四晚上8点馆员会在群里发接龙，跟着接龙就算报名成功 [1: *]"),
    ("报了名去不了怎么办？", "最少提前一天在群里说取消 [1: 至少提前一天在群里说一声取消]"),
    ("线下活动的费用能退吗？", "提前两天取消能全退，前一天退一半，当天不能退 [1: *]"),
    ("有英文绘本吗？", "有，600本左右，进门右手第二排，分三级，借法和中文书一样 [1: *]"),
    ("积分有什么用？", "100分可以换一次手工材料包，300分换一个月会员，年底12月31日清零 [1: *]"),
    ("可以开发票吗？", "可以，开的是电子普票，抬头、税号、邮箱私聊给馆员，押金不能开票 [1: *]"),
    ("How do I reset my order?", "Open My Beans, pick the order and press Reset order [1: *]"),
    ("How do I reset my order?", "打开 My Beans，选中订单，点 Reset order [1: *]"),
    ("When do you roast and ship?", "We roast every Tuesday and Friday and ship that afternoon [1: *]"),
    ("How much is delivery?", "It costs £3.20, but nothing if you spend over £30 or have a subscription [1: *]"),
    (
        "How do I pause my subscription?",
        "In Subscription choose Pause, for up to eight weeks [1: *]",
    ),
    (
        "My parcel has not arrived. What now?",
        "After five working days, write to the bench and get a new bag [1: *]",
    ),
    (
        "How long do beans stay fresh?",
        "Best 7 to 35 days after roasting, and can be frozen for three months [1: *]",
    ),
    (
        "Do you repair machines?",
        "Yes, an inspection costs £25; most repairs are £60 to £120 [1: *]",
    ),
    ("Can I borrow a grinder?", "Yes, for free with a £50 deposit while yours is being repaired [1: *]"),
    ("When is the bench evening?", "On a Thursday every four weeks, 6.30 pm to 8.30 pm; subscribers come free [1: *]"),
    (
        "Where is the shop and when is it open?",
        "Tanner's Yard; opens Wednesday to Saturday, 10 am to 5 pm [1: *]",
    ),
    ("Where is the shop and when is it open?", "周三至周六 10:00 到 17:00 营业，下午五点关门 [1: *]"),
    ("Can I return beans I do not like?", "Yes, once for each blend, and you keep the first bag [1: *]"),
]


# Faithful too, and dropped: two ways to deny in one sentence, or a number in the place of none.
OVERCAREFUL = [
    ("绘本馆在哪里？", "在青禾路18号二楼，地铁3号线青禾路站B口走路大约6分钟 [1: *]"),
    ("开车来停哪里？", "可以停青禾路便民停车场，头两个小时不收费，之后每小时5元 [1: *]"),
    ("开车来停哪里？", "别停馆门口，那里是消防通道 [1: 馆门口是消防通道，不能停车]"),
    ("会员卡可以退吗？", "可以。办卡7天内没借过书可以全额退，其他情况按剩下的整月折算 [1: *]"),
    ("家里两个孩子要办两张卡吗？", "不用，一家一张就够了，孩子们共用借书册数 [1: *]"),
    ("故事会要钱吗？", "会员不要钱，非会员一家30元，现场付款 [1: *]"),
    ("点读笔可以借吗？", "可以借，押金100元，一次借7天，不可以续借 [1: *]"),
]


@pytest.mark.parametrize(("question", "line"), FAITHFUL)
def test_a_faithful_line_is_let_through(question: str, line: str) -> None:
    claim = checked(question, line)
    assert isinstance(claim, Claim), claim


@pytest.mark.parametrize(("question", "line"), OVERCAREFUL)
def test_the_checks_rather_drop_a_faithful_line_than_let_a_twisted_one_through(question: str, line: str) -> None:
    assert not isinstance(checked(question, line), Claim), "it passes now: move it to those that do"
