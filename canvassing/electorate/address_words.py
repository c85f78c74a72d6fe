"""The words of British addresses, and one printed line taken apart by them: unit, name, number, road. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from canvassing.electorate.spelling import REMEMBERED, words


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROADS = _set(
    "alley approach avenue boulevard broadway circus close crescent drive embankment esplanade gardens grove highway "
    "lane loop mews parade passage path promenade quadrant ride rise road row square street terrace vale walk way yard "
    "parkway ridgeway wynd lanes mall strand steps pleasant "
    "rd st str ave av ln cl dr cres cresc ter terr gdns gdn gro grv sq mws wlk"
)
"""What a road's name ends in, and hardly anything else's."""
LONE_ROADS = _set("broadway strand esplanade embankment promenade")
"""Such words that are a road's whole name."""
PLACES = _set(
    "bank bridge brow chase common copse corner court croft cross dell dene down downs end field fields garth gate "
    "green heath hill island market mead meadow meadows mount orchard park place quay reach side view village wharf "
    "wood pk pl"
)
"""What a road's name may end in, a building's or a town's as well."""
BUILDINGS = _set(
    "apartment apartments block blocks building buildings chambers cottage cottages court dwellings estate exchange "
    "factory flats hall heights home hostel hotel house lodge mansion mansions mill point residence residences school "
    "studios tower towers villa villas warehouse wharf works apts bldg bldgs est hse mans"
)
"""What a building's name ends in."""
TOWNS = _set("chesterlestreet collierrow ebbwvale forestrow stokerow")
"""Towns that end like a road, run together."""
COMPASS = _set("north south east west upper lower")

UNITS = _set(
    "flat flt apartment apt unit room rm studio maisonette bedsit suite penthouse annexe annex attic basement floor "
    "flr cabin caravan pitch plot berth mooring"
)
"""A run of words at the start of a line is a unit within a house when one of these is in it…"""
QUALIFIERS = _set(
    "ground grd gnd first second third fourth fifth sixth seventh eighth ninth tenth 1st 2nd 3rd 4th 5th 6th 7th 8th "
    "9th 10th lower upper top middle mezzanine garden front rear back left right hand side above over at of the to "
    "behind under shop shops premises garage garages land"
)
"""… and these may stand beside it."""
BESIDE = _set("above over behind opposite opp adjacent adj at of to under near")
"""A name that ends in one of these says where something lies, not what a house is called."""
ON_TOP = _set("above over behind under")
"""What follows a flat and one of these is what it lies above, name and all."""
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

ORDINAL = re.compile(r"[0-9]+(?:st|nd|rd|th)", re.IGNORECASE)
# The parts of an estate, as "A Block" and "Block 2" name them, and then the words that need nobody's name before them.
PARTS = r"(?:block|blk|core|wing|stair|staircase|entrance)"
ALONE = r"(?:building|bldg|tower|house)"
PART_MARK = r"(?:[0-9]{1,3}[a-z]?(?:\s?[-–/&]\s?[0-9]{1,3}[a-z]?)?|[a-z][0-9]{0,2})(?![^\W_])"  # noqa: RUF001
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
    rf"(?P<letter>[A-Za-z½]|\s[A-XZa-xz](?=\s|$)(?!\s{PARTS}(?:\s|$)|\s{ALONE}$))?"
    r"(?:\s?(?P<joint>[-–—/&]|\bto\b|\band\b)\s?(?P<end>[0-9]{1,5}[A-Za-z]?|[A-Za-z]))?(?=[\s.:]|$)"  # noqa: RUF001
)
HOUSE = re.compile(rf"^(?P<before>.*?)\s*{NUMBER}[\s.:]*(?P<road>[^0-9]*|[0-9]+(?:st|nd|rd|th)\s.*)$", re.IGNORECASE)
UNIT_AT_END = re.compile(
    r"\s+(?P<unit>(?:flat|flt|apartment|apt|unit|room|studio)\s+(?:[0-9]{1,5}[a-z]?|[a-z]))$", re.I
)
NUMBER_SIGN = re.compile(r"(?:^house\s+|(?<![^\W_]))(?:nos?\.?|number)\s*(?=[0-9])", re.IGNORECASE)
MARK = re.compile(r"[0-9]{1,5}[A-Za-z]?|[A-Za-z][0-9]{0,4}|[0-9]{1,4}[-/][0-9]{1,4}")
SELDOM_MARKED = _set("basement attic penthouse annexe annex maisonette")
UNMARKED = SELDOM_MARKED | {"floor", "flr"}


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
    unit, rest = split_unit(NUMBER_SIGN.sub("", line) if has_digits else line)
    at_end = UNIT_AT_END.search(rest)
    if at_end:
        unit, rest = f"{unit} {at_end['unit']}".strip(), rest[: at_end.start()]
    part = PART.match(rest)
    if part:
        return _part_read(unit, part)
    house = HOUSE.match(rest) if has_digits else None
    if house is None:
        return Line(unit=unit, road=rest)
    number, flat = number_of(house)
    ahead, name = _whole_unit(house["before"].rstrip(" ,"))
    behind, road = _whole_unit(house["road"].strip())
    return Line(" ".join(filter(None, (unit, ahead, flat, behind))), name, number, road)


