"""Quiet hours on the clock in London, also in the nights the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.foundation.election_dates import LONDON
from volunteers.messaging import quiet


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_quiet"),
    [
        (utc(1, 5, 20, 59), False),
        (utc(1, 5, 21), True),
        (utc(1, 6, 7, 59), True),
        (utc(1, 6, 8), False),
        (utc(6, 8, 19, 59), False),
        (utc(6, 8, 20), True),
        (utc(6, 9, 6, 59), True),
        (utc(6, 9, 7), False),
    ],
)
def test_from_nine_to_eight_in_winter_and_in_summer(moment: datetime, is_quiet: bool) -> None:
    assert quiet.is_quiet(moment) == is_quiet


@pytest.mark.parametrize(
    ("night", "end"),
    [
        (utc(6, 8, 21), utc(6, 9, 7)),
        (utc(6, 9, 2), utc(6, 9, 7)),
        (utc(3, 27, 22), utc(3, 28, 7)),
        (utc(3, 28, 0, 30), utc(3, 28, 7)),
        (utc(10, 30, 22), utc(10, 31, 8)),
        (utc(10, 31, 0, 30), utc(10, 31, 8)),
        (utc(10, 31, 1, 30), utc(10, 31, 8)),
    ],
)
def test_the_end_is_the_next_eight_on_the_clock(night: datetime, end: datetime) -> None:
    assert quiet.end_of_quiet(night) == end


def test_by_day_waking_is_now() -> None:
    assert quiet.waking(utc(6, 8, 12)) == utc(6, 8, 12)
    assert quiet.waking(utc(6, 8, 22)) == utc(6, 9, 7)


@given(st.integers(0, 4 * 365 * 24 * 60))
def test_waking_is_never_quiet_never_past_and_never_far(minutes: int) -> None:
    moment = utc(1, 1, 0) + timedelta(minutes=minutes)
    found = quiet.waking(moment)
    assert not quiet.is_quiet(found)
    assert timedelta() <= found - moment <= timedelta(hours=12)
    assert found.utcoffset() == timedelta()
    if found != moment:
        assert found.astimezone(LONDON).time() == quiet.ENDS
