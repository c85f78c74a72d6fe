"""Days as councils' files write them. Pure."""

import re
from datetime import date

DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]([0-9]{1,2}|[A-Za-z]{3,9})[-/. ]{1,2}([0-9]{4}|[0-9]{2})")
BACKWARDS = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.]+)?")  # as databases write them
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day_of(text: str) -> date | None:
    """The day in `text`: "01-Jan-2000", "01-Jan-06" (this century), "01/01/2000", "1st January 2000", "2000-01-01".

    None for anything else.
    """
    found = DAY.fullmatch(BACKWARDS.sub(r"\3/\2/\1", text))
    if found is None:
        return None
    month = found[2][:3].lower()
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
    try:
        return date(year, int(month) if month.isdecimal() else MONTHS.index(month) + 1, int(found[1]))
    except ValueError:
        return None