def _whole_unit(text: str) -> tuple[str, str]:
    """A unit before or behind a number ("12A Basement Flat", then perhaps the road) and what is none."""
    unit, rest = split_unit(text)
    return (unit, rest) if not rest or ends_in(rest, ROADS) else ("", text)


def _part_read(unit: str, part: re.Match[str]) -> Line:
    """ "1 Block 2" is like "1 Fonthill Court"; before a road, be it numbered or not, the block is a name."""
    number = number_of(house)[0] if (house := HOUSE.match(part["door"] or "")) else None
    if not part["road"]:
        return Line(unit, "", number, part["part"])
    line = read(part["road"])
    units = " ".join(filter(None, (unit, str(number or ""), line.unit)))
    return Line(units, f"{part['part']} {line.name}".strip(), line.number, line.road)


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
    could be the house's: "Ground Floor Flat 27 Anson Road" is in house 27. "Flat Above The Red Lion" is all unit.
    """
    tokens = line.split(" ")
    head = _unit_run(tokens)
    run = len(head)
    if not UNITS.intersection(head):
        return (line, "") if run == len(tokens) and _says_where(head) else ("", line)
    taken = run + _marks(head, tokens[run:])
    if run == taken == 1 and run < len(tokens) and not tokens[run][:1].isdigit():
        return "", line
    taken += _more_of_unit(tokens[taken:])
    if ON_TOP.intersection(head[-2:]) and _is_name(" ".join(tokens[taken:])):
        return line, ""
    return " ".join(tokens[:taken]), " ".join(tokens[taken:]).lstrip("-–, ")  # noqa: RUF001


def _unit_run(tokens: Iterable[str]) -> list[str]:
    """The words at the start of `tokens` that a unit may be made of."""
    bare = (token.strip(".,'()").lower() for token in tokens)
    return list(takewhile(lambda word: word in UNITS or word in QUALIFIERS or ORDINAL.fullmatch(word), bare))


def _says_where(head: list[str]) -> bool:
    """Whether these words are a unit by themselves: "Rear", "Top Left"; The Garden is a house, Upper Ground a road."""
    return head[0] != "the" and head[-1] not in BESIDE and head != ["upper", "ground"]


def _marks(head: list[str], behind: list[str]) -> int:
    """How many words behind the unit's own are its mark: the 17 of "Flat 17"."""
    if not behind or head[-1] not in UNITS or not MARK.fullmatch(behind[0]):
        return 0
    bare = len(head) == 1 and head[0] not in SELDOM_MARKED
    another_number = len(behind) > 1 and behind[1][:1].isdigit()
    return int(bare or len(behind) == 1 or another_number or not behind[0][:1].isdigit())


def _more_of_unit(behind: list[str]) -> int:
    """How many words say where a marked unit lies ("Flat 1 Rear", "Flat 1 Ground Floor 12 High Street").

    Only a number or nothing may follow: "Flat 1 Upper Street" is in Upper Street.
    """
    head = _unit_run(behind)
    if not head or (head[0] == "the" and not UNITS.intersection(head)):
        return 0
    taken = len(head) + (0 if head[-1] in UNMARKED else _marks(head, behind[len(head) :]))
    return taken if taken == len(behind) or behind[taken][:1].isdigit() else 0


def _is_name(rest: str) -> bool:
    return not any(letter.isdigit() for letter in rest) and not ends_in(rest, ROADS)


def split_beside(name: str) -> tuple[str, str]:
    """A name and where something lies from it: "Houseboat Willow opposite" is a boat, opposite the number to come."""
    tokens = name.split(" ")
    bare = [token.strip(".,'()").lower() for token in tokens]
    if bare[-1] not in BESIDE:
        return name, ""
    beside = len(list(takewhile(lambda word: word in BESIDE or word in QUALIFIERS, reversed(bare))))
    return " ".join(tokens[:-beside]), " ".join(tokens[-beside:])


@lru_cache(REMEMBERED)
def ends_in(name: str, endings: frozenset[str]) -> bool:
    """Whether the last word of `name`, a compass point aside, is one of `endings`.

    A lone word is no ending but for a few, nor is part of one: Chester-le-Street is a town.
    """
    if "-" in name.rpartition(" ")[2]:
        return False
    found = words(name)
    if len(found) > 2 and found[-1] in COMPASS:
        found = found[:-1]
    if not found or (len(found) == 1 and found[0] not in LONE_ROADS):
        return False
    return found[-1] in endings and "".join(found) not in TOWNS
