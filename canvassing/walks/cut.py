"""Cutting polling districts into walks, street by street, in a few statements whatever their number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from campaign.audit import trail
from canvassing.electorate.models import Household, Objection, PollingDistrict, Street
from canvassing.walks.cutting import pieces
from canvassing.walks.models import Purpose, Walk, WalkDoor, WalkStreet
from canvassing.walks.order import StreetDoor, entrances
from volunteers.people.models import User

Piece = tuple[int, ...]  # household ids in walking order


@dataclass(frozen=True, slots=True)
class CutReport:
    """What a cut did: walks made and retired, streets left as they were, doors put in new walks."""

    made: int
    retired: int
    streets_kept: int
    doors: int


@transaction.atomic
def cut(*, district_ids: Collection[int], purpose: Purpose, at: datetime, by: User | None = None) -> CutReport:
    """Cut every street of these districts into walks of at most 60 doors, for `purpose`.

    A street whose live walks already are what the cut gives is left alone, so cutting twice writes nothing. The walks
    of other streets are retired and cut anew; an allocation of a retired walk runs on. A street without doors becomes
    a walk without doors, one that became part of another none at all. A door that was moved here leaves the live walk
    it was in, wherever that is. Two cuts of one district follow one another: its row is locked, in key order.
    """
    locked = PollingDistrict.objects.filter(pk__in=district_ids).order_by("pk").select_for_update(no_key=True)
    districts = list(locked.values_list("pk", flat=True))
    wanted, cut_before = _wanted(districts), _live_walks(districts, purpose)
    out_of_date = _out_of_date(districts, purpose)
    streets = Street.objects.standing().filter(polling_district__in=districts).select_related("polling_district")
    changed = [s for s in streets if s.pk in out_of_date or list(cut_before[s.pk].values()) != wanted[s.pk]]
    over = cut_before.keys() - {street.pk for street in streets}
    if not changed and not over:
        return CutReport(made=0, retired=0, streets_kept=len(streets), doors=0)
    cut_anew = [*over, *(street.pk for street in changed)]
    retired = _retire([walk for street in cut_anew for walk in cut_before[street]], at)
    _let_go_elsewhere(changed, purpose)
    made = _make({street: wanted[street.pk] for street in changed}, purpose, at)
    report = CutReport(len(made), retired, len(streets) - len(changed), sum(walk.door_count for walk in made))
    facts = {"districts": len(districts), "purpose": str(purpose)} | asdict(report)
    trail.record(act="walks cut", actor=by, at=at, facts=facts)
    return report


def _wanted(districts: Collection[int]) -> dict[int, list[Piece]]:
    """What the cut gives, by street: one empty piece for a street without doors, none where every door objects."""
    doors: defaultdict[int, list[StreetDoor]] = defaultdict(list)
    no_contact = Exists(Objection.objects.of_whole_doors().filter(household=OuterRef("pk")))
    rows = Household.objects.standing().filter(street__polling_district__in=districts).annotate(no_contact=no_contact)
    fields = rows.values_list("street", "no_contact", "pk", "sort_key", "house_number", "block", "postcode")
    for street, objects, household, sort_key, house_number, block, postcode in fields:
        door = StreetDoor(household, sort_key, house_number, block, postcode)
        doors[street] += [] if objects else [door]
    cut_streets: defaultdict[int, list[Piece]] = defaultdict(lambda: [()])
    for street, on_street in doors.items():
        cut_streets[street] = [tuple(door.household_id for door in piece) for piece in pieces(entrances(on_street))]
    return cut_streets


def _live_walks(districts: Collection[int], purpose: Purpose) -> defaultdict[int, dict[int, Piece]]:
    """The walks along streets of these districts as they are, by street and walk, in the order they were made.

    Where the street lies counts, not where it lay when its walk was made.
    """
    live = WalkStreet.objects.filter(
        walk__retired_at=None, walk__purpose=purpose, street__polling_district__in=districts
    )
    doors: defaultdict[int, list[int]] = defaultdict(list)
    live_doors = WalkDoor.objects.filter(live=True, purpose=purpose, walk__in=live.values("walk"))
    for walk, household in live_doors.order_by("walk", "position").values_list("walk", "household"):
        doors[walk].append(household)
    walks: defaultdict[int, dict[int, Piece]] = defaultdict(dict)
    for street, walk in live.order_by("walk").values_list("street", "walk"):
        walks[street][walk] = tuple(doors[walk])
    return walks


def _out_of_date(districts: Collection[int], purpose: Purpose) -> set[int]:
    """Streets that came from another district, where their live walks still stand, or whose walks lost a door."""
    live = WalkStreet.objects.filter(
        walk__retired_at=None, walk__purpose=purpose, street__polling_district__in=districts
    ).annotate(doors=Count("walk__doors", filter=Q(walk__doors__live=True)))
    stands = Q(walk__polling_district=F("street__polling_district"), walk__door_count=F("doors"))
    return set(live.exclude(stands).order_by("street").values_list("street", flat=True))


def _let_go_elsewhere(streets: Collection[Street], purpose: Purpose) -> None:
    """Doors that came to these streets since are still in a live walk of their old street; the rest of it stays."""
    WalkDoor.objects.filter(live=True, purpose=purpose, household__street__in=streets).update(live=False)


def _retire(walks: Collection[int], at: datetime) -> int:
    WalkDoor.objects.filter(walk__in=walks, live=True).update(live=False)
    return Walk.objects.live().filter(pk__in=walks).update(retired_at=at)


def _take_out(streets: Collection[Street], purpose: Purpose) -> None:
    """A household is in one live walk a purpose: one moved here by hand may be in a walk of another street."""
    WalkDoor.objects.filter(household__street__in=streets, purpose=purpose, live=True).update(live=False)


def _make(cut_streets: Mapping[Street, list[Piece]], purpose: Purpose, at: datetime) -> list[Walk]:
    """New walks, street by street in the order of their names."""
    in_order = sorted(cut_streets, key=lambda street: (street.polling_district.code, street.name_key, street.pk))
    planned = [(street, part, piece) for street in in_order for part, piece in enumerate(cut_streets[street], start=1)]
    walks = Walk.objects.bulk_create(
        Walk(
            constituency_id=street.polling_district.constituency_id,
            polling_district=street.polling_district,
            purpose=purpose,
            name=_name(street, part, len(cut_streets[street])),
            door_count=len(piece),
            cut_at=at,
        )
        for street, part, piece in planned
    )
    made = list(zip(walks, planned, strict=True))
    WalkStreet.objects.bulk_create(WalkStreet(walk=walk, street=street) for walk, (street, _, _) in made)
    _copy_doors((walk, piece) for walk, (_, _, piece) in made)
    return walks


def _name(street: Street, part: int, parts: int) -> str:
    return street.name if parts == 1 else f"{street.name}, part {part} of {parts}"


COPY_DOORS = "COPY canvassing_walkdoor (walk_id, household_id, position, purpose, live) FROM STDIN"


def _copy_doors(made: Iterable[tuple[Walk, Piece]]) -> None:
    """By COPY: a constituency has 45,000 doors, which take the ORM several times as long."""
    with connection.cursor() as cursor, cursor.copy(COPY_DOORS) as copy:
        for walk, piece in made:
            for position, household in enumerate(piece, start=1):
                copy.write_row((walk.pk, household, position, walk.purpose, True))
