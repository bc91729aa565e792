"""What rules can change of a text without understanding it: how people are addressed, a greeting, the time and place
that it names in lines of their own. And what of a model's wording is no longer what the text said."""

from __future__ import annotations

import re
from dataclasses import replace

from copilot.assistant.given import place_of, when_of
from copilot.assistant.periods import find_periods
from copilot.assistant.request import Scope
from copilot.assistant.speech import Speech
from copilot.records import Tone

_NUMBER = re.compile(r"\d+(?:[:：.]\d+)*")
_ADDRESS = re.compile(r"https?://[\x21-\x7e]+|\b[\w.+-]+@[\w-]+\.[\w.]+")
_GREETING = re.compile(
    r"^\s*(?:【[^】\n]*】\s*)?(?:大家|各位|亲爱的|家人|小伙伴|朋友们|hi|hello|hey|dear|good (?:morning|evening))", re.I
)
_WARM = re.compile(r"亲切|温暖|热情|温柔|友好|活泼|轻松|可爱|warm|friendl|kind|cheer|casual|light")
_FORMAL = re.compile(r"正式|严肃|尊重|礼貌|客气|您|formal|serious|polite")
_SHORTER = re.compile(r"短|精简|简洁|short|brief|concise")
_HEED = re.compile(r"请注意[：:]")
# How a stern notice says what a warm one says too.
_WARMER = (
    ("特此通知。", ""),
    ("务必", "记得"),
    ("严禁", "请不要"),
    ("禁止", "请不要"),
    ("不得", "请不要"),
)
_CLOSING = re.compile(
    r"\n+(?:有问题在群里说一声就好。|已经办好的不用管这条，谢谢配合。|If you have a question, just ask here\."
    r"|If you have done so already, never mind this\. Thank you!)\s*$"
)
_OPENING = re.compile(
    r"(?:(?<=\n)|^)(?:大家好[呀！!，～~]*|各位好[！，]?|Hi all[!,]\s?)"
    r"(?:跟你们说一下[^\n]*的安排：|Here is what is planned for [^\n]*:)?\n*"
)
_TIME_LINE = re.compile(r"^(\s*(?:时间|日期|When|Time|Date)\s*[:：]\s*)\S.*$", re.MULTILINE | re.IGNORECASE)
_PLACE_LINE = re.compile(r"^(\s*(?:地点|地址|Where|Place|Venue)\s*[:：]\s*)\S.*$", re.MULTILINE | re.IGNORECASE)
_MOVES = re.compile(
    r"(?:改|换|挪|调|推迟|提前|延)(?:成|到|为|至|在)|(?:时间|地点|地址|日期)\s*(?:就?[是在为]|[:：])"
    r"|\b(?:change|move|shift|push|set|reschedule|make)\b.*\b(?:to|at|on|am|pm)\b"
    r"|\b(?:time|date|place|venue|location)\s*(?:is|:)",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"[周月日号天明后]|星期|礼拜|今[天晚早]|day|tomorrow|tonight|\d(?:st|nd|rd|th)|[a-z]{3,} \d", re.IGNORECASE
)
_WEEKDAY = re.compile(
    r"(?:周|星期|礼拜)[一二三四五六日天]|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE
)
_MOVED_TO = re.compile(
    r"(?:move|change|shift) (?:it|this|that|the (?:place|venue|location)) to ((?:the|our) [\w' -]+|[A-Z][\w' -]*)", re.I
)
_HAN_DIGITS = {one: str(value) for value, one in enumerate("零一二三四五六七八九十")} | {"两": "2", "半": "30"}


def names_change(wish: str) -> bool:
    """Whether a wish is that a text says something else (改成周日), not that it says it in another way."""
    return bool(_MOVES.search(wish))


def wished(wish: str, tone: Tone) -> Tone:
    """A community's tone with what a wish asks of it."""
    if _FORMAL.search(wish):
        tone = replace(tone, address="您", emoji="none")
    elif _WARM.search(wish):
        tone = replace(tone, emoji="few" if tone.emoji == "none" else tone.emoji)
    return replace(tone, length="short") if _SHORTER.search(wish) else tone


def addressed(text: str, tone: Tone) -> str:
    """A text of ours with the way in which the community addresses its members."""
    return re.sub(r"你(?!们)", "您", text) if tone.address == "您" else text


