"""The board: which walks there are, and which are out with whom; by polling district, and walk by walk."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, TextChoices
from django.db.models.functions import Coalesce

from campaign.areas.models import Constituency, Ward
from canvassing.allocation.models import Allocation
from canvassing.allocation.moments import clock
from canvassing.electorate.models import PollingDistrict
from canvassing.progress.models import DailyDelta
from canvassing.walks.models import Purpose, Walk, WalkDoor, WalkStreet


class Show(TextChoices):
    """Which walks to list."""

    ALL = "all", "All walks"
    FREE = "free", "Free"
    OUT = "out", "Out now"


@dataclass(frozen=True, slots=True)
class DistrictWalks:
    """One polling district: its doors that count, its walks, and how many walks are out."""

    district: PollingDistrict
    doors: int
    walks: int
    out: int


@dataclass(frozen=True, slots=True)
class WardWalks:
    """Polling districts of one ward, or of none yet."""

    constituency: Constituency
    ward: Ward | None
    districts: list[DistrictWalks]


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole: live walks, walks out, and polling districts that nobody has cut."""

    walks: int
    out: int
    uncut: int


@dataclass(frozen=True, slots=True)
class Out:
    """A walk in somebody's hands: since when, until when, and how many of its doors were tried meanwhile."""

    allocation: Allocation
    doors: int
    tried: int
    since: str
    until: str

    @property
    def in_words(self) -> str:
        return f"{self.tried} of {self.doors} door{'' if self.doors == 1 else 's'} tried"


@dataclass(frozen=True, slots=True)
class ListedWalk:
    """A walk in the list: how many of its doors have ever been tried, and in whose hands it is."""

    walk: Walk
    tried: int
    out: Out | None


def totals(*, at: datetime) -> Totals:
    live = Walk.objects.live().filter(purpose=Purpose.CANVASS)
    return Totals(
        walks=live.count(),
        out=Allocation.objects.standing(at).filter(walk__purpose=Purpose.CANVASS).count(),
        uncut=PollingDistrict.objects.exclude(Exists(live.filter(polling_district=OuterRef("pk")))).count(),
    )


def districts(*, at: datetime) -> QuerySet[PollingDistrict, Any]:
    """Every polling district with `doors`, `live_walks` and `out`, those without a ward first."""
    here = Q(polling_district=OuterRef("pk"))
    doors = DailyDelta.objects.filter(here).values("polling_district").annotate(n=Sum("doors")).values("n")
    walks = Walk.objects.live().filter(here, purpose=Purpose.CANVASS)
    out = Allocation.objects.standing(at).filter(walk__polling_district=OuterRef("pk"), walk__purpose=Purpose.CANVASS)
    return (
        PollingDistrict.objects.select_related("constituency", "ward")
        .annotate(
            doors=Coalesce(Subquery(doors, output_field=IntegerField()), 0),
            live_walks=_count(walks, "polling_district"),
            out=_count(out, "walk__polling_district"),
        )
        .order_by("constituency__name", F("ward__name").asc(nulls_first=True), "code", "pk")
    )


def by_ward(rows: Iterable[Any]) -> list[WardWalks]:
    """Rows of `districts`, in their order, under their wards."""
    return [
        WardWalks(constituency, ward, [DistrictWalks(row, row.doors, row.live_walks, row.out) for row in group])
        for (constituency, ward), group in groupby(rows, key=lambda row: (row.constituency, row.ward))
    ]


def walks(*, show: str, district: PollingDistrict | None, at: datetime) -> QuerySet[Walk, Any]:
    """Walks for canvassing, street by street; a retired one stands here as long as it is out."""
    out = Exists(Allocation.objects.standing(at).filter(walk=OuterRef("pk")))
    wanted = {Show.FREE: Q(retired_at=None) & ~out, Show.OUT: Q(out)}.get(Show(show), Q(retired_at=None) | out)
    along = WalkStreet.objects.filter(walk=OuterRef("pk")).order_by("street__name_key")
    chosen = Walk.objects.filter(wanted, purpose=Purpose.CANVASS)
    return (
        (chosen.filter(polling_district=district) if district else chosen)
        .select_related("polling_district")
        .annotate(street_key=Subquery(along.values("street__name_key")[:1]))
        .order_by("polling_district__code", "polling_district", "street_key", "pk")
    )


def listed(rows: Collection[Walk], *, at: datetime) -> list[ListedWalk]:
    """One page of `walks`, with how far each is and who has it. Two statements."""
    doors = WalkDoor.objects.filter(walk__in=[row.pk for row in rows], household__state__attempts__gt=0)
    tried = dict(doors.values_list("walk").annotate(Count("pk")))
    in_hands = outs(Allocation.objects.filter(walk__in=[row.pk for row in rows]), at=at)
    return [ListedWalk(row, tried.get(row.pk, 0), in_hands.get(row.pk)) for row in rows]


def outs(allocations: QuerySet[Allocation], *, at: datetime) -> dict[int, Out]:
    """Those of `allocations` that stand, by walk. One statement."""
    held = Q(held_doors__released_at=None)
    standing = (
        allocations.filter(ended_at=None, expires_at__gt=at)
        .select_related("holder", "walk")
        .annotate(
            doors=Count("held_doors", filter=held),
            tried=Count("held_doors", filter=held & Q(held_doors__household__state__last_at__gte=F("started_at"))),
        )
    )
    return {
        one.walk_id: Out(one, one.doors, one.tried, clock(one.started_at, at), clock(one.expires_at, at))
        for one in standing.order_by("pk")
    }


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
