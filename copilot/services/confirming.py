"""People's word on answers: that a source answers a question, or that it does not. Retrieval learns from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from copilot.errors import BadInput, NotAllowed, NotFound
from copilot.records import Account, Confirmation, Document, FaqEntry, Learned, Role, Rule, Source, SourceKind
from copilot.retrieval.learning import learned
from copilot.services.asking import LONGEST_QUESTION
from copilot.services.indexing import Indexing
from copilot.services.rights import need, need_community
from copilot.store import Connection, Store, changes, confirmations, groups, knowledge, messages, threads
from copilot.store.changes import ChangeKind
from copilot.text.fold import folded


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A confirmation with what people see of its source."""

    confirmation: Confirmation
    title: str


class Confirming:
    """The use case of saying whether an answer was right.

    Args:
        store: where confirmations are kept.
        indexing: woken, so that retrieval learns.
        clock: tells the time.
    """

    def __init__(self, store: Store, indexing: Indexing, *, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._indexing = indexing
        self._clock = clock

    def confirm(
        self, account: Account, question: str, source: Source, *, is_right: bool = True, group_id: int | None = None
    ) -> Confirmation:
        """Say that a source answers a question, or that it does not; an earlier word on both is replaced.

        Args:
            account: who says so.
            question: as it was asked.
            source: what was cited; of history a message or the thread that it opens.
            is_right: whether it answers.
            group_id: the group in which it was asked; None where a whole community was.

        Raises:
            BadInput: the question is empty or too long.
            NotFound: the source is gone.
            NotAllowed: the account may not decide there.
        """
        asked = question.replace("\0", "").strip()
        if not folded(asked).strip() or len(asked) > LONGEST_QUESTION:
            raise BadInput(f"the question has {len(asked)} characters; it takes 1 to {LONGEST_QUESTION}")
        need(account, Role.MODERATOR, group_id)
        with self._store.write() as connection:
            community_id, own_group, item_id = _place(connection, source)
            need(account, Role.MODERATOR, own_group)
            need_community(connection, account, community_id)
            if group_id is not None and groups.get(connection, group_id).community_id != community_id:
                raise BadInput(f"group {group_id} belongs to another community than the source; name one of its groups")
            word = Confirmation(
                community_id=community_id,
                group_id=own_group or group_id,
                question=asked,
                kind=source.kind,
                item_id=item_id,
                section=source.section if source.kind is SourceKind.DOCUMENT else 0,
                is_right=is_right,
                account_id=account.id or None,
                at=self._clock(),
            )
            before = confirmations.find(connection, word)
            if (
                before is not None
                and account.group_ids is not None
                and (before.group_id is None or not account.sees(before.group_id))
            ):
                raise NotAllowed(f"somebody else decided on this question for {_where(before)}; ask them or an owner")
            saved = confirmations.save(connection, word)
            _log(connection, saved)
        self._indexing.wake()
        return saved

    def withdraw(self, account: Account, confirmation_id: int) -> None:
        """Take a confirmation back.

        Raises:
            NotFound: it is gone already.
            NotAllowed: the account may not decide there.
        """
        with self._store.write() as connection:
            found = confirmations.get(connection, confirmation_id)
            need(account, Role.MODERATOR, found.group_id)
            need_community(connection, account, found.community_id)
            confirmations.remove(connection, confirmation_id)
            _log(connection, found)
        self._indexing.wake()

    def recent(self, account: Account, community_id: int, *, limit: int = 50) -> list[Confirmed]:
        """A community's confirmations that the account may see, the latest first."""
        need(account, Role.VIEWER)
        with self._store.read() as connection:
            need_community(connection, account, community_id)
            found = confirmations.of_community(connection, community_id, limit=limit)
            titled = [
                Confirmed(confirmation=one, title=_title(connection, one))
                for one in found
                if one.group_id is None or account.sees(one.group_id)
            ]
        # What was said of a source that is gone waits for its return, and teaches nothing meanwhile.
        return [one for one in titled if one.title]

    def learned(self, account: Account, community_id: int) -> Learned | None:
        """What a community's confirmations taught retrieval so far; None before there were enough."""
        need(account, Role.VIEWER)
        with self._store.read() as connection:
            need_community(connection, account, community_id)
            return learned(connection, community_id)


def _place(connection: Connection, source: Source) -> tuple[int, int | None, int]:
    """Community, group and item of a source as the store knows it: what came from a browser only names it."""
    if source.kind is SourceKind.HISTORY:
        message = messages.get(connection, source.id)
        place = threads.places(connection, [message.id]).get(message.id)
        community_id = groups.get(connection, message.group_id).community_id
        return community_id, message.group_id, place.thread_id if place else message.id
    item: FaqEntry | Rule | Document
    if source.kind is SourceKind.FAQ:
        item = knowledge.get(connection, FaqEntry, source.id)
    elif source.kind is SourceKind.RULE:
        item = knowledge.get(connection, Rule, source.id)
    else:
        item = knowledge.get(connection, Document, source.id)
    return item.community_id, item.group_id, item.id


def _where(one: Confirmation) -> str:
    return "the whole community" if one.group_id is None else f"group {one.group_id}"


def _log(connection: Connection, one: Confirmation) -> None:
    """Have the index look at an entry again: a confirmed question is a wording of it."""
    if one.kind is SourceKind.FAQ:
        changes.log(
            connection, ChangeKind.FAQ, community_id=one.community_id, group_id=one.group_id, item_id=one.item_id
        )


def _title(connection: Connection, one: Confirmation) -> str:
    try:
        match one.kind:
            case SourceKind.FAQ:
                return knowledge.get(connection, FaqEntry, one.item_id).question
            case SourceKind.RULE:
                return knowledge.get(connection, Rule, one.item_id).text
            case SourceKind.DOCUMENT:
                return knowledge.get(connection, Document, one.item_id).name
            case SourceKind.HISTORY:
                talk = threads.talks(connection, [one.item_id]).get(one.item_id, ())
                return talk[0].text if talk else ""
    except NotFound:
        return ""
