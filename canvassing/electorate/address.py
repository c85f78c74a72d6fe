"""Addresses as councils print them and as canvassers type them: street, block, what is painted on the door, its place.

Pure; nothing here raises. The shapes come from public address lists: 12A, 12-14, 16/20, Flat 17 1A Petherton Road,
Ground Floor Flat 27 Anson Road, 3A City View Apartments 207 Essex Road, Houseboat Willow opposite 49.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from canvassing.electorate.address_house import Line, Number, read
from canvassing.electorate.address_lines import pieces
from canvassing.electorate.address_street import street_at, with_numbers_joined
from canvassing.electorate.address_units import SHORT, padded, unit_forms
from canvassing.electorate.address_words import BESIDE, ON_TOP, ORDINAL, is_road, split_beside
from canvassing.electorate.spelling import SMALL_WORDS, fitted, key, place_key, run_together, shown

NO_STREET = "No street"
NO_NUMBER = "No number"
# Eros prints the title of the section before electors who have no address in the register: overseas, in the services.
TITLES = frozenset({"otherelectors"})
DIGIT = re.compile("[0-9]")
# A number, but no storey: 12, 12A, 12-14, not 2nd.
NUMERIC = re.compile(r"[0-9]\S*(?<!st)(?<!nd)(?<!rd)(?<!th)")


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
    before the town. No lines at all give the door "No number" in "No street": ask before whether there is an address,
    and `is_no_address` of a lone line.
    """
    printed, own_postcode = pieces(lines, postcode)
    found = with_numbers_joined([read(piece) for piece in printed])
    place = street_at(found)
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
        _cut(name, 120), fitted(place_key(name), 120), own_postcode,
    )  # fmt: skip


def door(label: str, street: str = "") -> Door:
    """A door typed by hand on a known street: "14a", "Flat 3, 14A", "14A flat 3", "3 Fonthill Court", "The Lodge".

    A road typed behind the number is dropped: all of "14A Thorne Park" is the door 14A. `street` is the street's
    name where it is known, so that any name is recognised as that.
    """
    parts = _Parts()
    printed, _ = pieces([label], "")
    lines = [_without_road(read(piece), street) for piece in printed]
    for place, line in enumerate(lines):
        parts.add_typed(line, more=any(later.number for later in lines[place + 1 :]))
    return parts.door()


def _without_road(line: Line, street: str) -> Line:
    """A typed line, the street's own name left out."""
    is_street = key(line.road) and place_key(line.road) == place_key(street)
    return Line(line.unit, line.name, line.number) if is_street else line


def is_no_address(line: str) -> bool:
    """Whether `line` is a section's title that a council's file prints in the address column: "OTHER ELECTORS"."""
    return key(line) in TITLES


