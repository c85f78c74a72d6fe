"""When reminders are due: by the clock in London, in winter, in summer and on the days between."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteers.messaging import quiet
from volunteers.reminders.timetable import timetable

LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def due(start: str, end: str) -> dict[str, str]:
    """Each reminder's due time as the clock in London shows it, "27 11:00" being the 27th."""
    return {
        moment.kind: moment.due_at.astimezone(LONDON).strftime("%-d %H:%M")
        for moment in timetable(london(start), london(end))
    }


CASES = [
    # start, end, day before, morning, check-in, thanks and next ask
    ("2027-02-13T10:00", "2027-02-13T12:00", "12 11:00", "13 08:00", "13 10:10", "13 13:00"),
    ("2027-07-10T18:00", "2027-07-10T20:00", "9 11:00", "10 08:00", "10 18:10", "11 09:00"),
    # Thanks: not after 20:00, but at 20:00 still.
    ("2027-07-10T17:00", "2027-07-10T19:00", "9 11:00", "10 08:00", "10 17:10", "10 20:00"),
    ("2027-07-10T17:00", "2027-07-10T19:01", "9 11:00", "10 08:00", "10 17:10", "11 09:00"),
    # Before 10:00 the morning message goes the evening before, with the check-in link in it.
    ("2027-07-10T09:59", "2027-07-10T12:00", "9 11:00", "9 19:00", "10 10:09", "10 13:00"),
    ("2027-07-10T06:30", "2027-07-10T08:30", "9 11:00", "9 19:00", None, "10 09:30"),
    ("2027-07-10T07:50", "2027-07-10T08:30", "9 11:00", "9 19:00", "10 08:00", "10 09:30"),
    # Over in the night: thanks at 09:00.
    ("2027-07-10T05:00", "2027-07-10T06:30", "9 11:00", "9 19:00", None, "10 09:00"),
    ("2027-07-10T20:55", "2027-07-10T23:30", "9 11:00", "10 08:00", None, "11 09:00"),
    # The clocks go forward on 28 March 2027 and back on 31 October 2027.
    ("2027-03-28T10:00", "2027-03-28T12:00", "27 11:00", "28 08:00", "28 10:10", "28 13:00"),
    ("2027-03-29T10:00", "2027-03-29T12:00", "28 11:00", "29 08:00", "29 10:10", "29 13:00"),
    ("2027-03-28T06:30", "2027-03-28T09:00", "27 11:00", "27 19:00", None, "28 10:00"),
    ("2027-10-31T10:00", "2027-10-31T12:00", "30 11:00", "31 08:00", "31 10:10", "31 13:00"),
    ("2027-11-01T09:00", "2027-11-01T11:00", "31 11:00", "31 19:00", "1 09:10", "1 12:00"),
    # 29 March 2026 and 25 October 2026, Sundays as well.
    ("2026-03-29T11:00", "2026-03-29T13:00", "28 11:00", "29 08:00", "29 11:10", "29 14:00"),
    ("2026-10-25T11:00", "2026-10-25T13:00", "24 11:00", "25 08:00", "25 11:10", "25 14:00"),
    # So short that the check-in would come after the end.
    ("2027-07-10T12:00", "2027-07-10T12:10", "9 11:00", "10 08:00", None, "10 13:10"),
]


@pytest.mark.parametrize(("start", "end", "day_before", "morning", "check_in", "thanks"), CASES)
def test_each_reminder_is_due_when_the_clock_in_london_says_so(
    start: str, end: str, day_before: str, morning: str, check_in: str | None, thanks: str
) -> None:
    found = due(start, end)
    assert (found["day_before"], found["morning"], found.get("check_in")) == (day_before, morning, check_in)
    assert found["thanks"] == found["next_ask"] == thanks


def test_the_hour_that_the_clocks_leave_out_moves_no_reminder() -> None:
    """11:00 in London is 11:00 UTC on the 27th and 10:00 UTC on the 28th."""
    before, after = (
        next(timetable(london(f"2027-03-{day}T15:00"), london(f"2027-03-{day}T16:00"))) for day in (28, 29)
    )
    assert before.due_at == datetime(2027, 3, 27, 11, tzinfo=UTC)
    assert after.due_at == datetime(2027, 3, 28, 10, tzinfo=UTC)


def test_tomorrow_is_not_said_when_it_is_today() -> None:
    day_before = next(timetable(london("2027-07-10T10:00"), london("2027-07-10T12:00")))
    assert day_before.useful_until == london("2027-07-09T21:00")


moments = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + minute * timedelta(minutes=1)
)
lengths = st.timedeltas(min_value=timedelta(minutes=5), max_value=12 * HOUR)


@given(starts_at=moments, length=lengths)
def test_no_reminder_is_due_in_the_quiet_hours_or_useless_when_due(starts_at: datetime, length: timedelta) -> None:
    for moment in timetable(starts_at, starts_at + length):
        assert not quiet.is_quiet(moment.due_at), moment
        assert moment.due_at < moment.useful_until, moment


@given(starts_at=moments, length=lengths)
def test_reminders_come_before_and_thanks_come_after(starts_at: datetime, length: timedelta) -> None:
    found = {moment.kind: moment for moment in timetable(starts_at, starts_at + length)}
    assert found["day_before"].due_at < starts_at
    assert starts_at + length < found["thanks"].due_at <= starts_at + length + 22 * HOUR
    if "check_in" in found:
        assert starts_at < found["check_in"].due_at < starts_at + length
    assert found["day_before"].due_at < found["morning"].due_at or starts_at.astimezone(LONDON).hour < 10
