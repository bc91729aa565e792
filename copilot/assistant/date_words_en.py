"""English words of time, in folded text: yesterday, last Friday, this month, past 10 days, 3 May, evening, 3 pm."""

from __future__ import annotations

import re

from copilot.assistant.date_pieces import (
    AFTERNOON,
    EVENING,
    MORNING,
    NOON,
    RECENT_DAYS,
    Grammar,
    Piece,
    ago,
    calendar_unit,
    days_of_month,
    of_week,
    piece,
    rolling,
)
from copilot.assistant.dates import Today, months, number

_MANY = (
    r"(?P<many>\d{1,3}|(?:a )?couple(?: of)?|(?:a )?few|several|an?|one|two|three|four|five|six|seven|eight|nine"
    r"|ten|fourteen|thirty)"
)
_UNIT = r"(?P<unit>hour|day|week|fortnight|month|quarter|year)s?\b"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORT = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_ANY_MONTH = rf"{'|'.join(_MONTHS)}|{_SHORT}"
_MONTH = rf"(?P<month>{_ANY_MONTH})"
_DAY = r"[0-3]?\d(?:st|nd|rd|th)?"
_TO = r"\s?(?:[-~–—]|to|until|till|through|and)\s?"
_OFFSETS = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1}
_PARTS = {"morning": MORNING, "noon": NOON, "afternoon": AFTERNOON, "evening": EVENING, "night": EVENING}


def _relative(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.day({"yesterday": -1, "today": 0, "tomorrow": 1}[match["day"]]))


def _further(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.day(-2 if match["side"] == "before" else 2))


def _this_part(match: re.Match[str], today: Today) -> Piece | None:
    words = match.group()
    hours = EVENING if words == "tonight" else _PARTS[match["part"]]
    return Piece(
        start=match.start(), end=match.end(), spans=(today.day(-1 if words.startswith("last") else 0),), hours=hours
    )


def _weekday(match: re.Match[str], today: Today) -> Piece | None:
    index = next(i for i, name in enumerate(_DAYS) if name.startswith(match["name"][:3]))
    which = match["which"]
    if which in ("last", "past", "previous"):
        return piece(match, today.day(-((today.weekday - index) % 7 or 7)))
    if which in (None, "coming"):
        return piece(match, Today(today.now, today.ahead or which is not None).nearest_weekday(index))
    return piece(match, *of_week(_OFFSETS[which], index, today, 6))


def _named(match: re.Match[str], today: Today) -> Piece | None:
    which, unit = match["which"], match["unit"]
    if unit == "weekend":
        return piece(match, today.weekend(_OFFSETS[which] if which else None))
    return piece(match, calendar_unit(unit, _OFFSETS[which], today))


def _before_last(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, calendar_unit(match["unit"], -2, today))


def _rolling(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, rolling(number(match["many"] or "one"), match["unit"], today))


def _ago(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, ago(number(match["many"]), match["unit"], today))


def _month_number(match: re.Match[str]) -> int:
    return next(i for i, name in enumerate(_MONTHS, start=1) if name[:3] == match["month"][:3])


def _day_number(word: str | None) -> int:
    return number(re.sub(r"\D", "", word or ""))


def _date(match: re.Match[str], today: Today) -> Piece | None:
    found = match.groupdict()
    named = number(found["year"]) if found.get("year") else None
    first = today.dated(_month_number(match), _day_number(match["day"]), year=named)
    return piece(match, days_of_month(first, _day_number(found.get("last"))))


def _month(match: re.Match[str], today: Today) -> Piece | None:
    found = today.dated(_month_number(match), 1, 28, year=number(match["year"]) if match["year"] else None)
    return piece(match, months(found[0], 0, 1) if found else None)


def _quarter(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, months(today.year(0)[0], 3 * (number(match["quarter"]) - 1), 3))


