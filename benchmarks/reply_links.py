"""How well it is guessed who answers whom, on channels with hand-made reply links.

    python -m benchmarks.reply_links FOLDER [--fit OTHER]
    python -m benchmarks.reply_links FOLDER --write DIALOGUES.json [TEXTS.csv ...]

FOLDER holds pairs of files: `*.ascii.txt`, an IRC log (`[HH:MM] <nick> text`, `=== nick has joined`), and
`*.annotation.txt` with lines `EARLIER LATER -`, the line numbers (from 0) of two messages of which the later answers
the earlier; a message that opens something is linked to itself. Only the annotated lines count.

Without `--fit` the shipped weights are measured; with it, weights fitted on OTHER. Where OTHER is FOLDER, its files are
split alternating by name, each half is measured with weights fitted on the other, and the figures are the mean. The
last line is one JSON object: `f1, precision, recall`, beside `mention_f1` (who names somebody answers that person's
last message, who names nobody goes on after the own last one) and `previous_f1` (everyone answers the line before).

`--write` fits the weights that ship, `copilot/retrieval/link_weights.json`, on sets that are free to build upon:

- FOLDER: the #ubuntu channel of "A Large-Scale Corpus for Conversation Disentanglement" (Kummerfeld et al., 2019),
  CC BY 4.0. Busy, and many talk at once.
- DIALOGUES.json: Molweni (Li et al., 2020), Apache-2.0: dialogues with discourse links. Strung together with made-up
  times they stand for calm groups, in which one conversation follows another.
- TEXTS.csv: COLD (Deng et al., 2022), Apache-2.0, column `TEXT`: only to count how common Chinese words are.

The same sources always give the same weights.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from copilot.records import Message, MessageKind
from copilot.retrieval.links import OWN, PAIR, SELF, Floats, Rarity, Weights
from copilot.retrieval.threads import Threader, Why
from copilot.text.fold import folded
from copilot.text.tokens import tokens

WEIGHTS = Path(__file__).parents[1] / "copilot" / "retrieval" / "link_weights.json"
START = datetime(2024, 1, 1, tzinfo=UTC)

# Few enough units for some thousand examples; the mean of several nets varies less than one.
UNITS = 8
NETS = 3
ROUNDS = 3
EPOCHS = 12
BATCH = 32
RATE = 5e-3
DECAY = 0.1
# What ships rather joins than opens, by this much of the logarithm of the odds: in a calm group a talk that is torn
# apart is worse to read than one with a stray message in it. It costs less than a point of F1 on busy channels.
JOIN = 1.0

_LINE = re.compile(r"^\[(\d\d):(\d\d)\] (?:<([^>]+)> ?(.*)| \* (\S+) ?(.*))$")
_NAMED = re.compile(r"[^\s,:;.!?]+")


@dataclass(frozen=True)
class Chat:
    """A group's messages and, for some of them (by id), the ids of those that they answer; the own id opens."""

    messages: list[Message]
    links: dict[int, list[int]]


@dataclass(frozen=True)
class Example:
    """One message to learn from: its candidates [OWN + PAIR, n], itself [SELF], and which of n + 1 are right."""

    pairs: Floats
    own: Floats
    right: list[int]


def read_folder(folder: Path) -> list[Chat]:
    """The annotated channels of a folder, by name.

    Raises:
        SystemExit: there are none.
    """
    chats: list[Chat] = []
    for annotation in sorted(folder.glob("*.annotation.txt")):
        links: dict[int, list[int]] = {}
        for line in annotation.read_text(encoding="utf-8").splitlines():
            if line.strip():
                earlier, later = sorted(map(int, line.split()[:2]))
                links.setdefault(later, []).append(earlier)
        chats.append(Chat(read_log(annotation.with_name(annotation.name.replace(".annotation.", ".ascii."))), links))
    if not chats:
        raise SystemExit(f"{folder} holds no *.annotation.txt with *.ascii.txt beside it.")
    return chats


