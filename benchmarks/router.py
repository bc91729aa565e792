"""What the router makes of what admins type: how often it is right, and how long it takes.

`python -m benchmarks.router` reads `tests/dialogues/router_{dev,held_out,stranger}.yaml`, whose phrasings are none of
the router's examples (the stranger had seen nothing of it), and lists what it got wrong (`--silent` leaves that out).
It prints one JSON object as its last line: for each part the turns, the share of them that is right in every slot, the
share whose tool is, the share of questions to the knowledge that went to `ask`, and of other requests that went there
too; then `p50_ms, p95_ms` of a reading, and `first_ms`, the first one, which reads the examples.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from copilot.assistant.request import Period, Request, Scope, Tool
from copilot.assistant.router import Router
from copilot.records import Account, Role
from copilot.text.language import language

FOLDER = Path(__file__).parents[1] / "tests" / "dialogues"
ROUNDS = 5


@dataclass(frozen=True)
class Turn:
    """One thing that was said, what was meant, and what the router made of it."""

    said: str
    meant: Mapping[str, Any]
    read: Request
    wrong: tuple[str, ...]
    ms: float


PARTS = ("dev", "held_out", "stranger")


def converse(router: Router, path: Path) -> Iterator[list[Turn]]:
    """Let the router read the dialogues of a file, each turn with the request before it."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    zone = ZoneInfo(written["timezone"])
    now = datetime.fromisoformat(written["now"]).replace(tzinfo=zone)
    for dialogue in written["dialogues"]:
        before: Request | None = None
        turns: list[Turn] = []
        for row in dialogue.get("turns", [dialogue]):
            scope = Scope(
                account=Account(id=1, name="owner", role=Role.OWNER),
                community_id=1,
                group_id=1,
                language=language(row["said"]),
                timezone=written["timezone"],
                now=now,
            )
            began = time.perf_counter()
            before = router.read(row["said"], scope, names=written["names"], before=before)
            ms = 1000 * (time.perf_counter() - began)
            turns.append(Turn(row["said"], row, before, tuple(_wrong(row, before, now)), ms))
        yield turns


def _wrong(row: Mapping[str, Any], request: Request, now: datetime) -> Iterator[str]:
    """What of a request is not as it was meant."""
    tools = row["tool"] if isinstance(row["tool"], list) else [row["tool"]]
    if request.tool not in tools:
        yield f"tool {request.tool}"
    if bool(request.choices) != bool(row.get("asks", False)):
        yield f"choices {request.choices}"
    for slot in ("topic", "member", "text", "thread_id", "kind", "aspect"):
        if slot in row and getattr(request, slot) != row[slot]:
            yield f"{slot} {getattr(request, slot)!r}"
    for slot in ("period", "compared"):
        if slot in row and _said(getattr(request, slot), now) != row[slot]:
            yield f"{slot} {_said(getattr(request, slot), now)}"


def _said(period: Period | None, now: datetime) -> str:
    """A period as the files write it: 05-21T18..05-22."""
    if period is None:
        return "none"
    ends = []
    for at in (period.starts_at, period.ends_at):
        local = at.astimezone(now.tzinfo)
        ends.append(
            f"{local:%m-%d}" + (f"T{local:%H}" if local.hour else "") + (f":{local:%M}" if local.minute else "")
        )
    return "..".join(ends)


def score(turns: list[Turn]) -> dict[str, Any]:
    """How many are right: altogether, and what went to `ask` that should and should not."""
    asked = [turn for turn in turns if turn.meant["tool"] == Tool.ASK]
    others = [turn for turn in turns if Tool.ASK not in turn.meant["tool"]]
    return {
        "turns": len(turns),
        "right": _share([not turn.wrong for turn in turns]),
        "tool_right": _share([not any(one.startswith("tool") for one in turn.wrong) for turn in turns]),
        "questions_asked": _share([turn.read.tool is Tool.ASK for turn in asked]),
        "requests_asked": _share([turn.read.tool is Tool.ASK for turn in others]),
    }


def _share(hits: list[bool]) -> float:
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, help="only this one")
    parser.add_argument("--silent", action="store_true", help="do not list what is wrong")
    given = parser.parse_args()
    router = Router()
    found: dict[str, Any] = {}
    times: list[float] = []
    first_ms = 0.0
    for part in (given.part,) if given.part else PARTS:
        path = FOLDER / f"router_{part}.yaml"
        turns = [turn for dialogue in converse(router, path) for turn in dialogue]
        first_ms = first_ms or turns[0].ms
        found[part] = score(turns)
        for turn in turns:
            if turn.wrong and not given.silent:
                print(f"{part}: {turn.said!r}: {turn.meant['tool']}, not {'; '.join(turn.wrong)}")
        for _ in range(ROUNDS):
            times += [turn.ms for dialogue in converse(router, path) for turn in dialogue]
    found["p50_ms"] = round(statistics.median(times), 2)
    found["p95_ms"] = round(statistics.quantiles(times, n=20)[-1], 2)
    found["first_ms"] = round(first_ms)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
