"""A text against a group's rules. A model judges; without one, or where it doubts, plain signs say where to look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from copilot.assistant.request import Found, Request, Scope
from copilot.assistant.rule_signs import Concern, concerns
from copilot.assistant.speech import Speech
from copilot.models.blocks import Block, wrap
from copilot.models.chat import Call, Chat
from copilot.records import Citation, Outcome, Purpose, Rule, Source, SourceKind
from copilot.services.consulting import Consulting
from copilot.services.histories import History

_WORDED = frozenset({Outcome.OK, Outcome.REPAIRED})
_RULES = 30


class Verdict(BaseModel):
    """Whether a text keeps the rules: `look` where a person has to look at it."""

    verdict: Literal["fine", "look", "breaks"] = "look"
    clauses: list[Clause] = Field(default_factory=list, max_length=6)


class Clause(BaseModel):
    """One rule that a text touches: its number, the words of the text, and why, in a sentence."""

    number: int
    words: str = Field(default="", max_length=200)
    why: str = Field(default="", max_length=200)


Verdict.model_rebuild()


class Checking:
    """Checks texts against rules.

    Args:
        consulting: knows the rules.
    """

    def __init__(self, consulting: Consulting) -> None:
        self._consulting = consulting

    def check(self, speech: Speech, history: History, request: Request, scope: Scope, chat: Chat | None) -> Found:
        """A text against the rules, or the rules themselves where no text was handed over.

        Args:
            chat: judges; None where whoever reads the reply does.
        """
        rules = list(self._consulting.rules(history))[:_RULES]
        if not rules:
            return Found(
                text=speech(
                    "这里还没有群规，可以在“知识”页里写。",
                    "There are no rules here yet; write them on the Knowledge page.",
                )
            )
        text = request.text.strip()
        if not text:
            lines = "\n".join(f"{one.number}. {one.text}" for one in rules)
            return Found(
                text=f"{speech('群规：', 'The rules:')}\n{lines}",
                material=wrap(lines, speech("群规", "rules")),
                citations=tuple(_cite(speech, history, one) for one in rules),
            )
        signs = concerns(text, rules)
        if chat is None:
            return _signs(speech, history, signs)
        judged = chat.judge(
            Call(
                prompt="rules",
                variables={
                    "text": text,
                    "rules": [Block(one.text, speech(f"群规 {one.number}", f"rule {one.number}")) for one in rules],
                },
                language=speech.language,
                purpose=Purpose.JUDGE,
                community_id=scope.community_id,
                group_id=scope.group_id,
                account_id=scope.account.id or None,
            ),
            Verdict,
        )
        is_judged = judged.outcome in _WORDED
        clauses = _held(judged.value, text, rules) if is_judged else []
        if is_judged and judged.value.verdict != "look" and (judged.value.verdict == "fine") == (not clauses):
            return _verdict(speech, history, judged.value, clauses, rules, signs)
        return _signs(speech, history, signs)


def _held(verdict: Verdict, text: str, rules: Sequence[Rule]) -> list[Clause]:
    """The clauses whose rule is there and whose words stand in the text."""
    numbers = {one.number for one in rules}
    squeezed = "".join(text.split())
    return [
        one for one in verdict.clauses if one.number in numbers and one.words and "".join(one.words.split()) in squeezed
    ]


def _cite(speech: Speech, history: History, rule: Rule) -> Citation:
    source = Source(kind=SourceKind.RULE, id=rule.id, community_id=history.community.id, group_id=rule.group_id)
    return Citation(source=source, title=_title(speech, rule.number), words=rule.text)


def _title(speech: Speech, number: int) -> str:
    return speech(f"群规第{number}条", f"Rule {number}")


def _verdict(
    speech: Speech, history: History, verdict: Verdict, clauses: list[Clause], rules: list[Rule], signs: list[Concern]
) -> Found:
    if not clauses:
        if signs:
            # What a plain sign points to is shown all the same: a model overlooks as well.
            return _signs(speech, history, signs)
        return Found(
            text=speech("对照群规看过，没有看到违反的地方。", "Checked against the rules: nothing seems to break one.")
        )
    by_number = {one.number: one for one in rules}
    lines = [
        speech(
            f"· {_title(speech, one.number)}：{speech.quote(one.words)}，{one.why}",
            f"· {_title(speech, one.number)}: {speech.quote(one.words)}. {one.why}",
        )
        for one in clauses
    ]
    head = speech("可能违反这些群规，发之前请看一眼：", "It may break these rules; look at it before it goes out:")
    return Found(
        text="\n".join([head, *lines]),
        material=wrap("\n".join([head, *lines]), speech("查到的", "found")),
        citations=tuple(_cite(speech, history, by_number[one.number]) for one in clauses),
    )


def _signs(speech: Speech, history: History, signs: list[Concern]) -> Found:
    """What plain signs point to, which a person has to look at."""
    if not signs:
        return Found(
            text=speech(
                "没有看到明显和群规有关的地方，但没有模型仔细读过，最好再看一眼。",
                "Nothing in it plainly touches a rule, but no model has read it closely: have a look at it.",
            )
        )
    lines = [
        speech(
            f"· {_title(speech, one.rule.number)}（{one.rule.text}）：里面有{speech.quote(one.words)}",
            f"· {_title(speech, one.rule.number)} ({one.rule.text}): it says {speech.quote(one.words)}",
        )
        for one in signs
    ]
    head = speech(
        "和这些群规有关，要不要紧请你看一眼：", "It touches these rules; whether it matters is for you to see:"
    )
    return Found(
        text="\n".join([head, *lines]),
        material=wrap("\n".join([head, *lines]), speech("查到的", "found")),
        citations=tuple(_cite(speech, history, one.rule) for one in signs),
    )
