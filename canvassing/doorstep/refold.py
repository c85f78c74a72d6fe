"""After new contacts: the states of the doors and people they touch, and what is to be added to each day's totals.

A plain contact that is later than everything known at its door only adds to the door's state, so what it costs does
not grow with what happened there before. Everything else (a correction, an undo, a contact that comes late) has its
door folded anew from all the contacts there; likewise for people.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.db import connection

from canvassing.doorstep.events import Kind
from canvassing.doorstep.fold import (
    Days,
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
from canvassing.progress.deltas import COLUMNS, Delta

State = TypeVar("State", DoorState, PersonState)
Gains = Counter[tuple[tuple[int, int, date], str]]

# Everybody locks doors before people and either in key order, so that no two batches can wait for each other. What is
# folded is read by later statements than those that lock: only they see what a competitor just committed.
LOCK_DOORS = """
SELECT household_id, constituency_id, polling_district_id, standing, attempts, answers, last_outcome, last_at
FROM canvassing_householdstate WHERE household_id = ANY(%s) ORDER BY household_id FOR UPDATE
"""
# Corrections and undos that came before their contact.
FORERUNNERS = "SELECT DISTINCT root FROM canvassing_contact WHERE root = ANY(%s) AND kind <> 'contact'"
LOCK_PEOPLE = """
SELECT elector_id, constituency_id, polling_district_id, living, conversations, reached_at
FROM canvassing_electorstate
WHERE elector_id = ANY(%(named)s) OR elector_id IN (
    SELECT coalesce(elector.merged_into_id, elector.id)
    FROM canvassing_household household
    JOIN canvassing_contact contact ON contact.household_id = household.id
    JOIN canvassing_elector elector ON elector.id = contact.elector_id
    WHERE (household.id = ANY(%(doors)s) OR household.merged_into_id = ANY(%(doors)s)) AND contact.root = ANY(%(roots)s)
)
ORDER BY elector_id FOR UPDATE
"""
READ = """
WITH door AS (
    SELECT coalesce(household.merged_into_id, household.id) AS id
    FROM canvassing_household household WHERE household.id = ANY(%(doors)s)
    UNION
    SELECT coalesce(household.merged_into_id, household.id)
    FROM canvassing_elector elector
    JOIN canvassing_contact contact ON contact.elector_id = elector.id
    JOIN canvassing_household household ON household.id = contact.household_id
    WHERE elector.id = ANY(%(people)s) OR elector.merged_into_id = ANY(%(people)s)
)
SELECT contact.id, door.id, coalesce(elector.merged_into_id, elector.id), contact.allocation_id, contact.kind,
       contact.root, contact.rank, contact.outcome, contact.happened_at, contact.device, contact.seq
FROM door
JOIN canvassing_household household ON household.id = door.id OR household.merged_into_id = door.id
JOIN canvassing_contact contact ON contact.household_id = household.id
LEFT JOIN canvassing_elector elector ON elector.id = contact.elector_id
"""
# Asked only of rows that do not count: those merged never do, and in a day's canvassing there are hardly any others.
MERGED = """
SELECT EXISTS (SELECT FROM canvassing_household WHERE id = ANY(%(doors)s) AND merged_into_id IS NOT NULL)
    OR EXISTS (SELECT FROM canvassing_elector WHERE id = ANY(%(people)s) AND merged_into_id IS NOT NULL)
"""
WRITE_DOORS = """
UPDATE canvassing_householdstate state
SET attempts = new.attempts, answers = new.answers, last_outcome = new.last_outcome, last_at = new.last_at
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::text[], %s::timestamptz[])
    AS new (key, attempts, answers, last_outcome, last_at)
WHERE state.household_id = new.key
"""
WRITE_PEOPLE = """
UPDATE canvassing_electorstate state SET conversations = new.conversations, reached_at = new.reached_at
FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[]) AS new (key, conversations, reached_at)
WHERE state.elector_id = new.key
"""


@dataclass(frozen=True, slots=True)
class Locked(Generic[State]):
    """A state row in our hands: whose it is, and whether it counts in its district's totals."""

    key: int
    constituency: int
    polling_district: int
    counts: bool
    state: State


