"""Embedding models that a service serves, such as SiliconFlow, DashScope or Ollama.

Texts leave masked unless the service is on this machine or in its network; what it costs is reserved before and noted
after. Where it fails, `ModelFailed` says how, and whoever finds by vectors goes on with words.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from copilot.errors import ModelFailed
from copilot.models import tokens
from copilot.models.attempts import FAILURES, Breaker, Fault, pause
from copilot.models.embedding_service import Service, ask
from copilot.models.faults import no_way_to
from copilot.models.providers import is_local_url
from copilot.models.quiet import quieten
from copilot.records.model import ModelCall, Outcome, Purpose

if TYPE_CHECKING:
    import httpx

    from copilot.models.embeddings import Vectors

log = logging.getLogger(__name__)

QUESTION, PASSAGES = "question", "passages"
"""How calls to such a service are named in the records: somebody waits for the one, the other is made beforehand."""

MOST_AT_ONCE = 64
"""So many texts go into one request; services that take fewer refuse, and are then asked with half."""
_MOST_CHARACTERS = 20_000
# A text that a service refuses for its length is cut in half until it is shorter than this.
_SHORTEST_CUT = 400
_SECONDS = {QUESTION: 5.0, PASSAGES: 30.0}
_REMEMBERED_QUESTIONS = 256
# Names of embedders stand in columns of this length.
_LONGEST_IDENTITY = 120
_TRIED = "你好 hello"


class Ledger(Protocol):
    """Keeps what calls cost, and refuses those that would go over a cap; see `models.chat.Ledger`."""

    def reserve(self, call: ModelCall) -> int: ...

    def settle(self, call_id: int, call: ModelCall) -> None: ...


class Masker(Protocol):
    """Takes out of a text what must not leave this machine."""

    def mask(self, text: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What an embedder that is asked over the network needs of the house.

    Args:
        key: gives the key that was entered for an address.
        masker_of: gives what hides the contacts and the members' names of a community (its id, the group's).
        recall, remember: keep a short text under a name of at most 60 characters, across starts.
    """

    key: Callable[[str], str | None]
    ledger: Ledger
    masker_of: Callable[[int | None, int | None], Masker]
    recall: Callable[[str], str | None]
    remember: Callable[[str, str], None]
    clock: Callable[[], datetime]


class Where(NamedTuple):
    """Whose texts are embedded: for masking, for the records and for caps."""

    community_id: int | None = None
    group_id: int | None = None


_NOWHERE = Where()


class _Breaker(Breaker):
    """Words answer as well: a service that fails is left alone sooner than a chat model is."""

    FAILURES = 2


