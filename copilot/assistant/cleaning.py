"""What may not stand in a text for a group because nobody asked for it: calls to everybody, links and contacts.

A chat model words such texts after it has read what members wrote. Whatever a member planted there, a text may only
call everybody if the admin's own words do, and only hold links and contacts that stand in the admin's words or in the
sources that the admin named. Matching is done on folded text, so look-alike letters and hidden characters change
nothing. Whether a text is true or wise is not judged here: a person reads it before anybody else does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from copilot.models import contacts
from copilot.text.fold import fold, folded

_GAP = r"[\s_\-.·*|~]{0,3}"


def _spaced(word: str) -> str:
    """A word whose characters may stand apart."""
    return _GAP.join(map(re.escape, word))


_EVERYBODY = "|".join(
    map(
        _spaced,
        [
            "所有人",
            "所有的人",
            "所有成员",
            "全部成员",
            "全部人",
            "全体成员",
            "全体人员",
            "全体",
            "全员",
            "全群",
            "大家",
            "在线成员",
            "各位",
            "群成员",
            "群友",
            "每个人",
            "每一个人",
            "每位",
        ],
    )
)
_EVERYONE = "|".join(map(_spaced, ("all", "everyone", "everybody", "here", "channel", "room", "online")))
_MASS = re.compile(
    rf"\[cq:at,qq=all[^\]]*\]|<!(?:channel|here|everyone)[^>]*>"
    rf"|(?:(?<![a-z0-9.])(?:@|at{_GAP}(?=[^\x00-\x7f]))|艾特|圈一下){_GAP}(?:{_EVERYBODY})"
    rf"|(?<![a-z0-9.])@{_GAP}(?:{_EVERYONE})(?![a-z0-9_])"
)
# Endings of addresses that people write without http; a dot may be a full stop of Chinese.
_ENDINGS = (
    "com|cn|net|org|io|top|xyz|cc|me|link|site|shop|vip|info|club|app|dev|co|tv|ly|gg|im|wang|live|online|ink|fun|"
    "work|icu|us|uk|ru|biz|pro|tk|ml|hk|tw|edu|gov|store|cloud|page|chat|win|bid|click|example|test|"
    "ren|fit|asia|ltd|vin|pub|host|space|website|mobi|fans|buzz|cyou|bond|sbs|lol|cfd|cf|ga|gq|pw|la|ws|jp|kr|eu|ai|sh"
)
_DOT = r"(?: ?[.。]| [.。] |\[[.。]\]|\([.。]\)| ?dot ?|(?<=[a-z])点(?=[a-z]))"
_ADDRESS = r"[^\s\u2e80-\U0010ffff<>\"'()\[\]{},;!|]"
_LINK = re.compile(
    rf"(?:h[tx]{{2}}ps?|ftp|wss?|weixin|wechat|tg|mqqapi){_GAP}:{_GAP}[/\\]{{2}}{_ADDRESS}*"
    rf"|(?<![a-z0-9@.-])www(?:[.。][a-z0-9-]+)+{_ADDRESS}*"
    # A name begins behind a dot as well, and has a bounded number of parts: so a long text is read in one pass.
    rf"|(?<![a-z0-9@-])(?:[a-z0-9-]{{1,63}}{_DOT}){{1,8}}(?:{_ENDINGS})(?![a-z0-9])(?:[:/?#]{_ADDRESS}*)?"
    # Whatever the ending is, what a path follows is an address; and an ending may be Chinese.
    rf"|(?<![a-z0-9@-])(?:[a-z0-9-]{{1,63}}(?:\.|(?<=[a-z])点)){{1,8}}(?:[a-z]{{2,18}}/{_ADDRESS}+|(?:中国|公司|网络|网址|商城|集团))"
)
_DIGIT = r"[0-9]"
_CONTACT = re.compile(
    # mail; a mobile, service or area number; any long number: of QQ, of a group, of a card
    r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
    rf"|(?<![0-9])(?:\+?86[ -]?)?1[3-9](?:[ -]?{_DIGIT}){{9}}(?![0-9])"
    rf"|(?<![0-9])[48]00[ -]?{_DIGIT}{{3}}[ -]?{_DIGIT}{{4}}(?![0-9])"
    rf"|(?<![0-9])0{_DIGIT}{{2,3}}[ -]{_DIGIT}{{7,8}}(?![0-9])"
    rf"|\+{_DIGIT}{{1,3}}(?:[ -]?{_DIGIT}){{6,12}}(?![0-9])"
    rf"|(?<![0-9.,])(?:{_DIGIT}[ -]?){{6,}}{_DIGIT}(?![0-9])"
    rf"|(?<![0-9〇零一二三四五六七八九幺])[〇零一二三四五六七八九幺]{{7,}}"
    # an id behind the name of where it is used
    r"|(?:微信|威信|薇信|v信|wx|vx|wechat|weixin|qq|扣扣|企鹅|telegram|电报|飞机|line|whatsapp|kakao|skype|公众号)"
    r"(?:号|群|id|号码|账号)?[\s:=是为加]{0,3}[a-z0-9][a-z0-9_-]{4,}"
    r"|[加+➕]我?(?:v|微|q|薇)[\s:]{0,3}[a-z0-9][a-z0-9_-]{4,}"
    r"|(?:客服号|企微|企业微信|抖音号|快手号|小红书号|微博号)[\s:=是为]{0,3}[a-z0-9][a-z0-9_-]{4,}"
    r"|(?<![a-z0-9])id[\s:=是为]{0,3}(?=[a-z_-]{0,40}[0-9_])[a-z][a-z0-9_-]{4,}"
    r"|搜索?[\s:]{0,3}[a-z][a-z0-9_-]{4,}[\s,，]{0,3}(?=加|添加|关注|进群|领)"
    # the name of an account, which need not be an id
    r"|(?:微信|公众号|小程序|抖音|快手|小红书)(?:号|群|名)?[\s]{0,2}:[\s]{0,2}"
    r"(?![见请发私找加同无有联扫如看群搜])[\u4e00-\u9fff]{2,12}"
    r"|公众号[\s:]{0,3}[「“\"《【][^」”\"》】\n]{2,20}[」”\"》】]"
    # a code that a shopping app reads from what was copied
    r"|(?P<sign>[¥$€£₤])(?=[0-9]{0,16}[a-z])[a-z0-9]{5,16}(?P=sign)"
    # somebody is called
    r"|(?<![a-z0-9._%+@-])@(?![0-9])[\w-]{1,30}"
)
# A picture that is scanned cannot stand in a text; what points to one that only the planted words know can.
_PICTURE = re.compile(r"\[(?:二维码|qr ?code|小程序|名片|contact card)[^\]]{0,40}\]")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[ -]?(?:0?[1-9]|1[0-2])[ -]?(?:[0-2]?[0-9]|3[01])(?:[ -][0-9]{1,2})?")
_KINDS = ((_LINK, "link"), (_CONTACT, "contact"), (_PICTURE, "picture"))
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out: `everyone`, `link`, `contact` or `picture`, and the words."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text, and what was taken out of it."""

    text: str
    removed: tuple[Removed, ...] = ()


