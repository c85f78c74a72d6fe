"""Judging one item without a database: what is sound, what is kept of the rest, and what its hash covers."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvassing.doorstep.events import FORMS, Item, Kind, TypedDoor, moment, read

ID, OTHER = "6f9cf0d6-4b7e-4a7b-9a55-0f4f5b1d2c3e", "77aaf0d6-4b7e-4a7b-9a55-0f4f5b1d2c3e"
OPINIONS = {"support": "4", "stands_for": "not_sure"}
SOUND: dict[str, Any] = {
    "id": ID,
    "seq": 41,
    "kind": "contact",
    "door": "d12",
    "person": "p34",
    "outcome": "answered",
    "answers": OPINIONS,
    "mode": "tally",
    "at": "2026-05-01T18:19:58.003Z",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def judged(raw: Any, *, keep_opinions: bool = False) -> Item:
    item = read(raw, keep_opinions=keep_opinions)
    assert item is not None
    return item


def test_a_sound_event_is_read() -> None:
    event = judged(SOUND).event
    assert event is not None
    assert (event.id, event.root, event.kind, event.seq) == (UUID(ID), UUID(ID), Kind.CONTACT, 41)
    assert (event.door, event.person, event.outcome, event.opinions) == (12, 34, "answered", OPINIONS)
    assert event.said_at == datetime(2026, 5, 1, 18, 19, 58, 3000, tzinfo=UTC)


def test_a_typed_door_is_tidied() -> None:
    event = judged(SOUND | {"door": {"street": "s5", "label": " 14  a\n"}}).event
    assert event is not None
    assert event.door == TypedDoor(5, "14 a")


def test_a_number_on_a_scale_may_come_as_a_number() -> None:
    event = judged(SOUND | {"answers": {"support": 4}}).event
    assert event is not None
    assert event.opinions == {"support": "4"}


def test_an_undo_names_its_contact_and_nobody() -> None:
    event = judged(
        {"id": OTHER, "seq": 42, "kind": "void", "door": "d12", "target": ID, "at": SOUND["at"]} | {"person": "p34"}
    ).event
    assert event is not None
    assert (event.root, event.person, event.outcome) == (UUID(ID), None, "")


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_field_counts_as_not_sent(empty: Any) -> None:
    assert judged(SOUND | {"person": empty, "target": empty}).event is not None


def test_fields_we_do_not_know_are_passed_over() -> None:
    assert judged(SOUND | {"weather": "rain"}).event == judged(SOUND).event


@pytest.mark.parametrize(
    "raw", [None, [], "x", 7, {}, {"id": None}, {"id": "x"}, {"id": ID + "\n"}, {"id": ID.replace("-", "")}]
)
def test_what_has_no_uuid_is_nothing(raw: Any) -> None:
    assert read(raw, keep_opinions=True) is None


def test_the_hash_covers_neither_opinions_nor_the_mode_nor_what_we_do_not_know() -> None:
    content_hash = judged(SOUND).content_hash
    bare = {name: value for name, value in SOUND.items() if name not in ("answers", "mode")}
    for same in (bare, SOUND | {"mode": "full"}, SOUND | {"answers": {"support": "1"}}, SOUND | {"note": "x"}):
        assert judged(same).content_hash == content_hash
        assert judged(same, keep_opinions=True).content_hash == content_hash


@pytest.mark.parametrize(
    "change", [{"outcome": "refused"}, {"door": "d13"}, {"person": "p35"}, {"seq": 42}, {"kind": "void"}]
)
def test_the_hash_covers_everything_else(change: dict[str, Any]) -> None:
    assert judged(SOUND | change).content_hash != judged(SOUND).content_hash


@given(raw=st.dictionaries(st.sampled_from([*FORMS, "answers"]) | st.text(), JSON))
def test_without_opinions_the_payload_has_known_fields_in_known_forms_only(raw: dict[str, Any]) -> None:
    payload = judged(raw | {"id": ID}).payload
    assert payload.keys() <= FORMS.keys()
    assert all(FORMS[name](value) for name, value in payload.items())


@given(raw=st.dictionaries(st.text(), JSON))
def test_with_opinions_the_payload_is_as_sent_but_postgresql_can_keep_it(raw: dict[str, Any]) -> None:
    payload = judged(raw | {"id": ID}, keep_opinions=True).payload
    text = json.dumps(payload, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode()


def test_a_nest_without_end_is_cut() -> None:
    nest: list[Any] = []
    for _ in range(5000):
        nest = [nest]
    assert judged(SOUND | {"nest": nest}, keep_opinions=True).payload["nest"] is not nest


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-05-01T18:19:58Z", datetime(2026, 5, 1, 18, 19, 58, tzinfo=UTC)),
        ("2026-05-01T19:19:58.5+01:00", datetime(2026, 5, 1, 18, 19, 58, 500_000, tzinfo=UTC)),
        ("2026-05-01T18:19:58", None),
        ("2026-05-01 18:19:58Z", None),
        ("2026-02-30T18:19:58Z", None),
        ("1970-01-01T00:03:00Z", datetime(1970, 1, 1, 0, 3, tzinfo=UTC)),  # a phone whose clock was reset
        ("1969-12-31T23:59:59Z", None),
        ("2101-01-01T00:00:00Z", None),
        ("2026-05-01T18:19:58+99:99", None),
        ("2026-W18-5T18:19:58Z", None),
        (1777659598, None),
        (None, None),
    ],
)
def test_moments_have_a_zone_and_lie_where_a_phones_clock_can_be(text: Any, found: datetime | None) -> None:
    assert moment(text) == found
