"""Whether words order a text to be written or handed over, or only speak of such an order: quote, deny or ask about it.

What is wrongly taken for no order is asked or said once more; what is wrongly taken for one waits for a group.
"""

from __future__ import annotations

import re

from copilot.text.fold import folded

_VERB = re.compile(
    r"写|拟|起草|编|[来出弄整想][个条段份则一]|做[个条一]|准备|生成|(?<!人转)发|推送|公告|通知|提醒|告诉|跟大家|宣布|预告"
    r"|[放加排记列存][进到入]|\b(?:write|draft|compose|prepare|generate|create|post|send|publish|announce|announcement"
    r"|propose|remind|tell|let|invite|put|queue|add)\b"
)
_QUOTED = re.compile(r"[“「『\"][^“”「」『』\"]*[”」』\"]")
# Before the order: somebody else's words, a question, or something else that is to be done with the text.
_SPOKEN_OF = re.compile(
    r"说|让我|叫我|要我|人转发|[什怎]么|为何|谁|哪|吗|要不要|是不是|该不该|\?|总结|翻译|解释|看看|检查"
    r"|\b(?:said|says|wrote|writes|told|asked|posted|what|why|how|who|when|which|does|did|translate|summari[sz]e|check"
    r"|explain)\b"
)
_DENIED = re.compile(
    r"(?:别(?!忘)|不要(?!忘)|不用|不必|无需|不想|(?:don't|do not|never)(?! forget)|no need to)[^,;。!?:\n]{0,8}$"
)
_ASKED_ABOUT = re.compile(
    r"什么意思|怎么[回写发办样]|是谁|写得|写了什么|[发写]了(?:没有?|吗)|违规|骗子|\bmeans?\W*$|\bwhy\W*$|\bhow come\W*$"
)
# The text is for the admin's eyes only.
_KEPT = re.compile(
    r"(?:别|不要|不用|不必|先不|先别|无需)(?:帮我|把它|直接|急着)*(?:放|发|加|存|提交|推)"
    r"|(?:给我|我)(?:先)?看看(?:就行|就好|就可以|再说)"
    r"|(?:don't|do not|without|no need to)\s+(?:put|post|send|propos|sav|add|queue|publish)"
    r"|just (?:show|to show|for) me\b"
)
_YES_OR_NO = re.compile(r"(?<![好行以])吗\W*$")
_POLITE = re.compile(r"能|可以|可否|帮|请|麻烦|方便")


def is_order(plain: str, words: str) -> bool:
    """Whether an order to write or hand over stands in words as the admin's own.

    Args:
        plain: the words, folded, with spaces in place of a text that is handed over.
        words: as typed.
    """
    open_words = _QUOTED.sub(lambda match: " " * len(match.group()), plain).replace("’", "'")
    verb = _VERB.search(open_words)
    if verb is None:
        return not _SPOKEN_OF.search(open_words) and not any(
            _VERB.search(match.group()) for match in _QUOTED.finditer(folded(words))
        )
    head, tail = open_words[: verb.start()], open_words[verb.start() :]
    if _SPOKEN_OF.search(head) or _DENIED.search(head) or _ASKED_ABOUT.search(tail):
        return False
    return not _YES_OR_NO.search(tail) or bool(_POLITE.search(head))


def keeps_to_themselves(words: str) -> bool:
    """Whether the admin says that a text is not to be handed over, only shown."""
    return _KEPT.search(folded(words).replace("’", "'")) is not None
