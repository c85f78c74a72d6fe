"""POST redeem: a code becomes a walk on the phone of whoever it was handed to, after the promise on the register."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from campaign.audit.models import AuditEvent
from canvassing.allocation import codes
from canvassing.allocation.models import Allocation, WalkCode
from canvassing.doorstep import register_rules
from canvassing.doorstep.models import PhoneToken
from tests.factories.canvassing import AT, AllocationFactory, walk_of
from tests.factories.doorstep import BASE, Clock, Phone, homes
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.races import at_once
from volunteers.people.models import RegisterAcknowledgement, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    cache.clear()
    return Clock(monkeypatch)


def handed_out(**facts: Any) -> tuple[Allocation, str]:
    """A walk in somebody's hands, and a code for it."""
    allocation = AllocationFactory(walk=walk_of(*homes(2)), **facts)
    return allocation, codes.issue(allocation=allocation, at=AT)


def acknowledged(allocation: Allocation) -> None:
    RegisterAcknowledgement.objects.create(
        volunteer=allocation.holder, version=register_rules.VERSION, acknowledged_at=AT
    )


def redeem(user: User | None, code: str, **facts: Any) -> Any:
    browser = Client()
    if user is not None:
        browser.force_login(user)
    body = {"code": code} | facts
    return browser.post(f"{BASE}redeem", json.dumps(body), content_type="application/json")


def test_it_works() -> None:
    allocation, code = handed_out()
    acknowledged(allocation)
    device = str(uuid4())
    answer = redeem(allocation.holder.user, code, device=device)
    assert answer.status_code == 200
    opened = answer.json()
    assert (opened["allocation"], opened["device"]) == (allocation.pk, device)
    assert datetime.fromisoformat(opened["expires_at"]) == allocation.expires_at
    assert datetime.fromisoformat(opened["append_until"]) == allocation.expires_at + timedelta(days=14)
    assert datetime.fromisoformat(opened["server_time"]) == AT
    phone = Phone(opened["token"], opened["device"], allocation)
    assert phone.get("walk").status_code == 200
    assert answer["Cache-Control"] == "no-store"


def test_only_the_hash_of_256_bits_is_kept() -> None:
    allocation, code = handed_out()
    acknowledged(allocation)
    token = redeem(allocation.holder.user, code).json()["token"]
    assert len(token) >= 43
    kept = PhoneToken.objects.get()
    assert len(bytes(kept.token_hash)) == 32
    assert token.encode() not in bytes(kept.token_hash)


def test_the_first_time_the_rules_are_shown_and_the_code_stays_good() -> None:
    allocation, code = handed_out()
    asked = redeem(allocation.holder.user, code)
    assert (asked.status_code, asked.json()["reason"]) == (403, "acknowledge")
    assert (asked.json()["version"], asked.json()["text"]) == (register_rules.VERSION, register_rules.TEXT)
    assert WalkCode.objects.get().redeemed_at is None
    assert redeem(allocation.holder.user, code, acknowledged="another version").status_code == 403
    assert redeem(allocation.holder.user, code, acknowledged=register_rules.VERSION).status_code == 200
    promise = RegisterAcknowledgement.objects.get()
    assert (promise.volunteer, promise.version, promise.acknowledged_at) == (
        allocation.holder,
        register_rules.VERSION,
        AT,
    )


def test_the_second_time_nothing_is_asked() -> None:
    allocation, code = handed_out()
    redeem(allocation.holder.user, code, acknowledged=register_rules.VERSION)
    again = codes.issue(allocation=allocation, at=AT)
    assert redeem(allocation.holder.user, again).status_code == 200


def test_the_rules_name_the_law_in_plain_words() -> None:
    assert "2001" in register_rules.TEXT
    assert "102, 108 and 115" in register_rules.TEXT


def test_opening_a_walk_is_on_the_trail() -> None:
    allocation, code = handed_out()
    redeem(allocation.holder.user, code, acknowledged=register_rules.VERSION)
    line = AuditEvent.objects.get(act="walk opened on a phone")
    assert (line.actor, line.subject) == (f"user:{allocation.holder.user_id}", f"allocation:{allocation.pk}")


