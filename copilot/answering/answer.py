"""Answer a question from what was found, or stay quiet and say why.

A clear FAQ entry answers as it stands; a rule or a document section that speaks of the question is quoted; else what
members wrote is quoted with its date. Whatever is said is cited. It compares words and kinds of facts; where the same
words mean something else, it can be wrong, which is why people see the sources.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from copilot.answering.candidates import Candidate, Candidates, FaqFound, Findings, weigh
from copilot.answering.citations import Speech, cite_said
from copilot.answering.content import comparable, content, coverage
from copilot.answering.notes import Note
from copilot.answering.question import Addressee, QuestionCheck, read_question
from copilot.answering.replies import Said
from copilot.records import Answer, Explanation, Profile, Silence, SilenceReason, SourceKind
from copilot.text.language import language

__all__ = ["FaqFound", "Findings", "Judged", "answer_question", "asks_nothing", "speech_for"]


class Judged(Protocol):
    """What the gate decided; `answering.gate` makes it."""

    @property
    def probability(self) -> float: ...

    @property
    def threshold(self) -> float: ...

    @property
    def passed(self) -> bool: ...


# How sure an answer must be: among members, where a wrong answer is worse than none; to an admin, who sees the sources
# and how sure it is; and to an admin who only says something.
_SURE_IN_GROUP = 0.65
_SURE_IN_CONSOLE = 0.55
_SURE_UNASKED = 0.9
# What lacks the time, place or number that is asked for has to fit all the better.
_SURE_WITHOUT_FACT = 0.8
# An entry that holds answers where an expired one is no better than by this.
_CLEARLY = 0.01
_NEAR = 3
# Chat and entry agree if the entry's answer holds this share of what was said.
_AGREES = 0.6
_AGREES_ENOUGH = 0.4
_AGREEING = 0.02
_SUREST = 0.97
_NUMBER = re.compile(r"\d+")
# What tells or exclaims, rather than naming a topic.
_SAYS = re.compile(
    r"谢|辛苦|哈哈|今天|昨天|刚刚?|真[的好是]|太[好棒]|[了啦啊呀哦哈嘿!！~～]$|我们?家(?!庭)"
    r"|\b(?:thanks|lol|i've|i'm|we|just|today|yesterday|very)\b|!$"
)
# What only greets or thanks is never answered.
# A text that begins with a member's name is for that member, in the console too.
_CALLS = re.compile(r"\s*@\S")
# From this sureness on a candidate is a hint.
_HINTS = 0.2
_GREETS = re.compile(
    r"(?:[\W_啊呀啦哦嗯了]|谢|感谢|多谢|大家|各位|老师们?|群主|好|早|[早晚]安|[你您]|早上|上午|中午|下午|晚上|辛苦|再见|明天见|收到"
    r"|\b(?:hello|hi|hey|good|morning|afternoon|evening|night|everyone|all|folks|thanks?|you|so|much|bye)\b)+"
)
# A bare topic has a few words; in Chinese each pair of characters counts.
_LONGEST_TOPIC = 6


def answer_question(
    question: str,
    findings: Findings,
    gate: Judged,
    *,
    today: date,
    profile: Profile | None = None,
    in_console: bool = False,
    check: QuestionCheck | None = None,
) -> Answer | Silence:
    """Answer from the evidence, or stay quiet.

    Args:
        question: the raw text.
        findings: what retrieval found for it.
        gate: whether the question is in scope.
        today: the date in the community's timezone, for expiry.
        profile: the community's or group's profile: language, timezone and tone.
        in_console: an admin asks, so whatever is typed is a question to the co-pilot.
        check: the reading of the question, where the caller has it already.

    Returns:
        The answer with at least one citation, or the silence with its reason and what came near.
    """
    profile = profile or Profile()
    check = check or read_question(question, in_console=in_console)
    speech = speech_for(question, profile, today)
    hits = (*[one.hit for one in findings.faq], *findings.references, *[one.hit for one in findings.history])
    why = Explanation(language=speech.language, probability=gate.probability, threshold=gate.threshold, hits=hits)
    reason = _unasked(check)
    if reason is not None:
        return Silence(question=question, reason=reason, why=replace(why, notes=check.details))

    start, end = check.span
    asking = question[start:end]
    if not hits or content(asking).empty:
        return Silence(
            question=question, reason=SilenceReason.NOTHING_KNOWN, why=replace(why, notes=(Note.NOTHING_FOUND,))
        )
    if in_console and _CALLS.match(question):
        return Silence(question=question, reason=SilenceReason.TO_SOMEONE_ELSE, why=replace(why, notes=check.details))
    if in_console and _GREETS.fullmatch(asking.casefold()):
        return Silence(question=question, reason=SilenceReason.NOT_A_QUESTION, why=replace(why, notes=(Note.NO_CUE,)))
    enough = _SURE_IN_CONSOLE if in_console else _SURE_IN_GROUP
    if in_console and _only_says(question):
        enough = _SURE_UNASKED
    return _decide(question, weigh(asking, check.asks, findings, speech), gate, why, enough, in_console=in_console)


def speech_for(question: str, profile: Profile, today: date) -> Speech:
    """How a question is answered: in its own language, as the profile wants it."""
    return Speech(
        language=language(question) if re.search(r"\w", question) else profile.language or "zh",
        today=today,
        timezone=ZoneInfo(profile.timezone or "UTC"),
        length=profile.tone.length if profile.tone else "short",
    )


def asks_nothing(text: str) -> bool:
    """Whether what an admin typed only greets, calls somebody or tells something."""
    return bool(_CALLS.match(text) or _GREETS.fullmatch(text.casefold())) or _only_says(text)


def _only_says(text: str) -> bool:
    """Whether a text that asks nothing is more than a bare topic ("退款", "opening hours")."""
    check = read_question(text)
    return not check.hit and (bool(_SAYS.search(text.casefold())) or len(content(text).names) > _LONGEST_TOPIC)


def _unasked(check: QuestionCheck) -> SilenceReason | None:
    """Why the text is not for the co-pilot to answer, if so."""
    if "empty" in check.details:
        return SilenceReason.EMPTY
    if check.to is Addressee.SOMEONE_ELSE and check.hit:
        return SilenceReason.TO_SOMEONE_ELSE
    return None if check.hit else SilenceReason.NOT_A_QUESTION


def _decide(
    question: str,
    candidates: Candidates,
    gate: Judged,
    why: Explanation,
    enough: float,
    *,
    in_console: bool,
) -> Answer | Silence:
    """Take the best candidate if it is sure enough.

    In a group nobody asked the co-pilot, so the gate has to agree; where an admin asks, it has no say.
    """
    near = tuple(one.citations[0] for one in candidates.ranked[:_NEAR])
    best = candidates.ranked[0] if candidates.ranked else None
    lapsed = candidates.expired[0] if candidates.expired else None
    if lapsed is not None and lapsed.sure >= enough and (best is None or _outweighs(lapsed, best)):
        return Silence(
            question=question,
            reason=SilenceReason.EXPIRED,
            near=(*lapsed.citations, *near[: _NEAR - 1]),
            why=replace(why, notes=(Note.EXPIRED_ENTRY,)),
        )
    if best is None or best.covers <= 0:
        return Silence(
            question=question, reason=SilenceReason.NOTHING_KNOWN, why=replace(why, notes=(Note.NOTHING_FOUND,))
        )
    if Note.FACT_MISSING in best.notes:
        enough = max(enough, _SURE_WITHOUT_FACT)
    shut = not gate.passed and not best.is_clear_entry and not in_console
    # To an admin who asks, what comes this near is no stranger, whatever the gate makes of the words.
    hints = best.sure >= _HINTS or Note.REPLIED_BEFORE in best.notes
    inside = gate.passed or (in_console and hints)
    if shut or best.sure < enough:
        return Silence(
            question=question,
            reason=SilenceReason.NOT_SURE if inside else SilenceReason.OUT_OF_SCOPE,
            near=near,
            why=replace(why, notes=(Note.WEAK_EVIDENCE if inside else Note.GATE_CLOSED, *best.notes)),
        )
    citations, notes = best.citations, best.notes
    if best.kind is SourceKind.FAQ and (support := _support(best, candidates.said)):
        citations, notes = (*citations, *cite_said(support)[: len(support.messages)]), (*notes, Note.HISTORY_AGREES)
    return Answer(
        question=question,
        text=best.text,
        citations=citations,
        confidence=round(min(_SUREST, best.sure) + (_AGREEING if Note.HISTORY_AGREES in notes else 0.0), 2),
        why=replace(why, notes=notes),
    )


def _outweighs(lapsed: Candidate, best: Candidate) -> bool:
    """Whether an expired entry is the reason for silence. What members said before it expired has expired with it."""
    said_at = best.citations[0].sent_at if best.kind is SourceKind.HISTORY else None
    if said_at is not None and lapsed.until is not None and said_at.date() <= lapsed.until:
        return True
    return lapsed.margin > best.margin + _CLEARLY and lapsed.sure >= best.sure


def _support(best: Candidate, said: tuple[tuple[Said, float], ...]) -> Said | None:
    """What members said that agrees with a FAQ entry's answer, number for number."""
    words = comparable(best.text)
    numbers = set(_NUMBER.findall(words))
    for one, score in said[:_NEAR]:
        spoken = "\n".join(message.text for message in one.messages)
        named = set(_NUMBER.findall(comparable(spoken)))
        same = named <= numbers and (named or coverage(content(spoken), words) >= _AGREES)
        if score >= _AGREES_ENOUGH and same:
            return one
    return None
