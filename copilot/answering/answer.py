"""Answer a question from what was found, or stay quiet and say why.

A clear FAQ entry answers as it stands; a rule or a document section that speaks of the question is quoted; else what
members wrote is quoted with its date. Whatever is said is cited. It compares words and kinds of facts; where the same
words mean something else, it can be wrong, which is why people see the sources.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from copilot.answering.citations import (
    Speech,
    cite_entry,
    cite_said,
    cite_words,
    pick_words,
    speak_reference,
    speak_said,
)
from copilot.answering.content import Content, comparable, content, coverage, has_fact, telling
from copilot.answering.lexicon import FACT_KINDS
from copilot.answering.notes import Note
from copilot.answering.question import Addressee, Asks, QuestionCheck, kind_asked, read_question
from copilot.answering.replies import HistoryFound, Said, search_block
from copilot.records import Answer, Citation, Explanation, FaqEntry, Hit, Profile, Silence, SilenceReason, SourceKind
from copilot.text.language import language


class Judged(Protocol):
    """What the gate decided; `answering.gate` makes it."""

    @property
    def probability(self) -> float: ...

    @property
    def threshold(self) -> float: ...

    @property
    def passed(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqFound:
    """A FAQ entry that was found."""

    hit: Hit
    entry: FaqEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that was found for one question.

    Args:
        faq: entries, expired ones included.
        references: rules and document sections; `passage.texts` holds the whole text, `passage.title` is what people
            see of it.
        history: blocks of the group's history with their messages.
    """

    faq: tuple[FaqFound, ...] = ()
    references: tuple[Hit, ...] = ()
    history: tuple[HistoryFound, ...] = ()


# Chosen on the development questions of the two sample communities; see `tests/answering/test_dialogues.py`.
_FAQ_SURE = 0.62
# English questions have few words, so that each is a large share, and half of them is chance.
_ENOUGH = {
    "zh": {SourceKind.FAQ: 0.34, SourceKind.RULE: 0.34, SourceKind.DOCUMENT: 0.34, SourceKind.HISTORY: 0.40},
    "en": {SourceKind.FAQ: 0.51, SourceKind.RULE: 0.51, SourceKind.DOCUMENT: 0.51, SourceKind.HISTORY: 0.45},
}
# By how much evidence has to be better than just enough; the gate's probability above its threshold lowers it.
_CLEAR = 0.03
_GATE_WEIGHT = 0.1
# An entry whose wording is all but the question's own answers even where the gate doubts.
_FAQ_CERTAIN = 0.85
# An entry that has expired is the reason for staying quiet if it is as close as this.
_LAPSED = 0.5
# Findings that differs by no more than this is alike, and the latest of it is taken where "last" or "now" is asked.
_ALIKE = 0.25
_ALIKE_OTHERWISE = 0.06
# What happened "last time" is told by history; entries and documents that hold at all times lose this share.
_TIMELESS = 0.7
# "Does that work here?" rests on what was said before it, which is not known: shared words tell so much less.
_POINTING = 0.85
# How much older history loses: a third of its weight over a year that nobody confirmed it.
_YEAR_WEIGHT = 0.33
_NEAR = 3
# A group's own entry is preferred to the community's where they are alike.
_OWN_GROUP = 0.03
_SAME_KIND = 0.05
_INDEX_SHARE = 0.3
_REFERENCES = frozenset({SourceKind.RULE, SourceKind.DOCUMENT})
# A passage without the time, place or number that is asked for is worth this share.
_NO_FACT = 0.7
# Chat and entry agree if the entry's answer holds this share of what was said.
_AGREES = 0.6
_AGREES_ENOUGH = 0.4

_LATEST = re.compile(
    r"上[一]?[次回]|最近|最新|现在|目前|这[次回期周月]|今年|本[周月期次]|\b(?:last|latest|current|currently|now|newest|recent|recently"
    r"|this (?:week|month|year|time))\b"
)

_NUMBER = re.compile(r"\d+")
_PAST = re.compile(r"上[一]?[次回期届]|前[一几]次|\b(?:last|previous)\b(?! (?:day|order|time to))")

