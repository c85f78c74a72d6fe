"""Streets and doors from street lists, before there is a register and beside it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from math import fsum
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from campaign.areas import points
from campaign.areas.models import Constituency, PostcodePoint
from campaign.areas.naming import same_name
from campaign.areas.points import Box
from canvassing.electorate.models import Street
from canvassing.electorate.street_points import place_streets
from canvassing.progress.models import HouseholdState
from canvassing.register import alone, listed_doors
from canvassing.register.district_wards import put_in_wards
from canvassing.register.found_streets import find_or_make
from canvassing.register.known_districts import KnownDistricts, the_constituency
from canvassing.register.opening import Source
from canvassing.register.place_tables import Place
from canvassing.register.report import MOST_PROBLEMS, Problem, RegisterRefused
from canvassing.register.street_lists import read_streets
from canvassing.register.wanted_streets import Gathered, Wanted

WRITE = """
UPDATE canvassing_street street
SET expected_doors = said.expected_doors, latitude = said.latitude, longitude = said.longitude
FROM unnest(%(keys)s::bigint[], %(expected)s::int[], %(latitudes)s::float8[], %(longitudes)s::float8[])
    AS said (id, expected_doors, latitude, longitude)
WHERE street.id = said.id
"""


@dataclass(frozen=True, slots=True)
class Effect:
    """Rows made, rows changed, and how many count now."""

    added: int = 0
    changed: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class StreetsReport:
    """One import of street lists. Districts and wards are those that the lists name."""

    rows: int = 0
    streets: Effect = Effect()
    doors: Effect = Effect()
    polling_districts: int = 0
    wards: int = 0
    problems: Sequence[Problem] = ()
    seconds: float = 0

    @property
    def facts(self) -> dict[str, int]:
        return {"rows": self.rows, "streets": self.streets.added, "doors": self.doors.added}

    def as_json(self) -> dict[str, Any]:
        doors = asdict(self.doors)
        del doors["changed"]
        return {
            "rows": self.rows,
            "streets": asdict(self.streets),
            "doors": doors,
            "polling_districts": self.polling_districts,
            "wards": self.wards,
            "problems": [problem.as_json() for problem in self.problems],
            "seconds": self.seconds,
        }

    @property
    def in_words(self) -> str:
        return (
            f"{self.rows:,} rows. Streets: {self.streets.added:,} added, {self.streets.changed:,} changed, "
            f"{self.streets.total:,} in all. Doors: {self.doors.added:,} added, {self.doors.total:,} in all."
        )


def import_streets(
    sources: Sequence[Source],
    *,
    at: datetime,
    actor: Any = None,
    district: str = "",
    box: Box | None = None,
    dry_run: bool = False,
) -> StreetsReport:
    """Make the streets and doors that the lists name and nobody knew; what is known already is not written.

    Streets without a polling district go into `district`, or where streets wait of which nobody has said where they
    lie. `box` is on the National Grid; without one Open Names is read within the wards' outlines.

    Raises RegisterRefused, when nothing was written.
    """
    work = partial(_import, sources, district.strip(), box, at)
    return alone.carry_out(work, act="streets imported", actor=actor, at=at, dry_run=dry_run)


def so_far() -> StreetsReport:
    """What there is, as the report of an import that did nothing."""
    constituency = Constituency.objects.order_by("pk").first()
    streets, doors = _totals(constituency) if constituency else (0, 0)
    return StreetsReport(streets=Effect(total=streets), doors=Effect(total=doors))


def _import(sources: Sequence[Source], district: str, box: Box | None, at: datetime) -> StreetsReport:
    districts = KnownDistricts(the_constituency())
    gathered = Gathered(districts, district)
    for source in sources:
        for row in read_streets(source, box or _box_of_wards(districts.constituency)):
            gathered.add(row)
    if not gathered.rows:
        raise RegisterRefused("there is no street in it.", file=", ".join(source.name for source in sources))
    problems = gathered.problems
    problems += _set_wards(districts, gathered.wards, at)
    found, added = find_or_make(gathered.streets.values(), districts)
    problems += _waiting_as_well(districts.constituency, found)
    changed = _correct(found, added)
    new_doors = listed_doors.add({street: wanted.doors for street, wanted in found if wanted.doors}, at=at)
    place_streets({street.polling_district_id for street, _ in found})
    streets, doors = _totals(districts.constituency)
    return StreetsReport(
        rows=gathered.rows,
        streets=Effect(len(added), changed, streets),
        doors=Effect(added=new_doors, total=doors),
        polling_districts=len(districts.named),
        wards=len({same_name(name) for name, _ in gathered.wards.values()}),
        problems=problems[:MOST_PROBLEMS],
    )


def _box_of_wards(constituency: Constituency) -> Box | None:
    box = points.box_of(ward.outline for ward in constituency.wards.order_by("pk") if ward.outline)
    return points.on_the_grid(box) if box else None


def _set_wards(districts: KnownDistricts, said: dict[int, tuple[str, Place]], at: datetime) -> list[Problem]:
    """Put the polling districts that have no ward into theirs; those that have another one keep it."""
    without = {pk: name for pk, (name, _) in said.items() if districts.named[pk].ward is None}
    problems = [
        place.problem(f"polling district {district} lies in {district.ward}; it was left there.")
        for pk, (name, place) in said.items()
        if (district := districts.named[pk]).ward and same_name(district.ward.name) != same_name(name)
    ]
    put_in_wards(districts, without, at=at)
    return problems


def _waiting_as_well(constituency: Constituency, found: Iterable[tuple[Street, Wanted]]) -> list[Problem]:
    """Streets whose district is said here, while one of their name waits without: most likely they are one."""
    waiting = Street.objects.standing().filter(polling_district__constituency=constituency, polling_district__code="")
    names = set(waiting.values_list("name_key", flat=True))
    return [
        wanted.at.problem("a street of this name waits without a polling district as well. Merge the two by hand.")
        for street, wanted in found
        if wanted.district is not None and street.name_key in names
    ]


def _correct(found: Iterable[tuple[Street, Wanted]], added: set[int]) -> int:
    """Write what the list expects, and a point where there was none; returns how many streets known before changed."""
    found = list(found)
    changed = {street.pk: street for street in _place([(s, wanted) for s, wanted in found if s.latitude is None])}
    for street, wanted in found:
        if wanted.expected is not None and wanted.expected != street.expected_doors:
            street.expected_doors = wanted.expected
            changed[street.pk] = street
    _write(changed.values())
    return len(changed.keys() - added)


def _write(streets: Collection[Street]) -> None:
    """In one statement: a region has 60,000 streets, which take the ORM minutes."""
    columns: dict[str, Any] = {
        "keys": [street.pk for street in streets],
        "expected": [street.expected_doors for street in streets],
        "latitudes": [street.latitude for street in streets],
        "longitudes": [street.longitude for street in streets],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, columns)


def _place(unplaced: Sequence[tuple[Street, Wanted]]) -> list[Street]:
    """Give each street the middle of its points, else of its postcodes; returns those of which either is known."""
    middles = {street: middle for street, wanted in unplaced if (middle := wanted.middle)}
    where = points.degrees([x for x, _ in middles.values()], [y for _, y in middles.values()]) if middles else []
    placed = dict(zip(middles, where, strict=True))
    by_postcode = {street: wanted.postcodes for street, wanted in unplaced if street not in placed}
    known = PostcodePoint.objects.in_bulk(set().union(*by_postcode.values()))
    for street, postcodes in by_postcode.items():
        lie = [known[postcode] for postcode in sorted(postcodes) if postcode in known]
        if lie:
            placed[street] = (
                fsum(point.latitude for point in lie) / len(lie),
                fsum(point.longitude for point in lie) / len(lie),
            )
    for street, (latitude, longitude) in placed.items():
        street.latitude, street.longitude = latitude, longitude
    return list(placed)


def _totals(constituency: Constituency) -> tuple[int, int]:
    """Streets and doors that count now: somebody on the register lives there, or they are not the register's alone."""
    doors = HouseholdState.objects.filter(constituency=constituency, standing=True)
    streets = Street.objects.standing().filter(
        Q(Exists(doors.filter(street=OuterRef("pk")))) | ~Q(origin=Street.Origin.REGISTER),
        polling_district__constituency=constituency,
    )
    return streets.count(), doors.count()
