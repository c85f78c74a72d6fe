"""Editions by the calendar: each begins on 1 December."""

from datetime import date

import pytest

from canvassing.register import editions


@pytest.mark.parametrize(
    ("day", "current", "coming"),
    [
        (date(2026, 11, 30), 2025, 2026),
        (date(2026, 12, 1), 2026, 2027),
        (date(2026, 12, 31), 2026, 2027),
        (date(2028, 2, 29), 2027, 2028),
    ],
)
def test_the_edition_in_force_and_the_next(day: date, current: int, coming: int) -> None:
    assert editions.beginning(day) == date(current, 12, 1)
    assert editions.next_after(day) == date(coming, 12, 1)