def read_log(path: Path) -> list[Message]:
    """The lines of an IRC log; those of the server are system messages. A clock that runs backwards is a new day."""
    messages: list[Message] = []
    minutes = last = 0
    for i, line in enumerate(path.read_text(encoding="utf-8").split("\n")):
        found = _LINE.match(line)
        name, text = "", line
        if found:
            clock = int(found[1]) * 60 + int(found[2])
            later = (clock - last) % 1440 if messages else 0
            # A step back of some minutes is a clock that was set, not a day.
            minutes += later if later < 1200 else 0
            last = clock
            name, text = (found[3], found[4]) if found[3] else (found[5], found[6])
        messages.append(
            Message(
                id=i,
                group_id=1,
                platform_id=f"irc:{i}",
                member_id=None,
                sender_name=name,
                sent_at=START + timedelta(minutes=minutes),
                text=text,
                kind=MessageKind.TEXT if name else MessageKind.SYSTEM,
                to_the_minute=True,
            )
        )
    return messages


def read_dialogues(path: Path, *, seed: int = 0, each: int = 40) -> list[Chat]:
    """Dialogues with discourse links, strung together as calm groups.

    Within a dialogue pauses are log-normal around half a minute to 20 minutes, by group; between two dialogues nobody
    writes for one to twelve hours, or for ten times the usual pause where that is longer.

    Args:
        each: how many dialogues make a group.
    """
    dice = random.Random(seed)
    dialogues = json.loads(path.read_text(encoding="utf-8"))
    chats: list[Chat] = []
    for first in range(0, len(dialogues), each):
        pace = dice.choice((0.5, 2, 6, 20))
        messages: list[Message] = []
        links: dict[int, list[int]] = {}
        minute = 0.0
        for dialogue in dialogues[first : first + each]:
            minute += max(dice.uniform(60, 720), 10 * pace)
            begin = len(messages)
            for said in dialogue["edus"]:
                minute += pace * dice.lognormvariate(0, 1)
                messages.append(
                    Message(
                        id=len(messages),
                        group_id=1,
                        platform_id=f"dialogue:{len(messages)}",
                        member_id=None,
                        sender_name=said["speaker"],
                        sent_at=START + timedelta(minutes=minute),
                        text=said["text"],
                    )
                )
            answered: dict[int, list[int]] = {}
            for link in dialogue["relations"]:
                earlier, later = sorted((link["x"], link["y"]))
                answered.setdefault(begin + later, []).append(begin + earlier)
            for at in range(begin, len(messages)):
                # What has no link is not said to open anything: only the first message is.
                if at in answered or at == begin:
                    links[at] = answered.get(at, [at])
        chats.append(Chat(messages, links))
    return chats


def count_words(chats: Iterable[Chat], texts: Iterable[str] = ()) -> Rarity:
    """How rare words are in what is fitted on. Names of people who are present are not words."""
    counts: Counter[str] = Counter()
    total = 0
    for chat in chats:
        names = {folded(message.sender_name) for message in chat.messages}
        for message in chat.messages:
            if message.kind is MessageKind.TEXT:
                total += 1
                counts.update(set(tokens(message.text)) - names)
    for text in texts:
        total += 1
        counts.update(set(tokens(text)))
    return Rarity.count(counts, total)


def follow(chat: Chat, weights: Weights) -> tuple[list[Example], dict[int, int]]:
    """Read a chat as the product does.

    Returns:
        An example for each annotated message whose right candidate is in reach, and what each annotated message was
        taken to answer.
    """
    threader = Threader(weights)
    examples: list[Example] = []
    guesses: dict[int, int] = {}
    for message in chat.messages:
        right = chat.links.get(message.id)
        if message.kind is not MessageKind.TEXT:
            if right is not None:
                guesses[message.id] = message.id
            continue
        if right is not None:
            pairs, own, ids = threader.features(message)
            candidates = [*ids, message.id]
            reached = [candidates.index(one) for one in right if one in candidates]
            if reached:
                examples.append(Example(pairs, own, reached))
        placed = threader.place(message)
        if right is not None:
            guesses[message.id] = message.id if placed.why is Why.OPENS else placed.answers_id or 0
    return examples, guesses


def fit(chats: Sequence[Chat], rarity: Rarity, more: Sequence[Chat] = (), share: float = 1.0) -> Weights:
    """Fit weights on annotated chats.

    What a message answers depends on what those before it were taken to answer, so fitting is repeated with links
    guessed by the weights of the round before.

    Args:
        more: further chats, of which each example counts `share`.
    """
    weights = _start(rarity)
    for _ in range(ROUNDS):
        examples = [one for chat in chats for one in follow(chat, weights)[0]]
        importance = [1.0] * len(examples)
        for chat in more:
            found = follow(chat, weights)[0]
            examples += found
            importance += [share] * len(found)
        weights = learn(examples, importance, rarity)
    return weights


