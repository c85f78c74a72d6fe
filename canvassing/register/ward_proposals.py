"""Which ward a polling district seems to lie in: the one whose outline holds most of its doors' postcodes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Count

from campaign.areas.lying_in import ward_at
from campaign.areas.models import Constituency, PostcodePoint, Ward
from canvassing.electorate.models import Household, PollingDistrict
from canvassing.register import alone


@dataclass(frozen=True, slots=True)
class Proposal:
    """A polling district without a ward, and the ward that holds `doors` of the `placed` doors with a point."""

    district: PollingDistrict
    ward: Ward
    doors: int
    placed: int

    @property
    def key(self) -> str:
        """By which a page names it: accepted only while it is still proposed."""
        return f"{self.district.pk}-{self.ward.pk}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many polling districts were put in the ward proposed."""

    districts: int
    seconds: float = 0

    @property
    def facts(self) -> dict[str, int]:
        return {"changed": self.districts}


def proposals(constituency: Constituency) -> list[Proposal]:
    """A ward for each polling district that has none, as far as outlines and postcode points say: four statements.

    On a tie the ward first by name. The district without a code is left out: its streets lie anywhere.
    """
    wards = [ward for ward in constituency.wards.order_by("name", "pk") if ward.outline]
    if not wards:
        return []
    without = constituency.polling_districts.filter(ward=None).exclude(code="").order_by("code", "pk")
    doors = _doors_by_postcode([district.pk for district in without])
    wards_of = _wards_of({postcode for found in doors.values() for postcode in found}, wards)
    return list(_proposed(without, doors, wards_of))


def accept(*, constituency: Constituency, keys: Collection[str], actor: Any, at: datetime) -> int:
    """Put the polling districts in the wards that are proposed for them; what is not proposed any more is left.

    Returns how many. Raises RegisterRefused while an import runs.
    """
    work = partial(_accept, constituency, keys)
    return alone.carry_out(work, act="proposed wards accepted", actor=actor, at=at).districts


def _accept(constituency: Constituency, keys: Collection[str]) -> Accepted:
    moved = []
    for proposal in proposals(constituency):
        if proposal.key in keys:
            proposal.district.ward = proposal.ward
            moved.append(proposal.district)
    return Accepted(PollingDistrict.objects.bulk_update(moved, ["ward"], batch_size=2000))


def _doors_by_postcode(districts: Collection[int]) -> dict[int, Counter[str]]:
    rows = (
        Household.objects.standing()
        .filter(street__polling_district__in=districts)
        .exclude(postcode="")
        .values_list("street__polling_district", "postcode")
        .annotate(doors=Count("pk"))
        .order_by("street__polling_district", "postcode")
    )
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for district, postcode, doors in rows:
        found[district][postcode] = doors
    return found


def _wards_of(postcodes: Collection[str], wards: Collection[Ward]) -> dict[str, Ward | None]:
    """The ward of each postcode that has a point; None where it lies in none of them."""
    points = PostcodePoint.objects.filter(postcode__in=postcodes).order_by("postcode")
    return {point.postcode: ward_at(point.longitude, point.latitude, wards) for point in points}


def _proposed(
    districts: Iterable[PollingDistrict], doors: dict[int, Counter[str]], wards_of: dict[str, Ward | None]
) -> Iterator[Proposal]:
    for district in districts:
        found: Counter[Ward] = Counter()
        placed = 0
        for postcode, number in doors.get(district.pk, Counter()).items():
            placed += number if postcode in wards_of else 0
            ward = wards_of.get(postcode)
            if ward is not None:
                found[ward] += number
        if found:
            ward, most = min(found.items(), key=lambda item: (-item[1], item[0].name, item[0].pk))
            yield Proposal(district, ward, most, placed)
