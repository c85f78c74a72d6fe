"""One printed line of an address taken apart: unit, name, number, road. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from canvassing.electorate.address_units import AT_END, NAMED_BY_MARK, spelt_out, split_unit
from canvassing.electorate.address_words import ORDINAL, QUALIFIERS, ROADS, UNITS, ends_in, is_road
from canvassing.electorate.spelling import REMEMBERED

# The parts of an estate, as "A Block" and "Block 2" name them, and then the words that need nobody's name before them.
PARTS = r"(?:block|blk|core|wing|stair|staircase|entrance)"
ALONE = r"(?:building|bldg|tower|house)"
PART_MARK = r"(?:[0-9]{1,4}[a-z]?(?:\s?[-–/&]\s?[0-9]{1,3}[a-z]?)?|[a-z][0-9]{0,2})(?![^\W_])"  # noqa: RUF001
# Block 2, Block A, 1 Block 2, Block 2 High Road, Peabody Estate Block 4; but Rose House 12 is a house and its number.
PART = re.compile(
    rf"^(?:(?P<door>[0-9]{{1,5}}[a-z]?)\s)?(?P<part>(?:(?:[^0-9]*\s)?{PARTS}|{ALONE})\s{PART_MARK})\s*(?P<road>.*)$",
    re.IGNORECASE,
)
# What stands on many estates, and is no street's name: Block 2, A Block, North Wing.
NAMELESS = re.compile(
    rf"(?:{PARTS}|{ALONE})\s{PART_MARK}|[a-z]\s(?:{PARTS}|{ALONE})"
    rf"|(?:north|south|east|west|upper|lower|main)\s{PARTS}",
    re.IGNORECASE,
)
# 12, 12A, 12 A, 12½; then the end of a range: 12-14, 12A-C, 4- 6, 16/20, 12 & 14.
# "5 Y Ddraig" is Welsh for "the", not house 5Y, and "12 A Block" is home 12 in block A.
NUMBER = (
    r"(?<![^\W_])(?P<number>[0-9]{1,5})"
    rf"(?P<letter>[A-Za-z½¼¾]|\s[A-XZa-xz](?=\s|$)(?!\s{PARTS}(?:\s|$)|\s{ALONE}$))?"
    rf"(?:\s?(?P<joint>[-–—/&]|\bto\b|\band\b)\s?(?P<end>[0-9]{{1,5}}[A-Za-z]?|[A-Za-z](?!\s{PARTS}\b)))?(?=[\s.:]|$)"  # noqa: RUF001
)
HOUSE = re.compile(rf"^(?P<before>.*?)\s*{NUMBER}[\s.:]*(?P<road>[^0-9]*|[0-9]+(?:st|nd|rd|th)\s.*)$", re.IGNORECASE)
NUMBER_SIGN = re.compile(r"(?:^house\s+|(?<![^\W_]))(?:nos?\.?|number)\s*(?=[0-9])", re.IGNORECASE)
# Not those that a building is called by: "3 City View Apartments".
BEHIND_ROAD = {word for word in UNITS if not word.endswith("s")} | {"rear"}
# A name that has its number within, or is a year: Platform 9 Apartments, 1884 Building.
NAME_WITH_NUMBER = re.compile(
    r"(?:[^0-9]+\s[0-9]{1,4}[a-z]?|(?:1[0-9]|20)[0-9]{2})\s"
    r"(?:apartments|building|buildings|cottage|hall|heights|house|lodge|residence|studios|tower|towers)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A house number as printed on the door; `end` is the other end of a range."""

    first: int
    letter: str = ""
    end: str = ""

    def __str__(self) -> str:
        return f"{self.first}{self.letter}-{self.end}" if self.end else f"{self.first}{self.letter}"

    @property
    def key(self) -> str:
        """What two spellings of it have in common: 12A-C is 12A-12C."""
        end = f"-{self.first if self.letter and self.end.isalpha() else ''}{self.end}" if self.end else ""
        return f"{self.first}{self.letter}{end}".lower()


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line taken apart: "Flat 2 39A Church Street" has unit "Flat 2", number 39A, road "Church Street".

    `name` stands before the number ("Rose House 12 Park Road") or is a part of an estate ("Block 2 High Road"). What
    has neither unit nor number is `road`, be it a house's name, a street or a town.
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
        """Whether this can be the street's line: "1 Fonthill Court", but not "1 A Block"."""
        return self.number is not None and bool(self.road) and not NAMELESS.fullmatch(self.road)


