"""The dates the law sets, against the official timetables of two general elections."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.foundation.election_dates import (
    ENGLAND_AND_WALES,
    RULES,
    UNITED_KINGDOM,
    deadlines,
    holiday_horizon,
    is_working_day,
    working_days_before,
)

JULY_2024 = date(2024, 7, 4)
DECEMBER_2019 = date(2019, 12, 12)
POLLING_DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 1))


@pytest.mark.parametrize(
    ("name", "wall_time"),
    [
        ("dissolution", "2024-05-30 00:01"),
        ("notice", "2024-06-04 16:00"),
        ("nominations", "2024-06-07 16:00"),
        ("registration", "2024-06-18 23:59"),
        ("postal", "2024-06-19 17:00"),
        ("proxy", "2024-06-26 17:00"),
        ("voter_id", "2024-06-26 17:00"),
        ("final_notice", "2024-06-27 23:59"),
        ("emergency_proxy", "2024-07-04 17:00"),
        ("poll_opens", "2024-07-04 07:00"),
        ("poll_closes", "2024-07-04 22:00"),
    ],
)
def test_the_timetable_of_4_july_2024(name: str, wall_time: str) -> None:
    assert f"{deadlines(JULY_2024)[name]:%Y-%m-%d %H:%M}" == wall_time


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("dissolution", date(2019, 11, 6)),
        ("nominations", date(2019, 11, 14)),
        ("registration", date(2019, 11, 26)),
        ("postal", date(2019, 11, 26)),
        ("proxy", date(2019, 12, 4)),
    ],
)
def test_the_timetable_of_12_december_2019(name: str, day: date) -> None:
    """St Andrew's Day, 2 December, a holiday in Scotland only, counts for postal votes and not for registration."""
    assert deadlines(DECEMBER_2019)[name].date() == day


def test_every_rule_gives_one_deadline() -> None:
    assert list(deadlines(JULY_2024)) == [name for name, *_ in RULES]


def test_times_are_london_wall_time() -> None:
    assert deadlines(JULY_2024)["postal"].astimezone(UTC) == datetime(2024, 6, 19, 16, 0, tzinfo=UTC)
    assert deadlines(DECEMBER_2019)["proxy"].astimezone(UTC) == datetime(2019, 12, 4, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2024, 6, 29), "a Saturday"),
        (date(2024, 6, 30), "a Sunday"),
        (date(2024, 12, 24), "Christmas Eve, which is no bank holiday"),
        (date(2024, 12, 25), "Christmas Day"),
        (date(2024, 12, 26), "Boxing Day"),
        (date(2025, 4, 18), "Good Friday"),
        (date(2024, 7, 12), "a bank holiday in Northern Ireland only"),
    ],
)
def test_days_that_do_not_count(day: date, why: str) -> None:
    assert not is_working_day(day), why


def test_a_holiday_elsewhere_counts_in_england_and_wales() -> None:
    assert is_working_day(date(2024, 7, 12), ENGLAND_AND_WALES)


def test_the_horizon_is_the_end_of_the_known_holidays() -> None:
    assert not is_working_day(holiday_horizon())
    assert holiday_horizon() >= date(2028, 12, 25)


@given(POLLING_DAYS, st.integers(0, 30))
def test_counting_back_leaves_that_many_working_days_between(polling_day: date, count: int) -> None:
    found = working_days_before(polling_day, count)
    days = [found + timedelta(days=passed) for passed in range((polling_day - found).days)]
    assert sum(is_working_day(day) for day in days) == count
    assert count == 0 or is_working_day(found)


@given(POLLING_DAYS)
def test_more_holidays_never_make_a_deadline_later(polling_day: date) -> None:
    assert working_days_before(polling_day, 12, UNITED_KINGDOM) <= working_days_before(
        polling_day, 12, ENGLAND_AND_WALES
    )


@given(POLLING_DAYS)
def test_deadlines_come_in_the_order_of_the_law(polling_day: date) -> None:
    found = deadlines(polling_day)
    assert found["dissolution"] < found["notice"] < found["nominations"] < found["registration"]
    assert found["postal"] < found["proxy"] < found["poll_opens"] < found["emergency_proxy"] < found["poll_closes"]
