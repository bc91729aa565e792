"""Choosing a chat model: what is kept and where, whose key goes where, and what it would cost a month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copilot.bootstrap import App
from copilot.console.sentences import in_chinese
from copilot.errors import BadInput, NotAllowed, NotFound
from copilot.models.chat import Probe
from copilot.models.keys import Keys
from copilot.models.providers import provider
from copilot.records import Abilities, Account, FaqEntry, ModelCall, ModelSetup, Outcome, Platform, Purpose, Role
from copilot.records.chat import SourceMessage
from copilot.retrieval.retriever import Retriever
from copilot.services import estimating
from copilot.services.connecting import Chosen, Connecting, Remembering, checked
from copilot.services.estimating import (
    INPUT_TOKENS_A_TALK,
    INPUT_TOKENS_AN_ANSWER,
    OUTPUT_TOKENS_A_TALK,
    OUTPUT_TOKENS_AN_ANSWER,
    TALKS_A_DAY,
)
from copilot.services.rights import SYSTEM
from copilot.store import messages, model_calls
from copilot.store.backup import copy_database
from tests.conftest import NOW
from tests.services.conftest import Room

ZONE = "Asia/Shanghai"
ADMIN = Account(id=2, name="阿舟", role=Role.ADMIN)
KEY = "sk-0123-abcd"
DEEPSEEK = ModelSetup(
    vendor="deepseek", base_url="https://api.deepseek.com", model="deepseek-flash", input_price=2.0, output_price=8.0
)
LOCAL = ModelSetup(vendor="ollama", base_url="http://localhost:11434/v1", model="qwen3:8b")


@dataclass
class Tried:
    """Tries nothing, and keeps what it was asked to."""

    asked: list[tuple[ModelSetup, str]] = field(default_factory=list)

    def probe(self, setup: ModelSetup, key: str) -> Probe:
        self.asked.append((setup, key))
        return Probe(outcome=Outcome.OK, abilities=Abilities(tools=True))


@pytest.fixture
def keys(app: App) -> Keys:
    return Keys(app.settings.data_dir / "keys.json")


@pytest.fixture
def tried() -> Tried:
    return Tried()


Made = Callable[..., tuple[Connecting, Chosen]]


@pytest.fixture
def made(app: App, keys: Keys, tried: Tried) -> Made:
    """Makes the use case; `given` is the key of the settings."""

    def make(given: str | None = None, retriever: Retriever | None = None) -> tuple[Connecting, Chosen]:
        chosen = Chosen(app.store, keys, given)
        return (
            Connecting(app.store, keys, chosen, tried, timezone=ZONE, retriever=retriever, clock=lambda: NOW),
            chosen,
        )

    return make


def test_a_model_is_chosen_and_forgotten(app: App, made: Made, keys: Keys, tmp_path: Path) -> None:
    connecting, chosen = made()
    assert (chosen(), connecting.setup(SYSTEM), connecting.has_key(DEEPSEEK.base_url)) == (None, None, False)
    kept = connecting.choose(SYSTEM, replace(DEEPSEEK, base_url=" https://api.deepseek.com/ ", is_local=True), KEY)
    assert (kept.base_url, kept.is_local, kept.version, kept.changed_at) == ("https://api.deepseek.com", False, 1, NOW)
    assert chosen() == (kept, KEY)
    assert connecting.setup(SYSTEM) == kept
    assert connecting.has_key("https://api.deepseek.com/v1")
    # A key that was entered once need not be pasted again.
    assert connecting.choose(SYSTEM, replace(DEEPSEEK, model="other")).version == 2
    assert connecting.choose(SYSTEM, DEEPSEEK, "  ").version == 3
    found = chosen()
    assert found is not None
    assert found[1] == KEY
    # No copy of the store holds it.
    copy = copy_database(app.store, tmp_path / "copy.sqlite3")
    assert KEY.encode() not in copy.read_bytes()
    connecting.forget(SYSTEM)
    assert (chosen(), connecting.has_key(DEEPSEEK.base_url)) == (None, False)
    connecting.forget(SYSTEM)


def test_a_key_goes_nowhere_else(made: Made, tried: Tried) -> None:
    connecting, chosen = made()
    connecting.choose(SYSTEM, DEEPSEEK, KEY)
    other = replace(DEEPSEEK, vendor="moonshot", base_url="https://api.moonshot.cn/v1")
    for ask in (connecting.choose, connecting.test):
        with pytest.raises(BadInput, match="no key for this vendor"):
            ask(SYSTEM, other)
    spoofed = replace(DEEPSEEK, base_url="https://api.deepseek.com.evil.example")
    with pytest.raises(BadInput, match="no key for this vendor"):
        connecting.test(SYSTEM, spoofed)
    assert tried.asked == []
    # Somebody's own server may need none.
    own = replace(DEEPSEEK, vendor="compatible", base_url="https://own.example/v1")
    connecting.test(SYSTEM, own)
    assert tried.asked[-1][1] == ""
    connecting.choose(SYSTEM, own)
    found = chosen()
    assert found is not None
    assert found[1] == ""


def test_the_key_of_the_settings_serves_the_chosen_model_only(made: Made, tried: Tried) -> None:
    connecting, chosen = made(f" {KEY} ")
    # Nothing is chosen: it is for whatever is tried, chosen or embeds.
    assert chosen.key_for_embedding("https://api.siliconflow.cn/v1") == KEY
    connecting.choose(SYSTEM, DEEPSEEK)
    found = chosen()
    assert found is not None
    assert found[1] == KEY
    assert chosen.key_for_embedding("https://api.siliconflow.cn/v1") is None
    assert chosen.key_for_embedding("https://api.deepseek.com/v1") == KEY
    other = replace(DEEPSEEK, vendor="moonshot", base_url="https://api.moonshot.cn/v1")
    with pytest.raises(BadInput):
        connecting.test(SYSTEM, other)
    # What is entered wins.
    connecting.choose(SYSTEM, DEEPSEEK, "entered")
    found = chosen()
    assert found is not None
    assert found[1] == "entered"
    with pytest.raises(BadInput):
        made("a b")


def test_the_key_of_the_settings_stays_with_the_address_it_was_chosen_for(
    app: App, made: Made, tried: Tried, keys: Keys
) -> None:
    connecting, chosen = made(KEY)
    connecting.choose(SYSTEM, DEEPSEEK)
    # An owner may edit the address; one's own server may need no key, and gets none.
    own = replace(DEEPSEEK, vendor="compatible", base_url="https://evil.example/v1")
    connecting.choose(SYSTEM, own)
    connecting.test(SYSTEM, own)
    found = chosen()
    assert (found and found[1], tried.asked[-1][1]) == ("", "")
    assert (connecting.has_key(own.base_url), chosen.key_for_embedding(own.base_url)) == (False, None)
    with pytest.raises(BadInput, match="COPILOT_MODEL_KEY is for https") as caught:
        connecting.choose(SYSTEM, replace(DEEPSEEK, vendor="openai", base_url="https://api.openai.com/v1"))
    assert in_chinese(str(caught.value))
    # Nor does it go elsewhere after doing without a model, or at the next start.
    connecting.forget(SYSTEM)
    connecting, chosen = made(KEY)
    connecting.choose(SYSTEM, own)
    assert (chosen() or ("", None))[1] == ""
    connecting.choose(SYSTEM, DEEPSEEK)
    assert (chosen() or ("", None))[1] == KEY
    # A new key is for what is chosen with it; the file holds neither.
    connecting, chosen = made("sk-new")
    assert chosen.key_of(DEEPSEEK.base_url, DEEPSEEK) is None
    connecting.choose(SYSTEM, own)
    assert (chosen() or ("", None))[1] == "sk-new"
    kept = (app.settings.data_dir / "keys.json").read_text(encoding="utf-8")
    assert KEY not in kept
    assert "sk-new" not in kept


def test_a_store_that_is_put_back_does_not_lead_the_key_of_the_settings_away(app: App, made: Made) -> None:
    made()[0].choose(SYSTEM, replace(DEEPSEEK, vendor="compatible", base_url="https://evil.example/v1"))
    _, chosen = made(KEY)
    assert (chosen() or ("", None))[1] == ""


def test_a_key_can_be_kept_without_a_model(made: Made) -> None:
    connecting, chosen = made()
    connecting.keep_key(SYSTEM, "https://api.siliconflow.cn/v1", KEY)
    assert chosen() is None
    assert chosen.key_for_embedding("https://api.siliconflow.cn/v1") == KEY


def test_trying_a_model_keeps_nothing(made: Made, tried: Tried, keys: Keys) -> None:
    connecting, chosen = made()
    probe = connecting.test(SYSTEM, DEEPSEEK, KEY)
    assert probe.abilities.tools
    assert tried.asked == [(DEEPSEEK, KEY)]
    assert (chosen(), keys.get(DEEPSEEK.base_url)) == (None, None)
    connecting.test(SYSTEM, LOCAL)
    assert tried.asked[-1] == (replace(LOCAL, is_local=True, input_price=0.0, output_price=0.0), "")


def test_only_owners_choose(made: Made) -> None:
    connecting, _ = made()
    asked: list[Callable[[], object]] = [
        lambda: connecting.setup(ADMIN),
        lambda: connecting.choose(ADMIN, DEEPSEEK, KEY),
        lambda: connecting.keep_key(ADMIN, DEEPSEEK.base_url, KEY),
        lambda: connecting.forget(ADMIN),
        lambda: connecting.test(ADMIN, DEEPSEEK, KEY),
        lambda: connecting.estimate(ADMIN, DEEPSEEK, group_id=1),
    ]
    for one in asked:
        with pytest.raises(NotAllowed):
            one()


REFUSED: list[dict[str, Any]] = [
    {"base_url": ""},
    {"base_url": "api.deepseek.com:https"},
    {"base_url": "user:secret@api.deepseek.com/v1"},
    {"base_url": "ftp://api.deepseek.com"},
    {"base_url": "https://user:secret@api.deepseek.com/v1"},
    {"base_url": "https://api.deepseek.com/v1?x=1"},
    {"base_url": "https://api.deepseek.com/v1#m"},
    {"base_url": "https://" + "a" * 400},
    {"base_url": "http://api.deepseek.com/v1"},
    {"base_url": "http://203.0.113.9/v1"},
    {"model": " "},
    {"model": "a\nb"},
    {"model": "m" * 201},
    {"context_tokens": 10},
    {"context_tokens": 10**9},
    {"input_price": -1.0},
    {"output_price": float("nan")},
    {"input_price": float("inf")},
]


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_cannot_be_is_refused_in_two_languages(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        checked(replace(DEEPSEEK, **wrong))
    assert "secret" not in str(caught.value)
    assert in_chinese(str(caught.value))


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("https://api.example.com/v1/chat/completions", "https://api.example.com/v1"),
        (" https://api.example.com/v1/chat/completions/ ", "https://api.example.com/v1"),
        ("127.0.0.1:9555", "http://127.0.0.1:9555"),
        ("localhost:11434/v1/", "http://localhost:11434/v1"),
        ("192.168.1.5:8000/v1/chat/completions", "http://192.168.1.5:8000/v1"),
        ("[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("api.deepseek.com/v1", "https://api.deepseek.com/v1"),
        ("8.8.8.8:80/v1", "https://8.8.8.8:80/v1"),
        ("localhost.evil.example/v1", "https://localhost.evil.example/v1"),
        ("https://api.example.com/v1", "https://api.example.com/v1"),
    ],
)
def test_an_address_is_taken_as_it_is_pasted(pasted: str, kept: str) -> None:
    assert checked(replace(DEEPSEEK, base_url=pasted)).base_url == kept


def test_what_is_here_is_local_and_costs_nothing_unless_said() -> None:
    for address in ("http://127.0.0.1:8080/v1", "http://192.168.1.5/v1"):
        found = checked(replace(LOCAL, base_url=address))
        assert (found.is_local, found.input_price, found.output_price) == (True, 0.0, 0.0)
    assert checked(replace(LOCAL, input_price=3.0)).input_price == 3.0
    far = checked(replace(DEEPSEEK, input_price=None))
    assert (far.is_local, far.input_price, far.output_price) == (False, None, 8.0)
    # Ollama passes these on to its own cloud.
    assert not checked(replace(LOCAL, model="gpt-oss:120b-cloud", base_url="https://localhost/v1")).is_local
    with pytest.raises(NotFound):
        checked(replace(DEEPSEEK, vendor="nobody"))


WHOSE_TEXTS_STAY = [
    # vendor, address, what the owner says, whether texts stay
    ("compatible", "http://127.0.0.1:3000/v1", False, False),
    ("compatible", "http://127.0.0.1:3000/v1", True, True),
    ("compatible", "https://far.example/v1", True, False),
    ("deepseek", "http://127.0.0.1:3000/v1", False, False),
    ("ollama", "http://127.0.0.1:11434/v1", False, True),
]


@pytest.mark.parametrize(("vendor", "address", "said", "stays"), WHOSE_TEXTS_STAY)
def test_a_relay_on_this_machine_is_far_unless_its_owner_says_otherwise(
    vendor: str, address: str, said: bool, stays: bool
) -> None:
    found = checked(replace(LOCAL, vendor=vendor, base_url=address, is_local=said))
    assert (found.is_local, found.input_price) == (stays, 0.0 if stays else None)


def test_what_is_remembered_stays(app: App) -> None:
    first = Remembering(app.store)
    assert first.recall("embedder:x") is None
    first.remember("embedder:x", "1024")
    first.remember("embedder:x", "3")
    assert Remembering(app.store).recall("embedder:x") == "3"


# What it costs a month.


def talk(days: int, *, asking: int, saying: int, start: datetime = NOW - timedelta(days=60)) -> list[SourceMessage]:
    """So many questions and so many other messages each day."""
    found = []
    for day in range(days):
        at = start + timedelta(days=day)
        words = [f"请问第{day}次活动{n}在哪里集合？" for n in range(asking)] + ["今天天气不错"] * saying
        for place, text in enumerate(words):
            found.append(
                SourceMessage(
                    platform_id=f"{at:%Y%m%d}-{place}",
                    sender_id=f"u{place % 3}",
                    sender_name=f"成员{place % 3}",
                    sent_at=at + timedelta(minutes=place),
                    text=text,
                )
            )
    return found


def did(app: App, purpose: Purpose, times: int, input_tokens: int, **more: Any) -> None:
    """Calls that a model answered."""
    call = ModelCall(
        purpose=purpose,
        prompt="p",
        prompt_hash="h",
        vendor="v",
        model="m",
        input_tokens=input_tokens,
        output_tokens=10,
        at=NOW - timedelta(days=3),
        outcome=Outcome.OK,
    )
    with app.store.write() as connection:
        for _ in range(times):
            model_calls.add(connection, replace(call, **more))


def test_an_estimate_counts_what_is_asked_in_a_month(made: Made, room: Room) -> None:
    connecting, _ = made()
    room.bring_messages(talk(10, asking=3, saying=7))
    found = connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    # Ten days less the hours after the last message, reckoned up to thirty.
    assert 90 <= found.questions_a_month <= 101
    talks = 30 * TALKS_A_DAY
    assert found.input_tokens == found.questions_a_month * INPUT_TOKENS_AN_ANSWER + talks * INPUT_TOKENS_A_TALK
    assert found.output_tokens == found.questions_a_month * OUTPUT_TOKENS_AN_ANSWER + talks * OUTPUT_TOKENS_A_TALK
    assert found.tokens == found.input_tokens + found.output_tokens
    assert found.yuan == pytest.approx((2 * found.input_tokens + 8 * found.output_tokens) / 1e6)
    assert found.calls > found.questions_a_month
    assert any("100 messages from 2026-04-16 to 2026-04-25" in one for one in found.basis)
    assert any("100 of them with words" in one and "30 ask something" in one for one in found.basis)
    assert not [one for one in found.basis if not in_chinese(one)]


def test_only_the_last_thirty_days_that_are_there_count(made: Made, room: Room) -> None:
    connecting, _ = made()
    room.bring_messages(talk(20, asking=9, saying=1, start=NOW - timedelta(days=400)), "old.jsonl")
    room.bring_messages(talk(31, asking=1, saying=1), "new.jsonl")
    found = connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    assert 28 <= found.questions_a_month <= 32
    assert any("from 2026-04-16 to 2026-05-16" in one for one in found.basis)


def test_a_gap_in_history_is_stepped_over(made: Made, room: Room) -> None:
    connecting, _ = made()
    room.bring_messages(talk(10, asking=2, saying=0, start=NOW - timedelta(days=300)), "old.jsonl")
    room.bring_messages(talk(10, asking=2, saying=0), "new.jsonl")
    # Twice ten days of twenty questions each, and no silence of months between them.
    assert 57 <= connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id).questions_a_month <= 68


def test_much_is_read_as_a_sample(made: Made, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "READ", 100)
    connecting, _ = made()
    room.bring_messages(talk(30, asking=10, saying=30))
    read: list[int] = []

    def note(*arguments: Any, **named: Any) -> list[Any]:
        found = real(*arguments, **named)
        read.append(len(found))
        return found

    real = messages.sample
    monkeypatch.setattr(messages, "sample", note)
    found = connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    assert 60 <= sum(read) <= 140
    assert 200 <= found.questions_a_month <= 420


def test_a_community_is_the_sum_of_its_groups(made: Made, room: Room, app: App) -> None:
    connecting, _ = made()
    room.bring_messages(talk(30, asking=2, saying=2))
    with app.store.read() as connection:
        community_id = estimating.groups.get(connection, room.group_id).community_id
    other = app.groups.create_group(SYSTEM, community_id, "二群", Platform.WECHAT)
    empty = app.groups.create_group(SYSTEM, community_id, "三群", Platform.WECHAT)
    # A week of another group is a month of four times as much.
    Room(app, room.folder, other.id).bring_messages(talk(7, asking=1, saying=2), "other.jsonl")
    found = connecting.estimate(SYSTEM, DEEPSEEK, community_id=community_id)
    assert 85 <= found.questions_a_month <= 97
    nothing = connecting.estimate(SYSTEM, DEEPSEEK, group_id=empty.id)
    assert (nothing.questions_a_month, nothing.basis[0]) == (
        0,
        "there is no message yet in which to count questions; import a chat first",
    )
    for wrong in ({}, {"group_id": other.id, "community_id": community_id}):
        with pytest.raises(BadInput):
            connecting.estimate(SYSTEM, DEEPSEEK, **wrong)
    with pytest.raises(NotFound):
        connecting.estimate(SYSTEM, DEEPSEEK, group_id=999)


def test_live_messages_are_counted_from_the_first(made: Made, room: Room, app: App) -> None:
    connecting, _ = made()
    for message in talk(5, asking=2, saying=0):
        app.intake.receive(room.group_id, message)
    assert 55 <= connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id).questions_a_month <= 76


def test_without_a_price_only_the_amount_is_reckoned(made: Made, room: Room) -> None:
    connecting, _ = made()
    found = connecting.estimate(SYSTEM, replace(DEEPSEEK, output_price=None), group_id=room.group_id)
    assert found.yuan is None
    assert found.tokens > 0
    assert any("price of this model is not known" in one for one in found.basis)
    free = connecting.estimate(SYSTEM, checked(LOCAL), group_id=room.group_id)
    assert free.yuan == 0


def test_what_calls_really_took_counts_once_there_are_enough(made: Made, room: Room, app: App) -> None:
    connecting, _ = made()
    room.bring_messages(talk(30, asking=1, saying=0))
    before = connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    did(app, Purpose.ANSWER, 19, 700)
    assert connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id) == before
    did(app, Purpose.ANSWER, 1, 700)
    did(app, Purpose.UNDERSTAND, 10, 200)
    # What failed, what is long ago and what another group's admins asked says nothing.
    did(app, Purpose.ANSWER, 50, 9000, outcome=Outcome.TIMEOUT)
    did(app, Purpose.ANSWER, 50, 9000, at=NOW - timedelta(days=31))
    did(app, Purpose.ASSISTANT, 50, 9000, group_id=999)
    did(app, Purpose.ASSISTANT, 30, 1000, group_id=room.group_id)
    found = connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    questions = found.questions_a_month
    assert questions == before.questions_a_month
    assert found.input_tokens == questions * 800 + 300 * 1000
    assert found.output_tokens == questions * 15 + 300 * 10
    assert found.calls == round(1.5 * questions) + 300
    assert any("20 answers of the last 30 days" in one for one in found.basis)
    assert any("30 replies to admins" in one and "300 a month" in one for one in found.basis)
    assert not [one for one in found.basis if not in_chinese(one)]


@pytest.mark.parametrize(
    ("days", "replies", "a_month"),
    [
        # Some trying on the first days is no month's use: no less than the guess.
        (0.1, 20, 600),
        (3, 25, 300),
        (10, 25, 300),
        (10, 200, 600),
        # From two weeks on, what was is what will be.
        (15, 25, 50),
        (29.9, 30, 30),
        (90, 30, 30),
    ],
)
def test_what_admins_asked_so_far_is_reckoned_up_to_a_month(
    made: Made, room: Room, app: App, days: float, replies: int, a_month: int
) -> None:
    connecting, _ = made()
    did(app, Purpose.ASSISTANT, 1, 1000, at=NOW - timedelta(days=days))
    did(app, Purpose.ASSISTANT, replies if days > 30 else replies - 1, 1000, at=NOW - timedelta(hours=1))
    # Trying a vendor says nothing about use.
    did(app, Purpose.TEST, 50, 9, at=NOW - timedelta(days=60))
    found = connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    assert found.questions_a_month == 0
    assert found.calls == pytest.approx(a_month, rel=0.01)
    assert found.input_tokens == pytest.approx(a_month * 1000, rel=0.01)


@pytest.fixture
def retriever(app: App) -> Iterator[Retriever]:
    """Finds by words alone."""
    return Retriever(app.store, app.settings.index_dir, lambda: None)


def test_questions_about_nothing_that_is_known_cost_nothing(
    made: Made, room: Room, app: App, retriever: Retriever
) -> None:
    with app.store.read() as connection:
        community_id = estimating.groups.get(connection, room.group_id).community_id
    entry = FaqEntry(community_id=community_id, question="亲子阅读活动在哪里集合", answer="东门")
    app.knowing.save_faq(SYSTEM, entry)
    known = [replace(one, text="请问亲子阅读活动在哪里集合？") for one in talk(30, asking=1, saying=0)]
    foreign = [
        replace(one, text="有人知道比特币期货保证金怎么追加吗？", sent_at=one.sent_at + timedelta(hours=9))
        for one in talk(30, asking=1, saying=0)
    ]
    for number, one in enumerate([*known, *foreign]):
        app.intake.receive(room.group_id, replace(one, platform_id=str(number)))
    # Only what the community knows is in the index: what was said would be found for itself.
    connecting, _ = made(retriever=retriever)
    whole = made()[0].estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    busy = connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    assert busy == whole
    app.indexing.bring_up()
    found = connecting.estimate(SYSTEM, DEEPSEEK, group_id=room.group_id)
    assert any("of 60 of these questions" in one for one in found.basis)
    assert 0 < found.questions_a_month <= whole.questions_a_month
    assert not [one for one in found.basis if not in_chinese(one)]


def test_every_vendor_can_be_chosen_as_its_row_says() -> None:
    for row in ("deepseek", "dashscope", "moonshot", "zhipu", "siliconflow", "openai", "ollama"):
        its = provider(row)
        model = its.models[0]
        setup = ModelSetup(vendor=row, base_url=its.base_url, model=model.name, context_tokens=model.context_tokens)
        assert checked(setup).is_local == its.is_local
