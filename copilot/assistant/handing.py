"""Handing a text over for a group: which kind, to which group and why is settled here, from the admin's own words.

A model supplies words and nothing else. So whatever members wrote for it to read, a proposal goes where the admin said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from copilot.assistant.cleaning import Cleaned, Removed, cleaned
from copilot.assistant.request import Found, Request, Scope
from copilot.records import Citation, Group, ProposalKind, Role, SourceKind
from copilot.services.locating import Location
from copilot.services.proposing import LONGEST_TEXT, Proposing
from copilot.text.fold import folded

_MOST_CHOICES = 6
# What can follow the whole name of a group: 给周六写一条 names one, 给周六活动写一条 does not.
_BEHIND_NAME = (
    r"(?=$|[^\w\s]|\s(?:group|please|that|about|a|an)\b|\s?[,:]"
    r"|\s?(?:群?[里内中]|的?(?:成员|群友|大家)|群?(?:[写发拟编出来弄说]|起草|通知|提醒|公告)))"
)
_QUOTED = 120
_REMOVED = {
    "zh": {"everyone": "@所有人", "link": "链接", "contact": "联系方式", "picture": "图片"},
    "en": {"everyone": "the call to everybody", "link": "a link", "contact": "a contact", "picture": "a picture"},
}
_NAMED_GROUP = re.compile(
    r"^\s*(?:在|到|往)?「[^「」\n]+」\s*(?:群里?)?[：:，,]?\s*(?=\S)|^\s*in \"[^\"\n]+\"\s*[:,]\s*(?=\S)", re.IGNORECASE
)
# Whoever asks for these has a member's link or number in mind.
_WANTS_CONTACT = (
    ("链接", "网址", "地址", "link", "url"),
    ("电话", "手机", "微信", "号码", "qq", "phone", "number", "contact"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a text would go, and as what."""

    kind: ProposalKind
    group: Group


def target_of(request: Request, place: Location, words: str) -> Target | None:
    """Where the admin wants a text to go: the group that they talk about, or the one that their words name.

    A group is named in quotation marks, or as a place (发到书友群, in Readers): a group can be called 公告 or 周六.

    Returns:
        None where that leaves several groups.
    """
    groups = [place.group] if place.group else list(place.groups)
    if len(groups) > 1:
        own = _outside(words, request)
        named = [one for one in groups if _names(own, folded(one.name))]
        # 「书友二群」 also holds the name of 「书友」: the longest name is meant.
        groups = [one for one in named if not any(folded(one.name) in folded(o.name) for o in named if o is not one)]
    if len(groups) != 1:
        return None
    return Target(kind=request.kind or ProposalKind.SEND_MESSAGE, group=groups[0])


def _outside(words: str, request: Request) -> str:
    """The folded words without the text that they hand over."""
    said, text = folded(words), folded(request.text or request.topic)
    at = said.find(text) if text else -1
    if at > 0 and (request.text or said[:at].rstrip().endswith(":")):
        said = f"{said[:at]} {said[at + len(text) :]}"
    return said


def _names(own: str, name: str) -> bool:
    as_place = rf"(?:在|到|给|往|\b(?:to|in|for)(?: the)?(?: group)?)\s?{re.escape(name)}{_BEHIND_NAME}"
    return bool(re.search(rf"[「『“\"]{re.escape(name)}[」』”\"]|{as_place}", own))


def which_group(place: Location, words: str, language: str) -> Found:
    """Ask for which of a community's groups a text is."""
    some = place.groups[:_MOST_CHOICES]
    if language == "en":
        return Found(text="For which group?", choices=tuple(f'In "{one.name}": {words}' for one in some))
    return Found(text="发到哪个群？", choices=tuple(f"在「{one.name}」{words}" for one in some))


def without_group(words: str) -> str:
    """Words without the group that they name in front, as a choice of `which_group` does."""
    return _NAMED_GROUP.sub("", words, count=1)


