"""The words of British addresses, and one printed line taken apart by them: unit, name, number, road. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from canvassing.electorate.spelling import REMEMBERED, words


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROADS = _set(
    "alley approach avenue boulevard broadway circus close crescent drive embankment esplanade gardens grove highway "
    "lane loop mews parade passage path promenade quadrant ride rise road row square street terrace vale walk way yard "
    "rd st ave ln cres gdns sq"
)
"""What a road's name ends in, and hardly anything else's."""
PLACES = _set(
    "bank bridge brow chase common copse corner court croft cross dell dene down downs end field fields garth gate "
    "green heath hill island market mead meadow meadows mount orchard park place quay reach side view village wharf "
    "wood"
)
"""What a road's name may end in, a building's or a town's as well."""
BUILDINGS = _set(
    "apartment apartments block building buildings chambers cottage cottages court exchange factory hall heights home "
    "hostel hotel house lodge mansion mansions mill point residence residences school studios tower towers villa "
    "villas warehouse wharf works hse"
)
"""What a building's name ends in."""
COMPASS = _set("north south east west upper lower")

UNITS = _set(
    "flat flt apartment apt unit room rm studio maisonette bedsit suite penthouse annexe annex attic basement floor "
    "flr cabin caravan pitch plot berth mooring"
)
"""A run of words at the start of a line is a unit within a house when one of these is in it…"""
QUALIFIERS = _set(
    "ground grd gnd first second third fourth fifth sixth seventh eighth ninth tenth 1st 2nd 3rd 4th 5th 6th 7th 8th "
    "9th 10th lower upper top middle mezzanine garden front rear back left right hand side above over at of the to "
    "behind under"
)
"""… and these may stand beside it."""
BESIDE = _set("above over behind opposite opp adjacent adj at of to under near")
"""A name that ends in one of these says where something lies, not what a house is called."""
SAME_UNIT = {
    "flt": "flat", "apartment": "flat", "apt": "flat", "rm": "room", "flr": "floor", "annex": "annexe",
    "grd": "ground", "gnd": "ground", "1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth",
    "5th": "fifth", "6th": "sixth", "7th": "seventh", "8th": "eighth", "9th": "ninth", "10th": "tenth",
}  # fmt: skip
STOREYS = {
    "basement": 0, "garden": 1, "ground": 2, "mezzanine": 3, "first": 4, "second": 5, "third": 6, "fourth": 7,
    "fifth": 8, "sixth": 9, "seventh": 10, "eighth": 11, "ninth": 12, "tenth": 13, "upper": 14, "top": 15, "attic": 16,
    "penthouse": 17,
}  # fmt: skip

# 12, 12A, 12 A, 12½; then the end of a range: 12-14, 12A-C, 4- 6, 16/20, 12 & 14.
# "5 Y Ddraig" is Welsh for "the", not house 5Y.
NUMBER = (
    r"(?<![^\W_])(?P<number>[0-9]{1,5})(?P<letter>[A-Za-z½]|\s[A-XZa-xz](?=\s|$))?"
    r"(?:\s?(?P<joint>[-–—/&]|\bto\b|\band\b)\s?(?P<end>[0-9]{1,5}[A-Za-z]?|[A-Za-z]))?(?=[\s.:]|$)"  # noqa: RUF001
)
HOUSE = re.compile(rf"^(?P<before>.*?)\s*{NUMBER}[\s.:]*(?P<road>[^0-9]*|[0-9]+(?:st|nd|rd|th)\s.*)$", re.IGNORECASE)
UNIT_AT_END = re.compile(
    r"\s+(?P<unit>(?:flat|flt|apartment|apt|unit|room|studio)\s+(?:[0-9]{1,5}[a-z]?|[a-z]))$", re.I
)
MARK = re.compile(r"[0-9]{1,5}[A-Za-z]?|[A-Za-z][0-9]{0,4}|[0-9]{1,4}[-/][0-9]{1,4}")
SELDOM_MARKED = _set("basement attic penthouse annexe annex maisonette")


