"""Finding electors, doors and streets by what was typed: an index for each, the first fifty of each, in any wards.

Nothing here sorts in the database: an index gives the first rows it comes to, and those are sorted afterwards. So a
common name costs as much as a rare one.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from campaign.areas.models import Constituency
from canvassing.electorate.models import Elector, Household, PollingDistrict, Street
from canvassing.insight.looking_for import Number, Place, Readings

MOST = 50
STREETS_OF_A_DOOR = 200  # "14 High Street" looks along every High Street of a region
ABOVE_ALL = "ZZZ"  # after every ending of a postcode, in whichever order the database sorts


@dataclass(slots=True)
class Found:
    """What was found, the first fifty of each kind; `more` where there is more than that."""

    electors: list[Elector] = field(default_factory=list)
    doors: list[Household] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    more: bool = False

    @property
    def count(self) -> int:
        return len(self.electors) + len(self.doors) + len(self.streets)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: in some wards only, in one polling district only, or everywhere (None)."""

    ward_ids: Collection[int] | None = None
    district: PollingDistrict | None = None


def search(readings: Readings, scope: Scope) -> Found:
    """Everything that one of `readings` finds within `scope`. Eight statements at most, whatever is found."""
    found = Found()
    constituencies = _constituencies(scope)
    people = [*_by_number(readings.number, scope), *_by_name(readings.names, constituencies, scope)]
    doors = [*_at(readings.place, scope), *_by_postcode(readings.postcode, constituencies, scope)]
    streets = list(_streets(readings.place, scope)[: MOST + 1]) if readings.place else []
    people, doors = _once(people), _once(doors)
    found.more = max(len(people), len(doors), len(streets)) > MOST
    found.electors = sorted(people, key=lambda person: (person.name_key, person.pk))[:MOST]
    found.doors = sorted(doors, key=lambda door: (door.street.name_key, door.street_id, door.sort_key))[:MOST]
    found.streets = sorted(streets, key=lambda street: (street.name_key, street.polling_district.code))[:MOST]
    return found


def of_number(number: Number, districts: Collection[int]) -> QuerySet[Elector, Any]:
    """Living electors of this number in these polling districts; without a suffix typed, of every suffix."""
    rows = Elector.objects.living().filter(polling_district__in=districts, number=number.number)
    return rows.filter(suffix=number.suffix) if number.suffix else rows


def of_name(names: Collection[str], constituencies: Collection[int]) -> QuerySet[Elector, Any]:
    """Living electors whose name's key begins with one of `names`."""
    begins = reduce(or_, (Q(name_key__startswith=name) for name in names))
    return Elector.objects.living().exclude(name_key="").filter(begins, constituency__in=constituencies)


def of_street(begins: str) -> QuerySet[Street, Any]:
    """Streets whose name's key begins with this, signposts as well: those lead on."""
    return Street.objects.filter(name_key__startswith=begins)


def of_postcode(begins: str, constituencies: Collection[int]) -> QuerySet[Household, Any]:
    """Doors that stand, whose postcode begins with this.

    The index sorts as the database does, so a range in it comes first and the beginning itself decides.
    """
    bounds = Q(postcode__gte=begins, postcode__lte=begins + ABOVE_ALL, postcode__startswith=begins)
    return Household.objects.standing().filter(bounds, constituency__in=constituencies)


def _constituencies(scope: Scope) -> list[int]:
    if scope.district is not None:
        return [scope.district.constituency_id]
    rows = Constituency.objects.order_by("pk")
    return list(
        rows.values_list("pk", flat=True)
        if scope.ward_ids is None
        else rows.filter(wards__in=scope.ward_ids).distinct().values_list("pk", flat=True)
    )


def _by_number(number: Number | None, scope: Scope) -> list[Elector]:
    """Two statements: the polling district is found by its code, or is the one that is looked through."""
    if number is None:
        return []
    districts = [scope.district.pk] if scope.district and not number.district else _districts(number.district, scope)
    return list(_shown(of_number(number, districts))[: MOST + 1]) if districts else []


def _districts(code: str, scope: Scope) -> list[int]:
    if not code:
        return []
    rows = PollingDistrict.objects.filter(code__iexact=code)
    rows = rows.filter(pk=scope.district.pk) if scope.district else rows
    within = rows if scope.ward_ids is None else rows.filter(ward__in=scope.ward_ids)
    return list(within.order_by("pk").values_list("pk", flat=True))


def _by_name(names: Collection[str], constituencies: Collection[int], scope: Scope) -> list[Elector]:
    """Two statements: whose surname is the very one typed, and where those are few, whose name begins with it."""
    found: list[Elector] = []
    for wanted in ([f"{name} " for name in names], names):
        if names and len(found) <= MOST:
            rows = _electors_within(of_name(wanted, constituencies), scope)
            found += _shown(rows)[: MOST + 1]
    return found


def _electors_within(rows: QuerySet[Elector, Any], scope: Scope) -> QuerySet[Elector, Any]:
    rows = rows.filter(polling_district=scope.district) if scope.district else rows
    return rows if scope.ward_ids is None else rows.filter(polling_district__ward__in=scope.ward_ids)


def _shown(rows: QuerySet[Elector, Any]) -> QuerySet[Elector, Any]:
    return rows.select_related("polling_district", "household__street")


def _streets(place: Place, scope: Scope) -> QuerySet[Street, Any]:
    rows = of_street(place.street)
    rows = rows.filter(polling_district=scope.district) if scope.district else rows
    rows = rows if scope.ward_ids is None else rows.filter(polling_district__ward__in=scope.ward_ids)
    return rows.select_related("polling_district__ward")


def _at(place: Place | None, scope: Scope) -> list[Household]:
    """Doors by number or by their whole key, in the first of the streets that begin so."""
    if place is None or not place.address_key:
        return []
    streets = list(_streets(place, scope).values_list("pk", flat=True)[:STREETS_OF_A_DOOR])
    exact = Q(address_key=place.address_key)
    door = exact if place.house_number is None else exact | Q(house_number=place.house_number)
    rows = Household.objects.filter(door, street__in=streets, merged_into=None)
    return list(rows.select_related("street__polling_district")[: MOST + 1])


def _by_postcode(begins: str, constituencies: Collection[int], scope: Scope) -> list[Household]:
    if not begins:
        return []
    rows = of_postcode(begins, constituencies)
    rows = rows.filter(street__polling_district=scope.district) if scope.district else rows
    rows = rows if scope.ward_ids is None else rows.filter(street__polling_district__ward__in=scope.ward_ids)
    return list(rows.select_related("street__polling_district")[: MOST + 1])


def _once(rows: list[Any]) -> list[Any]:
    return list({row.pk: row for row in rows}.values())
