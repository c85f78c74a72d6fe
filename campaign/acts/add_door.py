"""A door that nobody listed is added by hand, or one printed address turns out to be two doors."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from campaign.acts.by_hand import DoorError, begin, bring_up_to_date
from campaign.acts.merge_doors import make_ready
from campaign.acts.move_door import block_of, read_label
from campaign.audit import trail
from canvassing.electorate.models import Elector, Household, Objection, Street
from volunteers.people.models import User


@dataclass(frozen=True, slots=True)
class Added:
    """The door of that address, and whether it was new."""

    door: Household
    made: bool


@transaction.atomic
def add_door(*, street: Street, label: str, by: User | None, at: datetime) -> Added:
    """Find or make the door that `label` names in `street`.

    A door without an elector stands from now on, for somebody saw it. Raises DoorError when the label names no door,
    or the street has become part of another.
    """
    begin({street.polling_district_id})
    added = _find_or_make(street, label)
    bring_up_to_date(doors={added.door.pk}, at=at)
    if added.made:
        trail.record(act="door added", actor=by, at=at, subject=f"household:{added.door.pk}")
    return added


@transaction.atomic
def split_door(*, door: Household, label: str, people: Collection[Elector], by: User | None, at: datetime) -> Added:
    """One printed address is two doors: `people` live at the one that `label` names in the same street.

    Where the register prints them is kept, so that bringing it in again leaves them where they were put. Raises
    DoorError when the label names the same door, or somebody of `people` does not live there.
    """
    begin({door.street.polling_district_id})
    door = Household.objects.select_related("street").get(pk=door.pk)
    added = _find_or_make(door.street, label)
    new = added.door
    if new.pk == door.pk:
        raise DoorError("That is the same door. Type what is painted on the second one.")
    make_ready(doors={door.pk, new.pk}, pairs=[], at=at)
    chosen = Elector.objects.living().filter(pk__in=[person.pk for person in people], household=door)
    moved = list(chosen.order_by("pk").values_list("pk", flat=True))
    if len(moved) != len(people):
        raise DoorError("Somebody of those chosen does not live at that door any more. Look again.")
    chosen.update(household=new, printed_household=Coalesce(F("printed_household"), F("household")))
    Elector.objects.filter(pk__in=moved, printed_household=new).update(printed_household=None)
    Objection.objects.filter(elector__in=moved).update(household=new)
    bring_up_to_date(doors={door.pk, new.pk}, people=moved, at=at)
    facts = {"new": new.pk, "electors": len(moved)}
    trail.record(act="door split", actor=by, at=at, subject=f"household:{door.pk}", facts=facts)
    return added


def _find_or_make(street: Street, label: str) -> Added:
    """The row of the address, or the one it was merged into; get_or_create meets a phone that makes it just now."""
    street = Street.objects.select_related("polling_district").get(pk=street.pk)
    if street.merged_into_id:
        raise DoorError("That street has become part of another. Add the door there.")
    wanted = read_label(label, street)
    row, made = Household.objects.get_or_create(
        street=street,
        address_key=wanted.address_key,
        defaults={
            "constituency_id": street.polling_district.constituency_id,
            "block_id": block_of(street, wanted),
            "label": wanted.label,
            "sort_key": wanted.sort_key,
            "house_number": wanted.house_number,
            "origin": Household.Origin.HAND,
        },
    )
    door = row.merged_into or row
    if door.origin == Household.Origin.REGISTER and not Elector.objects.living().filter(household=door).exists():
        Household.objects.filter(pk=door.pk).update(origin=Household.Origin.HAND)
    return Added(door, made)
