"""What of a message is worth reporting: its words without greetings, laughter, addresses, mentions and list numbers.

Everything is by the words alone; what a picture shows or a link leads to is not known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from copilot.records import Message, MessageKind
from copilot.text.fold import folded

# Kinds in which people say something in words.
_SPEAKING = frozenset(
    {MessageKind.TEXT, MessageKind.NOTICE, MessageKind.FILE, MessageKind.POLL, MessageKind.FORWARD, MessageKind.LINK}
)
_ASIDE = re.compile(
    r"```.*?```|https?://[\x21-\x7e]+|www\.[\x21-\x7e]+|@\s?[^\s@,，:：。!！?？]{1,32}[\s\u2005]?"
    r"|\[[^\[\]\s]{1,8}\]|(?<!\w):[a-z0-9_+-]{2,30}:(?!\w)|#接龙",
    re.S,
)
# A line of a list that everybody copies and continues (接龙): "3. 一一 3岁".
_NUMBERED = re.compile(r"^\s*\d{1,3}\s*[.、．)）]\s*", re.M)
# Longer ones first: each is taken whole or not at all, so that "哈哈哈哈…" costs what it is long.
_EMPTY_PHRASES = (
    r"早上?好|上午好|中午好|下午好|晚上好|晚安|早安|早呀?|你好|您好|大家好?|各位好?|哈喽|嗨"
    r"|欢迎(?:新人|新邻居|新朋友|欢迎|你|大家|加入|入群)*|谢谢(?:你|您|大家|各位|老师|群主|馆主|亲|啦|了)*|多谢|感谢(?:分享|大家)?|辛苦(?:了|啦)?"
    r"|不客气|客气了?|没事|好的?(?:呀|哒|滴|嘞|吧|啊|噢|哦|耶)?|收到(?:啦|了)?|明白了?|懂了|知道(?:了|啦)?|了解(?:了|啦)?"
    r"|嗯+|哦+|噢+|啊+|哇+|唉+|额+|呃+|哎呀?|对(?:的|呀|啊|对)*|是(?:的|呀|啊)|行(?:吧|的)?|可以(?:的|呀|啊)?|没问题"
    r"|[+＋]\s*1|1|666+|233+|哈+|嘿+|呵+|嘻+|笑死|厉害了?|赞+|牛+|棒+|服了?|同问|同求|蹲+|顶+|路过|冒泡|打卡|签到"
    r"|加油|恭喜|生日快乐|节日快乐|新年快乐|真的(?:吗|假的)?|是吗|来了|在吗|在的?"
    r"|hello|hey|hi+(?!\w)|h{2,}|yo(?!\w)|good (?:morning|afternoon|evening|night)|morning|gm(?!\w)|gn(?!\w)"
    r"|thanks?(?: you)?(?: (?:so|very) much)?|thx|ty(?!\w)|cheers|great|nice|cool|awesome|perfect|sure|yes|yeah|yep|yup"
    r"|nope|no(?!\w)|lol|lmao|ha(?:ha)+|wow|welcome|congrats|congratulations|got it|i see|agreed?|same|indeed|right"
    r"|exactly|oh|ah|hm+|everyone|everybody|all(?!\w)|folks|guys|me too|bye|please|ok(?:ay)?"
)
_ONLY_EMPTY = re.compile(rf"(?>{_EMPTY_PHRASES}|[\W_])*+")
_CLAUSE = re.compile(r"[^\w\s']+|\n")
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGITS = re.compile(r"[\d一二三四五六七八九十百]+")
# Names under which programs write in groups.
_BOT = re.compile(r"机器人|小助手|自动回复|\b\w*bot\b|notifications?\b")
# So often the same words of one sender are a routine.
_SEVERAL = 3
# Fewer Chinese characters, or words of another script, tell nothing by themselves.
_FEWEST_HAN = 4
_FEWEST_WORDS = 3


def told(message: Message) -> str:
    """A message's own words on one line: no addresses, mentions, emotes; of a list that goes round only its head.

    Returns:
        Plain text, "" where nothing is left.
    """
    if message.kind not in _SPEAKING:
        return ""
    text = message.text
    lines = text.splitlines()
    if len(lines) > 1 and sum(1 for line in lines if _NUMBERED.match(line)) >= 1:
        head = [line for line in lines if not _NUMBERED.match(line)]
        text = "\n".join(head)
    elif _NUMBERED.match(text) and len(text) < 40:
        return ""
    return " ".join(_ASIDE.sub(" ", text).split())


def says_something(message: Message) -> bool:
    """Whether a message tells something: more than a greeting, thanks, laughter, a sticker or a link."""
    return is_telling(told(message))


def is_telling(words: str) -> bool:
    """Whether words tell something; see `says_something`."""
    kept = " ".join(part for part in _CLAUSE.split(folded(words)) if not _ONLY_EMPTY.fullmatch(part))
    han = len(_HAN.findall(kept))
    return han >= _FEWEST_HAN if han else len(_WORD.findall(kept)) >= _FEWEST_WORDS


def is_bot(name: str) -> bool:
    """Whether a name is one under which programs write."""
    return bool(_BOT.search(folded(name)))


def automatic(messages: Iterable[Message]) -> frozenset[int]:
    """The ids of messages that a program wrote, or that somebody posts again and again: the same words, but for
    numbers, three times or more by one sender."""
    shapes: dict[tuple[int | str, str], list[int]] = {}
    found: set[int] = set()
    for one in messages:
        if is_bot(one.sender_name):
            found.add(one.id)
            continue
        shape = _DIGITS.sub("0", folded(one.text)).strip()[:80]
        if len(shape) >= 4:
            shapes.setdefault((one.member_id or one.sender_name, shape), []).append(one.id)
    for ids in shapes.values():
        if len(ids) >= _SEVERAL:
            found.update(ids)
    return frozenset(found)


def people_of(messages: Iterable[Message]) -> Counter[int | str]:
    """How many messages each person wrote, by member id (by name where there is none)."""
    return Counter(who(one) for one in messages)


def who(message: Message) -> int | str:
    """Who wrote a message: the member's id, or the name where there is none."""
    return message.member_id if message.member_id is not None else message.sender_name


def same_breath(messages: Sequence[Message], i: int, within: timedelta = timedelta(minutes=2)) -> list[Message]:
    """The message at a place with what the same person wrote right before and after it."""
    first = last = i
    while (
        first > 0
        and who(messages[first - 1]) == who(messages[i])
        and messages[first].sent_at - messages[first - 1].sent_at <= within
    ):
        first -= 1
    while (
        last + 1 < len(messages)
        and who(messages[last + 1]) == who(messages[i])
        and messages[last + 1].sent_at - messages[last].sent_at <= within
    ):
        last += 1
    return list(messages[first : last + 1])
