"""What a request is about, as it stands in the words: what remains when the words that ask are taken away."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.assistant.concepts import FILLER, FRAME, REST, Word
from copilot.assistant.intents import NAME, PERIOD, TEXT
from copilot.assistant.request import Tool
from copilot.assistant.slots import Reading

_TOPIC_EDGES = frozenset(
    {FRAME, "measure", "about", "this", "that", "yesno", "what", "how", "someone", "who", "you"}
) | {
    "i",
    "event",
    "question",
    "can",
    "group",
}
_LOOSE = frozenset("的地得了着呢吗啊呀吧哦在对给把和跟与是都有那个些就也还让被再该")
_ABOUT = frozenset({"about", "on", "regarding", "concerning", "关于", "有关"})
_DONE = re.compile(r"^(?:做过|用过|学过|会|懂|过)(?=..)")
_SIGNS = " ,，。.?？!！：:、"
_PAUSES = re.compile(r"[,;。!?\n:]")
# What these are about has to be marked.
_MARKED = frozenset({Tool.TOPICS, Tool.ACTIVITY, Tool.EPISODE})
_MARK_BEFORE = re.compile(
    r"(?:关于|有关|针对|对于?|围绕|因为|为了?|聊|聊到|说到|提到|讨论|about|on|over|regarding|concerning|around|of|mention\w*)"
    r"\s?(?:the |our )?$"
)
_MARK_AFTER = re.compile(
    r"\s?(?:的|那|这|方面|相关|上)?(?:场|次|个|件|段|回)?(?:事|争论|争吵|争执|讨论|矛盾|冲突|风波|纠纷)"
    r"|\s(?:argument|discussion|fight|debate|drama|row)"
)
_KINDS_OF_TEXT = frozenset({"announcement", "post", "message"})
_OPENS_ORDER = frozenset({FRAME, FILLER, "measure", "about", "write"})
_CLOSES_ORDER = _KINDS_OF_TEXT | {FRAME, FILLER, "measure", "yesno", "about", "can"}

# What a tool is asked for with, which therefore is not what it is asked about.
_OWN: dict[Tool, frozenset[str]] = {
    Tool.SEARCH: frozenset(
        {"search", "mention", "talk", "message", "speak", "know", "where", "thread", "when", "post", "sent"}
    ),
    Tool.EXPERTS: frozenset({"expert", "turnto", "answer", "know", "most", "member", "search", "contact", "speak"}),
    Tool.TOPICS: frozenset({"topic", "most", "talk", "summary", "message", "speak", "happen", "mention"}),
    Tool.EPISODE: frozenset({"argue", "happen", "talk", "why", "most", "summary", "when", "lively"}),
    Tool.ACTIVITY: frozenset({"active", "lively", "stats", "message", "speak", "talk", "howmany", "peak", "when"})
    | {"quiet", "most", "member", "topic", "send", "post"},
    Tool.READ: frozenset({"read", "thread", "message", "talk"}),
}


def topic_of(reading: Reading, tool: Tool) -> str:
    """What it is about, as typed: what remains when the words of the tool are taken away; of a change, the wish.

    Args:
        reading: the words.
        tool: what they ask for. What a figure is about has to be marked as such (关于, about): a word that is merely
            unknown is none of it.
    """
    if tool is Tool.DRAFT:
        return _subject(reading)
    if tool is Tool.REWRITE:
        # How it is to be changed: all that is said beside the text.
        start, end = reading.text_span
        return " ".join((reading.words[:start] + " " + reading.words[end:]).strip(_SIGNS + '“”「」『』"\n').split())
    found = [
        (start, topic)
        for start, end in _runs(reading, _OWN.get(tool, frozenset()))
        if (topic := _strip_edges(reading, start, end))
    ]
    if tool in _MARKED:
        found = [(start, topic) for start, topic in found if _is_marked(reading, start, topic)]
    topic = max((topic for _, topic in found), key=len, default="")
    return topic if topic.isascii() or len(topic) > 1 else ""


def _runs(reading: Reading, own: frozenset[str]) -> list[tuple[int, int]]:
    """The stretches between the tool's own words, slots and pauses."""
    runs: list[tuple[int, int]] = []
    is_open = False
    for word in reading.parsed:
        if word.idea in own or word.idea in (PERIOD, NAME, TEXT):
            is_open = False
        elif is_open and not _PAUSES.search(reading.plain[runs[-1][1] : word.start]):
            runs[-1] = (runs[-1][0], word.end)
        else:
            runs.append((word.start, word.end))
            is_open = True
    return runs


def _strip_edges(reading: Reading, start: int, end: int) -> str:
    inner = [word for word in reading.parsed if start <= word.start and word.end <= end]
    about = max((i for i, word in enumerate(inner) if reading.plain[word.start : word.end] in _ABOUT), default=-1)
    inner = inner[about + 1 :] if any(word.idea == REST for word in inner[about + 1 :]) else inner
    while inner and _is_edge(reading, inner[0]):
        inner.pop(0)
    while inner and _is_edge(reading, inner[-1]):
        inner.pop()
    if not any(word.idea == REST for word in inner):
        return ""
    return _DONE.sub("", reading.words[inner[0].start : inner[-1].end].strip(_SIGNS))


def _is_edge(reading: Reading, word: Word) -> bool:
    if word.idea == FILLER:
        said = reading.plain[word.start : word.end]
        # 中 of 中秋 is no filler; 的 always is.
        return len(said) > 1 or said.isascii() or said in _LOOSE
    return word.idea in _TOPIC_EDGES


def _is_marked(reading: Reading, start: int, topic: str) -> bool:
    at = reading.words.find(topic, start)
    before, after = reading.plain[:at], reading.plain[at + len(topic) :]
    return bool(_MARK_BEFORE.search(before) or _MARK_AFTER.match(after))


def _subject(reading: Reading) -> str:
    """What a draft is about: everything but the order to write and the name of what is to be written."""
    if reading.text:
        return reading.text
    words = list(reading.parsed)
    if "write" not in reading.ideas:
        # 提醒大家带水杯 is itself the order; in 写一条提醒大家带水杯的消息 it is what the message does.
        words = [word for word in words if word.idea not in ("remind", "send") or _greets(reading, word)]
    runs: list[list[Word]] = [[]]
    for word in words:
        if word.idea in ("write", FRAME):
            runs.append([])
        else:
            runs[-1].append(word)
    kept: list[str] = []
    for run in runs:
        while run and _opens_order(reading, run):
            run.pop(0)
        while run and run[-1].idea in _CLOSES_ORDER:
            run.pop()
        if any(word.idea not in ("group", "this", "i", "you", "send", PERIOD) for word in run):
            kept.append(reading.words[run[0].start : run[-1].end].strip(_SIGNS))
    return " ".join(kept)


def _greets(reading: Reading, word: Word) -> bool:
    """欢迎新人 says itself what it is about."""
    return reading.plain.startswith(("欢迎", "welcome"), word.start)


def _opens_order(reading: Reading, run: Sequence[Word]) -> bool:
    """Whether a run begins with what is to be written (消息 in 消息提醒大家…), and not with what that is about."""
    word, following = run[0], run[1] if len(run) > 1 else None
    said = reading.plain[word.start : word.end]
    if word.idea in _KINDS_OF_TEXT:
        if following is None or following.idea in (FILLER, "about", "remind", "that"):
            return True
        return not said.isascii() and bool(_PAUSES.search(reading.plain[word.end : following.start]))
    return word.idea in _OPENS_ORDER and said != "the" and (word.idea != FILLER or _is_edge(reading, word))
