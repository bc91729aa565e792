"""Texts for a group, drafted and rewritten. A model words them; without one a template and a few rules do what they
honestly can, and the reply says so."""

from __future__ import annotations

import re
from dataclasses import replace

from copilot.assistant.changing import addressed, by_rule, changed, names_change, wished
from copilot.assistant.given import given
from copilot.assistant.request import Found, Request, Scope
from copilot.assistant.speech import Speech
from copilot.models.blocks import Block, wrap
from copilot.models.chat import Call, Chat
from copilot.records import Outcome, ProposalKind, Purpose, Tone
from copilot.services.consulting import Consulting
from copilot.services.histories import History
from copilot.text.marks import retold

_WORDED = frozenset({Outcome.OK, Outcome.REPAIRED})
_KINDS = {
    ProposalKind.ANNOUNCE: ("群公告", "an announcement"),
    ProposalKind.SEND_MESSAGE: ("群消息", "a message"),
}
_FACTS = 4
_FACT = 200


class Drafting:
    """Drafts and rewrites texts.

    Args:
        consulting: knows what drafts rest on.
        chat: words them where a model is chosen.
    """

    def __init__(self, consulting: Consulting, chat: Chat) -> None:
        self._consulting = consulting
        self._chat = chat

    def draft(self, speech: Speech, history: History, request: Request, scope: Scope) -> Found:
        """A text about something, from what the place knows; what is not known is left as a gap to fill in."""
        topic = request.topic or " ".join(request.text.split())
        if not topic:
            return Found(
                text=speech("要写什么？比如“写个周六活动的公告”。", 'About what? For example "announce Saturday".')
            )
        kind = request.kind or ProposalKind.ANNOUNCE
        tone = history.profile.tone or Tone()
        facts = list(self._consulting.facts(history, topic, speech.now.date(), _FACTS))
        parts = given(topic, speech, scope, request.period, order=request.text)
        said = self._chat.word(
            self._call(
                "draft",
                {
                    "topic": topic,
                    "details": request.text if request.text != topic else "",
                    "day": parts.when,
                    "place": parts.where,
                    "shape": parts.shape.value,
                    "title": parts.title,
                    "body": parts.body,
                    "kind": speech("群公告", "an announcement")
                    if kind is ProposalKind.ANNOUNCE
                    else speech("群消息", "a message"),
                    "group": self._name(history),
                    "theme": history.profile.theme or "",
                    "tone": _tone(speech, tone),
                    "facts": [
                        Block(f"{one.title}\n{words[:_FACT]}", str(n)) for n, (one, words) in enumerate(facts, 1)
                    ],
                },
                speech,
                scope,
                Purpose.DRAFT,
            )
        )
        is_worded = said.outcome in _WORDED
        draft = _plain(said.text) if is_worded else addressed(_plain(said.text), tone)
        note = speech(
            "拟了一份，发之前请核对时间、地点和人数。"
            if is_worded
            else "先给一个模板，划线的地方请补上（没有用上模型，只能填到这里）。",
            "A draft; check its times, places and numbers before it goes out."
            if is_worded
            else "A template; fill in what is underlined (without a model this is as far as it goes).",
        )
        known = ""
        if facts and not is_worded:
            lines = [f"· {one.title}{speech('：', ': ')}{speech.quote(words)}" for one, words in facts[:2]]
            known = (
                "\n" + speech("资料里写着，可以用上：", "What is known and may be of use:") + "\n" + "\n".join(lines)
            )
        return Found(
            text=f"{note}\n\n{draft}{known}",
            draft=draft,
            material=wrap(retold(draft), speech("草稿", "draft")),
            citations=tuple(one for one, _ in facts),
            outcome=said.outcome,
            choices=(
                speech("把这条放进待办", "Save this as a proposal"),
                speech("把这条改得更亲切", "Rewrite this in a warmer tone"),
            ),
        )

    def rewrite(self, speech: Speech, history: History, request: Request, scope: Scope) -> Found:
        """A text in another tone. Numbers, dates and links stay as they are; a model that changes one is not heard."""
        text = request.text.strip()
        if not text:
            return Found(
                text=speech(
                    "把要改的内容贴上来，比如：把这条改得更亲切：“周六10点活动，不要迟到。”",
                    'Paste the text that is to be changed, such as: make this warmer: "Saturday at 10, be on time."',
                )
            )
        wish = request.topic.strip()
        tone = wished(wish, history.profile.tone or Tone())
        said = self._chat.word(
            self._call(
                "rewrite",
                {"text": text, "wish": wish, "tone": _tone(speech, tone), "group": self._name(history)},
                speech,
                scope,
                Purpose.DRAFT,
            )
        )
        draft = _plain(said.text)
        if said.outcome in _WORDED and (moved := changed(text, draft, wish, scope)):
            said = replace(said, outcome=Outcome.BAD_OUTPUT)
            lost = speech.listed(sorted(moved)[:3])
            why = speech(
                f"模型改动了数字、时间或链接（{lost}），没有采用。",
                f"The model changed numbers or links ({lost}), so it is not used.",
            )
        elif said.outcome not in _WORDED:
            # Why a model that is chosen did not word it stands under the reply.
            why = (
                speech(
                    "改写语气要接模型（在“设置”里选一个）。", "Rewriting takes a model (choose one in the settings)."
                )
                if said.outcome is Outcome.NO_MODEL
                else speech(
                    "改写语气要用模型，这次没有用上。", "Rewriting takes the model, which did not reply this time."
                )
            )
        else:
            note = (
                speech("按你说的改好了，发之前请核对：", "Changed as you said; check it before it goes out:")
                if names_change(wish)
                else speech(
                    "改好了，时间、地点和数字没有动：", "Rewritten; times, places and numbers are as they were:"
                )
            )
            return _written(speech, note, draft, said.outcome)
        ruled, done = by_rule(speech, text, wish, tone, scope)
        if said.outcome is Outcome.NO_MODEL and names_change(wish):
            note = (
                speech(
                    f"{speech.listed(done)}，别处没有动：", f"Changed: {speech.listed(done)}; the rest is as it was:"
                )
                if done
                else speech(
                    "没有接模型，只能改写着“时间”“地点”的那一行，这条里没有能改的。原文在这里，请自己改一下：",
                    "Without a model only the lines that say when and where can change, and none fits. The text is:",
                )
            )
        else:
            note = speech(
                f"{why}先按规则改了这些：{speech.listed(done)}。"
                if done
                else f"{why}按规则能做的只有换称呼、加问候、去客套，这条用不上，原文留在这里：",
                f"{why} By rule, this was changed: {speech.listed(done)}."
                if done
                else f"{why} Rules only change greetings and forms of address, and none fits. The text as it is:",
            )
        return _written(speech, note, ruled, said.outcome)

    def _name(self, history: History) -> str:
        return history.groups[0].name if len(history.groups) == 1 else history.profile.name or ""

    def _call(self, prompt: str, variables: dict[str, object], speech: Speech, scope: Scope, purpose: Purpose) -> Call:
        return Call(
            prompt=prompt,
            variables=variables,
            language=speech.language,
            purpose=purpose,
            community_id=scope.community_id,
            group_id=scope.group_id,
            account_id=scope.account.id or None,
        )


