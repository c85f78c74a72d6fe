"""A street is added, renamed, found to lie in another polling district, or to be part of another or two of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from campaign.acts.by_hand import DoorError, begin, bring_up_to_date, stop_phones
from campaign.acts.merge_doors import join, make_ready
from campaign.acts.move_door import address_of, exchange_places, row_at, settle_at
from campaign.audit import trail
from canvassing.electorate.models import Block, Household, PollingDistrict, Street
from canvassing.electorate.spelling import fitted, place_key, shown
from canvassing.walks.models import Walk, WalkStreet
from volunteers.people.models import User

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class AddedStreet:
    """The street of that name, and whether it was new."""

    street: Street
    made: bool


@transaction.atomic
def add_street(*, district: PollingDistrict, name: str, by: User | None, at: datetime) -> AddedStreet:
    """Find or make the street of that name in `district`. Raises DoorError when nothing is typed."""
    begin({district.pk})
    added = _find_or_make(district.pk, name)
    if added.made:
        trail.record(act="street added", actor=by, at=at, subject=f"street:{added.street.pk}")
    return added


@transaction.atomic
def rename_street(*, street: Street, name: str, by: User | None, at: datetime) -> Street:
    """Give `street` another name; a signpost stays at the old one, so that a register that prints it leads here.

    Raises DoorError when another street there has that name, or this one has become part of another.
    """
    begin({street.polling_district_id}, streets=[street])
    street = _standing(street)
    name, key = _read_name(name)
    before = street.name
    there = _row_at(street, street.polling_district_id, key, name)
    if there is not None and there.merged_into_id != street.pk:
        raise DoorError("There is a street of that name in this polling district already. Make them one instead.")
    if there is not None:
        _exchange(street, there)
    Street.objects.filter(pk=street.pk).update(name=name)
    _rename_walks(street, before, name)
    trail.record(act="street renamed", actor=by, at=at, subject=f"street:{street.pk}")
    return Street.objects.get(pk=street.pk)


@transaction.atomic
def move_street(*, street: Street, district: PollingDistrict, by: User | None, at: datetime) -> Street:
    """Say that `street` lies in `district`; returns the street that stands there.

    Where one of its name is known there, the two become one. Electors keep the number that the register gives them,
    and count where it does. Raises DoorError when the district is one of another constituency, and as `merge_streets`.
    """
    begin({street.polling_district_id, district.pk}, streets=[street])
    street, left = _standing(street), street.polling_district_id
    if district.constituency_id != street.polling_district.constituency_id:
        raise DoorError("That polling district belongs to another constituency.")
    there = _row_at(street, district.pk, street.name_key, street.name)
    if there is None:
        return street
    stays = street
    if there.merged_into_id == street.pk:
        doors = set(street.households.values_list("pk", flat=True))
        stop_phones(doors)
        _exchange(street, there)
        walks = Walk.objects.live().filter(walk_streets__street=street)
        walks.update(polling_district=district)
        bring_up_to_date(doors=doors, districts={left, district.pk}, at=at)
    else:
        stays = there.merged_into or there
        _merge(stays, street, at)
    trail.record(act="street moved", actor=by, at=at, subject=f"street:{street.pk}", facts={"district": district.pk})
    return Street.objects.get(pk=stays.pk)


@transaction.atomic
def merge_streets(*, keep: Street, other: Street, by: User | None, at: datetime) -> None:
    """Make `other` a signpost to `keep`: its doors go over, and become one with doors of the same address there.

    Doing it twice changes nothing. Raises DoorError for one street twice, for streets that are part of others already,
    and as `merge_doors`.
    """
    begin({keep.polling_district_id, other.polling_district_id}, streets=[keep, other])
    if Street.objects.filter(pk=other.pk, merged_into=keep).exists():
        return
    keep, other = _standing(keep), _standing(other)
    if keep.pk == other.pk:
        raise DoorError("Choose two different streets.")
    if keep.polling_district.constituency_id != other.polling_district.constituency_id:
        raise DoorError("The two streets lie in two constituencies.")
    _merge(keep, other, at)
    trail.record(act="streets merged", actor=by, at=at, subject=f"street:{keep.pk}", facts={"merged": other.pk})


@transaction.atomic
def split_street(*, street: Street, name: str, doors: Collection[Household], by: User | None, at: datetime) -> Street:
    """Some doors of `street` belong to another one of that name in the same polling district; returns that one.

    Each door leaves a signpost, so that a register that goes on printing one street leads to both. Raises DoorError
    when no door is chosen, one is no longer in the street, or the name is the street's own.
    """
    begin({street.polling_district_id})
    street = _standing(street)
    new = _find_or_make(street.polling_district_id, name).street
    if new.pk == street.pk:
        raise DoorError("That is the same street. Type the name of the other one.")
    chosen = list(street.households.filter(pk__in=[door.pk for door in doors], merged_into=None).order_by("pk"))
    if not chosen or len(chosen) != len(doors):
        raise DoorError("Choose the doors that belong to the other street. They must all still be in this one.")
    moved = [(door, row_at(street=new, wanted=address_of(door), door=door)) for door in chosen]
    touched = {pk for door, row in moved for pk in (door.pk, row.pk, row.merged_into_id or row.pk)}
    make_ready(doors=touched, pairs=_pairs(moved), at=at)
    for door, row in moved:
        settle_at(door=door, there=row, wanted=address_of(door))
    bring_up_to_date(doors=touched, at=at)
    facts = {"new": new.pk, "doors": len(moved)}
    trail.record(act="street split", actor=by, at=at, subject=f"street:{street.pk}", facts=facts)
    return new


def _merge(keep: Street, other: Street, at: datetime) -> None:
    """Doors first, then the walks along, then the street: its pointer makes signposts of single doors needless."""
    there = {door.address_key: door for door in keep.households.select_related("merged_into")}
    here = list(other.households.order_by("pk"))
    both = [(door, there[door.address_key]) for door in here if door.address_key in there and not door.merged_into_id]
    doors = {door.pk for door in here} | {pk for _, row in both for pk in (row.pk, row.merged_into_id or row.pk)}
    make_ready(doors=doors, pairs=_pairs(both), at=at)
    for door, row in both:
        _bring_together(door, row)
    moving = other.households.exclude(address_key__in=list(there))
    for block in other.blocks.order_by("pk"):
        same, _ = Block.objects.get_or_create(street=keep, name_key=block.name_key, defaults={"name": block.name})
        moving.filter(block=block).update(block=same)
    moving.update(street=keep)
    _move_walks(keep, other)
    _fill_in(keep, other)
    Street.objects.filter(Q(pk=other.pk) | Q(merged_into=other)).update(merged_into=keep)
    bring_up_to_date(doors=doors, districts={keep.polling_district_id, other.polling_district_id}, at=at)


def _pairs(meeting: Collection[tuple[Household, Household]]) -> list[tuple[Household, Household]]:
    """Which door stays and which becomes part of it, of doors that meet the rows of their new addresses.

    A door that stays in one pair may go in another: then both go where that one goes.
    """
    heirs = {door.pk: row.merged_into or row for door, row in meeting}
    pairs = []
    for door, _ in meeting:
        stays, seen = heirs[door.pk], {door.pk}
        while stays.pk in heirs and stays.pk not in seen:
            seen.add(stays.pk)
            stays = heirs[stays.pk]
        if stays.pk != door.pk:
            pairs.append((stays, door))
    return pairs


def _bring_together(door: Household, row: Household) -> None:
    """`door` and whatever is behind the row of its address, as they are by now: one may lead to the other."""
    door.refresh_from_db()
    row.refresh_from_db()
    stays = row.merged_into or row
    if stays.pk == door.pk:
        exchange_places(door, row)
    elif door.merged_into_id != stays.pk:
        join(keep=stays, other=door)


def _move_walks(keep: Street, other: Street) -> None:
    """Live walks of `other` go along `keep` now, where the next cut finds them."""
    walks = Walk.objects.live().filter(walk_streets__street=other)
    ids = list(walks.order_by("pk").values_list("pk", flat=True))
    WalkStreet.objects.filter(walk__in=ids, street=other).exclude(walk__walk_streets__street=keep).update(street=keep)
    Walk.objects.filter(pk__in=ids).update(polling_district=keep.polling_district_id)


def _rename_walks(street: Street, before: str, name: str) -> None:
    walks = Walk.objects.live().filter(walk_streets__street=street)
    for walk in walks.order_by("pk"):
        if walk.name == before or walk.name.startswith(f"{before}, part "):
            Walk.objects.filter(pk=walk.pk).update(name=name + walk.name.removeprefix(before))


def _fill_in(keep: Street, other: Street) -> None:
    if keep.latitude is None:
        Street.objects.filter(pk=keep.pk).update(latitude=other.latitude, longitude=other.longitude)


def _standing(street: Street) -> Street:
    found = Street.objects.select_related("polling_district").get(pk=street.pk)
    if found.merged_into_id:
        raise DoorError("That street has become part of another already.")
    return found


def _read_name(name: str) -> tuple[str, str]:
    name = shown(name)
    if not place_key(name):
        raise DoorError("Type the name of the street.")
    if len(name) > LONGEST_NAME:
        raise DoorError(f"A street's name has at most {LONGEST_NAME} characters.")
    return name, fitted(place_key(name), LONGEST_NAME)


def _find_or_make(district: int, name: str) -> AddedStreet:
    name, key = _read_name(name)
    street, made = Street.objects.get_or_create(
        polling_district_id=district, name_key=key, defaults={"name": name, "origin": Street.Origin.HAND}
    )
    return AddedStreet(street.merged_into or street, made)


def _row_at(street: Street, district: int, key: str, name: str) -> Street | None:
    """The row of that name there, made to lead to `street` where there is none; None for the street itself."""
    row, _ = Street.objects.get_or_create(
        polling_district_id=district,
        name_key=key,
        defaults={"name": name, "origin": Street.Origin.HAND, "merged_into": street},
    )
    return None if row.pk == street.pk else row


def _exchange(street: Street, signpost: Street) -> None:
    """The street gets the name's key and the district of its signpost, and leaves its own to it."""
    street_was = {"polling_district": street.polling_district_id, "name_key": street.name_key, "name": street.name}
    now = {"polling_district": signpost.polling_district_id, "name_key": signpost.name_key}
    Street.objects.filter(pk=signpost.pk).update(name_key=f"~{signpost.pk}")
    Street.objects.filter(pk=street.pk).update(**now)
    Street.objects.filter(pk=signpost.pk).update(**street_was)
