"""Talk as it is written down in tests: a line a message, `name: words`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from copilot.records import Message, MessageKind

START = datetime(2026, 6, 8, 1, 0, tzinfo=UTC)


def talk(text: str, *, start: datetime = START, first_id: int = 1) -> tuple[Message, ...]:
    """Messages from lines, a minute apart; `+30 ` in front of a line says how many minutes, `[kind]` behind the name
    what kind of message it is."""
    people: dict[str, int] = {}
    found: list[Message] = []
    at = start
    for line in (line.strip() for line in text.strip().splitlines()):
        if not line:
            continue
        pause = 1
        if line.startswith("+"):
            minutes, line = line.split(" ", 1)
            pause = int(minutes)
        name, words = line.split(": ", 1)
        name, _, kind = name.partition(" [")
        at += timedelta(minutes=pause if found else 0)
        number = first_id + len(found)
        found.append(
            Message(
                id=number,
                group_id=1,
                platform_id=f"t:{number}",
                member_id=people.setdefault(name, len(people) + 1),
                sender_name=name,
                sent_at=at,
                text=words.replace("\\n", "\n"),
                kind=MessageKind(kind.rstrip("]")) if kind else MessageKind.TEXT,
            )
        )
    return tuple(found)
