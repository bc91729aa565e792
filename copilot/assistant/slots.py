"""What a request is filled in with, as it stands in the words: times, members, a text that is handed over."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.assistant.concepts import FILLER, FRAME, REST, Concepts, Word
from copilot.assistant.intents import NAME, PERIOD, TEXT
from copilot.assistant.periods import Mention, find_periods
from copilot.assistant.request import Aspect, Scope
from copilot.records import ProposalKind
from copilot.text.fold import folded

# What can be done with a text that is handed over; with the second kind the text may be a subject as well.
_COMMANDS = frozenset({"rewrite", "style", "send", "queue", "check", "violate", "rules"})
_WRITING = frozenset({"write", "announcement", "post", "remind", "proposals"})
_ASKING = frozenset({REST, "what", "how", "why", "when", "where", "who", "howmany", "yesno"})
_QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"]{2,})[”」』\"]")
_COLON = re.compile(r"(?<!\d):(?!//)|:(?!//)(?!\d)")
_PAUSE = re.compile(r"\s?[,。;!]\s?|\s[-–—]+\s")
_LEAD = re.compile(r"[\s:]*(?:(?:就说|内容是|内容如下|内容为|说)[\s:,]*(?=\S{4}))?")
_COMMAND_CHARACTERS = 60
# What stands further on is a text that is handed over, or a long story: what is asked for stands before it.
_MOST_CHARACTERS = 400
_SHORTEST_TEXT = 4
_MENTIONED = re.compile(r"@\s?([^\s@,:;，。！!?？：]{1,32})")
_THREAD = re.compile(
    r"(?:对话|会话|讨论|讨论串|threads?|conversations?|chat)\s*(?:no\.?|number|编号|号)?\s*#?\s*(\d{1,12})|#\s?(\d{1,12})"
    r"|第?\s?(\d{1,12})\s?(?:号|段|个)(?:对话|会话|讨论)"
)
_ANNOUNCING = re.compile(r"公告|通知|告示|启事|公示|宣布|\bannounc|\bnotices?\b|\bbulletin")


@dataclass(frozen=True, slots=True)
class Named:
    """A member who was named, with the names that can be meant."""

    start: int
    end: int
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Words with what was recognised in them; all places are in `words`.

    Args:
        words: as typed.
        plain: the same, folded character by character, so that places agree.
        parsed: the ideas in order, slots among them.
        mentions: stretches of time.
        named: members.
        text: what was handed over, "" for nothing.
        text_span: where it stands.
    """

    words: str
    plain: str
    parsed: tuple[Word, ...]
    mentions: tuple[Mention, ...] = ()
    named: tuple[Named, ...] = ()
    text: str = ""
    text_span: tuple[int, int] = (0, 0)

    @property
    def ideas(self) -> frozenset[str]:
        """All ideas that stand in it."""
        return frozenset(word.idea for word in self.parsed)

    def blanked(self) -> str:
        """The folded words with a mark in place of each slot."""
        kept: list[str] = []
        end = 0
        for word in self.parsed:
            if word.idea in (PERIOD, NAME, TEXT):
                kept += (self.plain[end : word.start], "_")
                end = word.end
        return "".join((*kept, self.plain[end : end + _MOST_CHARACTERS]))


