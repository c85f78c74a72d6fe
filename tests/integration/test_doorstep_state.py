"""GET state and POST close: where the walk stands, and whether the server has everything."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from canvassing.allocation.hand_back import hand_back, revoke
from canvassing.doorstep.models import PhoneToken
from tests.factories.canvassing import AT
from tests.factories.doorstep import Clock, phone_of, phone_on_homes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def digest(*events: dict[str, Any]) -> str:
    """As docs/sync_protocol.md tells a client to make it."""
    return hashlib.sha256("\n".join(sorted(event["id"] for event in events)).encode()).hexdigest()


def test_it_works() -> None:
    phone, (door, *_) = phone_on_homes()
    phone.send(phone.contact(door), phone.contact("d999999"), phone.contact(door, "danced"))
    answer = phone.get("state").json()
    assert (answer["have"], answer["state"], answer["wipe"]) == (3, "active", "none")
    assert datetime.fromisoformat(answer["expires_at"]) == phone.allocation.expires_at
    assert datetime.fromisoformat(answer["append_until"]) == phone.allocation.expires_at + timedelta(days=14)


def test_have_counts_this_phone_alone_and_each_id_once() -> None:
    phone, (door, *_) = phone_on_homes()
    second = phone_of(phone.allocation)
    event = phone.contact(door)
    phone.send(event, event | {"outcome": "answered"})
    second.send(second.contact(door))
    assert (phone.get("state").json()["have"], second.get("state").json()["have"]) == (1, 1)


def test_the_state_is_told_also_after_the_end(clock: Clock) -> None:
    phone, _ = phone_on_homes()
    clock.at = phone.allocation.expires_at
    assert (phone.get("state").json()["state"], phone.get("state").json()["wipe"]) == ("expired", "doors")


@pytest.mark.parametrize(("act", "state"), [(hand_back, "ended"), (revoke, "revoked")])
def test_the_state_says_how_it_ended(act: Any, state: str) -> None:
    phone, _ = phone_on_homes()
    act(allocation=phone.allocation, at=AT)
    assert (phone.get("state").json()["state"], phone.get("state").json()["wipe"]) == (state, "doors")


def test_a_stolen_phone_hears_nothing_but_to_wipe() -> None:
    phone, _ = phone_on_homes()
    PhoneToken.objects.update(stolen_at=AT)
    assert (phone.get("state").status_code, phone.get("state").json()["wipe"]) == (401, "all")


def test_close_lets_the_phone_wipe_when_the_server_has_everything() -> None:
    phone, (door, *_) = phone_on_homes()
    sent = [phone.contact(door), phone.contact("d999999")]
    phone.send(*sent)
    answer = phone.post("close", {"count": 2, "digest": digest(*sent)}).json()
    assert (answer["complete"], answer["wipe"], answer["have"]) == (True, "all", 2)


def test_close_of_a_phone_that_never_logged_anything() -> None:
    phone, _ = phone_on_homes()
    assert phone.post("close", {"count": 0, "digest": digest()}).json()["complete"] is True


def test_close_after_the_end() -> None:
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door)
    phone.send(event)
    hand_back(allocation=phone.allocation, at=AT)
    assert phone.post("close", {"count": 1, "digest": digest(event)}).json()["wipe"] == "all"


@pytest.mark.parametrize("missing", ["one more", "another"])
def test_close_keeps_the_phone_from_wiping_what_the_server_lacks(missing: str) -> None:
    phone, (door, *_) = phone_on_homes()
    event, lost = phone.contact(door), phone.contact(door)
    phone.send(event)
    claimed = [event, lost] if missing == "one more" else [lost]
    answer = phone.post("close", {"count": len(claimed), "digest": digest(*claimed)}).json()
    assert (answer["complete"], answer["wipe"], answer["have"]) == (False, "none", 1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"count": 1},
        {"count": -1, "digest": "0" * 64},
        {"count": "1", "digest": "0" * 64},
        {"count": 1, "digest": "x"},
        [],
    ],
    ids=str,
)
def test_a_bad_close_is_422(body: Any) -> None:
    phone, _ = phone_on_homes()
    answer = phone.post("close", body)
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_envelope")


def test_without_a_token_both_are_401() -> None:
    phone, _ = phone_on_homes()
    phone.token = str(uuid4())
    assert phone.get("state").status_code == 401
    assert phone.post("close", {"count": 0, "digest": digest()}).status_code == 401
