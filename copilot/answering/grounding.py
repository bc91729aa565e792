"""Is what a model claims in its sources? A line is let through only with quotations that stand there and say the same.

Checked are the quotation, numbers with what they count, denials, addresses, names and the language of what is added.
What it does not see: a claim that twists the sense without changing any of these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from copilot.answering.assignment import reordered, swapped
from copilot.answering.content import comparable, content, coverage
from copilot.answering.contrast import contradicts, hedges
from copilot.answering.lines import leads_in, read_line
from copilot.answering.packing import Excerpt, Part
from copilot.answering.planted import speaks_to_machine
from copilot.answering.polarity import agrees, clauses
from copilot.answering.quantities import Kind, Quantity, covers, quantities
from copilot.answering.question import read_question
from copilot.records import Citation, SourceKind
from copilot.text.fold import Folded, fold, folded
from copilot.text.language import language


class Fault(StrEnum):
    """Why a line is not let through."""

    NO_CLAIM = "no_claim"
    NO_CITATION = "no_citation"
    UNKNOWN_SOURCE = "unknown_source"
    NOT_IN_SOURCE = "not_in_source"
    TOO_SHORT = "too_short"
    ONLY_ASKED = "only_asked"
    PLANTED = "planted"
    NUMBER = "number"
    SWAPPED = "swapped"
    DENIAL = "denial"
    CONTRAST = "contrast"
    ADDRESS = "address"
    MENTION = "mention"
    NAME = "name"
    WORD = "word"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A line that holds: its words without quotations, what it cites, and where those stand.

    `is_unsure` where the member who wrote it was not sure, and the line does not say so.
    """

    text: str
    citations: tuple[Citation, ...]
    excerpts: tuple[Excerpt, ...]
    is_unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a claim may rest on besides its sources.

    Args:
        words: what the asker wrote, earlier questions included, raw.
        today: in the community's timezone; "明天" in a claim counts from it.
        unnamed: names that a claim does not mention, unless an admin's source or the asker does.
    """

    words: str
    today: date
    unnamed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The sentences of one source that a quotation touches, and their source."""

    text: str
    part: Part
    excerpt: Excerpt


# Four Chinese characters or eight letters; less says too little, unless it is all that is said there.
_SHORTEST = 8
_ELISION = re.compile(r"…+|\.{3,}|⋯+")
_BOUND = re.compile(r"[。！？!?；;\n]+|[,，](?!\d{3}(?!\d))|\.(?=\s|$)|、(?=\s)")
_LINK = re.compile(
    r"https?://[^\s<>，。；）)\]】\"”]+|www\.[^\s<>，。；）)\]】\"”]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|me|top|xyz|info|cc|app|shop|site|club|vip|link|co|tv|im|ly|gl)\b(?:/[^\s，。；]*)?",
    re.IGNORECASE,
)
_MENTION = re.compile(r"@\s?[^\s@,:;，。!?：；！？]{1,32}")
_MIXED = re.compile(r"(?=[a-z0-9_-]*\d)(?=[a-z0-9_-]*[a-z])[a-z0-9][a-z0-9_-]{3,}")
_WORD = re.compile(r"[a-z][a-z'-]{2,}")
_ORDINARY = frozenset(("app", "pdf", "http", "https", "www"))
# A claim in the language of its source shares at least this much with it and with the question; of free words less
# was seen only where a model told of something else.
_RELATED = 0.2
# A clause that says less than two Chinese words do ("没问题", "of course") tells nothing of its own.
_TELLS = 4.0
# Of faithful clauses about the sample knowledge the least shares 0.4.
_OWN = 0.35
_AND = re.compile(r"\b(?:and|but)\b")


def verify(line: str, excerpts: Sequence[Excerpt], asked: Asked) -> Claim | Fault:
    """Check one line of a model's answer.

    Args:
        line: a claim with its quotations, as `周末九点开门 [1: 周六、周日 9:00 开放]`.
        excerpts: what the model was shown.
        asked: what was asked, and when.

    Returns:
        The claim, or the first fault that was found.
    """
    text, quotes = read_line(line)
    if (leads_in(text) and not quotes) or not any(char.isalnum() for char in text):
        return Fault.NO_CLAIM
    if not quotes:
        return Fault.NO_CITATION
    by_number = {one.number: one for one in excerpts}
    found: list[_Evidence] = []
    for number, quote in quotes:
        if number not in by_number:
            return Fault.UNKNOWN_SOURCE
        evidence = _find(quote, by_number[number]) if quote.strip() else _likest(text, by_number[number])
        if isinstance(evidence, Fault):
            return evidence
        found += evidence
    fault = _judge(text, found, asked)
    if fault is not None:
        return fault
    unsure = [one for one in found if one.excerpt.kind is SourceKind.HISTORY and hedges(one.part.text)]
    return Claim(
        text=text,
        citations=_citations(found),
        excerpts=tuple(dict.fromkeys(one.excerpt for one in found)),
        is_unsure=bool(unsure) and not hedges(text),
    )


