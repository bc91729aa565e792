"""What a model is shown of what was found: numbered excerpts, the most telling first, within a budget.

Whatever an excerpt shows can be cited, and nothing else. What members wrote to give orders to a machine is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from copilot.answering.candidates import Candidate, Findings, weigh
from copilot.answering.citations import Speech, cite_entry, cite_message, cite_words, pick_words
from copilot.answering.content import content
from copilot.answering.planted import speaks_to_machine
from copilot.answering.question import kind_asked
from copilot.answering.replies import HistoryFound
from copilot.records import Citation, FaqEntry, Hit, MessageKind, Source, SourceKind

Count = Callable[[str], int]

# One excerpt takes at most this share of the budget, so that others stand beside it.
_SHARE = 0.5
# Of the rank in each search so much is added to the sureness, which is 0 for most of what is in another language.
_RANK = 0.5
_RANK_START = 5
_LONGEST_MESSAGE = 400
_LONGEST_SECTION = 1200
_MOST_MESSAGES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One wording of the question with what was found for it, and how an answer in its language is spoken."""

    words: str
    findings: Findings
    speech: Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Words that can be quoted.

    Args:
        text: as it is shown. `citation`: what is cited for it.
        written_on: the day on which a member wrote it.
        is_telling: whether it seems to answer, by words alone; it is the last to be left out.
    """

    text: str
    citation: Citation
    written_on: date | None = None
    is_telling: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """One numbered piece of evidence.

    Args:
        number: from 1; by it the model cites.
        title: what stands above it: an entry's question, a document's heading; it supports nothing by itself.
        sure: how probably it answers, as words alone tell (`trust`), 0 where they tell nothing.
    """

    number: int
    title: str
    parts: tuple[Part, ...]
    hit: Hit
    sure: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> SourceKind:
        """What it was taken from."""
        return self.hit.passage.source.kind

    @property
    def shown(self) -> str:
        """The text of its data block."""
        if self.kind is not SourceKind.HISTORY:
            return "\n".join((self.title, *(part.text for part in self.parts)))
        lines, day = [], None
        for part in self.parts:
            if part.written_on != day:
                day = part.written_on
                lines.append(f"({day:%Y-%m-%d})")
            lines.append(f"- {part.text}")
        return "\n".join(lines)


def pack(
    searches: Sequence[Search], *, budget: int, count: Count, most: int, with_history: bool = True
) -> tuple[Excerpt, ...]:
    """Choose what a model is shown.

    Args:
        searches: the wordings of one question, the nearest to the asker's first.
        budget: tokens for all excerpts together.
        count: counts the tokens of a text.
        most: the most excerpts.
        with_history: whether members' words are shown too.

    Returns:
        The excerpts, numbered, the most telling first; expired entries are left out.
    """
    packed: list[Excerpt] = []
    left = budget
    for found in _ranked(searches):
        if len(packed) == most:
            break
        if found.kind is SourceKind.HISTORY and not with_history:
            continue
        fitting = _fitted(found, min(left, int(budget * _SHARE)), count)
        if fitting is None:
            continue
        left -= count(fitting.shown)
        packed.append(replace(fitting, number=len(packed) + 1))
    return tuple(packed)


def _ranked(searches: Sequence[Search]) -> list[Excerpt]:
    """All that was found, each thing once, by how sure the best wording is of it and by its places in the lists."""
    best: dict[Source, Excerpt] = {}
    score: dict[Source, float] = {}
    for search in searches:
        candidates = weigh(search.words, kind_asked(search.words), search.findings, search.speech).ranked
        by_source: dict[Source, Candidate] = {}
        for candidate in candidates:
            by_source.setdefault(candidate.hit.passage.source, candidate)
        for rank, excerpt in _excerpts(search, by_source):
            source = excerpt.hit.passage.source
            score[source] = score.get(source, 0.0) + _RANK / (_RANK_START + rank)
            if source not in best or excerpt.sure > best[source].sure:
                best[source] = excerpt
    return sorted(best.values(), key=lambda one: -(one.sure + score[one.hit.passage.source]))


def _excerpts(search: Search, candidates: dict[Source, Candidate]) -> Iterable[tuple[int, Excerpt]]:
    """What one search found, each with its place in its list."""
    findings = search.findings

    def made(hit: Hit, title: str, parts: Iterable[Part]) -> Excerpt:
        candidate = candidates.get(hit.passage.source)
        return Excerpt(
            number=0,
            title=title,
            parts=tuple(parts),
            hit=hit,
            sure=candidate.sure if candidate else 0.0,
            notes=candidate.notes if candidate else (),
        )

    for rank, found in enumerate(findings.faq):
        if not _has_expired(found.entry, search.speech.today):
            part = Part(text=found.entry.answer, citation=cite_entry(found.hit, found.entry))
            yield rank, made(found.hit, found.entry.question, [part])
    for rank, hit in enumerate(findings.references):
        text = "\n".join(hit.passage.texts)
        if len(text) > _LONGEST_SECTION:
            text = pick_words(text, content(search.words), kind_asked(search.words), _LONGEST_SECTION)
        if text.strip():
            yield rank, made(hit, hit.passage.title, [Part(text=text, citation=cite_words(hit, text))])
    for rank, talk in enumerate(findings.history):
        parts = _spoken(talk, candidates.get(talk.hit.passage.source), search.speech)
        if parts:
            yield rank, made(talk.hit, talk.hit.passage.title, parts)


def _has_expired(entry: FaqEntry, today: date) -> bool:
    return entry.expires_on is not None and entry.expires_on < today


def _spoken(talk: HistoryFound, candidate: Candidate | None, speech: Speech) -> list[Part]:
    """A conversation's messages: first those that seem to answer, then the others from its beginning; in order."""
    telling = {citation.source.id for citation in candidate.citations} if candidate else set()
    ordered = sorted(talk.messages, key=lambda one: one.id not in telling)
    kept = {
        one.id
        for one in ordered[:_MOST_MESSAGES]
        if one.kind is not MessageKind.SYSTEM and one.text.strip() and not speaks_to_machine(one.text)
    }
    return [
        Part(
            text=" ".join(one.text.split())[:_LONGEST_MESSAGE],
            citation=cite_message(talk.hit, one),
            written_on=one.sent_at.astimezone(speech.timezone).date(),
            is_telling=one.id in telling,
        )
        for one in talk.messages
        if one.id in kept
    ]


def _fitted(found: Excerpt, budget: int, count: Count) -> Excerpt | None:
    """An excerpt that fits: of a conversation so many messages, of a text its beginning; None where nothing does."""
    while found.parts and count(found.shown) > budget:
        if len(found.parts) > 1:
            left_out = next((one for one in reversed(found.parts) if not one.is_telling), found.parts[-1])
            found = replace(found, parts=tuple(one for one in found.parts if one is not left_out))
            continue
        part = found.parts[0]
        over = count(found.shown) - budget
        kept = len(part.text) - max(1, len(part.text) * over // max(1, count(part.text)))
        if kept < 1 or not part.text[:kept].strip():
            return None
        found = replace(found, parts=(replace(part, text=part.text[:kept].rstrip()),))
    return found if found.parts else None
