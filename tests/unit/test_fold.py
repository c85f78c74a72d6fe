"""The fold: one state from any order of arrival, and days that add up to it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvassing.doorstep.events import Kind
from canvassing.doorstep.fold import (
    DoorState,
    Logged,
    PersonState,
    door_after,
    door_gains,
    follow,
    person_after,
    person_gains,
    standing,
)
from canvassing.doorstep.outcomes import Outcome

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def logged(number: int, kind: Kind = Kind.CONTACT, root: int | None = None, **facts: Any) -> Logged:
    """An event at door 1 with its number as its id, its sequence and its minute after noon."""
    defaults = {
        "household": 1,
        "elector": None,
        "allocation": 1,
        "rank": 0,
        "outcome": "" if kind == Kind.VOID else "no_answer",
        "happened_at": NOON + number * MINUTE,
        "device": UUID(int=7),
        "seq": number,
    }
    return Logged(id=UUID(int=number), kind=kind, root=UUID(int=root or number), **(defaults | facts))


@st.composite
def histories(draw: st.DrawFn) -> list[Logged]:
    """What several phones and an organiser may log at two doors about three people, clocks all over the place."""
    amount = draw(st.integers(0, 14))
    events = []
    for number in range(1, amount + 1):
        kind = draw(st.sampled_from([Kind.CONTACT, Kind.CONTACT, Kind.CORRECT, Kind.VOID]))
        outcome = "" if kind == Kind.VOID else draw(st.sampled_from([outcome.value for outcome in Outcome]))
        events.append(
            logged(
                number,
                kind,
                root=None if kind == Kind.CONTACT else draw(st.integers(1, 6).map(lambda root: root + 100)),
                household=draw(st.integers(1, 2)),
                elector=draw(st.none() | st.integers(1, 3)) if kind != Kind.VOID else None,
                allocation=draw(st.integers(1, 2)),
                rank=draw(st.sampled_from([0, 0, 0, 1])),
                outcome=outcome,
                happened_at=NOON + draw(st.integers(-2000, 2000)) * MINUTE,
                device=UUID(int=draw(st.integers(1, 3))),
                seq=draw(st.integers(1, 4)),
            )
        )
    return [*events, *(contact for contact in map(root_of, events) if contact is not None)]


def root_of(event: Logged) -> Logged | None:
    """The contact that a correction names, for some of them: others never come."""
    number = event.root.int
    if number <= 100 or number % 2 or event.seq > 2:
        return None
    return logged(number, household=event.household, allocation=event.allocation)


@given(history=histories(), seed=st.integers())
def test_any_order_of_arrival_gives_the_same(history: list[Logged], seed: int) -> None:
    history = list({event.id: event for event in history}.values())
    mixed = Random(seed).sample(history, len(history))
    assert standing(mixed) == standing(history)


@given(history=histories())
def test_the_days_add_up_to_the_states(history: list[Logged]) -> None:
    totals = days_of(history)
    states = [door_after(DoorState(), contacts) for contacts in by_door(history).values()]
    people = [person_after(PersonState(), contacts) for contacts in by_person(history).values()]
    assert summed(totals, "attempts") == sum(state.attempts for state in states)
    assert summed(totals, "doors_tried") == sum(state.attempts > 0 for state in states)
    assert summed(totals, "doors_answered") == sum(state.answers > 0 for state in states)
    assert summed(totals, "electors_reached") == sum(person.conversations > 0 for person in people)
    assert all(gain >= 0 for gain in totals.values())


@given(history=histories(), split=st.integers(0, 14))
def test_what_follows_only_adds(history: list[Logged], split: int) -> None:
    """The short way that the server takes for plain contacts in order comes to the same as folding everything."""
    contacts = [c for c in standing(history) if c.household == 1]
    early, late = contacts[:split], contacts[split:]
    state, person = door_after(DoorState(), early), person_after(PersonState(), early)
    assert door_after(state, late) == door_after(DoorState(), contacts)
    assert person_after(person, late) == person_after(PersonState(), contacts)
    for gains_of, known in ((door_gains, state), (person_gains, person)):
        added = gains_of(type(known)(), early, counts=True)
        added.update(gains_of(known, late, counts=True))
        assert added == gains_of(type(known)(), contacts, counts=True)


@pytest.mark.parametrize(
    ("last_at", "event", "does"),
    [
        (None, logged(1), True),
        (NOON, logged(1), True),
        (NOON + MINUTE, logged(1), False),
        (NOON + 2 * MINUTE, logged(1), False),
        (None, logged(2, Kind.VOID, 1), False),
        (None, logged(2, Kind.CORRECT, 1, outcome="answered"), False),
    ],
)
def test_what_follows_is_a_plain_contact_later_than_all(last_at: datetime | None, event: Logged, does: bool) -> None:
    assert follow(last_at, [event]) is does


@given(history=histories())
def test_answers_are_among_attempts_and_what_was_last_has_a_time(history: list[Logged]) -> None:
    for contacts in by_door(history).values():
        state = door_after(DoorState(), contacts)
        assert 0 <= state.answers <= state.attempts
        assert (state.last_outcome == "") == (state.last_at is None)


def days_of(history: list[Logged]) -> Counter[tuple[date, str]]:
    days: Counter[tuple[date, str]] = Counter()
    for contacts in by_door(history).values():
        days.update(door_gains(DoorState(), contacts, counts=True))
    for contacts in by_person(history).values():
        days.update(person_gains(PersonState(), contacts, counts=True))
    return days


def by_door(history: list[Logged]) -> dict[int, list[Logged]]:
    return {door: [c for c in standing(history) if c.household == door] for door in (1, 2)}


def by_person(history: list[Logged]) -> dict[int, list[Logged]]:
    return {person: [c for c in standing(history) if c.elector == person] for person in (1, 2, 3)}


def summed(days: Counter[tuple[date, str]], column: str) -> int:
    return sum(gain for (_, name), gain in days.items() if name == column)


def test_a_door_never_tried() -> None:
    assert door_after(DoorState(), []) == DoorState(0, 0, "", None)
    assert person_after(PersonState(), []) == PersonState(0, None)


@pytest.mark.parametrize(
    ("outcome", "attempts", "answers", "conversations"),
    [("no_answer", 1, 0, 0), ("answered", 1, 1, 1), ("refused", 1, 1, 0), ("no_access", 0, 0, 0)],
)
def test_what_each_outcome_counts_as(outcome: str, attempts: int, answers: int, conversations: int) -> None:
    contacts = standing([logged(1, outcome=outcome, elector=5)])
    assert (door_after(DoorState(), contacts).attempts, door_after(DoorState(), contacts).answers) == (
        attempts,
        answers,
    )
    assert person_after(PersonState(), contacts).conversations == conversations
    assert door_after(DoorState(), contacts).last_outcome == outcome


def test_the_last_of_several_corrections_speaks() -> None:
    events = [logged(1), logged(2, Kind.CORRECT, 1, outcome="refused"), logged(3, Kind.CORRECT, 1, outcome="answered")]
    assert [contact.outcome for contact in standing(events)] == ["answered"]


def test_an_organiser_speaks_last_whatever_the_time() -> None:
    events = [logged(1), logged(2, Kind.CORRECT, 1, outcome="refused", rank=1), logged(3, Kind.VOID, 1)]
    assert [contact.outcome for contact in standing(events)] == ["refused"]


def test_an_undo_counts_whatever_two_clocks_say() -> None:
    assert standing([logged(1), logged(2, Kind.VOID, 1, happened_at=NOON - MINUTE)]) == []


def test_an_undo_that_comes_alone_is_nothing() -> None:
    assert standing([logged(2, Kind.VOID, 1)]) == []


def test_a_correction_that_comes_alone_is_the_contact() -> None:
    assert [contact.outcome for contact in standing([logged(2, Kind.CORRECT, 1, outcome="answered")])] == ["answered"]


@pytest.mark.parametrize("elsewhere", [{"allocation": 2}, {"household": 2}])
def test_an_undo_from_another_walk_or_about_another_door_undoes_nothing(elsewhere: dict[str, int]) -> None:
    assert len(standing([logged(1), logged(2, Kind.VOID, 1, **elsewhere)])) == 1


def test_a_door_that_no_longer_counts_gives_its_attempts_only() -> None:
    contacts = standing([logged(1, outcome="answered", elector=5)])
    assert door_gains(DoorState(), contacts, counts=False) == {(NOON.date(), "attempts"): 1}
    assert person_gains(PersonState(), contacts, counts=False) == {}


def test_a_day_is_londons() -> None:
    late = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    contacts = standing([logged(1, happened_at=late)])
    assert set(door_gains(DoorState(), contacts, counts=True)) == {
        (date(2026, 5, 2), "attempts"),
        (date(2026, 5, 2), "doors_tried"),
    }
