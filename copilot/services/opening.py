"""A source opened in its place: a message in its thread, an entry, rule or section whole."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from copilot.knowledge.profiles import effective
from copilot.knowledge.sections import sections
from copilot.records import Account, Document, FaqEntry, Message, Role, Rule, Source, SourceKind
from copilot.retrieval.retriever import rule_title
from copilot.services.rights import need, need_community
from copilot.store import Connection, Store, communities, groups, knowledge, messages, threads
from copilot.text.tokens import tokens

# Of a very long text the beginning says which words it shares.
_TELLING = 20_000


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


def open_source(store: Store, account: Account, source: Source, *, before: int, after: int) -> Opened:
    """Show a source where it stands.

    Args:
        before, after: how many messages of the group around its thread are shown.

    Raises:
        NotFound: it is gone.
        NotAllowed: the account may not see its group.
    """
    need(account, Role.VIEWER, source.group_id)
    with store.read() as connection:
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
