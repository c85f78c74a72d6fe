"""How a moment of the day is said to an organiser."""

from datetime import datetime

from django.utils.timezone import localtime


def clock(moment: datetime, at: datetime) -> str:
    """ "18:02" for a moment of the same London day as `at`, "Tue 3 June 18:02" for another."""
    local = localtime(moment)
    same_day = local.date() == localtime(at).date()
    return f"{local:%H:%M}" if same_day else f"{local:%a} {local.day} {local:%B %H:%M}"
