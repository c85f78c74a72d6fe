"""A door that was not on the list: found or made by what stands on it, in a street of the walk."""

from typing import Any

import pytest

from canvassing.allocation.hand_back import hand_back, revoke
from canvassing.allocation.models import HeldDoor
from canvassing.doorstep import rebuild
from canvassing.doorstep.models import Contact, HeldEvent
from canvassing.electorate.address import door as door_of
from canvassing.electorate.models import Block, Household
from canvassing.progress.models import HouseholdState
from tests.factories.canvassing import AT, HOUR, AllocationFactory, HouseholdFactory, StreetFactory, walk_along
from tests.factories.doorstep import Clock, Phone, door_id, phone_of, phone_on_homes, statuses, totals
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def typed(phone: Phone, label: str) -> dict[str, str]:
    """`label`, in the walk's first street."""
    street = phone.allocation.walk.walk_streets.order_by("street").first()
    assert street is not None
    return {"street": f"s{street.street_id}", "label": label}


def registered(phone: Phone, label: str, **facts: Any) -> Household:
    """A household of the walk's street as an import would have made it."""
    known = door_of(label)
    street = phone.allocation.walk.walk_streets.get().street
    return HouseholdFactory(
        street=street, label=known.label, address_key=known.address_key, sort_key=known.sort_key, **facts
    )


def test_it_works() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(typed(phone, "14a"), "answered")
    answer = phone.send(event)
    made = Household.objects.get(origin=Household.Origin.DOOR)
    assert answer["results"] == [{"id": event["id"], "status": "accepted", "door": door_id(made)}]
    assert (made.label, made.house_number, made.street, made.constituency) == (
        "14A",
        14,
        door.street,
        door.constituency,
    )
    assert Contact.objects.get().household == made
    assert HouseholdState.objects.get(household=made).answers == 1
    hold = HeldDoor.objects.get(household=made)
    assert (hold.allocation, hold.purpose, hold.released_at) == (phone.allocation, "canvass", None)
    assert totals(door.street.polling_district) == {
        "doors": 4, "electors": 3, "attempts": 1, "doors_tried": 1, "doors_answered": 1,
    }  # fmt: skip
    assert rebuild.differences() == []


def test_it_stands_on_the_walk_from_then_on() -> None:
    phone, _ = phone_on_homes()
    answer = phone.send(phone.contact(typed(phone, "The Lodge")))
    *_, last = phone.get("walk").json()["doors"]
    assert (last["id"], last["label"], last["position"], last["tried"]) == (
        answer["results"][0]["door"], "The Lodge", 4, 1,
    )  # fmt: skip


def test_sent_again_it_is_the_same_door_and_the_same_answer() -> None:
    phone, _ = phone_on_homes()
    event = phone.contact(typed(phone, "14A"))
    once = phone.send(event)
    assert phone.send(event) == once
    assert Household.objects.filter(origin=Household.Origin.DOOR).count() == 1


def test_spellings_of_one_door_are_one_door() -> None:
    phone, _ = phone_on_homes()
    answer = phone.send(phone.contact(typed(phone, "14a")), phone.contact(typed(phone, " 14 A ")))
    first, second = answer["results"]
    assert first["door"] == second["door"]
    assert HouseholdState.objects.get(household__origin=Household.Origin.DOOR).attempts == 2


def test_a_flat_goes_into_its_block() -> None:
    phone, _ = phone_on_homes()
    phone.send(phone.contact(typed(phone, "Flat 3, Fern Court")))
    block = Block.objects.get()
    assert block.name == "Fern Court"
    assert Household.objects.get(origin=Household.Origin.DOOR).block == block


def test_a_door_that_the_register_knows_is_found() -> None:
    phone, _ = phone_on_homes()
    known = registered(phone, "22")
    answer = phone.send(phone.contact(typed(phone, "22")))
    assert answer["results"][0]["door"] == door_id(known)
    assert known.holds.get().allocation == phone.allocation


def test_a_door_merged_into_another_is_that_other() -> None:
    phone, _ = phone_on_homes()
    kept = registered(phone, "22")
    registered(phone, "22A", merged_into=kept)
    answer = phone.send(phone.contact(typed(phone, "22a")))
    assert answer["results"][0]["door"] == door_id(kept)