def _written(speech: Speech, note: str, draft: str, outcome: Outcome) -> Found:
    return Found(
        text=f"{note}\n\n{draft}",
        draft=draft,
        material=wrap(retold(draft), speech("草稿", "draft")),
        choices=(speech("把这条放进待办", "Save this as a proposal"),),
        outcome=outcome,
    )


def _plain(text: str) -> str:
    """A text as members read it: no Markdown, no frame around it."""
    kept = re.sub(r"^```\w*\n?|```$|\*\*|(?<!_)__(?!_)", "", text.strip(), flags=re.M)
    kept = re.sub(r"^#{1,6}\s+", "", kept, flags=re.M).strip()
    return kept[1:-1].strip() if len(kept) > 2 and kept[0] in '“"' and kept[-1] in '”"' else kept


def _tone(speech: Speech, tone: Tone) -> str:
    emoji = {"none": ("不用表情", "no emoji"), "few": ("少用表情", "few emoji"), "many": ("可以多用表情", "many emoji")}
    length = {"short": ("短", "short"), "medium": ("适中", "of medium length"), "long": ("可以长一点", "long")}
    signs, size = emoji.get(tone.emoji, emoji["few"]), length.get(tone.length, length["short"])
    return speech(f"称呼用“{tone.address}”，{signs[0]}，篇幅{size[0]}", f"{signs[1]}, {size[1]}")
