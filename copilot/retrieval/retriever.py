"""Finds what may answer a question: FAQ entries, rules, sections of documents and threads of history, as records."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from copilot.errors import BrokenFile, Busy, CopilotError, ModelFailed, NotFound
from copilot.knowledge.sections import sections
from copilot.records import Document, FaqEntry, Hit, Message, Outcome, Passage, Rule, Source, SourceKind
from copilot.records.evidence import Evidence
from copilot.retrieval.ageing import by_age
from copilot.retrieval.evidence import gather
from copilot.retrieval.fusion import DEPTH as FUSED_DEPTH
from copilot.retrieval.fusion import Reason, Weight, fuse
from copilot.retrieval.keys import key_of, parse, scope_of
from copilot.retrieval.meaning import Arm, Meaning, Nearest
from copilot.retrieval.shelf import Found, Shelf
from copilot.retrieval.words import WordIndex
from copilot.store import Connection, Store, confirmations, faq_wordings, groups, knowledge, messages, threads
from copilot.text.tokens import tokens

log = logging.getLogger(__name__)
T = TypeVar("T")

# So many of each kind are looked at for evidence, and so many of them are read.
DEPTH = 20
SHOWN = 10
# Of history more are looked at, since its age is weighed afterwards.
HISTORY_DEPTH = 100
# A fused list is made of so many of each side.
MOST_FUSED = FUSED_DEPTH
# The scale of scores where no word was found; the usual height of a good one.
_BEST_WITHOUT_WORDS = 10.0
# Of the passages that vectors find, so few mean the same as the question.
_FEW = 0.1
_FAQ = frozenset({SourceKind.FAQ})
_REFERENCES = frozenset({SourceKind.RULE, SourceKind.DOCUMENT})
_HISTORY = frozenset({SourceKind.HISTORY})
# What is said right after a thread may still belong to its last question.
AFTERWARDS = timedelta(minutes=10)
MOST_AFTERWARDS = 10


def _unknown_rarity(term: str) -> float:
    return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What was found for one question.

    Args:
        faq: entries with their hits, expired ones included; best first, like all here.
        references: rules and document sections.
        history: threads with their messages, some that followed and the replies that they got later.
        evidence: what the gate is told.
        rarity: how rare a term is among all that is indexed, 0 to 1.
        meaning: how much vectors counted among the knowledge, or in history where that is more, and why.
    """

    faq: tuple[tuple[Hit, FaqEntry], ...] = ()
    references: tuple[Hit, ...] = ()
    history: tuple[tuple[Hit, tuple[Message, ...]], ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    rarity: Callable[[str], float] = field(default=_unknown_rarity)
    meaning: Weight = field(default_factory=lambda: Weight(0.0, Reason.NO_EMBEDDER))


@dataclass(frozen=True, slots=True)
class _Joint:
    """A passage that was found by words, by vectors or by both; see `Hit`."""

    key: str
    score: float
    alike: float = 0.0


class Retriever:
    """Reads the word index, the vectors and the store.

    Args:
        store: where the passages' words are.
        folder: the folder of all indexes.
        on_damage: called when the index reads as damaged, so that its owner looks at it.
        meaning: finds by vectors; None where only words count.
    """

    def __init__(
        self, store: Store, folder: Path, on_damage: Callable[[], None], meaning: Meaning | None = None
    ) -> None:
        self._store = store
        self._meaning = meaning
        self._folder = folder / "words"
        self._on_damage = on_damage
        self._opened: WordIndex | None = None
        self._opening = threading.Lock()

    def index(self) -> WordIndex:
        """The word index, opened for reading.

        Raises:
            Busy: it is being built.
        """
        with self._opening:
            if self._opened is None:
                try:
                    self._opened = WordIndex.open_reader(self._folder)
                except (NotFound, BrokenFile) as error:
                    self._on_damage()
                    raise Busy("the index is not there yet or is being rebuilt; try again in a moment") from error
            return self._opened

    def damaged(self) -> Busy:
        """Note that the index reads as damaged; returns what to raise."""
        self._opened = None
        self._on_damage()
        return Busy("the index is damaged and will be rebuilt; try again in a moment")

    def scopes(self, community_id: int, group_ids: Collection[int]) -> frozenset[str]:
        """Where to look: what the community knows, and some of its groups."""
        return frozenset({scope_of(community_id, None), *(scope_of(community_id, one) for one in group_ids)})

    def retrieve(
        self, question: str, community_id: int, group_ids: Collection[int], *, language: str = "zh"
    ) -> Retrieved:
        """Find passages for a question.

        Args:
            question: raw text.
            community_id: whose knowledge is searched.
            group_ids: the groups whose own knowledge and history are searched too; no other group's ever is.
            language: in which rules are named (群规第3条, Rule 3).

        Raises:
            Busy: the index is being built.
        """
        try:
            return self._retrieve(question, community_id, group_ids, language)
        except (BrokenFile, NotFound):
            # The owner may have put a new index in the place of the one that is open here.
            self._opened = None
            try:
                return self._retrieve(question, community_id, group_ids, language)
            except BrokenFile as error:
                self._on_damage()
                raise Busy("the index is damaged and will be rebuilt; try again in a moment") from error

    def similar_entries(self, entry: FaqEntry, group_ids: Collection[int], *, limit: int) -> list[tuple[int, float]]:
        """Find other FAQ entries that ask much the same as one.

        Args:
            entry: the entry.
            group_ids: the groups whose own entries are looked at beside the community's.
            limit: the most entries to return.

        Returns:
            Ids with how alike they are, 0 to 1, most alike first: the best of their wordings' scores as a share of
            what the entry's own wording scores for itself.

        Raises:
            Busy: the index is being built.
        """
        index, scopes = self.index(), self.scopes(entry.community_id, group_ids)
        best: dict[int, float] = {}
        try:
            for wording in (entry.question, *entry.variants):
                found = index.search(wording, [SourceKind.FAQ], scopes, limit + DEPTH)
                asked = [one for one in found if one.shelf is Shelf.QUESTIONS]
                own = next((one.score for one in asked if parse(one.key)[1] == entry.id), 0.0)
                for one in asked:
                    other = parse(one.key)[1]
                    if other != entry.id and own > 0:
                        best[other] = max(best.get(other, 0.0), min(1.0, one.score / own))
        except (BrokenFile, NotFound) as error:
            self._on_damage()
            raise Busy("the index is damaged and will be rebuilt; try again in a moment") from error
        return sorted(best.items(), key=lambda one: (-one[1], one[0]))[:limit]

    def _retrieve(self, question: str, community_id: int, group_ids: Collection[int], language: str) -> Retrieved:
        index, terms = self.index(), tuple(tokens(question))
        scopes = self.scopes(community_id, group_ids)
        group_scopes = [scope_of(community_id, one) for one in group_ids]
        with self._store.read() as connection:
            near = self._near(connection, question, community_id, group_ids)
            known = MOST_FUSED if near.knowledge.weight.value else DEPTH
            faq = index.search_terms(terms, [SourceKind.FAQ], scopes, known)
            references = index.search_terms(terms, [SourceKind.RULE, SourceKind.DOCUMENT], scopes, known)
            history = index.search_terms(terms, [SourceKind.HISTORY], group_scopes, HISTORY_DEPTH)
            evidence = gather(question, index, scopes, knowledge=[*faq, *references], history=history[:DEPTH])
            visible = frozenset(group_ids)
            refused = confirmations.refused(connection, community_id, question)
            return Retrieved(
                faq=tuple(_first(_entries(connection, _kept(_join(faq, near.knowledge, _FAQ), refused), visible))),
                references=tuple(
                    _first(
                        _references(
                            connection,
                            _kept(_join(references, near.knowledge, _REFERENCES), refused),
                            language,
                            visible,
                        )
                    )
                ),
                history=tuple(
                    _history(
                        connection, _kept(_join(history, near.history, _HISTORY), refused), group_ids, community_id
                    )
                ),
                evidence=evidence,
                rarity=index.rarity(),
                meaning=max(near.knowledge.weight, near.history.weight, key=lambda weight: weight.value),
            )

    def _near(self, connection: Connection, question: str, community_id: int, group_ids: Collection[int]) -> Nearest:
        """What vectors find; nothing where they fail, since words answer without them."""
        if self._meaning is None:
            return Nearest()
        try:
            return self._meaning.find(connection, question, community_id, group_ids)
        except CopilotError as error:
            log.warning("found by words only: %s", error)
            if isinstance(error, ModelFailed) and error.reason == Outcome.OVER_BUDGET:
                return Nearest.without(Reason.OVER_BUDGET)
            return Nearest.without(Reason.NO_REPLY if isinstance(error, ModelFailed | Busy) else Reason.NO_EMBEDDER)


def _first(found: Iterable[T]) -> Iterable[T]:
    return islice(found, SHOWN)


def _join(found: list[Found], arm: Arm, kinds: frozenset[SourceKind]) -> list[_Joint]:
    """What words found and what vectors found of some kinds, in one list, on the scale of the words' scores."""
    if not arm.weight.value:
        return [_Joint(one.key, one.score) for one in found]
    cosines: dict[str, float] = {}
    for key, cosine in arm.near:
        kind, item_id, section = parse(key)
        if kind in kinds:
            # An entry has a vector for each wording; the best one counts.
            place = key_of(kind, item_id, section if kind is SourceKind.DOCUMENT else None)
            cosines[place] = max(cosines.get(place, -1.0), cosine)
    best = max((one.score for one in found), default=0.0) or _BEST_WITHOUT_WORDS
    fused = fuse([(one.key, one.score) for one in found], list(cosines.items()), arm.weight.value)
    return [_Joint(key, score * best, _alike(arm, cosines.get(key))) for key, score in fused if score > 0]


def _kept(found: list[_Joint], refused: set[tuple[SourceKind, int, int]]) -> list[_Joint]:
    """What nobody said does not answer this very question."""
    return [one for one in found if parse(one.key) not in refused] if refused else found


def _alike(arm: Arm, cosine: float | None) -> float:
    """How probably a passage with this cosine means what is asked, where few of those that are found do."""
    if cosine is None or arm.skill is None:
        return 0.0
    likeness = arm.skill.likeness(cosine)
    share = likeness * _FEW
    return share / (share + (1 - likeness) * (1 - _FEW))


def rule_title(number: int, language: str) -> str:
    """How a rule is cited."""
    return f"群规第{number}条" if language == "zh" else f"Rule {number}"


def _entries(connection: Connection, found: list[_Joint], visible: frozenset[int]) -> Iterable[tuple[Hit, FaqEntry]]:
    ids = [parse(one.key)[1] for one in found]
    entries = knowledge.some(connection, FaqEntry, ids)
    confirmed, thought_of = confirmations.wordings(connection, ids), faq_wordings.wordings(connection, ids)
    for one in found:
        entry = entries.get(parse(one.key)[1])
        if entry is None or not _answers_here(entry, visible):
            continue
        source = Source(kind=SourceKind.FAQ, id=entry.id, community_id=entry.community_id, group_id=entry.group_id)
        others = (*confirmed.get(entry.id, ()), *thought_of.get(entry.id, ()))
        entry = replace(entry, variants=tuple(dict.fromkeys((*entry.variants, *others))))
        texts = (entry.question, *entry.variants, entry.answer)
        passage = Passage(source=source, title=entry.question, texts=texts)
        yield Hit(passage=passage, score=one.score, alike=one.alike), entry


def _references(connection: Connection, found: list[_Joint], language: str, visible: frozenset[int]) -> Iterable[Hit]:
    wanted = [parse(one.key) for one in found]
    rules = knowledge.some(connection, Rule, [item for kind, item, _ in wanted if kind is SourceKind.RULE])
    documents = knowledge.some(connection, Document, [item for kind, item, _ in wanted if kind is SourceKind.DOCUMENT])
    cut = {document.id: sections(document) for document in documents.values()}
    for one, (kind, item_id, number) in zip(found, wanted, strict=True):
        if kind is SourceKind.RULE and item_id in rules and _answers_here(rules[item_id], visible):
            rule = rules[item_id]
            source = Source(kind=kind, id=rule.id, community_id=rule.community_id, group_id=rule.group_id)
            passage = Passage(source=source, title=rule_title(rule.number, language), texts=(rule.text,))
            yield Hit(passage=passage, score=one.score, alike=one.alike)
        elif kind is SourceKind.DOCUMENT and item_id in documents and number < len(cut[item_id]):
            if not _answers_here(documents[item_id], visible):
                continue
            document, section = documents[item_id], cut[item_id][number]
            source = Source(
                kind=kind,
                id=document.id,
                community_id=document.community_id,
                group_id=document.group_id,
                section=number,
            )
            title = " › ".join(dict.fromkeys((document.name, *section.path)))
            passage = Passage(source=source, title=title, texts=(section.text,))
            yield Hit(passage=passage, score=one.score, alike=one.alike)


def _answers_here(item: FaqEntry | Rule | Document, visible: frozenset[int]) -> bool:
    """Whether an item is the community's, or one of the groups' that are asked: a vector's scope is the community."""
    return item.group_id is None or item.group_id in visible


def _history(
    connection: Connection, found: list[_Joint], group_ids: Collection[int], community_id: int
) -> Iterable[tuple[Hit, tuple[Message, ...]]]:
    rows = threads.some(connection, [parse(one.key)[1] for one in found])
    now = messages.newest_at(connection, group_ids)
    placed = [(one, one.score, rows[parse(one.key)[1]].last_at) for one in found if parse(one.key)[1] in rows]
    ranked = by_age(placed, now)[:SHOWN] if now is not None else []
    there = [(replace(one, score=score), rows[parse(one.key)[1]]) for one, score in ranked]
    talks = threads.talks(connection, [row.id for _, row in there])
    afterwards = messages.of_stretches(
        connection, [(row.group_id, row.last_at, row.last_at + AFTERWARDS) for _, row in there]
    )
    replies: dict[int, list[Message]] = {}
    for reply in messages.replies_to(connection, [message.id for talk in talks.values() for message in talk]):
        replies.setdefault(reply.reply_to_id or 0, []).append(reply)
    names = {row.group_id: "" for _, row in there}
    for group_id in names:
        names[group_id] = groups.get(connection, group_id).name
    for (one, row), after in zip(there, afterwards, strict=True):
        talk = talks.get(row.id, ())
        if not talk:
            continue
        last = talk[-1]
        seen = [*talk, *[one for one in after if (one.sent_at, one.id) > (last.sent_at, last.id)][:MOST_AFTERWARDS]]
        known = {message.id for message in seen}
        later = [reply for message in talk for reply in replies.get(message.id, []) if reply.id not in known]
        source = Source(
            kind=SourceKind.HISTORY, id=row.id, community_id=community_id, group_id=row.group_id, last_id=last.id
        )
        passage = Passage(
            source=source,
            title=names[row.group_id],
            texts=("\n".join(message.text for message in talk),),
            sent_at=row.last_at,
        )
        yield (
            Hit(passage=passage, score=one.score, alike=one.alike),
            tuple(seen + sorted(later, key=lambda m: (m.sent_at, m.id))),
        )
