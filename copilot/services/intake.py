"""A live message: saved before anything looks at it; a recall takes it out again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from copilot.errors import BadInput
from copilot.records import Message, SourceMessage
from copilot.services.indexing import Indexing
from copilot.store import Store, groups, members, messages

# Platforms allow some ten thousand characters.
LONGEST_TEXT = 100_000
# No group chat is older; and clocks differ, but not by days.
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)


class Intake:
    """Where messages come in while they are written."""

    def __init__(self, store: Store, indexing: Indexing) -> None:
        self._store = store
        self._indexing = indexing

    def receive(self, group_id: int, source: SourceMessage) -> Message | None:
        """Save one message.

        Returns:
            The message; None where it was delivered before.

        Raises:
            BadInput: it is too long, or its time is none at which it can have been written.
            NotFound: there is no such group.
        """
        checked = _checked(source)
        with self._store.write() as connection:
            groups.get(connection, group_id)
            member_id = members.resolve(connection, group_id, checked.sender_id, checked.sender_name)
            message = messages.add(connection, group_id, checked, member_id)
        self._indexing.wake()
        return message

    def recall(self, group_id: int, platform_id: str) -> bool:
        """Take a message out that its sender recalled; False where it is not known."""
        with self._store.write() as connection:
            message_id = messages.find(connection, group_id, platform_id)
            if message_id is None or not messages.is_there(connection, message_id):
                return False
            messages.recall(connection, message_id)
        self._indexing.wake()
        return True


def _checked(source: SourceMessage) -> SourceMessage:
    """A message as it may be saved: what comes over the wire is not trusted."""
    texts = (source.text, source.sender_name, source.quoted_text or "", source.quoted_name or "")
    longest = max(map(len, texts))
    if longest > LONGEST_TEXT:
        raise BadInput(f"the message has {longest} characters; it takes at most {LONGEST_TEXT}")
    if source.sent_at.tzinfo is None or not _FIRST <= source.sent_at <= datetime.now(UTC) + _AHEAD:
        raise BadInput(f"the message's time {source.sent_at.isoformat()} cannot be; check the clock of its platform")
    return replace(
        source,
        text=_clean(source.text),
        sender_name=_clean(source.sender_name),
        quoted_text=None if source.quoted_text is None else _clean(source.quoted_text),
        quoted_name=None if source.quoted_name is None else _clean(source.quoted_name),
    )


def _clean(text: str) -> str:
    """Text without what no database keeps: NUL and halves of characters."""
    return text.replace("\0", "").encode(errors="ignore").decode()
