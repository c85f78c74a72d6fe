"""Phones at once, on real PostgreSQL: each event once, the same answers, nobody waits in a circle."""

from collections.abc import Iterator
from itertools import permutations
from random import Random
from typing import Any

import pytest
from django.db import connection

from canvassing.doorstep import rebuild
from canvassing.doorstep.models import Contact, HeldEvent, Tally
from canvassing.progress.models import ElectorState, HouseholdState
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AT, ElectorFactory
from tests.factories.doorstep import Clock, Phone, phone_of, phone_on_homes, statuses, totals
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


@pytest.fixture
def no_deadlock() -> Iterator[None]:
    """None, not even one that a repeat would hide."""
    before = deadlocks()
    yield
    assert deadlocks() == before


def test_a_batch_posted_by_eight_threads_is_stored_once_and_answered_alike(no_deadlock: None) -> None:
    CampaignDetailsFactory()
    phone, doors = phone_on_homes(20)
    batch = [
        phone.contact(door, "answered", person=door.electors.get(), answers={"support": "4"}, mode="tally")
        for door in doors
    ]
    batch += [phone.contact("d999999999"), phone.contact(doors[0], "danced"), {"id": "none"}]
    answers = at_once(*[lambda: phone.send(*batch)] * 8)
    assert all(answer == answers[0] for answer in answers)
    assert (Contact.objects.count(), HeldEvent.objects.count(), answers[0]["have"]) == (20, 2, 22)
    assert Tally.objects.get().count == 20
    assert totals(doors[0].street.polling_district) == {
        "doors": 20, "electors": 20, "attempts": 20, "doors_tried": 20, "doors_answered": 20, "electors_reached": 20,
    }  # fmt: skip
    assert rebuild.differences() == []


def test_copies_split_and_interleaved_by_eight_threads(no_deadlock: None) -> None:
    phone, doors = phone_on_homes(10)
    events = [phone.contact(door) for door in doors for _ in range(4)]
    events += [phone.void(event) for event in events[::5]]

    def send_all(seed: int) -> set[str]:
        mixed = Random(seed).sample(events, len(events))
        return {
            status for start in range(0, len(mixed), 7) for status in statuses(phone.send(*mixed[start : start + 7]))
        }

    assert at_once(*[lambda seed=seed: send_all(seed) for seed in range(8)]) == [{"accepted"}] * 8
    assert Contact.objects.count() == len(events)
    assert totals(doors[0].street.polling_district)["attempts"] == 32
    assert rebuild.differences() == []


def test_overlapping_batches_in_opposite_orders_by_sixteen_phones(no_deadlock: None) -> None:
    CampaignDetailsFactory()
    phone, doors = phone_on_homes(30)
    phones = [phone_of(phone.allocation) for _ in range(16)]
    people = {door.pk: [door.electors.get(), ElectorFactory(household=door)] for door in doors}

    def walk_back_and_forth(mine: Phone, turn: int) -> set[str]:
        order = doors if turn % 2 else doors[::-1]
        batch = [
            mine.contact(door, "answered", person=people[door.pk][turn % 2], answers={"support": "3"}, mode="tally")
            for door in order
        ]
        return set(statuses(mine.send(*batch)) + statuses(mine.send(*[mine.void(event) for event in batch[::3]])))

    rebuild.rebuild(at=AT)  # the factory made people after the totals were settled
    answers = at_once(*[lambda one=one, turn=turn: walk_back_and_forth(one, turn) for turn, one in enumerate(phones)])
    assert answers == [{"accepted"}] * 16
    assert Contact.objects.count() == 16 * 40
    assert totals(doors[0].street.polling_district)["attempts"] == 16 * 20
    assert Tally.objects.get().count == 16 * 30
    assert rebuild.differences() == []


def test_one_person_met_at_two_doors_at_once(no_deadlock: None) -> None:
    """A person who moved house: two batches that touch no door in common, but the same person."""
    phone, (old, new, _) = phone_on_homes()
    person = old.electors.get()
    at_the_old_door = phone.contact(old, "answered", person=person)
    phone.send(at_the_old_door)
    person.household = new
    person.save()
    calls = [
        lambda: phone.send(phone.void(at_the_old_door)),
        lambda: phone.send(phone.contact(new, "answered", person=person)),
    ]
    at_once(*calls * 4)
    assert ElectorState.objects.get(elector=person).conversations == 4
    assert totals(old.street.polling_district)["electors_reached"] == 1


def test_any_order_of_arrival_gives_the_same_states_and_days() -> None:
    phone, (door, *_) = phone_on_homes()
    other = phone_of(phone.allocation)
    person = door.electors.get()
    contact = phone.contact(door, "answered", person=person)
    events: list[tuple[Phone, dict[str, Any]]] = [
        (phone, contact),
        (other, other.correct(contact, "refused")),
        (phone, phone.void(contact)),
        (phone, phone.contact(door, "no_access")),
        (other, other.contact(door, "answered", person=person)),
    ]
    outcomes = set()
    for order in Random(5).sample(list(permutations(events)), 24):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM canvassing_contact")
        rebuild.rebuild(at=AT)
        for sender, event in order:
            sender.send(event)
        state = HouseholdState.objects.values().get(household=door)
        reached = ElectorState.objects.values().get(elector=person)
        outcomes.add(str((state, reached, totals(door.street.polling_district))))
        assert rebuild.differences() == []
    assert len(outcomes) == 1
