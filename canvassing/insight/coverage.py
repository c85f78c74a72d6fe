"""What was reached and what is left: read models over daily deltas and states. No page counts contacts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import groupby
from operator import add

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from campaign.areas.models import Constituency, Ward
from campaign.details.models import CampaignDetails
from canvassing.electorate.models import PollingDistrict, Street
from canvassing.progress.models import DailyDelta, ElectorState, HouseholdState

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Totals:
    """Doors and people of one area. A door is tried once somebody stood at it, however often."""

    doors: int = 0
    doors_tried: int = 0
    doors_answered: int = 0
    electors: int = 0
    electors_reached: int = 0
    attempts: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*map(add, self.counts, other.counts))

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(getattr(self, column) for column in COLUMNS)

    @property
    def doors_left(self) -> int:
        return self.doors - self.doors_tried

    @property
    def tried_in_words(self) -> str:
        return f"{self.doors_tried:,} of {self.doors:,} doors"

    @property
    def reached_in_words(self) -> str:
        return f"{self.electors_reached:,} of {self.electors:,} people"

    @property
    def share_tried(self) -> float | None:
        """Of all doors; None where there are none."""
        return share(self.doors_tried, self.doors)

    @property
    def share_answered(self) -> float | None:
        """Of the doors tried; None before the first."""
        return share(self.doors_answered, self.doors_tried)

    @property
    def share_reached(self) -> float | None:
        """Of all electors, those without an address included; None where there are none."""
        return share(self.electors_reached, self.electors)


COLUMNS = tuple(field.name for field in fields(Totals))


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, or None when there is no whole to be a part of."""
    return part / whole if whole else None


def total(several: Iterable[Totals]) -> Totals:
    return sum(several, start=Totals())


@dataclass(frozen=True, slots=True)
class DistrictCoverage:
    district: PollingDistrict
    totals: Totals


@dataclass(frozen=True, slots=True)
class WardCoverage:
    """One ward with its polling districts by code; `ward` is None for those that have no ward yet."""

    ward: Ward | None
    districts: list[DistrictCoverage]
    totals: Totals


@dataclass(frozen=True, slots=True)
class StreetCoverage:
    """One street of a polling district; `street_id` is None for people whose address is not on the register."""

    street_id: int | None
    name: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class Headline:
    """Where the whole stands on a day: `tried_lately` doors were tried for the first time in the 7 days up to it."""

    totals: Totals
    tried_lately: int
    days_left: int | None

    @property
    def pace(self) -> int:
        """Doors newly tried a day, over the last 7 days."""
        return round(self.tried_lately / LATELY.days)

    @property
    def doors_a_day_needed(self) -> int | None:
        """To try every door from today to the eve of polling day; None when no day is left, or none is set."""
        return -(-self.totals.doors_left // self.days_left) if self.days_left else None


def headline(*, on: date, constituency: Constituency | None = None) -> Headline:
    """The whole of `constituency`, or of everything the campaign holds, on London day `on`: two statements."""
    deltas = DailyDelta.objects.all() if constituency is None else DailyDelta.objects.filter(constituency=constituency)
    lately = Q(day__gt=on - LATELY, day__lte=on)
    found = deltas.aggregate(**_sums(), tried_lately=Coalesce(Sum("doors_tried", filter=lately), 0))
    return Headline(
        totals=Totals(*(found[f"sum_{column}"] for column in COLUMNS)),
        tried_lately=found["tried_lately"],
        days_left=CampaignDetails.objects.current().days_left(on),
    )


def by_ward(constituency: Constituency) -> list[WardCoverage]:
    """Every ward by name with its polling districts by code, then the districts without one: two statements."""
    districts = _with_totals(constituency.polling_districts.order_by("ward_id", "code", "pk"))
    of_ward = {ward_id: list(found) for ward_id, found in groupby(districts, key=lambda row: row.district.ward_id)}
    wards = [_ward(ward, of_ward.get(ward.pk, [])) for ward in constituency.wards.order_by("name", "pk")]
    return wards + [_ward(None, found) for ward_id, found in of_ward.items() if ward_id is None]


def _ward(ward: Ward | None, districts: list[DistrictCoverage]) -> WardCoverage:
    return WardCoverage(ward, districts, total(row.totals for row in districts))


def _with_totals(districts: QuerySet[PollingDistrict]) -> list[DistrictCoverage]:
    return [
        DistrictCoverage(district, Totals(*(getattr(district, f"sum_{column}") for column in COLUMNS)))
        for district in districts.annotate(**_sums("deltas__"))
    ]


def _sums(path: str = "") -> dict[str, Coalesce]:
    """The sum of every column of the daily deltas at `path`; nothing adds up to 0."""
    return {f"sum_{column}": Coalesce(Sum(path + column), 0) for column in COLUMNS}


def by_street(district: PollingDistrict) -> list[StreetCoverage]:
    """The streets of `district` by name, then its people without an address: two statements over its states."""
    found: defaultdict[tuple[int | None, str | None], Totals] = defaultdict(Totals)
    for street_id, name, doors, tried, answered, attempts in _doors_by_street(district):
        found[street_id, name] += Totals(doors, tried, answered, attempts=attempts)
    for home_id, name_or_none, electors, reached in _people_by_street(district):
        found[home_id, name_or_none] += Totals(electors=electors, electors_reached=reached)
    streets = [StreetCoverage(street_id, name or "", totals) for (street_id, name), totals in found.items()]
    telling = [street for street in streets if any(street.totals.counts)]
    return sorted(telling, key=lambda street: (street.street_id is None, street.name, street.street_id))


@dataclass(frozen=True, slots=True)
class ToBeFound:
    """Streets known by name only, and how many doors a street list expects in them."""

    streets: int
    expected: int


def to_be_found(district: PollingDistrict) -> ToBeFound:
    """The streets of `district` in which nobody knows a door yet: one statement."""
    streets = Street.objects.standing().filter(polling_district=district, households=None)
    return ToBeFound(**streets.aggregate(streets=Count("pk"), expected=Coalesce(Sum("expected_doors"), 0)))


def _doors_by_street(district: PollingDistrict) -> Iterable[tuple[int, str, int, int, int, int]]:
    return (
        HouseholdState.objects.filter(polling_district=district)
        .values_list("street_id", "street__name")
        .annotate(
            doors=Count("pk", filter=Q(standing=True)),
            tried=Count("pk", filter=Q(standing=True, attempts__gt=0)),
            answered=Count("pk", filter=Q(standing=True, answers__gt=0)),
            all_attempts=Sum("attempts"),
        )
        .order_by("street_id")
    )


def _people_by_street(district: PollingDistrict) -> Iterable[tuple[int | None, str | None, int, int]]:
    return (
        ElectorState.objects.filter(polling_district=district)
        .values_list("street_id", "street__name")
        .annotate(
            electors=Count("pk", filter=Q(living=True)),
            reached=Count("pk", filter=Q(living=True, conversations__gt=0)),
        )
        .order_by("street_id")
    )
