"""The dates the law sets, counted back from polling day in working days. A proposal: the Returning Officer decides."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

LONDON = ZoneInfo("Europe/London")
ENGLAND_AND_WALES = frozenset({BankHolidays.ENGLAND_AND_WALES})
UNITED_KINGDOM = frozenset(BankHolidays.ALL_DIVISIONS)
SATURDAY = 5

# Name, working days before polling day, time of day, whose bank holidays count.
# Sources: Representation of the People Act 1983, schedule 1, rules 1 and 2 (a general election leaves out a bank
# holiday anywhere in the United Kingdom) and section 13B (registration); Representation of the People (England and
# Wales) Regulations 2001, regulation 56 (absent votes); Voter Identification Regulations 2022.
RULES: tuple[tuple[str, int, time, frozenset[str]], ...] = (
    ("dissolution", 25, time(0, 1), UNITED_KINGDOM),
    ("notice", 22, time(16, 0), UNITED_KINGDOM),
    ("nominations", 19, time(16, 0), UNITED_KINGDOM),
    ("registration", 12, time(23, 59), ENGLAND_AND_WALES),
    ("postal", 11, time(17, 0), UNITED_KINGDOM),
    ("proxy", 6, time(17, 0), UNITED_KINGDOM),
    ("voter_id", 6, time(17, 0), UNITED_KINGDOM),
    ("final_notice", 5, time(23, 59), ENGLAND_AND_WALES),
    ("emergency_proxy", 0, time(17, 0), UNITED_KINGDOM),
    ("poll_opens", 0, time(7, 0), UNITED_KINGDOM),
    ("poll_closes", 0, time(22, 0), UNITED_KINGDOM),
)


@cache
def _bank_holidays(divisions: frozenset[str]) -> frozenset[date]:
    """The holidays in the library's bundled file; it is never asked to fetch them."""
    known = BankHolidays(use_cached_holidays=True)
    return frozenset(holiday["date"] for division in divisions for holiday in known.get_holidays(division=division))


def holiday_horizon() -> date:
    """The last day whose bank holidays are known; a polling day after it is counted without New Year or Easter."""
    return min(max(_bank_holidays(frozenset({division}))) for division in UNITED_KINGDOM)


def is_working_day(day: date, divisions: frozenset[str] = UNITED_KINGDOM) -> bool:
    """Whether `day` counts: not a Saturday, Sunday, Christmas Eve, Christmas Day, Good Friday or bank holiday.

    Days of thanksgiving or mourning cannot be known beforehand and are left to the agent.
    """
    christmas = day.month == 12 and day.day in {24, 25}
    return day.weekday() < SATURDAY and not christmas and day not in _bank_holidays(divisions)


def working_days_before(polling_day: date, count: int, divisions: frozenset[str] = UNITED_KINGDOM) -> date:
    """The day `count` working days before `polling_day`; `polling_day` itself when `count` is 0."""
    day = polling_day
    for _ in range(count):
        day = next(earlier for earlier in _days_before(day) if is_working_day(earlier, divisions))
    return day


def _days_before(day: date) -> Iterator[date]:
    while True:
        day -= timedelta(days=1)
        yield day


def deadlines(polling_day: date) -> dict[str, datetime]:
    """Every deadline of a general election by name, as London wall time.

    The names are those of `campaign.details.models.Deadline.Kind`.
    """
    return {
        name: datetime.combine(working_days_before(polling_day, count, divisions), at, tzinfo=LONDON)
        for name, count, at, divisions in RULES
    }
