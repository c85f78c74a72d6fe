"""Signed references in links: ours are read, anything else is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.foundation.signed_links import read, sign


def test_it_works() -> None:
    token = sign("booking", 12)
    assert token.startswith("12-")
    assert len(token) == len("12-") + 22
    assert read("booking", token) == 12


@given(st.integers(0, 10**18 - 1))
def test_every_key_comes_back(key: int) -> None:
    assert read("booking", sign("booking", key)) == key


def test_a_token_for_one_thing_opens_no_other() -> None:
    assert read("stop morning", sign("booking", 12)) is None


def test_a_token_for_one_row_opens_no_other() -> None:
    signature = sign("booking", 12).partition("-")[2]
    assert read("booking", f"13-{signature}") is None


def test_another_secret_makes_other_tokens(settings: object) -> None:
    token = sign("booking", 12)
    settings.SECRET_KEY = "another secret that nobody knows"  # type: ignore[attr-defined]
    assert read("booking", token) is None


@pytest.mark.parametrize(
    "token", ["", "-", "12", "12-", "-abc", "١٢-abc", "+12-abc", " 12-abc", "1e3-abc", "9" * 19 + "-abc", "12-żółw"]
)
def test_what_is_not_ours_is_nothing(token: str) -> None:
    assert read("booking", token) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_made_up_text_is_ours_or_an_error(token: str) -> None:
    assert read("booking", token) is None
