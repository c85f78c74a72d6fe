"""When the invented campaign's polling day is."""

from datetime import date, timedelta

import pytest

from campaign.demo.facts import polling_day


@pytest.mark.parametrize("days", range(14))
def test_polling_day_is_the_first_thursday_from_five_weeks_on(days: int) -> None:
    today = date(2027, 4, 1) + timedelta(days=days)
    found = polling_day(today)
    assert found.strftime("%A") == "Thursday"
    assert timedelta(days=35) <= found - today < timedelta(days=42)
