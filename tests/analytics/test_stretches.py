"""How far a history reaches into what is asked: gaps are named, and nothing outside of what is covered counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from copilot.analytics.stretches import Stretch, covered_days, reach

DAY = datetime(2026, 6, 1, tzinfo=UTC)


def days(first: float, last: float) -> tuple[datetime, datetime]:
    return DAY + timedelta(days=first), DAY + timedelta(days=last)


def asked(first: float, last: float) -> Stretch:
    start, end = days(first, last)
    return Stretch(starts_at=start, ends_at=end)


TABLE = [
    # the history, what is asked, how many parts are covered, gaps, whether it begins late
    ([days(0, 30)], asked(7, 14), 1, 0, False),
    ([days(0, 10)], asked(7, 14), 1, 0, False),
    ([days(10, 30)], asked(7, 14), 1, 0, True),
    ([days(0, 9), days(12, 30)], asked(7, 14), 2, 1, False),
    ([days(0, 9), days(9.05, 30)], asked(7, 14), 1, 0, False),
    ([days(0, 5), days(20, 30)], asked(7, 14), 0, 0, False),
    ([days(0, 5)], asked(7, 14), 0, 0, False),
    ([], asked(7, 14), 0, 0, False),
]


@pytest.mark.parametrize(("spans", "stretch", "parts", "gaps", "late"), TABLE)
def test_what_is_covered_of_a_stretch(
    spans: list[tuple[datetime, datetime]], stretch: Stretch, parts: int, gaps: int, late: bool
) -> None:
    found = reach(1, stretch, spans)
    assert (len(found.covered), len(found.gaps), found.starts_late) == (parts, gaps, late)
    assert found.is_empty == (parts == 0)
    assert all(stretch.starts_at <= one.starts_at and one.ends_at <= stretch.ends_at for one in found.covered)


def test_only_what_lies_in_one_part_is_covered() -> None:
    found = reach(1, asked(0, 30), [days(0, 9), days(12, 30)])
    assert found.covers(*days(1, 2))
    assert not found.covers(*days(8, 13))


def test_days_that_two_groups_cover_count_once() -> None:
    whole = asked(0, 10)
    reaches = [reach(1, whole, [days(0, 4)]), reach(2, whole, [days(3, 6)]), reach(3, whole, [days(8, 20)])]
    assert covered_days(reaches) == pytest.approx(8.0)
