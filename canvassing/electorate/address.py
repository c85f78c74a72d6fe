"""Addresses as councils print them and as canvassers type them: street, block, what is painted on the door, its place.

Pure; nothing here raises. The shapes come from public address lists: 12A, 12-14, 16/20, Flat 17 1A Petherton Road,
Ground Floor Flat 27 Anson Road, 3A City View Apartments 207 Essex Road, Houseboat Willow opposite 49.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from campaign.foundation import postcodes
from canvassing.electorate.address_words import (
    BESIDE,
    BUILDINGS,
    PLACES,
    ROADS,
    SAME_UNIT,
    STOREYS,
    Line,
    Number,
    ends_in,
    read,
)
from canvassing.electorate.spelling import REMEMBERED, fitted, key, place_key, run_together, shown, squeeze, words

NO_STREET = "No street"
NO_NUMBER = "No number"
LONGEST_LINE = 300
DIGITS = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class Door:
    """A door within its street. Two spellings of one door have the same `address_key`; `sort_key` sorts by bytes."""

    label: str
    address_key: str
    sort_key: str
    house_number: int | None
    block: str
    block_key: str


@dataclass(frozen=True, slots=True)
class Address(Door):
    """A door with its street and postcode."""

    street: str
    street_key: str
    postcode: str


def parse(lines: Iterable[str], postcode: str = "") -> Address:
    """The address printed in `lines`, most particular line first, as a council's file has it.

    The postcode may be repeated as the last line. The street is the last numbered line that is no building on a
    later road ("3 Fonthill Court, Dunster Street"); else the last line that ends in a word for a road; else the line
    before the town. No lines at all give the door "No number" in "No street": ask before whether there is an address.
    """
    printed, ending = _pieces(lines, postcode)
    found = [read(piece) for piece in printed]
    place = _street_at(found)
    street, number = (found[place].road, found[place].number) if place is not None else ("", None)
    before = found if place is None else found[:place]
    parts = _Parts(number=number)
    for line in before:
        parts.add(line)
    if place is not None:
        parts.add_beside(found[place])
        parts.add_units_behind(found[place + 1 :])
    door = parts.door()
    name = shown(street) or NO_STREET
    return Address(
        door.label, door.address_key, door.sort_key, door.house_number, door.block, door.block_key,
        _cut(name, 120), fitted(place_key(name), 120), postcodes.tidy(postcode) or ending,
    )  # fmt: skip


def door(label: str, street: str = "") -> Door:
    """A door typed by hand on a known street: "14a", "Flat 3, 14A", "14A flat 3", "3 Fonthill Court", "The Lodge".

    A road typed behind the number is dropped: all of "14A Thorne Park" is the door 14A. `street` is the street's
    name where it is known, so that any name is recognised as that.
    """
    parts = _Parts()
    printed, _ = _pieces([label], "")
    for piece in printed:
        line = read(piece)
        if key(line.road) and place_key(line.road) == place_key(street):
            line = Line(line.unit, line.name, line.number)
        parts.add_typed(line)
    return parts.door()


def _pieces(lines: Iterable[str], postcode: str) -> tuple[list[str], str]:
    """The lines cut at their commas, without the postcode at the end; and that postcode."""
    cut = [part for line in lines if line for part in line[:LONGEST_LINE].split(",")]
    printed = [piece for part in cut if (piece := squeeze(part))]
    if not printed:
        return [], ""
    if printed[-1].replace(" ", "").upper() == squeeze(postcode).replace(" ", "").upper():
        return printed[:-1], ""
    printed[-1], ending = postcodes.split_off(printed[-1])
    return [piece for piece in printed if piece], ending


def _street_at(found: Sequence[Line]) -> int | None:
    """Which of the lines holds the street; None when there is none."""
    numbered = [place for place, line in enumerate(found) if line.is_numbered_road]
    if numbered:
        return _road_of_building(found, numbered[-1]) or numbered[-1]
    for place, line in enumerate(found[:-1]):
        if line.is_number and not found[place + 1].is_unit:
            return place + 1
    roads = [place for place, line in enumerate(found) if line.road]
    return _by_ending(found, roads) if len(roads) > 1 else _lone_road(found, roads)


def _road_of_building(found: Sequence[Line], place: int) -> int | None:
    """The road a numbered building stands on, where a later line is one: "3 Fonthill Court", "Dunster Street"."""
    if not ends_in(found[place].road, BUILDINGS):
        return None
    last = len(found) - 1
    surely = ends_in(found[place].road, BUILDINGS - PLACES)
    for later in range(last, place, -1):
        road = found[later].road
        if ends_in(road, ROADS) or (surely and later != last and ends_in(road, PLACES)):
            return later
    return None


def _by_ending(found: Sequence[Line], roads: Sequence[int]) -> int:
    """The last line that ends like a road. The very last is the town if any other will do: Chester-le-Street."""
    for endings in (ROADS, PLACES):
        alike = [place for place in roads if ends_in(found[place].road, endings)]
        if alike:
            return ([place for place in alike if place != roads[-1]] or alike)[-1]
    before_town = roads[-2]
    return before_town if before_town > 0 else roads[-1]


def _lone_road(found: Sequence[Line], roads: Sequence[int]) -> int | None:
    """One name alone is the street behind a unit ("Flat 5", "Fonthill Court"), or when it ends like one."""
    if roads and (roads[0] > 0 or ends_in(found[roads[0]].road, ROADS)):
        return roads[0]
    return None


class _Parts:
    """Collects what lies within the street: the house number, the names, the unit."""

    __slots__ = ("names", "number", "units")

    def __init__(self, number: Number | None = None) -> None:
        self.number = number
        self.names: list[str] = []
        self.units: list[str] = []

    def add(self, line: Line) -> None:
        """A line above the street's."""
        self.add_beside(line)
        if line.number is not None:
            self._add_number(line.number, of_unit=bool(line.road))
        self._add_name(line.road)

    def add_beside(self, line: Line) -> None:
        """What stands on the street's own line besides its number and name."""
        for piece in (line.unit, *_named(line.name)):
            if piece:
                self.units.append(piece)
        if line.name and not _named(line.name):
            self._add_read(read(line.name), line.name)

    def add_units_behind(self, lines: Sequence[Line]) -> None:
        """Units printed after the street: "1A Petherton Road", "Flat 17"."""
        for line in lines:
            if not line.is_unit:
                return
            self.units.append(line.unit)

    def add_typed(self, line: Line) -> None:
        """A line typed for a known street, where a road's name says nothing new."""
        road = "" if line.number is not None and _is_road(line.road) else line.road
        names_flats = line.number is not None and line.name and not line.unit and not line.road
        if names_flats and not _named(line.name):
            self.units.append(str(line.number))
            self._add_name(line.name)
        else:
            self.add(Line(line.unit, line.name, line.number, road))

    def _add_read(self, line: Line, name: str) -> None:
        """A name before the number, which may have a number of its own: "3A City View Apartments 207 Essex Road"."""
        if line.number is not None and line.road and not line.name:
            self.units.append(str(line.number))
            self._add_name(line.road)
        else:
            self._add_name(name)

    def _add_number(self, number: Number, *, of_unit: bool) -> None:
        if of_unit or self.number is not None:
            self.units.append(str(number))
        else:
            self.number = number

    def _add_name(self, name: str) -> None:
        if name and _named(name):
            self.units.append(name)
        elif key(name):
            self.names.append(shown(name))

    def door(self) -> Door:
        """The door these parts make."""
        unit = " ".join(_unit_shown(unit) for unit in self.units)
        name = ", ".join(self.names)
        number = str(self.number or "")
        if not (unit or name or number):
            name = NO_NUMBER
        name_key, (unit_key, unit_order) = place_key(name), _unit_forms(unit)
        block = name if name and unit else ""
        return Door(
            label=_cut(_label(unit, name, number), 200),
            address_key=fitted(_joined(number.lower(), name_key, unit_key), 200),
            sort_key=fitted("!".join((_number_order(self.number), _padded(name_key), unit_order)), 240),
            house_number=self.number.first if self.number else None,
            block=_cut(block, 120),
            block_key=fitted(place_key(block), 120),
        )


