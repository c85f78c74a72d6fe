"""POST events: who may send, and what a batch has to look like before it is read."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from canvassing.doorstep.models import Contact
from tests.factories.doorstep import BASE, SOMEBODY_ELSES, phone_on_homes, statuses
from tests.factories.volunteers import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "everything_is_kept")]


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
