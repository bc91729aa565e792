"""A question in, an answer with its sources or the reason for silence out; and a source opened in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from copilot.answering.answer import FaqFound, Findings, answer_question
from copilot.answering.gate import Gate
from copilot.answering.replies import HistoryFound
from copilot.errors import BadInput, BrokenFile
from copilot.knowledge.profiles import effective
from copilot.knowledge.sections import sections
from copilot.records import (
    Account,
    Answer,
    Document,
    FaqEntry,
    Hit,
    Message,
    Profile,
    Role,
    Rule,
    Silence,
    SilenceReason,
    Source,
    SourceKind,
)
from copilot.retrieval.retriever import Retriever, rule_title
from copilot.services.rights import need, need_community
from copilot.store import Connection, Store, communities, groups, knowledge, messages, threads
from copilot.text.tokens import tokens

LONGEST_QUESTION = 2000
# So many of what was found say which words they share with the question.
EXPLAINED = 5
# Of a very long text the beginning says which words it shares.
_TELLING = 20_000


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Why a message stands in its thread: the message that it answers (None: it opens the thread, or what it answers
    is gone), what made it look so (a value of `retrieval.threads.Why`), and the words that both share."""

    answers_id: int | None
    why: str
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A source in its place: a message in its thread (`focus_id` is the one that is cited), or a whole text.

    Args:
        messages: the thread whole, in order.
        links: of the thread's messages, by their ids.
        before, after: what was said in the group around the thread and does not belong to it, in order.
    """

    title: str
    messages: tuple[Message, ...] = ()
    text: str = ""
    focus_id: int | None = None
    links: dict[int, Link] = field(default_factory=dict)
    before: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()


class Asking:
    """The use case of asking.

    Args:
        store: where everything is.
        retriever: finds what may answer.
        timezone: where no profile says one.
        clock: tells the time; entries expire by it.
    """

    def __init__(
        self, store: Store, retriever: Retriever, *, timezone: str, clock: Callable[[], datetime] = _now
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._timezone = timezone
        self._clock = clock

    def ask(
        self,
        account: Account,
        question: str,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        in_console: bool = True,
    ) -> Answer | Silence:
        """Answer a question from what a group, or a whole community, knows and has said.

        Args:
            account: who asks; only what they may see answers.
            question: as typed.
            group_id: the group in which it is asked: its own knowledge and history, and the community's knowledge.
            community_id: instead, a whole community: its knowledge and all of its groups that the account may see.
            in_console: False reads it as a message in the group, which may be no question at all.

        Raises:
            BadInput: neither or both of group and community are named, or the question is too long.
            NotAllowed: the account may not see the group or any group of the community.
            Busy: the index is being built.
        """
        if len(question) > LONGEST_QUESTION:
            raise BadInput(f"the question has {len(question)} characters; shorten it to {LONGEST_QUESTION}")
        community, visible, profile = self._where(account, group_id, community_id)
        if not question.strip():
            return Silence(question=question, reason=SilenceReason.EMPTY)
        found = self._retriever.retrieve(question, community, visible, language=profile.language or "zh")
        findings = Findings(
            faq=tuple(FaqFound(hit=hit, entry=entry) for hit, entry in found.faq),
            references=found.references,
            history=tuple(HistoryFound(hit=hit, messages=talk) for hit, talk in found.history),
            rarity=found.rarity,
        )
        zone = ZoneInfo(profile.timezone or self._timezone)
        try:
            said = answer_question(
                question,
                findings,
                self._gate.in_scope(question, found.evidence),
                today=self._clock().astimezone(zone).date(),
                profile=profile,
                in_console=in_console,
            )
        except BrokenFile as error:
            # How rare a word is is looked up while answering.
            raise self._retriever.damaged() from error
        explaining = tuple(_with_words(hit, question) for hit in said.why.hits[:EXPLAINED])
        why = replace(
            said.why,
            hits=(*explaining, *said.why.hits[EXPLAINED:]),
            meaning=found.meaning.value,
            meaning_why=found.meaning.why.value,
        )
        return replace(said, why=why)

    @cached_property
    def _gate(self) -> Gate:
        # Loaded at the first question: an import or a backup does not need it.
        return Gate.load_default()

    def open_source(self, account: Account, source: Source, *, before: int = 10, after: int = 10) -> Opened:
        """Show a source where it stands.

        Raises:
            NotFound: it is gone.
            NotAllowed: the account may not see its group.
        """
        need(account, Role.VIEWER, source.group_id)
        with self._store.read() as connection:
            profile = effective(communities.get(connection, source.community_id).profile)
            if source.kind is SourceKind.HISTORY:
                message = messages.get(connection, source.id)
                need(account, Role.VIEWER, message.group_id)
                title = groups.get(connection, message.group_id).name
                return replace(_thread_of(connection, message, before, after), title=title)
            if source.kind is SourceKind.FAQ:
                entry = knowledge.get(connection, FaqEntry, source.id)
                need(account, Role.VIEWER, entry.group_id)
                need_community(connection, account, entry.community_id)
                return Opened(title=entry.question, text=entry.answer)
            if source.kind is SourceKind.RULE:
                rule = knowledge.get(connection, Rule, source.id)
                need(account, Role.VIEWER, rule.group_id)
                need_community(connection, account, rule.community_id)
                return Opened(title=rule_title(rule.number, profile.language or "zh"), text=rule.text)
            document = knowledge.get(connection, Document, source.id)
            need(account, Role.VIEWER, document.group_id)
            need_community(connection, account, document.community_id)
            cut = sections(document)
            here = cut[source.section] if 0 <= source.section < len(cut) else None
            if here is None:
                return Opened(title=document.name, text=document.text)
            return Opened(title=" › ".join(dict.fromkeys((document.name, *here.path))), text=here.text)

    def _where(
        self, account: Account, group_id: int | None, community_id: int | None
    ) -> tuple[int, list[int], Profile]:
        need(account, Role.VIEWER, group_id)
        if (group_id is None) == (community_id is None):
            raise BadInput("a question is asked in one group or in one community; name one of them")
        with self._store.read() as connection:
            if group_id is not None:
                group = groups.get(connection, group_id)
                community = communities.get(connection, group.community_id)
                return community.id, [group_id], effective(community.profile, group.profile)
            community = communities.get(connection, community_id or 0)
            need_community(connection, account, community.id)
            every = groups.all_of(connection, community.id)
        visible = [group.id for group in every if account.sees(group.id)]
        return community.id, visible, effective(community.profile)


def _thread_of(connection: Connection, message: Message, before: int, after: int) -> Opened:
    """A message in its thread, with what stands around it; a message that is in no thread yet, among its neighbours."""
    place = threads.places(connection, [message.id]).get(message.id)
    talk = threads.talks(connection, [place.thread_id]).get(place.thread_id, ()) if place else ()
    if not talk:
        around = messages.around(connection, message.id, before=before, after=after)
        return Opened(title="", messages=tuple(around), focus_id=message.id)
    inside = {one.id: one for one in talk}
    found = threads.places(connection, inside)
    links = {
        one.message_id: Link(
            answers_id=one.answers_id if one.answers_id in inside else None,
            why=one.why,
            shared=_shared(inside[one.message_id], inside.get(one.answers_id or 0)),
        )
        for one in found.values()
    }
    start = messages.around(connection, talk[0].id, before=before, after=0)
    end = messages.around(connection, talk[-1].id, before=0, after=after)
    return Opened(
        title="",
        messages=talk,
        focus_id=message.id,
        links=links,
        before=tuple(one for one in start if one.id not in inside),
        after=tuple(one for one in end if one.id not in inside),
    )


def _shared(message: Message, answered: Message | None) -> tuple[str, ...]:
    """The words of some length that a message shares with the one that it answers, longest first, at most five."""
    if answered is None:
        return ()
    there = set(tokens(answered.text[:_TELLING]))
    shared = sorted(
        {term for term in tokens(message.text[:_TELLING]) if term in there and len(term) > 1},
        key=lambda t: (-len(t), t),
    )
    return tuple(shared[:5])


def _with_words(hit: Hit, question: str) -> Hit:
    """A hit with the words that it shares with the question, longest first, no word inside a longer one."""
    there = set(tokens("\n".join(text[:_TELLING] for text in hit.passage.texts)))
    shared = sorted({term for term in tokens(question) if term in there}, key=len, reverse=True)
    return replace(hit, matched=tuple(term for term in shared if not any(term != o and term in o for o in shared)))