def by_rule(speech: Speech, text: str, wish: str, tone: Tone, scope: Scope) -> tuple[str, list[str]]:
    """Change a text as far as rules can.

    Returns:
        The text, and what was done to it, for people to read.
    """
    if names_change(wish):
        return _moved(speech, text, wish, scope)
    done: list[str] = []
    changed_text = text
    if speech.language == "zh":
        if tone.address == "您" and re.search(r"你(?!们)", changed_text):
            changed_text = addressed(changed_text, tone)
            done.append("“你”改成“您”")
        elif _WARM.search(wish) and tone.address == "你" and "您" in changed_text:
            changed_text = changed_text.replace("您", "你")
            done.append("“您”改成“你”")
        if _WARM.search(wish):
            if _HEED.search(changed_text):
                changed_text = _HEED.sub(
                    lambda match: ("，" if match.string[: match.start()][-1:].isalpha() else "") + "跟大家说一声：",
                    changed_text,
                )
                done.append("“请注意”改成“跟大家说一声”")
            for stern, warm in _WARMER:
                if stern in changed_text:
                    changed_text = changed_text.replace(stern, warm)
                    done.append(
                        f"“{stern.strip('：。')}”改成“{warm.strip('：')}”" if warm else f"去掉“{stern.strip('。')}”"
                    )
    if _SHORTER.search(wish):
        for closing in (_CLOSING, _OPENING):
            shorter = closing.sub("", changed_text, count=1)
            if shorter.strip() and shorter != changed_text:
                changed_text = shorter
                done.append(
                    speech("去掉了结尾的客套", "the closing line is gone")
                    if closing is _CLOSING
                    else speech("去掉了问候", "the greeting is gone")
                )
    elif (_WARM.search(wish) or _FORMAL.search(wish)) and not _GREETING.search(changed_text):
        formal = bool(_FORMAL.search(wish))
        changed_text = (
            speech("各位好！" if formal else "大家好呀～", "Dear all, " if formal else "Hi all! ") + changed_text
        )
        done.append(speech("加了问候", "a greeting in front"))
    return changed_text, done


def changed(before: str, after: str, wish: str, scope: Scope) -> set[str]:
    """The numbers and links of a new wording that are not what the text and the wish say.

    Where the wish is that something be said differently, what it replaces may be gone, and what it names may be new.
    """
    old, new = _facts(before), _facts(after)
    if not names_change(wish):
        return old ^ new
    return new - old - _facts_of_wish(wish, scope)


def _moved(speech: Speech, text: str, wish: str, scope: Scope) -> tuple[str, list[str]]:
    """Put the time and the place of a wish into the lines that a text has for them."""
    done: list[str] = []
    text = _renamed(speech, text, wish, done)
    mentions = find_periods(wish, scope.now, scope.timezone, ahead=True)
    said = _TIME_LINE.search(text)
    if said and mentions and not _DAY.search(mentions[0].period.words):
        # 改成四点 leaves the day as it is.
        mentions = [*find_periods(said.group(), scope.now, scope.timezone, ahead=True)[:1], *mentions]
    when = when_of(mentions, speech) if mentions else ""
    where = place_of(wish)
    if not where and not when and (found := _MOVED_TO.search(wish)):
        where = found.group(1).strip(" .!")
    for line, value, name in (
        (_TIME_LINE, when, speech(f"时间改成{when}", f"the time is {when}")),
        (_PLACE_LINE, where, speech(f"地点改成{where}", f"the place is {where}")),
    ):
        if value and line.search(text):
            text = _with_value(line, text, value)
            done.append(name)
    return text, done


def _renamed(speech: Speech, text: str, wish: str, done: list[str]) -> str:
    """A text whose title names a weekday (周六故事会) with the new one in its place."""
    old, new = _WEEKDAY.search(text.split("\n", 1)[0]), _WEEKDAY.search(wish)
    if not old or not new or old.group() == new.group() or not _TIME_LINE.search(text):
        return text
    done.append(speech(f"“{old.group()}”改成“{new.group()}”", f"{old.group()} is {new.group()}"))
    return text.replace(old.group(), new.group())


def _facts(text: str) -> set[str]:
    return set(_NUMBER.findall(text)) | set(_ADDRESS.findall(text))


def _facts_of_wish(wish: str, scope: Scope) -> set[str]:
    """The numbers that a wish names, in any way in which a text can write them."""
    found = _facts(wish) | {digits for han, digits in _HAN_DIGITS.items() if han in wish}
    speech = Speech.of(scope)
    for one in find_periods(wish, scope.now, scope.timezone, ahead=True):
        for at in (one.period.starts_at, one.period.ends_at):
            local = at.astimezone(speech.zone)
            hours = {str(local.hour), str(local.hour % 12 or 12)}
            found |= hours | {f"{hour}:{local:%M}" for hour in hours} | {f"{hour}：{local:%M}" for hour in hours}
            found |= {str(local.month), str(local.day), f"{local:%M}", str(local.year)}
    return found


def _with_value(line: re.Pattern[str], text: str, value: str) -> str:
    """A text with a value put behind what a line of it begins with. The value is text: nothing in it is a reference."""
    return line.sub(lambda found: f"{found.group(1)}{value}", text, count=1)
