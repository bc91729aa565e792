"""Embedding models that a service serves: what is sent and comes back, what it costs, and what happens if it fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest

from copilot.console.sentences import in_chinese
from copilot.errors import BadInput, ModelFailed
from copilot.models.attempts import Fault
from copilot.models.embedding_service import Service, read_service
from copilot.models.embedding_service import ask as ask_once
from copilot.models.embeddings import Embedder, embed_questions, placed
from copilot.models.loading import load_embedder
from copilot.models.local import LocalEmbedder
from copilot.models.masking import Masker
from copilot.models.remote import MOST_AT_ONCE, PASSAGES, QUESTION, Access, RemoteEmbedder
from copilot.records.model import ModelCall, Outcome, Purpose
from tests.conftest import NOW
from tests.models.scripted_server import Asked, Reply, Script, ScriptedServer

KEY = "sk-0123-abcd"
FAR = Service(vendor="siliconflow", base_url="https://far.example/v1", model="m", price=None, is_local=False)


@dataclass
class House:
    """What stands around an embedder in these tests, and what it did with it."""

    key: str | None = KEY
    facts: dict[str, str] = field(default_factory=dict)
    calls: list[ModelCall] = field(default_factory=list)
    most_tokens: int | None = None
    waited: list[float] = field(default_factory=list)
    now: float = 0.0
    masker: Any = field(default_factory=lambda: Masker(["王小满", "阿舟"], b"s" * 32))

    def reserve(self, call: ModelCall) -> int:
        used = sum(one.input_tokens for one in self.calls)
        if self.most_tokens is not None and used + call.input_tokens > self.most_tokens:
            raise ModelFailed("the cap is reached", Outcome.OVER_BUDGET)
        self.calls.append(call)
        return len(self.calls)

    def settle(self, call_id: int, call: ModelCall) -> None:
        assert self.calls[call_id - 1].outcome is Outcome.UNFINISHED
        self.calls[call_id - 1] = call

    def access(self) -> Access:
        return Access(
            key=lambda _: self.key,
            ledger=self,
            masker_of=lambda community_id, _: self.masker if community_id == 5 else Masker([], b"s" * 32),
            recall=self.facts.get,
            remember=self.facts.__setitem__,
            clock=lambda: NOW,
        )

    def embedder(self, service: Service, **more: Any) -> RemoteEmbedder:
        return RemoteEmbedder(service, self.access(), wait=self.waited.append, monotonic=lambda: self.now, **more)


@pytest.fixture
def house() -> House:
    return House()


Served = Callable[..., tuple[RemoteEmbedder, ScriptedServer]]


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    """An embedder and the server that it asks; for the embedder the server is far away."""
    with ExitStack() as stack:

        def serve(script: Script | None = None, *, is_local: bool = False) -> tuple[RemoteEmbedder, ScriptedServer]:
            server = stack.enter_context(ScriptedServer(script or []))
            service = Service(vendor="siliconflow", base_url=server.url, model="m", price=0.5, is_local=is_local)
            made = house.embedder(service)
            stack.callback(made.close)
            return made, server

        yield serve


def vectors(asked: Asked, *, dimensions: int = 3, **usage: int) -> Reply:
    """Vectors that follow from the length of the texts, the last one first."""
    texts = asked.body["input"]
    rows = [{"index": i, "embedding": [float(len(text)), *[1.0] * (dimensions - 1)]} for i, text in enumerate(texts)]
    return Reply(body=json.dumps({"data": rows[::-1], "usage": usage}).encode())


def test_texts_become_rows_of_unit_length_in_their_order(house: House, served: Served) -> None:
    embedder, server = served(lambda asked: vectors(asked, prompt_tokens=7))
    made = embedder.embed(["一二三", "", "一", "  \n"])
    assert made.dtype == np.float32
    assert made.shape == (4, 3)
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), [1, 0, 1, 0], atol=1e-6)
    np.testing.assert_allclose(made[0] / made[0][1], [3, 1, 1], rtol=1e-6)
    np.testing.assert_allclose(made[2] / made[2][1], [1, 1, 1], rtol=1e-6)
    assert embedder.embed([]).shape == (0, 3)
    asked = server.asked[-1]
    assert (asked.path, asked.body) == ("/v1/embeddings", {"model": "m", "input": ["一二三", "一"]})
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    probe, call = house.calls
    assert (probe.input_tokens, probe.prompt) == (7, PASSAGES)
    assert (call.purpose, call.prompt, call.vendor, call.model) == (Purpose.EMBED, PASSAGES, "siliconflow", "m")
    assert (call.input_tokens, call.is_estimate, call.cost, call.attempts) == (7, False, 4, 1)
    assert call.outcome is Outcome.OK


def test_what_nobody_counted_is_estimated(house: House, served: Served) -> None:
    embedder, _ = served(vectors)
    embedder.embed(["一二三四"])
    assert (house.calls[-1].input_tokens, house.calls[-1].is_estimate, house.calls[-1].cost) == (4, True, 2)


def test_how_many_dimensions_there_are_is_asked_once_and_remembered(house: House, served: Served) -> None:
    embedder, server = served(vectors)
    assert server.asked == []
    assert (embedder.identity, embedder.dimensions) == ("remote:siliconflow:m:3", 3)
    assert len(server.asked) == 1
    again = house.embedder(embedder._service)
    assert (again.identity, len(server.asked)) == ("remote:siliconflow:m:3", 1)
    (name,) = house.facts
    assert len(name) <= 60
    fresh = house.embedder(embedder._service, is_fresh=True)
    assert (fresh.dimensions, len(server.asked)) == (3, 2)
    again.close()
    fresh.close()


def test_a_service_that_changes_its_vectors_is_not_believed(house: House, served: Served) -> None:
    embedder, _ = served(lambda asked: vectors(asked, dimensions=3 if len(house.calls) < 2 else 4))
    assert embedder.dimensions == 3
    with pytest.raises(ModelFailed, match="no vectors of this model") as caught:
        embedder.embed(["一"])
    assert caught.value.reason == Outcome.BAD_OUTPUT


def test_a_long_name_still_fits_where_identities_are_kept(house: House) -> None:
    service = Service(vendor="compatible", base_url="http://h/v1", model="m" * 200, price=None, is_local=True)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b'{"data":[{"index":0,"embedding":[1]}]}'))
    embedder = house.embedder(service, transport=transport)
    assert len(embedder.identity) <= 120
    assert embedder.identity.endswith(":1")
    other = house.embedder(Service(**{**_values(service), "model": "m" * 201}), transport=transport)
    assert other.identity != embedder.identity


def _values(service: Service) -> dict[str, Any]:
    return {name: getattr(service, name) for name in Service.__dataclass_fields__}


def test_many_texts_go_in_batches(house: House, served: Served) -> None:
    embedder, server = served(vectors)
    texts = ["一" * (1 + i % 7) for i in range(150)]
    made = embedder.embed(texts)
    np.testing.assert_allclose(made[:, 0] / made[:, 1], [len(text) for text in texts], rtol=1e-5)
    assert [len(asked.body["input"]) for asked in server.asked[1:]] == [MOST_AT_ONCE, MOST_AT_ONCE, 22]
    embedder.embed(["一" * 4000] * 12)
    assert [len(asked.body["input"]) for asked in server.asked[4:]] == [5, 5, 2]


def test_a_service_that_takes_fewer_at_once_is_asked_with_fewer(served: Served) -> None:
    def script(asked: Asked) -> Reply:
        return vectors(asked) if len(asked.body["input"]) <= 10 else Reply(status=400)

    embedder, server = served(script)
    texts = ["一" * (1 + i % 5) for i in range(64)]
    made = embedder.embed(texts)
    np.testing.assert_allclose(made[:, 0] / made[:, 1], [len(text) for text in texts], rtol=1e-5)
    before = len(server.asked)
    embedder.embed(texts)
    assert [len(asked.body["input"]) for asked in server.asked[before:]] == [8] * 8


def test_a_text_that_is_too_long_for_a_service_is_cut(house: House, served: Served) -> None:
    def script(asked: Asked) -> Reply:
        fits = all(len(text) <= 512 for text in asked.body["input"])
        return vectors(asked) if fits else Reply(status=413)

    embedder, _ = served(script)
    made = embedder.embed(["短的", "长" * 1500, "也短"])
    np.testing.assert_allclose(made[:, 0] / made[:, 1], [2, 375, 2], rtol=1e-5)
    assert {call.outcome for call in house.calls} == {Outcome.OK, Outcome.REFUSED}


def test_names_and_contacts_leave_masked_unless_the_service_is_near(house: House, served: Served) -> None:
    text = "王小满的电话是13812345678，问阿舟"
    far, server = served(vectors)
    here = placed(far, 5, 7)
    here.embed([text])
    embed_questions(here, ["王小满是谁"])
    assert (here.identity, here.dimensions) == (far.identity, far.dimensions)
    assert [(call.community_id, call.group_id) for call in house.calls] == [(None, None), (5, 7), (5, 7)]
    sent = "".join(asked.text for asked in server.asked)
    assert not [one for one in ("王小满", "阿舟", "13812345678") if one in sent]
    assert "的电话是" in sent
    near, server = served(vectors, is_local=True)
    placed(near, 5).embed([text])
    assert text in server.asked[-1].body["input"]


def test_a_question_is_asked_once_and_remembered(house: House, served: Served) -> None:
    embedder, server = served(vectors)
    first = embed_questions(embedder, ["几点集合", ""])
    again = embed_questions(embedder, ["几点集合", "在哪"])
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], np.zeros(3))
    assert [asked.body["input"] for asked in server.asked[1:]] == [["几点集合"], ["在哪"]]
    assert {call.prompt for call in house.calls[1:]} == {QUESTION}


def test_only_the_last_questions_are_remembered(house: House) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": [{"index": 0, "embedding": [1.0, 0.0]}]})

    embedder = house.embedder(FAR, transport=httpx.MockTransport(answer))
    for i in (*range(300), 299, 0):
        embedder.embed_questions([f"问题{i}"])
    assert len(embedder._asked) == 256
    assert len(house.calls) == 1 + 300 + 1


# the service's answers in order, how it ends, how often it was asked for passages, what was waited for at least
FAILING: list[tuple[list[dict[str, Any]], Outcome, int, list[float]]] = [
    ([{"status": 500}, {}], Outcome.OK, 2, [0.2]),
    ([{"status": 429, "headers": {"Retry-After": "3"}}, {}], Outcome.OK, 2, [3]),
    ([{"status": 503}] * 3, Outcome.SERVER_ERROR, 3, [0.2, 0.4]),
    ([{"status": 429, "headers": {"Retry-After": "600"}}], Outcome.RATE_LIMITED, 1, []),
    ([{"status": 429, "headers": {"Retry-After": "soon"}}, {}], Outcome.OK, 2, [0.2]),
    ([{"status": 401}], Outcome.REFUSED, 1, []),
    ([{"status": 402}], Outcome.REFUSED, 1, []),
    ([{"status": 404}], Outcome.REFUSED, 1, []),
    ([{"status": 302, "headers": {"Location": "http://elsewhere/"}}], Outcome.REFUSED, 1, []),
    ([{"body": b"<html>"}], Outcome.BAD_OUTPUT, 1, []),
    ([{"body": b"[]"}], Outcome.BAD_OUTPUT, 1, []),
    ([{"body": b'{"data":[]}'}], Outcome.BAD_OUTPUT, 1, []),
    ([{"body": b'{"data":[{"index":1,"embedding":[1,1,1]}]}'}], Outcome.BAD_OUTPUT, 1, []),
    ([{"body": b'{"data":[{"index":0,"embedding":[1,"x",1]}]}'}], Outcome.BAD_OUTPUT, 1, []),
    ([{"body": b'{"data":[{"index":0,"embedding":[NaN,1,1]}]}'}], Outcome.BAD_OUTPUT, 1, []),
    ([{"body": b'{"data":[{"index":0,"embedding":"AAAA"}]}'}], Outcome.BAD_OUTPUT, 1, []),
    ([{"body": b'{"data":[{"index":0,"embedding":[]}]}'}], Outcome.BAD_OUTPUT, 1, []),
]


@pytest.mark.parametrize(("answers", "outcome", "attempts", "waits"), FAILING)
def test_a_service_that_fails_is_asked_again_where_that_may_help(
    house: House, served: Served, answers: list[dict[str, Any]], outcome: Outcome, attempts: int, waits: list[float]
) -> None:
    left = iter([{}, *answers])

    def script(asked: Asked) -> Reply:
        answer = next(left)
        return Reply(**answer) if answer else vectors(asked)

    embedder, server = served(script)
    assert embedder.dimensions == 3
    if outcome is Outcome.OK:
        assert embedder.embed(["一二三四"]).any()
    else:
        with pytest.raises(ModelFailed) as caught:
            embedder.embed(["一二三四"])
        assert caught.value.reason == outcome
        assert in_chinese(str(caught.value))
        assert KEY not in repr(caught.value) + str(caught.value.__cause__) + str(caught.value.__context__)
    assert len(server.asked) == 1 + attempts
    assert (house.calls[-1].outcome, house.calls[-1].attempts) == (outcome, attempts)
    assert len(house.waited) == len(waits)
    assert all(waited >= least for waited, least in zip(house.waited, waits, strict=True))
    # What was surely not worked on costs nothing.
    assert (house.calls[-1].cost == 0) == (outcome not in (Outcome.OK, Outcome.BAD_OUTPUT))


BROKEN: list[tuple[Exception, Outcome, int]] = [
    (httpx.ConnectError("no"), Outcome.UNREACHABLE, 3),
    (httpx.ConnectTimeout("no"), Outcome.UNREACHABLE, 3),
    (httpx.ReadTimeout("no"), Outcome.TIMEOUT, 3),
    (httpx.ReadError("no"), Outcome.CUT_OFF, 3),
    (httpx.RemoteProtocolError("no"), Outcome.CUT_OFF, 3),
]


@pytest.mark.parametrize(("error", "outcome", "attempts"), BROKEN)
@pytest.mark.parametrize("prompt", [PASSAGES, QUESTION])
def test_a_connection_that_fails_is_said_and_nobody_waits_for_more_than_one_try(
    house: House, error: Exception, outcome: Outcome, attempts: int, prompt: str
) -> None:
    asked: list[httpx.Request] = []

    def fail(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise error

    embedder = house.embedder(FAR, transport=httpx.MockTransport(fail))
    embedder._known = 3
    with pytest.raises(ModelFailed, match=r"far\.example") as caught:
        (embedder.embed if prompt == PASSAGES else embedder.embed_questions)(["一"])
    assert caught.value.reason == outcome
    assert in_chinese(str(caught.value))
    assert len(asked) == (attempts if prompt == PASSAGES else 1)
    timeout = asked[0].extensions["timeout"]
    assert (timeout["connect"], timeout["read"]) == (3, 30 if prompt == PASSAGES else 5)
    assert house.calls[-1].cost is None


def test_a_service_that_keeps_failing_is_left_alone_for_a_while(house: House) -> None:
    is_well = False
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        row = {"index": 0, "embedding": [1.0, 0.0, 0.0]}
        return httpx.Response(200, json={"data": [row]}) if is_well else httpx.Response(500)

    embedder = house.embedder(FAR, transport=httpx.MockTransport(answer))
    embedder._known = 3
    for _ in range(2):
        with pytest.raises(ModelFailed):
            embedder.embed_questions(["一"])
    with pytest.raises(ModelFailed, match="failed 2 times in a row") as caught:
        embedder.embed_questions(["一"])
    assert (caught.value.reason, len(asked), len(house.calls)) == (Outcome.RESTING, 2, 2)
    assert in_chinese(str(caught.value))
    is_well = True
    house.now += 31
    assert embedder.embed_questions(["一"]).any()
    assert embedder.embed_questions(["二"]).any()


def test_over_the_cap_nothing_is_sent(house: House, served: Served) -> None:
    embedder, server = served(vectors)
    assert embedder.dimensions == 3
    house.most_tokens = 0
    for ask in (embedder.embed, embedder.embed_questions):
        with pytest.raises(ModelFailed) as caught:
            ask(["一二三"])
        assert caught.value.reason == Outcome.OVER_BUDGET
    assert len(server.asked) == 1


def test_without_a_key_nothing_is_sent_far(house: House, served: Served) -> None:
    house.key = None
    far, server = served(vectors)
    with pytest.raises(ModelFailed, match="there is no key for 127") as caught:
        far.embed(["一"])
    assert (caught.value.reason, server.asked, house.calls) == (Outcome.REFUSED, [], [])
    assert in_chinese(str(caught.value))
    near, server = served(vectors, is_local=True)
    assert near.embed(["一"]).any()
    assert "authorization" not in server.asked[0].headers


def test_a_proxy_that_cannot_be_used_is_a_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9")
    with pytest.raises(ModelFailed, match="correct ALL_PROXY") as caught:
        house.embedder(FAR).embed_questions(["一"])
    assert in_chinese(str(caught.value))
    assert [one.outcome for one in house.calls] == [Outcome.UNREACHABLE]


NAMES: list[tuple[str, Any]] = [
    ("siliconflow:BAAI/bge-m3", ("siliconflow", "https://api.siliconflow.cn/v1", "BAAI/bge-m3", 0.0, False)),
    ("siliconflow:other", ("siliconflow", "https://api.siliconflow.cn/v1", "other", None, False)),
    ("ollama:bge-m3", ("ollama", "http://localhost:11434/v1", "bge-m3", 0.0, True)),
    ("http://127.0.0.1:8080/v1/#bge-m3", ("compatible", "http://127.0.0.1:8080/v1", "bge-m3", 0.0, True)),
    ("https://e.example/v1#a/b:c", ("compatible", "https://e.example/v1", "a/b:c", None, False)),
    ("BAAI/bge-m3", None),
    ("/models/a:b", None),
    ("C:\\models\\bge", None),
    ("static", None),
]


@pytest.mark.parametrize(("name", "service"), NAMES)
def test_a_name_says_which_service(name: str, service: Any) -> None:
    found = read_service(name)
    assert (found and tuple(_values(found).values())) == service


@pytest.mark.parametrize(
    "name", ["http://far.example/v1#m", "http://10.0.0.1.example#m", "https://user:pw@far.example/v1#m",
             "http://user:pw@127.0.0.1/v1#m", "https://far.example/v1?key=pw#m"]
)  # fmt: skip
def test_an_address_that_would_tell_secrets_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_service(name)
    assert "pw" not in str(caught.value).replace("password", "")
    assert in_chinese(str(caught.value))


@pytest.mark.parametrize(
    "name", ["nobody:bge-m3", "deepseek:m", "siliconflow:", "compatible:m", "http://#m", "https://host/v1"]
)
def test_a_name_that_says_too_little_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_service(name)
    assert in_chinese(str(caught.value))


def test_loading_asks_nothing_yet(house: House) -> None:
    made: Embedder = load_embedder("siliconflow:BAAI/bge-m3", access=house.access())
    assert isinstance(made, RemoteEmbedder)
    with pytest.raises(BadInput, match="over the network"):
        load_embedder("siliconflow:BAAI/bge-m3")
    assert not isinstance(made, LocalEmbedder)


class Dripping(httpx.SyncByteStream):
    """A reply that never ends."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.sent += len(self.piece)
            yield self.piece


@pytest.mark.parametrize(
    ("piece", "seconds", "outcome"), [(b" ", 0.0, Outcome.TIMEOUT), (b" " * 65_536, 60.0, Outcome.BAD_OUTPUT)]
)
def test_a_reply_that_does_not_end_is_given_up(piece: bytes, seconds: float, outcome: Outcome) -> None:
    reply = Dripping(piece)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=reply))
    with httpx.Client(transport=transport) as client, pytest.raises(Fault) as raised:
        ask_once(client, FAR, "key", ["你好"], seconds=seconds, dimensions=None)
    assert raised.value.outcome is outcome
    assert reply.sent < 1_000_000