def learn(examples: Sequence[Example], importance: Sequence[float], rarity: Rarity) -> Weights:
    """Fit small nets to tell the right candidate (softmax over the candidates of a message), and join them into one."""
    inputs = [_rows(example) for example in examples]
    everything = np.concatenate(inputs)
    # Features that hardly vary must not be blown up.
    centre, spread = everything.mean(0), everything.std(0) + np.float32(0.1)
    inputs = [(one - centre) / spread for one in inputs]
    wanted = []
    for example, given in zip(examples, inputs, strict=True):
        target = np.zeros(len(given), np.float32)
        target[example.right] = 1 / len(example.right)
        wanted.append(target)
    nets = [_net(inputs, wanted, importance, seed) for seed in range(NETS)]
    into = np.concatenate([net[0] for net in nets], axis=1).T
    bias = np.concatenate([net[1] for net in nets])
    out = np.concatenate([net[2] for net in nets]) / NETS
    line = sum(net[3] for net in nets) / NETS
    layer = np.vstack([into, line]) / spread
    bias = np.append(bias, 0) - layer @ centre
    n = len(OWN) + len(PAIR)
    parts = (layer[:, :n], layer[:, n:-1], layer[:, -1], bias, out)
    pair, message, alone, offset, last = (np.ascontiguousarray(part, np.float32) for part in parts)
    return Weights(pair=pair, message=message, alone=alone, bias=offset, out=last, rarity=rarity)


def _start(rarity: Rarity) -> Weights:
    """Weights by hand, good enough to guess the links of the first round: near, named, the same speaker."""
    pair = np.zeros((1, len(OWN) + len(PAIR)), np.float32)
    by_hand = {"near": -2, "gap": -2, "named_latest": 3, "named": 2, "names_me": 2, "same_latest": 1.5}
    for name, weight in {**by_hand, "other_named": -2, "words": 2}.items():
        pair[0, len(OWN) + PAIR.index(name)] = weight
    message, nothing = np.zeros((1, len(SELF)), np.float32), np.zeros(1, np.float32)
    alone = np.full(1, -3, np.float32)
    return Weights(pair=pair, message=message, alone=alone, bias=nothing, out=nothing[:0], rarity=rarity)


def _rows(example: Example) -> Floats:
    """All features of each candidate and, last, of opening something: [n + 1, OWN + PAIR + SELF + 1]."""
    n, known = example.pairs.shape[1], len(OWN) + len(PAIR)
    rows = np.zeros((n + 1, known + len(SELF) + 1), np.float32)
    rows[:n, :known] = example.pairs.T
    rows[:, known:-1] = example.own
    rows[n, -1] = 1
    return rows


