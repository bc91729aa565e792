"""From checked claims to the answer: what is said, what is cited, how sure it is, or why it stays quiet after all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from copilot.answering.citations import Speech, spoken_date
from copilot.answering.grounding import Claim
from copilot.answering.notes import WITHOUT_MODEL, Note
from copilot.answering.packing import Excerpt
from copilot.answering.quantities import Kind, quantities
from copilot.records import Answer, Citation, Explanation, Hit, Outcome, Silence, SilenceReason, SourceKind

_NEAR = 3
_SUREST, _LEAST = 0.97, 0.01
# Among members a model answers what words alone did not only where these at least hint at it; as in `answer`.
_HINTS = 0.2


@dataclass(slots=True, kw_only=True)
class Checked:
    """A model's answer while it is checked.

    Args:
        speech: how it is spoken. `excerpts`: what the model was shown.
        meant: how the question was understood, "" where it stands by itself. `notes`: of that.
        says_none: whether the model saw no answer. `dropped`: how many lines did not hold.
    """

    speech: Speech
    excerpts: tuple[Excerpt, ...]
    meant: str = ""
    notes: tuple[Note, ...] = ()
    says_none: bool = False
    dropped: int = 0
    claims: list[Claim] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    _told: str = ""

    def take(self, claim: Claim) -> str:
        """Add a claim; returns it as it is said, "" where it was said already.

        What rests on members' words alone is dated: they were true on that day.
        """
        if any(one.text == claim.text for one in self.claims):
            return ""
        self.claims.append(claim)
        text = self._dated(claim)
        self.lines.append(text)
        return text

    def _dated(self, claim: Claim) -> str:
        at = max((one.sent_at for one in claim.citations if one.sent_at is not None), default=None)
        if at is None or any(one.kind is not SourceKind.HISTORY for one in claim.excerpts):
            return claim.text
        told = spoken_date(at, self.speech)
        if claim.is_unsure:
            self._told = told
            return (
                f"{told}群里有人说，但不确定：{claim.text}"
                if self.speech.language == "zh"
                else f"From the chat on {told}, by somebody who was not sure: {claim.text}"
            )
        if told == self._told:
            return claim.text
        self._told = told
        local = at.astimezone(self.speech.timezone)
        said = {value for one in quantities(claim.text) if one.kind is Kind.DATE for value in one.values}
        if local.month * 100 + local.day in said:
            return claim.text
        return (
            f"{told}群里说过：{claim.text}"
            if self.speech.language == "zh"
            else f"From the chat on {told}: {claim.text}"
        )


def fall_back(base: Answer | Silence, outcome: Outcome) -> Answer | Silence:
    """The answer without a model, with the reason for that."""
    note = WITHOUT_MODEL.get(outcome)
    notes = (*base.why.notes, note) if note else base.why.notes
    return replace(base, why=replace(base.why, outcome=outcome.value, notes=notes))


def conclude(
    question: str, checked: Checked, base: Answer | Silence, *, in_console: bool, asks_the_same: bool
) -> Answer | Silence:
    """Make the result.

    Args:
        question: as it was asked.
        checked: what the model said, checked.
        base: the answer without a model.
        in_console: an admin asks; among members only what is surer is said.
        asks_the_same: whether an entry has this very question: then a model that sees no answer is wrong.
    """
    if checked.says_none and asks_the_same:
        return _told(base, checked, Outcome.OK)
    if checked.says_none:
        return Silence(
            question=question,
            reason=SilenceReason.NOT_SURE,
            near=_near(base, checked.excerpts),
            why=_why(base.why, checked, (Note.SEEN_NO_ANSWER,), keeps=False),
        )
    if not checked.claims:
        return _told(base, checked, Outcome.BAD_OUTPUT, Note.NOTHING_HELD)
    cited = tuple(dict.fromkeys(excerpt for claim in checked.claims for excerpt in claim.excerpts))
    sure = max(one.sure for one in cited)
    if not in_console and isinstance(base, Silence) and (checked.dropped or sure < _HINTS):
        return _told(base, checked, Outcome.OK, *([Note.CLAIMS_DROPPED] if checked.dropped else []))
    citations = tuple({(one.source, one.words): one for claim in checked.claims for one in claim.citations}.values())
    agreeing = isinstance(base, Answer) and any(one.source == base.citations[0].source for one in citations)
    if isinstance(base, Answer) and agreeing:
        sure = max(sure, base.confidence)
    held = len(checked.claims) / (len(checked.claims) + checked.dropped)
    notes = (Note.WORDED, *([Note.CLAIMS_DROPPED] if checked.dropped else []))
    own = () if agreeing else tuple(dict.fromkeys(note for one in cited for note in one.notes))
    return Answer(
        question=question,
        text="\n".join(checked.lines),
        citations=citations,
        confidence=round(min(_SUREST, max(_LEAST, sure * held)), 2),
        why=_why(base.why, checked, (*own, *notes), keeps=agreeing),
    )


def _told(base: Answer | Silence, checked: Checked, outcome: Outcome, *notes: Note) -> Answer | Silence:
    """The answer without a model, with what became of the model's."""
    why = _why(base.why, checked, notes, keeps=True)
    return replace(base, why=replace(why, outcome=outcome.value))


def _why(why: Explanation, checked: Checked, notes: tuple[str, ...], *, keeps: bool) -> Explanation:
    hits: dict[object, Hit] = {one.hit.passage.source: one.hit for one in checked.excerpts}
    for hit in why.hits:
        hits.setdefault(hit.passage.source, hit)
    return replace(
        why,
        hits=tuple(hits.values()),
        notes=(*(why.notes if keeps else ()), *checked.notes, *notes),
        outcome=Outcome.OK.value,
        understood=checked.meant,
    )


def _near(base: Answer | Silence, excerpts: tuple[Excerpt, ...]) -> tuple[Citation, ...]:
    """What may still help an admin: what would have answered without a model, then what the model was shown."""
    found = base.citations if isinstance(base, Answer) else base.near
    shown = (next((part for part in one.parts if part.is_telling), one.parts[0]).citation for one in excerpts)
    return tuple({one.source: one for one in (*found, *shown)}.values())[:_NEAR]
