"""An answer with a chat model: it understands what is asked, reads what was found, and words what that says.

The model is asked at most twice, once where an FAQ entry is a clear hit. What it claims is let through only with
quotations that hold. It may make an answer quieter or better worded; where it fails, the answer without it stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, Field

from copilot.answering.answer import Findings, asks_nothing, speech_for
from copilot.answering.citations import Speech
from copilot.answering.conclusion import Checked, conclude, fall_back
from copilot.answering.content import content
from copilot.answering.grounding import Asked, Claim, verify
from copilot.answering.lines import leads_in, says_none
from copilot.answering.notes import Note
from copilot.answering.packing import Excerpt, Search, pack
from copilot.answering.question import rests_on_before
from copilot.errors import ModelFailed
from copilot.models.calls import Call, Judged, Worded
from copilot.models.tokens import count
from copilot.records import Answer, Outcome, Profile, Purpose, Silence, SilenceReason, SourceKind, Turn
from copilot.text.fold import folded
from copilot.text.marks import retold

Shape = TypeVar("Shape", bound=BaseModel)


class Chat(Protocol):
    """What an answer needs of a chat model."""

    @property
    def is_ready(self) -> bool:
        """Whether a model is chosen."""

    def word(self, call: Call) -> Worded:
        """A text, or the prompt's fallback."""

    def judge(self, call: Call, schema: type[Shape]) -> Judged[Shape]:
        """A value of a shape, or the prompt's default."""

    def stream(self, call: Call) -> Iterator[str]:
        """A text in pieces; `ModelFailed` where there is none."""


@runtime_checkable
class _Closable(Protocol):
    def close(self) -> None: ...