def _recent(match: re.Match[str], today: Today) -> Piece | None:
    return piece(match, today.last(RECENT_DAYS), is_soft=True)


def _part(match: re.Match[str], today: Today) -> Piece | None:
    return Piece(start=match.start(), end=match.end(), hours=_PARTS[match["part"]])


def _clock(match: re.Match[str], today: Today) -> Piece | None:
    hour, minute = number(match["hour"]), number(match.groupdict().get("minute") or "")
    half = match.groupdict().get("half")
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    fits = hour <= 24 and minute < 60
    return Piece(start=match.start(), end=match.end(), clock=(hour, minute)) if fits else None


WORDS: Grammar = tuple(
    (re.compile(words), read)
    for words, read in (
        (r"\b(?P<day>yesterday|today|tomorrow)\b(?:'s)?", _relative),
        (r"\b(?:the )?day (?P<side>before|after)(?: (?:yesterday|tomorrow|that))?\b", _further),
        (r"\btonight\b|\b(?:this|last) (?P<part>morning|afternoon|evening|night)\b", _this_part),
        (
            r"\b(?:(?P<which>last|past|previous|this|next|coming) )?"
            rf"(?P<name>{'|'.join(_DAYS)}|tues?|wed|thu(?:rs?)?|fri)\b(?:'s)?",
            _weekday,
        ),
        (
            r"\b(?P<which>last|previous|this|current|next|coming) (?P<unit>week|weekend|month|quarter|year)\b(?:'s)?",
            _named,
        ),
        (r"(?<!bank holiday )\b(?P<which>(?!x)x)?(?:the )?(?P<unit>weekend)\b", _named),
        (r"\b(?:the )?(?P<unit>week|month|quarter|year) before(?: (?:last|that))?\b", _before_last),
        (rf"\b(?:last|past|previous) (?:{_MANY}\s)?{_UNIT}", _rolling),
        (rf"\b{_MANY}\s{_UNIT}\s(?:ago|back)\b", _ago),
        (rf"\b(?P<day>{_DAY}){_TO}(?P<last>{_DAY}) (?:of )?{_MONTH}(?:,? (?P<year>20\d\d))?", _date),
        (
            rf"\b{_MONTH} (?P<day>{_DAY}){_TO}(?P<last>{_DAY})\b(?:,? (?P<year>20\d\d))?(?! (?:{_ANY_MONTH}))",
            _date,
        ),
        (rf"\b(?P<day>{_DAY}) (?:of )?{_MONTH}(?:,? (?P<year>20\d\d))?", _date),
        (rf"\b{_MONTH} (?P<day>{_DAY})\b(?:,? (?P<year>20\d\d))?", _date),
        # "may" and "march" are verbs as well; these words before them make them months.
        (
            rf"(?:\b(?P<month>{'|'.join(one for one in _MONTHS if one not in ('may', 'march'))}|{_SHORT})"
            rf")(?: (?P<year>20\d\d))?\b",
            _month,
        ),
        (
            r"(?:(?<=\bin )|(?<=\bfor )|(?<=\bof )|(?<=\bduring )|(?<=\bsince )|(?<=\band )|(?<=\bvs )|(?<=\bwith )"
            r"|(?<=\bdoes )|(?<=\blast ))(?P<month>may|march)\b(?: (?P<year>20\d\d))?",
            _month,
        ),
        (r"\bq(?P<quarter>[1-4])\b", _quarter),
        (r"\b(?:recently|lately|these days|of late|as of late|recent (?:days|weeks))\b", _recent),
        (r"\b(?:in the |at )?(?P<part>morning|noon|afternoon|evening|night)\b", _part),
        (r"\b(?P<hour>1?\d)(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z])", _clock),
        (r"(?<![\d:])(?P<hour>[012]?\d):(?P<minute>[0-5]\d)(?![\d:])", _clock),
    )
)
"""Patterns and what reads them. Where several match at one place, the longest counts."""
