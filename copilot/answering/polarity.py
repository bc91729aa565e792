"""Whether a clause says that something is so or that it is not, in Chinese and English.

It counts words of denial; irony and denial by other means ("想得美") it does not see.
"""

from __future__ import annotations

import re

from copilot.text.fold import folded
from copilot.text.language import language
from copilot.text.tokens import tokens

_BOUND = re.compile(r"[。!?;\n]+|,(?!\d{3}(?!\d))|\.(?=\s|$)")
# Questions and turns of phrase that hold a word of denial and deny nothing.
_NO_DENIAL = re.compile(
    r"([一-鿿])[不没]\1|可不可以|能不能|有没有|是不是|会不会|要不要|是否|能否|可否|不[但仅只过错同少久断知]"
    r"|不(?:超过|多于|高于|低于|晚于|早于)|不好意思|对不起|不客气|没关系|没问题|没事"
    r"|差不多|无论|不管|不论|非常|除非|未来|要不然?|不如|别人|别的|区别|特别|分别|个别|级别|类别|性别|无线|非遗"
    r"|\bnot only\b|\bno problem\b|\bno worries\b|\bno matter\b|\bwhy not\b|\bnot just\b|\bno later than\b"
    r"|\bno more than\b|\bno less than\b|\bno\. ?\d"
)
# Two denials that say yes.
_TWICE = re.compile(r"不得不|不能不|不会不|非.{1,6}不可|无不|没有不|\bnot un\w+")
_DENIES = re.compile(
    r"不|没|无|未|莫|勿|别|甭|禁止|严禁|请勿|谢绝|拒绝"
    r"|\b(?:not|no|never|without|cannot|none|nobody|nothing|neither|nor|unable|forbidden|prohibited|banned)\b|n['’]t\b"
)
_OPEN = re.compile(r"开门|开放|营业|开馆|开着|\bopen(?:s|ing)?\b")
_SHUT = re.compile(r"闭馆|休息|歇业|停业|关着|\bclosed\b")
# What may be said with a denial as well as without: 休息 and 不开门, 免费 and 不收费.
_EITHER = re.compile(
    r"休息|闭馆|关门|关闭|打烊|歇业|停[止用业课办]|取消|免[费除押]?|除了?|仅|只[有能限]|谢绝|拒|过期|失效|满员|已满|售罄"
    r"|禁|暂停|不限|随时|没[有带买](?:[^,。;]{1,6})?[的者]"
    r"|\b(?:closed?s?|free|except|only|unless|cancel\w*|expired?|full|sold out|refus\w+|avoid|without|unlimited"
    r"|any ?time|optional|stop\w*)\b"
)
_STOP = "the a an is are was be of to in on at for and or you your it we they this that can do does with"
_STOPS = frozenset(_STOP.split())


def clauses(text: str) -> list[str]:
    """The clauses of a text, folded, without those that hold no word."""
    return [clause for clause in _BOUND.split(folded(text)) if any(char.isalnum() for char in clause)]


def denies(clause: str) -> bool:
    """Whether a folded clause denies."""
    return len(_DENIES.findall(_TWICE.sub(" ", _NO_DENIAL.sub(" ", clause)))) > 0


def agrees(claim: str, evidence: str) -> bool:
    """Whether no clause of a claim affirms what the evidence denies, or the other way round.

    In two languages nothing tells which clause goes with which: there a claim that only affirms, or only denies, needs
    evidence that does the same.

    Args:
        claim, evidence: raw texts.
    """
    said, there = clauses(claim), clauses(evidence)
    if language(claim) != language(evidence):
        plain = {denies(one) for one in there if not _EITHER.search(one)}
        if len(plain) > len({denies(one) for one in said}):
            return False
    return all(_agrees(one, there) for one in said)


def _agrees(one: str, others: list[str]) -> bool:
    """Whether a clause says the same as those that share most words with it; as any, where none shares one."""
    words = _words(one)
    shared = [len(words & _words(other)) for other in others]
    most = max(shared, default=0)
    likest = [other for other, number in zip(others, shared, strict=True) if number == most]
    if not likest:
        return True
    return (all if most else any)(_says_the_same(one, other) for other in likest)


def _says_the_same(one: str, other: str) -> bool:
    said, there = denies(one), denies(other)
    # "Open on Mondays" against "closed on Mondays": neither denies, and they say the opposite.
    for this, that, denied in ((one, other, said), (other, one, there)):
        if _OPEN.search(this) and not denied and _SHUT.search(that) and not (_OPEN.search(that) or _SHUT.search(this)):
            return False
    return said == there or (_EITHER.search(other) if said else _EITHER.search(one)) is not None


def _words(clause: str) -> set[str]:
    return {token for token in tokens(clause) if len(token) > 1 and token not in _STOPS}