@dataclass(frozen=True, slots=True)
class Change(Generic[State]):
    """How one door or person changes: from `base`, by the contacts that stand `now` instead of those that stood."""

    of: Locked[State]
    base: State
    now: list[Logged]
    stood: list[Logged]


class MergedMeanwhileError(Exception):
    """A door or a person became part of another while a batch waited for its state. Trying again sees the merge."""


@dataclass(frozen=True, slots=True)
class Folded:
    """The polling district of each door touched, and what is to be added to the totals, in one go."""

    districts: dict[int, int]
    gains: list[Delta]


def refold(*, new: Sequence[Logged], besides: Collection[Delta]) -> Folded:
    """Bring states up to date with `new` events, inserted in this transaction.

    `besides` is what else goes into the totals, which must be added to once, since their rows are locked in key order.
    Raises MergedMeanwhileError, when the caller must roll back and begin anew.
    """
    by_door = _grouped(new, _door)
    doors = lock_doors(by_door)
    doors_anew = _doors_anew(doors, by_door, new)
    by_person = _grouped(new, _person)
    people = _lock_people(by_person, doors_anew, new)
    _check_nothing_merged(doors, people)
    people_anew = _people_anew(people, by_person, doors_anew)
    logged = _read(doors_anew, people_anew) if doors_anew or people_anew else []
    fresh = {event.id for event in new}
    now, stood = standing(logged), standing(event for event in logged if event.id not in fresh)
    of_doors = _changes(doors, doors_anew, by_door, _grouped(now, _door), _grouped(stood, _door), DoorState())
    of_people = _changes(
        people, people_anew, by_person, _grouped(now, _person), _grouped(stood, _person), PersonState()
    )
    _write_doors(of_doors)
    _write_people(of_people)
    gains = _gains(of_doors, door_gains)
    gains.update(_gains(of_people, person_gains))
    return Folded({door.key: door.polling_district for door in doors}, _as_deltas(gains, besides))


def fold_anew(*, doors: Collection[int], people: Collection[int]) -> None:
    """Work out the states of these doors and people from all that was logged, after merges and moves.

    For acts by hand; totals follow by `deltas.settle`. `people` must hold everybody named in a contact at these doors,
    and `doors` everything that the caller is about to change: no other state row may be locked after these.
    """
    locked_doors = lock_doors(doors)
    locked_people = _lock_people(people, [], [])
    now = standing(_read(doors, people))
    _write_doors(_changes(locked_doors, set(doors), {}, _grouped(now, _door), {}, DoorState()))
    _write_people(_changes(locked_people, set(people), {}, _grouped(now, _person), {}, PersonState()))


def _check_nothing_merged(doors: Iterable[Locked[DoorState]], people: Iterable[Locked[PersonState]]) -> None:
    """Raises MergedMeanwhileError. A merge locks the same states: the next statement sees what it committed."""
    gone = {
        "doors": [door.key for door in doors if not door.counts],
        "people": [person.key for person in people if not person.counts],
    }
    if not any(gone.values()):
        return
    with connection.cursor() as cursor:
        cursor.execute(MERGED, gone)
        if cursor.fetchone()[0]:
            raise MergedMeanwhileError


