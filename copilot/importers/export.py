"""An export that is open: what it holds and its messages; and what a format must say of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from copilot.errors import BadInput
from copilot.importers.placeholders import is_own_recall
from copilot.importers.reading.encoding import is_sound
from copilot.importers.reading.source import Source, Stream
from copilot.records import MessageKind, Platform, Skipped, SourceMessage

Item = SourceMessage | Skipped

MAX_TEXT = 1_000_000
"""The most characters of one message. Platforms allow at most some ten thousand; more is a broken file."""

UNKNOWN_SENDER = "未知"
"""The name of a sender whom the export does not name."""

MAX_NAME = 1_000
"""The most characters of a name or an id."""

_DAMAGED = "damaged characters (bytes that are not in the file's encoding)"
_EXCERPT = 40


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFound:
    """A chat in an export.

    Args:
        name: as people see it; "" where the export does not say.
        key: what `chat=` takes to choose it; differs between chats of one name.
        messages: how many pieces it has, where that is known without reading all of the file.
    """

    name: str
    platform: Platform
    messages: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an export is to be read.

    Args:
        timezone: of local times that carry no offset.
        now: what dates are counted from that the export leaves out (aware).
        chat: the key of the chat to read.
    """

    timezone: ZoneInfo
    now: datetime
    chat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format that can be read; a module of `importers.formats` is an importer by having `FORMATS`, a tuple of these.

    Args:
        name: the short name that reports carry.
        title: what people call it; `how`: how such an export is made, one line.
        sniff: the confidence (0 to 1) that a text which begins with these characters is in this format.
        chats: which chats there are; reads as little as it can.
        items: the messages of the chosen chat, in the order of the file, and what could not be read. It need not check
            the length and the soundness of texts: `Export.items` does.
        guesses_dates: whether the export leaves out dates, which then rest on `Reading.now`.
        words_recalls: whether the line that says that a member recalled a message may stand as words of that member.
    """

    name: str
    title: Words
    how: Words
    sniff: Callable[[str], float]
    chats: Callable[[Source, Reading], tuple[ChatFound, ...]]
    items: Callable[[Source, Stream, Reading], Iterator[Item]]
    guesses_dates: Callable[[Source], bool] = lambda source: False
    words_recalls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A kind of file that is recognised and cannot be read. `remedy` goes on from the file's name: what it is and what
    to export instead."""

    sniff: Callable[[str], bool]
    remedy: str


class Export:
    """An export of one or several chats, ready to be read.

    Attributes:
        format: the name of its format; encoding, size_bytes: of the file.
        chats: the chats in it.
        chat_name, platform: of the chosen chat; the name is "" where the export has none, or no chat is chosen.
        dates_from: the moment from which missing years and dates are counted; None where the export has all dates.
    """

    def __init__(self, source: Source, format: Format, reading: Reading) -> None:
        self._source = source
        self._format = format
        self._stream: Stream | None = None
        found = format.chats(source, reading)
        # Names are stored and shown: what of them could not be decoded becomes a question mark.
        self.chats = tuple(replace(chat, name=_shown(chat.name), key=_shown(chat.key)) for chat in found)
        self._chosen = self._choose(reading.chat)
        own_key = found[self.chats.index(self._chosen)].key if self._chosen else None
        self._reading = replace(reading, chat=own_key)
        self.format = format.name
        self.encoding = source.encoding
        self.size_bytes = source.size_bytes
        self.chat_name = self._chosen.name if self._chosen else ""
        self.platform = (self._chosen or self.chats[0]).platform if self.chats else Platform.MANUAL
        self.dates_from = reading.now if format.guesses_dates(source) else None

    @property
    def position(self) -> int:
        """Bytes read so far by the latest `items()`."""
        return self._stream.position if self._stream else 0

    def items(self) -> Iterator[Item]:
        """The messages and what was skipped, in the order of the file; the same on every call.

        Messages with the same `platform_id` all come out: the store keeps the first. Texts are raw: control and
        direction characters stay.

        Raises:
            BadInput: several chats are in the export and none is chosen.
            BrokenFile: the file breaks off or is damaged beyond one message; what came before may be incomplete.
        """
        if self._chosen is None and self.chats:
            names = ", ".join(f"{chat.name or '?'} ({chat.key})" for chat in self.chats[:10])
            raise BadInput(f"{self._source.name} holds {len(self.chats)} chats; choose one of them: {names}")
        self._stream = self._source.stream()
        return self._checked(self._format.items(self._source, self._stream, self._reading))

    def _choose(self, wanted: str | None) -> ChatFound | None:
        if wanted is None:
            return self.chats[0] if len(self.chats) == 1 else None
        named = [chat for chat in self.chats if wanted == chat.key] or [c for c in self.chats if wanted == c.name]
        if len(named) == 1:
            return named[0]
        known = ", ".join(f"{chat.name or '?'} ({chat.key})" for chat in self.chats[:10])
        problem = "is the name of several chats" if named else "is not a chat"
        raise BadInput(f"{wanted!r} {problem} in {self._source.name}; choose one of them: {known or 'none'}")

    def _checked(self, items: Iterator[Item]) -> Iterator[Item]:
        name, words_recalls = self._source.name, self._format.words_recalls
        try:
            for item in items:
                if type(item) is SourceMessage:
                    if words_recalls and item.kind is MessageKind.TEXT and _is_recall(item):
                        item = replace(item, kind=MessageKind.SYSTEM, sender_name="", sender_id=None, recalled=True)
                    yield item if (problem := _problem(item)) is None else skipped(item.line, problem, item.text)
                else:
                    yield item
        except OSError as error:
            raise BadInput(f"{name} cannot be read to its end ({error.strerror}); check the disk") from error


def skipped(line: int, reason: str, text: str = "") -> Skipped:
    """A piece that is left out, with an excerpt that can be stored and shown whatever the damage is."""
    return Skipped(line=line, reason=reason, excerpt=_shown(text[: _EXCERPT * 2].strip())[:_EXCERPT])


def _shown(text: str) -> str:
    return text if is_sound(text) else text.encode("utf-8", "replace").decode()


def _is_recall(message: SourceMessage) -> bool:
    return is_own_recall(message.text, message.sender_name, message.sender_id)


def _problem(message: SourceMessage) -> str | None:
    """Why a message cannot be kept; None where it can."""
    if len(message.text) > MAX_TEXT or (message.quoted_text and len(message.quoted_text) > MAX_TEXT):
        return f"the text is longer than {MAX_TEXT:,} characters"
    if not is_sound(message.text):
        return _DAMAGED
    for name in (message.sender_name, message.sender_id, message.platform_id, message.reply_to, message.quoted_name):
        if name is not None:
            if len(name) > MAX_NAME:
                return f"a name or an id is longer than {MAX_NAME:,} characters"
            if not is_sound(name):
                return _DAMAGED
    return _DAMAGED if message.quoted_text and not is_sound(message.quoted_text) else None
