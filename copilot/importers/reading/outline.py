"""JSON exports that are one object with an array `messages`: what they look like, what they say of the chat, and their
messages one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from copilot.errors import BrokenFile
from copilot.importers.reading.source import Source
from copilot.importers.reading.values import mapping
from copilot.importers.reading.walking import JsonWalk

_MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Outline:
    """What the start of a file shows.

    Args:
        facts: the members beside `messages`, as far as the start holds them whole.
        first: the first message, where the start holds it whole; {} otherwise.
        has_messages: whether an array `messages` begins in it.
    """

    facts: dict[str, object] = field(default_factory=dict)
    first: dict[str, object] = field(default_factory=dict)
    has_messages: bool = False

    def object(self, name: str) -> dict[str, object]:
        """A member that is an object; {} where it is missing or anything else."""
        return mapping(self.facts.get(name))


@lru_cache(maxsize=8)
def outline(head: str) -> Outline:
    """The outline of a text that begins with these characters and may be cut anywhere; an empty one of any other text.

    Every JSON format asks for the same one, so the latest are kept.
    """
    walk = JsonWalk(iter([head]), "the start")
    facts: dict[str, object] = {}
    first: dict[str, object] = {}
    has_messages = False
    try:
        if walk.peek() != "{":
            return Outline()
        for key in walk.members():
            if key == _MESSAGES and walk.peek() == "[":
                has_messages = True
                for index in walk.elements():
                    value = walk.value()
                    first = mapping(value) if index == 0 else first
            else:
                facts[key] = walk.value()
    except BrokenFile:
        pass
    return Outline(facts, first, has_messages)


def facts_of(source: Source, *names: str) -> dict[str, object]:
    """The members of a file's object with these names; where one of them stands before the messages, so do the others,
    and the messages are not read."""
    walk = JsonWalk(source.stream().chunks(), source.name)
    facts: dict[str, object] = {}
    for key in walk.members():
        if key == _MESSAGES and facts:
            break
        if key in names:
            facts[key] = walk.value()
        else:
            walk.skip()
        if len(facts) == len(names):
            break
    return facts


def numbered_messages(walk: JsonWalk) -> Iterator[tuple[int, object]]:
    """Each message of a document with its number, from 1.

    Raises:
        BrokenFile: the file is damaged, or breaks off.
    """
    number = 0
    for key in walk.members():
        if key == _MESSAGES and walk.peek() == "[":
            for _ in walk.elements():
                number += 1
                yield number, walk.value()
        else:
            walk.skip()
    walk.finish()
