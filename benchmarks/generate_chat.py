"""Make a big chat for load: the same one for the same seed, of any length, in Chinese or English.

    python -m benchmarks.generate_chat --messages 357034 --language zh --seed 1 OUT.jsonl[.gz]

OUT is ChatLab JSONL; `.gz` compresses it. The last line that is printed is one JSON object with `messages`,
`members`, `characters`, `first_sent_at`, `last_sent_at` and `messages_per_second`.

Words follow Zipf's law, as words in talk do: a few things are spoken of all the time, most once in a while. Talk comes
in bursts: a few members write within minutes of each other, then there is quiet, and at night there is none. About one
burst in three begins with a question that others answer, most of them with a reply link. What is generated has the
statistics of a chat, not its meaning: use it for time and memory, never for the quality of answers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from itertools import accumulate, chain, repeat
from pathlib import Path
from random import Random
from typing import IO, TypeVar

from benchmarks.generated_words import SAME, Phrase, Words, chinese, english
from copilot.importers import write_chatlab
from copilot.records import MessageKind, Platform, SourceMessage

FIRST_SENT_AT = datetime(2021, 1, 4, 0, 30, tzinfo=UTC)
_Item = TypeVar("_Item")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMEZONES = {"zh": timedelta(hours=8), "en": timedelta(0)}
_NAMESPACE = "generated"
# Zipf–Mandelbrot with the exponent and shift that words of conversation are close to.
_EXPONENT = 1.0
_SHIFT = 2.7
_DRAWN_AT_ONCE = 8_192
_MEAN_BURST = 9
_MEAN_PAUSE_SECONDS = 38
_MEAN_SILENCE_SECONDS = 2_400
_WAKING_HOUR = 7
_SECONDS_A_DAY = 86_400


def generate(messages: int, language: str, seed: int) -> Iterator[SourceMessage]:
    """Generate a chat, message by message.

    Args:
        messages: how many.
        language: `zh` or `en`.
        seed: the same seed gives the same chat, and a shorter chat is the beginning of a longer one.

    Yields:
        Messages in the order of time, with ids `generated:1`, `generated:2`, …
    """
    random = Random(seed)
    words = {"zh": chinese, "en": english}[language]()
    fill = _filler(words, random)
    members = _members(words.names, random)
    chatter = _endless(words.chatter, random, zipfian=True)
    statements = _endless(words.statements, random)
    exchanges = _endless(words.exchanges, random)
    offset = _TIMEZONES[language].seconds
    seconds = int((FIRST_SENT_AT - _EPOCH).total_seconds())
    number = 0

    def message(sender: tuple[str, str], text: str, reply_to: int | None) -> SourceMessage:
        return SourceMessage(
            sent_at=datetime.fromtimestamp(seconds, UTC),
            sender_id=sender[0],
            sender_name=sender[1],
            text=text,
            kind=MessageKind.TEXT,
            platform_id=f"{_NAMESPACE}:{number}",
            reply_to=None if reply_to is None else f"{_NAMESPACE}:{reply_to}",
            line=number,
        )

    while number < messages:
        seconds += 1 + int(random.expovariate(1 / _MEAN_SILENCE_SECONDS))
        since_midnight = (seconds + offset) % _SECONDS_A_DAY
        if since_midnight < _WAKING_HOUR * 3_600:
            seconds += _WAKING_HOUR * 3_600 - since_midnight + int(random.random() * 3_600)
        circle = [next(members) for _ in range(random.randint(2, 7))]
        length = min(1 + int(random.expovariate(1 / _MEAN_BURST)), messages - number)
        question, answers = next(exchanges)
        asked, asker, thing = 0, circle[0], ""
        if random.random() < 0.34:
            number += 1
            text, thing = fill(question, "")
            yield message(asker, text, None)
            asked = number
            length -= 1
        for position in range(length):
            number += 1
            seconds += 1 + int(random.expovariate(1 / _MEAN_PAUSE_SECONDS))
            sender = circle[int(random.random() * len(circle))]
            chance = random.random()
            if asked and position < 3 and chance < 0.7:
                text, _ = fill(answers[int(random.random() * len(answers))], thing)
                yield message(sender, text, asked if chance < 0.45 else None)
            elif chance < 0.3:
                yield message(sender, next(chatter), None)
            else:
                text, _ = fill(next(statements), "")
                while random.random() < 0.25:
                    text += words.joint + fill(next(statements), "")[0]
                yield message(sender, text, number - 1 if chance > 0.92 and position else None)


def _filler(words: Words, random: Random) -> Callable[[Phrase, str], tuple[str, str]]:
    """Make the function that fills a phrase's slots; it also returns the first word that it put in."""
    slots = {
        "t": _endless(words.things, random, zipfian=True),
        "p": _endless(words.places, random, zipfian=True),
        "d": _endless(words.doings, random, zipfian=True),
        "w": _endless(words.names, random, zipfian=True),
        "c": _endless(words.coined, random, zipfian=True),
        "n": _endless([str(number) for number in (*range(2, 13), *range(15, 100, 5), 120, 150, 180, 260)], random),
    }

    def fill(phrase: Phrase, thing: str) -> tuple[str, str]:
        template, kinds = phrase
        if not kinds:
            return template, ""
        chosen = tuple([thing if kind == SAME else next(slots[kind]) for kind in kinds])
        return template % chosen, chosen[0]

    return fill


