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
from copilot.models.spans import CARD, EMAIL, ID, PLATE, Span, word_set

# E-mail

_PROVIDERS = (
    r"(?:qq|163|126|139|189|gmail|googlemail|outlook|hotmail|live|msn|yahoo|foxmail|sina|sohu|aliyun|icloud|me|yeah"
    r"|protonmail|proton|mail|gmx|zoho|tom|vip\.qq|vip\.163|vip\.sina)"
)
_CHAR = "a-z0-9零一二三四五六七八九幺"
_LOCAL = rf"(?<![a-z0-9_+%])(?P<local>[{_CHAR}](?:[{_CHAR}_+%.-]{{0,62}}[{_CHAR}_])?)"
_OPEN, _CLOSE = r"[(\[{<【《「]", r"[)\]}>】》」]"
_AT = (
    rf"(?: ?{_OPEN} ?(?:at|a|@|圈a|艾特|小?老鼠|猴头|蜗牛) ?{_CLOSE} ?|_at_|-at-"
    r"| ?(?:艾特|爱特|小?老鼠|猴头|蜗牛|圈a|圈(?=qq|163|126)|at符号|@@|📧|✉|丨) ?)"
)
_DOT = rf"(?: ?[.。·] ?|\.\.\.|[。,、]| ?{_OPEN} ?(?:dot|d|\.|点) ?{_CLOSE} ?|_dot_|-dot-| dot |dot| ?(?:小数点|点) ?)"
_END = r"(?:com|cn|net|org|edu|gov|io|me|co|hk|tw|uk|us|jp|kr|au|de|fr|ru|info|biz|top|xyz|vip|cc|tv|app|dev|ai)"
_COUNTRY = rf"(?:{_DOT}(?:cn|hk|tw|uk|jp|kr|au|nz|br|in)(?![a-z0-9]))?"
_TLD = rf"(?P<tld>[a-z]{{2,18}}){_COUNTRY}(?![a-z0-9])"
# With spaces and words about it, only what is known to end an address ends one.
_KNOWN_TLD = rf"(?P<tld>{_END}){_COUNTRY}(?![a-z0-9])"
_HOST = rf"[a-z0-9-]+(?:{_DOT}[a-z0-9-]+)*?{_DOT}"
_BOXES = (
    r"(?:qq|163|126|139|189|gmail|g mail|outlook|hotmail|foxmail|sina|sohu|yahoo|icloud|yeah|网易|谷歌|新浪|搜狐|雅虎"
    r"|企鹅|扣扣|腾讯|阿里|苹果|微软)"
)
_WITH_DIGITS = r"[a-z](?=[a-z_.]*\d|[a-z.]*_)[a-z0-9_.]{4,30}"
# Each with what a text holds that can match it: most texts hold none of it.
_MAILS = tuple(
    (hint, re.compile(pattern))
    for hint, pattern in (
        (("@",), rf"{_LOCAL}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.{_TLD}"),
        (
            ("特", "鼠", "圈", "at", "(a", "[a", "(@", "[@", "【@", "@@", "📧", "✉", "猴", "蜗", "丨"),
            rf"{_LOCAL}{_AT}{_HOST}{_TLD}",
        ),
        (("@",), rf"{_LOCAL} ?@ ?{_HOST}{_KNOWN_TLD}"),
        (
            ("com", "cn", "net"),
            rf"{_LOCAL}(?: ?[@#*&$%] ?| at |(?<=[\d_])at|[在圈](?=[a-z0-9]+ ?点)| ?[(\[{{] ?at ?[)\]}}] ?)"
            rf"{_PROVIDERS}{_DOT}(?:com{_DOT})?{_TLD}",
        ),
        # A name of a mail service for the rest: 艾特企鹅点com, "abc123 的 qq 邮箱", "gmail: abc123".
        (("特", "鼠", "圈", "@"), rf"{_LOCAL}(?:{_AT}| ?@ ?){_BOXES}(?:{_DOT}(?P<tld>{_END})|邮箱?)(?![a-z0-9])"),
        (
            ("邮箱", "mail", "后缀", "后面"),
            rf"(?<![a-z0-9_.@])(?P<local>{_WITH_DIGITS})(?P<tld>)[ ,.、]{{0,2}}(?:的|在|后缀是?|后面是?|加|\()? ?"
            rf"(?:{_BOXES} ?(?:邮箱|mail|后缀|结尾)"
            r"|(?<=[加是缀面 ])(?:@ ?)?(?:qq|163|126|gmail)(?:\.com|点com)|g ?mail)",
        ),
    )
)
# An address on a mail service that is named before it.
_BOXED = re.compile(
    rf"(?:{_BOXES} ?(?:邮箱|mail)|g ?mail|hotmail|outlook|foxmail)"
    rf"(?: ?(?:账号|帐号|地址|号|是|为|叫|:|is|address|->|→)){{1,3}} ?(?P<value>{_WITH_DIGITS})(?![a-z0-9_.@])"
)
# Another sign for the @, where the text speaks of mail.
_SIGNED_MAIL = re.compile(rf"{_LOCAL}(?: ?[#*&$%^~|] ?| at |(?<=\d)at|(?<=\d)a(?=qq|163|126)){_HOST}{_KNOWN_TLD}")
_SIGNED = (*"#*&$%^~|", " at ", *(f"{digit}a" for digit in range(10)))
_SAID_END = re.compile(
    r"[\w][#*&][a-z0-9-]+(?: ?[(\[【]?(?:点|dot)[)\]】]? ?[a-z]+)+|[#*&][a-z0-9-]+\.(?:com|edu|cn)\b"
)
_SPEAKS_OF_MAIL = re.compile(r"邮箱|邮件|简历|(?<!g)mail|send to|@|艾特|圈a|小老鼠|抄送|主题|收件")
# What follows an @ in names of files and packages ("icon@2x.png"), and who is no person.
_NO_TLD = word_set("png jpg jpeg gif svg webp js ts css py md json")
_NO_LOCAL = frozenset(("git",))
_MAIL_CUE = re.compile(r"(?:邮箱|邮件|e-?mail|mail|write|contact|reach)[^\n]{0,24}\Z")


