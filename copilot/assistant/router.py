"""Reads what an admin asks for, without a model: which tool, about what, when, whom.

The examples say which tool words are like; what a tool cannot do without has to stand in the words; and what is left
in doubt is a question to the knowledge, for that is most of what is typed. What can be read in several ways is asked
back. It looks at the words and at the request before, at nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cached_property

from copilot.assistant.asking_back import ask_back, chosen
from copilot.assistant.concepts import FILLER, FRAME, REST, Concepts
from copilot.assistant.following import follow, without_queueing
from copilot.assistant.intents import NAME, PERIOD, TEXT, Intents
from copilot.assistant.offered import ACTING
from copilot.assistant.orders import is_order
from copilot.assistant.request import Request, Scope, Tool
from copilot.assistant.slots import Reading, aspect_of, kind_of, read_slots, thread_of
from copilot.assistant.spans import two_periods
from copilot.assistant.subjects import topic_of
from copilot.text.language import language

SURE = 0.45
"""A tool other than asking has to be at least so probable. Chosen on tests/dialogues/router_dev.yaml."""

# At least one idea of each set has to stand in the words.
_NEEDS: dict[Tool, tuple[frozenset[str], ...]] = {
    tool: tuple(frozenset(one.split()) for one in sets)
    for tool, sets in {
        Tool.SEARCH: ("search mention talk message speak name sent",),
        Tool.READ: ("read thread", "thread message talk this that"),
        Tool.TOPICS: ("topic summary talk happen question group",),
        Tool.ACTIVITY: ("active lively stats message speak talk quiet peak most howmany",),
        Tool.MEMBERS: ("active quiet new speak talk member message name long",),
        Tool.EXPERTS: ("expert turnto answer",),
        Tool.COMPARE: ("compare period",),
        Tool.UNANSWERED: ("unanswered negation",),
        Tool.EPISODE: ("argue happen that",),
        Tool.RULES: ("text rules",),
        Tool.PROPOSALS: ("proposals queue",),
        Tool.DRAFT: ("write remind announcement post send",),
        Tool.REWRITE: ("rewrite style", "text this"),
        Tool.PROPOSE: ("send queue announcement post", "text this group proposals"),
        Tool.HELP: ("hello thanks ability you",),
    }.items()
}
# These speak of the group as a whole: what is said of something else beside makes it a question to the knowledge.
_WHOLE = frozenset({Tool.MEMBERS, Tool.ACTIVITY, Tool.UNANSWERED, Tool.PROPOSALS, Tool.COMPARE, Tool.TOPICS})
_UNKNOWN = 0.6
_FEW_UNKNOWN = 2
# So like an example, these need no further sign; the others hand a text over or need one.
_PLAIN = frozenset({Tool.MEMBERS, Tool.ACTIVITY, Tool.UNANSWERED, Tool.TOPICS, Tool.EXPERTS})
_VERY_SURE = 0.9
_NOTHING_SAID = frozenset({FRAME, FILLER})
_AHEAD = frozenset({Tool.DRAFT, Tool.PROPOSE})
_TIMED = frozenset({Tool.SEARCH, Tool.READ, Tool.TOPICS, Tool.ACTIVITY, Tool.MEMBERS, Tool.EXPERTS}) | {
    Tool.UNANSWERED,
    Tool.EPISODE,
    Tool.DRAFT,
}
_ABOUT = frozenset({Tool.SEARCH, Tool.TOPICS, Tool.ACTIVITY, Tool.EXPERTS, Tool.EPISODE, Tool.DRAFT})
# Of these one has to stand in the words for what happened to be a stretch of talk.
_OF_GROUP = frozenset({PERIOD, NAME, "argue", "talk", "group", "that", "lively", "speak", "message"})
_OF_MEMBER = frozenset({Tool.SEARCH, Tool.MEMBERS, Tool.EPISODE})


class Router:
    """Understands by examples. Making it is cheap: the examples are read when words first are."""

    @cached_property
    def _concepts(self) -> Concepts:
        return Concepts.load()

    @cached_property
    def _intents(self) -> Intents:
        return Intents.load(self._concepts)

    def read(
        self,
        words: str,
        scope: Scope,
        *,
        names: Collection[str] = (),
        before: Request | None = None,
        may_act: bool = True,
    ) -> Request:
        """Read what is asked for.

        Args:
            words: as typed.
            scope: who asks where and when; times are read in its timezone.
            names: of the members that can be meant.
            before: what was asked for before in this conversation, to understand 那上周呢.
            may_act: whether the words are the admin's own; else no text is written or handed over for them.

        Returns:
            One request. To `Tool.ASK` the words go as they are, as its topic. Where `choices` are set, nothing is to
            be done before one of them is said.
        """
        words = words.strip()
        written = without_queueing(words)
        if written and may_act:
            order = self.read(written, scope, names=names)
            if order.tool is Tool.DRAFT:
                return replace(order, hands_over=not order.choices)
        if before and before.choices:
            picked = chosen(words, before.choices)
            if picked:
                # A reading of a question holds names of members.
                return self.read(picked, scope, names=names, may_act=may_act and before.tool in ACTING)
        reading = read_slots(words, scope, names, self._concepts, ahead=False)
        barred = frozenset() if may_act else ACTING
        if not is_order(reading.plain, words):
            barred |= _AHEAD
        if before:
            followed = follow(reading, before, scope)
            if followed and followed.tool not in barred:
                return ask_back(followed, reading, scope)
        tool, sureness = self._choose(reading, barred)
        if tool is Tool.ASK:
            return Request(tool=Tool.ASK, topic=words, sureness=sureness)
        if tool in _AHEAD:
            reading = read_slots(words, scope, names, self._concepts, ahead=True)
        return ask_back(_fill(tool, reading, scope, sureness), reading, scope)

    def _choose(self, reading: Reading, barred: Collection[Tool]) -> tuple[Tool, float]:
        """The most probable tool that is not barred and for which the words have what it needs; how probable it is."""
        if thread_of(reading.plain) is not None and not _unknown(reading):
            return Tool.READ, 1.0
        if reading.ideas <= _NOTHING_SAID:
            return Tool.HELP, 1.0
        weights = self._intents.weigh(reading.parsed, reading.blanked())
        weights |= {tool: weights[tool] * _UNKNOWN ** _unknown(reading) for tool in _WHOLE}
        allowed = {
            tool: weight
            for tool, weight in weights.items()
            if tool not in barred
            if tool is Tool.ASK or _is_fit(tool, reading) or (tool in _PLAIN and weight >= _VERY_SURE)
        }
        total = sum(allowed.values())
        tool = max(allowed, key=allowed.__getitem__)
        sureness = allowed[tool] / total
        if tool is not Tool.ASK and sureness < SURE:
            return Tool.ASK, allowed[Tool.ASK] / total
        return tool, sureness


def _is_fit(tool: Tool, reading: Reading) -> bool:
    ideas = reading.ideas
    if any(needed.isdisjoint(ideas) for needed in _NEEDS[tool]):
        return False
    if tool is Tool.RULES:
        return TEXT in ideas or REST not in ideas
    if tool is Tool.COMPARE:
        return "compare" in ideas or len(reading.mentions) > 1
    if tool is Tool.EPISODE:
        # 退款是怎么回事 asks what something is.
        return REST not in ideas or not _OF_GROUP.isdisjoint(ideas)
    if tool is Tool.HELP:
        return REST not in ideas
    if tool is Tool.READ:
        return thread_of(reading.plain) is not None or REST not in ideas
    if tool is Tool.SEARCH:
        return REST in ideas or NAME in ideas
    return tool is not Tool.PROPOSALS or (TEXT not in ideas and ("proposals" in ideas or "why" in ideas))


def _unknown(reading: Reading) -> int:
    """How much is said of something that is no idea: characters of Chinese, twice the words of English."""
    rest = [reading.plain[word.start : word.end] for word in reading.parsed if word.idea == REST]
    rest = [part for part in rest if not part.isdigit()]
    units = sum(2 * len(part.split()) if part.isascii() else len(part) for part in rest)
    return max(0, units - _FEW_UNKNOWN)


def _fill(tool: Tool, reading: Reading, scope: Scope, sureness: float) -> Request:
    request = Request(tool=tool, sureness=sureness)
    named = reading.named[0] if reading.named and tool in _OF_MEMBER else None
    if named and not (tool is Tool.EPISODE and len(reading.named) > 1):
        request = replace(request, member=named.candidates[0])
    if tool is Tool.COMPARE:
        period, compared = two_periods(reading.plain, reading.mentions, scope, language(reading.words))
        return replace(request, period=period, compared=compared)
    if tool in _TIMED and reading.mentions:
        exact = [mention for mention in reading.mentions if not mention.is_soft]
        request = replace(request, period=(exact or reading.mentions)[0].period)
    if tool in _ABOUT:
        request = replace(request, topic=topic_of(reading, tool))
    if tool is Tool.MEMBERS and not request.member:
        request = replace(request, aspect=aspect_of(reading.ideas))
    if tool is Tool.READ:
        request = replace(request, thread_id=thread_of(reading.plain))
    if tool in (Tool.REWRITE, Tool.PROPOSE, Tool.RULES):
        request = replace(request, text=reading.text)
    if tool is Tool.REWRITE:
        request = replace(request, topic=topic_of(reading, tool))
    if tool is Tool.DRAFT and "remind" in reading.ideas and "write" not in reading.ideas:
        # 提醒大家还书 is about 还书, and what it is to be stands in the order alone.
        request = replace(request, text=reading.words)
    if tool in (Tool.DRAFT, Tool.PROPOSE):
        request = replace(request, kind=kind_of(reading))
    return request
