"""The ways to answer a question, each with a score: FAQ entries, passages of rules and documents, words of members.

Scores compare written words and kinds of facts and put the candidates in an order; `trust` then tells how sure each is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from copilot.answering.citations import (
    Speech,
    cite_entry,
    cite_said,
    cite_words,
    first_words,
    pick_words,
    speak_reference,
    speak_said,
)
from copilot.answering.content import (
    Content,
    Rarity,
    comparable,
    content,
    coverage,
    equally_rare,
    has_fact,
    lacking,
    other_number,
)
from copilot.answering.lexicon import FACT_KINDS
from copilot.answering.notes import Note
from copilot.answering.question import Asks, kind_asked
from copilot.answering.replies import HistoryFound, Said, search_block
from copilot.answering.trust import Signs, likeness, sureness
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
        history: threads of the group's history with their messages.
        rarity: how rare a term is among all that is known.
    """

    faq: tuple[FaqFound, ...] = ()
    references: tuple[Hit, ...] = ()
    history: tuple[HistoryFound, ...] = ()
    rarity: Rarity = equally_rare


# Chosen on the development questions of the two sample communities; see `tests/answering/test_dialogues.py`.
_FAQ_SURE = 0.62
# English questions have few words, so that each is a large share, and half of them is chance.
_ENOUGH = {
    "zh": {SourceKind.FAQ: 0.34, SourceKind.RULE: 0.34, SourceKind.DOCUMENT: 0.34, SourceKind.HISTORY: 0.40},
    "en": {SourceKind.FAQ: 0.51, SourceKind.RULE: 0.51, SourceKind.DOCUMENT: 0.51, SourceKind.HISTORY: 0.45},
}
# An entry whose wording is all but the question's own answers even where the gate doubts.
_FAQ_CERTAIN = 0.85
_CERTAIN = 0.75
# Candidates further down are never the best.
_MOST_TRUSTED = 12
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
# What admins wrote goes before what members said, if that is only a little surer.
_HISTORY_LAST = 0.05
_INDEX_SHARE = 0.3
_REFERENCES = frozenset({SourceKind.RULE, SourceKind.DOCUMENT})
# A passage without the time, place or number that is asked for is worth this share.
_NO_FACT = 0.7
_LATEST = re.compile(
    r"上[一]?[次回]|最近|最新|现在|目前|这[次回期周月]|今年|本[周月期次]|\b(?:last|latest|current|currently|now|newest|recent|recently"
    r"|this (?:week|month|year|time))\b"
)
_PAST = re.compile(r"上[一]?[次回期届]|前[一几]次|\b(?:last|previous)\b(?! (?:day|order|time to))")
_NEXT = re.compile(r"下[一]?[次回期届]|\bnext\b(?! (?:to|day))")
_POINTS = re.compile(
    r"它|刚才|上面说|这样|那样|\b(?:that|those|these|them|they|earlier|above|instead)\b"
    r"|\b(?:does|do|is|would|will|could|did|why is) (?:this|it)\b|\b(?:like|about|do|mean|in|of) (?:this|it)\b"
    r"|^(?:so|and|but|ah|oh|hmm|then|ok)\b"
)
_MOST_SAID = 3
# Blocks that share so much less with the question than the best one are not read.
_FAINT = 0.4
# From this likeness on a passage that shares no word with the question may still answer it.
_MEANS_IT = 0.5
# A section whose heading is so like the question is told from its beginning.
_HEADED = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to answer: how good (0 to 1 beside `enough`), the share of the question that it holds, and what it
    would say and cite. `hit` and `plain` are where it stands, and all that is written there, comparable; `heading` is
    that of a document's section, `until` when it lapses. `sure` is how probably it answers, once it is ranked."""

    score: float
    enough: float
    covers: float
    text: str
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    hit: Hit
    plain: str
    heading: str = ""
    until: date | None = None
    sure: float = 0.0

    @property
    def kind(self) -> SourceKind:
        """What it rests on."""
        return self.citations[0].source.kind

    @property
    def is_clear_entry(self) -> bool:
        """Whether it is a FAQ entry whose wording is all but the question's own."""
        return self.kind is SourceKind.FAQ and self.score >= _FAQ_CERTAIN and self.sure >= _CERTAIN

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
    candidates = [*known, *_from_references(asking, asked, kind, findings, speech)]
    said = _from_history(asking, asked, kind, findings, speech)
    candidates += [_spoken(one, score, latest, asked, kind, speech) for one, score, latest in said[:_MOST_SAID]]
    if _POINTS.search(asking.casefold()):
        candidates = [replace(one, score=one.score * _POINTING) for one in candidates]
    if _PAST.search(asking.casefold()):
        candidates = [
            one if one.kind is SourceKind.HISTORY else replace(one, score=one.score * _TIMELESS) for one in candidates
        ]
    return Candidates(
        ranked=tuple(_trusted(candidates, asking, findings)),
        expired=tuple(_trusted(expired, asking, findings)),
        said=tuple((one, score) for one, score, _ in said),
    )


