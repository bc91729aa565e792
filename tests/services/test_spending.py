"""What models may cost: reserved before, settled after, never more than the caps, whoever asks at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copilot.bootstrap import App
from copilot.console.sentences import in_chinese
from copilot.errors import BadInput, ModelFailed, NotAllowed, NotFound
from copilot.models.remote import PASSAGES, QUESTION
from copilot.records import Account, Cap, ModelCall, Outcome, Platform, Purpose, Role
from copilot.records.model import MICRO
from copilot.services.rights import SYSTEM
from copilot.services.spending import DEFAULT_CAP, KEPT_DAYS, Spending
from copilot.store import Store, model_calls, model_caps
from tests.conftest import NOW

ZONE = "Asia/Shanghai"
ADMIN = Account(id=2, name="阿舟", role=Role.ADMIN)


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spending(app: App, clock: Clock) -> Spending:
    return Spending(app.store, timezone=ZONE, clock=clock)


@pytest.fixture
def group_id(app: App) -> int:
    community = app.groups.create_community(SYSTEM, "社群", "zh", ZONE)
    return app.groups.create_group(SYSTEM, community.id, "书友群", Platform.WECHAT).id


Made = Callable[..., ModelCall]


@pytest.fixture
def call(clock: Clock) -> Made:
    """Makes a call of a hundred tokens; `yuan` None is a price that nobody knows."""

    def make(yuan: float | None = 0.0, tokens: int = 100, **more: Any) -> ModelCall:
        values: dict[str, Any] = {
            "purpose": Purpose.ANSWER,
            "prompt": "answer",
            "prompt_hash": "0" * 12,
            "vendor": "deepseek",
            "model": "m",
            "input_tokens": tokens,
            "output_tokens": 0,
            "at": clock(),
            "cost": None if yuan is None else round(yuan * MICRO),
        }
        return ModelCall(**{**values, **more})

    return make


def refused(spending: Spending, call: ModelCall) -> str:
    with pytest.raises(ModelFailed) as caught:
        spending.reserve(call)
    assert caught.value.reason == Outcome.OVER_BUDGET
    return str(caught.value)


# cap of all (None: nobody set one), what was used today as (yuan, tokens), a call as (yuan, tokens), whether it may be
MAY = [
    (None, (4.9, 10), (0.1, 10), True),
    (None, (4.9, 10), (0.11, 10), False),
    (None, (0, 10), (None, 499_990), True),
    (None, (0, 10), (None, 500_001), False),
    (None, (None, 499_999), (None, 2), False),
    # By default tokens count only where the price is unknown.
    (None, (1, 900_000), (1, 900_000), True),
    (None, (1, 900_000), (None, 400_000), True),
    # What costs nothing is bounded by no sum of money.
    (None, (5, 10), (0, 10), True),
    (Cap(yuan=2), (1.5, 10), (0.5, 10), True),
    (Cap(yuan=2), (1.5, 10), (0.6, 10), False),
    (Cap(yuan=0), (0, 0), (0.0001, 1), False),
    # A cap in yuan alone leaves what has no price to the default.
    (Cap(yuan=100), (None, 499_999), (None, 2), False),
    # Tokens that somebody capped count for every call.
    (Cap(tokens=1000), (0.1, 900), (0.1, 100), True),
    (Cap(tokens=1000), (0.1, 900), (0.1, 101), False),
    (Cap(yuan=1, tokens=1000), (0.9, 10), (0.2, 10), False),
    (Cap(tokens=0), (0, 0), (0, 1), False),
    # Who lifts both limits has none.
    (Cap(), (900, 10**9), (900, 10**9), True),
    (Cap(), (None, 10**9), (None, 10**9), True),
]


@pytest.mark.parametrize(("cap", "used", "wanted", "may"), MAY)
def test_a_call_is_made_as_far_as_the_cap_goes(
    app: App, spending: Spending, call: Made, cap: Cap | None, used: Any, wanted: Any, may: bool
) -> None:
    with app.store.write() as connection:
        model_calls.add(connection, replace(call(*used), outcome=Outcome.OK))
    if cap is not None:
        spending.set_cap(SYSTEM, cap)
    if may:
        assert spending.reserve(call(*wanted)) > 0
    else:
        refused(spending, call(*wanted))


def test_what_is_reserved_counts_until_it_is_settled(spending: Spending, call: Made) -> None:
    spending.set_cap(SYSTEM, Cap(yuan=1))
    number = spending.reserve(call(0.9))
    refused(spending, call(0.2))
    spending.settle(number, replace(call(0.3), outcome=Outcome.OK, is_estimate=False, attempts=1))
    assert spending.reserve(call(0.2)) > number
    kept = spending.calls(SYSTEM)
    assert [one.outcome for one in kept] == [Outcome.UNFINISHED, Outcome.OVER_BUDGET, Outcome.OK]
    assert (kept[1].cost, kept[1].input_tokens, kept[1].attempts) == (0, 0, 0)
    assert (kept[2].cost, kept[2].is_estimate, kept[2].attempts) == (0.3 * MICRO, False, 1)


def test_what_a_crash_cut_off_stays_spent(app: App, clock: Clock, spending: Spending, call: Made) -> None:
    spending.set_cap(SYSTEM, Cap(yuan=1))
    spending.reserve(call(0.9))
    clock.now += timedelta(hours=3)
    again = Spending(app.store, timezone=ZONE, clock=clock)
    refused(again, call(0.2))
    assert again.usage(SYSTEM).total().yuan == pytest.approx(0.9)


def test_a_day_begins_at_midnight_where_the_installation_is(clock: Clock, spending: Spending, call: Made) -> None:
    spending.set_cap(SYSTEM, Cap(yuan=1))
    clock.now = datetime(2026, 6, 15, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    number = spending.reserve(call(0.9))
    said = refused(spending, call(0.2))
    assert spending.resets_at() == datetime(2026, 6, 15, 16, tzinfo=UTC)
    assert "1 yuan a day is used up: 0.90 are spent" in said
    assert "begins anew at 2026-06-16 00:00 (Asia/Shanghai)" in said
    clock.now += timedelta(minutes=2)
    # What is settled after midnight stays in the day in which it was reserved.
    spending.settle(number, replace(call(0.9), outcome=Outcome.OK))
    spending.reserve(call(0.9))
    assert [day.isoformat() for day in spending.usage(SYSTEM, 2).by_day()] == ["2026-06-16", "2026-06-15"]


def test_a_day_has_23_hours_where_clocks_are_put_forward(app: App, clock: Clock) -> None:
    spending = Spending(app.store, timezone="Europe/Berlin", clock=clock)
    clock.now = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert spending.resets_at() == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_a_group_has_its_own_cap_within_that_of_all(spending: Spending, call: Made, group_id: int) -> None:
    spending.set_cap(SYSTEM, Cap(group_id=group_id, yuan=1))
    spending.reserve(call(0.9, group_id=group_id))
    said = refused(spending, call(0.2, group_id=group_id))
    assert "the group '书友群' of 1 yuan" in said
    spending.reserve(call(0.2))
    spending.set_cap(SYSTEM, Cap(yuan=1.15))
    assert "The models' cap of 1.15 yuan" in refused(spending, call(0.1, group_id=group_id))
    spending.clear_cap(SYSTEM)
    spending.clear_cap(SYSTEM, group_id)
    spending.reserve(call(3, group_id=group_id))


def test_work_in_the_background_leaves_half_to_people(spending: Spending, call: Made) -> None:
    spending.set_cap(SYSTEM, Cap(yuan=1))
    passages: dict[str, Any] = {"purpose": Purpose.EMBED, "prompt": PASSAGES}
    question: dict[str, Any] = {"purpose": Purpose.EMBED, "prompt": QUESTION}
    spending.reserve(call(0.3, **passages))
    spending.reserve(call(0.1, **question))
    assert "0.5 yuan a day for work in the background" in refused(spending, call(0.3, **passages))
    refused(spending, call(0.3, purpose=Purpose.VARIANTS))
    spending.reserve(call(0.2, **passages))
    spending.reserve(call(0.3, **question))
    spending.reserve(call(0.1))
    refused(spending, call(0.1))
    # Only what somebody waited for is noted as refused: the background asks again and again.
    assert [one.outcome for one in spending.calls(SYSTEM)].count(Outcome.OVER_BUDGET) == 1


@pytest.mark.parametrize("yuan", [0.2, None])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("purpose", [Purpose.ANSWER, Purpose.VARIANTS])
def test_what_is_refused_is_said_in_chinese_with_its_figures(
    spending: Spending, call: Made, group_id: int, yuan: float | None, own: bool, purpose: Purpose
) -> None:
    # A call of 100 tokens: more than all, or more than half.
    yuan_a_day, tokens = (0.1, 50) if purpose is Purpose.ANSWER else (0.3, 150)
    spending.set_cap(SYSTEM, Cap(yuan=yuan_a_day, tokens=tokens, group_id=group_id if own else None))
    said = in_chinese(refused(spending, call(yuan, group_id=group_id, purpose=purpose)))
    assert said is not None
    assert "2026-06-16 00:00" in said
    assert ("书友群" in said) == own
    assert ("元" in said) == (yuan is not None)
    assert ("后台" in said) == (purpose is Purpose.VARIANTS)


def test_threads_at_once_never_exceed_the_cap(app: App, spending: Spending, call: Made) -> None:
    spending.set_cap(SYSTEM, Cap(yuan=1))
    begin = threading.Barrier(8)
    made: list[int] = []

    def ask() -> None:
        begin.wait()
        for _ in range(10):
            try:
                made.append(spending.reserve(call(0.03)))
            except ModelFailed:
                return

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == 33
    with app.store.read() as connection:
        spent = model_calls.spent(connection, from_at=NOW - timedelta(days=1))
    assert spent.cost == 0.99 * MICRO


RESERVING = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from copilot.errors import ModelFailed
from copilot.records import ModelCall, Purpose
from copilot.services.spending import Spending
from copilot.store import Store
now = datetime.fromisoformat(sys.argv[2])
spending = Spending(Store(Path(sys.argv[1])), timezone="Asia/Shanghai", clock=lambda: now)
call = ModelCall(purpose=Purpose.ANSWER, prompt="p", prompt_hash="h", vendor="v", model="m", input_tokens=1,
                 output_tokens=0, at=now, cost=30_000)
print("ready", flush=True)
sys.stdin.readline()
made = 0
try:
    while True:
        spending.reserve(call)
        made += 1
except ModelFailed:
    print(made)
"""


