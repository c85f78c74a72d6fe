"""No more contact: said once, effective everywhere at once, found again on a register that made new rows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from campaign.audit.models import AuditEvent
from canvassing.allocation.hand_out import HandOutError, hand_out
from canvassing.electorate import objections
from canvassing.electorate.models import Elector, Household, Objection, ObjectionKey
from canvassing.electorate.objections import (
    ObjectionError,
    object_to_contact,
    reattach,
    withdraw,
)
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose, Walk, WalkDoor
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import (
    AT,
    AllocationFactory,
    ElectorFactory,
    HouseholdFactory,
    StreetFactory,
    houses,
    walk_of,
)
from tests.factories.doorstep import Clock, door_id, phone_of
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def people_at(*doors: Household) -> list[Elector]:
    return [ElectorFactory(household=door) for door in doors]


# Said and taken back


def test_a_person_objects_and_takes_it_back() -> None:
    person, organiser = ElectorFactory(), UserFactory(organiser=True)
    object_to_contact(elector=person, by=organiser, at=AT)
    assert list(Objection.objects.standing().values_list("elector", "household")) == [(person.pk, None)]
    withdraw(elector=person, by=organiser, at=AT)
    assert not Objection.objects.standing().exists()
    assert list(AuditEvent.objects.order_by("pk").values_list("act", "actor", "subject", "facts")) == [
        ("objection kept", f"user:{organiser.pk}", f"elector:{person.pk}", {}),
        ("objection withdrawn", f"user:{organiser.pk}", f"elector:{person.pk}", {}),
    ]


def test_a_whole_door_objects_beside_the_people_behind_it() -> None:
    person = ElectorFactory()
    object_to_contact(elector=person, by=None, at=AT)
    object_to_contact(household=person.household, by=None, at=AT)
    withdraw(elector=person, by=None, at=AT)
    assert [one.household for one in Objection.objects.of_whole_doors()] == [person.household]


def test_said_twice_it_is_one() -> None:
    person = ElectorFactory()
    first = object_to_contact(elector=person, by=None, at=AT)
    assert object_to_contact(elector=person, by=None, at=AT) == first
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_said_by_several_at_once_it_is_one() -> None:
    person = ElectorFactory()
    at_once(*[lambda: object_to_contact(elector=person, by=None, at=AT)] * 4)
    assert Objection.objects.count() == ObjectionKey.objects.count() == 1


def test_what_nobody_said_cannot_be_taken_back() -> None:
    with pytest.raises(ObjectionError, match="No objection stands here"):
        withdraw(elector=ElectorFactory(), by=None, at=AT)


def test_an_anonymous_entry_cannot_object() -> None:
    person = ElectorFactory(without_address=True, anonymous=True, surname="", forename="")
    with pytest.raises(ObjectionError, match="nobody calls there"):
        object_to_contact(elector=person, by=None, at=AT)


def test_an_objection_is_a_person_s_or_a_door_s() -> None:
    person = ElectorFactory()
    with pytest.raises(TypeError):
        object_to_contact(elector=person, household=person.household, by=None, at=AT)
    with pytest.raises(TypeError):
        object_to_contact(by=None, at=AT)


# Effective at once


def test_a_walk_that_is_out_leaves_them_out_from_its_next_reading(clock: Clock) -> None:
    CampaignDetailsFactory()
    doors = houses(3)
    here, gone, _ = people_at(doors[0], doors[0], doors[1])
    phone = phone_of(AllocationFactory(walk=walk_of(*doors)))
    tag = phone.get("walk")["ETag"]
    object_to_contact(elector=gone, by=None, at=AT)
    object_to_contact(household=doors[1], by=None, at=AT)
    answer = phone.get("walk")
    assert answer["ETag"] != tag
    assert [door["id"] for door in answer.json()["doors"]] == [door_id(doors[0]), door_id(doors[2])]
    assert [person["id"] for person in answer.json()["doors"][0]["people"]] == [f"p{here.pk}"]
    withdraw(household=doors[1], by=None, at=AT)
    assert len(phone.get("walk").json()["doors"]) == 3


def test_a_door_is_left_out_of_cutting_until_it_takes_it_back() -> None:
    street = StreetFactory()
    doors = houses(3, street)
    object_to_contact(household=doors[1], by=None, at=AT)
    cut(district_ids=[street.polling_district_id], purpose=Purpose.CANVASS, at=AT)
    assert set(live_doors()) == {doors[0].pk, doors[2].pk}
    withdraw(household=doors[1], by=None, at=AT)
    cut(district_ids=[street.polling_district_id], purpose=Purpose.CANVASS, at=AT)
    assert set(live_doors()) == {door.pk for door in doors}


def test_a_person_who_objects_leaves_the_door_in_the_walk() -> None:
    person = ElectorFactory()
    object_to_contact(elector=person, by=None, at=AT)
    cut(district_ids=[person.polling_district_id], purpose=Purpose.CANVASS, at=AT)
    assert live_doors() == [person.household_id]


def test_a_street_whose_only_door_objects_is_no_walk_and_one_without_doors_still_is() -> None:
    street = StreetFactory()
    StreetFactory(polling_district=street.polling_district, name="Known by name")
    object_to_contact(household=houses(1, street)[0], by=None, at=AT)
    cut(district_ids=[street.polling_district_id], purpose=Purpose.CANVASS, at=AT)
    assert [walk.name for walk in Walk.objects.live()] == ["Known by name"]


def test_hand_out_leaves_the_door_out_and_refuses_a_walk_of_nothing_else() -> None:
    doors = houses(2)
    walk = walk_of(*doors)
    object_to_contact(household=doors[0], by=None, at=AT)
    given = hand_out(walk=walk, holder=VolunteerFactory(), by=None, until=AT + timedelta(hours=3), at=AT)
    assert [hold.household_id for hold in given.allocation.held_doors.all()] == [doors[1].pk]
    alone = walk_of(*houses(1))
    object_to_contact(household=alone.doors.get().household, by=None, at=AT)
    with pytest.raises(HandOutError):
        hand_out(walk=alone, holder=VolunteerFactory(), by=None, until=AT + timedelta(hours=3), at=AT)


def live_doors() -> list[int]:
    return list(WalkDoor.objects.filter(live=True).order_by("household").values_list("household", flat=True))


# Found again


@pytest.mark.parametrize("name", ["smith jo", "", "łukasz ß"])
def test_python_and_postgresql_hash_alike(name: str) -> None:
    door = HouseholdFactory(street__name_key="thornepark", address_key="14a#3")
    person = ElectorFactory(household=door, name_key=name)
    kept = object_to_contact(elector=person, by=None, at=AT)
    statement = f"""
        SELECT {objections.OF_AN_ELECTOR} FROM canvassing_elector elector
        JOIN canvassing_household household ON household.id = elector.household_id
        JOIN canvassing_street street ON street.id = household.street_id"""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"secret": bytes(ObjectionKey.objects.get().secret)})
        assert bytes(cursor.fetchone()[0]) == bytes(kept.address_hash)


def test_the_hash_is_kept_apart_by_every_part_and_by_the_key() -> None:
    parts = {"secret": b"k", "name_key": "a", "street_key": "b", "address_key": "c"}
    others = [parts | {part: (b"z" if part == "secret" else "z")} for part in parts]
    assert len({objections.hash_of(**one) for one in [parts, *others]}) == 5  # type: ignore[arg-type]


def objector(**facts: object) -> Elector:
    person: Elector = ElectorFactory(**facts)
    object_to_contact(elector=person, by=None, at=AT)
    return person


def again(person: Elector, **facts: object) -> Elector:
    """The same name at the same door on a row of its own."""
    same = {"household": person.household, "surname": person.surname, "forename": person.forename}
    new: Elector = ElectorFactory(**same, **facts)
    return new


def attach(person: Elector) -> int:
    return reattach(constituency_id=person.constituency_id)


def objecting() -> list[int | None]:
    return list(Objection.objects.standing().order_by("pk").values_list("elector", flat=True))


def test_an_objection_finds_who_left_and_came_back_on_another_row() -> None:
    person = objector()
    Elector.objects.filter(pk=person.pk).update(gone_at=AT)
    assert attach(person) == 0
    new = again(person)
    assert attach(person) == 1
    assert objecting() == [new.pk]
    assert attach(person) == 0


def test_it_finds_the_person_after_the_old_row_was_deleted_and_bars_no_whole_door() -> None:
    person = objector()
    person.state.delete()
    Elector.objects.filter(pk=person.pk).delete()
    assert objecting() == [None]
    assert not Objection.objects.of_whole_doors().exists()
    new = again(person)
    assert attach(new) == 1
    assert objecting() == [new.pk]


def test_it_follows_a_row_that_became_another() -> None:
    person = objector()
    other = ElectorFactory(polling_district=person.polling_district, household=HouseholdFactory())
    Elector.objects.filter(pk=other.pk).update(constituency=person.constituency_id)
    Elector.objects.filter(pk=person.pk).update(gone_at=AT, merged_into=other)
    assert attach(person) == 1
    assert objecting() == [other.pk]


def test_it_does_not_find_another_name_another_door_or_another_constituency() -> None:
    person = objector()
    Elector.objects.filter(pk=person.pk).update(gone_at=AT)
    ElectorFactory(household=person.household)
    ElectorFactory(household=HouseholdFactory(street=person.household.street), name_key=person.name_key)
    elsewhere = ElectorFactory(name_key=person.name_key)
    assert attach(person) == attach(elsewhere) == 0


def test_what_was_taken_back_stays_so() -> None:
    person = objector()
    withdraw(elector=person, by=None, at=AT)
    Elector.objects.filter(pk=person.pk).update(gone_at=AT)
    again(person)
    assert attach(person) == 0


def test_without_any_objection_it_costs_one_small_statement(
    query_count: Callable[[Callable[[], object]], int],
) -> None:
    person = ElectorFactory()
    assert query_count(lambda: attach(person)) == 1
