"""Quiet hours: from 21:00 to 08:00 in London we start no message. Pure."""

from datetime import UTC, datetime, time, timedelta

from campaign.foundation.election_dates import LONDON

BEGINS, ENDS = time(21), time(8)


def is_quiet(at: datetime) -> bool:
    """Whether `at` lies in the quiet hours."""
    clock = at.astimezone(LONDON).time()
    return clock >= BEGINS or clock < ENDS


def end_of_quiet(at: datetime) -> datetime:
    """The next 08:00 in London after `at`, in UTC, whatever the clocks do that night."""
    local = at.astimezone(LONDON)
    day = local.date() if local.time() < ENDS else local.date() + timedelta(days=1)
    return datetime.combine(day, ENDS, LONDON).astimezone(UTC)


def waking(at: datetime) -> datetime:
    """`at`, or the end of the quiet hours it lies in."""
    return end_of_quiet(at) if is_quiet(at) else at
