"""What a community's confirmations teach: vectors of its own for questions and entries, used only if they help it.

A person who confirms that an entry answers a question says which words of questions go with which words of entries.
A refit learns this for one community, beside the static embedder and without touching it: the vectors of history and
of other communities stay as they are, and a community's few entries are embedded anew.

A fifth of the questions is first kept aside. The rest is fitted, and the questions that were kept aside are asked,
by words alone and by words and vectors: only if the vectors find clearly more is a refit made, from all pairs, with
the weight that found most. The static embedder is tried in the same way.
"""

from __future__ import annotations

import io
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import blake2b
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from copilot.errors import BrokenFile
from copilot.models.embeddings import Embedder, embed_questions
from copilot.models.static import StaticEmbedder
from copilot.retrieval.fusion import DEPTH, Scores, fuse
from copilot.retrieval.term_fitting import Matrix, Terms, fit
from copilot.text.tokens import tokens

Pair = tuple[str, str]

_VERSION = 1
FEWEST_PAIRS = 100
"""Below this nothing is fitted: a fifth of them could not tell help from chance."""
_HELD_OUT = 5
# Pieces that are kept at most, the most frequent first: 20,000 take 20 MB in a database.
_MOST_PIECES = 20_000
_WEIGHTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_SHOWN = 5
# What is gained must be this many standard errors of chance (in a sign test, the root of the number of changes).
_ERRORS = 2.0
# BM25 as the word index has it.
_K1, _B = 1.2, 0.75


class Verdict(StrEnum):
    """Why a refit is used or not."""

    TOO_FEW = "too_few"
    NO_GAIN = "no_gain"
    HELPS = "helps"


@dataclass(frozen=True, slots=True)
class Trial:
    """What the questions that were kept aside say; rates from 0 to 1.

    `gained` questions have a right entry among the first five only with vectors, `lost` only without. `weight` is
    that of vectors, 0 where they are not used.
    """

    verdict: Verdict
    pairs: int
    asked: int = 0
    words_hit_at_5: float = 0.0
    fused_hit_at_5: float = 0.0
    gained: int = 0
    lost: int = 0
    weight: float = 0.0

    @property
    def benefit(self) -> float | None:
        """What `fusion.weigh` is told: the weight; 0 where vectors do harm; None where chance may have decided."""
        if self.verdict is Verdict.HELPS:
            return self.weight
        return 0.0 if self.lost > self.gained else None


