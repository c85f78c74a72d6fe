"""Which day a moment belongs to: days are London's, wherever the server stands."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(moment: datetime) -> date:
    """The day on the calendar in London at `moment`, which must carry its zone."""
    return moment.astimezone(LONDON).date()
