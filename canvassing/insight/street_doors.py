"""One street door by door, in walking order: how often tried, what happened last, how many people, who has it now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from canvassing.allocation.models import HeldDoor
from canvassing.allocation.moments import clock
from canvassing.doorstep.outcomes import Outcome
from canvassing.electorate.models import Elector, Household, Objection, Street
from canvassing.walks.models import Purpose
from canvassing.walks.order import StreetDoor, entrances


@dataclass(frozen=True, slots=True)
class Holder:
    """In whose hands a door is just now, and for what."""

    walk_id: int
    name: str
    purpose: str

    @property
    def in_words(self) -> str:
        """ "Robin S", or "Robin S (Leaflet)" where it is not to canvass."""
        return self.name if self.purpose == Purpose.CANVASS else f"{self.name} ({Purpose(self.purpose).label})"


@dataclass(frozen=True, slots=True)
class DoorLine:
    """A door at its place in the street. `starts` names the block or house whose first flat it is, else it is empty."""

    pk: int
    label: str
    starts: str
    people: int
    tried: int
    last: str
    last_at: str
    objects: bool
    holders: list[Holder]


@dataclass(frozen=True, slots=True)
class Place:
    """A door and the heading it stands under, before its people and hands are read."""

    pk: int
    heading: str


def walking_order(street: Street) -> list[Place]:
    """Every door of `street` that counts, in the order they are walked: one statement."""
    rows = Household.objects.standing().filter(street=street).order_by("sort_key", "pk")
    fields = rows.values_list("pk", "sort_key", "house_number", "block", "postcode", "block__name")
    blocks = {}
    doors = []
    for pk, sort_key, number, block, postcode, name in fields:
        doors.append(StreetDoor(pk, sort_key, number, block, postcode))
        blocks[pk] = name or ""
    return [
        Place(door.household_id, _heading(door, len(entrance), blocks[door.household_id]))
        for entrance in entrances(doors)
        for door in entrance
    ]


def _heading(door: StreetDoor, behind: int, block: str) -> str:
    """What the doors behind one entrance stand under: the block's name, or the number of a house with flats."""
    if block:
        return block
    return f"Number {door.house_number}" if behind > 1 and door.house_number is not None else ""


def lines(places: Collection[Place], *, at: datetime) -> list[DoorLine]:
    """The doors at `places`, in that order: two statements, however many."""
    ids = [place.pk for place in places]
    doors = {door.pk: door for door in _doors(ids)}
    hands = holders(ids, at=at)
    found, before = [], ""
    for place in places:
        starts = place.heading if place.heading != before else ""
        found.append(_line(doors[place.pk], starts, hands.get(place.pk, []), at))
        before = place.heading
    return found


def _line(door: Any, starts: str, hands: list[Holder], at: datetime) -> DoorLine:
    return DoorLine(
        pk=door.pk,
        label=door.label,
        starts=starts,
        people=door.people,
        tried=door.state.attempts,
        last=Outcome(door.state.last_outcome).label if door.state.last_outcome else "",
        last_at=clock(door.state.last_at, at) if door.state.last_at else "",
        objects=door.no_contact,
        holders=hands,
    )


def _doors(ids: Iterable[int]) -> QuerySet[Household, Any]:
    return (
        Household.objects.filter(pk__in=ids)
        .select_related("state")
        .annotate(
            people=people_behind(),
            no_contact=Exists(Objection.objects.of_whole_doors().filter(household=OuterRef("pk"))),
        )
        .order_by("pk")
    )


def people_behind() -> Coalesce:
    """How many electors live behind each household of a queryset."""
    living = Elector.objects.living().filter(household=OuterRef("pk"))
    counted = living.order_by().values("household").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def holders(ids: Iterable[int], *, at: datetime) -> dict[int, list[Holder]]:
    """Who holds these doors at `at`, by door: one statement."""
    standing = HeldDoor.objects.filter(
        household__in=ids, released_at=None, allocation__ended_at=None, allocation__expires_at__gt=at
    )
    found: dict[int, list[Holder]] = {}
    for hold in standing.select_related("allocation__holder").order_by("household", "purpose"):
        holder = Holder(hold.allocation.walk_id, hold.allocation.holder.known_as, hold.purpose)
        found.setdefault(hold.household_id, []).append(holder)
    return found