def _members(names: Sequence[str], random: Random) -> Iterator[tuple[str, str]]:
    """Draw members, (id, name) each, the busiest of whom write most."""
    people = [(f"member_{number:04d}", name) for number, name in enumerate(names, 1)]
    return _endless(people, random, zipfian=True)


def _endless(items: Sequence[_Item], random: Random, *, zipfian: bool = False) -> Iterator[_Item]:
    """Draw items without end, evenly or by Zipf's law over an order that the seed decides."""
    ranked = list(items)
    random.shuffle(ranked)
    weights = [1 / (rank + _SHIFT) ** _EXPONENT if zipfian else 1.0 for rank in range(1, len(ranked) + 1)]
    summed = list(accumulate(weights))
    # A generator of its own keeps what one kind of word draws independent of how often the others are asked.
    own = Random(random.getrandbits(64))
    return chain.from_iterable(own.choices(ranked, cum_weights=summed, k=_DRAWN_AT_ONCE) for _ in repeat(None))


def write(path: Path, messages: int, language: str, seed: int) -> dict[str, object]:
    """Write a generated chat as ChatLab JSONL.

    Args:
        path: where to; compressed where its name ends in `.gz`.
        messages, language, seed: as for `generate`.

    Returns:
        The figures that the command prints.
    """
    members: set[str | None] = set()
    characters = 0
    first: datetime | None = None
    last: datetime | None = None

    def counted() -> Iterator[SourceMessage]:
        nonlocal characters, first, last
        for message in generate(messages, language, seed):
            members.add(message.sender_id)
            characters += len(message.text)
            first = first or message.sent_at
            last = message.sent_at
            yield message

    started = time.perf_counter()
    with ExitStack() as open_files:
        raw = open_files.enter_context(path.open("wb"))
        stream: IO[bytes] | gzip.GzipFile = raw
        if path.suffix == ".gz":
            # No file name and no time in the header, so that the same seed gives the same bytes.
            packed = gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=1, mtime=0)
            stream = open_files.enter_context(packed)
        written = write_chatlab(
            open_files.enter_context(TextIOWrapper(stream, encoding="utf-8", newline="\n")),
            counted(),
            chat_name=f"generated-{language}-{seed}",
            platform=Platform.MANUAL,
            exported_at=FIRST_SENT_AT,
        )
    return {
        "messages": written,
        "members": len(members),
        "characters": characters,
        "first_sent_at": first.isoformat() if first else None,
        "last_sent_at": last.isoformat() if last else None,
        "messages_per_second": round(written / (time.perf_counter() - started)),
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Make a big chat for load.")
    parser.add_argument("path", type=Path, metavar="OUT.jsonl[.gz]")
    parser.add_argument("--messages", type=int, default=357_034)
    parser.add_argument("--language", choices=["zh", "en"], default="zh")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(json.dumps(write(arguments.path, arguments.messages, arguments.language, arguments.seed)))


if __name__ == "__main__":
    main()
