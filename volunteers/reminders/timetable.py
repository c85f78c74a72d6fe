"""When each reminder of a session is due, and until when it is of use: from times on the clock in London. Pure.

Stored moments are UTC; the clock decides, so 11:00 is 11:00 in March and in October.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from campaign.foundation.election_dates import LONDON
from volunteers.messaging import quiet

DAY_BEFORE, MORNING, EVENING_BEFORE = time(11), time(8), time(19)
EARLY = time(10)  # sessions before that get their morning message the evening before
EVENING, NEXT_MORNING = time(20), time(9)
AFTER_THE_START, AFTER_THE_END = timedelta(minutes=10), timedelta(hours=1)
THANKS_LAST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Moment:
    """One reminder: its kind, when it is due, and when it is no use any more; both in UTC."""

    kind: str
    due_at: datetime
    useful_until: datetime


def timetable(starts_at: datetime, ends_at: datetime) -> Iterator[Moment]:
    """Every reminder of a session between these moments, in order. What is past is for the planner to leave out."""
    day = starts_at.astimezone(LONDON).date()
    yesterday = day - timedelta(days=1)
    yield Moment("day_before", _on(yesterday, DAY_BEFORE), _on(yesterday, quiet.BEGINS))
    early = starts_at.astimezone(LONDON).time() < EARLY
    yield Moment("morning", _on(yesterday, EVENING_BEFORE) if early else _on(day, MORNING), starts_at)
    check_in = starts_at + AFTER_THE_START
    if not quiet.is_quiet(check_in) and check_in < ends_at:
        yield Moment("check_in", check_in, ends_at)
    thanks = _thanks(ends_at)
    yield Moment("thanks", thanks, thanks + THANKS_LAST)
    yield Moment("next_ask", thanks, thanks + THANKS_LAST)


def _thanks(ends_at: datetime) -> datetime:
    """An hour after the end, in the evening not after 20:00 but at 09:00 the next day."""
    after = (ends_at + AFTER_THE_END).astimezone(LONDON)
    if quiet.ENDS <= after.time() <= EVENING:
        return after.astimezone(UTC)
    day = after.date() if after.time() < quiet.ENDS else after.date() + timedelta(days=1)
    return _on(day, NEXT_MORNING)


def _on(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON).astimezone(UTC)
