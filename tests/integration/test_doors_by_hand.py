"""Doors added, moved and split by hand: the row stays, a signpost stays where it was, and a re-import keeps it all."""

from pathlib import Path

import pytest

from campaign.acts.add_door import add_door, split_door
from campaign.acts.by_hand import DoorError
from campaign.acts.move_door import move_door
from campaign.audit.models import AuditEvent
from canvassing.doorstep.rebuild import differences
from canvassing.electorate.models import Elector, Household, Objection, Street
from canvassing.progress.models import ElectorState, HouseholdState
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose
from tests.factories.canvassing import AT, ElectorFactory, PollingDistrictFactory, StreetFactory, walk_of
from tests.factories.doorstep import Clock, homes, phone_on, statuses, totals
from tests.factories.register import Person, bring_in, street_of, write
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def add(street: Street, label: str) -> Household:
    return add_door(street=street, label=label, by=None, at=AT).door


def move(door: Household, street: Street | None = None, label: str = "", **wish: bool) -> Household:
    stands = move_door(door=door, street=street or door.street, label=label or door.label, by=None, at=AT, **wish)
    door.refresh_from_db()
    return stands


# Adding


def test_a_door_is_added_by_what_is_typed_and_counts() -> None:
    (house, *_) = homes(2)
    door = add(house.street, "flat 3, 14a")
    assert (door.label, door.house_number, door.origin) == ("Flat 3, 14A", 14, "hand")
    assert HouseholdState.objects.get(household=door).standing
    assert totals(house.street.polling_district)["doors"] == 3
    assert differences() == []
    assert AuditEvent.objects.get(act="door added").subject == f"household:{door.pk}"


def test_a_door_that_exists_is_found_and_said() -> None:
    street = homes(1)[0].street
    first = add(street, "14A")
    again = add_door(street=street, label=" 14a ", by=None, at=AT)
    assert (again.door, again.made) == (first, False)
    assert AuditEvent.objects.filter(act="door added").count() == 1
    assert totals(street.polling_district)["doors"] == 2


def test_a_door_whose_people_are_gone_stands_again() -> None:
    street = homes(1)[0].street
    door = add(street, "14A")
    Household.objects.filter(pk=door.pk).update(origin="register")
    ElectorFactory(household=door, gone=True)
    HouseholdState.objects.filter(household=door).update(standing=False)
    assert add(street, "14A").state.standing
    assert differences() == []


def test_what_names_no_door_is_refused_and_so_is_a_street_that_is_part_of_another() -> None:
    street = homes(1, street=StreetFactory(name="Test Lane"))[0].street
    for nothing in ("", "  ", "test lane", "-", "no number"):
        with pytest.raises(DoorError, match="painted on the door"):
            add(street, nothing)
    Street.objects.filter(pk=street.pk).update(merged_into=StreetFactory())
    with pytest.raises(DoorError, match="part of another"):
        add(street, "14A")


@pytest.mark.django_db(transaction=True)
def test_an_organiser_and_phones_that_add_one_door_at_once_make_one() -> None:
    for label in ("14A", "14B", "14C"):
        (house,) = homes(1)
        phone = phone_on(house)
        typed = {"street": f"s{house.street_id}", "label": label}
        at_once(lambda h=house, n=label: add(h.street, n), lambda p=phone, t=typed: p.send(p.contact(t)))
        door = Household.objects.get(street=house.street, label=label)
        assert HouseholdState.objects.get(household=door).attempts == 1
    assert differences() == []


# Moving


def test_a_door_gets_another_label_and_a_signpost_stays() -> None:
    (house, *_) = homes(2)
    house = add(house.street, "14A")
    assert move(house, label="Rose Cottage, 14A") == house
    assert house.label == "Rose Cottage, 14A"
    signpost = Household.objects.get(merged_into=house)
    assert (signpost.label, signpost.address_key, signpost.street) == ("14A", "14a", house.street)
    assert not signpost.state.standing
    assert differences() == []


def test_a_flat_of_a_named_block_gets_the_block_and_loses_it_again() -> None:
    door = add(homes(1)[0].street, "14A")
    move(door, label="Flat 3, Rowan Court")
    assert (door.block.name, door.block.street) == ("Rowan Court", door.street)
    move(door, label="14B")
    assert door.block is None


def test_a_spelling_that_is_the_same_address_leaves_no_signpost() -> None:
    door = add(homes(1)[0].street, "14A")
    move(door, label="14a")
    assert not Household.objects.filter(merged_into=door).exists()


def test_a_door_moved_to_a_street_of_another_district_takes_its_figures_along() -> None:
    home = homes(2)[0]
    district = PollingDistrictFactory(constituency=home.constituency)
    other = StreetFactory(polling_district=district)
    phone = phone_on(home)
    phone.send(phone.contact(home, "answered", person=home.electors.get()))
    left = home.street.polling_district
    move(home, other, "33")
    assert (totals(left)["doors"], totals(left).get("attempts", 0)) == (1, 0)
    assert totals(other.polling_district)["attempts"] == 1
    assert HouseholdState.objects.get(household=home).street == other
    assert ElectorState.objects.get(elector__household=home).street == other
    assert differences() == []


