"""Ids of messengers in folded text: WeChat, QQ, Telegram and the like, by the words that announce them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.models.spans import CHAT, Span

_SIGNS = r"[\s.·_❤♥💗-]{0,2}"
MESSENGER = (
    rf"(?:微{_SIGNS}信|[薇威维徽溦唯围微嶶崴]{_SIGNS}[信❤♥心芯x]|卫星号|v{_SIGNS}[信❤♥]|绿泡泡"
    rf"|(?<![a-z])[vw]{_SIGNS}x|we ?chat|weixin"
    rf"|(?<![a-z])q{_SIGNS}q|扣{_SIGNS}扣|蔻蔻|口口|秋秋|球球|企鹅|纸?飞机|电报|telegram|(?<![a-z])tg"
    r"|whats ?app|skype|discord|抖音|快手|小红书|陌陌|instagram|line id|signal id)"
)
_ADDING = r"(?:加|➕|\+|佳|嘉|茄|jia|联系|私)(?:我|一下|个|下|本人)? ?"
SHORT = (
    rf"(?:{_ADDING}(?:v(?!{_SIGNS}[x信])"
    rf"|q(?!{_SIGNS}q)|[薇微威徽嶶企](?!{_SIGNS}[信鹅])|扣(?!扣)|wei(?!xin))|(?<![a-z0-9])[vq薇徽] ?[:=])"
)
SAYING = (
    r"(?P<saying>(?: ?(?:号码|号|账号|帐号|群|邮箱|id|i\.d\.|number|no\.?|num|account|handle|username|user ?name"
    r"|name|is|are|at|on|是|为|叫|我|的|@|[:=,、~>→-]|[(\[「“\"'])){0,5}) {0,3}"
)
_CHAT_CUE = re.compile(rf"(?P<cue>{MESSENGER}|{SHORT}|加我(?:好友)?){SAYING}")
# WeChat's own rule for ids: 6 to 20 letters, digits, _ and -, a letter first. Telegram's allow 5 to 32.
_HANDLE = re.compile(r"[a-z][a-z0-9_-]{4,31}(?![a-z0-9_-])(?!\.[a-z])")
_SPACED_HANDLE = re.compile(r"[a-z](?:[ .·]{1,2}[a-z0-9_]){5,19}(?![a-z0-9_])")
_SOME_HANDLE = re.compile(r"[a-z][ .·]{0,2}[a-z0-9_-](?:[ .·]{0,2}[a-z0-9_-]){3}")
_SAYS_SO = re.compile(r"号|id|i\.d|handle|user|account|number|[:=@]|帐|叫")
_NO_HANDLE = re.compile(r"(?:ios|iphone|ipad|android|windows|macos|version|https?|www|group|please|official)")
_WXID = re.compile(r"wxid_[a-z0-9_-]{5,24}")
_LINK = re.compile(r"(?<![a-z0-9.])(?:t\.me|wa\.me|line\.me|u\.wechat\.com|qm\.qq\.com|discord\.gg)/[!-~]+")
_HANDLE_BEFORE = re.compile(
    rf"(?<![a-z0-9_-])(?P<value>[a-z](?=[a-z_-]*\d|[a-z0-9-]*_)[a-z0-9_-]{{5,19}})"
    rf"[ ,.、~]{{0,3}}(?:是|加|\(|is )? ?(?:我|my )?的? ?(?:{MESSENGER}|{SHORT}|加我)"
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
        value = _HANDLE.match(text, cue.end()) or _SPACED_HANDLE.match(text, cue.end())
        if value is None or _NO_HANDLE.match(value[0]):
            continue
        said = cue["saying"] + cue["cue"][-1]
        if re.search(r"[\d_]|\w-\w", value[0]) or (len(value[0]) > 5 and _SAYS_SO.search(said)):
            # In "加vxiaomei" the x may belong to either.
            yield Span(value.start() - (cue["cue"].endswith("x") and not cue["saying"]), value.end(), CHAT)