def _trusted(candidates: Sequence[Candidate], asking: str, findings: Findings) -> list[Candidate]:
    """Tell how sure each candidate is, and put the surest first; what speaks of another of a series is left out."""
    plain = comparable(asking)
    asked = content(asking, findings.rarity)
    best: dict[SourceKind, float] = {}
    for hit in (*(one.hit for one in findings.faq), *findings.references, *(one.hit for one in findings.history)):
        best[_family(hit)] = max(best.get(_family(hit), 0.0), hit.score)
    trusted = []
    for one in sorted(candidates, key=lambda one: -one.margin)[:_MOST_TRUSTED]:
        if other_number(plain, one.plain):
            continue
        signs = Signs(
            margin=one.margin,
            # What means the same in other words tells as much and lacks nothing.
            told=max(coverage(asked, one.plain), one.hit.alike) * asked.tells,
            lacks=lacking(asked, one.plain) * (1 - one.hit.alike),
            share=one.hit.score / (best[_family(one.hit)] or 1.0),
            headed=likeness(asked, plain, one.heading) if one.heading else 0.0,
        )
        means = (Note.MEANS_THE_SAME,) if one.hit.alike > max(_MEANS_IT, coverage(asked, one.plain)) else ()
        trusted.append(replace(one, sure=sureness(signs), notes=(*one.notes, *means)))
    return sorted(trusted, key=lambda one: -one.sure + (_HISTORY_LAST if one.kind is SourceKind.HISTORY else 0.0))


def _family(hit: Hit) -> SourceKind:
    """The kinds whose scores by the index stand beside each other."""
    kind = hit.passage.source.kind
    return SourceKind.DOCUMENT if kind in _REFERENCES else kind


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
        covers = max(coverage(asked, whole), found.hit.alike)
        like = max(
            found.hit.alike,
            *(
                _alike(asked, asking_plain, kind, text, words)
                for text, words in zip((entry.question, *entry.variants), texts, strict=True)
            ),
        )
        fact = kind not in FACT_KINDS or has_fact(kind, answer)
        score = min(1.0, 0.35 * covers + 0.65 * like + (_OWN_GROUP if entry.group_id is not None else 0.0))
        score *= 1.0 if fact else _NO_FACT
        candidate = Candidate(
            score=score,
            enough=_ENOUGH[speech.language][SourceKind.FAQ],
            covers=covers,
            text=entry.answer,
            citations=(cite_entry(found.hit, entry),),
            notes=(Note.FAQ_CLEAR if score >= _FAQ_SURE else Note.FAQ_LIKELY,),
            hit=found.hit,
            plain=whole,
            until=entry.expires_on,
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


def _from_references(asking: str, asked: Content, kind: Asks, findings: Findings, speech: Speech) -> list[Candidate]:
    """Rules and document sections as candidates, each with the sentences that speak most of the question."""
    candidates: list[tuple[Hit, Candidate]] = []
    for hit in findings.references:
        text = "\n".join(hit.passage.texts)
        heading = hit.passage.title.rsplit(" › ", 1)[-1] if hit.passage.source.kind is SourceKind.DOCUMENT else ""
        headed = likeness(asked, comparable(asking), heading) if heading else 0.0
        picked = first_words(text, speech.limit) if headed >= _HEADED else pick_words(text, asked, kind, speech.limit)
        if not picked and hit.alike >= _MEANS_IT:
            picked = first_words(text, speech.limit)
        if not picked:
            continue
        section, words = comparable(f"{hit.passage.title}\n{text}"), comparable(picked)
        fact = has_fact(kind, words)
        score = max(0.5 * coverage(asked, section) + 0.5 * coverage(asked, words), hit.alike)
        candidates.append(
            (
                hit,
                Candidate(
                    score=score if fact else score * _NO_FACT,
                    enough=_ENOUGH[speech.language][hit.passage.source.kind],
                    covers=max(coverage(asked, section), hit.alike),
                    text=speak_reference(hit, picked, speech),
                    citations=(cite_words(hit, picked),),
                    notes=(Note.REFERENCE_COVERS,) if fact else (Note.REFERENCE_COVERS, Note.FACT_MISSING),
                    hit=hit,
                    plain=section,
                    heading=heading,
                ),
            )
        )
    return _led_by_words(candidates)


def _from_history(
    asking: str, asked: Content, kind: Asks, findings: Findings, speech: Speech
) -> list[tuple[Said, float, bool]]:
    """What members said, best first, with its score and whether it was preferred for being the latest."""
    scored: list[tuple[Said, float]] = []
    faintest = _FAINT * max((found.hit.score for found in findings.history), default=0.0)
    for found in findings.history:
        if found.hit.score < faintest:
            continue
        for said in search_block(asked, kind, found):
            if said.asked is not None and _other_time(asking, said.asked.text):
                continue
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


def _other_time(asking: str, before: str) -> bool:
    """Whether one asks for the next time and the other asked for the last."""
    one, other = asking.casefold(), before.casefold()
    return bool((_NEXT.search(one) and _PAST.search(other)) or (_PAST.search(one) and _NEXT.search(other)))


def _spoken(said: Said, score: float, latest: bool, asked: Content, kind: Asks, speech: Speech) -> Candidate:
    return Candidate(
        score=score,
        enough=_ENOUGH[speech.language][SourceKind.HISTORY],
        covers=said.relevance,
        text=speak_said(said, asked, kind, speech),
        citations=cite_said(said),
        notes=(*said.notes, Note.LATEST_PREFERRED) if latest else said.notes,
        hit=said.found.hit,
        plain=comparable("\n".join(one.text for one in (*said.messages, *([said.asked] if said.asked else [])))),
    )