def test_processes_at_once_never_exceed_the_cap(app: App, spending: Spending, tmp_path: Path) -> None:
    spending.set_cap(SYSTEM, Cap(yuan=1))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RESERVING, str(app.store.path), NOW.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    made = [int(one.communicate(timeout=60)[0]) for one in processes]
    assert sum(made) == 33
    assert spending.usage(SYSTEM).total().yuan == pytest.approx(0.99)


def test_usage_is_added_up_by_day_purpose_and_group(
    app: App, clock: Clock, spending: Spending, call: Made, group_id: int
) -> None:
    def did(yuan: float | None, outcome: Outcome, **more: Any) -> None:
        spending.settle(spending.reserve(call(yuan, **more)), replace(call(yuan, **more), outcome=outcome))

    did(0.2, Outcome.OK, group_id=group_id)
    did(0.3, Outcome.REPAIRED, group_id=group_id)
    clock.now += timedelta(days=1)
    did(0.1, Outcome.OK, purpose=Purpose.ASSISTANT)
    did(None, Outcome.TIMEOUT, group_id=group_id)
    did(0, Outcome.TIMEOUT)
    did(0, Outcome.RATE_LIMITED)
    found = spending.usage(SYSTEM, 2)
    assert (found.first_day, found.last_day) == (date(2026, 6, 15), date(2026, 6, 16))
    whole, today = found.total(), found.total(since=found.last_day)
    assert (whole.calls, round(whole.yuan, 6), whole.unpriced_tokens, whole.input_tokens) == (6, 0.6, 100, 600)
    assert (today.calls, round(today.yuan, 6), today.share_of_fallbacks) == (4, 0.1, 0.75)
    assert today.fallbacks == ((Outcome.TIMEOUT, 2), (Outcome.RATE_LIMITED, 1))
    assert [(day.day, one.calls) for day, one in found.by_day().items()] == [(16, 4), (15, 2)]
    assert [(name, one.calls) for name, one in found.by_purpose().items()] == [
        (Purpose.ANSWER, 5),
        (Purpose.ASSISTANT, 1),
    ]
    assert [(found.names.get(name or 0), one.calls) for name, one in found.by_group().items()] == [
        ("书友群", 3),
        (None, 3),
    ]
    assert spending.usage(SYSTEM, 1).total().calls == 4
    for days in (0, 401):
        with pytest.raises(BadInput):
            spending.usage(SYSTEM, days)


