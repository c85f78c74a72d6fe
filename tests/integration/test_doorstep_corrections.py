"""POST events: what was logged is corrected or undone, in any order, by whoever is on the walk."""

from datetime import UTC, datetime

import pytest

from canvassing.allocation.hand_back import hand_back
from canvassing.doorstep import rebuild
from canvassing.progress.models import ElectorState, HouseholdState
from tests.factories.canvassing import AT, HOUR, AllocationFactory, ElectorFactory
from tests.factories.doorstep import MINUTE, Clock, days, phone_of, phone_on_homes, statuses, totals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "everything_is_kept")]


def test_an_undo_takes_the_contact_out_of_coverage() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", person=door.electors.get())
    phone.send(event)
    phone.send(phone.void(event))
    assert totals(door.street.polling_district) == {"doors": 3, "electors": 3}
    state = HouseholdState.objects.get(household=door)
    assert (state.attempts, state.answers, state.last_outcome, state.last_at) == (0, 0, "", None)
    assert rebuild.differences() == []


def test_a_correction_speaks_instead_of_the_contact() -> None:
    phone, (door, *_) = phone_on_homes()
    wrong, person = ElectorFactory(household=door), door.electors.first()
    event = phone.contact(door, "answered", person=wrong)
    phone.send(event)
    phone.send(phone.correct(event, "answered", person=person))
    assert HouseholdState.objects.get(household=door).attempts == 1
    assert ElectorState.objects.get(elector=wrong).conversations == 0
    assert ElectorState.objects.get(elector=person).conversations == 1


@pytest.mark.parametrize("arrivals", ["event correction undo", "undo correction event", "correction undo event"])
def test_corrections_and_undos_may_come_first(arrivals: str) -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door)
    named = {"event": event, "correction": phone.correct(event, "answered"), "undo": phone.void(event)}
    for name in arrivals.split():
        assert statuses(phone.send(named[name])) == ["accepted"]
    assert HouseholdState.objects.get(household=door).attempts == 0
    later = phone.correct(event, "refused")
    phone.send(later)
    assert HouseholdState.objects.get(household=door).last_outcome == "refused"
    assert totals(door.street.polling_district)["attempts"] == 1


def test_nobody_undoes_what_another_walk_logged() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered")
    phone.send(event)
    hand_back(allocation=phone.allocation, at=AT)
    other = phone_of(AllocationFactory(walk=phone.allocation.walk))
    assert statuses(other.send(other.void(event))) == ["accepted"]
    assert HouseholdState.objects.get(household=door).answers == 1


def test_a_second_phone_on_the_walk_may_undo() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered")
    phone.send(event)
    second = phone_of(phone.allocation)
    second.send(second.void(event))
    assert HouseholdState.objects.get(household=door).answers == 0


def test_an_undo_counts_although_its_clock_is_behind() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered")
    phone.send(event, phone.void(event, at=(AT - 30 * MINUTE).isoformat()))
    assert HouseholdState.objects.get(household=door).answers == 0
    assert rebuild.differences() == []


def test_two_people_at_one_door_both_stay() -> None:
    phone, (door, *_) = phone_on_homes()
    second = phone_of(phone.allocation)
    phone.send(phone.contact(door))
    second.send(second.contact(door, "answered"))
    assert HouseholdState.objects.get(household=door).attempts == 2
    assert totals(door.street.polling_district)["doors_tried"] == 1


def test_a_gain_stands_on_the_day_it_was_made_and_an_undo_takes_it_from_there(clock: Clock) -> None:
    phone, (door, other, _) = phone_on_homes(expires_at=AT + 48 * HOUR)
    clock.pass_by(24 * HOUR)
    today, tomorrow = AT.date(), clock.at.date()
    sent = {"sent_at": clock.at.isoformat()}
    first = phone.contact(door)
    second = phone.contact(door, "answered", at=clock.at.isoformat())
    third = phone.contact(other, at=clock.at.isoformat())
    phone.send(second, third, **sent)
    phone.send(first, **sent)
    district = door.street.polling_district
    assert days(district) == {
        today: {"attempts": 1, "doors_tried": 1},
        tomorrow: {"attempts": 2, "doors_tried": 1, "doors_answered": 1},
    }
    phone.send(phone.void(first, at=clock.at.isoformat()), **sent)
    assert days(district) == {today: {}, tomorrow: {"attempts": 2, "doors_tried": 2, "doors_answered": 1}}


def test_days_are_londons() -> None:
    phone, (door, *_) = phone_on_homes(started_at=AT - 48 * HOUR)
    just_past_midnight = datetime(2027, 4, 9, 23, 30, tzinfo=UTC)
    phone.send(phone.contact(door, at=just_past_midnight.isoformat()))
    assert list(days(door.street.polling_district)) == [AT.date()]


def test_contacts_of_a_door_merged_into_another_count_there() -> None:
    phone, (door, kept, _) = phone_on_homes()
    event = phone.contact(door, "answered", person=door.electors.get())
    phone.send(event)
    door.merged_into = kept
    door.save()
    rebuild.rebuild(at=AT)
    phone.send(phone.contact(door))
    assert HouseholdState.objects.get(household=kept).attempts == 2
    phone.send(phone.void(event))
    assert HouseholdState.objects.get(household=kept).answers == 0
    assert ElectorState.objects.get(elector__household=door).conversations == 0
