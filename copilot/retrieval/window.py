"""The last messages of a group as arrays, and how a new message compares with each of them.

All that is known stems from the window and from fixed tables, so the same window always gives the same features.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.records import Message
from copilot.retrieval.links import OWN, PAIR, Floats, Rarity
from copilot.text import cues
from copilot.text.fold import folded
from copilot.text.tokens import tokens

# Of 2,145 hand-made links in busy channels 26 reach back further than 100 messages.
WINDOW = 100
_CAPACITY = 4 * WINDOW
# Of a very long message the beginning tells what it is about.
_READ_CHARS = 600
_MOST_TOKENS = 64
# A word in more than about one message in 12 tells nothing (natural logarithm).
_TELLING = 2.5
# A word in more messages of the window than this ties none of them together.
_COMMON = 12
_DILUTION = [1.0, *(1 / math.sqrt(many) for many in range(1, _COMMON + 1))]
# A word that stands in more than about one message in 150 is not taken for a name (natural logarithm).
_NAME_RARITY = 5.0
# A group in which a pause of more minutes is usual is not talking.
_SLOWEST = 30.0

_AT_OWN = {name: i for i, name in enumerate(OWN)}
ROW = {name: len(OWN) + i for i, name in enumerate(PAIR)}
_ROWS = len(OWN) + len(PAIR)
_LATEST, _SECOND, _TAIL = _AT_OWN["latest"], _AT_OWN["second"], _AT_OWN["tail"]
_UNANSWERED, _ONCE, _OFTEN = _AT_OWN["unanswered"], _AT_OWN["answered_once"], _AT_OWN["answered_often"]

_NAME_END = r"\s,:，：。！!?？@*\u2005"
_AT = re.compile(rf"@\s?\**([^{_NAME_END}]{{1,40}})")
_HEAD = re.compile(rf"^\W*([^{_NAME_END}]{{1,40}})\s?[,:，：](?!//)")
_NAME = re.compile(rf"[^{_NAME_END}]+")
_DECORATION = "[](){}<>`^|\\-_~*.'\""
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Read:
    """A message as the features see it. `who` tells authors apart, `name` is how others call them (both hashes)."""

    id: int
    minute: int
    who: int
    name: int
    name_text: str
    plain: str
    words: tuple[tuple[str, float], ...]
    named: tuple[int, ...]
    names: int
    own: tuple[float, ...]


class Window:
    """The last messages of one group as arrays, so that a message is compared with all of them at once.

    Args:
        rarity: how rare words are.
    """

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity
        self._end = 0
        self.ids = np.zeros(_CAPACITY, np.int64)
        self.threads = np.zeros(_CAPACITY, np.int64)
        self._minutes = np.zeros(_CAPACITY, np.int64)
        self._who = np.zeros(_CAPACITY, np.int64)
        self._names = np.zeros(_CAPACITY, np.int64)
        self._named = np.zeros(_CAPACITY, np.int64)
        # The place of the answered message; below the window's start where it has left it.
        self._answers = np.full(_CAPACITY, -1, np.int64)
        self._own = np.zeros((len(OWN), _CAPACITY), np.float32)
        self._plain: list[str] = []
        self._place: dict[int, int] = {}
        self._by_author: dict[int, tuple[int, int]] = {}
        self._by_name: dict[str, int] = {}
        self._by_thread: dict[int, int] = {}
        self._by_word: dict[str, list[int]] = {}
        self._pairs = np.zeros((_ROWS, WINDOW), np.float32)
        self._fixed = _distances()

    @property
    def start(self) -> int:
        """The place of the first message that is still seen."""
        return max(0, self._end - WINDOW)

    def place_of(self, message_id: int) -> int | None:
        """Where a message stands, if it is still seen."""
        place = self._place.get(message_id)
        return place if place is not None and place >= self.start else None

    def quoted(self, name: str | None, text: str) -> int | None:
        """Where the latest message stands that says what is quoted (and is by the one who is quoted)."""
        wanted = folded(text[:_READ_CHARS]).strip().rstrip("….").strip()
        if len(wanted) < 2:
            return None
        author = hash(_called(folded(name))) if name else None
        for place in range(self._end - 1, self.start - 1, -1):
            if wanted in self._plain[place] and (author is None or author == self._names[place]):
                return place
        return None

    def read(self, message: Message) -> Read:
        """Read what the features need out of a message, once."""
        plain = folded(message.text[:_READ_CHARS])
        words = list(dict.fromkeys(tokens(plain)))[:_MOST_TOKENS]
        rated = [(word, self._rarity(word)) for word in words]
        name = _called(folded(message.sender_name))
        named: list[str] = []
        lasting = 0
        head = _HEAD.match(plain)
        if head is not None:
            called = _called(head[1])
            if _HAN.search(called):
                # In Chinese half a sentence may stand before a comma: only a present name counts, and for now.
                named.append(called)
            elif self._rarity(called) >= _NAME_RARITY:
                named.append(called)
                lasting = hash(called)
        if "@" in plain:
            at = [_called(one) for one in _AT.findall(plain)]
            named += at
            lasting = lasting or (hash(at[0]) if at else 0)
        own = (
            float(cues.asks(plain, words)),
            float(cues.answers(plain, words)),
            float(cues.thanks(plain, words)),
            float(cues.greets(plain, words)),
            math.log1p(len(words)) / 3,
            float(lasting != 0),
        )
        return Read(
            id=message.id,
            # Many exports tell no seconds; what is learned must hold for those too.
            minute=int(message.sent_at.timestamp() // 60),
            who=hash(message.member_id if message.member_id is not None else message.sender_name),
            name=hash(name),
            name_text=name,
            plain=plain,
            words=tuple(pair for pair in rated if pair[1] >= _TELLING),
            named=tuple(hash(one) for one in named),
            names=lasting,
            own=own,
        )

    def compare(self, read: Read) -> tuple[Floats, Floats]:
        """Describe a message against each message of the window.

        Returns:
            The features of the pairs [OWN + PAIR, candidates], oldest first, valid until the next call; and those of
            the message [SELF].
        """
        start, end = self.start, self._end
        n = end - start
        x = self._pairs[:, :n]
        x[: len(OWN)] = self._own[:, start:end]
        x[len(OWN) :] = self._fixed[:, WINDOW - n :]
        who, named, latest = self._who[start:end], self._named[start:end], self._own[_LATEST, start:end]
        same = who == read.who
        gap, pace = self._times(x, read, n)
        x[ROW["same"]] = same
        np.multiply(same, latest, out=x[ROW["same_latest"]])
        if n:
            x[ROW["same_1"], -1] = same[-1]
        knows = self._mentions(x, read, named, latest, same)
        mine = self._by_author.get(read.who, (-1, -1))[0]
        present = mine >= start
        if present:
            self._continuity(x, read, mine, who, latest, same)
        other = x[ROW["asks_me_not"]]
        np.multiply(x[_AT_OWN["asks"]], ~same, out=other)
        np.multiply(other, x[_UNANSWERED], out=x[ROW["asks_unanswered"]])
        if read.own[0]:
            other[:] = 0
        np.multiply(x[_AT_OWN["opens"]], x[_UNANSWERED] * ~same, out=x[ROW["opens_unanswered"]])
        self._words(x, read)
        message = np.array(
            (
                *read.own[:5],
                bool(read.named),
                knows,
                not present,
                math.log1p(max(0, read.minute - int(self._minutes[mine]))) / 3 if present else 2.0,
                math.log(end - mine) / 4 if present else 1.5,
                pace,
                math.log1p(len(set(who[-10:].tolist()))),
                math.log1p(gap) if n else 3.0,
                self._own[_AT_OWN["opens"], mine] if present else 0.0,
                same[-1] if n else 0.0,
            ),
            np.float32,
        )
        return x, message

    def add(self, read: Read, thread_id: int, *, answers: int | None, opens: bool) -> int:
        """Put a message at the window's end.

        Args:
            answers: the place of the message that it answers, if that is seen.
            opens: whether it answers nothing at all.

        Returns:
            Its place; places are good until the next call.
        """
        if self._end >= _CAPACITY:
            dropped = self._compact()
            answers = answers - dropped if answers is not None else None
        at = self._end
        self._end += 1
        self.ids[at], self.threads[at], self._minutes[at] = read.id, thread_id, read.minute
        self._who[at], self._names[at], self._named[at] = read.who, read.name, read.names
        own = self._own[:, at]
        own[:] = (*read.own, opens, 1, 0, 0, 1, 0, 1)
        self._plain.append(read.plain)
        self._place[read.id] = at
        last, second = self._by_author.get(read.who, (-1, -1))
        if last >= 0:
            self._own[_LATEST, last], self._own[_SECOND, last] = 0, 1
        if second >= 0:
            self._own[_SECOND, second] = 0
        self._by_author[read.who] = at, last
        self._by_name[read.name_text] = at
        tail = self._by_thread.get(thread_id)
        if tail is not None:
            self._own[_TAIL, tail] = 0
        self._by_thread[thread_id] = at
        self._answers[at] = -1
        if answers is not None:
            self._answers[at] = answers
            told = self._own[:, answers]
            if told[_UNANSWERED]:
                told[_UNANSWERED], told[_ONCE] = 0, 1
            else:
                told[_ONCE], told[_OFTEN] = 0, 1
        for word, _ in read.words:
            self._by_word.setdefault(word, []).append(at)
        return at

    def _compact(self) -> int:
        """Move what is seen to the front, and forget the rest."""
        keep = slice(self._end - WINDOW, self._end)
        dropped = self._end - WINDOW
        for row in (self.ids, self.threads, self._minutes, self._who, self._names, self._named):
            row[:WINDOW] = row[keep].copy()
        self._own[:, :WINDOW] = self._own[:, keep].copy()
        self._answers[:WINDOW] = np.maximum(self._answers[keep] - dropped, -1)
        self._plain = self._plain[keep]
        self._place = _moved(self._place, dropped)
        self._by_name = _moved(self._by_name, dropped)
        self._by_thread = _moved(self._by_thread, dropped)
        self._by_author = {
            who: (last - dropped, max(-1, second - dropped))
            for who, (last, second) in self._by_author.items()
            if last >= dropped
        }
        self._by_word = {
            word: kept
            for word, places in self._by_word.items()
            if (kept := [place - dropped for place in places if place >= dropped])
        }
        self._end = WINDOW
        return dropped

    def _times(self, x: Floats, read: Read, n: int) -> tuple[int, float]:
        """Fill in how long ago each was written; returns the minutes since the last, and the pace before."""
        if not n:
            return 0, 0.0
        gaps = np.maximum(read.minute - self._minutes[self.start : self._end], 0)
        first = max(0, n - 10)
        # From message to message before this one: the pause before it must stand out against it.
        pace = math.log1p(min(_SLOWEST, float(max(0, gaps[first] - gaps[-1])) / max(1, n - 1 - first)))
        gap = x[ROW["gap"]]
        np.log1p(gaps, out=gap)
        gap *= 0.5
        x[ROW["gap_0"]] = gaps < 1
        if gaps[0] > 5:
            x[ROW["gap_5"]] = gaps > 5
            x[ROW["gap_30"]] = gaps > 30
            x[ROW["gap_240"]] = gaps > 240
        np.subtract(gap, pace / 2, out=x[ROW["gap_by_pace"]])
        return int(gaps[-1]), pace

    def _mentions(
        self, x: Floats, read: Read, named: NDArray[np.int64], latest: Floats, same: NDArray[np.bool_]
    ) -> bool:
        """Fill in who calls whom by name; returns whether the message names somebody who is present."""
        start = self.start
        names = self._names[start : self._end]
        addressed = np.zeros(len(names), np.bool_)
        for one in read.named:
            addressed |= names == one
        knows = bool(addressed.any())
        if knows:
            x[ROW["named"]] = addressed
            x[ROW["named_latest"]] = addressed * latest
        anyone = addressed
        by_the_way = self._named_in_passing(read) - set(read.named)
        if by_the_way:
            mentioned = np.zeros(len(names), np.bool_)
            for one in by_the_way:
                mentioned |= names == one
            x[ROW["mentioned"]] = mentioned
            x[ROW["mentioned_latest"]] = mentioned * latest
            anyone = addressed | mentioned
            knows = knows or bool(mentioned.any())
        if knows:
            x[ROW["other_named"]] = ~anyone
        to_me = named == read.name
        if to_me.any():
            x[ROW["names_me"]] = to_me
            x[ROW["names_me_latest"]] = to_me * latest
            x[ROW["names_me_named"]] = to_me & addressed
        for place in self._by_word.get(read.name_text, ()):
            if place >= start and not to_me[place - start]:
                x[ROW["mentions_me"], place - start] = 1
        if read.names:
            alike = named == read.names
            x[ROW["same_named"]] = alike
            x[ROW["same_names_same"]] = alike & same
        x[ROW["names_other"]] = (named != 0) & ~to_me & ~same
        return knows

    def _named_in_passing(self, read: Read) -> set[int]:
        """The names of present people that stand anywhere in the text."""
        start = self.start
        found: set[int] = set()
        for word, rarity in read.words:
            place = self._by_name.get(word)
            if place is not None and place >= start and len(word) >= 3 and rarity >= _NAME_RARITY:
                found.add(hash(word))
        if not read.plain.isascii():
            for name, place in self._by_name.items():
                if place >= start and len(name) >= 2 and not name.isascii() and name in read.plain:
                    found.add(hash(name))
        return found

    def _continuity(
        self, x: Floats, read: Read, mine: int, who: NDArray[np.int64], latest: Floats, same: NDArray[np.bool_]
    ) -> None:
        """Fill in what ties candidates to what the author wrote last."""
        start = self.start
        answers = self._answers[start : self._end]
        answered = int(self._answers[mine])
        if answered >= start and who[answered - start] != read.who:
            partner = who == who[answered - start]
            x[ROW["partner"]] = partner
            x[ROW["partner_latest"]] = partner * latest
        thread = self.threads[start : self._end] == self.threads[mine]
        x[ROW["my_thread"]] = thread
        x[ROW["my_thread_tail"]] = thread * x[_TAIL]
        x[ROW["since_mine"], mine - start + 1 :] = 1
        seen = np.flatnonzero(answers >= start)
        targets = answers[seen] - start
        mine_too = same[seen]
        x[ROW["answers_me"], seen] = same[targets] & ~mine_too
        x[ROW["answered_by_me"], targets[mine_too]] = 1

    def _words(self, x: Floats, read: Read) -> None:
        """Fill in which rare words are shared."""
        start = self.start
        at: list[int] = []
        by: list[float] = []
        total = 1e-6
        for word, rarity in read.words:
            total += rarity
            places = self._by_word.get(word)
            if not places:
                continue
            while places and places[0] < start:
                del places[0]
            if 0 < len(places) <= _COMMON:
                at += places
                by += [rarity * _DILUTION[len(places)]] * len(places)
        if at:
            candidates = np.array(at) - start
            weights = np.array(by, np.float32)
            sums = np.bincount(candidates, weights, x.shape[1])
            x[ROW["words"]] = sums / 10
            x[ROW["word_share"]] = sums / total
            np.maximum.at(x[ROW["rarest_word"]], candidates, weights / 6)


def _called(name: str) -> str:
    """How others call someone: the first word of the name, without decoration."""
    first = _NAME.search(name)
    return (first[0].strip(_DECORATION) or first[0]) if first else name


def _moved(places: dict[Any, int], by: int) -> dict[Any, int]:
    return {key: place - by for key, place in places.items() if place >= by}


def _distances() -> Floats:
    """The rows of `PAIR` that depend on the distance alone, for a full window; zeros elsewhere."""
    rows = np.zeros((len(PAIR), WINDOW), np.float32)
    distance = np.arange(WINDOW, 0, -1)
    rows[PAIR.index("near")] = np.log(distance) / 2
    rows[PAIR.index("near_1")] = distance == 1
    rows[PAIR.index("near_2")] = distance == 2
    rows[PAIR.index("near_5")] = distance <= 5
    return rows
