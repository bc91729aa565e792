"""The ways to answer a question, each with a score: FAQ entries, passages of rules and documents, words of members.

Scores compare written words and kinds of facts. How good is good enough is set for each source and language here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

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
from copilot.answering.question import Asks, kind_asked
from copilot.answering.replies import HistoryFound, Said, search_block
from copilot.records import Citation, FaqEntry, Hit, SourceKind


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
# An entry whose wording is all but the question's own answers even where the gate doubts.
_FAQ_CERTAIN = 0.85
# Evidence that differs by no more than this is alike, and the latest of it is taken where "last" or "now" is asked.
_ALIKE = 0.25
_ALIKE_OTHERWISE = 0.06
# What happened "last time" is told by history; entries and documents that hold at all times lose this share.
_TIMELESS = 0.7
# "Does that work here?" rests on what was said before it, which is not known: shared words tell so much less.
_POINTING = 0.85
# How much older history loses: a third of its weight over a year that nobody confirmed it.
_YEAR_WEIGHT = 0.33
# A group's own entry is preferred to the community's where they are alike.
_OWN_GROUP = 0.03
_SAME_KIND = 0.05
# What admins wrote as an answer goes before a passage that is a little better.
_FAQ_FIRST = 0.05
_INDEX_SHARE = 0.3
_REFERENCES = frozenset({SourceKind.RULE, SourceKind.DOCUMENT})
# A passage without the time, place or number that is asked for is worth this share.
_NO_FACT = 0.7
_LATEST = re.compile(
    r"上[一]?[次回]|最近|最新|现在|目前|这[次回期周月]|今年|本[周月期次]|\b(?:last|latest|current|currently|now|newest|recent|recently"
    r"|this (?:week|month|year|time))\b"
)
_PAST = re.compile(r"上[一]?[次回期届]|前[一几]次|\b(?:last|previous)\b(?! (?:day|order|time to))")
_POINTS = re.compile(
    r"它|刚才|上面说|这样|那样|\b(?:that|those|these|them|they|earlier|above|instead)\b"
    r"|\b(?:does|do|is|would|will|could|did|why is) (?:this|it)\b|\b(?:like|about|do|mean|in|of) (?:this|it)\b"
    r"|^(?:so|and|but|ah|oh|hmm|then|ok)\b"
)
_MOST_SAID = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
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
    def is_clear_entry(self) -> bool:
        """Whether it is a FAQ entry whose wording is all but the question's own."""
        return self.kind is SourceKind.FAQ and self.score >= _FAQ_CERTAIN

    @property
    def margin(self) -> float:
        """By how much it is good enough; comparable between sources."""
        return self.score - self.enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """All ways to answer one question.

    Args:
        ranked: those that may answer, best first.
        expired: FAQ entries that have lapsed.
        said: what members said, best first, with its score.
    """

    ranked: tuple[Candidate, ...]
    expired: tuple[Candidate, ...]
    said: tuple[tuple[Said, float], ...]


def weigh(asking: str, kind: Asks, findings: Findings, speech: Speech) -> Candidates:
    """Weigh all that was found.

    Args:
        asking: the sentence that asks, raw.
        kind: what kind of thing would answer.
        findings: what retrieval found.
        speech: how an answer is spoken.
    """
    asked = content(asking)
    known, expired = _from_faq(asking, asked, kind, findings, speech)
    candidates = [*known, *_from_references(asked, kind, findings, speech)]
    said = _from_history(asking, asked, kind, findings, speech)
    candidates += [_spoken(one, score, latest, asked, kind, speech) for one, score, latest in said[:_MOST_SAID]]
    if _POINTS.search(asking.casefold()):
        candidates = [replace(one, score=one.score * _POINTING) for one in candidates]
    if _PAST.search(asking.casefold()):
        candidates = [
            one if one.kind is SourceKind.HISTORY else replace(one, score=one.score * _TIMELESS) for one in candidates
        ]
    return Candidates(
        ranked=tuple(_ranked(candidates)), expired=tuple(expired), said=tuple((one, score) for one, score, _ in said)
    )


def _from_faq(
    asking: str, asked: Content, kind: Asks, findings: Findings, speech: Speech
) -> tuple[list[Candidate], list[Candidate]]:
    """FAQ entries as candidates: those that may answer, and those that have expired."""
    asking_plain = comparable(asking)
    known: list[tuple[Hit, Candidate]] = []
    expired: list[Candidate] = []
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
        candidate = Candidate(
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


def _led_by_words(found: list[tuple[Hit, Candidate]]) -> list[Candidate]:
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


def _from_references(asked: Content, kind: Asks, findings: Findings, speech: Speech) -> list[Candidate]:
    """Rules and document sections as candidates, each with the sentences that speak most of the question."""
    candidates: list[tuple[Hit, Candidate]] = []
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
                Candidate(
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
    asking: str, asked: Content, kind: Asks, findings: Findings, speech: Speech
) -> list[tuple[Said, float, bool]]:
    """What members said, best first, with its score and whether it was preferred for being the latest."""
    scored: list[tuple[Said, float]] = []
    for found in findings.history:
        for said in search_block(asked, kind, found):
            age_years = max(0, (speech.today - said.messages[-1].sent_at.date()).days) / 365
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


def _spoken(said: Said, score: float, latest: bool, asked: Content, kind: Asks, speech: Speech) -> Candidate:
    return Candidate(
        score=score,
        enough=_ENOUGH[speech.language][SourceKind.HISTORY],
        covers=said.relevance,
        holds=frozenset(),
        text=speak_said(said, asked, kind, speech),
        citations=cite_said(said),
        notes=(*said.notes, Note.LATEST_PREFERRED) if latest else said.notes,
    )


def _ranked(candidates: list[Candidate]) -> list[Candidate]:
    """Sort by margin, clear entries first; but one that lacks what a good passage names is about something else.

    "How many pop-up books may I take" is not answered by how many books one may take, if a rule speaks of pop-up books.
    """
    ranked = sorted(
        candidates,
        key=lambda one: (
            one.kind is SourceKind.FAQ and one.score >= _FAQ_SURE,
            one.margin + (_FAQ_FIRST if one.kind is SourceKind.FAQ else 0.0),
        ),
    )[::-1]
    best = ranked[0] if ranked else None
    if best is None or best.kind is not SourceKind.FAQ or best.is_clear_entry:
        return ranked
    closer = next(
        (
            one
            for one in ranked
            if one.kind in _REFERENCES
            and one.margin >= 0
            and one.covers >= best.covers
            and len(one.holds - best.holds) > len(best.holds - one.holds)
            and Note.FACT_MISSING not in one.notes
        ),
        None,
    )
    return ranked if closer is None else [closer, *[one for one in ranked if one is not closer]]
