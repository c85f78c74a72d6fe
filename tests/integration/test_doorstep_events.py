"""POST events: what was heard at doors, each event once and at its time, and what that costs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest

from canvassing.doorstep import rebuild
from canvassing.doorstep.models import Contact, HeldEvent, PhoneToken
from canvassing.doorstep.schemas import EventsOut
from canvassing.progress.models import ElectorState, HouseholdState
from tests.factories.canvassing import AT, ElectorFactory, HouseholdFactory
from tests.factories.doorstep import MINUTE, Clock, phone_on, phone_on_homes, statuses, totals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "everything_is_kept")]


def test_it_works() -> None:
    phone, (first, second, third) = phone_on_homes()
    person = second.electors.get()
    sent = [
        phone.contact(first),
        phone.contact(second, "answered", person=person, answers={"support": "4", "stands_for": "former_party"}),
        phone.contact(third, "no_access"),
    ]
    answer = phone.send(*sent)
    assert answer["results"] == [{"id": event["id"], "status": "accepted"} for event in sent]
    EventsOut.model_validate(answer)
    assert (answer["have"], answer["state"], answer["wipe"]) == (3, "active", "none")
    assert datetime.fromisoformat(answer["server_time"]) == AT
    contact = Contact.objects.get(pk=sent[1]["id"])
    assert (contact.household, contact.elector, contact.outcome) == (second, person, "answered")
    assert (contact.allocation, contact.volunteer) == (phone.allocation, phone.allocation.holder)
    assert (contact.device, contact.seq, contact.received_at) == (phone.device, 2, AT)
    assert contact.opinions == {"support": "4", "stands_for": "former_party"}
    assert totals(first.street.polling_district) == {
        "doors": 3, "electors": 3, "attempts": 2, "doors_tried": 2, "doors_answered": 1, "electors_reached": 1,
    }  # fmt: skip
    assert rebuild.differences() == []


def test_the_states_say_what_happened_last() -> None:
    phone, (door, *_) = phone_on_homes()
    person = door.electors.get()
    phone.send(phone.contact(door), phone.contact(door, "answered", person=person), phone.contact(door, "no_access"))
    state = HouseholdState.objects.get(household=door)
    assert (state.attempts, state.answers, state.last_outcome) == (2, 1, "no_access")
    assert state.last_at == AT - MINUTE + timedelta(seconds=3)
    reached = ElectorState.objects.get(elector=person)
    assert (reached.conversations, reached.reached_at) == (1, AT - MINUTE + timedelta(seconds=2))


def test_who_would_not_talk_came_to_the_door_but_was_not_reached() -> None:
    phone, (door, *_) = phone_on_homes()
    phone.send(phone.contact(door, "refused", person=door.electors.get()))
    assert HouseholdState.objects.get(household=door).answers == 1
    assert ElectorState.objects.get(elector__household=door).conversations == 0


def test_a_person_who_left_the_register_may_still_have_talked_to_us() -> None:
    door = HouseholdFactory()
    gone = ElectorFactory(household=door, gone=True)
    phone = phone_on(door)
    assert statuses(phone.send(phone.contact(door, "answered", person=gone))) == ["accepted"]
    assert "electors_reached" not in totals(door.street.polling_district)


# Once each


def test_a_batch_sent_again_changes_nothing_and_gets_the_same_answer() -> None:
    phone, (first, second, _) = phone_on_homes()
    batch = [phone.contact(first), phone.contact(second, "answered"), phone.contact("d999999999"), {"id": "nothing"}]
    once = phone.send(*batch)
    before = totals(first.street.polling_district)
    assert phone.send(*batch) == once
    assert totals(first.street.polling_district) == before
    assert (Contact.objects.count(), HeldEvent.objects.count()) == (2, 1)


def test_split_and_reordered_copies_give_each_event_once() -> None:
    phone, doors = phone_on_homes(6)
    batch = [phone.contact(door, "answered") for door in doors]
    phone.send(*batch[:4])
    again = phone.send(*Random(7).sample(batch, 6))
    assert set(statuses(again)) == {"accepted"}
    assert again["have"] == Contact.objects.count() == 6
    assert totals(doors[0].street.polling_district)["attempts"] == 6


def test_an_event_that_stands_twice_in_a_batch_is_a_duplicate_the_second_time() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door)
    answer = phone.send(event, event)
    assert statuses(answer) == ["accepted", "duplicate"]
    assert phone.send(event, event) == answer
    assert Contact.objects.count() == 1


def test_an_id_used_again_for_something_else_is_held_and_the_first_stands() -> None:
    phone, (door, other, _) = phone_on_homes()
    event = phone.contact(door)
    phone.send(event)
    answer = phone.send(event | {"outcome": "answered"}, event)
    assert statuses(answer) == ["held id_reused", "accepted"]
    assert answer["have"] == 1
    assert Contact.objects.get().outcome == "no_answer"
    new = phone.contact(other)
    assert statuses(phone.send(new, new | {"outcome": "refused"})) == ["accepted", "held id_reused"]


def test_the_same_event_without_its_opinions_is_the_same_event() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", answers={"support": "5"})
    phone.send(event)
    del event["answers"]
    assert statuses(phone.send(event)) == ["accepted"]
    assert Contact.objects.get().opinions == {"support": "5"}


def test_events_held_before_stay_held_when_they_are_sent_again_in_better_times() -> None:
    phone, _ = phone_on_homes()
    foreign = HouseholdFactory()
    event = phone.contact(foreign)
    assert statuses(phone.send(event)) == ["held bad_door"]
    phone.allocation.held_doors.create(household=foreign, purpose="canvass")
    assert statuses(phone.send(event)) == ["held bad_door"]
    assert not Contact.objects.exists()


# Clocks


@pytest.mark.parametrize("phone_says", ["2020-01-01T00:00:00Z", "2035-06-01T12:00:00+01:00"])
def test_a_wrong_clock_is_put_right_by_the_time_of_sending(phone_says: str) -> None:
    phone, (door, *_) = phone_on_homes()
    theirs = datetime.fromisoformat(phone_says)
    event = phone.contact(door, at=(theirs - 10 * MINUTE).isoformat())
    phone.send(event, sent_at=phone_says)
    contact = Contact.objects.get()
    assert contact.happened_at == AT - 10 * MINUTE
    assert (contact.said_at, contact.skew) == (theirs - 10 * MINUTE, AT - theirs)


def test_nothing_happens_after_it_was_received_or_before_the_walk_was_handed_out() -> None:
    phone, (door, *_) = phone_on_homes()
    future, past = phone.contact(door, at="2035-01-01T00:00:00Z"), phone.contact(door, at="2001-01-01T00:00:00Z")
    phone.send(future, past)
    assert Contact.objects.get(pk=future["id"]).happened_at == AT
    assert Contact.objects.get(pk=past["id"]).happened_at == phone.allocation.started_at


# Cost


def test_fifty_events_take_as_many_statements_as_one(query_count: Callable[[Callable[[], object]], int]) -> None:
    phone, doors = phone_on_homes(50)
    people = [door.electors.get() for door in doors]
    phone.send(phone.contact(doors[1]))
    one = query_count(lambda: phone.send(phone.contact(doors[0], "answered", person=people[0])))
    many = [phone.contact(door, "answered", person=person) for door, person in zip(doors, people, strict=True)]
    assert query_count(lambda: phone.send(*many)) == one
    assert one <= 11


def test_a_repeat_is_cheaper(query_count: Callable[[Callable[[], object]], int]) -> None:
    phone, doors = phone_on_homes()
    batch = [phone.contact(door) for door in doors]
    first = query_count(lambda: phone.send(*batch))
    assert query_count(lambda: phone.send(*batch)) < first


def test_when_the_phone_was_seen_is_kept_to_the_minute(clock: Clock) -> None:
    phone, (door, *_) = phone_on_homes()
    phone.send(phone.contact(door))
    clock.pass_by(timedelta(seconds=30))
    phone.send(phone.contact(door))
    assert PhoneToken.objects.get().last_seen_at == AT
    clock.pass_by(MINUTE)
    phone.send(phone.contact(door))
    assert PhoneToken.objects.get().last_seen_at == clock.at
