"""Streets and doors from street lists, before there is a register and beside it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from math import fsum
from typing import Any

from django.db.models import Exists, OuterRef, Q

from campaign.areas import points
from campaign.areas.models import Constituency
from campaign.areas.naming import same_name
from campaign.areas.points import Box
from canvassing.electorate.models import PollingDistrict, Street
from canvassing.electorate.street_points import place_streets
from canvassing.progress.models import HouseholdState
from canvassing.register import alone, listed_doors
from canvassing.register.district_wards import put_in_wards
from canvassing.register.known_districts import LONGEST_CODE, KnownDistricts, the_constituency
from canvassing.register.place_tables import Place
from canvassing.register.report import MOST_PROBLEMS, Problem, RegisterRefused
from canvassing.register.rows import Source
from canvassing.register.street_lists import ListedStreet, read_streets

# Found in one statement each, however many streets a list has.
AT_A_TIME = 2000


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


@dataclass(slots=True)
class _Wanted:
    """What all rows of one street in one polling district say together, whatever their order."""

    at: Place
    key: str
    district: PollingDistrict | None
    names: set[str] = field(default_factory=set)
    counts: set[int] = field(default_factory=set)
    doors: dict[str, str] = field(default_factory=dict)  # label as written: postcode
    points: list[tuple[float, float]] = field(default_factory=list)

    def add(self, row: ListedStreet) -> None:
        self.names.add(row.name)
        if row.doors and not row.doors.labels:
            self.counts.add(row.doors.count)
        for label in row.doors.labels if row.doors else ():
            self.name_door(label, row.postcode)
        if row.point:
            self.points.append(row.point)

    def name_door(self, label: str, postcode: str) -> None:
        self.doors[label] = min(filter(None, (self.doors.get(label), postcode)), default="")

    def with_what_is_in(self, other: "_Wanted") -> "_Wanted":
        """Both, where two of them turn out to be one street; each stays as it is."""
        names, counts, points = self.names | other.names, self.counts | other.counts, self.points + other.points
        both = replace(self, names=names, counts=counts, points=points, doors=dict(self.doors))
        for label, postcode in other.doors.items():
            both.name_door(label, postcode)
        return both

    @property
    def says_doors(self) -> bool:
        return bool(self.counts or self.doors)

    @property
    def expected(self) -> int | None:
        return max([*self.counts, len(self.doors)]) if self.says_doors else None

    @property
    def middle(self) -> tuple[float, float] | None:
        """Of a road's sections; exact sums, so that their order leaves no trace."""
        if not self.points:
            return None
        eastings, northings = zip(*self.points, strict=True)
        return fsum(eastings) / len(eastings), fsum(northings) / len(northings)


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


def nothing_done(problem: Problem) -> StreetsReport:
    """The report of a refused import: the reason, and what there is."""
    return replace(so_far(), problems=[problem])


def _import(sources: Sequence[Source], district: str, box: Box | None, at: datetime) -> StreetsReport:
    districts = KnownDistricts(the_constituency())
    gathered = _Gathered(districts, district)
    for source in sources:
        for row in read_streets(source, box or _box_of_wards(districts.constituency)):
            gathered.add(row)
    if not gathered.rows:
        raise RegisterRefused("there is no street in it.", file=", ".join(source.name for source in sources))
    problems = gathered.problems
    problems += _set_wards(districts, gathered.wards, at)
    found, added = _find_or_make(gathered.streets.values(), districts)
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


class _Gathered:
    """The rows of all lists, brought together street by street."""

    def __init__(self, districts: KnownDistricts, unless_said: str) -> None:
        self.rows = 0
        self.streets: dict[tuple[int | None, str], _Wanted] = {}
        self.wards: dict[int, tuple[str, Place]] = {}  # by polling district
        self.problems: list[Problem] = []
        self._districts, self._unless_said = districts, unless_said
        if len(unless_said) > LONGEST_CODE:
            raise RegisterRefused(f"the polling district's code is longer than {LONGEST_CODE} letters.")

    def add(self, row: ListedStreet) -> None:
        self.rows += 1
        code = row.district or self._unless_said
        district = self._districts.get(code, row.council, row.at) if code else None
        wanted = self.streets.setdefault(
            (district.pk if district else None, row.key), _Wanted(row.at, row.key, district)
        )
        wanted.add(row)
        if len(wanted.counts) > 1:
            self.problems.append(
                row.at.problem("this street stands in the list with two counts; the larger one counts.")
            )
        if row.ward and district:
            self._say_ward(district, row)

    def _say_ward(self, district: PollingDistrict, row: ListedStreet) -> None:
        said, first = self.wards.setdefault(district.pk, (row.ward, row.at))
        if same_name(said) != same_name(row.ward):
            raise row.at.refuse(
                f"polling district {district} lies in {row.ward} here and in {said} on line {first.line}. Correct one."
            )


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


