"""Contacts in what people write: phone numbers, ids of messengers, e-mail, identity papers, bank cards, plates.

Everything here and in the modules around it looks at folded text (`copilot.text.fold`), where full-width, circled and
mathematical letters and digits are plain ones already and what nobody sees is gone.

A shape that ordinary numbers share (five digits, an English word) is a contact only beside a word that says so, such
as 微信, QQ, 加我, 电话 or "call me at". Names of people are found by `copilot.models.names`, postal addresses by
`copilot.models.addresses`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.models import messengers, numbers
from copilot.models.spans import EMAIL, ID, PLATE, Span, word_set

# E-mail

_PROVIDERS = (
    r"(?:qq|163|126|139|189|gmail|googlemail|outlook|hotmail|live|msn|yahoo|foxmail|sina|sohu|aliyun|icloud|me|yeah"
    r"|protonmail|proton|mail|gmx|zoho|tom|vip\.qq|vip\.163|vip\.sina)"
)
_CHAR = "a-z0-9零一二三四五六七八九幺"
_LOCAL = rf"(?<![a-z0-9_+%])(?P<local>[{_CHAR}](?:[{_CHAR}_+%.-]{{0,62}}[{_CHAR}_])?)"
_AT = r"(?: ?[(\[{<] ?(?:at|a|@) ?[)\]}>] ?|_at_|-at-| ?(?:艾特|爱特|小老鼠|圈a|圈(?=qq|163|126)) ?)"
_DOT = r"(?: ?\. ?|。| ?[(\[{<] ?(?:dot|d|\.) ?[)\]}>] ?|_dot_|-dot-| dot | ?点 ?)"
_TLD = r"(?P<tld>[a-z]{2,18})(?:\.(?:cn|hk|tw|uk|jp|kr|au|nz|br|in))?(?![a-z0-9])"
# Each with what a text holds that can match it: most texts hold none of it.
_MAILS = tuple(
    (hint, re.compile(pattern))
    for hint, pattern in (
        (("@",), rf"{_LOCAL}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.{_TLD}"),
        (
            ("特", "鼠", "圈", "at", "(a", "[a", "(@", "[@"),
            rf"{_LOCAL}{_AT}[a-z0-9-]+(?:{_DOT}[a-z0-9-]+)*?{_DOT}{_TLD}",
        ),
        (
            ("@",),
            rf"{_LOCAL} ?@ ?[a-z0-9-]+(?:{_DOT}(?:com|edu|net|org|co))?"
            rf"(?: ?点 ?| dot | ?[(\[{{<] ?(?:dot|d|\.) ?[)\]}}>] ?){_TLD}",
        ),
        (
            ("com", "cn", "net"),
            rf"{_LOCAL}(?: ?[@#*] ?| at |[在圈](?=[a-z0-9]+ ?点)| ?[(\[{{] ?at ?[)\]}}] ?)"
            rf"{_PROVIDERS}{_DOT}(?:com{_DOT})?{_TLD}",
        ),
    )
)
# What follows an @ in names of files and packages ("icon@2x.png"), and who is no person.
_NO_TLD = word_set("png jpg jpeg gif svg webp js ts css py md json")
_NO_LOCAL = frozenset(("git",))
_MAIL_CUE = re.compile(r"(?:邮箱|邮件|e-?mail|mail|write|contact|reach)[^\n]{0,24}\Z")


# Letter by letter.
_SPACED_MAIL = re.compile(r"(?<![a-z0-9])(?:[a-z0-9_] ){2,}@(?: ?[a-z0-9.]){4,}(?![a-z0-9])")


def _emails(text: str) -> Iterator[Span]:
    if " @" in text:
        yield from (Span(*found.span(), EMAIL) for found in _SPACED_MAIL.finditer(text))
    for number, (hints, pattern) in enumerate(_MAILS):
        if not any(hint in text for hint in hints):
            continue
        for found in pattern.finditer(text):
            local = found["local"]
            if found["tld"] in _NO_TLD or local in _NO_LOCAL:
                continue
            # "look at gmail.com" names a site.
            is_bare = number == 3 and " at " in found[0] and not re.search("dot|点", found[0])
            if is_bare and not re.search(r"[\d._]", local) and not _MAIL_CUE.search(text, 0, found.start()):
                continue
            yield Span(*found.span(), EMAIL)


# Papers with letters

_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][·• .-]?"
    r"(?=[a-hj-np-z]{0,5}\d)(?:[a-hj-np-z0-9]{5,6}|[a-hj-np-z0-9]{4}[挂学警港澳])(?![a-z0-9])"
)
_PASSPORT = re.compile(
    r"(?:护照|passport|通行证|permit)[^\na-z0-9]{0,8}(?:(?:no\.?|number|is)[\s:]{0,3}){0,3}"
    r"(?P<value>[a-z]{1,2} ?\d{7,8})(?!\d)"
)


def _papers(text: str) -> Iterator[Span]:
    for found in _PLATE.finditer(text):
        yield Span(*found.span(), PLATE)
    for found in _PASSPORT.finditer(text):
        yield Span(*found.span("value"), ID)


def find(text: str) -> Iterator[Span]:
    """Find contacts; where two overlap, the first holds.

    Args:
        text: folded.
    """
    yield from _papers(text)
    yield from _emails(text)
    yield from numbers.find(text)
    yield from messengers.find(text)
