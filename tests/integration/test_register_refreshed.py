"""A register refreshed for years: wards and councils, what was done by hand, objections, and what is asked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from campaign.acts.add_door import split_door
from campaign.acts.merge_doors import merge_doors
from campaign.acts.move_door import move_door
from canvassing.doorstep import rebuild
from canvassing.electorate.models import Elector, Household, Objection, PollingDistrict, Street
from canvassing.electorate.objections import object_to_contact
from canvassing.register.models import RegisterImport, ReviewItem
from tests.factories.register import AT, EDITION, Person, bring_in, street_of, write, written_rows
from tests.factories.register_layouts import democracy_counts, write_rows
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

Import = Callable[..., RegisterImport]
NEXT_EDITION = EDITION.replace(year=2027)


@pytest.fixture
def give(tmp_path: Path) -> Import:
    def give(people: list[Person], **wishes: object) -> RegisterImport:
        record = bring_in(write(tmp_path / "register.tsv", people), **wishes)
        assert rebuild.differences() == []
        return record

    return give


# Wards and councils


def test_a_district_that_lies_in_another_ward_now_is_moved_and_said(tmp_path: Path) -> None:
    def with_ward(ward: str) -> Path:
        header, *rows = democracy_counts(street_of(4))
        return write_rows(tmp_path / "dc.csv", [[*header, "Ward"], *([*cells, ward] for cells in rows)])

    bring_in(with_ward("Old Ward"))
    before = PollingDistrict.objects.get()
    assert bring_in(with_ward("OLD WARD")).report["problems"] == []
    record = bring_in(with_ward("New"))
    assert record.report["problems"][0]["reason"] == "polling district TA lies in the ward New now, not in Old Ward."
    district = PollingDistrict.objects.get()
    assert (district.pk, str(district.ward)) == (before.pk, "New")


def test_two_councils_with_one_district_code_stay_apart(give: Import) -> None:
    mine, theirs = street_of(10), [replace(one, surname=f"Other{one.number}", forename="Olga") for one in street_of(10)]
    give(mine, council="North Borough")
    refused = give(theirs, council="North Borough")
    assert "looks renumbered" in refused.report["refused"]
    record = give(theirs, council="South Borough")
    assert record.report["electors"] == {"added": 10, "changed": 0, "gone": 0, "unchanged": 0, "total": 20}
    assert set(PollingDistrict.objects.values_list("council", "code")) == {
        ("North Borough", "TA"), ("South Borough", "TA")
    }  # fmt: skip
    before = written_rows()
    give(mine, council="North Borough")
    give(theirs, council="South Borough")
    assert written_rows() == before


# What was done by hand


def door(label: str) -> Household:
    return Household.objects.standing().get(label=label)


def test_doors_merged_by_hand_stay_merged(give: Import) -> None:
    give(street_of(10))
    merge_doors(keep=door("1"), other=door("2"), by=UserFactory(agent=True), at=AT)
    before = written_rows()
    assert give(street_of(10)).report["electors"]["unchanged"] == 10
    assert written_rows() == before
    assert door("1").electors.living().count() == 4
    give(street_of(10), edition=NEXT_EDITION)
    assert door("1").electors.living().count() == 4


def test_a_door_moved_by_hand_stays_where_it_was_put(give: Import) -> None:
    give([*street_of(10), *street_of(4, street="Side Street", first=11)])
    moved, side = door("5"), Street.objects.get(name="Side Street")
    move_door(door=moved, street=side, label="5A", by=UserFactory(agent=True), at=AT)
    before = written_rows()
    give([*street_of(10), *street_of(4, street="Side Street", first=11)])
    assert written_rows() == before
    moved.refresh_from_db()
    assert (moved.street, moved.label, moved.electors.living().count()) == (side, "5A", 2)


def test_somebody_put_at_another_door_stays_until_the_register_prints_another(give: Import) -> None:
    people = street_of(10)
    give(people)
    printed = door("1")
    mover = printed.electors.order_by("pk")[0]
    new = split_door(door=printed, label="1B", people=[mover], by=UserFactory(agent=True), at=AT).door
    before = written_rows()
    give(people)
    assert written_rows() == before
    give(people, edition=NEXT_EDITION)
    mover.refresh_from_db()
    assert (mover.household, mover.printed_household) == (new, printed)
    give([replace(people[0], address=("4 Test Street", "London")), *people[1:]], edition=NEXT_EDITION)
    mover.refresh_from_db()
    assert (mover.household, mover.printed_household) == (door("4"), None)


# Objections


def test_an_objection_survives_leaving_and_coming_back_as_a_new_row(give: Import) -> None:
    people = street_of(10)
    give(people)
    elector = Elector.objects.get(number="1")
    object_to_contact(elector=elector, by=UserFactory(agent=True), at=AT)
    give(people[1:])
    elector.refresh_from_db()
    assert elector.gone_at is not None
    Elector.objects.filter(pk=elector.pk).update(name_key="", surname="", forename="")
    back = give([replace(people[0], number=77), *people[1:]])
    assert back.report["electors"]["added"] == 1
    now = Elector.objects.living().get(number="77")
    assert now.pk != elector.pk
    assert Objection.objects.standing().get().elector_id == now.pk


# What is asked


def test_one_who_left_and_one_who_came_with_the_same_forename_are_asked_about(give: Import) -> None:
    people = street_of(10)
    give(people)
    before = Elector.objects.get(number="1")
    record = give([replace(people[0], number=55, surname="Married"), *people[1:]])
    assert record.report["electors"] == {"added": 1, "changed": 0, "gone": 1, "unchanged": 9, "total": 10}
    item = ReviewItem.objects.get()
    assert (item.kind, item.elector_id, item.other_elector.number, item.confidence) == (
        "same_person", before.pk, "55", 70,
    )  # fmt: skip


def test_a_surname_alone_is_no_reason_to_ask(give: Import) -> None:
    family = [Person(1, "Tester", "Ann"), Person(2, "Tester", "Bob"), *street_of(8, first=3)]
    give(family)
    record = give([Person(9 + 90, "Tester", "Cid"), *family[1:]])
    assert (record.report["review"], record.report["electors"]["added"]) == (0, 1)


def test_two_of_one_name_at_one_door_are_told_apart_by_order_and_asked_about_in_a_new_edition(give: Import) -> None:
    father, son = Person(7, "Smith", "John"), Person(8, "Smith", "John")
    give([father, son, *street_of(10, first=20)])
    first, second = Elector.objects.filter(surname="Smith").order_by("number")
    record = give([replace(son, number=41), replace(father, number=40), *street_of(10, first=20)], edition=NEXT_EDITION)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.number, second.number) == ("40", "41")
    assert record.report["review"] == 1
    item = ReviewItem.objects.get()
    assert (item.kind, item.elector_id, item.other_elector_id) == ("namesakes", first.pk, second.pk)
