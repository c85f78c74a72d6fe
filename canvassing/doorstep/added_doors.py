"""Doors that were not on the list: found or made by what stands on them, in a street of the walk."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from canvassing.allocation import holds
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.doorstep.events import TypedDoor
from canvassing.doorstep.tokens import Pass
from canvassing.electorate import address
from canvassing.electorate.models import Block, Household, Street
from canvassing.progress.days import london_day
from canvassing.progress.deltas import Delta
from canvassing.progress.models import HouseholdState
from canvassing.walks.models import WalkStreet

# In key order, as every writer of shared rows here: two phones that find the same doors cannot deadlock.
MAKE = """
INSERT INTO canvassing_household
    (constituency_id, street_id, block_id, label, address_key, sort_key, house_number, postcode, origin)
SELECT district.constituency_id, street.id, block.id, new.label, new.address_key, new.sort_key, new.house_number, '',
       %(origin)s
FROM unnest(%(street)s::bigint[], %(block_key)s::text[], %(label)s::text[], %(address_key)s::text[],
            %(sort_key)s::text[], %(house_number)s::int[])
    AS new (street, block_key, label, address_key, sort_key, house_number)
JOIN canvassing_street street ON street.id = new.street
JOIN canvassing_pollingdistrict district ON district.id = street.polling_district_id
LEFT JOIN canvassing_block block ON block.street_id = street.id AND block.name_key = new.block_key
ORDER BY street.id, new.address_key
ON CONFLICT (street_id, address_key) DO NOTHING
RETURNING id, constituency_id, street_id
"""

# Whoever makes a street part of another waits for the doors that phones are adding to it, and they for him. Read after
# this, a street is what it has become.
KEEP_STREETS = "SELECT FROM canvassing_street WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"


@dataclass(frozen=True, slots=True)
class Found:
    """The doors behind what was typed, and what the new ones among them add to the totals."""

    doors: Mapping[TypedDoor, int]
    made: tuple[Delta, ...]


class Along(NamedTuple):
    """A street of the walk as it is now: the one it was merged into, if it was."""

    key: int
    name: str
    polling_district: int


class Known(NamedTuple):
    """What was typed, as a door of its street."""

    street: int
    door: address.Door


def find_or_make(typed: Collection[TypedDoor], *, found: Pass, at: datetime) -> Found:
    """The households of `typed`, for those in a street of the walk; each is held by the allocation from now on.

    A door in other hands stays there: this allocation then only gets the right to say what happened at it. A new door
    counts for the day the campaign learned of it.
    """
    streets = _streets(found, {door.street for door in typed}) if typed else {}
    known = {
        one: Known(streets[one.street].key, address.door(one.label, streets[one.street].name))
        for one in typed
        if one.street in streets
    }
    if not known:
        return Found({}, ())
    _make_blocks(known.values())
    made = _make({(known.street, known.door.address_key): known.door for known in known.values()})
    districts = {street.key: street.polling_district for street in streets.values()}
    HouseholdState.objects.bulk_create(
        HouseholdState(household_id=pk, constituency_id=c, polling_district_id=districts[street], street_id=street)
        for pk, c, street in made
    )
    doors = _doors(known)
    _take(set(doors.values()), found=found, at=at)
    day = london_day(at)
    return Found(doors, tuple(Delta(c, districts[street], day, doors=1) for _, c, street in made))


def _streets(found: Pass, wanted: Collection[int]) -> dict[int, Along]:
    """Those of the wanted streets that the walk goes along, or a door of it lies in, each as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_STREETS, [sorted(wanted)])
    along = WalkStreet.objects.filter(walk=found.walk)
    rows = Street.objects.filter(
        Exists(along.filter(Q(street=OuterRef("pk")) | Q(street__merged_into=OuterRef("pk"))))
        | Exists(HeldDoor.objects.filter(allocation=found.allocation, household__street=OuterRef("pk"))),
        pk__in=wanted,
    )
    now = {row.pk: row.merged_into or row for row in rows.select_related("merged_into").order_by("pk")}
    return {street: Along(is_now.pk, is_now.name, is_now.polling_district_id) for street, is_now in now.items()}


def _make_blocks(known: Iterable[Known]) -> None:
    blocks = {(one.street, one.door.block_key): one.door.block for one in known if one.door.block_key}
    Block.objects.bulk_create(
        [Block(street_id=street, name=name, name_key=key) for (street, key), name in sorted(blocks.items())],
        ignore_conflicts=True,
    )


def _make(wanted: Mapping[tuple[int, str], address.Door]) -> list[tuple[int, int, int]]:
    """Make the households that are missing; returns the key, constituency and street of each new one."""
    doors = list(wanted.values())
    with connection.cursor() as cursor:
        cursor.execute(
            MAKE,
            {
                "origin": Household.Origin.DOOR.value,
                "street": [street for street, _ in wanted],
                "block_key": [door.block_key for door in doors],
                "label": [door.label for door in doors],
                "address_key": [door.address_key for door in doors],
                "sort_key": [door.sort_key for door in doors],
                "house_number": [door.house_number for door in doors],
            },
        )
        made: list[tuple[int, int, int]] = cursor.fetchall()
    return made


def _doors(known: Mapping[TypedDoor, Known]) -> dict[TypedDoor, int]:
    """The household of each typed door, after any merge."""
    standing = Household.objects.filter(
        street__in={one.street for one in known.values()},
        address_key__in={one.door.address_key for one in known.values()},
    )
    rows = standing.values_list("street", "address_key", "pk", "merged_into")
    keys = {(street, address_key): merged or pk for street, address_key, pk, merged in rows}
    return {typed: keys[one.street, one.door.address_key] for typed, one in known.items()}


def _take(doors: Collection[int], *, found: Pass, at: datetime) -> None:
    """Hold those doors that are free while the walk is out; note the others as let go of, so that they authorise.

    A door whose holder's lease is over is free, whether or not the job has tidied that up.

    The allocation is locked first: whoever ends it just now either sees our holds and frees them, or is seen by us.
    """
    mine = HeldDoor.objects.filter(allocation=found.allocation, household__in=doors)
    missing = set(doors) - set(mine.values_list("household", flat=True))
    if not missing:
        return
    allocation = (
        Allocation.objects.select_for_update(no_key=True, of=("self",)).select_related("walk").get(pk=found.allocation)
    )
    held: frozenset[int] = frozenset()
    if allocation.stands(at):
        holds.end_run_out(holds.of_doors(missing, found.purpose), at=at, wait=False)
        held = holds.take(allocation=allocation, household_ids=missing)
    HeldDoor.objects.bulk_create(
        [
            HeldDoor(allocation=allocation, purpose=found.purpose, household_id=pk, released_at=at)
            for pk in sorted(missing - held)
        ],
        ignore_conflicts=True,
    )