def _named(name: str) -> list[str]:
    """A name that only says where something lies ("Flat Above", "Houseboat Willow opposite"), as a unit's name."""
    found = words(name)
    return [name] if found and found[-1] in BESIDE else []


def _is_road(name: str) -> bool:
    return ends_in(name, ROADS | (PLACES - BUILDINGS))


def _label(unit: str, name: str, number: str) -> str:
    """What is painted on the door: "Flat 3, 14A", "Rear of 12", "3 Fonthill Court", "Rose Cottage, 12"."""
    if unit[:1].isdigit():
        unit, name = (f"{unit} {name}", "") if name else (f"Flat {unit}", "")
    if unit and not name and number and _named(unit):
        return f"{unit} {number}"
    return ", ".join(filter(None, (unit, name, number)))


def _unit_shown(unit: str) -> str:
    return " ".join(word.upper() if word[:1].isdigit() else word for word in shown(unit).split(" "))


@lru_cache(REMEMBERED)
def _unit_forms(unit: str) -> tuple[str, str]:
    """What a unit is compared by, and what it is sorted by."""
    found = _unit_words(unit)
    return run_together(found), _unit_order(found)


def _unit_words(unit: str) -> list[str]:
    """A unit's words for comparing: "Apartment 02", "Flat 2", "2" are one, and so are "1st Flr", "First Floor Flat"."""
    same = [SAME_UNIT.get(word, word) for word in words(unit)]
    known = [word.lstrip("0") or "0" if word.isdecimal() else word for word in same]
    return [word for word in known if word not in ("flat", "floor")] or known


def _joined(number: str, name: str, unit: str) -> str:
    return number + (f"|{name}" if name else "") + (f"#{unit}" if unit else "")


def _number_order(number: Number | None) -> str:
    """Numbered houses first, each before its flats, those before 12A, ranges by their other end. "!" sorts lowest."""
    if number is None:
        return "1!"
    return f"0{number.first:05d}{number.letter}!{_padded(number.end)}"


def _unit_order(found: list[str]) -> str:
    """Numbered flats, then storeys from the basement up, then letters and names."""
    storey = min((STOREYS[word] for word in found if word in STOREYS), default=None)
    rest = _padded(" ".join(word for word in found if word not in STOREYS))
    if storey is not None:
        lower = storey - 1 if "lower" in found else storey
        return f"1{max(lower, 0):02d} {rest}"
    return "" if not found else f"0{rest}" if found[0][0].isdecimal() else f"2{rest}"


@lru_cache(REMEMBERED)
def _padded(text: str) -> str:
    """`text` with its numbers padded, so that bytes sort them by size."""
    return DIGITS.sub(lambda digits: digits[0].zfill(6), text)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
