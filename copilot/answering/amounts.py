"""Amounts in a text: shares, prices, lengths of time, and counted things, Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from copilot.answering.numerals import DIGITS, EN_WORDS, HAN, NUM, SPAN, number_of
from copilot.answering.scanning import Kind, Scan

_LENGTHS = {
    "小时": (Kind.MINUTES, 60), "钟头": (Kind.MINUTES, 60), "分钟": (Kind.MINUTES, 1), "天": (Kind.MINUTES, 1440),
    "周": (Kind.MINUTES, 10080), "星期": (Kind.MINUTES, 10080), "礼拜": (Kind.MINUTES, 10080),
    "月": (Kind.MONTHS, 1), "年": (Kind.MONTHS, 12), "岁": (Kind.AGE, 1), "周岁": (Kind.AGE, 1),
    "hour": (Kind.MINUTES, 60), "hr": (Kind.MINUTES, 60), "minute": (Kind.MINUTES, 1), "min": (Kind.MINUTES, 1),
    "day": (Kind.MINUTES, 1440), "week": (Kind.MINUTES, 10080), "month": (Kind.MONTHS, 1), "year": (Kind.MONTHS, 12),
}  # fmt: skip
_MEASURES = (
    "个本次人位份张条件期层楼路室里米斤瓶杯只辆间场节课组名册套箱包袋颗台部首章页句字门级排桌队轮"
    "届线度倍分点块段圈步号遍趟顿家户单款种项把支枚厅站批"
)


def read_amounts(scan: Scan) -> None:
    """Read what is marked by a sign or a unit first, and bare numbers last."""
    _ratios(scan)
    _money(scan)
    _lengths(scan)
    _counts(scan)


def _ratios(scan: Scan) -> None:
    def off(match: re.Match[str]) -> None:
        share = number_of(match[1]) / 100
        scan.add(Kind.RATIO, match.start(), share, 1 - share, raw=(share * 100,))

    scan.take(rf"({DIGITS}) ?(?:%|percent) ?(?:off|discount)", off)
    scan.take(rf"(?:优惠|减免?|便宜|降价?) ?({DIGITS}) ?%", off)
    scan.take(
        rf"({DIGITS}) ?(?:%|percent\b)",
        lambda m: scan.add(Kind.RATIO, m.start(), number_of(m[1]) / 100, raw=(number_of(m[1]),)),
    )
    scan.take(rf"百分之({NUM})", lambda m: scan.add(Kind.RATIO, m.start(), number_of(m[1]) / 100))
    scan.take(
        rf"({HAN}|\d+)分之({HAN}|\d+)",
        lambda m: scan.add(Kind.RATIO, m.start(), number_of(m[2]) / (number_of(m[1]) or 1)),
    )

    def discount(match: re.Match[str]) -> None:
        written = number_of(match[1])
        share = written / (10 if written < 10 else 100)
        scan.add(Kind.RATIO, match.start(), share, 1 - share, raw=(written,))

    scan.take(rf"({DIGITS}|[一二三四五六七八九]{{1,2}}) ?折(?!算|返|合|叠|扣)", discount)
    scan.take(
        r"一半|半价|半数|\bhalf\b(?![- ](?:an? )?(?:hour|day|year|month))",
        lambda m: scan.add(Kind.RATIO, m.start(), 0.5),
    )


def _money(scan: Scan) -> None:
    scan.take(
        r"免费|免押|不[收要用]?(?:费|钱|押金|交钱|付钱|花钱)|\bfree of charge\b|\bno charge\b|\bfor free\b"
        r"|(?<!-)(?<!feel )\bfree\b(?! (?:time|to|day))",
        lambda m: scan.add(Kind.FREE, m.start(), 0),
    )

    def plus(kind: Kind, scale: float = 1.0) -> Callable[[re.Match[str]], None]:
        return lambda m: scan.add(kind, m.start(), number_of(m[1]) * scale)

    scan.take(
        rf"({NUM})块([一二三四五六七八九\d])(?![\d一二三四五六七八九十百个])",
        lambda m: scan.add(Kind.YUAN, m.start(), number_of(m[1]) + number_of(m[2]) / 10),
    )
    for signs, names, kind in (
        ("[¥]|rmb|cny", "元|块钱|块(?![儿])|圆|rmb|cny|yuan|人民币", Kind.YUAN),
        (r"\$|usd", "美元|美金|dollars?|usd|bucks", Kind.DOLLAR),
        ("€|eur", "欧元|euros?|eur", Kind.EURO),
        ("£|gbp", "英镑|pounds?|gbp", Kind.POUND),
    ):
        # "50 到 100 元": the first is money too.
        scan.take(rf"({NUM})(?={SPAN}(?:{NUM}) ?(?:{names}))", plus(kind))
        scan.take(rf"({NUM}) ?(?:{names})", plus(kind))
        scan.take(rf"(?:{signs}) ?({DIGITS})", plus(kind))
    scan.take(rf"({NUM})[角毛](?!病)", plus(Kind.YUAN, 0.1))


def _lengths(scan: Scan) -> None:
    no_day = "(?![一二三四五六日天])"
    zh = f"小时|钟头|分钟|周岁|天|周(?![末年]){no_day}|星期{no_day}|礼拜{no_day}|月|年|岁"
    en = "hour|hr|minute|min|day|week|month|year"

    def add(unit: str, number: float, at: int, *, implied: bool = False) -> None:
        kind, scale = _LENGTHS[unit]
        scan.add(kind, at, number * scale, raw=(number,), implied=implied)

    scan.take(rf"({NUM}) ?个?半({zh})", lambda m: add(m[2], number_of(m[1]) + 0.5, m.start()))
    scan.take(rf"半个?({zh})", lambda m: add(m[1], 0.5, m.start()))
    scan.take(rf"每一?个?({zh})", lambda m: add(m[1], 1, m.start(), implied=True))
    scan.take(rf"({NUM})(?={SPAN}(?:{NUM}) ?个?({zh}))", lambda m: add(m[2], number_of(m[1]), m.start()))
    scan.take(rf"(?<!第)({NUM}) ?个?({zh})", lambda m: add(m[2], number_of(m[1]), m.start()))
    scan.take(rf"\bhalf[- ](?:an? )?({en})\b", lambda m: add(m[1], 0.5, m.start()))
    scan.take(rf"\b(?:per|each|every) ({en})\b", lambda m: add(m[1], 1, m.start(), implied=True))
    scan.take(r"\bhourly\b", lambda m: add("hour", 1, m.start(), implied=True))
    scan.take(r"\bweekly\b", lambda m: add("week", 1, m.start(), implied=True))
    scan.take(r"\bmonthly\b", lambda m: add("month", 1, m.start(), implied=True))
    scan.take(r"\b(?:yearly|annual(?:ly)?)\b", lambda m: add("year", 1, m.start(), implied=True))
    scan.take(
        rf"({NUM})[- ]years?[- ]olds?\b|\bage[ds]? (?:of )?({NUM})",
        lambda m: scan.add(Kind.AGE, m.start(), number_of(m[1] or m[2])),
    )
    scan.take(rf"({NUM})(?={SPAN}(?:{NUM})[- ]({en})s?\b)", lambda m: add(m[2], number_of(m[1]), m.start()))
    scan.take(rf"({NUM})[- ]?({en})s?\b", lambda m: add(m[2], number_of(m[1]), m.start()))
    scan.take(rf"\ban? ({en})\b", lambda m: add(m[1], 1, m.start()))


def _counts(scan: Scan) -> None:
    scan.take(r"\btwice\b|\bdouble\b|翻倍|双倍", lambda m: scan.add(Kind.COUNT, m.start(), 2))
    scan.take(
        rf"({DIGITS}) ?([万千k](?![a-z]))? ?(?:[{_MEASURES}]|公里|公斤)",
        lambda m: scan.add(Kind.COUNT, m.start(), number_of(m[1] + (m[2] or "")), raw=(number_of(m[1]),)),
    )

    def in_words(match: re.Match[str]) -> None:
        value = number_of(match[1])
        # "一个" and "one" are articles as often as numbers.
        if value != 1:
            scan.add(Kind.COUNT, match.start(), value)

    scan.take(rf"({HAN}) ?[多余]?(?:[{_MEASURES}]|公里|公斤)", in_words)
    scan.take(rf"\b({EN_WORDS})\b", in_words)
    scan.take(
        r"(?<![一-鿿])[十百千]?[一二三四五六七八九]?[十百千万][一二三四五六七八九十百千万]*", partial(_bare, scan)
    )
    scan.take(
        rf"(?<![a-z\d])({DIGITS}) ?([万千]|k\b)?",
        lambda m: scan.add(Kind.PLAIN, m.start(), number_of(m[1] + (m[2] or "")), raw=(number_of(m[1]),)),
    )


def _bare(scan: Scan, match: re.Match[str]) -> None:
    if len(match.group()) > 1:
        scan.add(Kind.PLAIN, match.start(), number_of(match.group()))
