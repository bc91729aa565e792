"""What a profile, a rule, a FAQ entry or a document must be, whichever road it comes by.

Each kind of record has three functions: `normal_*` brings the text into one form (line ends, surrounding space, no
control characters), `*_faults` says what is wrong with a normal record, and `validate_*` does both and raises. Files,
tables and the console's forms all pass through them. Lengths are in characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.errors import BadInput
from copilot.records import Document, FaqEntry, Platform, Profile, Rule, Tone
from copilot.text.fold import folded

LONGEST_NAME = 120
LONGEST_PROFILE_TEXT = 1_000
LONGEST_GOAL = 300
LONGEST_QUESTION = 300
LONGEST_ANSWER = 5_000
LONGEST_TAG = 40
LONGEST_RULE = 1_000
LONGEST_DOCUMENT = 1_000_000
MOST_GOALS = 20
MOST_VARIANTS = 50
MOST_TAGS = 20
MOST_RULES = 999
MOST_ENTRIES = 10_000
MOST_DOCUMENTS = 500

LANGUAGES = ("zh", "en")
ADDRESSES = ("你", "您")
EMOJI = ("none", "few", "many")
LENGTHS = ("short", "medium", "long")
# What people write into an expiry column for "never".
_NEVER = frozenset(("", "无", "长期", "长期有效", "永久", "永久有效", "never", "none", "-"))

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Characters that no one sees and that a file or a database may refuse: controls, byte-order marks, lone surrogates.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_QUIET_HOURS = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:-|–|—|~|～|至|到)\s*(\d{1,2})[:：](\d{2})")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]00:00(?::00)?)?")
# After folding, which has turned full-width marks into ASCII.
_SENTENCE_END = " \t?!.。,;、~…"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a record.

    Args:
        field: the record's field.
        sentence: what is wrong, with the value and the remedy.
        position: which item of a list field, from 0.
    """

    field: str
    sentence: str
    position: int | None = None


