"""Citations, and how sources are spoken of in the text for a group: plain, short, dated, and without members' names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from copilot.answering.content import Content, comparable, coverage, has_fact
from copilot.answering.question import Asks
from copilot.answering.replies import Said
from copilot.records import Citation, FaqEntry, Hit, Message, SourceKind

# The most characters of one quotation in an answer, by the community's `tone.length`; English words are longer.
_QUOTE_CHARACTERS = {"short": 120, "medium": 220, "long": 400}
_ENGLISH_FACTOR = 2
_MOST_UNITS = 3
# A further sentence is quoted if it speaks of at least this much more of the question.
_ADDS = 0.06

_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# The first hour of each part of a day.
_DAY_PARTS = (
    (0, "凌晨", "at night"),
    (6, "早上", "in the morning"),
    (9, "上午", "in the morning"),
    (12, "中午", "at noon"),
    (13, "下午", "in the afternoon"),
    (18, "晚上", "in the evening"),
)

_UNIT = re.compile(r"[^\n。！？!?；]+(?:[。！？!?；]+|\.(?=\s|$))?[”」’\"]?")
_ENGLISH_STOP = re.compile(r"(?<=[a-z)\"”]\.)\s+(?=[A-Z“\"(])")
_MARKUP = re.compile(
    r"^\s*(?:#{1,6}\s+|[-*+]\s+|\d+[.、)]\s*|>\s*)|\*\*|__|`|(?<=\])\([^)]*\)|!?\[(?=[^\]]*\]\()|\|?\s*-{3,}[\s|:-]*$"
)
_MENTION = re.compile(r"@\s?[^\s@,:;，。!?：；！？]{1,32}[\s\u2005]*")
_QUOTE_MARKS = {"zh": ("“", "”"), "en": ("“", "”")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How to speak: the language (`zh` or `en`), today's date, the timezone of dates, and the longest quotation."""

    language: str
    today: date
    timezone: tzinfo
    length: str = "short"

    @property
    def limit(self) -> int:
        """The most characters of a quotation."""
        characters = _QUOTE_CHARACTERS.get(self.length, _QUOTE_CHARACTERS["short"])
        return characters * _ENGLISH_FACTOR if self.language == "en" else characters


def cite_entry(hit: Hit, entry: FaqEntry) -> Citation:
    """Cite a FAQ entry by its canonical question and its answer."""
    return Citation(source=hit.passage.source, title=entry.question, words=entry.answer)


def cite_words(hit: Hit, words: str) -> Citation:
    """Cite a rule or a document section with the words that matter."""
    return Citation(source=hit.passage.source, title=hit.passage.title, words=words, sent_at=hit.passage.sent_at)


def cite_message(hit: Hit, message: Message) -> Citation:
    """Cite one message of a block: its own id, who wrote it and when."""
    source = replace(hit.passage.source, id=message.id, group_id=message.group_id)
    return Citation(
        source=source,
        title=hit.passage.title,
        words=message.text,
        sender_name=message.sender_name,
        sent_at=message.sent_at,
    )


def cite_said(said: Said) -> tuple[Citation, ...]:
    """Cite what members said, and after it the earlier question that it answered."""
    messages = (*said.messages, said.asked) if said.asked else said.messages
    return tuple(cite_message(said.found.hit, message) for message in messages)


def pick_words(text: str, asked: Content, kind: Asks, limit: int) -> str:
    """Pick the sentences that speak most of a question.

    Args:
        text: Markdown or plain text.
        asked: what the question is about.
        kind: what kind of thing would answer.
        limit: the most characters to pick; one sentence is always picked, and cut if it alone is longer.

    Returns:
        The sentences in their order, without markup; the whole text if it is short enough.
    """
    units = _units(text)
    if not units:
        return ""
    if sum(map(len, units)) <= limit // 2:
        return "".join(_spaced(units))
    prepared = [comparable(unit) for unit in units]
    scores = [coverage(asked, unit) + (0.1 if has_fact(kind, unit) else 0.0) for unit in prepared]
    best = max(range(len(units)), key=lambda i: (scores[i], -i))
    chosen = [best]
    held = prepared[best]
    # A line that announces others ("…：") is nothing without them.
    if units[best].rstrip().endswith(("：", ":")) and best + 1 < len(units):
        chosen.append(best + 1)
        held = f"{held}\n{prepared[best + 1]}"
    for i in sorted(range(len(units)), key=lambda i: (-scores[i], i)):
        if len(chosen) >= _MOST_UNITS:
            break
        more = f"{held}\n{prepared[i]}"
        grows = coverage(asked, more) - coverage(asked, held) >= _ADDS
        if i not in chosen and grows and sum(len(units[k]) for k in (*chosen, i)) <= limit:
            chosen.append(i)
            held = more
    return _shortened("".join(_spaced([units[i] for i in sorted(chosen)])), limit)