@dataclass(frozen=True, slots=True)
class Number:
    """A house number as printed on the door; `end` is the other end of a range."""

    first: int
    letter: str = ""
    end: str = ""

    def __str__(self) -> str:
        return f"{self.first}{self.letter}-{self.end}" if self.end else f"{self.first}{self.letter}"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line taken apart: "Flat 2 39A Church Street" has unit "Flat 2", number 39A, road "Church Street".

    `name` stands before the number ("Rose House 12 Park Road"). What has neither unit nor number is `road`, be it a
    house's name, a street or a town.
    """

    unit: str = ""
    name: str = ""
    number: Number | None = None
    road: str = ""

    @property
    def is_unit(self) -> bool:
        return bool(self.unit) and not (self.name or self.number or self.road)

    @property
    def is_number(self) -> bool:
        return self.number is not None and not (self.road or self.name)

    @property
    def is_numbered_road(self) -> bool:
        return self.number is not None and bool(self.road)


@lru_cache(REMEMBERED)
def read(line: str) -> Line:
    """Take a squeezed line apart."""
    unit, rest = split_unit(line)
    at_end = UNIT_AT_END.search(rest)
    if at_end:
        unit, rest = f"{unit} {at_end['unit']}".strip(), rest[: at_end.start()]
    house = HOUSE.match(rest) if any(letter.isdigit() for letter in rest) else None
    if house is None:
        return Line(unit=unit, road=rest)
    number, flat = number_of(house)
    return Line(f"{unit} {flat}".strip(), house["before"].rstrip(" ,"), number, house["road"].strip())


def number_of(house: re.Match[str]) -> tuple[Number, str]:
    """The house number found, and the flat where it reads "12/3"; a range goes up: "16/20" is one."""
    first, letter, end = int(house["number"]), (house["letter"] or "").strip().upper(), (house["end"] or "").upper()
    last = int(re.match("[0-9]*", end)[0] or first + 1)  # type: ignore[index]
    if house["joint"] == "/" and last <= first:
        return Number(first, letter), end
    return Number(first, letter, end), ""


def split_unit(line: str) -> tuple[str, str]:
    """The unit at the start of `line` ("Flat 17", "Ground Floor Flat", "Flat Above") and what follows it.

    A single word with a name behind it is a name itself ("Studio House"), and a qualified unit leaves a number that
    could be the house's: "Ground Floor Flat 27 Anson Road" is in house 27.
    """
    tokens = line.split(" ")
    run = 0
    while run < len(tokens) and tokens[run].strip(".,'()").lower() in UNITS | QUALIFIERS:
        run += 1
    head = [token.strip(".,'()").lower() for token in tokens[:run]]
    if not UNITS.intersection(head):
        return "", line
    taken = run + _marks(head, tokens[run:])
    if run == taken == 1 and run < len(tokens) and not tokens[run][:1].isdigit():
        return "", line
    return " ".join(tokens[:taken]), " ".join(tokens[taken:]).lstrip("-–, ")  # noqa: RUF001


def _marks(head: list[str], behind: list[str]) -> int:
    """How many words behind the unit's own are its mark: the 17 of "Flat 17"."""
    if not behind or head[-1] not in UNITS or not MARK.fullmatch(behind[0]):
        return 0
    bare = len(head) == 1 and head[0] not in SELDOM_MARKED
    another_number = len(behind) > 1 and behind[1][:1].isdigit()
    return int(bare or len(behind) == 1 or another_number or not behind[0][:1].isdigit())


@lru_cache(REMEMBERED)
def ends_in(name: str, endings: frozenset[str]) -> bool:
    """Whether the last word of `name`, a compass point aside, is one of `endings`.

    A lone word is no ending, nor is part of one: Chester-le-Street is a town.
    """
    if "-" in name.rpartition(" ")[2]:
        return False
    found = words(name)
    if len(found) > 2 and found[-1] in COMPASS:
        found = found[:-1]
    return len(found) > 1 and found[-1] in endings
