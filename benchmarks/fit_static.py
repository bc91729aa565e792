"""Fit how rare pieces of text are, for the built-in embedder: `copilot/models/static_idf.npy`.

    python -m benchmarks.fit_static DATA [--write]

Sources, all of them free to build upon: COLD, Molweni and the documentation in gate/knowledge_base.jsonl (mostly
Apache-2.0), the #ubuntu chat of Kummerfeld et al. and Banking77 (CC BY 4.0), CLINC150 (CC BY 3.0), TIAGE (MIT).
The table says for each of 2^16 groups of pieces with the same first bits of their hash how rare the most common one of
them is: it is a fact about the languages, and holds no text. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from copilot.models import static

TABLE = Path(static.__file__).with_name("static_idf.npy")
BITS = 16
# A piece in fewer texts than this is as rare as one in none: most of these are names and slips.
LEAST = 3


def read_sources(data: Path) -> Iterator[str]:
    """Every text of the sources."""
    for name in ("train", "dev", "test"):
        with (data / "moderation" / f"cold_{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                yield row["TEXT"]
    for path in sorted((data / "chat" / "irc").rglob("*.ascii.txt")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            yield line.partition("> ")[2] if "] <" in line else ""
    for dialogue in json.loads((data / "chat" / "molweni_dev.json").read_text(encoding="utf-8")):
        for said in dialogue["edus"]:
            yield said["text"]
    for line in (data / "gate" / "knowledge_base.jsonl").read_text(encoding="utf-8").splitlines():
        yield from json.loads(line)["t"].split("\n\n")
    for name, parts in (("banking_en", ("docs",)), ("clinc_oos", ("docs",))):
        content = json.loads((data / "retrieval" / f"{name}.json").read_text(encoding="utf-8"))
        for part in parts:
            yield from content[part]
    for name in ("train", "dev"):
        for dialogue in json.loads((data / "topics" / f"tiage_{name}.json").read_text(encoding="utf-8")).values():
            for said in dialogue:
                yield said[0]


def fit(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    """The table: for each group of pieces the rarity of the most common, in steps."""
    keys, counts, han = static.count_texts(texts)
    # Each script is counted among the texts that are written in it.
    sizes = [sum(1 for text in texts if _has(text, side)) for side in (False, True)]
    print(f"# {len(texts)} texts with {len(keys)} pieces; {sizes[0]} have words, {sizes[1]} have CJK characters")
    size = np.where(han, sizes[1], sizes[0])
    common = counts >= LEAST
    idf = np.log((size + 1) / (counts + 1))
    rarest = float(np.log(max(sizes) + 1) - np.log(LEAST))
    table = np.full(1 << BITS, rarest)
    np.minimum.at(table, keys[common] >> np.uint32(32 - BITS), idf[common])
    return np.clip(np.rint(table / static.IDF_STEP), 0, 255).astype(np.uint8)


def _has(text: str, han: bool) -> bool:
    return any(char > "\u3000" for char in text) if han else any(char.isascii() and char.isalnum() for char in text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_static", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder with moderation/, chat/, gate/, retrieval/ and topics/")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name}")
    options = parser.parse_args(arguments)
    table = fit([text for text in read_sources(options.folder) if text.strip()])
    if options.write:
        np.save(TABLE, table)
    same = TABLE.exists() and bool((np.load(TABLE) == table).all())
    print(json.dumps({"groups": len(table), "mean": round(float(table.mean() * static.IDF_STEP), 3), "same": same}))


if __name__ == "__main__":
    main()
