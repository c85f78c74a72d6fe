"""The invented constituency: wards with outlines, polling districts, roads, and where each road's postcodes lie."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice, product
from random import Random
from string import ascii_uppercase

from campaign.demo import shapes, words

WARDS = 8
ELECTORS_PER_DISTRICT = 2_000
ELECTORS_PER_ROAD = 84
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # the letters that stand in the last two places of a postcode


@dataclass(frozen=True, slots=True)
class Road:
    """One street of one polling district; its postcodes follow each other along it."""

    name: str
    postcodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class District:
    """One polling district: its ward's name, how many electors are registered in it, its streets."""

    code: str
    ward: str
    electors: int
    roads: tuple[Road, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """The ground. Outlines are GeoJSON, `wards` by name; `points` are longitude and latitude by postcode."""

    outline: dict[str, object]
    wards: dict[str, dict[str, object]]
    districts: tuple[District, ...]
    points: dict[str, shapes.Point]


def invent(*, electors: int, seed: int) -> Places:
    """The ground for `electors` people, always the same for the same seed."""
    rng = Random(f"{seed}: places")  # noqa: S311 - invention, no secret
    land, bend = shapes.land(rng), shapes.Bend.drawn(rng)
    cells = dict(zip(rng.sample(words.WARDS, WARDS), shapes.divide(land, WARDS, rng), strict=True))
    surveyor = _Surveyor(rng, bend, cycle(words.road_names(rng)), _postcodes())
    return Places(
        outline=shapes.outline(land, bend),
        wards={name: shapes.outline(cell, bend) for name, cell in cells.items()},
        districts=tuple(surveyor.districts(cells, electors)),
        points=surveyor.points,
    )


@dataclass(slots=True)
class _Surveyor:
    """Lays roads; `names` and `postcodes` are used up as they go."""

    rng: Random
    bend: shapes.Bend
    names: Iterator[str]
    postcodes: Iterator[str]
    points: dict[str, shapes.Point] = field(default_factory=dict)

    def districts(self, cells: dict[str, shapes.Ring], electors: int) -> Iterator[District]:
        """Polling districts, ward by ward; a code is the ward's letter and the district's own."""
        per_ward = min(26, max(2, round(electors / WARDS / ELECTORS_PER_DISTRICT)))
        sizes = iter(_uneven(electors, WARDS * per_ward, self.rng))
        carried: list[str] = []
        for letter, (ward, cell) in zip(ascii_uppercase, cells.items(), strict=False):
            for second, ground in zip(ascii_uppercase, shapes.divide(cell, per_ward, self.rng), strict=False):
                size = next(sizes)
                names = carried + list(islice(self.names, max(1, round(size / ELECTORS_PER_ROAD) - len(carried))))
                yield District(letter + second, ward, size, tuple(self._road(name, ground) for name in names))
                # Some roads go on in the next district: the same road there is another street.
                carried = names[-1:] if self.rng.random() < 0.3 else []

    def _road(self, name: str, ground: shapes.Ring) -> Road:
        (x1, y1), (x2, y2) = shapes.inside(ground, self.rng), shapes.inside(ground, self.rng)
        postcodes = tuple(islice(self.postcodes, self.rng.randint(1, 3)))
        for place, postcode in enumerate(postcodes, start=1):
            share = place / (len(postcodes) + 1)
            self.points[postcode] = shapes.coordinates(self.bend((x1 + share * (x2 - x1), y1 + share * (y2 - y1))))
        return Road(name, postcodes)


def _uneven(total: int, parts: int, rng: Random) -> list[int]:
    """`total` in `parts` sizes that differ as polling districts do: the largest about three times the smallest."""
    weights = [rng.uniform(0.5, 1.5) for _ in range(parts)]
    sizes = [int(total * weight / sum(weights)) for weight in weights]
    sizes[-1] += total - sum(sizes)
    return sizes


def _postcodes() -> Iterator[str]:
    """Postcodes of an area that does not exist: no British postcode begins with Q."""
    for district, sector, first, second in product(range(1, 100), range(10), POSTCODE_LETTERS, POSTCODE_LETTERS):
        yield f"QZ{district} {sector}{first}{second}"