def _net(
    inputs: Sequence[Floats], wanted: Sequence[Floats], importance: Sequence[float], seed: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """One net by Adam (Kingma and Ba, 2015) with decaying weights and rate: layer, bias, out, line."""
    dice = np.random.default_rng(seed)
    width = inputs[0].shape[1]
    parameters = [
        (dice.standard_normal((width, UNITS)) / np.sqrt(width)).astype(np.float32),
        np.zeros(UNITS, np.float32),
        (dice.standard_normal(UNITS) / np.sqrt(UNITS)).astype(np.float32),
        np.zeros(width, np.float32),
    ]
    layer, bias, out, line = parameters
    first = [np.zeros_like(one) for one in parameters]
    second = [np.zeros_like(one) for one in parameters]
    steps = EPOCHS * -(-len(inputs) // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = dice.permutation(len(inputs))
        for begin in range(0, len(order), BATCH):
            some = order[begin : begin + BATCH]
            x = np.concatenate([inputs[i] for i in some])
            target = np.concatenate([wanted[i] for i in some])
            sizes = [len(inputs[i]) for i in some]
            starts = np.cumsum([0, *sizes[:-1]])
            units = np.maximum(x @ layer + bias, 0)
            scores = units @ out + x @ line
            scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
            shares = np.exp(scores)
            shares /= np.repeat(np.add.reduceat(shares, starts), sizes)
            weight = np.repeat([importance[i] for i in some], sizes).astype(np.float32)
            slope = (shares - target) * weight / len(some)
            back = np.outer(slope, out) * (units > 0)
            gradients = (x.T @ back, back.sum(0), units.T @ slope, x.T @ slope)
            step += 1
            rate = RATE * (1 - 0.95 * step / steps)
            for i, (parameter, gradient) in enumerate(zip(parameters, gradients, strict=True)):
                first[i] += 0.1 * (gradient - first[i])
                second[i] += 0.01 * (gradient * gradient - second[i])
                move = first[i] / (1 - 0.9**step) / (np.sqrt(second[i] / (1 - 0.99**step)) + 1e-8)
                parameter -= rate * (move + (0 if parameter is bias else DECAY) * parameter)
    return layer, bias, out, line


def score(chats: Sequence[Chat], guesses: Sequence[Mapping[int, int]]) -> dict[str, float]:
    """F1, precision and recall of one guess for each annotated message against all annotated links."""
    right = sum(
        guess in chat.links[at] for chat, told in zip(chats, guesses, strict=True) for at, guess in told.items()
    )
    made = sum(map(len, guesses))
    there = sum(len(links) for chat in chats for links in chat.links.values())
    return {"f1": 2 * right / (made + there), "precision": right / made, "recall": right / there}


def by_mention(chat: Chat) -> dict[int, int]:
    """Who names somebody answers that person's last message; who names nobody goes on after the own last one."""
    last: dict[str, int] = {}
    guesses: dict[int, int] = {}
    for message in chat.messages:
        is_said = message.kind is MessageKind.TEXT
        name = folded(message.sender_name)
        if message.id in chat.links:
            named = [word for word in _NAMED.findall(folded(message.text)) if len(word) > 2 and word in last]
            guess = last[named[0]] if named and is_said else last.get(name, message.id) if is_said else message.id
            guesses[message.id] = guess
        if is_said:
            last[name] = message.id
    return guesses


def by_place(chat: Chat) -> dict[int, int]:
    """Everyone answers the line before."""
    return {at: max(0, at - 1) for at in chat.links}


def measure(chats: Sequence[Chat], weights: Weights) -> dict[str, float]:
    """The figures of some weights, beside the two simple rules."""
    found = score(chats, [follow(chat, weights)[1] for chat in chats])
    found["mention_f1"] = score(chats, [by_mention(chat) for chat in chats])["f1"]
    found["previous_f1"] = score(chats, [by_place(chat) for chat in chats])["f1"]
    return found


def write(chats: Sequence[Chat], dialogues: Path, texts: Sequence[Path]) -> None:
    """Fit and keep the shipped weights."""
    calm = read_dialogues(dialogues)
    chinese: list[str] = []
    for path in texts:
        with path.open(encoding="utf-8", newline="") as stream:
            chinese += [row["TEXT"] for row in csv.DictReader(stream)]
    weights = fit(chats, count_words([*chats, *calm], chinese), calm)
    weights.alone[-1] -= JOIN
    WEIGHTS.write_text(json.dumps(weights.to_json(), separators=(",", ":")) + "\n", encoding="utf-8")


def run(folder: Path, other: Path | None) -> dict[str, object]:
    """Measure a folder."""
    chats = read_folder(folder)
    begin = time.perf_counter()
    if other is None:
        parts = [measure(chats, Weights.shipped())]
    elif folder.resolve() != other.resolve():
        fitted_on = read_folder(other)
        parts = [measure(chats, fit(fitted_on, count_words(fitted_on)))]
    else:
        halves = chats[0::2], chats[1::2]
        if not halves[1]:
            raise SystemExit(f"{folder} holds one file, which cannot be split.")
        both = (halves, halves[::-1])
        parts = [measure(tested, fit(fitted_on, count_words(fitted_on))) for tested, fitted_on in both]
    mean = {name: round(sum(part[name] for part in parts) / len(parts), 4) for name in parts[0]}
    found: dict[str, object] = {**mean, "links": sum(len(one) for chat in chats for one in chat.links.values())}
    if len(parts) > 1:
        found["f1_by_direction"] = [round(part["f1"], 4) for part in parts]
    found["seconds"] = round(time.perf_counter() - begin, 1)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reply_links",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fit", type=Path, metavar="OTHER", help="fit on this folder instead of taking what ships")
    parser.add_argument("--write", type=Path, nargs="+", metavar="FILE", help="fit what ships: dialogues, then texts")
    given = parser.parse_args(arguments)
    if given.write:
        write(read_folder(given.folder), given.write[0], given.write[1:])
    print(json.dumps(run(given.folder, given.fit)))


if __name__ == "__main__":
    main()