def first_words(text: str, limit: int) -> str:
    """The first sentences of a text, without markup: as many as fit, and at least one, cut if it alone is longer."""
    units = _units(text)
    chosen = units[:1]
    for unit in units[1:]:
        if sum(map(len, chosen)) + len(unit) > limit:
            break
        chosen.append(unit)
    return _shortened("".join(_spaced(chosen)), limit)


def spoken_message(text: str, asked: Content, kind: Asks, limit: int) -> str:
    """A member's words as they are repeated in a group: nobody called by name, and of a long message what matters."""
    plain = _MENTION.sub("", text).lstrip("> ")
    return " ".join(plain.split()) if len(plain) <= limit else pick_words(plain, asked, kind, limit)


def spoken_date(at: datetime, speech: Speech) -> str:
    """Say a point in time with weekday and part of the day: `3月2日（周六）下午`, `Sat 2 Mar in the afternoon`."""
    local = at.astimezone(speech.timezone)
    weekday = _WEEKDAYS[speech.language][local.weekday()]
    part = [names for names in _DAY_PARTS if names[0] <= local.hour][-1]
    other_year = local.year != speech.today.year
    if speech.language == "zh":
        year = f"{local.year}年" if other_year else ""
        return f"{year}{local.month}月{local.day}日（{weekday}）{part[1]}"
    year = f" {local.year}" if other_year else ""
    return f"{weekday} {local.day} {_MONTHS[local.month - 1]}{year} {part[2]}"


def speak_reference(hit: Hit, words: str, speech: Speech) -> str:
    """Say what a rule or a document says: rules by their number, documents by their title and section."""
    zh = speech.language == "zh"
    words = words.rstrip("；;，, ") + ("。" if zh and words.rstrip("；;，, ")[-1:].isalnum() else "")
    if hit.passage.source.kind is SourceKind.RULE:
        return f"{hit.passage.title}：{words}" if zh else f"{hit.passage.title}: {words}"
    document, section = _spoken_title(hit.passage.title)
    if zh:
        return f"《{document}》“{section}”里写着：{words}" if section else f"《{document}》里写着：{words}"
    return f"From “{document}”, under “{section}”: {words}" if section else f"From “{document}”: {words}"


def _spoken_title(title: str) -> tuple[str, str]:
    """A document's name and the heading of a section, "" without one. Files are often named after the first heading,
    which then speaks for both."""
    parts = title.split(" › ")
    if len(parts) > 1 and _letters(parts[1]).startswith(_letters(parts[0])):
        parts = parts[1:]
    return parts[0], parts[-1] if len(parts) > 1 else ""


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def speak_said(said: Said, asked: Content, kind: Asks, speech: Speech) -> str:
    """Say what members wrote, dated, without their names."""
    when = spoken_date(said.messages[-1].sent_at, speech)
    limit = max(40, speech.limit // len(said.messages))
    spoken = [spoken_message(message.text, asked, kind, limit) for message in said.messages]
    quotes = [f"“{words.replace('“', '‘').replace('”', '’')}”" for words in spoken]
    if speech.language == "zh":
        words = "；".join(quotes)
        return f"之前有人问过，{when}群里的回复是：{words}" if said.asked else f"{when}群里说过：{words}"
    words = ", ".join(quotes)
    if said.asked:
        return f"Somebody asked this before; the reply on {when} was: {words}"
    return f"On {when} somebody wrote: {words}"


def _units(text: str) -> list[str]:
    """Sentences, list items and table rows, without markup and headings."""
    units: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        plain = _MARKUP.sub("", line).strip()
        if plain.startswith("|"):
            plain = "，".join(cell.strip() for cell in plain.strip("|").split("|") if cell.strip())
        for piece in _ENGLISH_STOP.split(plain):
            units.extend(unit.strip() for unit in _UNIT.findall(piece) if unit.strip())
    return units


def _spaced(units: Sequence[str]) -> list[str]:
    """Put a space or a stop between pieces as their script needs."""
    spaced = []
    for i, unit in enumerate(units):
        last = i == len(units) - 1
        if last:
            spaced.append(unit)
        elif unit[-1].isascii():
            spaced.append(unit + (" " if unit[-1] in ".!?:;" else "; "))
        else:
            spaced.append(unit if unit[-1] in "。！？；：，”" else unit + "；")
    return spaced


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