def test_nothing_yet_is_shown_as_nothing(spending: Spending) -> None:
    whole = spending.usage(SYSTEM).total()
    assert (whole.calls, whole.yuan, whole.share_of_fallbacks) == (0, 0.0, 0.0)
    (only,) = spending.caps(SYSTEM)
    assert (only.cap, only.is_default, only.yuan, only.tokens) == (DEFAULT_CAP, True, 0.0, 0)


def test_caps_are_shown_with_what_today_used_of_them(spending: Spending, call: Made, group_id: int) -> None:
    spending.set_cap(SYSTEM, Cap(group_id=group_id, tokens=5000))
    spending.reserve(call(0.2, group_id=group_id))
    spending.reserve(call(None))
    everyone, own = spending.caps(SYSTEM)
    assert (everyone.is_default, everyone.name, everyone.yuan, everyone.tokens) == (True, "", 0.2, 100)
    assert (own.is_default, own.name, own.yuan, own.tokens) == (False, "书友群", 0.2, 100)
    spending.set_cap(SYSTEM, Cap(yuan=7))
    assert [(one.cap.yuan, one.is_default, one.tokens) for one in spending.caps(SYSTEM)] == [
        (7, False, 200),
        (None, False, 100),
    ]


@pytest.mark.parametrize("cap", [Cap(yuan=-1), Cap(yuan=float("nan")), Cap(yuan=1e9), Cap(tokens=-1)])
def test_a_cap_that_cannot_be_is_refused(spending: Spending, cap: Cap) -> None:
    with pytest.raises(BadInput) as caught:
        spending.set_cap(SYSTEM, cap)
    assert in_chinese(str(caught.value))


