"""Which rules a text may touch, by plain signs: a link where links are forbidden, a number to add, a price, a remedy.

It finds what to look at. Whether a rule is broken it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.analytics.episode import line_heat
from copilot.records import Rule
from copilot.text.fold import fold

# What stands in a text, and how rules speak of it.
_SAID = (
    (r"https?://\S+|www\.\S+|\b[\w-]+\.(?:com|cn|net|top|xyz|shop|cc)\b", r"链接|网址|外链|\blinks?\b|\burls?\b"),
    (
        r"二维码|扫码|加(?:我|一下)?(?:微信|v|vx|wx|qq|群)|微信号?[:：]|进群|拉你|私聊(?:我|领取)|v信"
        r"|\badd me\b|\bdm me\b|\bqr code\b|join (?:my|our) group",
        r"二维码|广告|拉人|其他群|引流|推广|\badvert|\bads?\b|\bpromot|\brecruit|other groups",
    ),
    (
        r"优惠|特价|折扣|打折|限时|秒杀|免费领|砍价|助力|团购|代购|包邮|佣金|兼职|返利|加盟|下单|\d+ ?元|[¥￥$£€] ?\d+"
        r"|\b(?:discount|sale|promo|coupon|buy now|free gift|for sale|selling)\b",
        r"广告|砍价|助力|推广|买卖|营销|\badvert|\bads?\b|\bsell|\bsale|\bpromot|\bbuy",
    ),
    (r"闲置|转让|出售|二手|拼单|\bsecond.?hand\b|\bfor sale\b", r"闲置|转让|拼单|二手|交易|\bsell|\bsale"),
    (
        r"偏方|包治|吃药|用药|疗效|治好|退烧|抗生素|保健品|疫苗|补剂|\b(?:cure|medicine|supplement|dosage|antibiotics)\b",
        r"健康|医|药|病|养生|\bhealth|\bmedic|\bdoctor",
    ),
    (
        r"1[3-9]\d{9}|身份证|住址|\d+号楼|\d+单元",
        r"电话|住址|隐私|个人信息|\bprivacy|\bpersonal|\bphone|\baddress",
    ),
    (r"@所有人|@全体|@all\b|@everyone\b", r"刷屏|@|打扰|\bspam|everyone"),
    (
        r"转发到|扩散|速看|紧急通知|不转不是|震惊|\bforward this\b|share widely",
        r"谣|未经核实|转发|消息|\brumou?r|\bforward",
    ),
    (
        r"扫描件|电子版|\bpdf\b|百度网盘|网盘|破解|盗版|\b(?:torrent|cracked|pirated)\b",
        r"版权|电子版|破解|盗版|资源|copyright|pirat",
    ),
    (r"红包|转账|彩票|赌|投注|\b(?:casino|betting|lottery)\b", r"红包|赌|金钱|诈骗|骗|\bgambl|\bmoney|\bscam"),
    (r"股票|基金|理财|币圈|稳赚|\b(?:crypto|stocks|investment)\b", r"理财|广告|其他话题|\binvest|\boff.?topic"),
)
_SIGNS = tuple((re.compile(said), re.compile(spoken_of)) for said, spoken_of in _SAID)
_RUDE = re.compile(r"骂|嘲讽|攻击|吵|对事不对人|尊重|文明|\bperson\b|\brude|\binsult|\bharass|\brespect|\bkind")
_HOT = 0.5
_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A rule that a text may touch, and the words of the text that point to it."""

    rule: Rule
    words: str


def concerns(text: str, rules: Sequence[Rule]) -> list[Concern]:
    """Find the rules that a text may touch.

    Args:
        text: raw text.
        rules: the rules that hold.

    Returns:
        One a rule, in the order of their numbers, at most five.
    """
    plain = fold(text)
    found: dict[int, Concern] = {}
    for sign, spoken_of in _SIGNS:
        match = sign.search(plain.text)
        if match is None:
            continue
        start, end = plain.raw_span(*match.span())
        for rule in rules:
            if spoken_of.search(rule.text.lower()):
                found.setdefault(rule.id or rule.number, Concern(rule=rule, words=text[start:end]))
    if line_heat(text) >= _HOT:
        for rule in rules:
            if _RUDE.search(rule.text.lower()):
                found.setdefault(rule.id or rule.number, Concern(rule=rule, words=" ".join(text.split())[:40]))
    return sorted(found.values(), key=lambda one: one.rule.number)[:_MOST]
