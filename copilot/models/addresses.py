"""Postal addresses in folded text: a road with a number, a building with its flat, a street address in English.

A place that many share (a city, a district, a road without a number) is no address. What leads up to an address
(province, city, district) belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from copilot.models.spans import ADDRESS, Span, word_set

_NUMBER = r"(?:\d[\d-]{0,6}|[零一二三四五六七八九十百]{1,6})"
_NUMERALS = frozenset("0123456789零一二三四五六七八九十百abcdefghijklmnopqrstuvwxyz")
_ROAD = r"(?:大道|大街|胡同|公路|马路|路|街|巷|弄|里弄)(?:[东南西北中][段路]?)?(?:[一二三四五六]段)?"
_ESTATE = (
    r"(?:小区|花园|花苑|家园|公寓|大厦|新村|社区|广场|山庄|公馆|别墅|雅苑|嘉园|佳苑|名邸|华府|豪庭|新城|世纪城"
    r"|科技园|产业园|工业园|宿舍|苑|府|庭|居|阁|里|园|城|湾|邸|轩|村)"
)
_UNIT = r"(?:号楼|号院|栋|幢|座|单元|号门|号房|层|楼|室|户|房)"
_PART = rf"(?:第?(?:{_NUMBER}|[a-z]\d?){_UNIT}|[东南西北]{_UNIT}|\d{{1,2}}-\d{{1,2}}-\d{{2,4}}|\d{{3,4}})"
_FINE = rf"(?:[ ,]?{_PART}){{1,6}}"
# A line of the underground, a bus stop and the like are "号" too.
_HOUSE = rf" ?{_NUMBER} ?(?:号(?![线位码称召楼]|机|地铁)|弄)(?: ?{_NUMBER} ?(?:号(?!线)|弄))?"
_BLOCK = rf"(?:{_NUMBER}|[a-z]\d?(?:-[a-z0-9]{{1,2}})?) ?(?:栋|幢|座|号楼)"
_FLAT_NO = r"(?:\d{3,4} ?(?:室|号|房|户)?|[零一二三四五六七八九]{3,4} ?(?:室|号|房|户))"
_AFTER = rf"(?:[ ,]?[\u4e00-\u9fff]{{2,12}}?{_ESTATE})?(?:{_FINE})?"
_CORES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_ROAD}{_HOUSE}{_AFTER}",
        rf"{_ESTATE} ?(?:{_NUMBER} ?期 ?)?(?:{_NUMBER}|[a-z]) ?(?:栋|幢|座|号楼|号院|号|单元)(?:{_FINE})?",
        rf"{_BLOCK} ?(?:{_NUMBER} ?单元 ?)?(?:{_NUMBER} ?[层楼] ?)?{_FLAT_NO}",
        rf"{_BLOCK} ?{_NUMBER} ?单元(?: ?{_FLAT_NO}| ?[零一二三四五六七八九]{{3,4}})?",
        rf"(?:{_NUMBER}|[a-z]\d?(?:-[a-z0-9]{{1,2}})?) ?[栋幢] ?{_NUMBER} ?[层楼]",
        rf"(?:组|村|屯|社区|镇|乡) ?{_NUMBER} ?(?:组|队|社) ?{_NUMBER} ?号",
        rf"村 ?{_NUMBER} ?[组号队](?!线)",
    )
)
_DASHED = re.compile(rf"(?:区|院|{_ESTATE}) ?\d{{1,3}}-(?:\d{{1,2}}-)?\d{{3,4}}(?![\d-])")
_LEAD = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff ,]{0,29}\Z")
# Where the words before an address end; a road may begin with any of them, but an empty name is none.
_STOP = re.compile(r".*(?:地址|住在|家在|寄到|送到|住址|发到|寄给|位于|就在|[在到是住寄送址我来去从往给,])", re.DOTALL)

_STREET = re.compile(
    r"(?<![a-z0-9.$-])(?P<house>\d{1,5}[a-d]?(?:-\d{1,4})?),? (?:(?:n|s|e|w|north|south|east|west)\.? )?"
    r"(?P<words>(?:[a-z0-9'.]{2,16} ){1,3}?)"
    r"(?P<kind>street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|terrace|square|sq|parkway"
    r"|pkwy|highway|hwy|crescent|close|gardens|way|circle|cir|trail|alley|row|mews)\b\.?(?: (?:nw|ne|sw|se)\b)?"
    r"(?P<rest>(?:,? ?(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|#)\.? ?#?[a-z0-9-]{1,6}\b)?"
    r"(?:,? [a-z]{3,14}(?: [a-z]{3,14})?, ?[a-z]{2}\.?(?: \d{5}(?:-\d{4})?)?\b"
    r"|,? [a-z]{3,14},? (?:[a-z]{1,2}\d[a-z0-9]? ?\d[a-z]{2}|\d{5})\b)?)"
)
_WORDS_TOO = word_set("st road drive court place square close gardens way circle trail row lane row alley")
_TOLD = re.compile(r"(?:address|live|lives|living|located|ship|send|deliver|mail|come|move|moved)\b[^.!?\n]{0,24}\Z")
_FLAT = re.compile(r"(?<![a-z])(?:flat|apt|apartment|room|unit) ?#?\d{1,4}[a-z]?, ?\Z")
_BOX = re.compile(r"(?<![a-z])p\.? ?o\.? box \d{1,6}")
_NO_ROAD = word_set(
    "minute minutes min mins hour hours day days week weeks month months year years km kms mile miles meter meters m "
    "people of the a an on in to for per and or from at more less times time way ways down up off along this that "
    "your my our their his her one two players guys points percent is are was be it we you they i if then st nd rd th "
    "usd rmb bucks dollars hp mp gb mb kb steps blocks lines"
)


def find(text: str, raw: str = "") -> Iterator[Span]:
    """Find postal addresses.

    Args:
        text: folded.
        raw: the same before folding, where it is as long; it tells Way, a street, from way.
    """
    chars = set(text)
    patterns = () if chars.isdisjoint("号弄栋幢座楼组队") else _CORES
    places = [
        (_beginning(text, found.start()), found.end())
        for pattern in ((*patterns, _DASHED) if "-" in chars else patterns)
        for found in pattern.finditer(text)
    ]
    yield from _joined(places)
    for found in _STREET.finditer(text):
        words = found["words"].replace(".", "").split()
        kind = found["kind"]
        written = raw[found.start("kind")] if raw else kind[0]
        if kind in _WORDS_TOO and not (written.isupper() or found["rest"] or _TOLD.search(text, 0, found.start())):
            continue
        if _NO_ROAD.isdisjoint(words):
            flat = _FLAT.search(text, max(0, found.start() - 20), found.start())
            yield Span(flat.start() if flat else found.start(), found.end(), ADDRESS)
    for found in _BOX.finditer(text) if "box" in text else ():
        yield Span(*found.span(), ADDRESS)


def _joined(places: Iterable[tuple[int, int]]) -> Iterator[Span]:
    """Places that overlap are one address."""
    start = end = -1
    for begin, stop in sorted(places):
        if begin >= end:
            if end >= 0:
                yield Span(start, end, ADDRESS)
            start, end = begin, stop
        end = max(end, stop)
    if end >= 0:
        yield Span(start, end, ADDRESS)


def _beginning(text: str, start: int) -> int:
    """Where the names of province, city, district and road that lead up to a place begin."""
    lead = _LEAD.search(text, max(0, start - 30), start)
    if lead is None:
        return start
    # The name of a road may end like such a word; only what begins with a number needs no name before it.
    stop = _STOP.match(lead[0] if text[start] in _NUMERALS else lead[0][:-1])
    return lead.start() + (stop.end() if stop else 0)