def read_slots(words: str, scope: Scope, names: Collection[str], concepts: Concepts, *, ahead: bool) -> Reading:
    """Find times, members and a handed-over text in words.

    Args:
        words: as typed, without white space around it.
        scope: when it is said, and where.
        names: of the members.
        concepts: what words mean.
        ahead: whether 周六 is the coming one.
    """
    plain = _level(words)
    text_span = _handed_over(plain, concepts)
    open_text = plain[: text_span[0]] + " " * (text_span[1] - text_span[0]) + plain[text_span[1] :]
    mentions = [
        mention
        for mention in find_periods(words, scope.now, scope.timezone, ahead=ahead)
        if mention.end <= text_span[0] or mention.start >= text_span[1] or text_span[0] == text_span[1]
    ]
    calls = [match.span() for match in _MENTIONED.finditer(open_text)]
    mentions = [one for one in mentions if all(one.end <= start or one.start >= end for start, end in calls)]
    slots = [Word(mention.start, mention.end, PERIOD) for mention in mentions]
    if text_span[1] > text_span[0]:
        slots.append(Word(*text_span, TEXT))
    named = _free(_named(open_text, names, concepts), slots)
    slots = sorted([*slots, *(Word(one.start, one.end, NAME) for one in named)], key=lambda word: word.start)
    near = open_text if text_span[1] else open_text[:_MOST_CHARACTERS]
    parsed = concepts.read(near, slots)
    if not named and (partly := _partly_named(open_text, parsed, names)):
        named = [partly]
        slots = sorted([*slots, Word(partly.start, partly.end, NAME)], key=lambda word: word.start)
        parsed = concepts.read(near, slots)
    return Reading(
        words=words,
        plain=open_text,
        parsed=tuple(parsed),
        mentions=tuple(mentions),
        named=tuple(named),
        text=words[slice(*text_span)].strip(),
        text_span=text_span,
    )


def _level(words: str) -> str:
    """Fold a text so that every character keeps its place."""
    plain = folded(words)
    if len(plain) == len(words):
        return plain
    return "".join(one if len(one := _fold_one(char)) == 1 else char for char in words)


_fold_one = lru_cache(maxsize=8192)(folded)


def _handed_over(plain: str, concepts: Concepts) -> tuple[int, int]:
    """Where a text stands that is handed over: quoted, on lines of its own, behind a colon or a pause; or nowhere."""

    def ideas(*spans: tuple[int, int]) -> set[str]:
        # What is longer is no command.
        near = [span for span in spans if span[1] - span[0] <= _MOST_CHARACTERS]
        return {word.idea for start, end in near for word in concepts.read(plain[start:end])}

    end = len(plain)
    quoted = max(_QUOTED.finditer(plain), key=lambda match: len(match.group(1)), default=None)
    if quoted and ideas((0, quoted.start()), (quoted.end(), end)) & _COMMANDS:
        return quoted.span(1)
    for at in (plain.find("\n"), plain.rfind("\n")):
        if at >= 0 and at < _COMMAND_CHARACTERS and ideas((0, at)) & (_COMMANDS | _WRITING):
            return _trimmed(plain, at, end)
        if at >= 0 and ideas((at, end)) & _COMMANDS:
            return _trimmed(plain, 0, at)
    for colon in _COLON.finditer(plain[:_COMMAND_CHARACTERS]):
        if ideas((0, colon.start())) & (_COMMANDS | _WRITING) and plain[colon.end() :].strip():
            return _trimmed(plain, colon.end(), end)
    return _behind_pause(plain, concepts) or (0, 0)


def _behind_pause(plain: str, concepts: Concepts) -> tuple[int, int] | None:
    """发到群里，明晚七点直播; or the other way round."""
    for pause in _PAUSE.finditer(plain[:_COMMAND_CHARACTERS]):
        parts = ((0, pause.start()), (pause.end(), len(plain)))
        for command, text in (parts, parts[::-1]):
            if command[1] - command[0] > _MOST_CHARACTERS:
                continue
            said = {word.idea for word in concepts.read(plain[slice(*command)])}
            rest = {word.idea for word in concepts.read(plain[slice(*text)][:_MOST_CHARACTERS])}
            is_long = len(plain[slice(*text)].strip()) >= _SHORTEST_TEXT
            # The command is nothing but one, and what is handed over commands nothing.
            if is_long and said & {"send", "queue", "rewrite"} and not said & _ASKING and not rest & _COMMANDS:
                return _trimmed(plain, *text) if REST in rest else None
    return None


def _trimmed(plain: str, start: int, end: int) -> tuple[int, int]:
    inner = plain[start:end]
    lead = _LEAD.match(inner)
    start += lead.end() if lead else 0
    end = max(start, start + len(plain[start:end].rstrip()))
    if end - start > 2 and plain[start] in '“「『"' and plain[end - 1] in '”」』"':
        return start + 1, end - 1
    return start, end


