"""POST events: what cannot be true or came too late is held with a reason, and the rest of its batch is kept."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from canvassing.allocation.hand_back import hand_back, revoke
from canvassing.doorstep.models import Contact, HeldEvent, PhoneToken
from canvassing.progress.models import ElectorState, HouseholdState
from tests.factories.canvassing import AT, HOUR
from tests.factories.doorstep import MINUTE, SOMEBODY_ELSES, Clock, phone_on_homes, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "everything_is_kept")]


def test_one_bad_item_in_fifty_and_the_rest_is_kept() -> None:
    phone, doors = phone_on_homes(5)
    batch = [phone.contact(doors[number % 5]) for number in range(50)]
    batch[17]["outcome"] = "danced"
    answer = phone.send(*batch)
    assert [place for place, status in enumerate(statuses(answer)) if status != "accepted"] == [17]
    assert statuses(answer)[17] == "held bad_value"
    assert (Contact.objects.count(), HeldEvent.objects.count(), answer["have"]) == (49, 1, 50)


def test_a_door_of_another_allocation_is_held_and_so_is_one_that_is_nowhere() -> None:
    phone, _ = phone_on_homes()
    theirs, doors = phone_on_homes()
    assert statuses(phone.send(phone.contact(doors[0]), phone.contact("d123456789"))) == ["held bad_door"] * 2
    assert statuses(theirs.send(theirs.contact(doors[0]))) == ["accepted"]
    assert HouseholdState.objects.get(household=doors[0]).attempts == 1


def test_a_person_who_does_not_live_there_is_held() -> None:
    phone, (door, next_door, _) = phone_on_homes()
    neighbour = next_door.electors.get()
    assert statuses(phone.send(phone.contact(door, "answered", person=neighbour))) == ["held bad_person"]
    assert ElectorState.objects.get(elector=neighbour).conversations == 0


def test_what_is_held_is_kept_as_it_was_sent() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "danced", answers={"support": "5"}, weather=["rain", {"and": "wind\0"}])
    phone.send(event)
    held = HeldEvent.objects.get()
    assert held.payload == event | {"weather": ["rain", {"and": "wind\N{REPLACEMENT CHARACTER}"}]}
    assert (held.reason, held.allocation, held.device) == ("bad_value", phone.allocation, phone.device)
    assert (held.volunteer, held.legal_mode, held.skew) == (phone.allocation.holder, "full", timedelta())


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "visit"},
        {"kind": None},
        {"seq": -1},
        {"seq": "7"},
        {"seq": True},
        {"seq": 2**60},
        {"door": 12},
        {"door": "12"},
        {"door": {"street": "s1"}},
        {"door": {"street": "s1", "label": " "}},
        {"door": {"street": "s1", "label": "14\0"}},
        {"door": {"street": "s1", "label": "x" * 81}},
        {"person": "somebody"},
        {"outcome": ""},
        {"outcome": "danced"},
        {"outcome": ["answered"]},
        {"at": "yesterday"},
        {"at": "2027-04-10T17:00:00"},
        {"at": "2027-13-10T17:00:00Z"},
        {"at": "9999-12-31T23:59:59Z"},
        {"at": 1807376400},
        {"target": SOMEBODY_ELSES},
        {"answers": ["support"]},
        {"answers": {"support": "6"}},
        {"answers": {"support": 2.5}},
        {"answers": {"shoe_size": "4"}},
        {"outcome": "no_answer", "answers": {"support": "4"}},
        {"kind": "void", "outcome": ""},
        {"kind": "void", "target": SOMEBODY_ELSES},
        {"kind": "correct"},
        {"kind": "correct", "target": "d1"},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_is_held(change: dict[str, Any]) -> None:
    phone, (door, *_) = phone_on_homes()
    bad = phone.contact(door, "answered") | change
    assert statuses(phone.send(bad, phone.contact(door))) == ["held bad_value", "accepted"]


@pytest.mark.parametrize("kind", ["correct", "void"])
def test_nothing_corrects_or_undoes_itself(kind: str) -> None:
    phone, (door, *_) = phone_on_homes()
    own = str(uuid4())
    facts = {"outcome": "answered"} if kind == "correct" else {}
    assert statuses(phone.send(phone.event(kind, door, id=own, target=own, **facts))) == ["held bad_value"]


@pytest.mark.parametrize(
    "item", [None, 7, "text", [], {}, {"id": 7}, {"id": "7"}, {"id": "{" + SOMEBODY_ELSES + "}"}], ids=str
)
def test_what_is_no_object_with_an_id_is_refused_and_the_rest_kept(item: Any) -> None:
    phone, (door, *_) = phone_on_homes()
    answer = phone.send(item, phone.contact(door))
    assert statuses(answer) == ["refused no_id", "accepted"]
    assert not HeldEvent.objects.exists()


def test_events_of_a_newer_protocol_are_held() -> None:
    phone, (door, *_) = phone_on_homes()
    assert statuses(phone.send(phone.contact(door), v=2)) == ["held future_version"]


# The life of the walk


def test_after_the_walk_ran_out_what_happened_before_counts_and_what_happened_later_is_held(clock: Clock) -> None:
    phone, (door, *_) = phone_on_homes()
    clock.at = phone.allocation.expires_at + HOUR
    ends = phone.allocation.expires_at
    answer = phone.send(
        phone.contact(door, at=(ends - MINUTE).isoformat()),
        phone.contact(door, at=(ends + MINUTE).isoformat()),
        sent_at=clock.at.isoformat(),
    )
    assert statuses(answer) == ["accepted", "held expired"]
    assert (answer["state"], answer["wipe"], answer["have"]) == ("expired", "doors", 2)


def test_doors_let_go_of_still_count_for_the_walk_that_held_them(clock: Clock) -> None:
    phone, (door, *_) = phone_on_homes()
    before = phone.contact(door)
    hand_back(allocation=phone.allocation, at=AT)
    clock.pass_by(HOUR)
    after = phone.contact(door, at=(AT + MINUTE).isoformat())
    answer = phone.send(before, after, sent_at=clock.at.isoformat())
    assert statuses(answer) == ["accepted", "held expired"]
    assert (answer["state"], answer["wipe"]) == ("ended", "doors")


def test_after_revocation_everything_new_is_held_and_what_was_accepted_stays_so() -> None:
    phone, (door, *_) = phone_on_homes()
    early, late = phone.contact(door), phone.contact(door)
    phone.send(early)
    revoke(allocation=phone.allocation, at=AT)
    answer = phone.send(early, late)
    assert statuses(answer) == ["accepted", "held revoked"]
    assert (answer["state"], answer["wipe"]) == ("revoked", "doors")


def test_a_phone_taken_from_somebody_who_left_may_only_hand_in() -> None:
    phone, (door, *_) = phone_on_homes()
    PhoneToken.objects.update(revoked_at=AT)
    assert statuses(phone.send(phone.contact(door))) == ["held revoked"]


def test_a_stolen_phone_is_turned_away_and_told_to_wipe() -> None:
    phone, (door, *_) = phone_on_homes()
    PhoneToken.objects.update(stolen_at=AT)
    answer = phone.post("events", phone.envelope(phone.contact(door)))
    assert (answer.status_code, answer.json()["reason"], answer.json()["wipe"]) == (401, "stolen", "all")
    assert not Contact.objects.exists()


def test_two_weeks_after_the_end_the_link_is_too_old(clock: Clock) -> None:
    phone, (door, *_) = phone_on_homes()
    clock.at = phone.allocation.expires_at + timedelta(days=14)
    answer = phone.post("events", phone.envelope(phone.contact(door)))
    assert (answer.status_code, answer.json()["reason"], answer.json()["wipe"]) == (401, "too_old", "none")