class Refit:
    """Vectors of one community's own, for its questions and its entries; see `refit`."""

    dimensions = 256

    def __init__(self, terms: Terms, trial: Trial) -> None:
        """Use `refit` or `from_bytes`."""
        self._terms = terms
        self.trial = trial
        digest = blake2b(digest_size=8)
        for part in (terms.keys, terms.weights, terms.questions, terms.entries):
            digest.update(np.ascontiguousarray(part).tobytes())
        self.identity = f"refit:{_VERSION}:{digest.hexdigest()}"

    def embed_questions(self, texts: Sequence[str]) -> Matrix:
        """Embed what is asked: shape (len(texts), 256), rows of unit length, of zeros where no word is known."""
        return self._terms.embed(texts, self._terms.questions)

    def embed_entries(self, texts: Sequence[str]) -> Matrix:
        """Embed entries, to compare with `embed_questions`: shape (len(texts), 256), rows likewise."""
        return self._terms.embed(texts, self._terms.entries)

    def to_bytes(self) -> bytes:
        """The refit as it is kept; `from_bytes` reads it."""
        stream = io.BytesIO()
        head = json.dumps({"version": _VERSION, "trial": asdict(self.trial)}).encode()
        np.savez_compressed(
            stream,
            head=np.frombuffer(head, dtype=np.uint8),
            keys=self._terms.keys,
            weights=self._terms.weights,
            questions=self._terms.questions,
            entries=self._terms.entries,
        )
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Refit:
        """Read what `to_bytes` wrote.

        Raises:
            BrokenFile: it is damaged or of another release; refit again.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as parts:
                head = json.loads(parts["head"].tobytes())
                terms = Terms(parts["keys"], parts["weights"], parts["questions"], parts["entries"])
                trial = Trial(**{**head["trial"], "verdict": Verdict(head["trial"]["verdict"])})
        except (ValueError, KeyError, TypeError, EOFError, OSError, BadZipFile, zlib.error) as error:
            raise BrokenFile("What was learned from confirmations is damaged: learn it again.") from error
        if head.get("version") != _VERSION:
            raise BrokenFile(f"What was learned from confirmations has version {head.get('version')}: learn it again.")
        return cls(terms, trial)


def refit(pairs: Iterable[Pair], entries: Sequence[str] = ()) -> tuple[Refit | None, Trial]:
    """Learn from a community's confirmations, if that finds more than words do, and than the static embedder does.

    Args:
        pairs: (question, the text of the entry that a person confirmed for it), raw texts.
        entries: the texts of the community's entries, among which a question's own has to be found; those of the
            pairs are added where they are missing.

    Returns:
        The refit and what its trial found; or None where it is not used, and what the trial of the static embedder
        found. The same arguments give the same result.
    """
    pairs = list(dict.fromkeys(pairs))
    if len(pairs) < FEWEST_PAIRS:
        return None, Trial(Verdict.TOO_FEW, len(pairs))
    aside, rest = _split(pairs)
    if not aside or not rest:
        return None, Trial(Verdict.TOO_FEW, len(pairs))
    terms = fit(rest, _families(rest), most=_MOST_PIECES)

    def compare(asked: list[str], among: list[str]) -> Matrix:
        cosines: Matrix = terms.embed(asked, terms.questions) @ terms.embed(among, terms.entries).T
        return cosines

    trial = _judge(pairs, aside, entries, compare)
    common = try_embedder(StaticEmbedder(), pairs, entries)
    if trial.verdict is not Verdict.HELPS or common.fused_hit_at_5 >= trial.fused_hit_at_5:
        return None, common
    return Refit(_narrowed(fit(pairs, _families(pairs), most=_MOST_PIECES)), trial), trial


def _narrowed(terms: Terms) -> Terms:
    """Half precision, in which it is kept."""
    return Terms(terms.keys, terms.weights, terms.questions.astype(np.float16), terms.entries.astype(np.float16))


def _split(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """A fifth of the pairs to try on, and the rest to fit; no question is in both, not even as an entry."""
    questions = {question for question, _ in pairs}
    # An entry that is a question of other pairs as well ties these to it: they go to the same side.
    tied = _families([(question, entry if entry in questions else question) for question, entry in pairs])
    names: dict[int, str] = {}
    for text, number in tied.items():
        names[number] = min(text, names.get(number, text))
    aside: list[Pair] = []
    rest: list[Pair] = []
    for pair in pairs:
        name = names[tied[pair[0]]].encode("utf-8", "surrogatepass")
        (rest if blake2b(name, digest_size=1).digest()[0] % _HELD_OUT else aside).append(pair)
    return aside, rest


def _families(pairs: Sequence[Pair]) -> dict[str, int]:
    """Number texts so that those which confirmations connect have the same number."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        parent.setdefault(text, text)
        while parent[text] != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for question, entry in pairs:
        parent[root(question)] = root(entry)
    numbers: dict[str, int] = {}
    return {text: numbers.setdefault(root(text), len(numbers)) for text in list(parent)}