def _find(quote: str, excerpt: Excerpt) -> list[_Evidence] | Fault:
    """Find a quotation in an excerpt: the clauses that it touches, whole, so that no "不" is cut off in front of it."""
    pieces = [piece for piece in _ELISION.split(quote) if _letters(folded(piece))]
    if not pieces:
        return Fault.TOO_SHORT
    title = _letters(folded(excerpt.title))
    first = _letters(folded(pieces[0]))
    if excerpt.kind is SourceKind.FAQ and first.startswith(title) and first != title:
        pieces[0] = first.removeprefix(title)
    fault = Fault.NOT_IN_SOURCE
    for part in excerpt.parts:
        plain = fold(part.text)
        spans = [span for piece in pieces if (span := _span(piece, plain)) is not None]
        if len(spans) < len(pieces):
            continue
        touched = []
        for piece, span in zip(pieces, spans, strict=True):
            start, end = _clause(part.text, *span)
            whole = part.text[start:end]
            if _size(piece) < _SHORTEST and _letters(folded(piece)) != _letters(folded(whole)):
                fault = Fault.TOO_SHORT
                break
            touched.append(whole)
        else:
            text = "，".join(dict.fromkeys(one.strip() for one in touched))
            # A member's order reaches over what else the message says only where it is plain.
            by_admin = excerpt.kind is not SourceKind.HISTORY
            if speaks_to_machine(text, by_admin=by_admin) or speaks_to_machine(part.text, by_admin=True):
                return Fault.PLANTED
            if excerpt.kind is SourceKind.HISTORY and read_question(text).hit:
                fault = Fault.ONLY_ASKED
                continue
            return [_Evidence(text, part, excerpt)]
    return fault


def _likest(text: str, excerpt: Excerpt) -> list[_Evidence] | Fault:
    """What a bare number stands for: the clauses of an excerpt's one text that are most like those of the claim."""
    if len(excerpt.parts) > 1:
        return Fault.NO_CITATION
    whole = excerpt.parts[0].text
    if language(text) != language(whole):
        return _find(whole, excerpt)
    there = [one for one in _BOUND.split(whole) if one and any(char.isalnum() for char in one)]
    best = [
        max(there, key=lambda one: coverage(content(clause), comparable(one)), default="") for clause in clauses(text)
    ]
    return _find("…".join(dict.fromkeys(best)), excerpt)


def _letters(plain: str) -> str:
    return "".join(char for char in plain if char.isalnum())


def _size(text: str) -> int:
    """How much a text says: a Chinese character counts as two letters."""
    return sum(1 if char.isascii() else 2 for char in _letters(folded(text)))


def _span(piece: str, plain: Folded) -> tuple[int, int] | None:
    """Where a quotation stands in a text, whatever its spaces, punctuation, width and case; in the raw text."""
    places = [i for i, char in enumerate(plain.text) if char.isalnum()]
    wanted = _letters(folded(piece))
    at = "".join(plain.text[i] for i in places).find(wanted)
    if at < 0:
        return None
    return plain.raw_span(places[at], places[at + len(wanted) - 1] + 1)


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """A span widened to the clauses that it touches."""
    begin = max((match.end() for match in _BOUND.finditer(text, 0, start)), default=0)
    # What ends exactly at the start belongs to the clause before.
    close = _BOUND.search(text, end)
    return begin, close.end() if close else len(text)


def _judge(text: str, found: Sequence[_Evidence], asked: Asked) -> Fault | None:
    said = "\n".join(one.text for one in found)
    around = "\n".join(f"{one.excerpt.title}\n{one.part.text}" for one in found)
    by_admin = "\n".join(
        f"{one.excerpt.title}\n{one.part.text}" for one in found if one.excerpt.kind is not SourceKind.HISTORY
    )
    titles = "\n".join(one.excerpt.title for one in found if one.excerpt.kind is not SourceKind.HISTORY)
    beside = f"{titles}\n{asked.words}"
    if speaks_to_machine(text, by_admin=all(one.excerpt.kind is not SourceKind.HISTORY for one in found)):
        return Fault.PLANTED
    for check in (
        _address(text, around, by_admin, asked),
        _number(text, found, asked),
        None if agrees(text, said) else Fault.DENIAL,
        Fault.CONTRAST if contradicts(text, said, beside) else None,
        _words(text, said, around, asked),
    ):
        if check is not None:
            return check
    return None


