"""How many contacts are masked, how many ordinary messages are masked for nothing, and how long it takes.

    python -m benchmarks.masking DATA

DATA holds `moderation/chat_spam_eval.csv`, whose messages that are no spam count as ordinary ones; without it, the rest
is measured. Contacts are generated, once with the sentences, words and disguises that were worked with, once with
others (`generated_contacts.py`, `held_out_contacts.py`); `stranger_contacts.jsonl` was written by somebody who had seen
nothing of it, who also wrote ordinary messages full of numbers. A contact counts as masked when no letter or digit of
it is left; of an address a place without its number may be. Names are those of a full group of 500 people, among them
many that are words; time is taken with 5,000. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks import generated_contacts, held_out_contacts
from benchmarks.generated_contacts import Contact, members
from copilot.models.masking import Masker
from copilot.text.fold import folded

STRANGER = Path(__file__).with_name("stranger_contacts.jsonl")
SECRET = bytes(range(32))
EVAL = "moderation/chat_spam_eval.csv"
SEED, HELD_OUT_SEED = 4, 40
PLACEHOLDER = re.compile(r"\[[A-Z]+-[a-z0-9]{6,}(?:-[a-z0-9]{2,})?\]")


def ham(path: Path) -> list[str]:
    """The ordinary messages of a file of lines `0,text`; a line that begins otherwise goes on with the one before."""
    rows: list[str] = []
    for line in path.read_text(encoding="utf-8").split("\n")[1:]:
        if line.startswith(("0,", "1,")) or not rows:
            rows.append(line)
        else:
            rows[-1] += "\n" + line
    return [row[2:] for row in rows if row.startswith("0,")]


def is_masked(masker: Masker, contact: Contact) -> bool:
    """Whether nothing of a contact is left in its sentence."""
    masked = masker.mask(contact.text)
    left = Counter(_letters(PLACEHOLDER.sub("", masked))) - Counter(
        _letters(contact.text.replace(contact.value, "", 1))
    )
    leaked = [one for one in left.elements() if one in folded(contact.value)]
    if contact.kind == "address":
        return len(leaked) <= len(contact.value) // 2 and not any(one.isdigit() for one in leaked)
    return not leaked


def _letters(text: str) -> Iterator[str]:
    return (one for one in folded(text) if one.isalnum())


def recall(made: Iterable[Contact], *, show: bool = False) -> tuple[float, dict[str, float]]:
    """The share of generated contacts that are masked: of all, and of each kind."""
    masker = Masker((), SECRET)
    hits: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for contact in made:
        kind = f"{contact.kind} ({contact.language})"
        total[kind] += 1
        hit = is_masked(masker, contact)
        hits[kind] += hit
        if show and not hit:
            print(f"# missed {kind}: {contact.text!r} -> {masker.mask(contact.text)!r}")
    return hits.total() / total.total(), {kind: hits[kind] / total[kind] for kind in sorted(total)}


def false_masks(messages: Sequence[str], names: Sequence[str], *, show: bool = False) -> float:
    """The share of ordinary messages in which something is masked."""
    masker = Masker(names, SECRET)
    wrong = [message for message in messages if masker.mask(message) != message]
    if show:
        for message in wrong:
            print(f"# masked for nothing: {message[:100]!r} -> {masker.mask(message)[:100]!r}")
    return len(wrong) / len(messages)


def milliseconds(names: Sequence[str]) -> float:
    """The median time for a text of 500 characters that holds a name, a number and an address now and then."""
    piece = (
        "周末几点开门？我想带孩子去看看，大概要多少钱呀，有没有停车位。The weather is nice today, see you at 10:30! "
    )
    spoken = (piece * 8)[:440] + "张伟说他的电话是138 0013 8000，寄到文三路123号阳光花园3栋2单元501室。"
    taken = []
    masker = Masker(names, SECRET)
    for number in range(300):
        text = f"{number} {spoken}"[:500]
        began = time.perf_counter()
        masker.mask(text)
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)


def strangers() -> tuple[list[Contact], list[str]]:
    """What a stranger wrote: contacts in their sentences, and ordinary messages with numbers that tempt."""
    rows = [json.loads(line) for line in STRANGER.read_text(encoding="utf-8").splitlines()]
    contacts = [Contact(row["text"], row["contact"], row["kind"], "stranger") for row in rows if row["contact"]]
    return contacts, [row["text"] for row in rows if not row["contact"]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.masking", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--contacts", type=int, default=20_000, help="how many are generated")
    parser.add_argument("--messages", default=EVAL, help="which file of DATA has the ordinary messages")
    parser.add_argument("--show", action="store_true", help="print what was missed and what was masked for nothing")
    given = parser.parse_args(arguments)
    names = members(SEED, 5_000)
    developed, _ = recall(generated_contacts.contacts(SEED, given.contacts), show=given.show)
    share, by_kind = recall(held_out_contacts.contacts(HELD_OUT_SEED, given.contacts), show=given.show)
    theirs, tempting = strangers()
    found: dict[str, object] = {
        "stranger_contacts": len(theirs),
        "stranger_masked": round(recall(theirs, show=given.show)[0], 5),
        "stranger_tempting": len(tempting),
        "stranger_false_masks": round(false_masks(tempting, (), show=given.show), 5),
        "contacts": given.contacts,
        "masked": round(share, 5),
        "masked_of_those_worked_with": round(developed, 5),
        "by_kind": {kind: round(value, 4) for kind, value in by_kind.items()},
        "ms_500_characters_5000_names": round(milliseconds(names), 3),
    }
    path = given.data / given.messages
    if path.is_file():
        messages = ham(path)
        found |= {
            "ordinary_messages": len(messages),
            "false_masks": round(false_masks(messages, (), show=given.show), 5),
            "false_masks_with_names": round(false_masks(messages, members(SEED, 500), show=given.show), 5),
        }
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