def lock_doors(keys: Collection[int]) -> list[Locked[DoorState]]:
    """Lock the states of these doors, in key order, and read them."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_DOORS, [sorted(keys)])
        return [Locked(key, c, d, counts, DoorState(*state)) for key, c, d, counts, *state in cursor.fetchall()]


def _doors_anew(
    doors: Iterable[Locked[DoorState]], by_door: Mapping[int, list[Logged]], new: Iterable[Logged]
) -> set[int]:
    """The doors whose new events do not simply follow what is known there."""
    with connection.cursor() as cursor:
        cursor.execute(FORERUNNERS, [[event.id for event in new if event.kind == Kind.CONTACT]])
        corrected = {row[0] for row in cursor.fetchall()}
    return {
        door.key
        for door in doors
        if not follow(door.state.last_at, by_door[door.key])
        or any(event.id in corrected for event in by_door[door.key])
    }


def _lock_people(
    named: Collection[int], doors_anew: Collection[int], new: Iterable[Logged]
) -> list[Locked[PersonState]]:
    """People whom new events name, and whom other events about the same contacts name or named."""
    if not named and not doors_anew:
        return []
    roots = [event.root for event in new if event.household in doors_anew]
    with connection.cursor() as cursor:
        cursor.execute(LOCK_PEOPLE, {"named": list(named), "doors": list(doors_anew), "roots": roots})
        return [Locked(key, c, d, counts, PersonState(*state)) for key, c, d, counts, *state in cursor.fetchall()]


def _people_anew(
    people: Iterable[Locked[PersonState]], by_person: Mapping[int, list[Logged]], doors_anew: Collection[int]
) -> set[int]:
    return {
        person.key
        for person in people
        if person.key not in by_person
        or not follow(person.state.reached_at, by_person[person.key])
        or any(event.household in doors_anew for event in by_person[person.key])
    }


def _read(doors: Collection[int], people: Collection[int]) -> list[Logged]:
    """Every event at these doors and at those where these people were met."""
    with connection.cursor() as cursor:
        cursor.execute(READ, {"doors": list(doors), "people": list(people)})
        return [Logged(*row) for row in cursor.fetchall()]


def _door(event: Logged) -> int:
    return event.household


def _person(event: Logged) -> int | None:
    return event.elector


def _grouped(events: Iterable[Logged], key: Callable[[Logged], int | None]) -> dict[int, list[Logged]]:
    groups: defaultdict[int, list[Logged]] = defaultdict(list)
    for event in events:
        group = key(event)
        if group is not None:
            groups[group].append(event)
    return dict(groups)


def _changes(
    locked: Iterable[Locked[State]],
    anew: Collection[int],
    new: Mapping[int, list[Logged]],
    now: Mapping[int, list[Logged]],
    stood: Mapping[int, list[Logged]],
    nothing: State,
) -> list[Change[State]]:
    return [
        Change(row, nothing, now.get(row.key, []), stood.get(row.key, []))
        if row.key in anew
        else Change(row, row.state, standing(new[row.key]), [])
        for row in locked
    ]


def _write_doors(changes: Iterable[Change[DoorState]]) -> None:
    states = [(change.of.key, door_after(change.base, change.now)) for change in changes]
    _write(WRITE_DOORS, [(key, s.attempts, s.answers, s.last_outcome, s.last_at) for key, s in states])


def _write_people(changes: Iterable[Change[PersonState]]) -> None:
    states = [(change.of.key, person_after(change.base, change.now)) for change in changes]
    _write(WRITE_PEOPLE, [(key, state.conversations, state.reached_at) for key, state in states])


def _write(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _gains(changes: Iterable[Change[State]], gains_of: Callable[..., Days]) -> Gains:
    """What each district and day gained in each column; a loss is negative."""
    gains: Gains = Counter()
    for change in changes:
        days = gains_of(change.base, change.now, counts=change.of.counts)
        days.subtract(gains_of(change.base, change.stood, counts=change.of.counts))
        for (day, column), gain in days.items():
            gains[(change.of.constituency, change.of.polling_district, day), column] += gain
    return gains


def _as_deltas(gains: Gains, besides: Collection[Delta]) -> list[Delta]:
    """One delta for each district and day, as adding them in one statement demands."""
    together = gains.copy()
    for delta in besides:
        place = (delta.constituency_id, delta.polling_district_id, delta.day)
        together.update({(place, column): getattr(delta, column) for column in COLUMNS})
    columns: defaultdict[tuple[int, int, date], dict[str, Any]] = defaultdict(dict)
    for (place, column), gain in together.items():
        columns[place][column] = gain
    return [Delta(*place, **gained) for place, gained in columns.items()]
