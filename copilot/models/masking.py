"""Masking: what tells who a person is becomes a placeholder before text leaves for a model that is not local.

A placeholder reads `[NAME-k3f9ab]`: what it stands for, and six letters and digits from a keyed hash, so that the
same value has the same placeholder wherever the same secret is used and nobody without the secret can tell one from
the other or make one up. A value that is written in several ways (138 0013 8000) gets a second part for the way, so
that a model sees one number and every text comes back exactly as it was.

Names that are marked as such (`copilot.text.marks`) are masked whatever they read like, others where they are found.

Only placeholders that this masker gave out come back; any other text that looks like one stays as it is.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import re
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import Final

from copilot.models import addresses, contacts
from copilot.models.names import Names
from copilot.models.spans import ADDRESS, CARD, ID, KINDS, NAME, PHONE, PLATE, Span
from copilot.text.fold import Folded, fold, folded
from copilot.text.marks import resolved, unmarked

_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_PLACEHOLDER: Final = re.compile(rf"\[(?:{'|'.join(KINDS)})-[{_ALPHABET}]{{6,}}(?:-[{_ALPHABET}]{{2,}})?\]")
_LONGEST_PLACEHOLDER: Final = 40
_STARTED: Final = re.compile(r"\[[A-Za-z0-9-]*$")
# Signs between their digits are a matter of taste.
_NUMBERS: Final = (PHONE, ID, CARD, PLATE)
_SIGNS: Final = re.compile(r"[\W_]+")
# What is masked may lay bare the next: "QQ 123456 789012". More rounds than this no text of people needs.
_MOST_ROUNDS = 4
# About two megabytes; what one call of a model sends holds far fewer.
_MOST_REMEMBERED = 8192


class Masker:
    """Masks texts for a model and unmasks what comes back.

    It remembers what it masked last, some thousands of values. Threads may share it; what is to be unmasked later,
    however much others mask meanwhile, is masked by one made `afresh`.

    Args:
        names: the names of the members who may be mentioned.
        secret: the installation's key, 32 random bytes.
    """

    def __init__(self, names: Collection[str], secret: bytes) -> None:
        self._secret = secret
        self._names = Names(names)
        self._is_on = True
        self._forget()

    def _forget(self) -> None:
        # Placeholders by (kind, raw text), those needed last at the end, and back.
        self._given: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._meant: dict[str, str] = {}
        # Texts that looked like a placeholder before one of this shape was given out, the latest at the end.
        self._foreign: OrderedDict[str, None] = OrderedDict()
        self._giving = threading.Lock()

    @classmethod
    def none(cls) -> Masker:
        """A masker that leaves every text as it is, for models on this machine or in this network."""
        made = cls((), b"")
        made._is_on = False
        return made

    def afresh(self) -> Masker:
        """A masker for the same names that gives the same placeholders and remembers nothing yet: for one call."""
        made = copy.copy(self)
        made._forget()
        return made

    def mask(self, text: str) -> str:
        """Put placeholders in the place of contacts, addresses and members' names.

        Args:
            text: any text; placeholders of this masker in it stay, and marks of names are taken off.

        Returns:
            The text to send. Masking it again changes nothing, and unmasking gives the text back.
        """
        if not self._is_on:
            return unmarked(text)
        self._bar(text)
        text = resolved(
            text, lambda name: self._placeholder(NAME, name), lambda told: self._masked(told, names_anywhere=True)
        )
        return self._masked(text)

    def _masked(self, text: str, *, names_anywhere: bool = False) -> str:
        for _ in range(_MOST_ROUNDS):
            spans = self._spans(text, names_anywhere)
            if not spans:
                break
            parts, at = [], 0
            for start, end, kind in spans:
                parts += [text[at:start], self._placeholder(kind, text[start:end])]
                at = end
            text = "".join([*parts, text[at:]])
        return text

    def unmask(self, text: str) -> str:
        """Put back what stands behind the placeholders that this masker gave out."""
        if "[" not in text:
            return text
        return _PLACEHOLDER.sub(lambda found: self._meant.get(found[0], found[0]), text)

    def unmask_pieces(self, pieces: Iterable[str]) -> Iterator[str]:
        """Unmask a text that comes in pieces, wherever they are cut.

        Yields:
            Pieces that together are the unmasked whole. A piece is held back only while it may be the beginning of a
            placeholder, which is 40 characters at most.
        """
        held = ""
        for piece in pieces:
            held += piece
            open_at = self._open(held)
            if whole := self.unmask(held[:open_at]):
                yield whole
            held = held[open_at:]
        if held:
            yield self.unmask(held)

    @staticmethod
    def _open(text: str) -> int:
        """Where a placeholder begins that the end of a text cuts off; the text's length where there is none."""
        started = _STARTED.search(text, max(0, len(text) - _LONGEST_PLACEHOLDER))
        return started.start() if started else len(text)

    def _bar(self, text: str) -> None:
        """Keep what looks like a placeholder in a text from being given out."""
        if "[" not in text:
            return
        with self._giving:
            for found in _PLACEHOLDER.finditer(text):
                if found[0] not in self._meant:
                    self._foreign[found[0]] = None
            while len(self._foreign) > _MOST_REMEMBERED:
                self._foreign.popitem(last=False)

    def _spans(self, text: str, names_anywhere: bool) -> list[Span]:
        """What to mask, in order and without overlaps, as places in the raw text."""
        plain = folded(text)
        barred = [found.span() for found in _PLACEHOLDER.finditer(text)] if "[" in text else []
        raw = text if len(text) == len(plain) else ""
        found = [*contacts.find(plain), *addresses.find(plain, raw), *self._names.find(plain, anywhere=names_anywhere)]
        if not found:
            return []
        where = Folded(plain) if _is_aligned(text, plain) else fold(text)
        kept: list[Span] = []
        # A mark for each character that is spoken for.
        taken = bytearray(len(text))
        for start, end in barred:
            taken[start:end] = b"\1" * (end - start)
        for span in found:
            start, end = where.raw_span(span.start, span.end)
            if start < end and 1 not in taken[start:end]:
                taken[start:end] = b"\1" * (end - start)
                kept.append(Span(start, end, span.kind))
        return sorted(kept)

    def _placeholder(self, kind: str, raw: str) -> str:
        """The placeholder of a piece of raw text."""
        with self._giving:
            known = self._given.get((kind, raw))
            if known is not None:
                self._given.move_to_end((kind, raw))
                return known
        plain = folded(raw)
        value = (_SIGNS.sub("", plain) if kind in _NUMBERS else "".join(plain.split())) or plain
        value = plain if kind in (NAME, ADDRESS) else value
        with self._giving:
            for attempt in count():
                made = f"[{kind}-{self._letters(6, kind, value, attempt)}"
                made += "]" if raw == value else f"-{self._letters(2, kind, value, raw, attempt)}]"
                if made not in self._foreign and self._meant.setdefault(made, raw) == raw:
                    break
            self._given[kind, raw] = made
            while len(self._given) > _MOST_REMEMBERED:
                _, forgotten = self._given.popitem(last=False)
                self._meant.pop(forgotten, None)
        return made

    def _letters(self, size: int, *said: object) -> str:
        """Letters and digits of a keyed hash, five bits each."""
        message = "\0".join(map(str, said)).encode("utf-8", "surrogatepass")
        bits = int.from_bytes(hmac.new(self._secret, message, hashlib.sha256).digest()[:16], "big")
        return "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(size))


def _is_aligned(text: str, plain: str) -> bool:
    """Whether each character of a text became one of its folded form, so that places need no mapping."""
    return len(text) == len(plain) and (text.isascii() or all(len(folded(char)) == 1 for char in set(text)))
