"""What a second file does to the register: nobody is lost, nobody twice, ids stay."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db.models import Sum

from campaign.areas.models import Constituency
from canvassing.electorate.address import door
from canvassing.electorate.models import Elector, Household, Street
from canvassing.progress.models import DailyDelta, ElectorState, HouseholdState
from canvassing.register.models import RegisterImport
from tests.factories.register import AT, Person, anonymous, as_text, bring_in, street_of, write, written_rows

pytestmark = pytest.mark.django_db

Import = Callable[..., RegisterImport]


@pytest.fixture
def give(tmp_path: Path) -> Import:
    """`give(people)`: import a file of these people and expect it to be done."""

    def give(people: list[Person], **wishes: object) -> RegisterImport:
        record = bring_in(write(tmp_path / "register.tsv", people), **wishes)
        assert record.state == "done", record.report
        return record

    return give


def effects(record: RegisterImport) -> tuple[int, int, int, int]:
    electors = record.report["electors"]
    return electors["added"], electors["changed"], electors["gone"], electors["unchanged"]


def ids() -> dict[str, int]:
    return dict(Elector.objects.living().values_list("number", "pk"))


def totals() -> tuple[int, int]:
    sums = DailyDelta.objects.aggregate(doors=Sum("doors"), electors=Sum("electors"))
    return sums["doors"], sums["electors"]


def test_who_is_left_out_is_gone_and_the_empty_door_no_longer_stands(give: Import) -> None:
    people = street_of(20)
    give(people)
    assert effects(give(people[:-2])) == (0, 0, 2, 18)
    assert Elector.objects.exclude(gone_at=None).count() == 2
    assert set(Elector.objects.exclude(gone_at=None).values_list("gone_at", flat=True)) == {AT}
    empty = HouseholdState.objects.get(household__label="10")
    assert not empty.standing
    assert ElectorState.objects.filter(living=False).count() == 2
    assert totals() == (9, 18)


def test_visits_to_a_door_survive_its_people(give: Import) -> None:
    people = street_of(20)
    give(people)
    visited = HouseholdState.objects.filter(household__label="10")
    visited.update(attempts=2, answers=1, last_outcome="answered", last_at=AT)
    talked_to = ElectorState.objects.filter(elector__number="19")
    talked_to.update(conversations=1, reached_at=AT)
    give(people[:-2])
    assert DailyDelta.objects.aggregate(Sum("doors_tried"), Sum("electors_reached"), Sum("attempts")) == {
        "doors_tried__sum": 0, "electors_reached__sum": 0, "attempts__sum": 2,
    }  # fmt: skip
    give(people)
    assert visited.values_list("standing", "attempts", "answers").get() == (True, 2, 1)
    assert talked_to.values_list("living", "conversations").get() == (True, 1)
    assert DailyDelta.objects.aggregate(Sum("doors_tried"), Sum("electors_reached"), Sum("attempts")) == {
        "doors_tried__sum": 1, "electors_reached__sum": 1, "attempts__sum": 2,
    }  # fmt: skip


def test_who_comes_back_gets_the_old_row(give: Import) -> None:
    people = street_of(20)
    give(people)
    before = ids()
    give(people[:-2])
    assert effects(give(people)) == (2, 0, 0, 18)
    assert ids() == before
    assert totals() == (10, 20)


def test_a_new_elector_is_added_at_a_known_door(give: Import) -> None:
    people = street_of(20)
    give(people)
    record = give([*people, Person(21, "Newcomer", "Noor", people[0].address)])
    assert effects(record) == (1, 0, 0, 20)
    assert record.report["households"] == {"added": 0, "total": 10}
    assert Household.objects.get(label="1").electors.count() == 3


@pytest.mark.parametrize(
    "change",
    [
        {"surname": "Married"},
        {"forename": "Tessa"},
        {"marker": "G"},
        {"attains_on": "01-Jan-2027"},
        {"address": ("7 Test Street", "London")},
    ],
    ids=str,
)
def test_a_change_keeps_the_row(give: Import, change: dict[str, object]) -> None:
    people = street_of(20)
    give(people)
    before = ids()
    assert effects(give([replace(people[0], **change), *people[1:]])) == (0, 1, 0, 19)
    assert ids() == before


@pytest.mark.parametrize(
    "change",
    [
        {"surname": "Somebody", "forename": "Else"},
        {"surname": "Married", "address": ("9 Test Street", "London")},
    ],
    ids=str,
)
def test_another_person_under_the_number_is_another_row(give: Import, change: dict[str, object]) -> None:
    people = street_of(20)
    give(people)
    before = ids()
    assert effects(give([replace(people[0], **change), *people[1:]])) == (1, 0, 1, 19)
    assert ids()["1"] != before["1"]
    assert Elector.objects.get(pk=before["1"]).gone_at == AT


def test_nothing_leads_from_an_anonymous_entry_to_its_old_door(give: Import) -> None:
    people = street_of(20)
    give(people)
    before = ids()
    assert effects(give([anonymous(1), *people[1:]])) == (1, 0, 1, 19)
    now = Elector.objects.living().get(number="1")
    assert now.pk != before["1"]
    assert (now.anonymous, now.household, now.surname) == (True, None, "")


def test_other_districts_are_left_alone(give: Import) -> None:
    give([*street_of(20), *street_of(20, district="TB")])
    assert effects(give(street_of(20))) == (0, 0, 0, 20)
    assert Elector.objects.living().count() == 40


def test_all_files_of_one_command_are_one_import(tmp_path: Path) -> None:
    north = write(tmp_path / "north.tsv", street_of(10))
    south = write(tmp_path / "south.tsv", street_of(10, first=11))
    bring_in(north, south)
    again = bring_in(north, south)
    assert effects(again) == (0, 0, 0, 20)
    assert again.report["encoding"] == "utf-8"


def test_rows_of_one_number_collapse_when_equal_and_the_first_stands_when_not(give: Import) -> None:
    people = street_of(10)
    record = give([*people, people[0], replace(people[1], surname="Second"), people[0]])
    assert effects(record) == (10, 0, 0, 0)
    assert record.report["rows"] == 13
    assert record.report["problems"] == [
        {
            "file": "register.tsv",
            "line": 13,
            "reason": "this row's elector number stands on line 3 with other details; that one counts.",
        }
    ]
    assert Elector.objects.get(number="2").surname == "Tester2"


def test_a_suffix_makes_another_number_and_zero_makes_none(give: Import) -> None:
    people = street_of(10)
    give([*people, replace(people[0], surname="Inserted", suffix="1")])
    assert set(Elector.objects.filter(number="1").values_list("suffix", flat=True)) == {"", "1"}


def test_rows_with_problems_are_named_by_line_and_the_rest_is_imported(give: Import) -> None:
    people = street_of(10)
    odd = [
        replace(people[0], number=""),
        replace(people[0], number="1" * 13),
        replace(people[0], number=12, attains_on="soon"),
        replace(people[0], number=13, surname="X" * 101),
    ]
    record = give([*people, *odd])
    assert effects(record) == (12, 0, 0, 0)
    assert [problem["line"] for problem in record.report["problems"]] == [12, 13, 14, 15]
    assert "Tester" not in str(record.report)
    assert record.report["attainers"] == 0


@pytest.mark.parametrize("text", ["01-Jan-2027", "01-Jan-27", "01/01/2027", "1 January 2027"])
def test_the_day_of_attainment_is_read_in_every_form(give: Import, text: str) -> None:
    record = give([Person(1, attains_on=text)])
    assert record.report["attainers"] == 1
    assert Elector.objects.get().attains_on == date(2027, 1, 1)


def test_electors_without_an_address_have_no_door(give: Import) -> None:
    record = give([*street_of(4), Person(5, "Service", "Voter", ()), anonymous(6)])
    assert record.report["without_address"] == 2
    assert record.report["markers"] == {"": 5, "N": 1}
    assert Elector.objects.get(number="5").household is None
    assert ElectorState.objects.get(elector__number="5").street is None


@pytest.mark.parametrize("marker", ["N", "n", "GN", "Ng", "B/N"])
def test_bug_only_exactly_n_was_anonymous(give: Import, marker: str) -> None:
    record = give([*street_of(4), Person(5, "Hidden", "Heidi", marker=marker)])
    hidden = Elector.objects.get(number="5")
    assert (hidden.anonymous, hidden.surname, hidden.forename, hidden.name_key) == (True, "", "", "")
    assert (hidden.household, hidden.marker) == (None, marker)
    assert record.report["problems"] == []


def test_an_unknown_marker_is_told_once_and_blocks_nothing(give: Import) -> None:
    people = street_of(6)
    markers = ["G", "g", "Q", "Q", "GQ", "BG"]
    record = give([replace(person, marker=marker) for person, marker in zip(people, markers, strict=True)])
    assert [(problem["line"], problem["reason"]) for problem in record.report["problems"]] == [
        (4, "the marker Q is unknown here: ask the council what it means."),
        (6, "the marker GQ is unknown here: ask the council what it means."),
    ]
    assert record.report["markers"] == {"BG": 1, "G": 1, "GQ": 1, "Q": 2, "g": 1}
    assert Elector.objects.living().exclude(household=None).count() == 6


@pytest.mark.parametrize("title", ["OTHER ELECTORS", "Other  electors", "\u00a0OTHER ELECTORS"])
def test_bug_a_section_s_title_in_the_address_became_a_door(give: Import, title: str) -> None:
    record = give([*street_of(4), Person(5, "Service", "Voter", (title,)), Person(6, "Over", "Seas", (title,), "")])
    assert record.report["without_address"] == 2
    assert set(Elector.objects.filter(number__in=["5", "6"]).values_list("household", flat=True)) == {None}
    assert record.report["streets"]["total"] == 1


def test_a_last_row_of_that_section_without_line_end_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "register.tsv"
    row = as_text([Person(1, "Service", "Voter", ("OTHER ELECTORS",), "")])
    path.write_bytes(row.removesuffix("\r\n").encode())
    assert bring_in(path).state == "done"


# Doors known before the register


@pytest.mark.parametrize("origin", [Household.Origin.DOOR, Household.Origin.STREETS])
def test_a_door_known_before_becomes_the_registers_door_with_its_id(give: Import, origin: str) -> None:
    give(street_of(20))
    typed = door("14 a")
    known = Household.objects.create(
        constituency=Constituency.objects.get(), street=Street.objects.get(), label="14 a", origin=origin,
        address_key=typed.address_key, sort_key=typed.sort_key, house_number=14,
    )  # fmt: skip
    record = give([*street_of(20), Person(21, address=("14A TEST STREET", "London"), postcode="N1 1AB")])
    known.refresh_from_db()
    assert (known.origin, known.label, known.postcode) == (Household.Origin.REGISTER, "14A", "N1 1AB")
    assert known.electors.get().number == "21"
    assert record.report["households"] == {"added": 0, "total": 11}
    assert HouseholdState.objects.get(household=known).standing


def test_doors_and_streets_from_elsewhere_count_while_nobody_is_registered_there(give: Import) -> None:
    give(street_of(20))
    street = Street.objects.get()
    Household.objects.create(
        constituency=Constituency.objects.get(), street=street, label="99", address_key="99", sort_key="000099!!!",
        origin=Household.Origin.DOOR,
    )  # fmt: skip
    Street.objects.create(
        polling_district=street.polling_district, name="Other Street", name_key="otherstreet",
        origin=Street.Origin.STREETS,
    )  # fmt: skip
    record = give(street_of(20))
    assert record.report["households"]["total"] == 11
    assert record.report["streets"]["total"] == 2
    assert totals() == (11, 20)


def test_people_move_to_the_door_that_a_merged_one_points_to(give: Import) -> None:
    people = street_of(20)
    give(people)
    one, two = Household.objects.get(label="1"), Household.objects.get(label="2")
    Elector.objects.filter(household=two).update(household=one)
    Household.objects.filter(pk=two.pk).update(merged_into=one)
    before = written_rows()["Elector"]
    assert effects(give(people)) == (0, 0, 0, 20)
    assert written_rows()["Elector"] == before
    assert not HouseholdState.objects.get(household=two).standing
