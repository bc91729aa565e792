"""When it is tried again, and when a server is left alone."""

from __future__ import annotations

import pytest

from copilot.models.attempts import Breaker, Breakers, Fault, pause
from copilot.records.model import Outcome

PAUSES = [
    # how the attempt ended, which one it was, what the server asked, chance; how long to wait
    (Outcome.SERVER_ERROR, 1, None, 0.5, 0.5),
    (Outcome.SERVER_ERROR, 2, None, 0.5, 1.0),
    (Outcome.SERVER_ERROR, 1, None, 0.0, 0.25),
    (Outcome.SERVER_ERROR, 1, None, 1.0, 0.75),
    (Outcome.SERVER_ERROR, 3, None, 0.5, None),
    (Outcome.RATE_LIMITED, 1, 9.0, 0.5, 9.0),
    (Outcome.RATE_LIMITED, 1, 10.5, 0.5, None),
    (Outcome.RATE_LIMITED, 2, 0.0, 0.5, 1.0),
    (Outcome.TIMEOUT, 1, None, 0.5, 0.5),
    (Outcome.UNREACHABLE, 1, None, 0.5, 0.5),
    (Outcome.CUT_OFF, 1, None, 0.5, 0.5),
    (Outcome.REFUSED, 1, None, 0.5, None),
    (Outcome.BAD_OUTPUT, 1, None, 0.5, None),
    (Outcome.TOO_LONG, 1, None, 0.5, None),
    (Outcome.CANCELLED, 1, None, 0.5, None),
    (Outcome.OVER_BUDGET, 1, None, 0.5, None),
]


@pytest.mark.parametrize(("outcome", "attempt", "asked", "chance", "expected"), PAUSES)
def test_how_long_to_wait(
    outcome: Outcome, attempt: int, asked: float | None, chance: float, expected: float | None
) -> None:
    assert pause(Fault(outcome, "it failed; wait", retry_after=asked), attempt, lambda: chance) == expected


class Clock:
    """A clock that goes on when it is told."""

    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_five_failures_in_a_row_and_it_rests() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
        assert breaker.admit() is None
    breaker.failed()
    rest = breaker.admit()
    assert rest is not None
    assert (rest.seconds, rest.failures) == (30.0, 5)
    clock.now += 29
    assert breaker.admit() is not None


def test_after_two_who_waited_in_vain_in_a_row_it_rests() -> None:
    breaker = Breaker(Clock())
    for is_timeout in (True, False, True):
        breaker.failed(is_timeout=is_timeout)
    assert breaker.admit() is None
    breaker.failed(is_timeout=True)
    assert breaker.admit() is not None


def test_after_the_pause_one_tries_for_all() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(5):
        breaker.failed()
    clock.now += 30
    assert breaker.admit() is None
    assert breaker.admit() is not None, "the others wait for what comes of it"
    breaker.failed()
    assert breaker.admit() is not None, "it rests anew"
    clock.now += 30
    assert breaker.admit() is None
    breaker.gave_up()
    assert breaker.admit() is None, "who gave up makes room for the next"
    breaker.succeeded()
    assert (breaker.admit(), breaker.admit()) == (None, None)


def test_each_server_has_its_own() -> None:
    breakers = Breakers(Clock())
    for _ in range(5):
        breakers.of("http://a/v1", "m").failed()
    assert breakers.of("http://a/v1", "m").admit() is not None
    assert breakers.of("http://a/v1", "n").admit() is None
    assert breakers.of("http://b/v1", "m").admit() is None
