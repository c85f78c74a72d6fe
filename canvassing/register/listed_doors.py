"""Doors that a street list names by number: made where they are missing, with their blocks, states and totals."""

from collections.abc import Collection, Mapping
from datetime import datetime

from canvassing.electorate import address
from canvassing.electorate.address import Door
from canvassing.electorate.models import Block, Household, Street
from canvassing.progress import deltas, states
from canvassing.progress.days import london_day

AT_A_TIME = 2000

Missing = dict[tuple[int, str], tuple[Street, Door, str]]
"""By street and address key: the street, the door, and its postcode."""


def add(listed: Mapping[Street, Mapping[str, str]], *, at: datetime) -> int:
    """Make the doors of `listed` (by street: label and postcode) that are not there yet; returns how many were made.

    Runs in the caller's transaction. Doors are made in key order, as phones make theirs: nobody waits in a circle.
    """
    missing = _missing(listed)
    if not missing:
        return 0
    blocks = _blocks(missing)
    Household.objects.bulk_create(
        (
            Household(
                constituency_id=street.polling_district.constituency_id,
                street=street,
                block_id=blocks.get((street.pk, door.block_key)),
                label=door.label,
                address_key=door.address_key,
                sort_key=door.sort_key,
                house_number=door.house_number,
                postcode=postcode,
                origin=Household.Origin.STREETS,
            )
            for _, (street, door, postcode) in sorted(missing.items(), key=lambda item: item[0])
        ),
        batch_size=AT_A_TIME,
        ignore_conflicts=True,  # a phone may add a door at this very moment
    )
    _bring_states_up_to_date({street.polling_district_id for street, _, _ in missing.values()}, at)
    return len(missing)


def _missing(listed: Mapping[Street, Mapping[str, str]]) -> Missing:
    wanted: Missing = {}
    for street, doors in listed.items():
        for label in sorted(doors):
            door = address.door(label, street.name)
            wanted.setdefault((street.pk, door.address_key), (street, door, doors[label]))
    return {key: wanted[key] for key in wanted.keys() - _known([street.pk for street in listed])}


def _known(streets: list[int]) -> set[tuple[int, str]]:
    known: set[tuple[int, str]] = set()
    for start in range(0, len(streets), AT_A_TIME):
        rows = Household.objects.filter(street__in=streets[start : start + AT_A_TIME])
        known.update(rows.values_list("street_id", "address_key"))
    return known


def _blocks(missing: Missing) -> dict[tuple[int, str], int]:
    """The blocks of the missing doors by street and name, made where they are not there yet."""
    wanted = {(street.pk, door.block_key): door.block for street, door, _ in missing.values() if door.block_key}
    of_streets = Block.objects.filter(street__in={street for street, _ in wanted})
    rows = [Block(street_id=street, name=name, name_key=key) for (street, key), name in sorted(wanted.items())]
    there = set(of_streets.values_list("street_id", "name_key"))
    new = [block for block in rows if (block.street_id, block.name_key) not in there]
    Block.objects.bulk_create(new, batch_size=AT_A_TIME, ignore_conflicts=True)
    return {(street, key): pk for pk, street, key in of_streets.values_list("pk", "street_id", "name_key")}


def _bring_states_up_to_date(districts: Collection[int], at: datetime) -> None:
    states.refresh_standing(districts)
    states.open_states(districts)
    deltas.settle(districts=districts, day=london_day(at))
