"""What street lists say, brought together street by street: whatever the order of their rows, it comes to the same."""

from dataclasses import dataclass, field, replace
from math import fsum

from campaign.areas.naming import same_name
from canvassing.electorate.models import PollingDistrict
from canvassing.register.known_districts import LONGEST_CODE, KnownDistricts
from canvassing.register.place_tables import Place
from canvassing.register.report import Problem, RegisterRefused
from canvassing.register.street_lists import ListedStreet


@dataclass(slots=True)
class Wanted:
    """What all rows of one street in one polling district say together, whatever their order."""

    at: Place
    key: str
    district: PollingDistrict | None
    names: set[str] = field(default_factory=set)
    counts: set[int] = field(default_factory=set)
    doors: dict[str, str] = field(default_factory=dict)  # label as written: postcode
    points: list[tuple[float, float]] = field(default_factory=list)
    postcodes: set[str] = field(default_factory=set)

    def add(self, row: ListedStreet) -> None:
        self.names.add(row.name)
        if row.doors and not row.doors.labels:
            self.counts.add(row.doors.count)
        for label in row.doors.labels if row.doors else ():
            self.name_door(label, row.postcode)
        if row.point:
            self.points.append(row.point)
        self.postcodes |= row.postcodes

    def name_door(self, label: str, postcode: str) -> None:
        self.doors[label] = min(filter(None, (self.doors.get(label), postcode)), default="")

    def with_what_is_in(self, other: "Wanted") -> "Wanted":
        """Both, where two of them turn out to be one street; each stays as it is."""
        both = replace(
            self,
            names=self.names | other.names,
            counts=self.counts | other.counts,
            points=self.points + other.points,
            postcodes=self.postcodes | other.postcodes,
            doors=dict(self.doors),
        )
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


class Gathered:
    """The rows of all lists, brought together street by street."""

    def __init__(self, districts: KnownDistricts, unless_said: str) -> None:
        self.rows = 0
        self.streets: dict[tuple[int | None, str], Wanted] = {}
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
            (district.pk if district else None, row.key), Wanted(row.at, row.key, district)
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
