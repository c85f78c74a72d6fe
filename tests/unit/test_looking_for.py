"""What the search box reads in a text: several readings of one, and none that would be a pattern."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvassing.electorate.spelling import person_key
from canvassing.insight.looking_for import Number, Place, names, read

TEXTS = st.text(max_size=150)
NAMES = st.text(st.sampled_from("abcdefg é'-"), min_size=3, max_size=20)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("AD-203", Number("AD", "203", "")),
        ("ad 203/1", Number("AD", "203", "1")),
        ("AD203", Number("AD", "203", "")),
        ("N1-203", Number("N1", "203", "")),
        ("203", Number("", "203", "")),
        ("14 thorne park", None),
        ("N1 4DL", None),
        ("smith", None),
    ],
)
def test_elector_numbers(typed: str, number: Number | None) -> None:
    assert read(typed).number == number


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("14 thorne park", Place("thornepark", "14", 14)),
        ("14a Thorne Pk, N1 4DL", Place("thornepark", "14a")),
        ("flat 3 14a thorne park", Place("thornepark", "14a#3")),
        ("thorne park", Place("thornepark")),
        ("1st avenue", Place("1stavenue")),
        ("AD-203", None),
        ("N1 4DL", None),
        ("t", None),
    ],
)
def test_places(typed: str, place: Place | None) -> None:
    assert read(typed).place == place


@pytest.mark.parametrize(
    ("typed", "postcode"),
    [
        ("n14dl", "N1 4DL"),
        ("N1 4", "N1 4"),
        ("n1 4d", "N1 4D"),
        ("n1", "N1 "),
        ("14 thorne park n1 4dl", ""),
        ("4", ""),
    ],
)
def test_postcodes(typed: str, postcode: str) -> None:
    assert read(typed).postcode == postcode


def test_one_text_has_several_readings() -> None:
    found = read("N1 4")
    assert (found.number, found.postcode) == (Number("N1", "4", ""), "N1 4")
    found = read("thorne park")
    assert "park thorne" in found.names
    assert found.place == Place("thornepark")


@given(TEXTS)
def test_whatever_is_typed_is_read_and_is_no_pattern(typed: str) -> None:
    found = read(typed)
    begins = [*found.names, found.postcode, found.place.street if found.place else ""]
    assert not any(sign in begin for begin in begins for sign in "%_\\")
    assert all(found.names)


@given(NAMES, NAMES)
def test_a_person_is_found_with_the_forename_before_or_behind(surname: str, forename: str) -> None:
    whole = person_key(surname, forename)
    if len(f"{surname} {forename}".split()) > 5 or not person_key(surname, "") or not person_key(forename, ""):
        return
    for typed in (f"{forename} {surname}", f"{surname} {forename}"):
        assert whole in names(" ".join(typed.split())) or not names(typed)
