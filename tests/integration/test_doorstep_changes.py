"""GET changes: what others logged at the walk's doors, so that none is knocked at twice."""

from datetime import datetime, timedelta

import pytest

from canvassing.allocation.hand_back import hand_back
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AT, HOUR, AllocationFactory
from tests.factories.doorstep import MINUTE, Clock, door_id, phone_of, phone_on_homes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_it_works() -> None:
    CampaignDetailsFactory(full_mode=True)
    phone, (door, *_) = phone_on_homes()
    second = phone_of(phone.allocation)
    person = door.electors.get()
    logged = second.contact(door, "answered", person=person, answers={"support": "5"})
    undone = second.void(logged)
    second.send(logged, undone)
    answer = phone.get("changes").json()
    assert sorted(answer["events"], key=lambda event: event["at"]) == [
        {
            "id": logged["id"], "kind": "contact", "door": door_id(door), "person": f"p{person.pk}",
            "outcome": "answered", "target": None, "at": "2027-04-10T16:59:01Z",
        },
        {
            "id": undone["id"], "kind": "void", "door": door_id(door), "person": None, "outcome": "",
            "target": logged["id"], "at": "2027-04-10T16:59:02Z",
        },
    ]  # fmt: skip
    assert datetime.fromisoformat(answer["server_time"]) == AT


def test_whoever_holds_a_door_now_sees_what_is_handed_in_late() -> None:
    phone, (door, *_) = phone_on_homes()
    hand_back(allocation=phone.allocation, at=AT)
    successor = phone_of(AllocationFactory(walk=phone.allocation.walk))
    late = phone.contact(door)
    phone.send(late)
    assert [event["id"] for event in successor.get("changes").json()["events"]] == [late["id"]]


def test_other_doors_are_nobodys_business() -> None:
    phone, _ = phone_on_homes()
    other, (theirs, *_) = phone_on_homes()
    other.send(other.contact(theirs))
    assert phone.get("changes").json()["events"] == []


def test_the_cursor_repeats_the_last_minute_and_nothing_older(clock: Clock) -> None:
    phone, (door, *_) = phone_on_homes()
    early, late = phone.contact(door), phone.contact(door)
    phone.send(early)
    clock.pass_by(10 * MINUTE)
    phone.send(late)
    clock.pass_by(timedelta(seconds=30))
    cursor = phone.get("changes").json()["cursor"]
    assert [event["id"] for event in phone.get("changes", {"since": cursor}).json()["events"]] == [late["id"]]
    clock.pass_by(2 * MINUTE)
    cursor = phone.get("changes", {"since": cursor}).json()["cursor"]
    assert phone.get("changes", {"since": cursor}).json()["events"] == []


def test_what_was_logged_before_the_walk_was_handed_out_is_in_the_walk_itself(clock: Clock) -> None:
    phone, (door, *_) = phone_on_homes()
    phone.send(phone.contact(door))
    hand_back(allocation=phone.allocation, at=AT)
    clock.pass_by(HOUR)
    later = phone_of(AllocationFactory(walk=phone.allocation.walk, started_at=clock.at))
    assert later.get("changes", {"since": "2001-01-01T00:00:00Z"}).json()["events"] == []
    assert later.get("walk").json()["doors"][0]["tried"] == 1


@pytest.mark.parametrize("since", ["", "yesterday", "2027-04-10", "2027-04-10T17:00:00"])
def test_a_bad_cursor_is_422(since: str) -> None:
    phone, _ = phone_on_homes()
    answer = phone.get("changes", {"since": since})
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_envelope")


def test_after_the_end_it_is_gone() -> None:
    phone, _ = phone_on_homes()
    hand_back(allocation=phone.allocation, at=AT)
    assert phone.get("changes").status_code == 410


def test_without_a_token_it_is_401() -> None:
    phone, _ = phone_on_homes()
    phone.token = "made-up"
    assert phone.get("changes").status_code == 401


def test_it_takes_two_statements(query_count) -> None:
    phone, doors = phone_on_homes()
    phone.send(*(phone.contact(door) for door in doors))
    assert query_count(lambda: phone.get("changes")) == 2