def _named(plain: str, names: Collection[str], concepts: Concepts) -> Iterator[Named]:
    """Members whose whole name, a part of a Latin name, or @name stands in the words; long names first."""
    mentioned = list(_MENTIONED.finditer(plain))
    known = sorted(((_fold_one(name), name) for name in names if len(name) > 1), key=lambda pair: -len(pair[0]))
    for match in mentioned:
        full = [name for plainly, name in known if plain.startswith(plainly, match.start(1))]
        if full:
            yield Named(match.start(), match.start(1) + len(full[0]), (full[0],))
            continue
        parts = tuple(name for plainly, name in known if match.group(1) in plainly)
        yield Named(match.start(), match.end(), parts or (match.group(1),))
    for plainly, name in known:
        at = plain.find(plainly, 0, _MOST_CHARACTERS)
        if at >= 0 and _stands_alone(plain, at, at + len(plainly)) and _is_unknown(plainly, concepts):
            yield Named(at, at + len(plainly), (name,))
    by_part: dict[str, list[str]] = {}
    for plainly, name in known:
        if plainly.isascii():
            for part in plainly.split():
                if len(part) > 2 and part != plainly:
                    by_part.setdefault(part, []).append(name)
    for match in re.finditer(r"[a-z]{3,}", plain):
        if match.group() in by_part and _is_unknown(match.group(), concepts):
            yield Named(match.start(), match.end(), tuple(by_part[match.group()]))


def _stands_alone(plain: str, start: int, end: int) -> bool:
    """Whether a Latin name is no part of a longer word."""
    before, after = plain[start - 1 : start], plain[end : end + 1]
    is_inside = (before.isascii() and before.isalnum() and plain[start].isascii()) or (
        after.isascii() and after.isalnum() and plain[end - 1].isascii()
    )
    return not is_inside


def _is_unknown(plainly: str, concepts: Concepts) -> bool:
    """A member who is called 大家 or 周末 counts only with an @."""
    return any(word.idea == REST for word in concepts.read(plainly)) or not concepts.read(plainly)


def _free(found: Iterator[Named], taken: Sequence[Word]) -> list[Named]:
    kept: list[Named] = []
    for one in found:
        spans = [(word.start, word.end) for word in taken] + [(other.start, other.end) for other in kept]
        if all(one.end <= start or one.start >= end for start, end in spans):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _partly_named(plain: str, parsed: Sequence[Word], names: Collection[str]) -> Named | None:
    """A part of a name, where the sentence begins with it: 豆豆上周说了什么."""
    first = next((word for word in parsed if word.idea not in (FILLER, FRAME)), None)
    if first is None or first.idea != REST or first.end - first.start < 2:
        return None
    part = plain[first.start : first.end]
    candidates = tuple(name for name in names if part in _fold_one(name))
    return Named(first.start, first.end, candidates) if candidates else None


def aspect_of(ideas: Collection[str]) -> Aspect | None:
    """Which members are asked for."""
    for aspect, idea in ((Aspect.NEW, "new"), (Aspect.QUIET, "quiet")):
        if idea in ideas:
            return aspect
    if "negation" in ideas and not {"speak", "talk", "message"}.isdisjoint(ideas):
        return Aspect.QUIET
    return None if {"active", "speak", "talk", "message", "most"}.isdisjoint(ideas) else Aspect.ACTIVE


def kind_of(reading: Reading) -> ProposalKind:
    """An announcement where one is named outside the text that is handed over, else a message."""
    return ProposalKind.ANNOUNCE if _ANNOUNCING.search(reading.plain) else ProposalKind.SEND_MESSAGE


def thread_of(plain: str) -> int | None:
    """The number of a conversation that is named (对话 12, thread #12)."""
    match = _THREAD.search(plain)
    return int(next(filter(None, match.groups()))) if match else None
