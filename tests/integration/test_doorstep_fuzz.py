"""Whatever JSON arrives, the answer is a refusal of the envelope or a result for each item: never a server error."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvassing.doorstep import rebuild
from canvassing.doorstep.verdicts import Status
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.doorstep import Clock, phone_on_homes

pytestmark = pytest.mark.django_db

TRIES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**31, 2**53, 2**63, -(2**63), 10**400])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(
        [
            "",
            "\0",
            "\ud800",
            "d0",
            "d" + "9" * 18,
            "d" + "9" * 30,
            "p1",
            "s1",
            "\N{FULLWIDTH DIGIT TWO}",
            "full",
            "tally",
        ]
    )
    | st.datetimes().map(lambda moment: moment.isoformat() + "Z")
    | st.uuids().map(str)
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    CampaignDetailsFactory(full_mode=True)
    return Clock(monkeypatch)


def some_of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with any of these fields, some as they should be and some not."""
    return st.fixed_dictionaries({}, optional={name: sound | JSON for name, sound in fields.items()})


def moments() -> st.SearchStrategy[str]:
    return st.datetimes().map(lambda moment: moment.isoformat() + "Z") | st.just("2027-04-10T16:30:00.123+01:00")


def events(doors: list[str], people: list[str], streets: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    ids = st.sampled_from([str(UUID(int=number)) for number in range(4)]) | st.uuids().map(str)
    typed = some_of(street=st.sampled_from(streets), label=st.text(max_size=90))
    return some_of(
        id=ids,
        seq=st.integers(0, 99),
        kind=st.sampled_from(["contact", "correct", "void"]),
        door=st.sampled_from(doors) | typed,
        person=st.sampled_from(people) | st.none(),
        outcome=st.sampled_from(["answered", "no_answer", "refused", "no_access", ""]),
        answers=some_of(support=st.sampled_from([3, "3"]), stands_for=st.just("not_sure")),
        target=ids,
        mode=st.sampled_from(["tally", "consent", "full"]),
        at=moments(),
    )


def check(answer: Any, items: int) -> None:
    body = answer.json()
    if answer.status_code == 200:
        assert len(body["results"]) == items
        assert {result["status"] for result in body["results"]} <= set(Status)
    else:
        assert answer.status_code in (400, 413, 422)
        assert body["reason"]
        assert body["message"]


@given(data=st.data())
@TRIES
def test_any_mixture_of_sound_and_unsound_fields(data: st.DataObject) -> None:
    phone, doors = phone_on_homes(2)
    people = [f"p{door.electors.get().pk}" for door in doors]
    streets = [f"s{doors[0].street_id}"]
    event = events([f"d{door.pk}" for door in doors], people, streets)
    batch = data.draw(st.lists(event | JSON, min_size=1, max_size=5))
    check(phone.post("events", phone.envelope(*batch)), len(batch))
    check(phone.post("events", phone.envelope(*batch)), len(batch))
    assert rebuild.differences() == []


@given(envelope=some_of(v=st.just(1), device=st.just("?"), sent_at=moments(), client=st.text(), events=st.lists(JSON)))
@TRIES
def test_any_envelope(envelope: dict[str, Any]) -> None:
    phone, _ = phone_on_homes(1)
    if envelope.get("device") == "?":
        envelope["device"] = str(phone.device)
    items = envelope.get("events")
    check(phone.post("events", envelope), len(items) if isinstance(items, list) else 0)


@given(body=JSON)
@TRIES
def test_any_json_at_all(body: Any) -> None:
    phone, _ = phone_on_homes(1)
    for call in ("events", "close"):
        answer = phone.post(call, json.dumps(body))
        assert answer.status_code in (400, 422)


@given(body=st.binary())
@TRIES
def test_any_bytes_at_all(body: bytes) -> None:
    phone, _ = phone_on_homes(1)
    for call in ("events", "close"):
        assert phone.post(call, body).status_code in (400, 422)


@given(since=st.text() | moments())
@TRIES
def test_any_cursor(since: str) -> None:
    phone, _ = phone_on_homes(1)
    assert phone.get("changes", {"since": since.encode("utf-8", "replace").decode()}).status_code in (200, 422)
