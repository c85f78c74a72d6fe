"""Doors as street lists write them: counts, runs on one side, flats, names; and what cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvassing.register.door_numbers import DoorNumbersError, DoorsSaid, read_doors


def labels(text: str) -> list[str]:
    said = read_doors(text)
    assert said is not None
    return list(said.labels)


@pytest.mark.parametrize("text", ["82", " 82 ", "82.0", "82 doors", "82 Households"])
def test_one_number_is_a_count(text: str) -> None:
    assert read_doors(text) == DoorsSaid(82)


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_says_nothing(text: str) -> None:
    assert read_doors(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-7 odd", ["1", "3", "5", "7"]),
        ("2-8 even", ["2", "4", "6", "8"]),
        ("2–8 evens", ["2", "4", "6", "8"]),  # noqa: RUF001
        ("1 to 5 (odd numbers only)", ["1", "3", "5"]),
        ("1-4", ["1", "2", "3", "4"]),
        ("nos 1-3", ["1", "2", "3"]),
        ("12A", ["12A"]),
        ("82;", ["82"]),
        ("1, 3, 5-7", ["1", "3", "5", "6", "7"]),
        ("1-5 odd, 2-4 even", ["1", "3", "5", "2", "4"]),
        ("12/14", ["12/14"]),
        ("Flat 1-3, Rose Court", ["Flat 1, Rose Court", "Flat 2, Rose Court", "Flat 3, Rose Court"]),
        ("Flats 1 to 2 Rose Court", ["Flat 1 Rose Court", "Flat 2 Rose Court"]),
        ("Flat 1-2, 14", ["Flat 1, 14", "Flat 2, 14"]),
        ("1-2 Rose Court", ["1 Rose Court", "2 Rose Court"]),
        ("The Lodge; 3; 3", ["The Lodge", "3"]),
        (
            "1-5 odd; 2-4 even; 12A; Flat 1-2, Rose Court",
            ["1", "3", "5", "2", "4", "12A", "Flat 1, Rose Court", "Flat 2, Rose Court"],
        ),
    ],
)
def test_doors_are_named_one_by_one(text: str, expected: list[str]) -> None:
    assert labels(text) == expected
    assert read_doors(text) == DoorsSaid(len(expected), tuple(expected))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("45-1 odd", "runs backwards"),
        ("1-99999", "too long a run"),
        ("1-1900; 2001-2300", "no street has more than 2,000"),
        ("1, 3, The Lodge", "Put a semicolon"),
        ("Feb-40", "is a date"),
        ("12-Jan", "is a date"),
        ("01/12/2027", "is a date"),
        ("2027-12-01 00:00:00", "is a date"),
        ("?; -", "names no door"),
        ("x" * 10_001, "too long"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(text: str, words: str) -> None:
    with pytest.raises(DoorNumbersError, match=words):
        read_doors(text)


@given(st.integers(1, 900), st.integers(0, 900), st.sampled_from(["odd", "even"]))
def test_a_run_on_one_side_holds_that_side_and_nothing_else(first: int, more: int, side: str) -> None:
    found = [int(label) for label in labels(f"{first}-{first + more} {side};")]
    assert found == [n for n in range(first, first + more + 1) if n % 2 == (side == "odd")]


@given(st.text(max_size=60))
def test_nothing_breaks_it(text: str) -> None:
    try:
        said = read_doors(text)
    except DoorNumbersError:
        return
    assert said is None or len(said.labels) in (0, said.count)