def excerpt(text: str, longest: int = 40) -> str:
    """A value as it is shown in a message: on one line, cut to `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The remedy for an unknown word: the known word next to it, or all known words."""
    words = list(known)
    close = get_close_matches(word.strip().lower(), words, n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else f"use one of {', '.join(words)}"


def clean_text(text: str) -> str:
    """A text of any number of lines in its normal form: no trailing space, no blank lines around, no controls."""
    kept = _UNWANTED.sub("", _LINE_BREAKS.sub("\n", text))
    kept = "\n".join(line.rstrip() for line in kept.split("\n")).strip("\n")
    return kept if "\n" in kept else kept.strip()


def clean_line(text: str) -> str:
    """A text of one line in its normal form: runs of space, line ends included, are one space."""
    return " ".join(_UNWANTED.sub("", _LINE_BREAKS.sub("\n", text)).split())


def clean_name(text: str) -> str:
    """A name in its normal form, with composed accents: file systems differ in how they store them."""
    return unicodedata.normalize("NFC", clean_line(text))


def question_key(question: str) -> str:
    """What makes two wordings the same question: the folded text without space and without marks at its end."""
    plain = folded(question)
    return "".join(plain.rstrip(_SENTENCE_END).split()) or plain.strip()


def parse_platform(text: str) -> Platform:
    """Read a platform's name.

    Raises:
        BadInput: for a name that no platform has.
    """
    try:
        return Platform(text.strip().lower())
    except ValueError:
        known = [platform.value for platform in Platform]
        raise BadInput(f"the platform '{excerpt(text)}' is not known; {did_you_mean(text, known)}") from None


def parse_expiry(text: str) -> date | None:
    """Read the last day on which an entry may answer; words for "never" and "" are None.

    Raises:
        BadInput: for anything that is not a day between 2000 and 2100.
    """
    if text.strip().lower() in _NEVER:
        return None
    found = _DAY.fullmatch(text.strip())
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise BadInput(f"expires_on '{excerpt(text)}' is not a day; write it like 2026-12-31, or leave it empty")
    return day


def _too_long(field: str, text: str, longest: int, position: int | None = None) -> list[Fault]:
    if len(text) <= longest:
        return []
    sentence = f"{field} has {len(text):,} characters, more than {longest:,}; shorten it ('{excerpt(text, 20)}')"
    return [Fault(field, sentence, position)]


def _too_many(field: str, items: Sequence[object], most: int) -> list[Fault]:
    if len(items) <= most:
        return []
    return [Fault(field, f"{field} has {len(items):,} items, more than {most:,}; keep the most useful")]


def _not_one_of(field: str, value: str, known: Sequence[str]) -> list[Fault]:
    if value in known:
        return []
    return [Fault(field, f"{field} '{excerpt(value)}' is not known; {did_you_mean(value, known)}")]


def _raise_faults(faults: Sequence[Fault]) -> None:
    if faults:
        raise BadInput("; ".join(fault.sentence for fault in faults))


def _each_once(lines: Iterable[str], key: Callable[[str], str] = lambda line: line) -> tuple[str, ...]:
    """The non-empty lines, without those whose key an earlier one has."""
    seen: dict[str, str] = {}
    for line in lines:
        if line:
            seen.setdefault(key(line), line)
    return tuple(seen.values())


# Profiles


def normal_profile(profile: Profile) -> Profile:
    """The profile with clean texts; what is empty is None, and quiet hours read HH:MM-HH:MM where they can be read."""

    def line(text: str | None) -> str | None:
        return clean_line(text or "") or None

    def text(value: str | None) -> str | None:
        return clean_text(value or "") or None

    quiet_hours = line(profile.quiet_hours)
    if quiet_hours is not None and (found := _QUIET_HOURS.fullmatch(quiet_hours)):
        hours = [int(part) for part in found.groups()]
        quiet_hours = f"{hours[0]:02}:{hours[1]:02}-{hours[2]:02}:{hours[3]:02}"
        quiet_hours = quiet_hours.replace("24:00", "00:00")
    return replace(
        profile,
        name=clean_name(profile.name or "") or None,
        theme=text(profile.theme),
        positioning=text(profile.positioning),
        goals=_each_once(clean_line(goal) for goal in profile.goals or ()) or None,
        audience=text(profile.audience),
        quiet_hours=quiet_hours,
        language=line(profile.language),
        timezone=line(profile.timezone),
    )


def profile_faults(profile: Profile) -> list[Fault]:
    """What is wrong with a profile in its normal form; a field that is None is never wrong."""
    faults = _too_long("name", profile.name or "", LONGEST_NAME)
    for field, text in (
        ("theme", profile.theme),
        ("positioning", profile.positioning),
        ("audience", profile.audience),
    ):
        faults += _too_long(field, text or "", LONGEST_PROFILE_TEXT)
    goals = profile.goals or ()
    faults += _too_many("goals", goals, MOST_GOALS)
    for position, goal in enumerate(goals[:MOST_GOALS]):
        faults += _too_long("goals", goal, LONGEST_GOAL, position)
    if profile.quiet_hours is not None:
        faults += _quiet_hours_faults(profile.quiet_hours)
    if profile.language is not None:
        faults += _not_one_of("language", profile.language, LANGUAGES)
    if profile.timezone is not None:
        faults += _timezone_faults(profile.timezone)
    if profile.tone is not None:
        faults += tone_faults(profile.tone)
    return faults


def tone_faults(tone: Tone) -> list[Fault]:
    """What is wrong with a tone; the fields are `address`, `emoji` and `length`."""
    return [
        *_not_one_of("address", tone.address, ADDRESSES),
        *_not_one_of("emoji", tone.emoji, EMOJI),
        *_not_one_of("length", tone.length, LENGTHS),
    ]


def _quiet_hours_faults(quiet_hours: str) -> list[Fault]:
    found = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", quiet_hours)
    if found is None:
        sentence = f"quiet_hours '{excerpt(quiet_hours)}' is not a span of hours; write it like 22:30-08:00"
    elif quiet_hours[:5] == quiet_hours[6:]:
        sentence = f"quiet_hours '{quiet_hours}' ends when it starts; write two different times, or leave it out"
    else:
        return []
    return [Fault("quiet_hours", sentence)]


def _timezone_faults(timezone: str) -> list[Fault]:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        sentence = f"timezone '{excerpt(timezone)}' is not known; write an IANA name like Asia/Shanghai"
        return [Fault("timezone", sentence)]
    return []


def validate_profile(profile: Profile) -> Profile:
    """The profile in its normal form, fit to be saved.

    Raises:
        BadInput: names each wrong field, its value and the remedy.
    """
    normal = normal_profile(profile)
    _raise_faults(profile_faults(normal))
    return normal


# FAQ entries


def normal_faq_entry(entry: FaqEntry) -> FaqEntry:
    """The entry with clean texts, without empty or repeated variants and tags."""
    question = clean_line(entry.question)
    wordings = _each_once((question, *map(clean_line, entry.variants)), question_key)
    return replace(
        entry,
        question=question,
        answer=clean_text(entry.answer),
        variants=wordings[1:] if question else wordings,
        tags=_each_once(map(clean_line, entry.tags), str.casefold),
    )


def faq_entry_faults(entry: FaqEntry) -> list[Fault]:
    """What is wrong with a FAQ entry in its normal form, taken by itself."""
    faults = []
    if not entry.question:
        faults.append(Fault("question", "the question is missing; write how members ask it"))
    if not entry.answer:
        faults.append(Fault("answer", f"the answer to '{excerpt(entry.question)}' is missing; write it"))
    faults += _too_long("question", entry.question, LONGEST_QUESTION)
    faults += _too_long("answer", entry.answer, LONGEST_ANSWER)
    faults += _too_many("variants", entry.variants, MOST_VARIANTS)
    for position, variant in enumerate(entry.variants[:MOST_VARIANTS]):
        faults += _too_long("variants", variant, LONGEST_QUESTION, position)
    faults += _too_many("tags", entry.tags, MOST_TAGS)
    for position, tag in enumerate(entry.tags[:MOST_TAGS]):
        faults += _too_long("tags", tag, LONGEST_TAG, position)
    return faults


def validate_faq_entry(entry: FaqEntry, others: Iterable[FaqEntry] = ()) -> FaqEntry:
    """The entry in its normal form, fit to be saved beside the `others` of its level (itself, by id, left out).

    Raises:
        BadInput: names each wrong field, its value and the remedy.
    """
    normal = normal_faq_entry(entry)
    faults = faq_entry_faults(normal)
    beside = [other for other in others if other.id != entry.id or entry.id == 0]
    faults += [fault for at, fault, _ in shared_wordings([*beside, normal]) if at == len(beside)]
    _raise_faults(faults)
    return normal


def shared_wordings(entries: Sequence[FaqEntry]) -> list[tuple[int, Fault, int]]:
    """The wordings that more than one entry claims.

    Returns:
        (position of the later entry, its fault, position of the earlier entry), in order.
    """
    owner: dict[str, int] = {}
    found = []
    for at, entry in enumerate(entries):
        for place, wording in enumerate((entry.question, *entry.variants)):
            if not wording:
                continue
            first = owner.setdefault(question_key(wording), at)
            if first != at:
                other = excerpt(entries[first].question)
                sentence = f"'{excerpt(wording)}' is asked by the entry '{other}' too; keep it in one of them"
                fault = Fault("variants", sentence, place - 1) if place else Fault("question", sentence)
                found.append((at, fault, first))
    return found


# Rules


def normal_rule(rule: Rule) -> Rule:
    """The rule with a clean text."""
    return replace(rule, text=clean_text(rule.text))


def rule_faults(rule: Rule) -> list[Fault]:
    """What is wrong with a rule in its normal form, taken by itself."""
    faults = []
    if not 1 <= rule.number <= MOST_RULES:
        faults.append(Fault("number", f"the rule number {rule.number} is not between 1 and {MOST_RULES}; change it"))
    if not rule.text:
        faults.append(Fault("text", f"the text of rule {rule.number} is missing; write it"))
    return faults + _too_long("text", rule.text, LONGEST_RULE)


def validate_rule(rule: Rule, others: Iterable[Rule] = ()) -> Rule:
    """The rule in its normal form, fit to be saved beside the `others` of its level (itself, by id, left out).

    Raises:
        BadInput: names each wrong field, its value and the remedy.
    """
    normal = normal_rule(rule)
    faults = rule_faults(normal)
    if any(other.number == rule.number for other in others if other.id != rule.id or rule.id == 0):
        faults.append(Fault("number", f"there is a rule {rule.number} already; take another number"))
    _raise_faults(faults)
    return normal


# Documents


def normal_document(document: Document) -> Document:
    """The document with a clean name and text; spaces at the end of a line stay, as Markdown gives them a meaning."""
    text = _UNWANTED.sub("", _LINE_BREAKS.sub("\n", document.text))
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    return replace(document, name=clean_name(document.name), text="\n".join(lines).rstrip())


def document_faults(document: Document) -> list[Fault]:
    """What is wrong with a document in its normal form, taken by itself."""
    faults = []
    if not document.name:
        faults.append(Fault("name", "the document has no name; give it one"))
    if not document.text:
        faults.append(Fault("text", f"the document '{excerpt(document.name)}' is empty; write it or remove it"))
    faults += _too_long("name", document.name, LONGEST_NAME)
    return faults + _too_long("text", document.text, LONGEST_DOCUMENT)


def validate_document(document: Document, others: Iterable[Document] = ()) -> Document:
    """The document in its normal form, fit to be saved beside the `others` of its level (itself, by id, left out).

    Raises:
        BadInput: names each wrong field, its value and the remedy.
    """
    normal = normal_document(document)
    faults = document_faults(normal)
    if any(other.name == normal.name for other in others if other.id != document.id or document.id == 0):
        faults.append(Fault("name", f"there is a document '{excerpt(normal.name)}' already; take another name"))
    _raise_faults(faults)
    return normal