class Understood(BaseModel):
    """What a model made of a question: one that stands by itself, the same in the other language, and what to look
    for besides."""

    question: Annotated[str, Field(max_length=400)] = ""
    other: Annotated[str, Field(max_length=400)] = ""
    searches: list[Annotated[str, Field(max_length=120)]] = Field(default_factory=list, max_length=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A question with all that is needed to answer it.

    Args:
        before: what was said before in this conversation, oldest first.
        passed: whether the gate lets it in.
        findings: what was found for it. `base`: the answer without a model.
        find: looks for other words in the same places. `decide`: answers other words without a model.
    """

    question: str
    before: tuple[Turn, ...]
    profile: Profile
    today: date
    in_console: bool
    passed: bool
    community_id: int
    group_id: int | None
    account_id: int | None
    findings: Findings
    base: Answer | Silence
    find: Callable[[str], Findings]
    decide: Callable[[str, Findings], Answer | Silence]


# Tokens of what a model reads for one answer, and the most excerpts: less where an entry is a clear hit.
CLEAR_BUDGET, CLEAR_EXCERPTS = 500, 3
OPEN_BUDGET, OPEN_EXCERPTS = 1500, 8
# Seconds until the first words and until the last: there is an answer already where an entry is a clear hit, a group
# talks on meanwhile, and who asks in the console sees that it works.
CLEAR_SECONDS, GROUP_SECONDS, CONSOLE_SECONDS = (10.0, 30.0), (15.0, 30.0), (30.0, 90.0)
# So many of the last turns tell what a question follows on from, and so many characters of each side.
_TURNS, _LONGEST_TURN = 3, 300
_MOST_SEARCHES = 4
_MOST_LINES = 8
_NEVER = frozenset({SilenceReason.EMPTY, SilenceReason.NOT_A_QUESTION, SilenceReason.TO_SOMEONE_ELSE})
_WORKED = (Outcome.OK, Outcome.REPAIRED)
_OTHER = {"zh": {"zh": "英文", "en": "English"}, "en": {"zh": "中文", "en": "Chinese"}}
_LENGTHS = {
    "short": ("不超过两句", "two sentences at most"),
    "medium": ("不超过四句", "four sentences at most"),
    "long": ("可以写得细一些，不超过八句", "in some detail, eight sentences at most"),
}
_EMOJI = {
    "none": ("不用表情", "no emoji"),
    "few": ("最多用一个表情", "one emoji at most"),
    "many": ("可以用表情", "emoji are welcome"),
}


@dataclass(slots=True)
class _Reading:
    """How a question is understood, and what was found for its wordings."""

    searches: tuple[Search, ...]
    is_clear: bool = False
    meant: str = ""
    notes: tuple[Note, ...] = ()
    base: Answer | Silence | None = field(default=None)


class Wording:
    """Answers with a model where that helps.

    Args:
        chat: the door to the model.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    @property
    def is_ready(self) -> bool:
        """Whether a model is chosen."""
        return self._chat.is_ready

    def answer(self, task: Task, *, streaming: bool = False) -> Iterator[str | Answer | Silence]:
        """Answer a question.

        Args:
            streaming: whether each line is given out as soon as it is complete and has been checked.

        Yields:
            Lines of the answer where they stream, and last the whole result, which counts.
        """
        if not _may_help(task):
            yield task.base
            return
        speech = speech_for(task.question, task.profile, task.today)
        reading = self._read(task, speech)
        if isinstance(reading, Outcome):
            yield fall_back(task.base, reading)
            return
        base = reading.base or task.base
        budget, most = (CLEAR_BUDGET, CLEAR_EXCERPTS) if reading.is_clear else (OPEN_BUDGET, OPEN_EXCERPTS)
        excerpts = pack(reading.searches, budget=budget, count=count, most=most, with_history=not reading.is_clear)
        if not excerpts or (isinstance(base, Silence) and base.reason is SilenceReason.EXPIRED):
            yield replace(base, why=replace(base.why, outcome=Outcome.OK.value, understood=reading.meant))
            return
        checked = Checked(speech=speech, excerpts=excerpts, meant=reading.meant, notes=reading.notes)
        call = self._call(
            task,
            "answer",
            Purpose.ANSWER,
            speech,
            is_clear=reading.is_clear,
            question=task.question,
            meant=reading.meant,
            excerpts=[one.shown for one in excerpts],
            today=task.today,
            tone=_tone(task.profile, speech),
        )
        outcome = yield from self._check(call, checked, _asked(task, excerpts), streaming=streaming)
        if outcome not in _WORKED:
            yield fall_back(task.base, outcome)
            return
        yield conclude(task.question, checked, base, in_console=task.in_console, asks_the_same=_asks_the_same(task))

    def _read(self, task: Task, speech: Speech) -> _Reading | Outcome:
        """Understand the question: by itself where an entry is a clear hit, else with a model."""
        own = Search(words=task.question, findings=task.findings, speech=speech)
        follows = bool(task.before) and rests_on_before(task.question)
        if not follows and _is_clear(task.base):
            return _Reading(searches=(own,), is_clear=True)
        judged = self._chat.judge(
            self._call(
                task,
                "understand",
                Purpose.UNDERSTAND,
                speech,
                question=task.question,
                before=[retold(f"{one.asked[:_LONGEST_TURN]}\n→ {one.said[:_LONGEST_TURN]}") for one in _last(task)],
                other=_OTHER[speech.language][speech.language],
            ),
            Understood,
        )
        if judged.outcome not in _WORKED:
            return judged.outcome
        found = judged.value
        meant = found.question.strip() if task.before else ""
        meant = "" if _same(meant, task.question) else meant
        searches = [] if follows and meant else [own]
        for words in _unlike((meant, found.other.strip(), *map(str.strip, found.searches)), task.question):
            if len(searches) < _MOST_SEARCHES:
                spoken = speech_for(words, task.profile, task.today)
                searches.append(Search(words=words, findings=task.find(words), speech=spoken))
        notes: list[Note] = [Note.UNDERSTOOD] if meant else []
        if len(searches) > 1:
            notes.append(Note.ASKED_IN_OTHER_WORDS)
        reading = _Reading(searches=tuple(searches), meant=meant, notes=tuple(notes))
        # Among members only what was really written decides whether to speak.
        if meant and task.in_console:
            reading.base = task.decide(meant, next(one.findings for one in searches if one.words == meant))
        return reading

    def _check(self, call: Call, checked: Checked, asked: Asked, *, streaming: bool) -> Generator[str, None, Outcome]:
        """Ask for the answer and check it line by line; returns whether there was one."""
        if not streaming:
            worded = self._chat.word(call)
            if worded.outcome in _WORKED:
                deque(_held((worded.text,), checked, asked), maxlen=0)
            return worded.outcome
        pieces = self._chat.stream(call)
        try:
            yield from _held(pieces, checked, asked)
        except ModelFailed as failure:
            return Outcome(failure.reason)
        finally:
            # Whoever stops listening, or has heard enough, ends the request.
            if isinstance(pieces, _Closable):
                pieces.close()
        return Outcome.OK

    def _call(
        self,
        task: Task,
        prompt: str,
        purpose: Purpose,
        speech: Speech,
        *,
        is_clear: bool = False,
        **variables: object,
    ) -> Call:
        usual = CONSOLE_SECONDS if task.in_console else GROUP_SECONDS
        first_seconds, seconds = CLEAR_SECONDS if is_clear else usual
        return Call(
            prompt=prompt,
            variables=variables,
            language=speech.language,
            purpose=purpose,
            community_id=task.community_id,
            group_id=task.group_id,
            account_id=task.account_id,
            first_seconds=first_seconds,
            seconds=seconds,
        )


def _held(pieces: Iterable[str], checked: Checked, asked: Asked) -> Iterator[str]:
    """The lines that hold, as they are said."""
    for number, line in enumerate(_lines(pieces)):
        if not checked.claims and says_none(line):
            checked.says_none = True
        if checked.says_none or number == _MOST_LINES:
            return
        if leads_in(line):
            continue
        claim = verify(line, checked.excerpts, asked)
        if not isinstance(claim, Claim):
            checked.dropped += 1
        elif text := checked.take(claim):
            yield text


def _may_help(task: Task) -> bool:
    """Whether a model is asked at all. Among members not beyond what the gate lets in, nor about what has expired."""
    if isinstance(task.base, Answer):
        return True
    if task.base.reason in _NEVER:
        return False
    if task.before and rests_on_before(task.question) and task.in_console:
        return True
    if task.base.reason is SilenceReason.EXPIRED or content(task.question).empty:
        return False
    return not asks_nothing(task.question) if task.in_console else task.passed


def _is_clear(base: Answer | Silence) -> bool:
    """Whether an FAQ entry is a clear hit."""
    return (
        isinstance(base, Answer)
        and Note.FAQ_CLEAR in base.why.notes
        and base.citations[0].source.kind is SourceKind.FAQ
    )


def _asks_the_same(task: Task) -> bool:
    """Whether the question is, word for word, one of the entry that answers it without a model."""
    if not _is_clear(task.base) or not isinstance(task.base, Answer):
        return False
    entry_id = task.base.citations[0].source.id
    return any(
        _same(task.question, words)
        for one in task.findings.faq
        if one.entry.id == entry_id
        for words in (one.entry.question, *one.entry.variants)
    )


def _asked(task: Task, excerpts: tuple[Excerpt, ...]) -> Asked:
    names = {
        part.citation.sender_name
        for one in excerpts
        for part in one.parts
        if part.citation.sender_name and not task.in_console
    }
    return Asked(
        words="\n".join((*(one.asked for one in _last(task)), task.question)),
        today=task.today,
        unnamed=tuple(name for name in names if name),
    )


def _last(task: Task) -> tuple[Turn, ...]:
    return task.before[-_TURNS:]


def _same(one: str, other: str) -> bool:
    return [char for char in folded(one) if char.isalnum()] == [char for char in folded(other) if char.isalnum()]


def _unlike(wordings: Iterable[str], question: str) -> list[str]:
    """Wordings that differ from each other and from the question, in their order."""
    kept: list[str] = []
    for words in wordings:
        if words and not any(_same(words, other) for other in (question, *kept)):
            kept.append(words)
    return kept


def _tone(profile: Profile, speech: Speech) -> str:
    """How the reply is to sound, in the words of a prompt."""
    place = 0 if speech.language == "zh" else 1
    tone = profile.tone
    told = [_LENGTHS.get(speech.length, _LENGTHS["short"])[place]]
    if tone is not None:
        told.insert(0, _EMOJI.get(tone.emoji, _EMOJI["few"])[place])
        if place == 0:
            told.insert(0, f"称呼对方用“{tone.address}”")
    return "，".join(told) if place == 0 else ", ".join(told)


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in pieces, each as soon as it is complete; empty ones are left out."""
    held = ""
    for piece in pieces:
        held += piece
        *complete, held = held.split("\n")
        yield from (line for line in complete if line.strip())
    if held.strip():
        yield held