class RemoteEmbedder:
    """Embeds by asking a service.

    Args:
        service: which model, and where.
        access: keys, budget, masking and memory.
        is_fresh: ask how many dimensions there are, even if it is known.
        transport: what requests go through; None is the network.
        wait: sleeps for some seconds. `monotonic`: seconds of a clock that never goes back.
    """

    most_at_once = 2 * MOST_AT_ONCE
    """So many texts are embedded before what was made is written down."""

    def __init__(
        self,
        service: Service,
        access: Access,
        *,
        is_fresh: bool = False,
        transport: httpx.BaseTransport | None = None,
        wait: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._access = access
        self._is_fresh = is_fresh
        self._transport = transport
        self._wait = wait
        self._monotonic = monotonic
        self._breaker = _Breaker(monotonic)
        self._lock = threading.Lock()
        self._opened: httpx.Client | None = None
        self._known: int | None = None
        self._most = MOST_AT_ONCE
        self._asked: OrderedDict[tuple[Where, str], Vectors] = OrderedDict()

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has: asked of the service once, and remembered.

        Raises:
            ModelFailed: it is not known yet and the service cannot be asked.
        """
        if self._known is None:
            place = f"{self._service.base_url}#{self._service.model}"
            name = f"embedder:{hashlib.sha256(place.encode()).hexdigest()[:32]}"
            remembered = None if self._is_fresh else self._access.recall(name)
            if remembered is not None and remembered.isdecimal():
                self._known = int(remembered)
            else:
                found = self._request([_TRIED], PASSAGES)
                self._access.remember(name, str(found.shape[1]))
                self._known = found.shape[1]
        return self._known

    @property
    def identity(self) -> str:
        """Vendor (or host), model and dimensions.

        Raises:
            ModelFailed: see `dimensions`.
        """
        its = self._service
        where = its.host if its.vendor == "compatible" else its.vendor
        name = f"remote:{where}:{its.model}:{self.dimensions}"
        if len(name) <= _LONGEST_IDENTITY:
            return name
        return f"remote:{hashlib.sha256(name.encode()).hexdigest()[:32]}:{self.dimensions}"

    def of(self, community_id: int, group_id: int | None = None) -> Placed:
        """This embedder for the texts of a community, or of one of its groups."""
        return Placed(self, Where(community_id, group_id))

    def embed(self, texts: list[str], where: Where = _NOWHERE) -> Vectors:
        """Embed passages, patiently.

        Args:
            texts: raw texts.
            where: whose they are; the names of nobody are masked where it is not said.

        Returns:
            Shape (len(texts), dimensions): rows of unit length, of zeros for blank texts.

        Raises:
            ModelFailed: the service cannot be asked, or a cap is reached.
        """
        made = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        at = [i for i, text in enumerate(texts) if text.strip()]
        for some in _batches(at, texts, lambda: self._most):
            made[some] = self._batch([texts[i] for i in some], PASSAGES, where)[0]
        return made

    def embed_questions(self, texts: list[str], where: Where = _NOWHERE) -> Vectors:
        """Embed what somebody asks and waits for: one short attempt. The last few hundred questions are remembered.

        Args, Returns:
            As `embed`.

        Raises:
            ModelFailed: as `embed`.
        """
        made = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for i, text in enumerate(texts):
            if not text.strip():
                continue
            with self._lock:
                known = self._asked.get((where, text))
                if known is not None:
                    self._asked.move_to_end((where, text))
            if known is None:
                known = self._batch([text], QUESTION, where)[0][0]
                with self._lock:
                    self._asked[where, text] = known
                    while len(self._asked) > _REMEMBERED_QUESTIONS:
                        self._asked.popitem(last=False)
            made[i] = known
        return made

    def close(self) -> None:
        """Close the connections; the next request opens them again."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    def _batch(self, texts: list[str], prompt: str, where: Where) -> tuple[Vectors, bool]:
        """Embed some texts; in halves, and single ones cut, where the service refuses so many or so much.

        Returns:
            Shape (len(texts), dimensions), and whether it took more than one request.
        """
        try:
            return self._request(texts, prompt, where), False
        except _TooMuch:
            if len(texts) == 1:
                if len(texts[0]) < _SHORTEST_CUT:
                    raise
                return self._batch([texts[0][: len(texts[0]) // 2]], prompt, where)[0], True
            half = len(texts) // 2
            first, second = (self._batch(some, prompt, where) for some in (texts[:half], texts[half:]))
            if not first[1] and not second[1]:
                # It was the number of them, and not one that is too long.
                self._most = min(self._most, len(texts) - half)
            return np.concatenate([first[0], second[0]]), True

    def _request(self, texts: list[str], prompt: str, where: Where = _NOWHERE) -> Vectors:
        """One request, with what it costs reserved before and noted after it, tried again where that may help."""
        its = self._service
        key = self._access.key(its.base_url)
        if key is None and not its.is_local:
            raise ModelFailed(
                f"there is no key for {its.host}; enter one in the settings or by `copilot model key`", Outcome.REFUSED
            )
        rest = self._breaker.admit()
        if rest is not None:
            raise ModelFailed(
                f"{its.host}, which searches by meaning, failed {rest.failures} times in a row; "
                f"it is asked again in {rest.seconds:.0f} seconds",
                Outcome.RESTING,
            )
        began = self._monotonic()
        call, attempt = self._call(texts, prompt, where), 0
        with ExitStack() as refused:
            refused.callback(self._breaker.gave_up)
            body = self._masked(texts, where)
            call_id = self._access.ledger.reserve(call)
            refused.pop_all()
        while True:
            attempt += 1
            try:
                vectors, used = ask(self._client(), its, key, body, seconds=_SECONDS[prompt], dimensions=self._known)
            except Fault as fault:
                seconds = None if prompt == QUESTION else pause(fault, attempt)
                if seconds is not None:
                    self._wait(seconds)
                    continue
                self._tell_breaker(fault.outcome)
                self._access.ledger.settle(call_id, self._failed(call, fault, attempt, began))
                kind = _TooMuch if fault.is_about_form else ModelFailed
                raise kind(fault.sentence, fault.outcome) from None
            self._breaker.succeeded()
            counted = call.input_tokens if used is None else used
            done = replace(
                call,
                input_tokens=counted,
                is_estimate=used is None,
                cost=self._cost(counted),
                latency_ms=round(1000 * (self._monotonic() - began)),
                attempts=attempt,
                outcome=Outcome.OK,
            )
            self._access.ledger.settle(call_id, done)
            return vectors

    def _tell_breaker(self, outcome: Outcome) -> None:
        if outcome in FAILURES:
            self._breaker.failed()
        else:
            self._breaker.gave_up()

    def _call(self, texts: list[str], prompt: str, where: Where) -> ModelCall:
        estimated = sum(tokens.count(text) for text in texts)
        return ModelCall(
            purpose=Purpose.EMBED,
            prompt=prompt,
            prompt_hash="",
            vendor=self._service.vendor,
            model=self._service.model,
            input_tokens=estimated,
            output_tokens=0,
            at=self._access.clock(),
            cost=self._cost(estimated),
            community_id=where.community_id,
            group_id=where.group_id,
        )

    def _failed(self, call: ModelCall, fault: Fault, attempts: int, began: float) -> ModelCall:
        ended = replace(
            call,
            attempts=attempts,
            outcome=fault.outcome,
            latency_ms=round(1000 * (self._monotonic() - began)),
        )
        if fault.outcome in (Outcome.TIMEOUT, Outcome.CUT_OFF, Outcome.BAD_OUTPUT):
            # The service may have worked, and charge for it.
            return ended
        return replace(ended, input_tokens=0, cost=self._cost(0))

    def _cost(self, used: int) -> int | None:
        # A price for a million tokens in yuan is the price of one token in millionths of a yuan.
        return None if self._service.price is None else round(used * self._service.price)

    def _masked(self, texts: list[str], where: Where) -> list[str]:
        if self._service.is_local:
            return texts
        masker = self._access.masker_of(*where)
        return [masker.mask(text) for text in texts]

    def _client(self) -> httpx.Client:
        with self._lock:
            if self._opened is None:
                # Takes a tenth of a second, which only those pay who ask a service.
                import httpx

                quieten()
                try:
                    # What is in this network must not take a way around by a proxy.
                    self._opened = httpx.Client(
                        transport=self._transport, trust_env=not is_local_url(self._service.base_url)
                    )
                except Exception as error:
                    # What the environment says of proxies and certificates is read here, and may be anything.
                    log.warning("no connection can be opened: %s", type(error).__name__)
                    raise Fault(Outcome.UNREACHABLE, no_way_to(self._service.host)) from None
            return self._opened


@dataclass(frozen=True, slots=True)
class Placed:
    """An embedder for the texts of one place; it is an `Embedder` too."""

    whole: RemoteEmbedder
    where: Where

    @property
    def identity(self) -> str:
        """See `RemoteEmbedder.identity`."""
        return self.whole.identity

    @property
    def dimensions(self) -> int:
        """See `RemoteEmbedder.dimensions`."""
        return self.whole.dimensions

    def embed(self, texts: list[str]) -> Vectors:
        """See `RemoteEmbedder.embed`."""
        return self.whole.embed(texts, self.where)

    def embed_questions(self, texts: list[str]) -> Vectors:
        """See `RemoteEmbedder.embed_questions`."""
        return self.whole.embed_questions(texts, self.where)


class _TooMuch(ModelFailed):
    """A request that may be refused for how many or how long its texts are."""


def _batches(at: list[int], texts: list[str], most: Callable[[], int]) -> Iterator[list[int]]:
    """Cut places of texts into batches of bounded number and length; `most` may fall meanwhile."""
    some: list[int] = []
    length = 0
    for i in at:
        if some and (len(some) >= most() or length + len(texts[i]) > _MOST_CHARACTERS):
            yield some
            some, length = [], 0
        some.append(i)
        length += len(texts[i])
    if some:
        yield some
