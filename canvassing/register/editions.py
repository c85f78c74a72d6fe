"""Which edition of the register a file belongs to: the 1 December its elector numbers begin. Pure.

Source: section 13(1) of the Representation of the People Act 1983, a revised register by 1 December each year.
"""

from datetime import date


def beginning(day: date) -> date:
    """The edition in force on `day`."""
    year = day.year if (day.month, day.day) >= (12, 1) else day.year - 1
    return date(year, 12, 1)


def next_after(day: date) -> date:
    """The edition that begins on the next 1 December after `day`: the latest that a file can have."""
    current = beginning(day)
    return current.replace(year=current.year + 1)


def is_edition(day: date) -> bool:
    return (day.month, day.day) == (12, 1)


def of_full_file(*, said: date | None, current: date | None, today: date) -> date:
    """The edition a full file without a date of its own has for one polling district.

    What the agent `said`; else the later of the district's `current` edition and the one in force `today`.
    """
    if said is not None:
        return said
    return max(current or date.min, beginning(today))
