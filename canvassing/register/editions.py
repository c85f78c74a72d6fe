"""Which edition of the register a file belongs to: the 1 December its elector numbers begin. Pure.

Source: section 13(1) of the Representation of the People Act 1983, a revised register by 1 December each year.
"""

import re
from collections.abc import Iterable
from datetime import date

from canvassing.register import days

PUBLISHED = re.compile(r"publi|dated?|as at|register of|register on", re.IGNORECASE)
DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|(?<![0-9-])[0-9]{1,2}(?:st|nd|rd|th)?[-/. ](?:[0-9]{1,2}|[A-Za-z]{3,9})[-/. ]{1,2}[0-9]{4}"
)


class EditionError(Exception):
    """Why a file cannot have an edition; fit to show to a person."""


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


def dated(titles: Iterable[str]) -> date | None:
    """The day that a file says of itself above its header, as in "Date Published: 01/12/2026"."""
    for title in titles:
        if PUBLISHED.search(title) and (found := DATE.search(title)) and (day := days.day_of(found[0])):
            return day
    return None


def of_full_file(*, said: date | None, dated: date | None, current: date | None, today: date, district: str) -> date:
    """The edition a full file has for one polling district.

    What the agent `said`; else the one in force on the day the file is `dated`; else the later of the district's
    `current` edition and the one in force `today`. Raises EditionError for one older than the current or too far ahead.
    """
    edition = said or (beginning(dated) if dated else max(current or date.min, beginning(today)))
    if current and edition < current:
        of_file = f"the file is dated {dated:%-d %B %Y}, so it is of" if dated and not said else "this would be"
        raise EditionError(
            f"polling district {district} is at the edition of {current:%-d %B %Y}; {of_file} the edition of "
            f"{edition:%-d %B %Y}, which is older."
        )
    coming = next_after(today)
    if edition > coming and edition != current:
        raise EditionError(
            f"the edition of {edition:%-d %B %Y} is too far ahead: the next one begins on {coming:%-d %B %Y}. Say "
            "which edition the file belongs to."
        )
    return edition