def test_only_owners_see_what_is_spent_and_set_caps(spending: Spending) -> None:
    asked: list[Callable[[], object]] = [
        lambda: spending.usage(ADMIN),
        lambda: spending.calls(ADMIN),
        lambda: spending.caps(ADMIN),
        lambda: spending.set_cap(ADMIN, Cap(yuan=1)),
        lambda: spending.clear_cap(ADMIN),
    ]
    for one in asked:
        with pytest.raises(NotAllowed):
            one()
    with pytest.raises(NotFound):
        spending.set_cap(SYSTEM, Cap(group_id=99, yuan=1))


def test_a_group_takes_its_cap_along_and_leaves_its_calls(
    app: App, spending: Spending, call: Made, group_id: int
) -> None:
    spending.set_cap(SYSTEM, Cap(group_id=group_id, yuan=1))
    spending.reserve(call(0.5, group_id=group_id))
    app.groups.delete_group(SYSTEM, group_id)
    assert [one.cap.group_id for one in spending.caps(SYSTEM)] == [None]
    found = spending.usage(SYSTEM)
    assert (found.total().yuan, group_id in found.names) == (0.5, False)


def test_old_calls_are_forgotten_a_bounded_number_at_a_time(
    app: App, clock: Clock, spending: Spending, call: Made
) -> None:
    old = NOW - timedelta(days=KEPT_DAYS + 1)
    with app.store.write() as connection:
        for _ in range(700):
            model_calls.add(connection, call(at=old))
        model_calls.add(connection, call(at=NOW - timedelta(days=KEPT_DAYS - 1)))

    def there() -> int:
        with app.store.read() as connection:
            return sum(one.calls for one in model_calls.sums(connection, from_at=old, before=NOW - timedelta(days=1)))

    number = spending.reserve(call())
    spending.settle(number, call())
    assert there() == 201
    spending.settle(number, call())
    assert there() == 1


def test_a_store_that_is_held_refuses_the_call_and_keeps_the_reservation(
    app: App, spending: Spending, call: Made, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    number = spending.reserve(call(0.5))
    monkeypatch.setattr("copilot.store.engine.BUSY_SECONDS", 0)
    held = Store(app.store.path)
    other = Spending(held, timezone=ZONE, clock=lambda: NOW)
    with app.store.write():
        with pytest.raises(ModelFailed) as caught:
            other.reserve(call())
        other.settle(number, call())
    held.close()
    assert caught.value.reason == Outcome.UNREACHABLE
    assert in_chinese(str(caught.value))
    assert spending.calls(SYSTEM)[0].cost == 0.5 * MICRO


def test_caps_survive_as_they_were_set(app: App, group_id: int) -> None:
    caps = [Cap(yuan=1.5, tokens=10), Cap(group_id=group_id)]
    with app.store.write() as connection:
        for one in (Cap(yuan=9), *caps):
            model_caps.put(connection, one)
        assert model_caps.all_of(connection) == caps
