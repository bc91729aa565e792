"""Cuts a group's messages into threads: runs of messages that belong together, the unit in which history is found.

A message answers one that was written before it, or it opens a thread of its own; it joins the thread of what it
answers. Where the platform says what is answered, that holds; otherwise `links` guesses. Everything depends on the
message and on the window before it only, so cutting in one go, message by message, or again after a crash gives the
same threads.

This module does not know where messages and threads are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from copilot.records import Message
from copilot.retrieval.links import Floats, Weights
from copilot.retrieval.window import ROW, WINDOW, Read, Window

__all__ = ["LIMIT", "WINDOW", "Placed", "Threader", "Why"]

# A passage must be short enough to be read whole.
LIMIT = 20


class Why(StrEnum):
    """What ties a message to the one that it answers, the most telling first."""

    OPENS = "opens"
    REPLY = "reply"
    QUOTE = "quote"
    MENTION = "mention"
    GOES_ON = "goes_on"
    ANSWERS = "answers"
    WORDS = "words"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a message belongs.

    Args:
        thread_id: the id of the message that opens the thread.
        answers_id: the message that it answers; it stands in another thread where that one is full.
    """

    message_id: int
    thread_id: int
    answers_id: int | None
    why: Why


class Threader:
    """One group's threads while its messages stream past, in the order of (`sent_at`, `id`).

    Args:
        weights: what was learned; the shipped weights where None.
        limit: the most messages in a thread.
    """

    def __init__(self, weights: Weights | None = None, *, limit: int = LIMIT) -> None:
        self._weights = weights or Weights.shipped()
        self._limit = limit
        self._window = Window(self._weights.rarity)
        self._sizes: dict[int, int] = {}
        # Of a full thread the one that goes on with it, and the answered message at which it did.
        self._next: dict[int, tuple[int, int]] = {}

    def resume(self, window: Sequence[tuple[Message, Placed]], sizes: Mapping[int, int]) -> None:
        """Go on where an earlier run stopped; what was seen before is forgotten.

        Args:
            window: the last `WINDOW` messages (more do no harm), as they were placed.
            sizes: how many messages each of their threads has so far.
        """
        self._window = Window(self._weights.rarity)
        self._next = {}
        for message, placed in window[-WINDOW:]:
            at = self._window.place_of(placed.answers_id) if placed.answers_id is not None else None
            self._keep(self._window.read(message), placed, at)
        self._sizes = dict(sizes)

    def place(self, message: Message, *, answered: tuple[int, int] | None = None) -> Placed:
        """Say where the next message belongs.

        Args:
            answered: the thread of the message that is answered by `reply_to_id`, and how many messages it has; it is
                used where that message has left the window.
        """
        read = self._window.read(message)
        at, why = self._told(message)
        answers_id: int | None
        if at is None and message.reply_to_id is not None and answered is not None:
            thread_id, size = answered
            self._sizes[thread_id] = size
            answers_id, why = message.reply_to_id, Why.REPLY
        else:
            if at is None:
                at, why = self._guessed(read)
            thread_id = int(self._window.threads[at]) if at is not None else message.id
            answers_id = int(self._window.ids[at]) if at is not None else None
        thread_id = self._with_room(thread_id, message.id)
        placed = Placed(message_id=message.id, thread_id=thread_id, answers_id=answers_id, why=why)
        self._keep(read, placed, at)
        self._sizes[thread_id] = self._sizes.get(thread_id, 0) + 1
        return placed

    def features(self, message: Message) -> tuple[Floats, Floats, list[int]]:
        """What the weights would see of a message, for fitting them: see `Window.compare`; and the candidates' ids."""
        pairs, own = self._window.compare(self._window.read(message))
        start = self._window.start
        return pairs.copy(), own, self._window.ids[start : start + pairs.shape[1]].tolist()

    def _told(self, message: Message) -> tuple[int | None, Why]:
        """The place of the message that is answered by the platform's word."""
        if message.reply_to_id is not None:
            return self._window.place_of(message.reply_to_id), Why.REPLY
        if message.quoted_text:
            return self._window.quoted(message.quoted_name, message.quoted_text), Why.QUOTE
        return None, Why.OPENS

    def _guessed(self, read: Read) -> tuple[int | None, Why]:
        """The place of the message that is most likely answered."""
        pairs, own = self._window.compare(read)
        best = int(np.argmax(self._weights.scores(pairs, own)))
        if best == pairs.shape[1]:
            return None, Why.OPENS
        return self._window.start + best, _why(pairs[:, best])

    def _with_room(self, thread_id: int, message_id: int) -> int:
        """The thread itself, the one that goes on with it where it is full, or a new one."""
        while self._sizes.get(thread_id, 0) >= self._limit:
            following, answered_id = self._next.get(thread_id, (message_id, message_id))
            if self._window.place_of(answered_id) is None:
                return message_id
            thread_id = following
        return thread_id

    def _keep(self, read: Read, placed: Placed, at: int | None) -> None:
        """Take a placed message into the window."""
        if at is not None and placed.thread_id == placed.message_id:
            self._next[int(self._window.threads[at])] = placed.message_id, int(self._window.ids[at])
        self._window.add(read, placed.thread_id, answers=at, opens=placed.answers_id is None)
        if len(self._sizes) > 8 * WINDOW:
            seen = set(self._window.threads[self._window.start :].tolist())
            self._sizes = {one: size for one, size in self._sizes.items() if one in seen}
            self._next = {
                one: (to, by) for one, (to, by) in self._next.items() if self._window.place_of(by) is not None
            }


def _why(pair: Floats) -> Why:
    """The most telling feature of a pair."""
    if pair[ROW["named"]] or pair[ROW["mentioned"]] or pair[ROW["names_me"]]:
        return Why.MENTION
    if pair[ROW["same"]]:
        return Why.GOES_ON
    if pair[ROW["asks_me_not"]]:
        return Why.ANSWERS
    # About one word that one message in a hundred holds, or several that are less rare.
    if pair[ROW["words"]] >= 0.5:
        return Why.WORDS
    return Why.NEAR