def test_one_user_opens_walks_of_each_person_he_stands_for() -> None:
    user = UserFactory(volunteer=True)
    VolunteerFactory(user=user)
    allocation, code = handed_out(holder=VolunteerFactory(user=user))
    assert redeem(user, code, acknowledged=register_rules.VERSION).status_code == 200
    assert PhoneToken.objects.get().volunteer == allocation.holder


def test_without_signing_in_it_is_401() -> None:
    allocation, code = handed_out()
    acknowledged(allocation)
    assert redeem(None, code).status_code == 401
    assert WalkCode.objects.get().redeemed_at is None


def test_without_the_csrf_token_it_is_403() -> None:
    allocation, code = handed_out()
    acknowledged(allocation)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(allocation.holder.user)
    answer = browser.post(f"{BASE}redeem", json.dumps({"code": code}), content_type="application/json")
    assert answer.status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    answer = browser.post(
        f"{BASE}redeem",
        json.dumps({"code": code}),
        content_type="application/json",
        headers={"X-CSRFToken": "a" * 32},
    )
    assert answer.status_code == 200


def test_a_walks_token_is_no_sign_in() -> None:
    allocation, code = handed_out()
    redeem(allocation.holder.user, code, acknowledged=register_rules.VERSION)
    answer = Client().post(
        f"{BASE}redeem",
        json.dumps({"code": code}),
        content_type="application/json",
        headers={"Authorization": "Bearer x"},
    )
    assert answer.status_code == 401


def test_who_is_no_canvasser_opens_nothing() -> None:
    allocation, code = handed_out(holder=VolunteerFactory(user=UserFactory(teller=True)))
    answer = redeem(allocation.holder.user, code, acknowledged=register_rules.VERSION)
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_allowed")


def test_a_code_of_somebody_else_opens_nothing_and_stays_good() -> None:
    allocation, code = handed_out()
    other = VolunteerFactory()
    answer = redeem(other.user, code, acknowledged=register_rules.VERSION)
    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown")
    assert not RegisterAcknowledgement.objects.exists()
    assert redeem(allocation.holder.user, code, acknowledged=register_rules.VERSION).status_code == 200


def test_a_user_who_stands_for_nobody_opens_nothing() -> None:
    _, code = handed_out()
    assert redeem(UserFactory(organiser=True), code).status_code == 404


def test_a_code_opens_once() -> None:
    allocation, code = handed_out()
    acknowledged(allocation)
    redeem(allocation.holder.user, code)
    answer = redeem(allocation.holder.user, code)
    assert (answer.status_code, answer.json()["reason"]) == (410, "used")
    assert PhoneToken.objects.count() == 1


def test_a_code_of_yesterday_is_too_old(clock: Clock) -> None:
    allocation, code = handed_out(expires_at=AT + timedelta(days=3))
    acknowledged(allocation)
    clock.pass_by(timedelta(hours=25))
    answer = redeem(allocation.holder.user, code)
    assert (answer.status_code, answer.json()["reason"]) == (410, "expired")


def test_after_ten_wrong_codes_one_has_to_wait() -> None:
    allocation, code = handed_out()
    acknowledged(allocation)
    for _ in range(10):
        assert redeem(allocation.holder.user, "AAAAAAAA").status_code == 404
    answer = redeem(allocation.holder.user, code)
    assert (answer.status_code, answer.json()["reason"]) == (429, "too_many")
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize(
    "facts",
    [
        {"code": None},
        {"code": 7},
        {"code": "x" * 41},
        {"device": "mine"},
        {"acknowledged": 3},
        {"acknowledged": "x" * 21},
    ],
    ids=str,
)
def test_a_bad_request_is_422(facts: dict[str, Any]) -> None:
    allocation, code = handed_out()
    answer = redeem(allocation.holder.user, **({"code": code} | facts))
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_envelope")


@pytest.mark.django_db(transaction=True)
def test_two_phones_with_one_code_at_once_open_one_walk() -> None:
    allocation, code = handed_out()
    acknowledged(allocation)
    answers = at_once(*[lambda: redeem(allocation.holder.user, code).status_code] * 4)
    assert sorted(answers) == [200, 410, 410, 410]
    assert PhoneToken.objects.count() == 1
