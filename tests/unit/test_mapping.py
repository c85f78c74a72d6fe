"""What a column's heading most likely means, and what a mapping may not say."""

import pytest

from canvassing.register.mapping import LABELS, MappingError, guess, layout_of

GOOD = {
    "name": "Our council",
    "columns": {"district": "Area", "number": "No.", "surname": "Family", "forename": "Given"},
    "address": ["Home"],
    "header": ["Area", "No.", "Family", "Given", "Home"],
}


def test_headings_of_suppliers_and_plain_words_are_guessed() -> None:
    header = [
        "Polling District",
        "Elector No",
        "SURNAME",
        "First Name",
        "Address Line 1",
        "address_2",
        "Post Code",
        "x",
    ]
    assert guess(header) == [
        "district", "number", "surname", "forename", "address", "address", "postcode", "",
    ]  # fmt: skip


def test_no_field_but_the_address_is_guessed_twice() -> None:
    assert guess(["Surname", "Elector Surname", "Address 1", "Address 2"]) == ["surname", "", "address", "address"]


def test_what_is_guessed_is_what_the_form_offers() -> None:
    header = ["PD", "ENO", "Franchise Flag", "Date Of Attainment", "UPRN", "Ward", "ElectorDeletedMonth", "Status"]
    assert set(guess(header)) <= {*LABELS, ""}


def test_a_good_mapping_is_a_layout() -> None:
    assert layout_of(GOOD).columns(GOOD["header"]) is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "a name of its own"),
        ({"name": "eros_full"}, "a name of its own"),
        ({"columns": {**GOOD["columns"], "shoe": "Home"}}, "a file has no shoe"),
        ({"columns": {**GOOD["columns"], "postcode": "Home"}}, "one column is used for two things"),
        ({"columns": {"district": "Area", "surname": "Family", "forename": "Given"}}, "the elector number"),
        ({"columns": {"number": "No.", "surname": "Family", "forename": "Given"}}, "the polling district"),
        ({"columns": {"district": "Area", "number": "No.", "surname": "Family"}}, "surname and forename"),
        ({"address": []}, "the lines of the address"),
        ({"kind": "update"}, "what changed"),
        ({"kind": "nonsense"}, "not what it should be"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(change: dict[str, object], words: str) -> None:
    with pytest.raises(MappingError, match=words):
        layout_of({**GOOD, **change})
