"""POST events: what was heard at doors, each event once, whatever else is in the batch."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from canvassing.allocation.hand_back import hand_back, revoke
from canvassing.doorstep import rebuild
from canvassing.doorstep.models import Contact, HeldEvent, PhoneToken
from canvassing.doorstep.schemas import EventsOut
from canvassing.progress.models import ElectorState, HouseholdState
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AT, HOUR, AllocationFactory, ElectorFactory, HouseholdFactory
from tests.factories.doorstep import (
    BASE,
    MINUTE,
    Clock,
    days,
    phone_of,
    phone_on,
    phone_on_homes,
    statuses,
    totals,
)
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

# Fixed, because every xdist worker must name its cases alike.
SOMEBODY_ELSES = "589d768c-a20d-488b-afdd-06a637c58e97"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(autouse=True)
def everything_is_kept() -> None:
    CampaignDetailsFactory(full_mode=True)


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


# Held, with a reason


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


# Corrections and undoing


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


# The envelope


def test_without_a_token_nothing_goes_in_and_a_cookie_is_none() -> None:
    phone, (door, *_) = phone_on_homes()
    body = json.dumps(phone.envelope(phone.contact(door)))
    nobody = Client().post(f"{BASE}events", body, content_type="application/json")
    signed_in = Client()
    signed_in.force_login(phone.allocation.holder.user or UserFactory())
    by_cookie = signed_in.post(f"{BASE}events", body, content_type="application/json")
    phone.token = "made-up"
    for answer in (nobody, by_cookie, phone.post("events", body)):
        assert (answer.status_code, answer.json()["reason"], answer.json()["wipe"]) == (401, "unknown", "none")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"v": NaN}', b'{"v": 1e999}', b"[" * 100_000, b'{"v": 1' + b"0" * 5000 + b"}"]
)
def test_what_is_not_json_is_400_or_422(body: bytes) -> None:
    phone, _ = phone_on_homes()
    answer = phone.post("events", body)
    assert answer.status_code in (400, 422)
    assert answer.json()["reason"] in ("unreadable", "bad_envelope")


@pytest.mark.parametrize(
    "facts",
    [
        {"v": 0},
        {"v": "1"},
        {"v": None},
        {"device": "mine"},
        {"device": SOMEBODY_ELSES},
        {"sent_at": "now"},
        {"sent_at": "2027-04-10T17:00:00"},
        {"sent_at": 0},
        {"client": "x" * 41},
        {"events": []},
        {"events": {}},
        {"events": [None] * 201},
    ],
    ids=str,
)
def test_a_bad_envelope_is_422_and_says_which_field(facts: dict[str, Any]) -> None:
    phone, (door, *_) = phone_on_homes()
    answer = phone.post("events", phone.envelope(phone.contact(door), **facts))
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_envelope")
    assert next(iter(facts)) in answer.json()["message"]
    assert not Contact.objects.exists()


def test_a_body_that_is_too_large_or_compressed_is_not_read() -> None:
    phone, (door, *_) = phone_on_homes()
    large = phone.post("events", phone.envelope(phone.contact(door), padding="x" * 256 * 1024))
    bomb = phone.post("events", gzip.compress(b"0" * 1_000_000), **{"Content-Encoding": "gzip"})
    assert (large.status_code, bomb.status_code) == (413, 415)


def test_two_hundred_events_fit() -> None:
    phone, doors = phone_on_homes(4)
    answer = phone.send(*(phone.contact(doors[number % 4]) for number in range(200)))
    assert set(statuses(answer)) == {"accepted"}


def test_only_post_is_taken() -> None:
    phone, _ = phone_on_homes()
    assert phone.get("events").status_code == 405


def test_no_cache_keeps_the_answer() -> None:
    phone, (door, *_) = phone_on_homes()
    answer = phone.post("events", phone.envelope(phone.contact(door)))
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


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
