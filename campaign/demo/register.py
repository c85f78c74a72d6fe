"""The invented register, row by row as a council's system exports it (Xpress, 14 columns)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import TypeVar

from campaign.demo import words
from campaign.demo.places import District, Road

HEADINGS = (
    "Elector Number Prefix", "Elector Number", "Elector Number Suffix", "Elector Markers", "Elector DOB",
    "Elector Surname", "Elector Forename", "PostCode", "Address1", "Address2", "Address3", "Address4", "Address5",
    "Address6",
)  # fmt: skip
TOWN = "London"
ADDRESS_LINES = 6
ADDRESSLESS_ONE_IN = 250
# What a franchise marker means is the council's business; these shares are an inner London register's.
MARKERS = {"": 0.882, "G": 0.064, "B": 0.045, "F": 0.008, "L": 0.001}
AT_ONE_DOOR = {1: 0.54, 2: 0.31, 3: 0.10, 4: 0.04, 5: 0.01}
ATTAINERS = 0.004
NO_ADDRESS = ("", ())

T = TypeVar("T")
Row = tuple[str, ...]
Address = tuple[str, tuple[str, ...]]  # postcode, lines


@dataclass(frozen=True, slots=True)
class Build:
    """How a road is built: how often the next building is a block of flats, a divided house, a house."""

    block: float
    divided: float
    house: float


# Four doors in five are flats, as in inner London: three in blocks for one in a divided house.
ESTATE = Build(block=0.46, divided=0.14, house=0.40)
TERRACE = Build(block=0.010, divided=0.29, house=0.70)


def rows(district: District, *, seed: int, polling_day: date) -> Iterator[Row]:
    """The register of `district`: by street, then those without an address, the anonymous last."""
    rng = Random(f"{seed}: register of {district.code}")  # noqa: S311 - invention, no secret
    scribe = _Scribe(district.code, rng, polling_day)
    addressless = min(district.electors - 1, max(2, district.electors // ADDRESSLESS_ONE_IN))
    quotas = _shares(district.electors - addressless, len(district.roads), rng)
    for road, quota in zip(district.roads, quotas, strict=True):
        yield from scribe.street(road, quota)
    yield from scribe.others(addressless)


@dataclass(slots=True)
class _Scribe:
    """Writes one district's rows, numbering as it goes."""

    district: str
    rng: Random
    polling_day: date
    written: int = 0

    def street(self, road: Road, electors: int) -> Iterator[Row]:
        """Exactly `electors` people of one street, door by door."""
        left = electors
        for address in _doors(road, self.rng):
            if left <= 0:
                return
            people = min(left, _draw(AT_ONE_DOOR, self.rng))
            left -= people
            yield from self._household(address, people)

    def others(self, number: int) -> Iterator[Row]:
        """Service and overseas electors, whose address is not printed, and one anonymous elector at the end."""
        for _ in range(number - 1):
            yield self._row(self.rng.choice(("", "F")), words.surname(self.rng), words.given_name(self.rng), NO_ADDRESS)
        yield self._row("N", "", "", NO_ADDRESS)

    def _household(self, address: Address, people: int) -> Iterator[Row]:
        family = words.surname(self.rng)
        for _ in range(people):
            surname = family if self.rng.random() < 0.6 else words.surname(self.rng)
            marker = _draw(MARKERS, self.rng)
            attains = self._birthday() if marker == "" and self.rng.random() < ATTAINERS else ""
            yield self._row(marker, surname, words.given_name(self.rng), address, attains)

    def _birthday(self) -> str:
        """The day an attainer may first vote: some before polling day, some after."""
        return f"{self.polling_day + timedelta(days=self.rng.randint(-30, 240)):%d-%b-%Y}"

    def _row(self, marker: str, surname: str, forename: str, address: Address, attains: str = "") -> Row:
        self.written += 1
        postcode, lines = address
        printed = (*lines, TOWN, postcode) if lines else ()
        padding = ("",) * (ADDRESS_LINES - len(printed))
        number = (self.district, str(self.written), "0")
        return (*number, marker, attains, surname, forename, postcode, *printed, *padding)


def _doors(road: Road, rng: Random) -> Iterator[Address]:
    """The doors of a road without end: building after building, each with the postcode of its stretch."""
    build = rng.choice((ESTATE, TERRACE))
    blocks = iter(words.block_names(rng))
    for place, number in enumerate(_house_numbers(rng)):
        postcode = road.postcodes[place // 12 % len(road.postcodes)]
        building = rng.choices((_block, _divided, _house), (build.block, build.divided, build.house))[0]
        for lines in building(number, blocks, rng):
            yield postcode, (*lines[:-1], f"{lines[-1]} {road.name}".strip())


def _block(number: int, blocks: Iterator[str], rng: Random) -> list[tuple[str, ...]]:
    """A purpose-built block: its flats under its name, some with a number on the road as well."""
    name = next(blocks)
    size = rng.choice((8, 12, 16, 20, 24, 30, 36))
    on_the_road = str(number) if rng.random() < 0.25 else ""
    return [(f"Flat {flat}", name, on_the_road) for flat in range(1, size + 1)]


def _divided(number: int, _blocks: Iterator[str], rng: Random) -> list[tuple[str, ...]]:
    """A house divided into flats, in one of the ways its owner had it painted on the door."""
    floors = ("Basement Flat", "Ground Floor Flat", "First Floor Flat", "Top Floor Flat")
    letters = "ABCDE"[: rng.randint(2, 5)]
    style = rng.random()
    if style < 0.4:
        return [(f"Flat {letter}", str(number)) for letter in letters]
    if style < 0.7:
        return [(f"{number}{letter}",) for letter in letters]
    return [(floor, str(number)) for floor in floors[rng.randint(0, 1) :]]


def _house(number: int, _blocks: Iterator[str], rng: Random) -> list[tuple[str, ...]]:
    """One door; one in forty has a name besides its number."""
    named = f"{rng.choice(words.GIVEN_NAMES)} Cottage"
    return [(named, str(number))] if rng.random() < 0.025 else [(str(number),)]


def _house_numbers(rng: Random) -> Iterator[int]:
    """House numbers up both sides, unlucky 13 left out as on many streets, one now and then never built."""
    return (number for number in count(1) if number != 13 and rng.random() > 0.04)


def _shares(total: int, parts: int, rng: Random) -> list[int]:
    """`total` in `parts` uneven shares, each at least one while there is enough."""
    weights = [rng.uniform(0.25, 1.9) for _ in range(parts)]
    shares = [int((total - parts) * weight / sum(weights)) + 1 for weight in weights]
    shares[-1] += total - sum(shares)
    return shares


def _draw(choices: dict[T, float], rng: Random) -> T:
    return rng.choices(list(choices), list(choices.values()))[0]
