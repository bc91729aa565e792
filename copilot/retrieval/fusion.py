"""One list from two: what is found by words, what is found by vectors, and how much the vectors count.

Scores of BM25 and cosines have no common scale, so each list is stretched to 0..1 (min-max) before they are mixed.
How much vectors count is never a matter of a model's name: it follows from what the embedder was measured to do
(`models/aptitude.py`) in the two languages at hand, and from what vectors did for the community's own confirmations,
which outweighs everything else. Where vectors do not help their weight is 0, and words answer alone.

This module is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from copilot.text.language import language

if TYPE_CHECKING:
    from copilot.models.aptitude import Aptitude, Skill

Key = TypeVar("Key")
Scores = npt.NDArray[np.float64]

DEPTH = 50
"""How many are asked of each list; one that a list lacks counts as its last."""

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
# An embedder has to find so much more than shared words do, on thirty sentences: three standard errors of a rate of
# a tenth.
_LEAST_LIFT = 0.16
# The weight of an embedder that finds everything where words find nothing.
_MOST = 0.8
# That of one that sees through the forms of English words: it then finds what words miss, and knows no more than they.
_MOST_FOR_FORMS = 0.4


class Script(StrEnum):
    """What a text is written in, as far as an embedder's skill goes."""

    ZH = "zh"
    EN = "en"
    MIXED = "mixed"


class Reason(StrEnum):
    """Why vectors have their weight."""

    NO_EMBEDDER = "no_embedder"
    UNFIT = "unfit"
    """The embedder finds no more than words do in these languages."""
    APT = "apt"
    """The embedder was measured to find other wordings in these languages, or other forms of English words."""
    MEASURED = "measured"
    """The weight that found most for the community's own confirmations."""
    NO_BENEFIT = "no_benefit"
    """Vectors did not help on the community's own confirmations."""
    NO_REPLY = "no_reply"
    """The service that embeds, or a model that is still being loaded, could not be asked just then."""
    OVER_BUDGET = "over_budget"
    """What the service that embeds costs would go over a cap."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How much vectors count, 0 to 1, and why."""

    value: float
    why: Reason


def script(texts: str | Iterable[str]) -> Script:
    """Tell what texts are written in.

    Args:
        texts: raw text, or several that are told of as one; a few hundred of a collection are enough.

    Returns:
        `MIXED` where both scripts have a real share; `ZH` for texts without letters.
    """
    whole = texts if isinstance(texts, str) else "\n".join(texts)
    han, words = len(_HAN.findall(whole)), len(_WORD.findall(whole))
    if han and words and 0.25 <= han / (han + 2 * words) <= 0.75:
        return Script.MIXED
    if isinstance(texts, str):
        return Script(language(whole))
    return Script.EN if 2 * words > han else Script.ZH


def weigh(
    question: Script, entries: Script, aptitude: Aptitude | None, benefit: float | None = None, *, short: bool = True
) -> Weight:
    """Say how much vectors count for a question.

    Args:
        question, entries: what each is written in.
        aptitude: what the embedder was measured to do; None where there is no embedder.
        benefit: what the community's own confirmations say (`refit.Trial.benefit`): the weight that was best for them,
            0 if vectors did harm there; None if there were too few to tell. It holds for
            questions in the language of the entries, wholly or in part: those who confirm ask in it.
        short: whether what is searched is as short as a question. That an embedder sees through endings and slips of
            English words was measured there, and not on whole conversations.

    Returns:
        The weight of vectors; words have the rest.
    """
    if aptitude is None and benefit is None:
        return Weight(0.0, Reason.NO_EMBEDDER)
    if benefit is not None and (question is entries or Script.MIXED in (question, entries)):
        return Weight(benefit, Reason.MEASURED if benefit else Reason.NO_BENEFIT)
    if aptitude is None:
        return Weight(0.0, Reason.UNFIT)
    value = min(_weight_of(skill, _MOST) for skill in _skills(question, entries, aptitude))
    if short and question is entries is Script.EN:
        value = max(value, _weight_of(aptitude.forms, _MOST_FOR_FORMS))
    return Weight(value, Reason.APT if value else Reason.UNFIT)


def _skills(question: Script, entries: Script, aptitude: Aptitude) -> Sequence[Skill]:
    if Script.MIXED in (question, entries):
        # Where both languages stand side by side words find much; vectors have to be good at either.
        return aptitude.zh, aptitude.en
    if question is not entries:
        return (aptitude.cross,)
    return (aptitude.zh if question is Script.ZH else aptitude.en,)


def _weight_of(skill: Skill, most: float) -> float:
    lift = skill.hit_at_1 - skill.words_hit_at_1
    return round(most * lift, 2) if lift >= _LEAST_LIFT else 0.0


def fuse(
    words: Sequence[tuple[Key, float]], vectors: Sequence[tuple[Key, float]], weight: float
) -> list[tuple[Key, float]]:
    """Mix two lists into one.

    Args:
        words: (key, score of BM25), best first; `DEPTH` of them or all there are.
        vectors: (key, cosine), best first, likewise.
        weight: of vectors, 0 to 1.

    Returns:
        (key, mixed score), best first, ties in the order of the words, then of the vectors. With a weight of 0 it is
        `words` as they are, and with no words at all the vectors alone.
    """
    if weight <= 0:
        return list(words)
    places = {key: i for i, key in enumerate(dict.fromkeys([*(key for key, _ in words), *(key for key, _ in vectors)]))}
    sides = []
    # A list of words that was not cut short lacks only what shares no word.
    for found, missing in ((words, 0.0 if 0 < len(words) < DEPTH else -np.inf), (vectors, -np.inf)):
        side = np.full(len(places), missing)
        for key, score in found:
            side[places[key]] = max(side[places[key]], score)
        sides.append(side)
    mixed = blend(sides[0], sides[1], weight)
    order = np.argsort(-mixed, kind="stable")
    keys = list(places)
    return [(keys[i], float(mixed[i])) for i in order]


def blend(words: npt.ArrayLike, vectors: npt.ArrayLike, weight: float) -> Scores:
    """Mix two rows of scores of the same things.

    Args:
        words, vectors: shape (n,); -inf where a list lacks a thing, which then counts as the last of that list.
        weight: of vectors, 0 to 1.

    Returns:
        Shape (n,): each row stretched to 0..1 and mixed.
    """
    stretched_words, stretched_vectors = _stretched(np.asarray(words, float)), _stretched(np.asarray(vectors, float))
    return (1 - weight) * stretched_words + weight * stretched_vectors


def _stretched(scores: Scores) -> Scores:
    there = np.isfinite(scores)
    if not there.any():
        return np.zeros(len(scores))
    lowest, highest = scores[there].min(), scores[there].max()
    if highest <= lowest:
        # All the same, so only being there tells.
        return np.where(there, 1.0, 0.0)
    return np.where(there, (np.where(there, scores, lowest) - lowest) / (highest - lowest), 0.0)
