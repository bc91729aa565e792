"""Chinese words of time, in folded text: 昨天, 上周五, 这个月, 最近三天, 10月1日, 国庆, 下午, 3点."""

from __future__ import annotations

import re

from copilot.assistant.date_pieces import (
    AFTERNOON,
    DAWN,
    DUSK,
    EVENING,
    MIDNIGHT,
    MORNING,
    NEAR_DAYS,
    NOON,
    RECENT_DAYS,
    WHILE_DAYS,
    Grammar,
    Piece,
    ago,
    calendar_unit,
    days_of_month,
    festivals,
    of_week,
    piece,
    rolling,
    year,
)
from copilot.assistant.dates import Today, months, number

_MANY = r"(?P<many>\d{1,3}|[一二两俩三四五六七八九十几]{1,3})"
_UNIT = r"个?(?P<unit>小时|钟头|天|日|周|星期|礼拜|月|季度|年)"
_WHICH = r"(?P<which>上上|下下|上|这|本|下)一?(?P<piece>个?)"
_YEAR = r"(?:(?P<year>20\d\d|今|去|前|明)年的?)?"
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月"
_DAY = r"[0-3]?\d|[一二三四五六七八九十]{1,3}"
_TO = r"\s?[-~–—至到]\s?"
_OFFSETS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_YEARS = {"今": 0, "去": -1, "前": -2, "明": 1}
_DAY_OFFSETS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_PARTS = (
    (r"凌晨", DAWN),
    (r"大?清早|清晨|早晨|早上(?!好)|上午(?!好)|早(?![点教安餐饭期就已些上])", MORNING),
    (r"中午(?!好)|正午", NOON),
    (r"下午(?!好)|午后", AFTERNOON),
    (r"傍晚", DUSK),
    (r"晚上(?!好)|晚间|夜里|夜晚|夜间|晚(?![安餐饭会于了自辈上])", EVENING),
    (r"半夜|深夜|午夜", MIDNIGHT),
)


def _relative(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.day(_DAY_OFFSETS[match["day"]]))


def _weekday(match: re.Match[str], today: Today) -> Piece | None:
    which, char = match["which"], match["char"]
    if char == "末":
        return piece(match, today.weekend(_OFFSETS[which] if which else None))
    index = "一二三四五六日".find("日" if char == "天" else char)
    if not which:
        return piece(match, today.nearest_weekday(index))
    return piece(match, *of_week(_OFFSETS[which], index, today, 6 if match["piece"] else NEAR_DAYS))


def _named(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, calendar_unit(match["unit"], _OFFSETS[match["which"]], today))


def _rolling(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, rolling(number(match["many"]), match["unit"], today))


def _ago(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, ago(number(match["many"]), match["unit"], today))


def _date(match: re.Match[str], today: Today) -> Piece | None:
    found = match.groupdict()
    named = year(found.get("year"), _YEARS, today)
    first = today.dated(number(match["month"]), number(match["day"]), year=named)
    return piece(match, days_of_month(first, number(found.get("last") or "")))


def _month(match: re.Match[str], today: Today) -> Piece | None:
    found = today.dated(number(match["month"]), 1, 28, year=year(match["year"], _YEARS, today))
    return piece(match, months(found[0], 0, 1) if found else None)


def _whole_year(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.year(_YEARS[match["year"]]))


def _half_year(match: re.Match[str], today: Today) -> Piece | None:
    named = year(match["year"], _YEARS, today) or today.now.year
    first, _ = today.year(named - today.now.year)
    return piece(match, months(first, 0 if match["half"] == "上" else 6, 6))


def _quarter(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, months(today.year(0)[0], 3 * (number(match["quarter"]) - 1), 3))


def _day_of_month(match: re.Match[str], today: Today) -> Piece | None:
    day = number(match["day"])
    span = today.day_of_month(day)
    return Piece(start=match.start(), end=match.end(), spans=(span,), day=day) if span else None


def _recent(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.last(RECENT_DAYS), is_soft=True)


def _while(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.last(WHILE_DAYS), is_soft=True)


def _half_month(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.last(15))


def _last_half_year(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.since_months(6))


def _part(match: re.Match[str], today: Today) -> Piece | None:
    hours = next(hours for words, hours in _PARTS if re.fullmatch(words, match.group()))
    return Piece(start=match.start(), end=match.end(), hours=hours)


