"""The conversations of an account with the co-pilot: theirs alone, and only about groups that they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from copilot.errors import BadInput, NotFound
from copilot.records import Account, Dialogue, Role, Turn
from copilot.services.rights import need, need_community
from copilot.store import Connection, Store, communities, dialogues, groups

LONGEST_TITLE = 60
# A dialogue that was begun and in which nothing was ever said, because the program ended, is swept away after this.
_EMPTY_KEPT = timedelta(hours=24)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A dialogue with its turns, in order.

    `is_whole` is false where some draw on groups that the account may not see any more: these turns are left out, and
    so is the summary, which may stand for them.
    """

    dialogue: Dialogue
    turns: tuple[Turn, ...]
    is_whole: bool = True


class Dialogues:
    """The use cases around dialogues.

    Args:
        store: where they are kept.
        clock: tells the time.
    """

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._clock = clock

    def begin(
        self, account: Account, title: str, *, group_id: int | None = None, community_id: int | None = None
    ) -> Dialogue:
        """Begin a dialogue about a group or a whole community. It is listed once something was said in it.

        Raises:
            BadInput: neither or both of group and community are named.
            NotFound: the group or community is gone.
            NotAllowed: the account may not see it.
        """
        need(account, Role.VIEWER, group_id)
        if (group_id is None) == (community_id is None):
            raise BadInput("a dialogue is about one group or one community; name one of them")
        at = self._clock()
        with self._store.write() as connection:
            if group_id is not None:
                community_id = groups.get(connection, group_id).community_id
            community = communities.get(connection, community_id or 0)
            need_community(connection, account, community.id)
            dialogues.remove_empty(connection, account.id, at - _EMPTY_KEPT)
            return dialogues.add(
                connection,
                Dialogue(
                    account_id=account.id,
                    community_id=community.id,
                    group_id=group_id,
                    title=_title(title),
                    created_at=at,
                    changed_at=at,
                ),
            )

    def recent(
        self, account: Account, *, group_id: int | None = None, community_id: int | None = None, limit: int = 50
    ) -> list[Dialogue]:
        """The account's dialogues about what it may still see, the latest first."""
        need(account, Role.VIEWER, group_id)
        with self._store.read() as connection:
            found = dialogues.of_account(
                connection, account.id, community_id=community_id, group_id=group_id, limit=limit
            )
        return [one for one in found if one.group_id is None or account.sees(one.group_id)]

    def last_said(self, account: Account, found: Iterable[Dialogue]) -> dict[int, str]:
        """What was replied last in each of some dialogues of `recent`, as far as the account may still see it."""
        with self._store.read() as connection:
            whole = [_seen(connection, account, one, limit=1) for one in found]
        return {one.dialogue.id: one.turns[-1].said for one in whole if one.turns}

    def open(self, account: Account, dialogue_id: int) -> Conversation:
        """A dialogue with all of its turns.

        Raises:
            NotFound: it is gone, or somebody else's.
            NotAllowed: the account may not see its group any more.
        """
        with self._store.read() as connection:
            return _seen(connection, account, self._own(connection, account, dialogue_id))

    def last_turns(self, account: Account, dialogue_id: int, limit: int) -> Conversation:
        """A dialogue with its last turns only; otherwise as `open`."""
        with self._store.read() as connection:
            return _seen(connection, account, self._own(connection, account, dialogue_id), limit=limit)

    def unsummarised(self, account: Account, dialogue_id: int) -> Conversation:
        """A dialogue with those turns only that its summary does not stand for; otherwise as `open`."""
        with self._store.read() as connection:
            dialogue = self._own(connection, account, dialogue_id)
            return _seen(connection, account, dialogue, after_id=dialogue.summarised_id)

    def add_turn(self, account: Account, turn: Turn) -> Turn:
        """Save a turn behind those that its dialogue has, with the groups on which it could draw.

        Raises:
            NotFound: the dialogue was deleted meanwhile, or is somebody else's.
            NotAllowed: the account may not see its group any more.
        """
        with self._store.write() as connection:
            about = self._own(connection, account, turn.dialogue_id)
            drawn_on = tuple(_groups(connection, account, about))
            return dialogues.add_turn(connection, replace(turn, group_ids=drawn_on))

    def summarise(self, account: Account, dialogue_id: int, summary: str, summarised_id: int) -> None:
        """Keep what stands for a dialogue's turns up to one. A summary that reaches further already stays.

        Raises:
            NotFound: the dialogue was deleted meanwhile, or is somebody else's.
        """
        with self._store.write() as connection:
            self._own(connection, account, dialogue_id)
            dialogues.save_summary(connection, dialogue_id, summary, summarised_id)

    def rename(self, account: Account, dialogue_id: int, title: str) -> Dialogue:
        """Give a dialogue another title.

        Raises:
            BadInput: the title is empty or too long.
            NotFound: it is gone, or somebody else's.
        """
        kept = " ".join(title.replace("\0", "").split())
        if not 0 < len(kept) <= LONGEST_TITLE:
            raise BadInput(f"the title has {len(kept)} characters; it takes 1 to {LONGEST_TITLE}")
        with self._store.write() as connection:
            found = self._own(connection, account, dialogue_id)
            dialogues.rename(connection, dialogue_id, kept)
            return replace(found, title=kept)

    def delete(self, account: Account, dialogue_id: int) -> None:
        """Delete a dialogue with its turns. What was proposed in it stays.

        Raises:
            NotFound: it is gone already, or somebody else's.
        """
        with self._store.write() as connection:
            # Whoever may not see the group any more may still delete what they said about it.
            _theirs(account, dialogues.get(connection, dialogue_id))
            dialogues.remove(connection, dialogue_id)

    def delete_if_empty(self, account: Account, dialogue_id: int) -> None:
        """Delete a dialogue in which nothing was said; does nothing where there is none, or something was."""
        with self._store.write() as connection:
            try:
                _theirs(account, dialogues.get(connection, dialogue_id))
            except NotFound:
                return
            if not dialogues.turns(connection, dialogue_id, limit=1):
                dialogues.remove(connection, dialogue_id)

    def _own(self, connection: Connection, account: Account, dialogue_id: int) -> Dialogue:
        found = _theirs(account, dialogues.get(connection, dialogue_id))
        need(account, Role.VIEWER, found.group_id)
        need_community(connection, account, found.community_id)
        return found


