"""Cut a group's messages into blocks of history, the unit in which history is indexed and found.

A block ends where nobody wrote for a while, or when it is full. It is a function of the messages from its own start on,
so history can be cut while it streams past, the last block can grow, and after messages were inserted or recalled in
the middle only a short stretch has to be cut again.

This module does not know who answers whom: a block may hold two conversations at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.records import Message, MessageKind

# Of 15,243 reply links in a large public group chat, gaps of 10, 30, 60 and 240 minutes keep 38, 48, 52 and 56 % within
# one block of at most 20 messages: past half an hour little is gained, and unrelated talk starts to share blocks.
GAP = timedelta(minutes=30)
LIMIT = 20

# What the platform writes, and greetings that come with money, say nothing that could answer a question.
_SPEECHLESS = frozenset({MessageKind.SYSTEM, MessageKind.RED_PACKET, MessageKind.TRANSFER, MessageKind.CALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a block stands: the ids and times of its first and last message."""

    group_id: int
    first_id: int
    last_id: int
    first_sent_at: datetime
    last_sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """At most `LIMIT` messages of one group that were written without a long pause, and the text to index for them."""

    group_id: int
    message_ids: tuple[int, ...]
    first_sent_at: datetime
    last_sent_at: datetime
    text: str

    @property
    def first_id(self) -> int:
        """The id of the block's first message."""
        return self.message_ids[0]

    @property
    def last_id(self) -> int:
        """The id of the block's last message."""
        return self.message_ids[-1]

    @property
    def span(self) -> Span:
        """Where the block stands."""
        return Span(
            group_id=self.group_id,
            first_id=self.first_id,
            last_id=self.last_id,
            first_sent_at=self.first_sent_at,
            last_sent_at=self.last_sent_at,
        )


def speaks(message: Message) -> bool:
    """Whether a message belongs to a block: it has text that a person wrote."""
    return message.kind not in _SPEECHLESS and bool(message.text.strip())


def cut(
    messages: Iterable[Message], *, last: Block | None = None, gap: timedelta = GAP, limit: int = LIMIT
) -> Iterator[Block]:
    """Cut one group's messages into blocks, as they stream past.

    Messages that do not speak are passed over: they are in no block, and neither bridge a gap nor make one.

    Args:
        messages: in the order of (`sent_at`, `id`), all later than `last`.
        last: the group's last block so far. If the first messages continue it, the first block that comes out is that
            block, extended (it has the same `first_id`); otherwise `last` does not come out again.
        gap: a pause longer than this ends a block.
        limit: the most messages in a block.

    Returns:
        The blocks that are new or longer than before, in the order of time.
    """
    ids: list[int] = list(last.message_ids) if last else []
    texts: list[str] = [last.text] if last else []
    group_id = last.group_id if last else 0
    first_at = last_at = last.last_sent_at if last else None
    if last:
        first_at = last.first_sent_at
    grown = False
    for message in messages:
        if not speaks(message):
            continue
        sent_at = message.sent_at
        if last_at is None or len(ids) >= limit or sent_at - last_at > gap:
            if grown and first_at is not None and last_at is not None:
                yield _block(group_id, ids, first_at, last_at, texts)
            ids, texts, first_at, group_id = [], [], sent_at, message.group_id
        texts.append(_indexed_text(message, ids))
        ids.append(message.id)
        last_at = sent_at
        grown = True
    if grown and first_at is not None and last_at is not None:
        yield _block(group_id, ids, first_at, last_at, texts)


def to_recut(
    spans: Sequence[Span], changed_from: datetime, changed_to: datetime, *, gap: timedelta = GAP
) -> tuple[int, int]:
    """Say which blocks messages that were inserted or removed in the middle of history may touch.

    A full block passes its surplus on to the next, so the stretch runs on to the next pause.

    Args:
        spans: the group's blocks before the change, in the order of time.
        changed_from, changed_to: the times of the first and the last message that was inserted or removed.
        gap: as in `cut`.

    Returns:
        `(start, stop)`: `spans[start:stop]` is void and is replaced by cutting all messages later than
        `spans[start - 1]` and earlier than `spans[stop]`; every other block stays as it is. An empty range means that
        the messages in between form blocks of their own.
    """
    start = bisect_left(spans, changed_from - gap, key=lambda span: span.last_sent_at)
    stop = max(start, bisect_right(spans, changed_to + gap, key=lambda span: span.first_sent_at))
    while start < stop < len(spans) and spans[stop].first_sent_at - spans[stop - 1].last_sent_at <= gap:
        stop += 1
    return start, stop


def _indexed_text(message: Message, block_ids: Sequence[int]) -> str:
    """What is indexed of a message: its words, and what it quotes where that stands in another block.

    Names stay out: who wrote is found by filters, and a name that is also a word would pull in all that they wrote.
    """
    if message.quoted_text and message.reply_to_id not in block_ids:
        return f"{message.quoted_text}\n{message.text}"
    return message.text


def _block(group_id: int, ids: list[int], first_at: datetime, last_at: datetime, texts: list[str]) -> Block:
    return Block(
        group_id=group_id,
        message_ids=tuple(ids),
        first_sent_at=first_at,
        last_sent_at=last_at,
        text="\n".join(texts),
    )