class _Parts:
    """Collects what lies within the street: the house number, the names, the unit, what it lies beside."""

    __slots__ = ("beside", "names", "number", "units")

    def __init__(self, number: Number | None = None) -> None:
        self.number = number
        self.names: list[str] = []
        self.units: list[str] = []
        self.beside: list[str] = []

    def add(self, line: Line) -> None:
        """A line above the street's."""
        self.add_beside(line)
        if line.number and line.road and self.names and not self.units:
            # The number is of the later name: "The Nook", "7 Bardon Homes" is not "7 The Nook".
            self._add_name(f"{line.number} {line.road}")
            return
        if line.number is not None:
            self._add_number(line.number, of_unit=bool(line.road))
        self._add_name(line.road)

    def add_beside(self, line: Line) -> None:
        """What stands on the street's own line besides its number and name."""
        if line.unit:
            self.units.append(line.unit)
        inner = read(line.name)
        # A name may have a number of its own: "3A City View Apartments 207 Essex Road".
        if inner.number is not None and inner.road and not inner.name:
            self.units.append(str(inner.number))
            self._add_name(inner.road)
        else:
            self._add_name(line.name)

    def add_units_behind(self, lines: Sequence[Line]) -> None:
        """Units printed after the street: "1A Petherton Road", "Flat 17"; or "Rear of"."""
        for line in lines:
            if line.is_unit:
                self.units.append(line.unit)
            elif " " in line.road and not split_beside(line.road)[0]:
                self.beside.append(line.road)
            else:
                return

    def add_typed(self, line: Line, *, more: bool) -> None:
        """A line typed for a known street, where a road's name says nothing new, unless there are `more` numbers."""
        road = "" if (line.number or line.name) and is_road(line.road) and not more else line.road
        names_flats = line.number is not None and line.name and not line.unit and not line.road
        if names_flats and not split_beside(line.name)[1]:
            self.units.append(str(line.number))
            self._add_name(line.name)
            return
        if line.number and not road and self.number is not None:
            # Of two numbers the last is the house's, as in print.
            self.units.append(str(self.number))
            self.number = None
        self.add(Line(line.unit, line.name, line.number, road))

    def _add_number(self, number: Number, *, of_unit: bool) -> None:
        if of_unit or self.number is not None:
            self.units.append(str(number))
        else:
            self.number = number

    def _add_name(self, name: str) -> None:
        if not name:
            return
        name, beside = split_beside(name)
        if key(name):
            self.names.append(shown(name))
        if beside:
            self.beside.append(beside)

    def door(self) -> Door:
        """The door these parts make."""
        units = [_unit_shown(unit) for unit in self.units]
        unit, name = " ".join(units), ", ".join(self.names)
        beside, number = " ".join(self.beside), str(self.number or "")
        if not (unit or name or beside or number):
            name = NO_NUMBER
        name_key = run_together([place_key(one) for one in self.names]) if self.names else key(name)
        unit_key, unit_order = unit_forms(f"{unit} {beside}" if beside else unit)
        block = name if name and unit else ""
        return Door(
            label=_cut(_label(units, name, beside, number), 200),
            address_key=fitted(_joined(self.number.key if self.number else "", name_key, unit_key), 200),
            sort_key=fitted("!".join((_number_order(self.number), padded(name_key), unit_order)), 240),
            house_number=self.number.first if self.number else None,
            block=_cut(block, 120),
            block_key=fitted(name_key, 120) if block else "",
        )


def _label(units: Sequence[str], name: str, beside: str, number: str) -> str:
    """What is painted on the door: "Flat 3, 14A", "Rear of 12", "3 Fonthill Court", "Rose Cottage, 12"."""
    place = f"{shown(beside)} {number}".strip()
    # Only where it reads back as it was: "The Garden Rear of 12" is not the house The Garden.
    if beside and name and not units and split_beside(f"{name} {beside}") == (name, beside):
        return f"{name} {_running_on(place)}"
    if units and name and NUMERIC.fullmatch(units[-1]):
        name, units = f"{units[-1]} {name}", units[:-1]
    unit = " ".join(units)
    if unit[:1].isdigit() and not ORDINAL.match(unit):
        unit = f"Flat {unit}"
    last = unit.rpartition(" ")[2].lower()
    if place and not name and last in BESIDE:
        return f"{unit} {place}"
    if name and len(units) == 1 and last in BESIDE - ON_TOP:
        return ", ".join(filter(None, (f"{unit} {name}", place)))
    return ", ".join(filter(None, (unit, name, place)))


def _running_on(place: str) -> str:
    """ "at 12" behind a name, but "Opposite 12"."""
    return place[:1].lower() + place[1:] if place.partition(" ")[0].lower() in SMALL_WORDS else place


def _unit_shown(unit: str) -> str:
    """ "Flat 2B", "1st Floor Flat"."""
    return " ".join(
        word.lower()
        if ORDINAL.fullmatch(word)
        else word.upper()
        if DIGIT.search(word) or SHORT.fullmatch(word)
        else word
        for word in shown(unit).split(" ")
    )


def _joined(number: str, name: str, unit: str) -> str:
    return number + (f"|{name}" if name else "") + (f"#{unit}" if unit else "")


def _number_order(number: Number | None) -> str:
    """Numbered houses first, each before its flats, those before 12A, ranges by their other end. "!" sorts lowest."""
    if number is None:
        return "1!"
    return f"0{number.first:05d}{number.letter}!{padded(number.end)}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