def _clock(match: re.Match[str], today: Today) -> Piece | None:
    past = match["past"] or ""
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(past) or number(past.removesuffix("分"))
    hour = number(match["hour"])
    fits = hour <= 24 and minute < 60
    return Piece(start=match.start(), end=match.end(), clock=(hour, minute)) if fits else None


WORDS: Grammar = tuple(
    (re.compile(words), read)
    for words, read in (
        (r"(?P<day>大前|前|昨|今|明|大后|后)(?:天(?![气空])|日(?!常)|儿个?)", _relative),
        (r"(?P<day>昨|今|明|前)(?=晚(?![餐饭会])|夜|早(?![就已]))", _relative),
        (
            rf"(?<![每逢隔双单一两三四\d])(?:{_WHICH})?(?:周|星期|礼拜)(?P<char>一(?![共直起定些样下般旦次回])|[二三四五六日天末](?![次起回]))",
            _weekday,
        ),
        (
            rf"{_WHICH}(?P<unit>周(?![一二三四五六日天末年边围])|(?:星期|礼拜)(?![一二三四五六日天末])|季度"
            r"|月(?![饼经亮嫂卡票]))",
            _named,
        ),
        (
            rf"(?:最近|近|过去|刚过去|前|这|上|往前)的?这?{_MANY}{_UNIT}(?!之?前|以前)(?:以内|之内|以来|里|内|来)?",
            _rolling,
        ),
        (rf"{_MANY}{_UNIT}(?:以内|之内|内|以来)", _rolling),
        (r"(?:最近|近|过去|前|这)半个?月", _half_month),
        (r"(?:最近|近|过去|前|这)半年", _last_half_year),
        (rf"{_MANY}{_UNIT}(?:之前|以前|前)", _ago),
        (r"(?P<year>今|去|前|明)年(?![轻级纪])", _whole_year),
        (rf"{_YEAR}(?P<half>上|下)半年", _half_year),
        (r"第?(?P<quarter>[一二三四1-4])季度", _quarter),
        (rf"{_YEAR}{_MONTH}(?P<day>{_DAY})[日号]?{_TO}(?P<last>{_DAY})[日号]", _date),
        (rf"{_YEAR}{_MONTH}(?P<day>{_DAY})[日号]?", _date),
        (rf"{_YEAR}(?<![\d个第]){_MONTH}份?(?![\d一二三四五六七八九十饼])", _month),
        (
            rf"(?<![\d一二三四五六七八九十月路街弄幢])(?P<day>{_DAY})(?:号(?![线楼店院门桌机馆厅口码库群])|日(?![常子本语用]))",
            _day_of_month,
        ),
        (r"最近(?:一段时间|这段时间)?|近期|近来|近日|这些天|这几日", _recent),
        (r"(?:最近)?(?:这一?阵子?|这段时间|这段日子|这些日子|前一?阵子|前段时间)", _while),
        ("|".join(words for words, _ in _PARTS), _part),
        (
            r"(?<![\d.])(?P<hour>[012]?\d|[一二两三四五六七八九十]{1,3})点(?:钟|整)?(?![赞击读评子心餐])"
            r"(?P<past>半|一刻|三刻|[0-5]?\d分?|[一二三四五六七八九十]{1,3}分)?",
            _clock,
        ),
    )
)
"""Patterns and what reads them. Where several match at one place, the longest counts."""

NUMERIC: Grammar = tuple(
    (re.compile(words), _date)
    for words in (
        r"(?<![\d/.-])(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?<![\d/.-])(?P<month>1[0-2]|0?[1-9])/(?P<day>[0-3]?\d)(?![\d/])",
        # 5.1 is a date only in 5.1-5.5.
        r"(?<![\d/.])(?P<month>1[0-2]|0?[1-9])\.(?P<day>[0-3]?\d)(?=\s?[-~–—到至]\s?\d{1,2}\.\d)",
        r"(?<=\d[-~–—到至])(?P<month>1[0-2]|0?[1-9])\.(?P<day>[0-3]?\d)(?![\d.])",
    )
)
"""Dates in digits: 2026-05-03, 5/3."""

FESTIVALS: Grammar = festivals(_YEAR + "{}(?:期间|假期|长假|那几天|那天|当天|前后)?", _YEARS)
"""Festivals in both languages."""
