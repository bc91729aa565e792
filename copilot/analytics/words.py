"""The words that tell what a talk is about, found without a dictionary.

Latin words are taken as they stand. Chinese is not cut into words by anything here: a stretch of characters counts as a
word where it recurs, where what stands before and after it varies, and where it does not begin or end with a character
that only holds sentences together. Rarity against everything that is indexed tells what is special from what is
everywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from copilot.text.fold import folded
from copilot.text.tokens import CJK

Rarity = Callable[[str], float]
"""How rare a term is among all that is known, from 0 (in every text) to 1 (in none)."""

_RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+(?:['’.-][^\W_{CJK}]+)*")
_HAN = re.compile(f"[{CJK}]")
# Characters that hold sentences together: no word worth reporting holds one of these, ...
_GLUE = frozenset(
    "的了吗呢吧啊呀嘛哦哈哇啦嗯么呗哒滴噢唉是在和也都就不没有我你您他她它这那把被给让跟与及或但且很太真还又"
    "才只则而什怎哪谁啥个一两几些"
)
# ... or begins or ends with one of those.
_LOOSE = _GLUE | frozenset("去来到着过好要能可以得从再向对为于之其所如若因由已将应该请谢想说多少次本条号点时候")
# A word may grow to begin or end with these: 亮搬家 is 月亮搬家.
_EDGE = _LOOSE | frozenset("会地上下里外前后看做问知道吃用买大小天年月日今明昨")
# Pairs that are common in talk of any kind.
_ZH = (
    "大家 各位 我家 你家 我们 你们 他们 咱们 自己 今天 明天 昨天 后天 今晚 明晚 昨晚 周末 上午 下午 晚上 早上 "
    "中午 现在 刚刚 刚才 时候 时间  "
    "知道 觉得 感觉 可能 应该 还是 就是 但是 不过 所以 因为 如果 然后 已经 一直 一起 一个 一下 一点 有点 有人 "
    "没有 不是 不要 不能 不会 可以  "
    "这个 那个 这样 那样 这种 什么 怎么 为什么 多少 哪里 哪个 问题 东西 事情 地方 老师 妈妈 爸爸 宝宝 孩子 "
    "朋友 群里 群主 谢谢 感谢  "
    "收到 辛苦 麻烦 请问 直接 其实 真的 特别 非常 比较 最近 之前 之后 以后 以前 开始 结束 需要 喜欢 希望 看到 "
    "听说 起来 出来 过来 回来  "
    "周一 周二 周三 周四 周五 周六 周日 星期 小时 分钟 图片 视频 链接 文件 表情 消息 人家 家里 这边 那边 名字 "
    "东东 好像 确实 反正 而且"
)
_EN = (
    "a about above actually after again all almost already also always am an and another any anybody anyone "
    "anything are  "
    "around as ask asked at away back bad basically be because been before being best better between big bit "
    "both but by  "
    "came can cannot case check come could course day days did different do does doing don done down each "
    "easy either  "
    "else end enough even ever every everybody everyone everything exactly fact far feel few find fine first fix for "
    "found from full get gets getting give given go goes going gone good got great guess guys had happen "
    "happens happy  "
    "hard has have having he hello help her here hey hi him his hope how however idea if in instead into is "
    "issue it its  "
    "itself just keep kind know last later least left less let like line little long look looking looks lot "
    "lots made  "
    "make makes making many may maybe me mean means might mine more most much must my myself name need needs "
    "never new  "
    "next nice no nobody none nope nor not nothing now of off oh ok okay old on once one ones only or other "
    "others our  "
    "out over own part people perhaps please point possible pretty probably problem put question quite rather "
    "read real  "
    "really reason right said same saw say says see seem seems seen sense set she should show since small so some "
    "somebody someone something sometimes somewhere soon sorry sort still stuff such sure take talk tell than thank "
    "thanks that the their them then there these they thing things think this those though thought three "
    "through time  "
    "times to today together told too took tried true try trying turn two under understand until up us use "
    "used useful  "
    "uses using usually version very want wanted wants was way we well went were what when where whether "
    "which while who  "
    "whole whose why will wish with without wonder wondering word work working works would write wrong wrote "
    "yeah year  "
    "years yes yet you your yours yourself morning night week tomorrow yesterday tonight monday tuesday wednesday "
    "thursday friday saturday sunday im dont thats ive cant didnt lol haha anyway example change start run add call "
    "called side able kinda etc e.g i.e btw imho imo afaik says saying seriously especially simply similar "
    "example code"
)
_COMMON_ZH = frozenset(_ZH.split())
_COMMON_EN = frozenset(_EN.split())
_LONGEST = 8
_TELLING_RARITY = 0.3
_SHORTENED = re.compile("['’]")
# What stands beside a word in more than this share of its places belongs to it; so many places are looked at.
_FIXED = 0.75
_ENOUGH = 60
# Of a very long message the beginning tells what it is about.
_READ = 600


def runs(text: str) -> list[str]:
    """The stretches of Chinese and the Latin words of a text, folded, in order."""
    return _RUN.findall(folded(text[:_READ]))


def terms(text: str) -> set[str]:
    """What a text can be compared by: pairs of Chinese characters and Latin words, without those of any talk."""
    found: set[str] = set()
    for run in runs(text):
        if _HAN.match(run):
            pairs = (run[i : i + 2] for i in range(len(run) - 1))
            found.update(p for p in pairs if p not in _COMMON_ZH and p[0] not in _EDGE and p[1] not in _EDGE)
        elif _is_word(run):
            found.add(_singular(run))
    return found


def _is_word(run: str) -> bool:
    return len(run) >= 3 and run not in _COMMON_EN and not run[0].isdigit() and not _SHORTENED.search(run)


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def weights(talk: Sequence[tuple[int | str, Collection[str]]], rarity: Rarity) -> dict[str, float]:
    """How much each term tells of a talk.

    Args:
        talk: who said what, as `terms` gives it.
        rarity: see `Rarity`.

    Returns:
        Terms with a weight above 0: the more of its people use a term and the rarer it is elsewhere, the more.
    """
    people: dict[str, set[int | str]] = {}
    lines: Counter[str] = Counter()
    for person, held in talk:
        for term in held:
            people.setdefault(term, set()).add(person)
            lines[term] += 1
    found: dict[str, float] = {}
    for term, by in people.items():
        telling = rarity(term) - _TELLING_RARITY
        if telling > 0:
            found[term] = telling * (len(by) + 0.25 * (lines[term] - len(by)))
    return found


def phrases(
    talk: Sequence[tuple[int | str, str]],
    rarity: Rarity,
    *,
    most: int,
    around: str = "",
    without: Collection[str] = (),
) -> list[str]:
    """The words by which a talk can be named.

    Args:
        talk: who said what; words that only one line holds are left out.
        rarity: see `Rarity`.
        most: the most words to return.
        around: further talk of the same group, folded, one line a message, by which it is seen where words end.
        without: folded words that name nothing, such as the members' names.

    Returns:
        Words as they are written, best first, none inside another.
    """
    lines: Counter[str] = Counter()
    people: dict[str, set[int | str]] = {}
    written: dict[str, Counter[str]] = {}
    for person, text in talk:
        for one, as_written in _candidates(text).items():
            lines[one] += 1
            people.setdefault(one, set()).add(person)
            written.setdefault(one, Counter())[as_written] += 1
    scored: list[tuple[float, str]] = []
    for one, number in lines.items():
        if number < 2 or any(one in name or name in one for name in without):
            continue
        telling = _rare(one, rarity) - _TELLING_RARITY
        if telling > 0:
            scored.append(((len(people[one]) + 0.5 * number) * telling * (1 + 0.1 * min(len(one), 6)), one))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    context = "\n".join((*(folded(text[:_READ]) for _, text in talk), around))
    chosen: list[str] = []
    for _, one in scored[: 12 * most]:
        if len(chosen) == most:
            break
        word = _grown(one, context) if _HAN.match(one) else written[one].most_common(1)[0][0]
        if any(word in other or other in word or _overlap(word, other) for other in chosen):
            continue
        if not any(word in name or name in word for name in without):
            chosen.append(word)
    return chosen


def _candidates(text: str) -> dict[str, str]:
    """What could name a text: Chinese stretches, words and pairs of words in one form, each as it is written."""
    found: dict[str, str] = {}
    before = ""
    for run in runs(text):
        if _HAN.match(run):
            before = ""
            for start in range(len(run) - 1):
                if run[start] in _EDGE:
                    continue
                for end in range(start + 1, min(len(run), start + _LONGEST)):
                    if run[end] in _GLUE:
                        break
                    piece = run[start : end + 1]
                    if run[end] not in _EDGE and piece not in _COMMON_ZH:
                        found[piece] = piece
        elif _is_word(run):
            found[_singular(run)] = run
            if before:
                found[f"{before} {_singular(run)}"] = f"{before} {run}"
            before = run
        else:
            before = ""
    return found


def _rare(phrase: str, rarity: Rarity) -> float:
    if _HAN.match(phrase):
        pairs = [phrase[i : i + 2] for i in range(len(phrase) - 1)]
        return sum(map(rarity, pairs)) / len(pairs)
    return sum(map(rarity, phrase.split())) / len(phrase.split())


def _grown(phrase: str, context: str) -> str:
    """A Chinese phrase up to where what stands around it varies."""
    for _ in range(_LONGEST):
        before, after = _neighbours(phrase, context)
        whole = sum(before.values())
        grown = phrase
        for side in (before, after):
            char, number = side.most_common(1)[0] if side else ("", 0)
            if number > _FIXED * whole and char not in _LOOSE and _HAN.match(char) and len(phrase) < _LONGEST:
                grown = char + phrase if side is before else phrase + char
                break
        if grown == phrase:
            break
        phrase = grown
    return phrase


def _neighbours(phrase: str, context: str) -> tuple[Counter[str], Counter[str]]:
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    at = context.find(phrase)
    while at >= 0 and sum(before.values()) < _ENOUGH:
        end = at + len(phrase)
        before[context[at - 1] if at else "\n"] += 1
        after[context[end] if end < len(context) else "\n"] += 1
        at = context.find(phrase, end)
    return before, after


def _overlap(one: str, other: str) -> bool:
    """Whether two Chinese words share a pair of characters: then they are pieces of the same."""
    if not _HAN.match(one) or not _HAN.match(other):
        return False
    pairs = {one[i : i + 2] for i in range(len(one) - 1)}
    return any(other[i : i + 2] in pairs for i in range(len(other) - 1))


def shared(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How much two talks have in common: the product of their terms' weights. As a share of the product of their
    lengths it is their cosine."""
    if len(other) < len(one):
        one, other = other, one
    return sum(value * other[term] for term, value in one.items() if term in other)


def length(values: Mapping[str, float]) -> float:
    """The length of a talk's weights, as that of a vector."""
    return float(sum(value * value for value in values.values()) ** 0.5)


def holds_any(text: str, wanted: Iterable[str]) -> bool:
    """Whether a text holds one of some folded words."""
    plain = folded(text)
    return any(word in plain for word in wanted)
