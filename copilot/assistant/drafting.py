"""Texts for a group, drafted and rewritten. A model words them; without one a template and a few rules do what they
honestly can, and the reply says so."""

from __future__ import annotations

import re
from dataclasses import replace

from copilot.assistant.reaching import stretch_of
from copilot.assistant.request import Found, Request, Scope
from copilot.assistant.speech import Speech
from copilot.models.blocks import Block, wrap
from copilot.models.chat import Call, Chat
from copilot.records import Outcome, ProposalKind, Purpose, Tone
from copilot.services.consulting import Consulting
from copilot.services.histories import History

_WORDED = frozenset({Outcome.OK, Outcome.REPAIRED})
_KINDS = {
    ProposalKind.ANNOUNCE: ("群公告", "an announcement"),
    ProposalKind.SEND_MESSAGE: ("群消息", "a message"),
}
_FACTS = 4
_FACT = 200
_NUMBER = re.compile(r"\d+(?:[:：.]\d+)*")
_ADDRESS = re.compile(r"https?://[\x21-\x7e]+|\b[\w.+-]+@[\w-]+\.[\w.]+")
_GREETING = re.compile(r"^\s*(?:大家|各位|亲爱的|家人|小伙伴|朋友们|hi|hello|hey|dear|good (?:morning|evening))", re.I)
_WARM = re.compile(r"亲切|温暖|热情|温柔|友好|活泼|轻松|可爱|warm|friendl|kind|cheer|casual|light")
_FORMAL = re.compile(r"正式|严肃|尊重|礼貌|客气|您|formal|serious|polite")
_SHORTER = re.compile(r"短|精简|简洁|short|brief|concise")


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
        day = speech.days(stretch_of(request.period)) if request.period is not None else ""
        said = self._chat.word(
            self._call(
                "draft",
                {
                    "topic": topic,
                    "details": request.text if request.text != topic else "",
                    "day": day,
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
        draft = _plain(said.text) if is_worded else _addressed(_plain(said.text), tone)
        note = speech(
            "拟了一份，发之前请核对时间、地点和人数。"
            if is_worded
            else "先给一个模板，划线的地方请补上（没有接模型，只能填到这里）。",
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
            material=wrap(draft, speech("草稿", "draft")),
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
        tone = _wished(wish, history.profile.tone or Tone())
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
        if said.outcome in _WORDED and (changed := _changed(text, draft)):
            said = replace(said, outcome=Outcome.BAD_OUTPUT)
            lost = speech.listed(sorted(changed)[:3])
            why = speech(
                f"模型改动了数字、时间或链接（{lost}），没有采用。",
                f"The model changed numbers or links ({lost}), so it is not used.",
            )
        elif said.outcome not in _WORDED:
            why = speech(
                "改写语气要接模型（在“设置”里选一个）。", "Rewriting takes a model (choose one in the settings)."
            )
        else:
            note = speech("改好了，时间、地点和数字没有动：", "Rewritten; times, places and numbers are as they were:")
            return _written(speech, note, draft, said.outcome)
        by_rule, done = _by_rule(speech, text, wish, tone)
        if not done:
            return Found(
                text=speech(
                    f"{why}没有模型能做的只有换称呼、加问候，这条不需要。", f"{why} Nothing else needs changing."
                ),
                outcome=said.outcome,
            )
        note = speech(
            f"{why}先按规则改了这些：{speech.listed(done)}。",
            f"{why} By rule, this was changed: {speech.listed(done)}.",
        )
        return _written(speech, note, by_rule, said.outcome)

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
        material=wrap(draft, speech("草稿", "draft")),
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


def _wished(wish: str, tone: Tone) -> Tone:
    if _FORMAL.search(wish):
        tone = replace(tone, address="您", emoji="none")
    elif _WARM.search(wish):
        tone = replace(tone, emoji="few" if tone.emoji == "none" else tone.emoji)
    return replace(tone, length="short") if _SHORTER.search(wish) else tone


def _addressed(text: str, tone: Tone) -> str:
    return re.sub(r"你(?!们)", "您", text) if tone.address == "您" else text


def _by_rule(speech: Speech, text: str, wish: str, tone: Tone) -> tuple[str, list[str]]:
    """What can be changed without understanding a text: how people are addressed, and a greeting in front."""
    changed, done = text, []
    if speech.language == "zh":
        if tone.address == "您" and re.search(r"你(?!们)", changed):
            changed = re.sub(r"你(?!们)", "您", changed)
            done.append("“你”改成“您”")
        elif _WARM.search(wish) and tone.address == "你" and "您" in changed:
            changed = changed.replace("您", "你")
            done.append("“您”改成“你”")
    if (_WARM.search(wish) or _FORMAL.search(wish)) and not _GREETING.search(changed):
        formal = bool(_FORMAL.search(wish))
        changed = speech("各位好！" if formal else "大家好呀～", "Dear all, " if formal else "Hi all! ") + changed
        done.append(speech("加了问候", "a greeting in front"))
    return changed, done


def _changed(before: str, after: str) -> set[str]:
    """The numbers and links that only one of two texts holds."""
    found = [set(_NUMBER.findall(text)) | set(_ADDRESS.findall(text)) for text in (before, after)]
    return found[0] ^ found[1]