# Letter by letter.
_SPACED_MAIL = re.compile(r"(?<![a-z0-9])(?:[a-z0-9_] ){2,}@(?: ?[a-z0-9.]){4,}(?![a-z0-9])")


def _emails(text: str) -> Iterator[Span]:
    if "mail" in text or "邮箱" in text or "outlook" in text:
        yield from (Span(*found.span("value"), EMAIL) for found in _BOXED.finditer(text))
    is_signed = any(sign in text for sign in _SIGNED) and any(end in text for end in ("com", "cn", "net", "edu", "org"))
    if is_signed and (_SPEAKS_OF_MAIL.search(text) or _SAID_END.search(text)):
        for found in _SIGNED_MAIL.finditer(text):
            if " at " not in found[0] or re.search(r"[\d._]", found["local"]):
                yield Span(*found.span(), EMAIL)
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

_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?![a-z0-9])")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][·• .-]?"
    r"(?=[a-hj-np-z]{0,5}\d)(?:[a-hj-np-z0-9]{5,6}|[a-hj-np-z0-9]{4}[挂学警港澳])(?![a-z0-9])"
)
_PASSPORT = re.compile(
    r"(?:护照|passport|通行证|permit|回乡证|台胞证|身份证|(?<![a-z])id|hkid|驾照)[^\na-z0-9]{0,8}(?:(?:no\.?|number|is)[\s:]{0,3}){0,3}"
    r"(?P<value>[a-z]{1,2} ?\d{7,10}|[a-z]{1,2} ?\d{6} ?\([\da]\))(?!\d)"
)


def _papers(text: str) -> Iterator[Span]:
    for found in _PLATE.finditer(text):
        yield Span(*found.span(), PLATE)
    for found in _PASSPORT.finditer(text):
        yield Span(*found.span("value"), ID)


def _accounts(text: str) -> Iterator[Span]:
    """International account numbers: ISO 13616, the letters as 10 to 35, the first four last, leaves 1 modulo 97."""
    for found in _IBAN.finditer(text):
        plain = found[0].replace(" ", "")
        if int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1:
            yield Span(*found.span(), CARD)


def find(text: str) -> Iterator[Span]:
    """Find contacts; where two overlap, the first holds.

    Args:
        text: folded.
    """
    yield from _papers(text)
    yield from _accounts(text)
    yield from _emails(text)
    yield from numbers.find(text)
    yield from messengers.find(text)