@lru_cache(REMEMBERED)
def read(line: str) -> Line:
    """Take a squeezed line apart."""
    has_digits = any(letter.isdigit() for letter in line)
    unit, rest = split_unit(spelt_out(NUMBER_SIGN.sub("", line)) if has_digits else line)
    at_end = AT_END.search(rest)
    if at_end:
        unit, rest = f"{unit} {at_end['unit']}".strip(), rest[: at_end.start()]
    if NAMED_BY_MARK.fullmatch(rest):
        return Line(unit=f"{rest} {unit}" if at_end else f"{unit} {rest}".strip())
    part = PART.match(rest)
    if part:
        return _part_read(unit, part)
    house = HOUSE.match(rest) if has_digits else None
    if house is None or NAME_WITH_NUMBER.fullmatch(rest):
        return Line(unit=unit, road=rest)
    number, flat = number_of(house)
    ahead, name = _whole_unit(house["before"].rstrip(" ,"))
    behind, road = _unit_behind(*_whole_unit(house["road"].strip(" -")))
    if not road and ends_in(name, ROADS):
        name, road = "", name
    return Line(" ".join(filter(None, (unit, ahead, flat, behind))), name, number, road)


def _whole_unit(text: str) -> tuple[str, str]:
    """A unit before or behind a number ("12A Basement Flat", then perhaps the road) and what is none."""
    unit, rest = split_unit(text)
    return (unit, rest) if not rest or is_road(rest) else ("", text)


def _unit_behind(unit: str, road: str) -> tuple[str, str]:
    """The unit behind a road's name as well: "12 High Street Annexe", "12 High Street Ground Floor"."""
    tokens = road.split(" ")
    if len(tokens) < 3 or tokens[-1].lower() not in BEHIND_ROAD:
        return unit, road
    behind = len(list(takewhile(_may_be_of_unit, reversed(tokens))))
    rest = " ".join(tokens[:-behind])
    return (f"{unit} {' '.join(tokens[-behind:])}".strip(), rest) if is_road(rest) else (unit, road)


def _may_be_of_unit(token: str) -> bool:
    return token.lower() in UNITS or token.lower() in QUALIFIERS or bool(ORDINAL.fullmatch(token))


def _part_read(unit: str, part: re.Match[str]) -> Line:
    """ "1 Block 2" is like "1 Fonthill Court"; before a road, be it numbered or not, the block is a name."""
    number = number_of(house)[0] if (house := HOUSE.match(part["door"] or "")) else None
    if not part["road"]:
        return Line(unit, "", number, part["part"])
    line = read(part["road"])
    units = " ".join(filter(None, (unit, str(number or ""), line.unit)))
    return Line(units, f"{part['part']} {line.name}".strip(), line.number, line.road)


def number_of(house: re.Match[str]) -> tuple[Number, str]:
    """The house number found, and the flat where it reads "12/3"; a range goes up: "16/20" is one; "14-A" is 14A."""
    first, letter, end = int(house["number"]), (house["letter"] or "").strip().upper(), (house["end"] or "").upper()
    last = int(re.match("[0-9]*", end)[0] or first + 1)  # type: ignore[index]
    if end.isalpha() and not letter:
        return Number(first, end), ""
    if house["joint"] == "/" and last <= first:
        return Number(first, letter), end
    return Number(first, letter, end), ""
