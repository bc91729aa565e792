"""Ids of messengers in folded text: WeChat, QQ, Telegram and the like, by the words that announce them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.models.ordinary import WORDS_EN
from copilot.models.spans import CHAT, Span

_SIGNS = r"[\s.·_❤♥💗-]{0,2}"
# 微 and what is written for it; 信 and what is, also taken apart.
_WEI = "微薇威维徽溦唯围嶶崴徾巍葳喂"
_XIN = rf"(?:[信❤♥💗💖心芯伈訫忻鑫x]|新(?!闻)|亻{_SIGNS}[言讠訁]|xin)"
_BARE = r"(?<![a-z0-9])"
MESSENGER = (
    rf"(?:[{_WEI}](?:[^\w\n]|_){{0,2}}{_XIN}|卫星号|v{_SIGNS}[信❤♥]|绿泡泡?|绿色(?:软件|泡泡|图标)|绿标"
    rf"|{_BARE}v?[vw]{_SIGNS}x"
    rf"|w ?e ?c ?h ?a ?t|wei ?(?:xin|信)|{_BARE}q{_SIGNS}q(?!q)|[扣抠叩]{_SIGNS}[扣抠叩]"
    rf"|[蔻寇][蔻寇]|口口|秋秋|球球|企鹅|🐧|小?[纸飞]?飞机|电报"
    rf"|telegram|{_BARE}tg"
    rf"|{_BARE}line(?= ?(?:id|号|账|帐|[:@(]))|(?<=[加我的])line|赖 ?(?:id|号)"
    r"|(?<=[加我的])赖(?= ?[:@a-z])|whats ?app|skype|discord|kakao(?: ?talk)?"
    rf"|viber|zalo|face ?book|{_BARE}fb(?= ?(?:id|名|[:@]))|脸书"
    rf"|{_BARE}insta(?:gram)?(?![a-z])|{_BARE}ig(?= ?(?:id|号|[:@]))"
    r"|twitter|推特|snap(?:chat)?|微博(?:号|id|名)|抖音|快手|小红书|陌陌|钉钉(?:号|id)|蝙蝠(?=号|:)"
    r"|signal(?= ?(?:id|:)))"
)
"""The names of messengers and what people write instead, to stop filters from reading them."""
_ADDING = r"(?:加|➕|\+|佳|嘉|茄|伽|咖|珈|jia|联系|私|我)(?:我|一下|个|下|本人)? ?"
SHORT = (
    rf"(?:{_ADDING}(?:v(?!{_SIGNS}[x信])|q(?!{_SIGNS}q)|[{_WEI}企](?!{_SIGNS}(?:{_XIN}|鹅))"
    r"|[扣抠叩](?![扣抠叩])|wei(?! ?xin))"
    rf"|{_BARE}[vq薇徽]:|{_BARE}[vq](?=同号)|伈(?= ?:)|{_BARE}q(?:群|号)"
    r"|(?<![回折被])[扣抠叩](?= ?(?:[\d零一二三四五六七八九]|\Z))"
    r"|(?<![a-z0-9] )(?<![a-z0-9])q(?= (?:\Z|[\d零一二三四五六七八九]{5}))|(?<![\u4e00-\u9fff])[薇徽葳嶶](?= ?\Z))"
)
"""One letter or character for a messenger, which says so only beside 加, a colon or a number."""
SAYING = (
    r"(?P<saying>(?: ?(?:同号|号码|号|账号|帐号|群|邮箱|group|channel|server|id|i\.d\.|number|no\.?|num|account|handle"
    r""
    r"|username|user ?name|name|is|are|at|on|me|是|为|叫|我|的|(?<![a-pr-z ])="
    r"|_|[^\w\s=?!;。])){0,5}) {0,3}(?:(?<=[:号是 ])\n)?"
)
"""What may stand between a messenger's name and an id on it; an equals sign after letters is a formula's."""
# One letter or character by itself, before an id with digits.
_LONE = (
    r"(?<![a-z0-9] )(?<![a-z0-9])v(?= [a-z]{3})|(?<![\u4e00-\u9fff])[微薇威徽葳嶶崴巍](?= ?[a-z])|卫星(?= ?:| [a-z])"
)
# What one of them may begin with; looking there first saves trying all of them everywhere.
FIRST = rf"(?=[{_WEI}卫v绿wq扣抠叩蔻寇口秋球企🐧小纸飞伈d滴电tl赖skdzf脸i推抖快陌钉蝙加➕+佳嘉茄伽咖珈j联私我])"
_CHAT_CUE = re.compile(rf"{FIRST}(?P<cue>{MESSENGER}|{SHORT}|{_LONE}|加我(?:好友)?|{_BARE}dd我|滴滴?我){SAYING}")
# WeChat's own rule for ids: 6 to 20 letters, digits, _ and -, a letter first. Telegram's allow 5 to 32; some take dots.
_HANDLE = re.compile(r"(?:live:)?[a-z](?=[a-z0-9_.-]{4})[a-z0-9_-]*(?:\.[a-z0-9_-]+)*(?:#\d{4})?(?![a-z0-9_/-])")
_DISCORD_HANDLE = re.compile(r"[a-z][a-z0-9_.]{1,31}#\d{4}(?!\d)")
_SPACED_HANDLE = re.compile(r"[a-z](?:[ .·]{1,2}[a-z0-9_-]){5,19}(?![a-z0-9_-])")
_HAN_HANDLE = re.compile(r"[a-z][a-z0-9_-]*[零一二三四五六七八九幺]{2,8}[a-z0-9_]*")
_EMOJI = r"[\u2600-\u27bf\U0001f000-\U0001faff]"
# With a sign as a word or between spaces, or with an emoji inside.
_HIDING_HANDLE = re.compile(
    r"[a-z][a-z0-9.]*(?:(?: ?[_-] ?| ?[(\[【{<]?(?:下划线|underscore|中?横杠|杠|短横线?|减号|中划线)[)\]】}>]? ?"
    rf"|{_EMOJI}{{1,2}}|[*+~^|=]|[_-]{_EMOJI}|{_EMOJI}[_-]|(?<=[a-z])[加点](?=[a-z0-9]))[a-z0-9]+)+(?![a-z0-9_-])"
)
_TELLING = re.compile(rf"[\d_#零一二三四五六七八九]|下划线|underscore|{_EMOJI}")
# Who spells a messenger oddly, or says to add, gives an id, be it of letters alone.
_HIDES = re.compile(r"[薇威徽溦嶶崴徾巍葳❤♥💗💖芯伈訫]|v.{0,2}x|绿|蔻|寇|叩|[加➕+佳嘉茄伽咖珈私搜]")
_DIGITFIRST = re.compile(r"\d+[a-z_-][a-z0-9_-]{4,18}(?![a-z0-9])")
_CUT_HANDLE = re.compile(r"[a-z]{2,} (?:[a-z]{1,12}[_-]?)?\d{2,}(?![a-z0-9])|[a-z]{2,}[_-]\d{3,}(?![a-z0-9])")
_SOME_HANDLE = re.compile(
    r"[a-z][^a-z0-9\n]{0,7}[a-z0-9_#-](?:[^a-z0-9\n]{0,7}[a-z0-9_#-]){2}|[a-z]{2}[零一二三四五六七八九幺]{2}"
)
_LEAST_HANDLE, _LONGEST_HANDLE = 4, 40
_SAYS_SO = re.compile(r"号|id|i\.d|handle|user|account|number|[:=@→➡👉]|帐|叫")
_NO_HANDLE = re.compile(r"(?:ios|iphone|ipad|android|windows|macos|version|https?|www|group|please|official)")
_WXID = re.compile(
    rf"wx(?:{_EMOJI})?id ?(?:_|[(\[【{{<]?(?:下划线|underscore)[)\]】}}>]?) ?[a-z0-9_-]{{2,24}}"
    rf"(?:{_EMOJI}{{1,2}}[a-z0-9_-]+)*"
)
_LINK = re.compile(r"(?<![a-z0-9.])(?:t\.me|wa\.me|line\.me|u\.wechat\.com|qm\.qq\.com|discord\.gg)/[!-~]+")
_HANDLE_BEFORE = re.compile(
    rf"(?<![a-z0-9_-])(?P<value>[a-z](?=[a-z_-]*\d|[a-z0-9-]*_)[a-z0-9_-]{{5,19}})"
    rf"[ ,.、~“”\"]{{0,3}}(?:(?:这个?)?(?:是|加|\(|is |->|←|<-)(?:我|my )?的? ?|我的? ?)(?:{MESSENGER}|{SHORT}|加我)"
)
_HANDLE_OF = re.compile(
    r"(?:联系|客服|找我|咨询|contact|reach me|dm|find me)[^@\n]{0,8}@(?P<value>[a-z][a-z0-9_]{4,31})"
)


def find(text: str) -> Iterator[Span]:
    """Find ids of messengers that hold letters, and links to chats; `numbers` finds those of digits.

    Args:
        text: folded.
    """
    for pattern in (_WXID, _LINK):
        for found in pattern.finditer(text):
            yield Span(*found.span(), CHAT)
    for pattern in (_HANDLE_OF, _HANDLE_BEFORE):
        for found in pattern.finditer(text):
            yield Span(*found.span("value"), CHAT)
    if not _SOME_HANDLE.search(text):
        return
    for cue in _CHAT_CUE.finditer(text):
        if value := _value(text, cue):
            # In "加vxiaomei" the x may belong to either.
            start = value.start() - (cue["cue"].endswith("x") and not cue["saying"])
            yield Span(start, value.end(), CHAT)


def _value(text: str, cue: re.Match[str]) -> re.Match[str] | None:
    """The id that a messenger's name announces."""
    said = cue["saying"] + cue["cue"][-1]
    says_so = _SAYS_SO.search(said) is not None or text[max(0, cue.start() - 2) : cue.start()].rstrip("的").endswith(
        "我"
    )
    patterns: tuple[re.Pattern[str], ...] = (
        _HIDING_HANDLE,
        _HAN_HANDLE,
        _HANDLE,
        _DISCORD_HANDLE,
        _SPACED_HANDLE,
    )
    patterns = (*patterns, _CUT_HANDLE, _DIGITFIRST) if says_so or _HIDES.search(cue["cue"]) else patterns
    values = [found for pattern in patterns if (found := pattern.match(text, cue.end()))]
    value = max(values, key=lambda found: found.end(), default=None)
    if value is None or _NO_HANDLE.match(value[0]) or _in_path(text, cue.start()) or len(value[0]) > _LONGEST_HANDLE:
        return None
    # Letters alone are a word like any other, and so are words with a hyphen.
    if _TELLING.search(value[0]):
        return value if len(value[0]) > _LEAST_HANDLE else None
    is_short = cue["cue"] in ("v", "v:", "q", "q:")
    is_glued = text[cue.end() - 1].isalnum()
    hides = _HIDES.search(text, max(0, cue.start() - 3), cue.end("cue")) is not None
    # In "+ quot.ind" the q is a letter of a word.
    hides = hides and value[0] not in WORDS_EN and not (is_glued and cue["cue"][-1].isascii())
    return value if (hides or (says_so and not is_short)) and len(value[0]) > 5 else None


def _in_path(text: str, place: int) -> bool:
    """Whether a place is inside an address of the web or of a file."""
    before = text[max(0, place - 200) : place]
    word = [] if before[-1:].isspace() else before.split()[-1:]
    return bool(word and ("://" in word[0] or "www." in word[0] or re.search(r"[a-z0-9][/.]\Z", word[0])))