def _find_or_make(
    wanted: Iterable[_Wanted], districts: KnownDistricts
) -> tuple[list[tuple[Street, _Wanted]], set[int]]:
    """The standing streets that are meant, each with what is said of it; and the keys of those that had to be made.

    Streets whose polling district is said come first: the others may be among them.
    """
    in_order = sorted(wanted, key=lambda one: (one.district is None, one.key, one.district.pk if one.district else 0))
    known = _known(districts.constituency, {one.key for one in in_order})
    found: dict[int, tuple[Street, _Wanted]] = {}
    added = set()
    for _, group in groupby(in_order, key=lambda one: one.district is None):
        several = list(group)
        new = [one for one in several if not _those_of(one, known[one.key])]
        for street in _make(new, districts):
            known[street.name_key].append((street.polling_district_id, street))
            added.add(street.pk)
        for one in several:
            for street in _those_of(one, known[one.key]):
                earlier = found.get(street.pk)
                found[street.pk] = (earlier[0], earlier[1].with_what_is_in(one)) if earlier else (street, one)
    return list(found.values()), added


def _make(new: Iterable[_Wanted], districts: KnownDistricts) -> list[Street]:
    return Street.objects.bulk_create(
        [
            Street(
                polling_district=one.district or districts.not_known_yet(),
                name=min(one.names),
                name_key=one.key,
                origin=Street.Origin.STREETS,
            )
            for one in new
        ],
        batch_size=AT_A_TIME,
    )


def _those_of(one: _Wanted, known: Iterable[tuple[int, Street]]) -> list[Street]:
    """Of the streets of its name those that are meant. Raises RegisterRefused where doors could be any one's."""
    there = {street.pk: street for district, street in known if one.district is None or district == one.district.pk}
    if len(there) > 1 and one.says_doors:
        where = " and ".join(sorted(str(street.polling_district) for street in there.values()))
        raise one.at.refuse(
            f"there is a street of this name in {where}. Say which is meant in a column called polling_district."
        )
    return list(there.values())


def _known(constituency: Constituency, keys: set[str]) -> defaultdict[str, list[tuple[int, Street]]]:
    """By name: each polling district in which there is such a street, and what that street has become."""
    known: defaultdict[str, list[tuple[int, Street]]] = defaultdict(list)
    ordered = sorted(keys)
    for start in range(0, len(ordered), AT_A_TIME):
        rows = Street.objects.filter(
            polling_district__constituency=constituency, name_key__in=ordered[start : start + AT_A_TIME]
        ).select_related("polling_district", "merged_into__polling_district")
        for street in rows.order_by("pk"):
            known[street.name_key].append((street.polling_district_id, _standing(street)))
    return known


def _standing(street: Street) -> Street:
    """What `street` is now: one that was merged is a signpost."""
    while street.merged_into is not None:
        street = street.merged_into
    return street


def _correct(found: Iterable[tuple[Street, _Wanted]], added: set[int]) -> int:
    """Write what the list expects, and a point where there was none; returns how many streets known before changed."""
    found = list(found)
    placed = [(street, middle) for street, wanted in found if street.latitude is None and (middle := wanted.middle)]
    changed: dict[int, Street] = {}
    if placed:
        where = points.degrees([middle[0] for _, middle in placed], [middle[1] for _, middle in placed])
        for (street, _), (latitude, longitude) in zip(placed, where, strict=True):
            street.latitude, street.longitude = latitude, longitude
            changed[street.pk] = street
    for street, wanted in found:
        if wanted.expected is not None and wanted.expected != street.expected_doors:
            street.expected_doors = wanted.expected
            changed[street.pk] = street
    fields = ["expected_doors", "latitude", "longitude"]
    Street.objects.bulk_update(changed.values(), fields, batch_size=AT_A_TIME)
    return len(changed.keys() - added)


def _totals(constituency: Constituency) -> tuple[int, int]:
    """Streets and doors that count now: somebody on the register lives there, or they are not the register's alone."""
    doors = HouseholdState.objects.filter(constituency=constituency, standing=True)
    streets = Street.objects.standing().filter(
        Q(Exists(doors.filter(street=OuterRef("pk")))) | ~Q(origin=Street.Origin.REGISTER),
        polling_district__constituency=constituency,
    )
    return streets.count(), doors.count()
