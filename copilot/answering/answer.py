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

__all__ = ["FaqFound", "Findings", "Judged", "answer_question"]


class Judged(Protocol):
    """What the gate decided; `answering.gate` makes it."""

    @property
    def probability(self) -> float: ...

    @property
    def threshold(self) -> float: ...

    @property
    def passed(self) -> bool: ...


# By how much evidence has to be better than just enough; the gate's probability above its threshold lowers it.
_CLEAR = 0.03
_GATE_WEIGHT = 0.1
# An entry that has expired is the reason for staying quiet if it is as close as this.
_LAPSED = 0.5
_NEAR = 3
# Chat and entry agree if the entry's answer holds this share of what was said.
_AGREES = 0.6
_AGREES_ENOUGH = 0.4
_NUMBER = re.compile(r"\d+")


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
    speech = Speech(
        language=language(question) if re.search(r"\w", question) else profile.language or "zh",
        today=today,
        timezone=ZoneInfo(profile.timezone or "UTC"),
        length=profile.tone.length if profile.tone else "short",
    )
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
    return _decide(question, weigh(asking, check.asks, findings, speech), gate, why, in_console=in_console)


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
    *,
    in_console: bool,
) -> Answer | Silence:
    """Take the best candidate if it is good enough.

    In a group nobody asked the co-pilot, so the gate has to agree; where an admin asks, it counts as one more sign.
    """
    near = tuple(one.citations[0] for one in candidates.ranked[:_NEAR])
    best = candidates.ranked[0] if candidates.ranked else None
    lapsed = max(candidates.expired, key=lambda one: one.score, default=None)
    if lapsed is not None and lapsed.score >= _LAPSED and (best is None or lapsed.margin > best.margin):
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
    shut = not gate.passed and not best.is_clear_entry and not in_console
    if shut or best.margin < _CLEAR - _GATE_WEIGHT * (gate.probability - gate.threshold):
        return Silence(
            question=question,
            reason=SilenceReason.NOT_SURE if gate.passed else SilenceReason.OUT_OF_SCOPE,
            near=near,
            why=replace(why, notes=(Note.WEAK_EVIDENCE if gate.passed else Note.GATE_CLOSED, *best.notes)),
        )
    citations, notes = best.citations, best.notes
    if best.kind is SourceKind.FAQ and (support := _support(best, candidates.said)):
        citations, notes = (*citations, *cite_said(support)[: len(support.messages)]), (*notes, Note.HISTORY_AGREES)
    return Answer(
        question=question,
        text=best.text,
        citations=citations,
        confidence=_confidence(best, gate, agrees=Note.HISTORY_AGREES in notes),
        why=replace(why, notes=notes),
    )


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


def _confidence(best: Candidate, gate: Judged, *, agrees: bool) -> float:
    """How sure an answer is, 0 to 1: the evidence's distance from just enough, and the gate's probability."""
    evidence = 0.5 + 0.5 * min(1.0, best.margin / (1.0 - best.enough) * 1.5)
    return round(min(0.99, 0.6 * evidence + 0.4 * gate.probability + (0.05 if agrees else 0.0)), 2)
