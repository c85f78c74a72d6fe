"""A door gets another address: another label, another street, or both. A signpost stays at the old one."""

from datetime import datetime

from django.db import transaction

from campaign.acts.by_hand import DoorError, begin, bring_up_to_date
from campaign.acts.merge_doors import join, make_ready
from campaign.audit import trail
from canvassing.electorate import address
from canvassing.electorate.models import Block, Household, Street
from volunteers.people.models import User

PLACE = ("street_id", "block_id", "label", "address_key", "sort_key", "house_number")
NOT_A_LABEL = "Type what is painted on the door, such as 14A, or Flat 3, Rowan Court."


@transaction.atomic
def move_door(
    *, door: Household, street: Street, label: str, by: User | None, at: datetime, are_one: bool = False
) -> Household:
    """Give `door` another label, or another street, or both; returns the door that stands there.

    The row stays and a signpost stays at the old address, so that a register that prints it leads here. Where a door
    of that address is known already, the two become one when `are_one` says so. Raises DoorError when it does not,
    when one of them has become part of another, and as `merge_doors`.
    """
    begin({door.street.polling_district_id, street.polling_district_id})
    door = Household.objects.select_related("street").get(pk=door.pk)
    street = Street.objects.get(pk=street.pk)
    if door.merged_into_id or street.merged_into_id:
        raise DoorError("The door or the street has become part of another already.")
    wanted = address_of(door) if label == door.label else read_label(label, street)
    there = row_at(street=street, wanted=wanted, door=door)
    taken = there.merged_into or there
    if taken.pk != door.pk and not are_one:
        raise DoorError(f"There is a door {taken.label} already. If the two are one, say so, and they become one.")
    touched = {door.pk, there.pk, taken.pk}
    make_ready(doors=touched, pairs=[(taken, door)] if taken.pk != door.pk else [], at=at)
    stays = settle_at(door=door, there=there, wanted=wanted)
    bring_up_to_date(doors=touched, districts={door.street.polling_district_id}, at=at)
    trail.record(act="door moved", actor=by, at=at, subject=f"household:{door.pk}", facts={"stands": stays.pk})
    return stays


def read_label(label: str, street: Street) -> address.Door:
    """What is typed as a door of `street`. Raises DoorError when it names none."""
    found = address.door(label, street.name)
    if found.address_key == address.door("").address_key:
        raise DoorError(NOT_A_LABEL)
    return found


def address_of(door: Household) -> address.Door:
    """The address a door has, within any street."""
    block, block_key = (door.block.name, door.block.name_key) if door.block else ("", "")
    return address.Door(door.label, door.address_key, door.sort_key, door.house_number, block, block_key)


def row_at(*, street: Street, wanted: address.Door, door: Household) -> Household:
    """The row of an address; where there is none, one is made that leads to `door`.

    Made before phones are stopped: one may be making it just now, and whoever waits for that must stop nobody.
    """
    row, _ = Household.objects.get_or_create(
        street=street,
        address_key=wanted.address_key,
        defaults={
            "constituency_id": door.constituency_id,
            **_place(street, wanted),
            "postcode": door.postcode,
            "origin": Household.Origin.HAND,
            "merged_into": door,
        },
    )
    return row


def settle_at(*, door: Household, there: Household, wanted: address.Door) -> Household:
    """Put `door` at the address of the row `there`, or make it part of the door behind that row; returns what stands.

    After `make_ready`; states are brought up to date by the caller.
    """
    if there.pk != door.pk and there.merged_into_id != door.pk:
        stays = there.merged_into or there
        join(keep=stays, other=door)
        return stays
    if there.pk != door.pk:
        exchange_places(door, there)
    Household.objects.filter(pk=door.pk).update(**_place(there.street, wanted))
    return door


def exchange_places(one: Household, other: Household) -> None:
    """Each gets the address of the other. An address has one row at any moment, so one of them steps aside first."""
    of_one, of_other = ({name: getattr(row, name) for name in PLACE} for row in (one, other))
    Household.objects.filter(pk=other.pk).update(address_key=f"~{other.pk}")
    Household.objects.filter(pk=one.pk).update(**of_other)
    Household.objects.filter(pk=other.pk).update(**of_one)


def block_of(street: Street, wanted: address.Door) -> int | None:
    """The block of flats that a door's address names, made when it is not known yet."""
    if not wanted.block_key:
        return None
    block, _ = Block.objects.get_or_create(street=street, name_key=wanted.block_key, defaults={"name": wanted.block})
    return block.pk


def _place(street: Street, wanted: address.Door) -> dict[str, str | int | None]:
    return {
        "street_id": street.pk,
        "block_id": block_of(street, wanted),
        "label": wanted.label,
        "address_key": wanted.address_key,
        "sort_key": wanted.sort_key,
        "house_number": wanted.house_number,
    }
