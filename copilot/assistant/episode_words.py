"""A quarrel in a model's words: every sentence cites the lines that it rests on, or is dropped."""

from __future__ import annotations

import re

from copilot.analytics.episode import Episode
from copilot.assistant.request import Scope
from copilot.assistant.speech import Speech
from copilot.models.blocks import Block
from copilot.models.chat import Call, Chat
from copilot.records import Outcome, Purpose
from copilot.text.marks import marked

_CITED = re.compile(r"[\[［【]\s*(\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)\s*[\]］】]")
_SENTENCE = re.compile(r"[^\n。！？!?]*?(?:[。！？!?]|\.(?=\s|$)|\n|$)(?:\s*[\[［【][\d\s,，、]+[\]］】][。.]?)*")
# Fewer sentences that hold tell no story: then the lines themselves do.
_FEWEST = 2
_NUMBER = re.compile(r"\d+")
_WORDED = frozenset({Outcome.OK, Outcome.REPAIRED})


def worded(speech: Speech, chat: Chat, found: Episode, scope: Scope) -> str | None:
    """Have a model tell a quarrel.

    Returns:
        Its sentences, each behind a line of its own and with the numbers of the lines that it rests on, as they stand
        in `found.key` from 1; None where no model said it, or too little of it is cited.
    """
    lines = [
        Block(f"{marked(one.sender_name)}（{speech.moment(one.sent_at)}）：{' '.join(one.text.split())}", str(number))
        for number, one in enumerate(found.key, 1)
    ]
    said = chat.word(
        Call(
            prompt="episode",
            variables={"lines": lines, "people": found.people, "messages": len(found.talk)},
            language=speech.language,
            purpose=Purpose.SUMMARY,
            community_id=scope.community_id,
            group_id=scope.group_id,
            account_id=scope.account.id or None,
            max_tokens=500,
        )
    )
    if said.outcome not in _WORDED:
        return None
    kept = cited_sentences(said.text, [block.text for block in lines])
    return "\n".join(kept) if len(kept) >= _FEWEST else None


def cited_sentences(text: str, lines: list[str]) -> list[str]:
    """The sentences of a text that cite lines which are there, and hold no number that these do not."""
    kept = []
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip().lstrip("-·* ")
        numbers = [int(one) for group in _CITED.findall(sentence) for one in _NUMBER.findall(group)]
        if not numbers or not all(1 <= one <= len(lines) for one in numbers):
            continue
        plain = _CITED.sub("", sentence).strip()
        there = "\n".join(lines[one - 1] for one in numbers)
        if plain and all(one in _NUMBER.findall(there) for one in _NUMBER.findall(plain)):
            kept.append(f"· {sentence}")
    return kept
