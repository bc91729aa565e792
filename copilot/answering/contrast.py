"""Whether a claim turns its source round in words that deny nothing: open for closed, east for west, all for some.

It compares what stands on both sides by small tables of words, in Chinese and English, so that it holds between the two
as well. A contrast in words that are in none of the tables it does not see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.answering.polarity import clauses, denies
from copilot.answering.quantities import Kind, covers, quantities
from copilot.text.fold import folded

_ZH_EN = dict[str, re.Pattern[str]]


def _sides(**patterns: str) -> _ZH_EN:
    return {name: re.compile(pattern) for name, pattern in patterns.items()}


# Of each line a claim says only what its source, the heading above it or the question says, where those say any of it.
_EXCLUSIVE = (
    _sides(
        east=r"东(?=[门侧边面口区北南])|\beast",
        west=r"西(?=[门侧边面口区北南])|\bwest",
        south=r"南(?=[门侧边面口区])|\bsouth",
        north=r"北(?=[门侧边面口区])|\bnorth",
    ),
    _sides(
        left=r"左(?=[手边侧转拐])|\bleft[- ](?:hand|side)|on the left",
        right=r"右(?=[手边侧转拐])|\bright[- ](?:hand|side)|on the right",
    ),
    _sides(up=r"楼上|上层|\bupstairs", down=r"楼下|下层|\bdownstairs"),
    _sides(inside=r"室内|馆内|店内|\binside\b|\bindoors?\b", outside=r"室外|户外|馆外|店外|\boutside\b|\boutdoors?\b"),
    _sides(
        before=r"(?<!目)前(?![台面门后])|\bbefore\b|\bin advance\b|\bahead\b",
        after=r"(?<![最先背前])后(?![台面门])|\bafter(?:wards)?\b",
    ),
    _sides(
        alone=r"单独|独自|自己一?个?人|\balone\b|\bunaccompanied\b|by (?:them|him|her)sel", together=r"陪|\baccompan"
    ),
    _sides(steamed="蒸", boiled="煮", fried="炸|炒|煎", baked="烤", microwaved="微波"),
)
# With a time these are told from the number.
_PARTS_OF_DAY = _sides(
    morning=r"上午|早上|\bmornings?\b", afternoon=r"下午|\bafternoons?\b", evening=r"晚上|傍晚|\bevenings?\b"
)
# What a claim may say only where its source says it too: more than some, an end, somebody's authority.
_STRONG = (
    re.compile(
        r"随时|任何|所有|全部|人人|一律|永远|无条件|不限|\bany ?(?:time|one|body)\b|\bevery(?:one|body)\b|\balways\b"
        r"|\ball (?:of|the|day|visitors|people|members)\b|\bunlimited\b|\bwhenever\b"
    ),
    re.compile(r"取消|停办|作废|\bcancel"),
    re.compile(r"规定|群规|官方|\bofficial"),
)
_STRONG_THERE = (
    re.compile(
        r"随时|任何|所有|全部|全天|人人|一律|永远|都|每|全|谁|不限|24 ?小时|\bany|\bevery|\balways\b|\ball\b"
        r"|\bunlimited\b|\bwhenever\b|\bwhatever\b|\bno (?:limit|minimum)"
    ),
    re.compile(r"取消|停|作废|退|\bcancel|\bcalled off|\bstop"),
    re.compile(r"规|官方|须|必|不得|禁|\bofficial|\brule|\bmust\b"),
)
_OUTSIDER = r"非会员|不是会员|没有?办卡|没有?会员|其他人|其余的?人|\bnon-?members?\b|\bothers\b|\bnot (?:a )?members?\b"
_GROUPS = _sides(
    outsider=_OUTSIDER,
    member=r"(?<!非)(?<!不是)(?<!没有)(?<!没)会员(?![卡码日])|(?<!non-)(?<!non)\b(?:members?|subscribers?)\b",
)
_ALL = re.compile(r"所有人|任何人|人人|大家都|全场|\beveryone\b|\banyone\b|\beverybody\b|\ball visitors\b")
_MUST = re.compile(
    r"必?须|务必|需要?|凭|要(?!是|么)|带[着上好]|陪|只[有能在]|\bmust\b|\bneed|\bha(?:ve|s) to\b|\brequire"
    r"|\bonly\b|\bbring\b"
)
_MAY = re.compile(r"可以|可单独|能够?|\bmay\b|\bcan\b|\bpossible\b")
_MUST_THERE = re.compile(r"必?须|务必|(?<!不)需要?带|\bmust\b|\bneed(?:s|ed)?\b|\bha(?:ve|s) to\b")
_WITHIN = re.compile(r"(?:[天日周月时年]|小时|分钟)(?:以|之)?内|\bwithin\b")
_WITHIN_SAID = re.compile(r"内|不超过|最多|之前|前|\bwithin\b|\bup to\b|\bbefore\b|\bfirst\b|\bfor\b|\buntil\b|\bby\b")
_OPEN = re.compile(r"开门|开放|营业|开馆|开着|\bopen(?:s|ing|ed)?\b")
_SHUT = re.compile(r"闭馆|关门|关闭|关(?=\W|$)|打烊|歇业|停业|\bclos(?:es?|ed|ing)\b|\bshuts?\b")
_UNTIL = re.compile(r"[到至~–—-] ?(?:晚上|下午|第二天)?\d|[\d点半]前|之前|截止|\buntil\b|\btill\b|\bto\b|\bbefore\b")
_HEDGE = re.compile(
    r"听说|好像|似乎|貌似|据说|我觉得|我猜|我记得|印象中|估计|大概(?!\d)|可能|也许|说不定|不(?:太)?确定|不清楚"
    r"|应该(?=是|可以|会|能|有|没|不|还|就)|\bmaybe\b|\bperhaps\b|\bprobably\b|\bi (?:think|guess|believe|heard)\b"
    r"|\bnot sure\b|\bmight\b|\bi'm not certain\b|\bapparently\b"
)


def hedges(text: str) -> bool:
    """Whether somebody says that they do not know for sure."""
    return _HEDGE.search(folded(text)) is not None


def contradicts(claim: str, evidence: str, beside: str) -> bool:
    """Whether a claim says the opposite of its evidence, or more.

    Args:
        claim: raw text.
        evidence: the quoted sentences of its sources, raw.
        beside: what else a claim may speak of: the headings of its sources and the question, raw.
    """
    said, there, other = folded(claim), folded(evidence), folded(beside)
    return (
        _swaps_side(said, there, f"{there}\n{other}")
        or any(
            strong.search(said) and not known.search(there)
            for strong, known in zip(_STRONG, _STRONG_THERE, strict=True)
        )
        or _opens_what_shuts(clauses(claim), clauses(evidence))
        or _loosens(said, evidence, there)
        or _of_other_people(clauses(claim), clauses(evidence), other)
    )


def _swaps_side(said: str, there: str, allowed: str) -> bool:
    """Whether a claim names a side that is not in its source, which names another one."""
    timed = any(one.kind is Kind.TIME for one in quantities(said))
    for sides in _EXCLUSIVE if timed else (*_EXCLUSIVE, _PARTS_OF_DAY):
        named = {name for name, pattern in sides.items() if pattern.search(said)}
        known = {name for name, pattern in sides.items() if pattern.search(allowed)}
        if named - known and any(name not in named and sides[name].search(there) for name in known):
            return True
    return False


def _opens_what_shuts(said: Sequence[str], there: Sequence[str]) -> bool:
    """Whether a clause has open what those with its numbers have shut, or the other way round."""
    for one in said:
        if denies(one):
            continue
        numbers = quantities(one)
        like = [other for other in there if all(covers(quantities(other), number) for number in numbers)]
        if not like or any(denies(other) for other in like):
            continue
        for mine, opposite, until in ((_OPEN, _SHUT, one), (_SHUT, _OPEN, " ".join(like))):
            if (
                mine.search(one)
                and not opposite.search(one)
                and not _UNTIL.search(until)
                and all(opposite.search(other) and not mine.search(other) for other in like)
            ):
                return True
    return False


def _loosens(said: str, evidence: str, there: str) -> bool:
    """Whether what must be is told as what may be, or a term is left out that the claim's own words are under."""
    if _MUST_THERE.search(there) and _MAY.search(said) and not _MUST.search(said) and not _MAY.search(there):
        return True
    return (
        bool(quantities(evidence))
        and all(_WITHIN.search(one) for one in clauses(evidence))
        and not (_WITHIN_SAID.search(said))
    )


def _of_other_people(said: Sequence[str], there: Sequence[str], beside: str) -> bool:
    """Whether what holds for members is told of others, or of all, and the other way round."""
    told = _by_group(there)
    if not any(groups for _, groups in told):
        return False
    asked = _groups_in(beside)
    for clause, groups in _by_group(said):
        claimed = quantities(clause)
        if not claimed:
            continue
        if _ALL.search(clause):
            groups = frozenset(_GROUPS)
        # Without a group of its own a clause is about whom the question is about.
        for group in groups or asked or _GROUPS:
            own = [one for other, its in told if not its or group in its for one in quantities(other)]
            if not all(covers(own, number) for number in claimed):
                return True
    return False


def _by_group(parts: Sequence[str]) -> list[tuple[str, frozenset[str]]]:
    """Clauses with the people that they are about; one that names none goes on about those before it."""
    found: list[tuple[str, frozenset[str]]] = []
    last: frozenset[str] = frozenset()
    for one in parts:
        last = _groups_in(one) or last
        found.append((one, last))
    return found


def _groups_in(plain: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _GROUPS.items() if pattern.search(plain))