def _address(text: str, around: str, by_admin: str, asked: Asked) -> Fault | None:
    """Links and contacts stand in the source, and nobody is called who was not called by an admin."""
    plain, there = folded(text), folded(around)
    for link in _LINK.findall(plain):
        if link.rstrip("/.") not in there:
            return Fault.ADDRESS
    for mixed in _MIXED.findall(_LINK.sub(" ", plain)):
        if mixed not in there and mixed not in folded(asked.words):
            return Fault.ADDRESS
    admins = folded(by_admin)
    if any(mention.strip() not in admins for mention in _MENTION.findall(_LINK.sub(" ", plain))):
        return Fault.MENTION
    allowed = f"{admins}\n{folded(asked.words)}"
    for name in asked.unnamed:
        if len(name) > 1 and folded(name) in plain and folded(name) not in allowed:
            return Fault.NAME
    return None


def _number(text: str, found: Sequence[_Evidence], asked: Asked) -> Fault | None:
    """Every number stands in what is quoted, for the same thing; those of the question may be said again where the
    source has none of the kind."""
    claimed = quantities(text, asked.today)
    there: list[Quantity] = []
    for one in found:
        own = quantities(one.text, one.part.written_on)
        there += [*own, *_days_meant(one.text, own, one.part.written_on)]
    titles = [one for title in {one.excerpt.title for one in found} for one in quantities(title)]
    question = quantities(asked.words, asked.today)
    for number in claimed:
        if covers(there, number) or covers(titles, number):
            continue
        if not covers(question, number) or any(_of_a_kind(number, one) for one in there if not one.implied):
            return Fault.NUMBER
    same_language = language(text) == language("\n".join(one.text for one in found))
    if any(
        swapped(text, one.text) if same_language else reordered(text, one.text, one.part.written_on) for one in found
    ):
        return Fault.SWAPPED
    return None


def _of_a_kind(one: Quantity, other: Quantity) -> bool:
    return one.kind is other.kind or Kind.PLAIN in (one.kind, other.kind)


def _days_meant(text: str, numbers: Sequence[Quantity], written_on: date | None) -> list[Quantity]:
    """The dates that a member's "周六" or "下周三" may have meant, seen from the day on which it was written."""
    if written_on is None:
        return []
    plain = folded(text)
    monday = written_on - timedelta(days=written_on.weekday())
    meant = []
    for one in numbers:
        if one.kind is Kind.WEEKDAY:
            weekday = int(next(iter(one.values)))
            is_next = plain[: one.at].endswith(("下", "下个", "next "))
            coming = written_on + timedelta(days=(weekday - written_on.isoweekday()) % 7)
            days = [monday + timedelta(days=6 + weekday)] if is_next else [coming]
            if not is_next and coming == written_on:
                days.append(coming + timedelta(days=7))
            values = frozenset(day.month * 100.0 + day.day for day in days)
            meant.append(replace(one, kind=Kind.DATE, values=values, raw=frozenset(), implied=True))
    return meant


def _words(text: str, said: str, around: str, asked: Asked) -> Fault | None:
    """In the language of its source each clause speaks of the same thing, and brings no foreign words of its own."""
    allowed = comparable(f"{around}\n{asked.words}")
    if language(text) == "zh":
        plain = folded(_LINK.sub(" ", text))
        foreign = {word for word in _WORD.findall(plain) if word not in _ORDINARY}
        if any(word not in allowed for word in foreign):
            return Fault.WORD
    if language(text) != language(around):
        return None
    told = content(text)
    if not told.empty and coverage(told, allowed) < _RELATED:
        return Fault.UNRELATED
    return Fault.UNRELATED if any(_rides_along(one, allowed) for one in clauses(text)) else None


def _rides_along(clause: str, allowed: str) -> bool:
    """Whether a clause of a claim tells something of its own; one with a number was checked by that."""
    if quantities(clause):
        return False
    parts = [content(part) for part in _AND.split(clause)]
    return any(told.tells >= _TELLS and coverage(told, allowed) < _OWN for told in parts)


def _citations(found: Sequence[_Evidence]) -> tuple[Citation, ...]:
    """What a claim cites: an entry and a message whole, of a rule or a section the words that were quoted."""
    cited: dict[tuple[object, str], Citation] = {}
    for one in found:
        citation = one.part.citation
        if one.excerpt.kind in (SourceKind.RULE, SourceKind.DOCUMENT):
            citation = replace(citation, words=one.text)
        cited.setdefault((citation.source, citation.words), citation)
    return tuple(cited.values())
