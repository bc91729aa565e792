"""Replies to questions to the knowledge, and the list of what waits to be decided."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.assistant.request import Found
from copilot.assistant.speech import Speech
from copilot.models.blocks import wrap
from copilot.records import Answer, Citation, Proposal, ProposalKind, Silence, SilenceReason
from copilot.text.marks import marked, retold, unmarked

_SILENT = {
    SilenceReason.EMPTY: ("没有看到问题，再写一遍吧。", "There was no question; write it once more."),
    SilenceReason.NOT_A_QUESTION: ("这句话不像是在问什么。", "That does not seem to ask anything."),
    SilenceReason.TO_SOMEONE_ELSE: ("这句话像是问某一位成员的。", "That seems to be asked of one member."),
    SilenceReason.NOTHING_KNOWN: (
        "资料和聊天记录里都没有找到答案。",
        "Neither what is known here nor the chat history holds an answer.",
    ),
    SilenceReason.OUT_OF_SCOPE: (
        "这不像是这个群的事，资料里没有。",
        "That does not seem to belong here; nothing is known of it.",
    ),
    SilenceReason.NOT_SURE: ("拿不准，没有足够可靠的答案。", "It is not sure: nothing reliable enough was found."),
    SilenceReason.EXPIRED: ("有一条相关的问答，但已经过期了。", "There is an entry about it, but it has expired."),
}
_NEAR = 3
_WAITING = 6
_KINDS = {
    ProposalKind.ANNOUNCE: ("公告", "Announcement"),
    ProposalKind.SEND_MESSAGE: ("消息", "Message"),
}


def answered(speech: Speech, said: Answer | Silence) -> Found:
    """An answer as it stands, or why there is none with what came near."""
    if isinstance(said, Answer):
        return Found(
            text=said.text,
            material=wrap("\n".join([retold(said.text), *_sources(speech, said.citations)]), speech("查到的", "found")),
            citations=said.citations,
            result=said,
        )
    lines = [speech(*_SILENT[said.reason])]
    near = said.near[:_NEAR]
    if near:
        lines.append(speech("也许有关：", "Perhaps related:"))
        lines += _sources(speech, near)
    return Found(
        text=unmarked("\n".join(lines)),
        material=wrap("\n".join(lines), speech("查到的", "found")),
        citations=near,
        result=said,
    )


def _sources(speech: Speech, some: Sequence[Citation]) -> list[str]:
    lines = []
    for one in some:
        by = ""
        if one.sender_name and one.sent_at is not None:
            at = speech.moment(one.sent_at)
            by = speech(f"{marked(one.sender_name)}（{at}）：", f"{marked(one.sender_name)} ({at}): ")
        elif one.title:
            by = speech(f"{one.title}：", f"{one.title}: ")
        lines.append(f"· {by}{speech.quote(one.words)}")
    return lines


def proposals_waiting(speech: Speech, waiting: Sequence[Proposal]) -> Found:
    """What waits for a person, with the reasons."""
    if not waiting:
        return Found(text=speech("待办里没有等你定的。", "Nothing waits for you among the proposals."))
    number = len(waiting)
    lines = [speech(f"有{number}条等你定：", f"{number} wait{'s' if number == 1 else ''} for you:")]
    for one in waiting[:_WAITING]:
        kind, at = speech(*_KINDS[one.kind]), speech.moment(one.created_at)
        lines.append(speech(f"· {kind}，{at}：{speech.quote(one.text)}", f"· {kind}, {at}: {speech.quote(one.text)}"))
        if one.reason:
            lines.append(speech(f"   为什么：{one.reason}", f"   Why: {one.reason}"))
    if number > _WAITING:
        lines.append(speech(f"· 还有{number - _WAITING}条", f"· {number - _WAITING} more"))
    lines.append(speech("在“待办”页可以改、复制或不用。", "Edit, copy or drop them on the page of proposals."))
    evidence = dict.fromkeys(source for one in waiting[:_WAITING] for source in one.evidence)
    return Found(
        text="\n".join(lines),
        material=wrap(retold("\n".join(lines)), speech("查到的", "found")),
        citations=tuple(evidence),
        proposal_ids=tuple(one.id for one in waiting[:_WAITING]),
    )
