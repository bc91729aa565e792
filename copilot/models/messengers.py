"""Ids of messengers in folded text: WeChat, QQ, Telegram and the like, by the words that announce them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.models.spans import CHAT, Span

_SIGNS = r"[\s.·_❤♥💗-]{0,2}"
# 微 and what is written for it; 信 and what is, also taken apart.
_WEI = "微薇威维徽溦唯围嶶崴徾巍葳喂"
_XIN = rf"(?:[信❤♥💗💖心芯x]|亻{_SIGNS}[言讠訁]|xin)"
_BARE = r"(?<![a-z0-9])"
MESSENGER = (
    rf"(?:[{_WEI}](?:[^\w\n]|_){{0,2}}{_XIN}|卫星号|v{_SIGNS}[信❤♥]|绿泡泡?|绿色软件|{_BARE}[vw]{_SIGNS}x"
    rf"|w ?e ?c ?h ?a ?t|wei ?(?:xin|信)|{_BARE}q{_SIGNS}q(?!q)|[扣抠]{_SIGNS}[扣抠]"
    rf"|蔻蔻|口口|秋秋|球球|企鹅|🐧|纸?飞机|电报|telegram|{_BARE}tg"
    r"|whats ?app|skype|discord|抖音|快手|小红书|陌陌|instagram|line id|signal id)"
)
"""The names of messengers and what people write instead, to stop filters from reading them."""
_ADDING = r"(?:加|➕|\+|佳|嘉|茄|伽|咖|珈|jia|联系|私|我)(?:我|一下|个|下|本人)? ?"
SHORT = (
    rf"(?:{_ADDING}(?:v(?!{_SIGNS}[x信])|q(?!{_SIGNS}q)|[{_WEI}企](?!{_SIGNS}(?:{_XIN}|鹅))"
    r"|[扣抠](?![扣抠])|wei(?! ?xin))"
    rf"|{_BARE}[vq薇徽]:|{_BARE}q(?:群|号)|(?<![回折被])[扣抠](?= ?(?:[\d零一二三四五六七八九]|\Z)))"
)
"""One letter or character for a messenger, which says so only beside 加, a colon or a number."""
SAYING = (
    r"(?P<saying>(?: ?(?:同号|号码|号|账号|帐号|群|邮箱|id|i\.d\.|number|no\.?|num|account|handle|username|user ?name"
    r"|name|is|are|at|on|me|是|为|叫|我|的|(?<![a-pr-z ])=|_|[^\w\s=?!;。])){0,5}) {0,3}"
)
"""What may stand between a messenger's name and an id on it; an equals sign after letters is a formula's."""
_CHAT_CUE = re.compile(rf"(?P<cue>{MESSENGER}|{SHORT}|加我(?:好友)?){SAYING}")
# WeChat's own rule for ids: 6 to 20 letters, digits, _ and -, a letter first. Telegram's allow 5 to 32; some take dots.
_HANDLE = re.compile(r"(?:live:)?[a-z](?=[a-z0-9_.-]{4})[a-z0-9_-]*(?:\.[a-z0-9_-]+)*(?:#\d{4})?(?![a-z0-9_/-])")
_DISCORD_HANDLE = re.compile(r"[a-z][a-z0-9_.]{1,31}#\d{4}(?!\d)")
_SPACED_HANDLE = re.compile(r"[a-z](?:[ .·]{1,2}[a-z0-9_]){5,19}(?![a-z0-9_])")
_CUT_HANDLE = re.compile(r"[a-z]{2,}[ _-]\d{3,}(?![a-z0-9])")
_SOME_HANDLE = re.compile(r"[a-z][ .·]{0,2}[a-z0-9_#-](?:[ .·]{0,2}[a-z0-9_#-]){3}")
_LONGEST_HANDLE = 40
_SAYS_SO = re.compile(r"号|id|i\.d|handle|user|account|number|[:=@→➡👉]|帐|叫")
_NO_HANDLE = re.compile(r"(?:ios|iphone|ipad|android|windows|macos|version|https?|www|group|please|official)")
_WXID = re.compile(r"wxid_[a-z0-9_-]{5,24}")
_LINK = re.compile(r"(?<![a-z0-9.])(?:t\.me|wa\.me|line\.me|u\.wechat\.com|qm\.qq\.com|discord\.gg)/[!-~]+")
_HANDLE_BEFORE = re.compile(
    rf"(?<![a-z0-9_-])(?P<value>[a-z](?=[a-z_-]*\d|[a-z0-9-]*_)[a-z0-9_-]{{5,19}})"
    rf"[ ,.、~]{{0,3}}(?:(?:是|加|\(|is )(?:我|my )?的? ?|我的? ?)(?:{MESSENGER}|{SHORT}|加我)"
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
    patterns = (_HANDLE, _DISCORD_HANDLE, _SPACED_HANDLE, *([_CUT_HANDLE] if says_so else []))
    value = next((found for pattern in patterns if (found := pattern.match(text, cue.end()))), None)
    if value is None or _NO_HANDLE.match(value[0]) or _in_path(text, cue.start()) or len(value[0]) > _LONGEST_HANDLE:
        return None
    # Letters alone are a word like any other, and so are words with a hyphen.
    if re.search(r"[\d_#]", value[0]):
        return value
    is_short = cue["cue"][:-1] in ("v", "q")
    return value if says_so and len(value[0]) > 5 and not is_short else None


def _in_path(text: str, place: int) -> bool:
    """Whether a place is inside an address of the web or of a file."""
    before = text[max(0, place - 200) : place]
    word = [] if before[-1:].isspace() else before.split()[-1:]
    return bool(word and ("://" in word[0] or "www." in word[0] or re.search(r"[a-z0-9][/.]\Z", word[0])))
