"""Mobile numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteers.people.accounts import mobile


@pytest.mark.parametrize(
    "typed",
    ["07700 900123", "+44 7700 900123", "+447700900123", "(07700) 900-123", "0044 7700 900123", " 07700900123 "],
)
def test_a_british_number_is_one_number_however_it_is_written(typed) -> None:
    assert mobile(typed) == "+447700900123"


def test_a_number_of_another_country_stays_there() -> None:
    assert mobile("+353 85 012 3456") == "+353850123456"


@pytest.mark.parametrize(
    "typed", ["", "07700", "ask my brother", "0770090012", "077009001234567890", "\x00", "+", "9" * 5000]
)
def test_what_is_no_whole_number_is_none(typed) -> None:
    assert mobile(typed) == ""


@given(st.text())
def test_no_text_breaks_it_and_what_it_gives_it_takes_again(typed) -> None:
    number = mobile(typed)
    assert number == "" or mobile(number) == number
