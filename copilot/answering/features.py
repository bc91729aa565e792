"""What the gate weighs: numbers read off the evidence of a question, and the letter sequences of its text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from copilot.answering.lexicon import ASKING_WORDS, GLUE, STOP_WORDS
from copilot.records import Evidence, Side
from copilot.text.fold import folded
from copilot.text.tokens import tokens

# Terms are looked at in three classes, since they say different things: a pair of CJK characters is about a word; a
# word in letters is a name or a technical term in Chinese, and any word at all in English; a single CJK character
# stands in most texts. Numbers are left aside: they tell one order from another, not a topic.
_CLASSES = ("pair", "word", "single")
_CLASS_FEATURES = ("many", "known", "unknown", "settled", "common", "most_common", "weight")
_OTHER_FEATURES = (
    "best_score",
    "next_scores",
    "all_scores",
    "best_share",
    "next_share",
    "all_share",
    "margin",
    "characters",
    "terms",
    "history",
    "history_best_share",
    "history_next_share",
    "history_only_known",
    "telling_many",
    "telling_known",
    "telling_common",
    "telling_in_history",
    "telling_nowhere",
)
FEATURES = (*(f"{kind}_{name}" for kind in _CLASSES for name in _CLASS_FEATURES), *_OTHER_FEATURES)

# A term in so many texts belongs to what the texts are about, rather than being one writer's word.
_SETTLED = 5
_LETTERS = 3
_SPACE = re.compile(r"\s+")


def read_features(question: str, evidence: Evidence) -> list[float]:
    """Describe a question by the numbers that `FEATURES` names, in that order.

    Args:
        question: the raw text.
        evidence: what the word index knows of its terms.

    Returns:
        Finite numbers. Scores are taken as they are and as shares of the highest that the question's terms allow.
    """
    knowledge = evidence.knowledge
    rarities = [_rarity(count, knowledge.size) for count in _counts(evidence, knowledge)]
    values: list[float] = []
    for kind in _CLASSES:
        values += _read_class(evidence, kind, rarities)
    best, after, every = _levels(knowledge)
    possible = sum(rarities) or 1.0
    values += [math.log1p(best), after, every, best / possible, after / possible, every / possible]
    fifth = knowledge.scores[4] if len(knowledge.scores) > 4 else 0.0
    values += [(best - fifth) / (best + 1.0), math.log1p(len(question)), math.log1p(len(evidence.terms))]
    values += _read_history(evidence) + _read_telling(question, evidence)
    return values


def letters(text: str) -> Counter[str]:
    """Count the sequences of one to three characters of a text, which tell its topic and its tone.

    Args:
        text: raw text; it is folded, and white space counts as one space.
    """
    plain = _SPACE.sub(" ", folded(text).strip())
    return Counter(plain[i : i + n] for n in range(1, _LETTERS + 1) for i in range(len(plain) - n + 1))


def _read_class(evidence: Evidence, kind: str, rarities: Sequence[float]) -> list[float]:
    """The features of one class of terms, in the order of `_CLASS_FEATURES`."""
    counts = _counts(evidence, evidence.knowledge)
    own = [i for i, term in enumerate(evidence.terms) if _class_of(term) == kind]
    if not own:
        return [0.0] * len(_CLASS_FEATURES)
    spread = math.log1p(max(1, evidence.knowledge.size))
    commonness = [math.log1p(counts[i]) / spread for i in own]
    known = [i for i in own if counts[i]]
    return [
        math.log1p(len(own)),
        len(known) / len(own),
        math.log1p(len(own) - len(known)),
        math.log1p(sum(counts[i] >= _SETTLED for i in own)),
        sum(commonness) / len(own),
        max(commonness),
        math.log1p(sum(rarities[i] for i in known)),
    ]


def _read_history(evidence: Evidence) -> list[float]:
    history = evidence.history
    if not history.size:
        return [0.0] * 4
    counts = _counts(evidence, history)
    rarities = [_rarity(count, history.size) for count in counts]
    possible = sum(rarities) or 1.0
    best, after, _ = _levels(history)
    only_here = sum(
        rarity
        for rarity, here, there in zip(rarities, counts, _counts(evidence, evidence.knowledge), strict=True)
        if here and not there
    )
    return [1.0, best / possible, after / possible, only_here / possible]


def _read_telling(question: str, evidence: Evidence) -> list[float]:
    """How much of what a question is about is known: the terms that are left without those that only ask."""
    plain = GLUE.sub(" ", ASKING_WORDS.sub(" ", folded(question)))
    left = set(tokens(plain)) - STOP_WORDS
    rows = [
        (here, there)
        for term, here, there in zip(
            evidence.terms, _counts(evidence, evidence.knowledge), _counts(evidence, evidence.history), strict=True
        )
        if term in left and _class_of(term) in ("pair", "word")
    ]
    if not rows:
        return [0.0] * 5
    spread = math.log1p(max(1, evidence.knowledge.size))
    return [
        math.log1p(len(rows)),
        sum(here > 0 for here, _ in rows) / len(rows),
        sum(math.log1p(here) / spread for here, _ in rows) / len(rows),
        sum(there > 0 for _, there in rows) / len(rows),
        sum(not here and not there for here, there in rows) / len(rows),
    ]


def _levels(side: Side) -> tuple[float, float, float]:
    """The best score, and the means of the best five and twenty; passages that are not there count as 0."""
    scores = side.scores
    return (scores[0] if scores else 0.0), sum(scores[:5]) / 5, sum(scores[:20]) / 20


def _counts(evidence: Evidence, side: Side) -> Sequence[int]:
    return side.counts or [0] * len(evidence.terms)


def _rarity(count: int, size: int) -> float:
    """The inverse document frequency of BM25."""
    return math.log1p((max(0, size - count) + 0.5) / (count + 0.5))


def _class_of(term: str) -> str:
    if term.isdigit():
        return "number"
    if term[0] < "\u3005":
        return "word"
    return "pair" if len(term) == 2 else "single"