def test_a_phone_that_lists_a_moved_door_goes_on_and_may_add_doors_in_its_new_street() -> None:
    home, *_ = homes(2)
    other = StreetFactory(polling_district=home.street.polling_district)
    phone = phone_on(home)
    move(home, other, "33")
    walk = phone.get("walk").json()
    assert [(door["street"], door["label"]) for door in walk["doors"]] == [(f"s{other.pk}", "33")]
    assert f"s{other.pk}" in {street["id"] for street in walk["streets"]}
    sent = phone.send(phone.contact(home), phone.contact({"street": f"s{other.pk}", "label": "35"}))
    assert statuses(sent) == ["accepted", "accepted"]
    assert differences() == []


def test_a_door_that_is_known_there_is_named_and_becomes_one_when_somebody_says_so() -> None:
    street = homes(1)[0].street
    first, second = add(street, "14A"), add(street, "14B")
    with pytest.raises(DoorError, match="There is a door 14A already"):
        move(second, label="14A")
    assert second.label == "14B"
    assert move(second, label="14A", are_one=True) == first
    assert second.merged_into == first
    assert differences() == []


def test_a_door_moved_there_and_back_is_where_it_was() -> None:
    door = add(homes(1)[0].street, "14A")
    move(door, label="16A")
    move(door, label="14A")
    assert (door.label, door.merged_into) == ("14A", None)
    assert Household.objects.get(merged_into=door).label == "16A"
    assert differences() == []


def test_a_door_that_became_part_of_another_is_not_moved() -> None:
    first, second = homes(2)
    Household.objects.filter(pk=second.pk).update(merged_into=first)
    with pytest.raises(DoorError, match="already"):
        move(second, label="99")


def test_a_moved_door_leaves_its_walk_with_the_next_cut() -> None:
    home, *_ = homes(2)
    other = StreetFactory(polling_district=home.street.polling_district)
    walk = walk_of(home)
    move(home, other, "33")
    cut(district_ids=[other.polling_district_id], purpose=Purpose.CANVASS, at=AT)
    walk.refresh_from_db()
    assert walk.retired_at == AT
    assert home.walk_doors.get(live=True).walk.walk_streets.get().street == other


# Splitting


def test_one_printed_address_becomes_two_doors_and_the_register_remembers_where_it_prints_people() -> None:
    house, *_ = homes(2)
    stays, goes = house.electors.get(), ElectorFactory(household=house)
    Objection.objects.create(household=house, elector=goes, address_hash=b"x" * 32, made_at=AT)
    phone = phone_on(house)
    flat = split_door(door=house, label="Flat 2, 1", people=[goes], by=None, at=AT).door
    goes.refresh_from_db()
    assert (goes.household, goes.printed_household, stays.household) == (flat, house, house)
    assert Objection.objects.get().household == flat
    assert AuditEvent.objects.get(act="door split").facts == {"new": flat.pk, "electors": 1}
    assert statuses(phone.send(phone.contact(house, "answered", person=goes))) == ["accepted"]
    assert ElectorState.objects.get(elector=goes).conversations == 1
    assert differences() == []


def test_somebody_put_back_where_the_register_prints_him_is_put_nowhere() -> None:
    house = add(homes(1)[0].street, "14A")
    person = ElectorFactory(household=house)
    flat = split_door(door=house, label="14B", people=[person], by=None, at=AT).door
    split_door(door=flat, label="14A", people=[person], by=None, at=AT)
    person.refresh_from_db()
    assert (person.household, person.printed_household) == (house, None)


def test_the_same_door_and_people_who_live_elsewhere_are_refused() -> None:
    house, neighbour = homes(2)
    door = add(house.street, "14A")
    with pytest.raises(DoorError, match="the same door"):
        split_door(door=door, label="14a", people=[], by=None, at=AT)
    with pytest.raises(DoorError, match="does not live"):
        split_door(door=door, label="14B", people=[neighbour.electors.get()], by=None, at=AT)
    assert not Household.objects.filter(label="14B").exists()


# The register comes again


def test_a_register_that_prints_the_old_addresses_leads_to_the_doors_as_they_are_now(tmp_path: Path) -> None:
    people = [*street_of(6), Person(90, "Else", "Where", ("1 Other Street", "London"))]
    path = write(tmp_path / "register.tsv", people)
    bring_in(path)
    one, two, three = Household.objects.filter(street__name="Test Street").order_by("pk")
    other = Street.objects.get(name="Other Street")
    move(one, label="1A")
    move(two, other, "7")
    move(three, label="1A", are_one=True)
    before = dict(Elector.objects.values_list("pk", "household"))
    again = bring_in(path)
    assert again.report["electors"] == {"added": 0, "changed": 0, "gone": 0, "unchanged": 7, "total": 7}
    assert again.report["households"]["added"] == 0
    assert dict(Elector.objects.values_list("pk", "household")) == before
    assert Household.objects.get(pk=one.pk).label == "1A"
    assert differences() == []