def may_hand_over(scope: Scope, group: Group) -> bool:
    """Whether the account may leave proposals for a group."""
    return scope.account.role.includes(Role.MODERATOR) and scope.account.sees(group.id)


def is_usable(text: str, *, words: str, before: Sequence[str] = ()) -> bool:
    """Whether anything is left of a model's text without what nobody asked for, and it is not far too long."""
    return 0 < len(cleaned(text, [words, *before]).text.strip()) <= LONGEST_TEXT


def hand_over(
    proposing: Proposing,
    scope: Scope,
    target: Target,
    text: str,
    *,
    words: str,
    before: Sequence[str] = (),
    citations: Iterable[Citation] = (),
) -> Found:
    """Leave a text among the proposals, without what nobody asked for. The same text waits only once.

    Args:
        words: what the admin said now. `before`: what they said earlier in the dialogue.
        citations: what was looked up for it.

    Raises:
        BadInput: nothing is left of the text, or it is too long.
        NotAllowed: the account may not decide in the group.
    """
    evidence = list(citations)
    clean = cleaned(text, [words, *before], [one.words for one in evidence if _is_named(one, words)])
    made = proposing.propose(
        scope.account,
        target.kind,
        target.group.id,
        clean.text,
        reason=_reason(scope, words, clean),
        evidence=evidence,
    )
    return Found(text=_told(scope.language, target, clean), proposal_ids=(made.id,), citations=tuple(evidence))


def checked(found: Found, language: str, *, words: str, before: Sequence[str] = ()) -> Found:
    """What was found, its text for a group without what nobody asked for: people copy it from a reply as well."""
    if not found.draft:
        return found
    named = [one.words for one in found.citations if _is_named(one, words)]
    clean = cleaned(found.draft, [words, *before], named)
    if not clean.removed:
        return found
    text = found.text.replace(found.draft, clean.text) if found.draft in found.text else clean.text
    return replace(found, text=f"{text}\n\n{_left_out(clean.removed, language)}", draft=clean.text)


def _reason(scope: Scope, words: str, clean: Cleaned) -> str:
    said = " ".join(words.split())
    said = said if len(said) <= _QUOTED else f"{said[:_QUOTED]}…"
    if scope.language == "en":
        reason = f'{scope.account.name} asked for it: "{said}".'
        return f"{reason} {_left_out(clean.removed, 'en')}".strip()
    return f"{scope.account.name}在对话里说：“{said}”。{_left_out(clean.removed, 'zh')}"


def _told(language: str, target: Target, clean: Cleaned) -> str:
    if language == "en":
        told = f'It waits among the proposals for "{target.group.name}". Nothing is sent before you do it.'
        return f"{told} {_left_out(clean.removed, 'en')}".strip()
    return f"已放进「{target.group.name}」的待办，发不发由你定。{_left_out(clean.removed, 'zh')}"


def _left_out(removed: Sequence[Removed], language: str) -> str:
    """What was taken out, so that a person sees it and can put it back."""
    if not removed:
        return ""
    names = _REMOVED[language]
    parts = [
        names[one.kind] if one.kind == "everyone" else f"{names[one.kind]} {' '.join(one.words.split())}"
        for one in dict.fromkeys(removed)
    ]
    if language == "en":
        return f"Left out, since you did not mention it: {', '.join(parts)}."
    return f"你没有提到、已经去掉的：{'、'.join(parts)}。"


def _is_named(citation: Citation, words: str) -> bool:
    """Whether the admin's words name a source: the title of something known, or a member's link or number."""
    own = folded(words)
    if citation.source.kind is not SourceKind.HISTORY:
        title = folded(citation.title).strip(" ?!。.？！")
        return len(title) > 1 and title in own
    name = folded(citation.sender_name or "")
    return len(name) > 1 and name in own and any(word in own for words in _WANTS_CONTACT for word in words)