def test_a_door_in_other_hands_stays_there_and_what_happened_still_counts() -> None:
    phone, _ = phone_on_homes()
    known = registered(phone, "22")
    other = AllocationFactory(walk=walk_along(known.street, known))
    event = phone.contact(typed(phone, "22"), "answered")
    assert statuses(phone.send(event)) == ["accepted"]
    assert HeldDoor.objects.get(household=known, released_at=None).allocation == other
    undo = phone.void(event | {"door": door_id(known)})
    assert statuses(phone.send(undo)) == ["accepted"]
    assert HouseholdState.objects.get(household=known).attempts == 0


def test_a_door_whose_holder_ran_out_of_time_is_taken_before_any_job_tidied() -> None:
    phone, _ = phone_on_homes()
    known = registered(phone, "22")
    over = AllocationFactory(walk=walk_along(known.street, known), run_out=True)
    assert statuses(phone.send(phone.contact(typed(phone, "22"), "answered"))) == ["accepted"]
    assert HeldDoor.objects.get(household=known, released_at=None).allocation == phone.allocation
    over.refresh_from_db()
    assert (over.end, over.ended_at) == ("expired", over.expires_at)


def test_a_street_that_is_not_of_the_walk_is_held_and_nothing_made() -> None:
    phone, _ = phone_on_homes()
    elsewhere = {"street": f"s{StreetFactory().pk}", "label": "14"}
    assert statuses(phone.send(phone.contact(elsewhere), phone.contact(elsewhere))) == ["held bad_door"] * 2
    assert not Household.objects.filter(origin=Household.Origin.DOOR).exists()
    assert HeldEvent.objects.first().payload["door"] == elsewhere


@pytest.mark.parametrize("label", ["-", ",", " . ", "N1 1AA"])
def test_what_is_painted_on_no_door_is_held__it_made_the_door_no_number(label: str) -> None:
    phone, _ = phone_on_homes()
    assert statuses(phone.send(phone.contact(typed(phone, label)))) == ["held bad_value"]
    assert not Household.objects.filter(origin=Household.Origin.DOOR).exists()


def test_a_person_is_not_known_at_a_door_just_found() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(typed(phone, "14"), "answered", person=door.electors.get())
    assert statuses(phone.send(event)) == ["held bad_person"]
    assert totals(door.street.polling_district)["doors"] == 4


def test_a_street_known_by_name_only_is_logged_by_house_number() -> None:
    street = StreetFactory()
    phone = phone_of(AllocationFactory(walk=walk_along(street)))
    phone.send(*(phone.contact(typed(phone, str(number))) for number in range(1, 6)))
    assert totals(street.polling_district) == {"doors": 5, "attempts": 5, "doors_tried": 5}
    assert [door["label"] for door in phone.get("walk").json()["doors"]] == ["1", "2", "3", "4", "5"]


def test_after_the_end_a_door_is_made_but_not_held(clock: Clock) -> None:
    phone, _ = phone_on_homes()
    event = phone.contact(typed(phone, "14"))
    hand_back(allocation=phone.allocation, at=AT)
    clock.pass_by(HOUR)
    assert statuses(phone.send(event, sent_at=clock.at.isoformat())) == ["accepted"]
    assert HeldDoor.objects.get(household__origin=Household.Origin.DOOR).released_at == clock.at


def test_after_revocation_no_door_is_made() -> None:
    phone, _ = phone_on_homes()
    revoke(allocation=phone.allocation, at=AT)
    assert statuses(phone.send(phone.contact(typed(phone, "14")))) == ["held revoked"]
    assert not Household.objects.filter(origin=Household.Origin.DOOR).exists()


@pytest.mark.django_db(transaction=True)
def test_phones_that_find_the_same_doors_at_once_make_each_once() -> None:
    phone, (door, *_) = phone_on_homes()
    phones = [phone_of(phone.allocation) for _ in range(8)]
    labels = [str(number) for number in range(100, 110)]

    def find(mine: Phone, order: int) -> list[str]:
        wanted = labels if order % 2 else labels[::-1]
        return statuses(mine.send(*(mine.contact(typed(mine, label)) for label in wanted)))

    answers = at_once(*[lambda one=one, order=order: find(one, order) for order, one in enumerate(phones)])
    assert {status for answer in answers for status in answer} == {"accepted"}
    assert totals(door.street.polling_district)["doors"] == 13
    assert totals(door.street.polling_district)["attempts"] == 80
    assert rebuild.differences() == []
