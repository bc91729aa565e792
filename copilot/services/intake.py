"""A live message: saved before anything looks at it; a recall takes it out again."""

from __future__ import annotations

from copilot.records import Message, SourceMessage
from copilot.services.indexing import Indexing
from copilot.store import Store, members, messages

# What a sender's text may bring; platforms allow some ten thousand characters.
LONGEST_TEXT = 1_000_000


class Intake:
    """Where messages come in while they are written."""

    def __init__(self, store: Store, indexing: Indexing) -> None:
        self._store = store
        self._indexing = indexing

    def receive(self, group_id: int, source: SourceMessage) -> Message | None:
        """Save one message.

        Returns:
            The message; None where it was delivered before.
        """
        with self._store.write() as connection:
            member_id = members.resolve(connection, group_id, source.sender_id, source.sender_name)
            message = messages.add(connection, group_id, source, member_id)
        self._indexing.wake()
        return message

    def recall(self, group_id: int, platform_id: str) -> bool:
        """Take a message out that its sender recalled; False where it is not known."""
        with self._store.write() as connection:
            message_id = messages.find(connection, group_id, platform_id)
            if message_id is None:
                return False
            messages.recall(connection, message_id)
        self._indexing.wake()
        return True