def cleaned(text: str, asked: Iterable[str], named: Iterable[str] = ()) -> Cleaned:
    """Take out of a text what nobody asked for.

    Args:
        text: as a model worded it.
        asked: the admin's own words, of which calls to everybody count.
        named: texts of sources that the admin named; links and contacts in them may stand.

    Returns:
        The text without it, its spaces and empty lines tidied where something was taken out.
    """
    own = list(asked)
    known = _squeezed("\n".join([*own, *named]))
    may_call = any(_MASS.search(folded(words)) for words in own)
    removed: list[Removed] = []
    # Taking something out can bring together what then reads as another link.
    for _ in range(5):
        found = sorted(_unasked(text, known, may_call))
        if not found:
            break
        kept, at = [], 0
        for start, end, kind in found:
            if start < at:
                continue
            kept.append(text[at:start])
            removed.append(Removed(kind, text[start:end][:_SHOWN]))
            at = end
        text = _tidied("".join([*kept, text[at:]]))
    return Cleaned(text.strip() if removed else text, tuple(removed))


def calls_everybody(text: str) -> bool:
    """Whether a text calls everybody in a group, in whatever letters."""
    return _MASS.search(folded(text)) is not None


def _unasked(text: str, known: str, may_call: bool) -> Iterator[tuple[int, int, str]]:
    """The spans of a text that nobody asked for, each with what it is."""
    plain = fold(text)
    if not may_call:
        for match in _MASS.finditer(plain.text):
            yield *plain.raw_span(*match.span()), "everyone"
    spans = [(*match.span(), kind) for pattern, kind in _KINDS for match in pattern.finditer(plain.text)]
    # What is masked before it leaves for a model is a contact here as well, in whatever disguise.
    spans += [(found.start, found.end, "contact") for found in contacts.find(plain.text)]
    for start, end, kind in spans:
        words = plain.text[start:end].rstrip(" .,:;!?-")
        if _MASS.match(plain.text, start):
            continue
        # Whom the admin names may be called.
        if (
            words
            and _squeezed(words).removeprefix("@") not in known
            and not (kind == "contact" and _DATE.fullmatch(words))
        ):
            yield *plain.raw_span(start, start + len(words)), kind


def _squeezed(text: str) -> str:
    """A text by which links and numbers are compared: folded, with nothing between their characters."""
    return re.sub(r"[\s\-。]", lambda found: "." if found.group() == "。" else "", folded(text))


def _tidied(text: str) -> str:
    lines = [re.sub(r"[ \t]{2,}", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if not re.fullmatch(r"[:：,，、]+", line)))
