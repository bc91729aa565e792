"""The sentences of the floors below in Chinese: why something was skipped, and what is wrong with a file or a wish.

The floors below speak English, with the value and the remedy in one sentence. `wordings` holds each as a pattern
beside its Chinese; a sentence that is not there stays as it is. What comes out holds values that people wrote: it is
text, to be escaped like any other.
"""

from __future__ import annotations

import functools
import re

from copilot.console.wordings import SENTENCES, WORDS

_PLACE = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"(['\"])(.+)\1", re.DOTALL)

# A value by one of these names is a word of ours, which has a Chinese one: fields, roles, states, kinds.
_OWN_WORDS = ("field", "role", "needed", "state", "kind")
# A value by this name is itself a sentence of these tables; `maybe` is one, or words of another program.
_SENTENCE, _MAYBE = "said", "maybe"


def in_chinese(sentence: str) -> str | None:
    """A sentence of the floors below in Chinese, without a full stop; None where it is not known.

    Args:
        sentence: what an error or a skipped piece says; several of them may be joined by "; ".
    """
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(sentence)
        values = _values(found) if found else None
        if values is not None:
            return _PLACE.sub(lambda place, its=values: its[place[1]], chinese)  # type: ignore[misc]
    for joint in re.finditer("; ", sentence):
        parts = in_chinese(sentence[: joint.start()]), in_chinese(sentence[joint.end() :])
        if parts[0] is not None and parts[1] is not None:
            return "；".join(part for part in parts if part)
    return None


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every pattern with its Chinese, those with the most words of their own first."""
    table = sorted(SENTENCES, key=lambda row: -len(_PLACE.sub("", row[0])))
    return tuple((_compiled(english), chinese) for english, chinese in table)


def _compiled(english: str) -> re.Pattern[str]:
    parts = _PLACE.split(english)
    words = [f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(words), re.DOTALL)


def _values(found: re.Match[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for name, value in found.groupdict().items():
        if name in (_SENTENCE, _MAYBE):
            chinese = in_chinese(value)
            if chinese is None and name == _SENTENCE:
                return None
            values[name] = chinese or value
        elif name in _OWN_WORDS:
            values[name] = WORDS.get(value, value)
        else:
            quoted = _QUOTED.fullmatch(value)
            values[name] = f"「{quoted[2]}」" if quoted else value
    return values
