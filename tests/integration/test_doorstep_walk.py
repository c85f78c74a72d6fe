"""GET walk: what a phone sees of a walk, and what it never sees."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from campaign.access import Role
from canvassing.allocation.hand_back import hand_back, revoke
from canvassing.doorstep.models import PhoneToken
from canvassing.doorstep.schemas import WalkOut
from canvassing.electorate.models import Elector
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import (
    AT,
    AllocationFactory,
    BlockFactory,
    ElectorFactory,
    HouseholdFactory,
    StreetFactory,
    houses,
    walk_along,
    walk_of,
)
from tests.factories.doorstep import BASE, Clock, door_id, homes, phone_of, phone_on, phone_on_homes, statuses
from tests.factories.volunteers import UserFactory
from volunteers.people import roles
from volunteers.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_it_works() -> None:
    CampaignDetailsFactory(full_mode=True)
    street = StreetFactory(name="Thorne Park")
    house = HouseholdFactory(street=street, number=7, tried=True)
    flat = HouseholdFactory(street=street, number=2, flat=True, block=BlockFactory(street=street, name="Fern Court"))
    person = ElectorFactory(household=house, forename="Tess", surname="Adams", reached=True)
    phone = phone_of(AllocationFactory(walk=walk_of(flat, house, name="Thorne Park odd")))
    answer = phone.get("walk")
    assert answer.status_code == 200
    walk = answer.json()
    WalkOut.model_validate(walk)
    assert walk["walk"] == {"id": phone.allocation.walk_id, "name": "Thorne Park odd", "purpose": "canvass"}
    assert (walk["mode"], walk["names"]) == ("full", True)
    assert (walk["candidate"], walk["standing_as"]) == ("Ada Marlowe", "Independent")
    assert datetime.fromisoformat(walk["expires_at"]) == phone.allocation.expires_at
    assert datetime.fromisoformat(walk["append_until"]) == phone.allocation.expires_at + timedelta(days=14)
    assert datetime.fromisoformat(walk["server_time"]) == AT
    assert walk["streets"] == [{"id": f"s{street.pk}", "name": "Thorne Park"}]
    assert walk["doors"] == [
        {
            "id": door_id(flat), "street": f"s{street.pk}", "label": "Flat 2, Fern Court", "block": "Fern Court",
            "position": 1, "tried": 0, "last": None, "people": [],
        },
        {
            "id": door_id(house), "street": f"s{street.pk}", "label": "7", "block": "", "position": 2, "tried": 1,
            "last": {"outcome": "no_answer", "at": "2027-04-10T17:00:00+00:00"},
            "people": [{"id": f"p{person.pk}", "name": "Tess Adams", "reached": True}],
        },
    ]  # fmt: skip


def test_the_questions_name_the_candidate_and_have_fixed_ids() -> None:
    CampaignDetailsFactory()
    phone, _ = phone_on_homes()
    stands_for, support = phone.get("walk").json()["questions"]
    assert (stands_for["id"], stands_for["kind"]) == ("stands_for", "choice")
    assert stands_for["text"] == "Who do you think Ada Marlowe is standing for?"
    assert [answer["id"] for answer in stands_for["answers"]] == [
        "independent",
        "former_party",
        "other_party",
        "not_sure",
    ]
    assert (support["id"], support["kind"]) == ("support", "scale")
    assert [answer["id"] for answer in support["answers"]] == ["1", "2", "3", "4", "5"]
    assert support["answers"][4] == {"id": "5", "label": "Definitely", "key": "5"}


def test_every_outcome_has_its_letter_next_to_its_meaning() -> None:
    phone, _ = phone_on_homes()
    outcomes = phone.get("walk").json()["outcomes"]
    assert {"id": "no_answer", "label": "No answer", "code": "N"} in outcomes
    assert len({outcome["code"] for outcome in outcomes}) == len(outcomes) == 4


def test_before_the_agent_set_anything_the_mode_is_tally() -> None:
    phone, _ = phone_on_homes()
    assert phone.get("walk").json()["mode"] == "tally"


def test_names_stay_off_where_the_campaign_says_so() -> None:
    CampaignDetailsFactory(names_on_phones=False)
    phone, (door, *_) = phone_on_homes()
    answer = phone.get("walk")
    person = door.electors.get()
    assert answer.json()["names"] is False
    assert answer.json()["doors"][0]["people"] == [{"id": f"p{person.pk}", "name": "", "reached": False}]
    assert person.surname not in answer.content.decode()


def test_nothing_of_a_person_but_the_name_goes_out() -> None:
    door = HouseholdFactory()
    ElectorFactory(household=door, number="4711", suffix="X9", marker="Q", attains_on=date(2027, 4, 11))
    ElectorFactory(household=door, gone=True, surname="Leftalready")
    Elector.objects.create(
        polling_district=door.street.polling_district, constituency=door.constituency, edition=date(2026, 12, 1),
        number="9999", anonymous=True,
    )  # fmt: skip
    said = phone_on(door).get("walk").content.decode()
    assert len(json.loads(said)["doors"][0]["people"]) == 1
    for secret in ("4711", "X9", "2027-04-11", "Leftalready", "9999"):
        assert secret not in said


def test_opinions_heard_earlier_are_not_shown() -> None:
    CampaignDetailsFactory(full_mode=True)
    phone, (door, *_) = phone_on_homes()
    phone.send(phone.contact(door, "answered", person=door.electors.get(), answers={"stands_for": "other_party"}))
    CampaignDetailsFactory(legal_mode="tally")
    doors = phone.get("walk").json()["doors"]
    assert (doors[0]["tried"], doors[0]["last"]["outcome"]) == (1, "answered")
    assert "other_party" not in json.dumps(doors)


def test_only_doors_this_allocation_holds() -> None:
    street = StreetFactory()
    first, second, third = houses(3, street)
    elsewhere = phone_on(second)
    phone = phone_of(AllocationFactory(walk=walk_of(first, third)))
    phone.allocation.held_doors.filter(household=third).update(released_at=AT)
    assert [door["id"] for door in phone.get("walk").json()["doors"]] == [door_id(first)]
    assert [door["id"] for door in elsewhere.get("walk").json()["doors"]] == [door_id(second)]


def test_a_walk_known_by_its_street_only_has_no_doors() -> None:
    street = StreetFactory()
    phone = phone_of(AllocationFactory(walk=walk_along(street)))
    walk = phone.get("walk").json()
    assert (walk["doors"], [one["id"] for one in walk["streets"]]) == ([], [f"s{street.pk}"])


def test_what_did_not_change_is_not_sent_again(clock: Clock) -> None:
    phone, (door, *_) = phone_on_homes()
    etag = phone.get("walk")["ETag"]
    clock.pass_by(timedelta(minutes=5))
    unchanged = phone.get("walk", **{"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    phone.send(phone.contact(door))
    changed = phone.get("walk", **{"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_it_is_compressed_and_the_tag_still_holds() -> None:
    phone = phone_on(*homes(30))
    answer = phone.get("walk", **{"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < len(phone.get("walk").content) / 3
    again = phone.get("walk", **{"Accept-Encoding": "gzip", "If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_no_cache_keeps_it() -> None:
    phone, _ = phone_on_homes()
    assert phone.get("walk")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("doors", [1, 30])
def test_it_takes_three_statements(doors: int, query_count: Callable[[Callable[[], object]], int]) -> None:
    phone = phone_on(*homes(doors))
    assert query_count(lambda: phone.get("walk")) == 3


def test_after_the_lease_it_is_gone(clock: Clock) -> None:
    phone, _ = phone_on_homes()
    clock.at = phone.allocation.expires_at
    answer = phone.get("walk")
    assert (answer.status_code, answer.json()["reason"], answer.json()["wipe"]) == (410, "expired", "doors")


def test_after_handing_back_it_is_gone() -> None:
    phone, _ = phone_on_homes()
    hand_back(allocation=phone.allocation, at=AT)
    assert (phone.get("walk").status_code, phone.get("walk").json()["reason"]) == (410, "ended")


def test_after_revocation_it_is_gone() -> None:
    phone, _ = phone_on_homes()
    revoke(allocation=phone.allocation, at=AT)
    assert (phone.get("walk").status_code, phone.get("walk").json()["reason"]) == (410, "revoked")


@pytest.mark.parametrize("left", ["role", "account"])
def test_whoever_left_the_team_reads_nothing_any_more__a_taken_role_left_the_register_open(left: str) -> None:
    phone, (door, *_) = phone_on_homes()
    user = phone.allocation.holder.user
    if left == "role":
        roles.take(user=user, role=Role.VOLUNTEER, actor=None, at=AT)
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert (phone.get("walk").status_code, phone.get("walk").json()["wipe"]) == (410, "doors")
    answer = phone.send(phone.contact(door))
    assert (statuses(answer), answer["wipe"]) == (["held revoked"], "doors")


def test_revoking_one_phone_leaves_the_other() -> None:
    phone, _ = phone_on_homes()
    second = phone_of(phone.allocation)
    PhoneToken.objects.filter(device=phone.device).update(revoked_at=AT)
    assert (phone.get("walk").status_code, second.get("walk").status_code) == (410, 200)


def test_a_stolen_phone_sees_nothing_and_wipes_all() -> None:
    phone, _ = phone_on_homes()
    PhoneToken.objects.update(stolen_at=AT)
    answer = phone.get("walk")
    assert (answer.status_code, answer.json()["wipe"]) == (401, "all")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic dXNlcg==", "Bearer \xff"])
def test_without_a_good_token_it_is_401(header: str) -> None:
    phone_on_homes()
    answer = Client().get(f"{BASE}walk", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["reason"], answer.json()["wipe"]) == (401, "unknown", "none")


def test_a_sign_in_opens_no_walk() -> None:
    phone_on_homes()
    browser = Client()
    browser.force_login(UserFactory(agent=True))
    assert browser.get(f"{BASE}walk").status_code == 401
