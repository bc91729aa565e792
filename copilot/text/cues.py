"""What a line of chat does, by its words alone: it asks, it answers, it thanks, it greets all.

These cues are weak and cheap: they weigh in when it is guessed who answers whom, for every message of a long history.
Whether a message is a question that could be answered is another matter: `copilot.answering.question` reads closely.

All functions take a text after `copilot.text.fold.folded` and its words, as `copilot.text.tokens.tokens` gives them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ASKING_STARTS = _set(
    "how what why where when which who whats hows is are can could does do did anyone anybody any1 has have would "
    "should am will any"
)
_ANSWERING_STARTS = _set(
    "yes yeah yep yup ya no nope nah sure try use you it its because then that thats just i probably maybe not right "
    "correct run type look check see install well dunno exactly"
)
_THANKING = _set(
    "thank thanks thx thankyou ty tnx cheers great awesome cool ok okay k ah oh lol haha hahaha nice worked works"
)
_TO_ALL = _set("all everyone everybody anyone anybody folks guys someone")
_GREETING_STARTS = _set("hi hello hey hiya morning good evening yo greetings")

_ASKS_ZH = re.compile(
    r"[吗呢嘛么](?=$|[\s,.!~。，！…])|什么|怎[么样]|咋|如何|为啥|为何|哪[里儿个些位天种家]|谁[有能会知]|多少|多久|几[点号天个]"
    r"|有没有|能不能|可不可以|是不是|会不会|要不要|请问|求助|求问"
)
_ANSWERS_ZH = re.compile(
    r"(?:@\S+\s|\S+[:,：，] ?)?\W*(?:是|对|嗯|恩|有|没|可以|不[是行能用会要]|能|行|应该|好像"
    r"|因为|试试|你[可要得先去看用]|直接|用"
    r"|看|在|得|要)"
)
_THANKS_ZH = re.compile(r"谢|感谢|好的|好滴|好嘞|收到|明白|懂了|了解|知道了|原来|哈哈|厉害|^\W*[好哦噢嗯行]+\W*$")
_GREETS_ZH = re.compile(r"大家|各位|有没有人|有人|谁(?:有|知道|能|会)|群友|早上好|晚上好|下午好|早安|晚安")
# A name and a filler may stand before the word that tells.
_STARTS = 3


def asks(plain: str, words: Sequence[str]) -> bool:
    """Whether a text asks something."""
    if "?" in plain or not _ASKING_STARTS.isdisjoint(words[:_STARTS]):
        return True
    return not plain.isascii() and _ASKS_ZH.search(plain) is not None


def answers(plain: str, words: Sequence[str]) -> bool:
    """Whether a text begins like an answer or an advice."""
    if not _ANSWERING_STARTS.isdisjoint(words[:_STARTS]):
        return True
    return not plain.isascii() and _ANSWERS_ZH.match(plain) is not None


def thanks(plain: str, words: Sequence[str]) -> bool:
    """Whether a text takes an answer: it thanks, agrees, or sees."""
    if not _THANKING.isdisjoint(words):
        return True
    return not plain.isascii() and _THANKS_ZH.search(plain) is not None


def greets(plain: str, words: Sequence[str]) -> bool:
    """Whether a text speaks to all."""
    if not _TO_ALL.isdisjoint(words) or (bool(words) and words[0] in _GREETING_STARTS):
        return True
    return not plain.isascii() and _GREETS_ZH.search(plain) is not None
