"""Dates, weekdays and times of day in a text, Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from copilot.answering.numerals import EN_WORDS, HAN, SPAN, number_of
from copilot.answering.scanning import Kind, Scan

_CLAUSE = re.compile(r"[。!?;\n]|,(?!\d{3}\b)|\.(?=\s|$)")
_AM = re.compile(r"凌晨|清晨|早[上晨]?|上午|\bmorning")
_PM = re.compile(r"下午|午后|傍晚|晚上?|夜里?|中午|\b(?:afternoon|evening|night|tonight|noon)")
_HALF_DAY = re.compile(rf"{_AM.pattern}|{_PM.pattern}")
_MERIDIEM = r"(?:\s*([ap])\.?m\b\.?)?"
_RIGHT_END = re.compile(r"\s*(?:[-–—~]|to)\s*(\d{1,2})(?::\d\d)?\s*([ap])\.?m\b")

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAYS_ZH = {char: i for i, char in enumerate("一二三四五六日", start=1)} | {"天": 7}
_WEEKDAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAME = r"(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)"
_RELATIVE = {
    "大后天": 3, "后天": 2, "明天": 1, "明日": 1, "明晚": 1, "明早": 1, "今天": 0, "今日": 0, "今晚": 0, "今早": 0,
    "昨天": -1, "昨日": -1, "昨晚": -1, "前天": -2,
    "tomorrow": 1, "today": 0, "tonight": 0, "yesterday": -1,
}  # fmt: skip


def read_moments(scan: Scan) -> None:
    """Read dates first, then weekdays, then times of day."""
    _dates(scan)
    # Telephone numbers and the like, before their digits are taken for hours.
    scan.take(
        r"\+?\d{3,}(?:[- ]\d{3,})+(?!\s*[元块人字米])|\d{7,}",
        lambda m: scan.add(Kind.CODE, m.start(), float(re.sub(r"\D", "", m.group()))),
    )
    _weekdays(scan)
    _times(scan)


def _date(scan: Scan, at: int, month: float, day: float, year: str | None = None) -> None:
    scan.add(Kind.DATE, at, month * 100 + day, raw=(month, day))
    if year:
        scan.add(Kind.YEAR, at, float(year))


def _dates(scan: Scan) -> None:
    number = rf"(\d{{1,2}}|{HAN})"
    scan.take(
        r"(?<!\d)(\d{4})[-/.年] ?(\d{1,2})[-/.月] ?(\d{1,2})(?!\d)[日号]?",
        lambda m: _date(scan, m.start(), float(m[2]), float(m[3]), m[1]),
    )

    def month_and_days(match: re.Match[str]) -> None:
        _date(scan, match.start(), number_of(match[1]), number_of(match[2]))
        if match[3]:
            _date(scan, match.start(3), number_of(match[1]), number_of(match[3]))

    scan.take(rf"{number} ?月 ?{number}(?:[日号]?{SPAN}{number}(?=[日号]))?(?:[日号]|(?!\d))", month_and_days)
    scan.take(
        rf"\b{_MONTH_NAME} (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (20\d\d))?",
        lambda m: _date(scan, m.start(), _month(m[1]), float(m[2]), m[3]),
    )
    scan.take(
        rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH_NAME}(?:\b,? (20\d\d))?",
        lambda m: _date(scan, m.start(), _month(m[2]), float(m[1]), m[3]),
    )
    scan.take(
        r"(?<![\d/])(1[0-2]|0?\d)/([0-3]?\d)(?![\d/])",
        lambda m: (
            scan.add(Kind.RATIO, m.start(), float(m[1]) / float(m[2]))
            if 0 < float(m[1]) < float(m[2]) <= 5
            else _date(scan, m.start(), float(m[1]), float(m[2]))
        ),
    )
    scan.take(
        r"(?<!\d)(\d{4}|[零一二三四五六七八九]{4}) ?年", lambda m: scan.add(Kind.YEAR, m.start(), number_of(m[1]))
    )
    scan.take(rf"{number}月(?:份|底|初|中)?", lambda m: scan.add(Kind.MONTH, m.start(), number_of(m[1])))
    scan.take(
        r"\b(january|february|april|june|july|august|september|october|november|december)\b",
        lambda m: scan.add(Kind.MONTH, m.start(), _month(m[1])),
    )
    scan.take(
        rf"(?<!第){number}[号日](?![楼线门口馆店院厅桌房车出地机码])",
        lambda m: scan.add(Kind.DAY, m.start(), number_of(m[1])),
    )
    scan.take(r"\b(\d{1,2})(?:st|nd|rd|th)\b", lambda m: scan.add(Kind.DAY, m.start(), float(m[1])))
    scan.take("|".join(_RELATIVE), partial(_relative, scan))


def _relative(scan: Scan, match: re.Match[str]) -> None:
    offset = _RELATIVE[match.group()]
    if scan.on is None:
        scan.add(Kind.RELATIVE, match.start(), offset)
    else:
        day = scan.on + timedelta(days=offset)
        _date(scan, match.start(), day.month, day.day)


def _weekdays(scan: Scan) -> None:
    def each(at: int, days: Iterable[int]) -> None:
        for day in days:
            scan.add(Kind.WEEKDAY, at, day)

    prefix = "(?:周|星期|礼拜)"
    scan.take(
        rf"{prefix}([一二三四五六日天]){SPAN}{prefix}?([一二三四五六日天])",
        lambda m: each(m.start(), _span(_WEEKDAYS_ZH[m[1]], _WEEKDAYS_ZH[m[2]])),
    )
    scan.take(
        rf"\b{_DAY_NAME}(?:day)?s?\.?{SPAN.replace('|and', '')}{_DAY_NAME}(?:day)?s?\b",
        lambda m: each(m.start(), _span(_weekday(m[1]), _weekday(m[2]))),
    )
    scan.take(r"周六日|周末|双休日?|\bweekends?\b", lambda m: each(m.start(), (6, 7)))
    scan.take(r"工作日|平日|\bweekdays?\b", lambda m: each(m.start(), range(1, 6)))
    scan.take(r"每天|天天|每日|\bdaily\b|\bevery ?day\b|\bseven days a week\b", lambda m: _every_day(scan, m.start()))
    scan.take(
        rf"{prefix}([一二三四五六日天](?:[、,和]?[一二三四五六日天](?![点天月年个]))*)",
        lambda m: each(m.start(), [_WEEKDAYS_ZH[char] for char in m[1] if char in _WEEKDAYS_ZH]),
    )
    scan.take(
        rf"\b(?:{_DAY_NAME}days?|(mon|tues?|wed|thu|thurs?|fri)|(sat|sun)(?=\.| \d))\b",
        lambda m: each(m.start(), (_weekday(m[1] or m[2] or m[3]),)),
    )


def _every_day(scan: Scan, at: int) -> None:
    for day in range(1, 8):
        scan.add(Kind.WEEKDAY, at, day)
    scan.add(Kind.MINUTES, at, 1440, implied=True)


def _times(scan: Scan) -> None:
    hour = rf"(\d{{1,2}}|{HAN})"
    quarters = {"半": 30.0, "一刻": 15.0, "三刻": 45.0}
    scan.take(
        r"(?<!\d)(\d{1,2})(?=\s*[-–—~至到]\s*\d{1,2}\s*(?:点|[ap]\.?m\b))",
        lambda m: _time(scan, m, number_of(m[1]), 0, None, is_loose=True),
    )
    scan.take(rf"(?<!\d)(\d{{1,2}}):(\d\d){_MERIDIEM}", lambda m: _time(scan, m, float(m[1]), float(m[2]), m[3]))
    scan.take(r"(?<!\d)(\d{1,2})\s*([ap])\.?m\b\.?", lambda m: _time(scan, m, float(m[1]), 0, m[2]))
    scan.take(
        rf"\b(\d{{1,2}}|{EN_WORDS}) ?o'? ?clock\b", lambda m: _time(scan, m, number_of(m[1]), 0, None, is_loose=True)
    )
    scan.take(
        rf"{hour} ?[点时](?![间候])(?:(半|一刻|三刻)|(\d{{1,2}}|{HAN})分?(?!钟)|整|钟)?",
        lambda m: _time(
            scan, m, number_of(m[1]), quarters.get(m[2] or "", number_of(m[3]) if m[3] else 0.0), None, is_loose=True
        ),
    )
    scan.take(r"\bnoon\b|正午", lambda m: scan.add(Kind.TIME, m.start(), 720))
    scan.take(r"\bmidnight\b|午夜", lambda m: scan.add(Kind.TIME, m.start(), 0, 1440))


def _time(
    scan: Scan, match: re.Match[str], hour: float, minute: float, meridiem: str | None, *, is_loose: bool = False
) -> None:
    if hour > 24 or minute > 59:
        scan.add(Kind.PLAIN, match.start(), hour)
        return
    half = meridiem or _half_of(scan, match, hour)
    at = hour * 60 + minute
    values = [at]
    if half == "p" and hour < 12:
        values = [at + 720]
    elif half == "a" and hour == 12:
        values = [minute]
    elif not half and is_loose and 1 <= hour < 12:
        values = [at, at + 720]
    if 1440 in values:
        values.append(0)
    scan.add(Kind.TIME, match.start(), *values, raw=(hour, minute) if minute else (hour,))


def _half_of(scan: Scan, match: re.Match[str], hour: float) -> str:
    """Whether a time is before or after noon, by what stands before it or behind it; "" where nothing tells."""
    right = _RIGHT_END.match(scan.plain, match.end())
    if right:
        return right[2] if right[2] == "a" or hour < float(right[1]) or hour == 12 else "a"
    bounds = [one.end() for one in _CLAUSE.finditer(scan.plain, 0, match.start())]
    before = scan.plain[bounds[-1] if bounds else 0 : match.start()]
    told = list(_HALF_DAY.finditer(before))
    if not told:
        end = _CLAUSE.search(scan.plain, match.end())
        after = scan.plain[match.end() : end.start() if end else None]
        in_english = re.match(r"\s*(?:in the (morning|afternoon|evening)|at (night))", after)
        return "" if not in_english else ("a" if in_english[1] == "morning" else "p")
    last = told[-1].group()
    if _AM.fullmatch(last):
        return "a"
    # 中午 is around noon: 11:30 is before it.
    return "" if last in ("中午", "noon") and hour >= 10 else "p"


def _month(name: str) -> int:
    return _MONTH_NAMES.index(name[:3]) + 1


def _weekday(name: str) -> int:
    return _WEEKDAYS_EN.index(name[:3]) + 1


def _span(first: int, last: int) -> list[int]:
    """The weekdays from one to another, over the end of the week if need be."""
    return [(first - 1 + i) % 7 + 1 for i in range((last - first) % 7 + 1)]
