"""How often the talk in which something was said is found again, by what somebody replied to it.

    python -m benchmarks.history CHAT.jsonl.gz [--queries 1000]

CHAT holds a message a line: `id, ts, user, stream, text` and, for replies, `quotes_id`, the message that is quoted at
the head of the text after `NAME said:`. A stream is a group. Of the replies to something earlier in the same group, an
even selection serves as questions: the replier's own words, without the quote, where five are left. What was written
before the reply (and nothing later) is cut into threads and indexed as the product does it; right is the thread that
holds the quoted message.

Beside it, in the same run, exact BM25 over the single messages as they were written, each standing for its thread.
The last line is one JSON object: `hit_at_5, bm25_hit_at_5` and their `ratio`; `threads_hit_at_5` is what the threads'
texts find alone, without the weight that age takes from what is older (`copilot/retrieval/ageing.py`). Replies quote
what is recent, so that weight helps here more than it does where somebody asks months later.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.chats import rows
from benchmarks.retrieval import K1, B
from copilot.records import Message, SourceKind
from copilot.retrieval.ageing import by_age
from copilot.retrieval.cutting import speaks, words_of
from copilot.retrieval.keys import key_of, parse, scope_of
from copilot.retrieval.retriever import HISTORY_DEPTH
from copilot.retrieval.threads import Threader
from copilot.retrieval.words import WordIndex
from copilot.text.tokens import tokens

# Fewer words than this ask nothing ("I agree with that").
FEWEST_WORDS = 5
LIKE = SourceKind.HISTORY

_SAID = re.compile(r"[^\n]{0,60}?\S+ said:\s*")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Query:
    """A reply as a question: where it stands, the place of what it quotes, its own words."""

    at: int
    quoted_at: int
    text: str


def split_quote(text: str, quoted: str) -> tuple[str, str] | None:
    """Part a reply into the quote at its head and its own words.

    The quote is as much of the text's beginning, word by word, as stands somewhere in the quoted message in one piece:
    people quote parts, and edit what was quoted.

    Returns:
        Quote and own words; None where the text does not begin with a quote of that message.
    """
    head = _SAID.match(text)
    if head is None:
        return None
    rest = text[head.end() :]
    ends = [(word.group().lower(), word.end()) for word in _WORD.finditer(rest)]
    source = [word.lower() for word in _WORD.findall(quoted)]
    longest = 0
    for start, word in enumerate(source):
        if ends and word == ends[0][0]:
            length = 1
            while start + length < len(source) and length < len(ends) and source[start + length] == ends[length][0]:
                length += 1
            longest = max(longest, length)
    if not longest:
        return None
    cut = ends[longest - 1][1]
    return rest[:cut], rest[cut:].lstrip(" \t\n.,;:!?)]}…'\"`*")


def read(path: Path) -> tuple[list[Message], list[str], list[Query]]:
    """A chat as an importer would give it: replies with their own words, what they quote and what they answer.

    Returns:
        The messages in the order of time, their texts as written, and all replies that can serve as questions.
    """
    groups: dict[str, int] = {}
    messages: list[Message] = []
    written: list[str] = []
    queries: list[Query] = []
    places: dict[int, int] = {}
    for row in sorted(rows(path), key=lambda row: (row["ts"], row["id"])):
        group_id = groups.setdefault(str(row.get("stream", "")), len(groups) + 1)
        text = row.get("text") or ""
        message = Message(
            id=int(row["id"]),
            group_id=group_id,
            platform_id=f"chat:{row['id']}",
            member_id=None,
            sender_name=str(row["user"]),
            sent_at=datetime.fromtimestamp(row["ts"], UTC),
            text=text,
        )
        quoted_at = places.get(int(row["quotes_id"])) if row.get("quotes_id") else None
        if quoted_at is not None and messages[quoted_at].group_id == group_id:
            parted = split_quote(text, written[quoted_at])
            message = replace(message, reply_to_id=messages[quoted_at].id)
            if parted is not None:
                message = replace(message, quoted_text=parted[0], text=parted[1])
                if len(_WORD.findall(parted[1])) >= FEWEST_WORDS:
                    queries.append(Query(len(messages), quoted_at, parted[1]))
        places[message.id] = len(messages)
        messages.append(message)
        written.append(text)
    return messages, written, queries


def spread(queries: Sequence[Query], many: int) -> list[Query]:
    """An even selection."""
    if len(queries) <= many:
        return list(queries)
    return [queries[i * len(queries) // many] for i in range(many)]


class History:
    """The threads of a chat while it streams past, indexed as the product indexes them.

    Args:
        folder: for the indexes.
    """

    def __init__(self, folder: Path) -> None:
        self._threads = WordIndex.open_writer(folder / "threads")
        self._threaders: dict[int, Threader] = {}
        self._talks: dict[int, list[Message]] = defaultdict(list)
        self._grown: set[int] = set()
        self._newest: dict[int, datetime] = {}
        self.thread_of: dict[int, int] = {}
        self.seconds = 0.0

    def add(self, message: Message) -> None:
        """Place a message in a thread."""
        if not speaks(message):
            return
        threader = self._threaders.get(message.group_id) or self._threaders.setdefault(message.group_id, Threader())
        thread = self.thread_of.get(message.reply_to_id) if message.reply_to_id is not None else None
        begin = time.thread_time()
        placed = threader.place(message, answered=(thread, len(self._talks[thread])) if thread is not None else None)
        self.seconds += time.thread_time() - begin
        self.thread_of[message.id] = placed.thread_id
        self._talks[placed.thread_id].append(message)
        self._grown.add(placed.thread_id)
        self._newest[message.group_id] = message.sent_at

    def commit(self) -> None:
        """Make everything so far findable."""
        for thread in self._grown:
            talk = self._talks[thread]
            self._threads.remove(key_of(LIKE, thread))
            self._threads.add(key_of(LIKE, thread), LIKE, scope_of(0, talk[0].group_id), words_of(talk))
        self._grown.clear()
        self._threads.commit("")

    def search(self, question: str, group_id: int) -> tuple[list[int], list[int]]:
        """The best threads, best first: as the product finds them, and by their words alone."""
        found = self._threads.search(question, [LIKE], [scope_of(0, group_id)], HISTORY_DEPTH)
        whole = [(parse(one.key)[1], one.score) for one in found]
        dated = [(thread, score, self._talks[thread][-1].sent_at) for thread, score in whole]
        ours = by_age(dated, self._newest[group_id]) if group_id in self._newest else []
        return [thread for thread, _ in ours], [thread for thread, _ in whole]

    def close(self) -> None:
        """Let the folder go."""
        self._threads.close()

    def __len__(self) -> int:
        return len(self._talks)


class MessageBm25:
    """Exact BM25 over single messages, as it would have been at any time in the past.

    Args:
        texts: of all messages, in the order of time.
        groups: the group of each.
    """

    def __init__(self, texts: Iterable[str], groups: Iterable[int]) -> None:
        self._numbers: dict[str, int] = {}
        found = [np.array([self._number(word) for word in tokens(text)], np.int32) for text in texts]
        self._lengths = np.array([len(words) for words in found], float)
        self._groups = np.fromiter(groups, np.int64)
        flat = np.concatenate(found) if found else np.zeros(0, np.int32)
        places = np.repeat(np.arange(len(found), dtype=np.int32), self._lengths.astype(int))
        order = np.argsort(flat, kind="stable")
        self._places = places[order]
        self._starts = np.searchsorted(flat[order], np.arange(len(self._numbers) + 1))

    def scores(self, question: str, group_id: int, before: int) -> NDArray[np.float64]:
        """The scores of the messages before a place; 0 for those of other groups.

        Args:
            before: how many messages had been written.
        """
        scores = np.zeros(before)
        lengths = self._lengths[:before]
        norm = K1 * (1 - B + B * lengths / max(1e-9, lengths.mean()))
        for word in dict.fromkeys(tokens(question)):
            number = self._numbers.get(word)
            if number is None:
                continue
            places = self._places[self._starts[number] : self._starts[number + 1]]
            ids, counts = np.unique(places[: np.searchsorted(places, before)], return_counts=True)
            idf = math.log(1 + (before - len(ids) + 0.5) / (len(ids) + 0.5))
            scores[ids] += idf * counts * (K1 + 1) / (counts + norm[ids])
        scores[self._groups[:before] != group_id] = 0
        return scores

    def _number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))


def by_messages(scores: NDArray[np.float64], thread_at: Sequence[int | None], many: int) -> list[int]:
    """The threads of the best messages, best first."""
    found: dict[int, None] = {}
    for at in _descending(scores):
        thread = thread_at[at]
        if thread is not None:
            found.setdefault(thread)
        if len(found) == many:
            break
    return list(found)


def _descending(scores: NDArray[np.float64]) -> Iterator[int]:
    """The places of positive scores, highest first; ties in the order of time."""
    for depth in (400, len(scores)):
        some = np.argpartition(-scores, min(depth, len(scores) - 1))[:depth] if depth < len(scores) else None
        among = np.arange(len(scores)) if some is None else np.sort(some)
        best = among[np.argsort(-scores[among], kind="stable")]
        yield from (int(at) for at in best if scores[at] > 0)


def run(path: Path, many: int) -> dict[str, object]:
    """Measure one chat."""
    messages, written, queries = read(path)
    chosen = spread(queries, many)
    plain = MessageBm25(written, (message.group_id for message in messages))
    names = ("", "threads_", "bm25_")
    hits = {f"{name}hit_at_{depth}": 0 for name in names for depth in (5, 1)}
    thread_at: list[int | None] = []
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder))
        for query in chosen:
            for message in messages[len(thread_at) : query.at]:
                history.add(message)
                thread_at.append(history.thread_of.get(message.id))
            history.commit()
            group_id = messages[query.at].group_id
            ours, whole = history.search(query.text, group_id)
            theirs = by_messages(plain.scores(query.text, group_id, query.at), thread_at, 5)
            right = thread_at[query.quoted_at]
            for name, found in zip(names, (ours, whole, theirs), strict=True):
                for depth in (5, 1):
                    hits[f"{name}hit_at_{depth}"] += right in found[:depth]
        history.close()
    share = {name: round(count / max(1, len(chosen)), 4) for name, count in hits.items()}
    return {
        "file": path.name,
        "queries": len(chosen),
        **share,
        "ratio": round(hits["hit_at_5"] / max(1, hits["bm25_hit_at_5"]), 4),
        "threads": len(history),
        "messages": len(thread_at),
        "messages_per_second": round(len(thread_at) / max(1e-9, history.seconds)),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.history", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("chat", type=Path)
    parser.add_argument("--queries", type=int, default=1000)
    given = parser.parse_args(arguments)
    print(json.dumps(run(given.chat, given.queries), ensure_ascii=False))


if __name__ == "__main__":
    main()
