"""Postal addresses in folded text: a road with a number, a building with its flat, a street address in English.

A place that many share (a city, a district, a road without a number) is no address. What leads up to an address
(province, city, district) belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from copilot.models.spans import ADDRESS, Span, word_set

_NUMBER = r"(?:\d[\d\u20e3-]{0,7}|\d(?: \d){1,3}|[零一二三四五六七八九十百]{1,6})"
_NUMERALS = frozenset("0123456789零一二三四五六七八九十百abcdefghijklmnopqrstuvwxyz")
# Formal numerals are read as the others; both are one character.
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰幺", "一二三四五六七八九十百一")
_N = r"(?:\d[ \u20e3]?|[零一二三四五六七八九])"
# Letters for digits, before what is counted in an address or after a building.
_LETTERED = re.compile(
    r"(?<![a-z])[\dlo]{1,5}(?= ?(?:号|栋|幢|座|单元|室|弄|楼|组|层|房))"
    r"|(?<=[栋幢座楼-])(?=l?o?\d)[\dlo]{3,4}(?![a-z\d])"
)
_LETTERS = str.maketrans("lo", "10")
_YAO = re.compile(r"么(?=[\d零一二三四五六七八九么号栋幢座单室弄楼组层房-])")
_GAP = r"[ ❤♥\u2600-\u27bf\U0001f000-\U0001faff·-]{0,3}"
# 道 ends other words too.
_ROAD = (
    r"(?:大道|大街|胡同|公路|马路|路|街|巷|弄|里弄|道(?<![知味频通渠赛跑车轨隧管报地难航街]道))"
    r"(?:[东南西北中][段路]?)?(?:[一二三四五六]段)?"
)
_ESTATE = (
    r"(?:小区|花园|花苑|家园|公寓|大厦|新村|社区|广场|山庄|公馆|别墅|雅苑|嘉园|佳苑|名邸|华府|豪庭|新城|世纪城"
    r"|科技园|产业园|工业园|宿舍|苑|府|庭|居|阁|里|园|城|湾|邸|轩|村)"
)
_UNIT = r"(?:号楼|号院|栋|幢|座|单元|号门|号房|层|楼|室|户|房)"
_PART = rf"(?:第?(?:{_NUMBER}|[a-z]\d?){_UNIT}|[东南西北]{_UNIT}|\d{{1,2}}-\d{{1,2}}-\d{{2,4}}|\d{{3,4}})"
_FINE = rf"(?:[ ,]?{_PART}){{1,6}}(?:之[\d一二三四五六七八九])?"
# A line of the underground, a bus stop and the like are "号" too.
_HOUSE = rf"{_GAP}{_NUMBER}{_GAP}(?:号(?![线位码称召楼]|机|地铁)|弄)(?: ?{_NUMBER} ?(?:号(?!线)|弄))?"
_BLOCK = rf"(?:{_NUMBER}|[a-z]\d?(?:-[a-z0-9]{{1,2}})?) ?(?:栋|幢|座|号楼)"
_FLAT_NO = (
    r"第?[a-z]?(?:(?:\d[ \u20e3]?){3,4}(?:室|号|房|户|宿舍|寝室)?"
    r"|[零一二三四五六七八九]{3,4} ?(?:室|号|房|户|宿舍|寝室)?)"
)
_AFTER = rf"(?:[ ,]?[\u4e00-\u9fff]{{2,12}}?{_ESTATE})?(?:{_FINE})?"
# Each with two sets of characters, of both of which a text holds one where it matches: most texts do not.
_CORES = tuple(
    (frozenset(one), frozenset(other), re.compile(pattern))
    for one, other, pattern in (
        ("路街巷弄道同", "号弄", rf"{_ROAD}{_HOUSE}{_AFTER}"),
        ("路街巷", "附", rf"{_ROAD}{_GAP}{_NUMBER} ?号?附 ?{_NUMBER} ?号"),
        (
            "厦心园寓馆",
            "室座",
            rf"(?:大厦|中心|公寓|花园|会馆) ?(?:[a-z] ?座 ?(?:{_NUMBER}[层楼]|{_FLAT_NO})|{_FLAT_NO}(?<=室))",
        ),
        (
            "栋幢座楼院号单",
            "区园苑寓厦村社场庄墅邸府庭城宿居阁里湾轩",
            rf"{_ESTATE} ?(?:{_NUMBER} ?期 ?)?(?:{_NUMBER}|[a-z]) ?(?:栋|幢|座|号楼|号院|号|单元)(?:{_FINE})?",
        ),
        ("栋幢座楼", _NUMERALS, rf"{_BLOCK} ?(?:{_NUMBER} ?单元 ?)?(?:{_NUMBER} ?[层楼] ?)?{_FLAT_NO}"),
        ("栋幢座楼", "单", rf"{_BLOCK} ?{_NUMBER} ?单元(?: ?{_FLAT_NO}| ?[零一二三四五六七八九]{{3,4}})?"),
        ("栋幢", "层楼", rf"(?:{_NUMBER}|[a-z]\d?(?:-[a-z0-9]{{1,2}})?) ?[栋幢] ?{_NUMBER} ?[层楼]"),
        ("组村屯社镇乡", "号", rf"(?:组|村|屯|社区|镇|乡) ?{_NUMBER} ?(?:组|队|社) ?{_NUMBER} ?号"),
        ("村", "组号队", rf"村 ?第?{_NUMBER} ?[组号队](?!线)"),
        ("屯寨", "号", rf"[屯寨] ?{_NUMBER} ?号(?!线)"),
        ("村屯寨", "号", rf"[村屯寨][\u4e00-\u9fff]{{1,6}}[组队社屯湾庄] ?第?{_NUMBER} ?号(?!线)"),
        (
            "旁边对面东南西北侧后前",
            "号",
            rf"(?:村委会|村口|学校|卫生院|镇政府)[旁边对面东南西北侧后前]{{1,3}}的? ?{_NUMBER} ?号(?!线)",
        ),
        ("舍斋#", _NUMERALS, rf"(?:园|宿舍|公寓|校区|区|大学|学院) ?{_NUMBER} ?(?:舍|斋|#楼?) ?{_FLAT_NO}"),
        (
            "#",
            "室房住寄送址楼收门园区湾城苑庭府",
            r"(?:(?<=住)|(?<=[寄送]到)|(?<=[在园区湾城苑庭府门里])|(?<=址[: ]))"
            r"\d{1,3}# ?(?:楼 ?)?(?:\d ?单元 ?)?\d{3,4}(?: ?[室房])?(?!\d)"
            r"|(?<![a-z0-9])\d{1,3}# ?(?:楼 ?)?(?:\d ?单元 ?)?\d{3,4} ?[室房]",
        ),
        ("箱", "信", rf"(?:邮政)?信箱 ?{_N}{{2,6}}(?: ?号)?(?: ?分箱)?|(?<!\d)\d{{3,6}} ?(?:号)?信箱"),
        (
            "区院" + "园苑寓厦村社场庄墅邸府庭城宿居阁里湾轩",
            "-",
            rf"(?:区|院|{_ESTATE}) ?{_N}{{1,3}}-(?:{_N}{{1,2}}-)?{_N}{{3,4}}(?!{_N}|-)",
        ),
        (
            "路街",
            "楼",
            rf"{_ROAD}[与和跟][\u4e00-\u9fff]{{1,8}}{_ROAD}(?:交叉口|交汇处|路口|口)[\u4e00-\u9fff]{{0,10}}{_BLOCK}",
        ),
        # A day of a year looks alike.
        (
            "-",
            _NUMERALS,
            rf"(?<=[\u4e00-\u9fff]){_N}{{1,2}}-{_N}{{1,2}}-(?!(?:19|20)[0-3]\d(?!\d)){_N}{{3,4}}(?!{_N}|-)",
        ),
        # The name of an estate may be any; what stands before tells that it is one.
        (
            "市区县镇旗州",
            "-",
            rf"[市区县镇旗州][\u4e00-\u9fff ]{{2,16}}?{_GAP}\d{{1,3}}-(?:\d{{1,2}}-)\d{{3,4}}(?![\d-])",
        ),
    )
)
_BUILDING = r"(?:building|block|bldg|tower)"
_ROOM = r"(?:room|rm|flat|apt|unit)\.? ?\d{2,5}[a-z]?"
_ENGLISH = re.compile(
    rf"{_ROOM}\b,? ?(?:(?:unit|floor) ?\d{{1,2}},? ?)?{_BUILDING}\.? ?(?:no\.? ?)?[a-z0-9]{{1,3}}\b"
    rf"|{_BUILDING}\.? ?[a-z0-9]{{1,3}},? ?{_ROOM}\b"
)
_LEAD = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff ,]{0,29}\Z")
# Where the words before an address end; a road may begin with any of them, but an empty name is none.
_STOP = re.compile(r".*(?:地址|住在|家在|寄到|送到|住址|发到|寄给|位于|就在|[在到是住寄送址我来去从往给,])", re.DOTALL)

_STREET = re.compile(
    r"(?P<house>(?:\d|[lo](?=\d))(?:(?<![a-z0-9.$-].)|(?<=no\..))[\dlo]{0,4}[a-d]?(?:-\d{1,4})?)"
    r"(?:,? | ?[❤\u2600-\u27bf\U0001f000-\U0001faff] ?| - )"
    r"(?:(?:n|s|e|w|north|south|east|west)\.? )?(?P<words>(?:[a-z0-9'.]{2,16}(?: - | )){1,3}?)"
    r"(?P<kind>street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|terrace|square|sq|parkway"
    r"|pkwy|highway|hwy|crescent|close|gardens|way|circle|cir|trail|alley|row|mews|quay|grove|grv|wharf|lu|jie)"
    r"\b\.?(?: (?:nw|ne|sw|se)\b)?"
    r"(?P<rest>(?:(?: -)?,? ?(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|#)\.? ?#?[a-z0-9-]{1,6}\b)?"
    r"(?:(?: -)?,? [a-z]{3,14}(?: [a-z]{3,14})?(?:, ?| - )[a-z]{2}\.?(?: \d{5}(?:-\d{4})?)?\b"
    r"|,? [a-z]{3,14},? (?:[a-z]{1,2}\d[a-z0-9]? ?\d[a-z]{2}|\d{5})\b)?)"
)
_WORDS_TOO = word_set("st road drive court place square close gardens way circle trail row lane row alley lu jie")
_TOLD = re.compile(r"(?:address|live|lives|living|located|ship|send|deliver|mail|come|move|moved)\b[^.!?\n]{0,24}\Z")
_FLAT = re.compile(r"(?<![a-z])(?:flat|apt|apartment|room|unit) ?#?\d{1,4}[a-z]?, ?\Z")
_BOX = re.compile(
    r"(?<![a-z])p ?\.? ?o ?\.? ?b ?o ?x ?(?:no\.?|#)? ?\d{1,6}(?:,? [a-z]{3,14}, ?[a-z]{2}(?: \d{5})?\b)?"
)
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
    text = text.translate(_FORMAL)
    if "么" in text:
        text = _YAO.sub("一", text)
    text = _LETTERED.sub(lambda found: found[0].translate(_LETTERS), text)
    chars = set(text)
    places = [
        (_beginning(text, found.start()), found.end())
        for one, other, pattern in _CORES
        if not (chars.isdisjoint(one) or chars.isdisjoint(other))
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
    if chars.issuperset("pbox"):
        yield from (Span(*found.span(), ADDRESS) for found in _BOX.finditer(text))
    if any(word in text for word in ("building", "block", "bldg", "tower")):
        yield from (Span(*found.span(), ADDRESS) for found in _ENGLISH.finditer(text))


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
