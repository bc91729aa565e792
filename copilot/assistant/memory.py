"""What a model is told of what was said before: the last turns word for word, a summary for those before them.

Both have a budget of tokens, counted by our own counter, so a conversation of any length stays as short for the model
as one of a few turns. Summaries are made by a model after a turn, when the turns that none stands for have grown over
their budget; where that fails, or nobody waited for it, each older turn is told in a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.assistant.request import Scope
from copilot.models.blocks import Block
from copilot.models.chat import Call, Chat
from copilot.models.tokens import count, cut
from copilot.records import Purpose, Turn
from copilot.services.dialogues import Dialogues
from copilot.text.marks import retold

TURNS_TOKENS = 1600
"""For the turns that are told word for word."""
SUMMARY_TOKENS = 300
"""For what stands for the turns before them."""
# A summary leaves so much of the turns, so that the next one is not due after the next turn.
_KEPT_TOKENS = TURNS_TOKENS // 2
_ASKED_TOKENS = 250
_SAID_TOKENS = 400
# For a turn in the mechanical summary.
_LINE_TOKENS = 40
# Beyond this, older turns are not even looked at: a summary stands for them, or nothing could.
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and said in a turn, as far as it is told again."""

    asked: str
    said: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was said before: `summary` of the older turns ("" where there are none), and the last turns, in order.

    `turns` are these last turns as they were kept.
    """

    summary: str = ""
    exchanges: tuple[Exchange, ...] = ()
    turns: tuple[Turn, ...] = ()


class Memory:
    """Recalls dialogues and sums them up.

    Args:
        dialogues: where turns and summaries are kept.
        chat: words the summaries.
    """

    def __init__(self, dialogues: Dialogues, chat: Chat) -> None:
        self._dialogues = dialogues
        self._chat = chat

    def recall(self, scope: Scope, dialogue_id: int) -> Recalled:
        """What is told of a dialogue.

        Raises:
            NotFound: it was deleted, or is somebody else's.
        """
        found = self._dialogues.unsummarised(scope.account, dialogue_id)
        turns = found.turns[-_LOOKED_AT:]
        older, recent = _split(turns, TURNS_TOKENS)
        summary = found.dialogue.summary
        if older:
            summary = digest(summary, older)
        return Recalled(
            summary=cut(summary, SUMMARY_TOKENS),
            exchanges=tuple(_exchange(one) for one in recent),
            turns=tuple(recent),
        )

    def condense(self, scope: Scope, dialogue_id: int) -> bool:
        """Sum the older turns up, if they have grown over their budget; returns whether they were.

        Raises:
            NotFound: the dialogue was deleted meanwhile.
        """
        found = self._dialogues.unsummarised(scope.account, dialogue_id)
        # What an account sees of a dialogue in parts is told in lines: one summary cannot stand for both.
        if not found.is_whole or sum(map(_tokens, found.turns)) <= TURNS_TOKENS:
            return False
        older, _ = _split(found.turns, _KEPT_TOKENS)
        if not older:
            return False
        told = older[-_LOOKED_AT:]
        worded = self._chat.word(
            Call(
                prompt="summary",
                variables={
                    "before": retold(found.dialogue.summary),
                    "turns": [
                        Block(retold(f"{one.asked}\n→ {one.said}"), str(n))
                        for n, one in enumerate(map(_exchange, told), 1)
                    ],
                    "digest": digest(found.dialogue.summary, told),
                },
                language=scope.language,
                purpose=Purpose.SUMMARY,
                community_id=scope.community_id,
                group_id=scope.group_id,
                account_id=scope.account.id or None,
                max_tokens=SUMMARY_TOKENS,
            )
        )
        summary = cut(worded.text.strip(), SUMMARY_TOKENS) or digest(found.dialogue.summary, told)
        self._dialogues.summarise(scope.account, dialogue_id, summary, older[-1].id)
        return True


def digest(before: str, turns: Sequence[Turn]) -> str:
    """A summary without a model: the latest turns in a line each, behind as much of what stood there as fits."""
    lines: list[str] = []
    left = SUMMARY_TOKENS
    for turn in reversed(turns):
        line = f"{_line(turn.asked)} → {_line(turn.said)}"
        if count(line) + 1 > left:
            break
        lines.insert(0, line)
        left -= count(line) + 1
    kept = cut(before, max(0, left - 1))
    return "\n".join([kept, *lines] if kept else lines)


def _split(turns: Sequence[Turn], budget: int) -> tuple[list[Turn], list[Turn]]:
    """The turns before those that fit into a budget, and the latest that do: at least the last one."""
    left = budget
    at = len(turns)
    while at > 0 and (left >= _tokens(turns[at - 1]) or at == len(turns)):
        at -= 1
        left -= _tokens(turns[at])
    return list(turns[:at]), list(turns[at:])


def _exchange(turn: Turn) -> Exchange:
    return Exchange(cut(turn.asked, _ASKED_TOKENS), cut(turn.said, _SAID_TOKENS))


def _tokens(turn: Turn) -> int:
    told = _exchange(turn)
    return count(told.asked) + count(told.said)


def _line(text: str) -> str:
    first = " ".join(text.split())
    kept = cut(first, _LINE_TOKENS)
    return kept if len(kept) == len(first) else f"{kept}…"