def try_embedder(embedder: Embedder, pairs: Iterable[Pair], entries: Sequence[str] = ()) -> Trial:
    """Find out what an embedder does for a community's own confirmations, as `refit` does for what it has fitted.

    Args:
        embedder: asked for the questions that are kept aside and all entries.
        pairs, entries: as in `refit`.

    Returns:
        What was found; its `benefit` is for `fusion.weigh`.
    """
    pairs = list(dict.fromkeys(pairs))
    if len(pairs) < FEWEST_PAIRS:
        return Trial(Verdict.TOO_FEW, len(pairs))
    return _judge(
        pairs,
        _split(pairs)[0],
        entries,
        lambda asked, among: embed_questions(embedder, asked) @ embedder.embed(among).T,
    )


def _judge(
    pairs: Sequence[Pair],
    aside: Sequence[Pair],
    entries: Sequence[str],
    compare: Callable[[list[str], list[str]], Matrix],
) -> Trial:
    """Ask the questions that were kept aside by words alone and with vectors of each weight."""
    families = _families(pairs)
    among = list(dict.fromkeys([*entries, *(entry for _, entry in aside)]))
    of_family = defaultdict(set)
    for i, entry in enumerate(among):
        if entry in families:
            of_family[families[entry]].add(i)
    place = {entry: i for i, entry in enumerate(among)}
    asked = list(dict.fromkeys(question for question, _ in aside))
    cosines = compare(asked, among)
    words = _Words(among)
    found = np.zeros((len(asked), 1 + len(_WEIGHTS)), dtype=np.bool_)
    for i, question in enumerate(asked):
        scores, likeness = words.score(question), cosines[i].astype(np.float64)
        # A text is no answer to itself.
        if question in place:
            scores[place[question]], likeness[place[question]] = 0.0, -np.inf
        right = of_family[families[question]] - {place.get(question, -1)}
        by_words = [(j, scores[j]) for j in _best(scores) if scores[j] > 0]
        by_vectors = [(j, likeness[j]) for j in _best(likeness) if likeness[j] > 0]
        for n, weight in enumerate((0.0, *_WEIGHTS)):
            found[i, n] = any(j in right for j, _ in fuse(by_words, by_vectors, weight)[:_SHOWN])
    rates = found[:, 1:].mean(axis=0)
    # Each weight with its neighbours: a peak at one weight alone is chance.
    best = int(np.convolve(np.pad(rates, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid").argmax())
    gained = int((found[:, 1 + best] & ~found[:, 0]).sum())
    lost = int((~found[:, 1 + best] & found[:, 0]).sum())
    helps = gained - lost > _ERRORS * float(np.sqrt(gained + lost))
    return Trial(
        Verdict.HELPS if helps else Verdict.NO_GAIN,
        len(pairs),
        len(asked),
        round(float(found[:, 0].mean()), 4),
        round(float(rates[best]), 4),
        gained,
        lost,
        _WEIGHTS[best] if helps else 0.0,
    )


def _best(scores: Scores) -> list[int]:
    """The places of the highest scores, highest first."""
    several = min(DEPTH, len(scores))
    top = np.argpartition(-scores, several - 1)[:several]
    return [int(j) for j in top[np.lexsort((top, -scores[top]))]]


class _Words:
    """BM25 over a few thousand texts, as the word index would score them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths = np.zeros(len(texts))
        for i, text in enumerate(texts):
            found = tokens(text)
            lengths[i] = len(found)
            for token, count in Counter(found).items():
                rows[token].append((i, count))
        norm = _K1 * (1 - _B + _B * lengths / max(1.0, float(lengths.mean())))
        self._scores: dict[str, tuple[npt.NDArray[np.int64], Scores]] = {}
        for token, held in rows.items():
            places, counts = np.array(held).T
            idf = np.log(1 + (len(texts) - len(held) + 0.5) / (len(held) + 0.5))
            self._scores[token] = places, idf * counts * (_K1 + 1) / (counts + norm[places])

    def score(self, question: str) -> Scores:
        """Shape (number of texts,)."""
        scores = np.zeros(self._size)
        for token in dict.fromkeys(tokens(question)):
            if token in self._scores:
                places, worth = self._scores[token]
                scores[places] += worth
        return scores
