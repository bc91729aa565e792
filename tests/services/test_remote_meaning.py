"""A service that embeds and fails: people get answers by words, are told so, and vectors are made later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from copilot.bootstrap import App
from copilot.console.i18n import Texts
from copilot.console.meaning import by_meaning
from copilot.errors import ModelFailed
from copilot.models.aptitude import WORDINGS
from copilot.models.embedding_service import Service
from copilot.models.masking import Masker
from copilot.models.remote import PASSAGES, Access, RemoteEmbedder
from copilot.records import Answer, Cap, FaqEntry, Outcome, Platform, SourceMessage
from copilot.retrieval.meaning import Meaning
from copilot.retrieval.retriever import Retriever
from copilot.services.asking import Asking
from copilot.services.indexing import Indexing
from copilot.services.rights import SYSTEM
from copilot.services.spending import Spending
from copilot.store import threads
from copilot.store.threads import Due
from tests.conftest import NOW

# One thing in several words, as a model that knows meanings sees it.
SENSES = [*WORDINGS, ("伞要自己带吗", "需要雨具么")]


@dataclass
class Far:
    """A service far away that knows the senses above, until it is not well."""

    status: int = 200
    texts: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        texts = json.loads(request.content)["input"]
        self.texts += texts
        if self.status != 200:
            return httpx.Response(self.status)
        rows = [{"index": i, "embedding": self.vector(text)} for i, text in enumerate(texts)]
        return httpx.Response(200, json={"data": rows, "usage": {"prompt_tokens": 10 * len(texts)}})

    def vector(self, text: str) -> list[float]:
        for number, wordings in enumerate(SENSES):
            if text in wordings:
                return [float(number == place) for place in range(len(SENSES) + 8)]
        seed = sum(text.encode())
        return [0.0] * len(SENSES) + [float(one) for one in np.random.default_rng(seed).standard_normal(8)]


@dataclass
class Place:
    """A community whose FAQ is found by a service far away."""

    app: App
    far: Far
    spending: Spending
    indexing: Indexing
    asking: Asking
    embedder: RemoteEmbedder
    community_id: int
    group_id: int

    def ask(self, question: str = "需要雨具么") -> tuple[str, str]:
        """What it answers, and why meaning counts as it does."""
        said = self.asking.ask(SYSTEM, question, community_id=self.community_id)
        return (said.text if isinstance(said, Answer) else "", said.why.meaning_why)


@pytest.fixture
def place(app: App, tmp_path: Path) -> Iterator[Place]:
    community = app.groups.create_community(SYSTEM, "社群", "zh", "Asia/Shanghai")
    group = app.groups.create_group(SYSTEM, community.id, "群", Platform.WECHAT)
    for question, answer in (("伞要自己带吗", "我们备了雨伞，不用带"), ("几点集合", "九点在东门")):
        entry = FaqEntry(community_id=community.id, question=question, answer=answer)
        app.knowing.save_faq(SYSTEM, entry)
    far, facts = Far(), dict[str, str]()
    spending = Spending(app.store, timezone="Asia/Shanghai", clock=lambda: NOW)
    access = Access(
        key=lambda _: "k",
        ledger=spending,
        masker_of=lambda community_id, _: Masker(["王小满"] if community_id else [], b"s" * 32),
        recall=facts.get,
        remember=facts.__setitem__,
        clock=lambda: NOW,
    )
    service = Service(vendor="siliconflow", base_url="https://far.example/v1", model="m", price=1000.0, is_local=False)
    # Every look at this clock is a minute later: what rests has rested enough.
    minutes = iter(range(10**6))
    embedder = RemoteEmbedder(
        service,
        access,
        transport=httpx.MockTransport(far),
        wait=lambda _: None,
        monotonic=lambda: 60.0 * next(minutes),
    )
    meaning = Meaning(app.store, app.settings.index_dir, lambda: embedder, lambda: NOW)
    indexing = Indexing(app.store, app.indexer, meaning)
    indexing.bring_up()
    retriever = Retriever(app.store, app.settings.index_dir, indexing.distrust, meaning)
    asking = Asking(app.store, retriever, timezone="Asia/Shanghai", clock=lambda: NOW)
    yield Place(app, far, spending, indexing, asking, embedder, community.id, group.id)
    meaning.close()
    embedder.close()


def test_a_service_finds_other_words(place: Place) -> None:
    assert place.indexing._follow_meaning() == ""
    assert place.ask() == ("我们备了雨伞，不用带", "apt")
    calls = place.spending.calls(SYSTEM)
    assert {call.outcome for call in calls} == {Outcome.OK}
    # A question is asked of the service once, however many kinds of passages are searched.
    assert place.far.texts.count("需要雨具么") == 1


def test_what_leaves_is_masked_by_the_names_of_its_community(place: Place) -> None:
    messages = [
        SourceMessage(sender_name="王小满", sent_at=NOW, text=f"{words}，我是王小满，13812345678")
        for words in ("伞要自己带吗", "好的")
    ]
    for message in messages:
        place.app.intake.receive(place.group_id, message)
    entry = FaqEntry(community_id=place.community_id, question="王小满是谁", answer="管理员")
    place.app.knowing.save_faq(SYSTEM, entry)
    place.indexing.bring_up()
    assert place.indexing._follow_meaning() == ""
    place.ask("王小满在吗，需要雨具么")
    sent = "\n".join(place.far.texts)
    assert "是谁" in sent
    assert "我是" in sent
    assert "在吗" in sent
    assert "王小满" not in sent
    assert "13812345678" not in sent
    by_group = place.spending.usage(SYSTEM).by_group()
    assert by_group[place.group_id].calls == 1


@pytest.mark.parametrize("was_well", [True, False], ids=["it was asked before", "never asked"])
def test_while_the_service_fails_words_answer_and_say_so(place: Place, was_well: bool) -> None:
    if was_well:
        place.indexing._follow_meaning()
    place.far.status = 500
    assert place.ask("几点集合？") == ("九点在东门", "no_reply")
    assert place.ask() == ("", "no_reply")
    place.far.status = 200
    place.indexing._follow_meaning()
    assert place.ask() == ("我们备了雨伞，不用带", "apt")


def test_over_the_cap_words_answer_and_say_so(place: Place) -> None:
    place.indexing._follow_meaning()
    place.spending.set_cap(SYSTEM, Cap(yuan=0))
    assert place.ask("几点集合？") == ("九点在东门", "over_budget")
    assert "上限" in by_meaning(Texts("zh"), 0.0, "over_budget")
    assert "没有回应" in by_meaning(Texts("zh"), 0.0, "no_reply")


def test_who_asks_does_not_load_what_failed_in_the_background(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.far.status = 500
    meaning: Any = place.indexing._meaning
    meaning.open_owner()
    assert "far.example" in place.indexing._follow_meaning()
    before = len(place.far.texts)
    assert place.ask("几点集合？") == ("九点在东门", "no_reply")
    assert len(place.far.texts) == before
    # And does not wait for ever while it is loaded.
    meaning._failure = None
    monkeypatch.setattr("copilot.retrieval.meaning.PATIENCE_SECONDS", 0)
    with meaning._loading:
        assert place.ask("几点集合？") == ("九点在东门", "no_reply")


def test_vectors_are_made_later_and_nothing_is_paid_twice(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place_in_time = 0.0
    monkeypatch.setattr("copilot.services.indexing.monotonic", lambda: place_in_time)
    place.far.status = 503
    fault = place.indexing._follow_meaning()
    assert "far.example has a fault of its own (status 503)" in fault
    asked = len(place.far.texts)
    # Not again before the pause is over, and the fault is told all the while.
    place_in_time = 29.0
    assert (place.indexing._follow_meaning(), len(place.far.texts)) == (fault, asked)
    place_in_time = 31.0
    assert place.indexing._follow_meaning() == fault
    # Now for twice as long.
    place_in_time = 90.0
    place.far.status = 200
    assert place.indexing._follow_meaning() == fault
    place_in_time = 92.0
    assert place.indexing._follow_meaning() == ""
    assert place.far.texts.count("几点集合") == 1
    with place.app.store.read() as connection:
        assert threads.groups_due(connection, Due.VECTOR) == []


def test_what_was_made_before_the_cap_stays_and_is_gone_on_with(place: Place) -> None:
    assert place.indexing._follow_meaning() == ""
    for number in range(300):
        entry = FaqEntry(community_id=place.community_id, question=f"第{number}个问题怎么办", answer="问管理员")
        place.app.knowing.save_faq(SYSTEM, entry)
    spent = place.spending.usage(SYSTEM).total().yuan
    # Half of a cap is for work in the background; the requests are of 64 texts at 10 tokens each.
    place.spending.set_cap(SYSTEM, Cap(yuan=2 * (spent + 1.5)))
    with pytest.raises(ModelFailed) as caught:
        place.indexing._meaning.follow(lambda *_: None)  # type: ignore[union-attr]
    assert caught.value.reason == Outcome.OVER_BUDGET
    made = [text for text in place.far.texts if text.startswith("第")]
    assert 0 < len(made) < 300
    place.spending.set_cap(SYSTEM, Cap())
    assert place.indexing._follow_meaning() == ""
    again = [text for text in place.far.texts if text.startswith("第")]
    # Only the requests of a batch that was not written down yet are made anew.
    assert 300 <= len(again) <= 300 + RemoteEmbedder.most_at_once
    assert len(set(again)) == 300
    assert {call.prompt for call in place.spending.calls(SYSTEM, 5)} == {PASSAGES}