_POINTS = re.compile(
    r"它|刚才|上面说|这样|那样|\b(?:that|those|these|them|they|earlier|above|instead)\b"
    r"|\b(?:does|do|is|would|will|could|did|why is) (?:this|it)\b|\b(?:like|about|do|mean|in|of) (?:this|it)\b"
    r"|^(?:so|and|but|ah|oh|hmm|then|ok)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """One way to answer: how good (0 to 1 beside `enough`), the question's telling terms that it holds, and what it
    would say and cite."""

    score: float
    enough: float
    covers: float
    holds: frozenset[str]
    text: str
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]

    @property
    def kind(self) -> SourceKind:
        """What it rests on."""
        return self.citations[0].source.kind

    @property
    def margin(self) -> float:
        """By how much it is good enough; comparable between sources."""
        return self.score - self.enough


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
    kind = check.asks
    asked = content(asking)
    if not hits or asked.empty:
        return Silence(
            question=question, reason=SilenceReason.NOTHING_KNOWN, why=replace(why, notes=(Note.NOTHING_FOUND,))
        )
    known, expired = _from_faq(asking, asked, kind, findings, speech)
    candidates = [*known, *_from_references(asked, kind, findings, speech)]
    said = _from_history(asking, asked, kind, findings, today)
    candidates += [_spoken(one, score, latest, asked, kind, speech) for one, score, latest in said[:_NEAR]]
    if _POINTS.search(asking.casefold()):
        candidates = [replace(one, score=one.score * _POINTING) for one in candidates]
    if _PAST.search(asking.casefold()):
        candidates = [
            one if one.kind is SourceKind.HISTORY else replace(one, score=one.score * _TIMELESS) for one in candidates
        ]
    candidates = _ranked(candidates)
    return _decide(question, candidates, expired, said, gate, why, in_console=in_console)


def _unasked(check: QuestionCheck) -> SilenceReason | None:
    """Why the text is not for the co-pilot to answer, if so."""
    if "empty" in check.details:
        return SilenceReason.EMPTY
    if check.to is Addressee.SOMEONE_ELSE and check.hit:
        return SilenceReason.TO_SOMEONE_ELSE
    return None if check.hit else SilenceReason.NOT_A_QUESTION


def _from_faq(
    asking: str, asked: Content, kind: Asks, findings: Findings, speech: Speech
) -> tuple[list[_Candidate], list[_Candidate]]:
    """FAQ entries as candidates: those that may answer, and those that have expired."""
    asking_plain = comparable(asking)
    known: list[tuple[Hit, _Candidate]] = []
    expired: list[_Candidate] = []
    for found in findings.faq:
        entry = found.entry
        texts = [comparable(text) for text in (entry.question, *entry.variants)]
        answer = comparable(entry.answer)
        whole = "\n".join([*texts, answer, *map(comparable, entry.tags)])
        covers = coverage(asked, whole)
        like = max(
            _alike(asked, asking_plain, kind, text, words)
            for text, words in zip((entry.question, *entry.variants), texts, strict=True)
        )
        fact = kind not in FACT_KINDS or has_fact(kind, answer)
        score = min(1.0, 0.35 * covers + 0.65 * like + (_OWN_GROUP if entry.group_id is not None else 0.0))
        score *= 1.0 if fact else _NO_FACT
        candidate = _Candidate(
            score=score,
            enough=_ENOUGH[speech.language][SourceKind.FAQ],
            covers=covers,
            holds=telling(asked, whole),
            text=entry.answer,
            citations=(cite_entry(found.hit, entry),),
            notes=(Note.FAQ_CLEAR if score >= _FAQ_SURE else Note.FAQ_LIKELY,),
        )
        past = entry.expires_on is not None and entry.expires_on < speech.today
        if past:
            expired.append(candidate)
        else:
            known.append((found.hit, candidate))
    return _led_by_words(known), expired


def _led_by_words(found: list[tuple[Hit, _Candidate]]) -> list[_Candidate]:
    """Put the candidate first that is best by score and by the index together; none of the others then scores above it.

    The index knows how rare a word is, the score how much is left unsaid: of three public sets of Chinese questions,
    both together find the right one more often than either.
    """
    if not found:
        return []
    highest = max(hit.score for hit, _ in found) or 1.0
    ranked = sorted(found, key=lambda one: -(one[1].score + _INDEX_SHARE * one[0].score / highest))
    best = ranked[0][1]
    return [best, *[replace(one, score=min(one.score, best.score)) for _, one in ranked[1:]]]


def _alike(asked: Content, asking: str, kind: Asks, text: str, words: str) -> float:
    """How alike a question and an entry's wording are, 0 to 1, and a little more if they ask for the same kind."""
    both_ways = 0.46 * coverage(asked, words) + 0.54 * coverage(content(text), asking)
    same_kind = kind is not Asks.SOMETHING and kind_asked(text) is kind
    return both_ways + (_SAME_KIND if same_kind else 0.0)


def _from_references(asked: Content, kind: Asks, findings: Findings, speech: Speech) -> list[_Candidate]:
    """Rules and document sections as candidates, each with the sentences that speak most of the question."""
    candidates: list[tuple[Hit, _Candidate]] = []
    for hit in findings.references:
        text = "\n".join(hit.passage.texts)
        picked = pick_words(text, asked, kind, speech.limit)
        if not picked:
            continue
        section, words = comparable(f"{hit.passage.title}\n{text}"), comparable(picked)
        fact = has_fact(kind, words)
        score = 0.5 * coverage(asked, section) + 0.5 * coverage(asked, words)
        candidates.append(
            (
                hit,
                _Candidate(
                    score=score if fact else score * _NO_FACT,
                    enough=_ENOUGH[speech.language][hit.passage.source.kind],
                    covers=coverage(asked, section),
                    holds=telling(asked, words),
                    text=speak_reference(hit, picked, speech),
                    citations=(cite_words(hit, picked),),
                    notes=(Note.REFERENCE_COVERS,) if fact else (Note.REFERENCE_COVERS, Note.FACT_MISSING),
                ),
            )
        )
    return _led_by_words(candidates)


def _from_history(
    asking: str, asked: Content, kind: Asks, findings: Findings, today: date
) -> list[tuple[Said, float, bool]]:
    """What members said, best first, with its score and whether it was preferred for being the latest."""
    scored: list[tuple[Said, float]] = []
    for found in findings.history:
        for said in search_block(asked, kind, found):
            age_years = max(0, (today - said.messages[-1].sent_at.date()).days) / 365
            scored.append((said, said.score * (1 - _YEAR_WEIGHT * min(1.0, age_years))))
    scored.sort(key=lambda one: -one[1])
    if not scored:
        return []
    best = scored[0][1]
    alike = [
        one for one in scored if one[1] >= best - (_ALIKE if _LATEST.search(asking.casefold()) else _ALIKE_OTHERWISE)
    ]
    latest = max(alike, key=lambda one: one[0].messages[-1].sent_at)
    moved = latest is not scored[0]
    rest = [(said, score, False) for said, score in scored if said is not latest[0]]
    return [(latest[0], max(latest[1], best - 0.02) if moved else latest[1], moved), *rest]


def _spoken(said: Said, score: float, latest: bool, asked: Content, kind: Asks, speech: Speech) -> _Candidate:
    return _Candidate(
        score=score,
        enough=_ENOUGH[speech.language][SourceKind.HISTORY],
        covers=said.relevance,
        holds=frozenset(),
        text=speak_said(said, asked, kind, speech),
        citations=cite_said(said),
        notes=(*said.notes, Note.LATEST_PREFERRED) if latest else said.notes,
    )


def _ranked(candidates: list[_Candidate]) -> list[_Candidate]:
    """Sort by margin, clear entries first; but one that lacks what a good passage names is about something else.

    "How many pop-up books may I take" is not answered by how many books one may take, if a rule speaks of pop-up books.
    """
    ranked = sorted(candidates, key=lambda one: (one.kind is SourceKind.FAQ and one.score >= _FAQ_SURE, one.margin))[
        ::-1
    ]
    best = ranked[0] if ranked else None
    if best is None or best.kind is not SourceKind.FAQ or best.score >= _FAQ_CERTAIN:
        return ranked
    closer = next(
        (
            one
            for one in ranked
            if one.kind in _REFERENCES
            and one.margin >= 0
            and one.covers >= best.covers
            and one.holds - best.holds
            and Note.FACT_MISSING not in one.notes
        ),
        None,
    )
    return ranked if closer is None else [closer, *[one for one in ranked if one is not closer]]


def _decide(
    question: str,
    candidates: list[_Candidate],
    expired: list[_Candidate],
    said: list[tuple[Said, float, bool]],
    gate: Judged,
    why: Explanation,
    *,
    in_console: bool,
) -> Answer | Silence:
    """Take the best candidate if it is good enough.

    In a group nobody asked the co-pilot, so the gate has to agree; where an admin asks, it counts as one more sign.
    """
    near = tuple(one.citations[0] for one in candidates[:_NEAR])
    best = candidates[0] if candidates else None
    lapsed = max(expired, key=lambda one: one.score, default=None)
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
    certain = best.kind is SourceKind.FAQ and best.score >= _FAQ_CERTAIN
    shut = not gate.passed and not certain and not in_console
    if shut or best.margin < _CLEAR - _GATE_WEIGHT * (gate.probability - gate.threshold):
        return Silence(
            question=question,
            reason=SilenceReason.NOT_SURE if gate.passed else SilenceReason.OUT_OF_SCOPE,
            near=near,
            why=replace(why, notes=(Note.WEAK_EVIDENCE if gate.passed else Note.GATE_CLOSED, *best.notes)),
        )
    citations, notes = best.citations, best.notes
    if best.kind is SourceKind.FAQ and (support := _support(best, said)):
        citations, notes = (*citations, *cite_said(support)[: len(support.messages)]), (*notes, Note.HISTORY_AGREES)
    return Answer(
        question=question,
        text=best.text,
        citations=citations,
        confidence=_confidence(best, gate, agrees=Note.HISTORY_AGREES in notes),
        why=replace(why, notes=notes),
    )


def _support(best: _Candidate, said: list[tuple[Said, float, bool]]) -> Said | None:
    """What members said that agrees with a FAQ entry's answer, number for number."""
    words = comparable(best.text)
    numbers = set(_NUMBER.findall(words))
    for one, score, _ in said[:_NEAR]:
        spoken = "\n".join(message.text for message in one.messages)
        named = set(_NUMBER.findall(comparable(spoken)))
        same = named <= numbers and (named or coverage(content(spoken), words) >= _AGREES)
        if score >= _AGREES_ENOUGH and same:
            return one
    return None


def _confidence(best: _Candidate, gate: Judged, *, agrees: bool) -> float:
    """How sure an answer is, 0 to 1: the evidence's distance from just enough, and the gate's probability."""
    evidence = 0.5 + 0.5 * min(1.0, best.margin / (1.0 - best.enough) * 1.5)
    return round(min(0.99, 0.6 * evidence + 0.4 * gate.probability + (0.05 if agrees else 0.0)), 2)