def _groups(connection: Connection, account: Account, about: Dialogue) -> list[int]:
    """The groups on which a dialogue can draw: its own, or those of its community that the account may see."""
    if about.group_id is not None:
        return [about.group_id]
    return [one.id for one in groups.all_of(connection, about.community_id) if account.sees(one.id)]


def _seen(
    connection: Connection, account: Account, dialogue: Dialogue, *, after_id: int = 0, limit: int | None = None
) -> Conversation:
    """A dialogue with its turns, as far as the account may see the groups on which they drew."""
    if account.group_ids is None or dialogue.group_id is not None:
        turns = dialogues.turns(connection, dialogue.id, after_id=after_id, limit=limit)
        return Conversation(dialogue=dialogue, turns=tuple(turns))
    every = dialogues.turns(connection, dialogue.id)
    seen = [one for one in every if one.group_ids is not None and all(map(account.sees, one.group_ids))]
    is_whole = len(seen) == len(every)
    if is_whole:
        seen = [one for one in seen if one.id > after_id]
    else:
        dialogue = replace(dialogue, summary="", summarised_id=0)
    return Conversation(dialogue=dialogue, turns=tuple(seen if limit is None else seen[-limit:]), is_whole=is_whole)


def _theirs(account: Account, found: Dialogue) -> Dialogue:
    """A dialogue, unless it is somebody else's: of those nobody learns that they exist."""
    if found.account_id != account.id:
        raise NotFound(f"there is no dialogue {found.id}; it may have been removed meanwhile, begin a new one")
    return found


def _title(words: str) -> str:
    """A title from what was said first."""
    first = " ".join(words.replace("\0", "").split())
    return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…"
