"""A table of hard addresses: the door to be found, where it stands in its street, and which spellings meet."""

import csv
import re
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest

from canvassing.electorate.address import Address, door, parse

TABLE = Path(__file__).parents[1] / "data" / "hard_addresses.tsv"
NO_BREAK = str.maketrans("␣", "\xa0")
POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9I][0-9A-Z]?\s?[0-9O][A-Z]{2}\b", re.IGNORECASE)


class Row(NamedTuple):
    """A row of the table; `after` and `before` are doors of the same street."""

    printed: str
    postcode_column: str
    street: str
    door: str
    block: str
    number: str
    postcode: str
    after: str
    before: str

    def address(self) -> Address:
        return parse(self.printed.translate(NO_BREAK).split("|"), self.postcode_column.translate(NO_BREAK))


def rows() -> list[Row]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("# ")]
    return [Row(*cells) for cells in csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE)]


ROWS = rows()
every_row = pytest.mark.parametrize("row", ROWS, ids=[f"{row.printed} {row.postcode_column}" for row in ROWS])


def read(printed: str) -> Address:
    """The address of lines parted by "|", a town behind them."""
    return parse([*printed.split("|"), "Bardon"])


def place(address: Address) -> tuple[str, str]:
    """What two spellings of one door have in common."""
    return address.street_key, address.address_key


def test_the_table_has_150_different_addresses_and_more() -> None:
    assert len({(row.printed, row.postcode_column) for row in ROWS}) == len(ROWS) > 150


@every_row
def test_a_hard_address_leads_to_its_door(row: Row) -> None:
    address = row.address()
    number = "" if address.house_number is None else str(address.house_number)
    assert (address.street, address.label, address.block, number, address.postcode) == (
        row.street, row.door, row.block, row.number, row.postcode,
    )  # fmt: skip


@every_row
def test_it_stands_between_its_neighbours(row: Row) -> None:
    neighbours = [door(row.after, row.street).sort_key, row.address().sort_key, door(row.before, row.street).sort_key]
    assert sorted(neighbours, key=str.encode) == neighbours
    assert len(set(neighbours)) == 3


@every_row
def test_what_is_shown_typed_by_hand_is_the_same_door(row: Row) -> None:
    address, typed = row.address(), door(row.door, row.street)
    assert (typed.address_key, typed.sort_key, typed.block_key, typed.house_number) == (
        address.address_key, address.sort_key, address.block_key, address.house_number,
    )  # fmt: skip


@every_row
def test_another_postcode_is_no_other_door(row: Row) -> None:
    other = parse(row.printed.translate(NO_BREAK).split("|"), "ZZ1 1ZZ")
    assert (place(other), other.postcode) == (place(row.address()), "ZZ1 1ZZ")


ONE_DOOR = [
    ["14 Thorne Park", "14, Thorne Park", "14|Thorne Park", "No. 14 Thorne Park", "№ 14 Thorne Park",
     "14 THORNE PK.", "14 Thorne Park|14 Thorne Park", "c/o 14 Thorne Park", "C/O The Warden|14 Thorne Park",
     "014 Thorne Park"],
    ["14B Thorne Park", "14 b Thorne Park", "14-B Thorne Park", "14/B Thorne Park", "14(B) Thorne Park"],
    ["14½ Thorne Park", "14 ½ Thorne Park"],
    ["12-14 High Street", "12/14 High Street", "12 – 14 High St", "12−14 High Street", "12 + 14 High Street",  # noqa: RUF001
     "Nos 12 & 14 High Street", "12 to 14|High Street"],
    ["12A-C High Street", "12A-12C High Street", "12A/C High Street"],
    ["Flat 3|14 Thorne Park", "14 Flat 3 Thorne Park", "14 (Flat 3) Thorne Park", "14 Thorne Park Flat 3",
     "14|Flat 3|Thorne Park", "Flat3|14 Thorne Park", "FLAT-3, 14 THORNE PARK", "Apt.3|14 Thorne Park",
     "14/3 Thorne Park", "Apartment Three|14 Thorne Park", "Flat 03|No 14|Thorne Park", "3, 14 Thorne Park",
     "Fflat 3|14 Thorne Park"],
    ["Flat A|14 Thorne Park", "A|14 Thorne Park", "14 Thorne Park|Flat A", "Apt A, 14 Thorne Park"],
    ["2/1|14 Sauchie Street", "2/1, 14 Sauchie Street", "Flat 2/1|14 Sauchie Street",
     "14 Sauchie Street Flat 2/1", "2/1 14 Sauchie Street", "14 2/1 Sauchie Street",
     "Flat 2-1, 14 Sauchie St"],
    ["1F2|14 Marchbank Road", "(1F2) 14 Marchbank Road", "14 (1F2) Marchbank Road",
     "Flat 1F2, 14 Marchbank Rd"],
    ["G/1|14 Sauchie Street", "Flat G/1|14 Sauchie Street", "G/1 14 Sauchie Street"],
    ["Ground Floor Flat|14 Thorne Park", "GFF|14 Thorne Park", "14 Thorne Park Ground Floor Flat",
     "Gnd Flr Flt, 14 Thorne Park", "14 Thorne Park|Ground Floor"],
    ["Lower Ground Floor Flat|14 Thorne Park", "LGF|14 Thorne Park", "LGFF 14 Thorne Park"],
    ["Second & Third Floor Flat|14 Thorne Park", "2nd and 3rd Floors|14 Thorne Park"],
    ["Flats 1-6|14 Thorne Park", "Flats 1 to 6|14 Thorne Park"],
    ["Flat Above The Red Lion|High Street", "Flat Above|The Red Lion|High Street",
     "FLAT ABOVE THE RED LION|HIGH ST"],
    ["Flat Above The Red Lion|12 High Street", "Flat Above The Red Lion 12 High Street"],
    ["Annexe|12 High Street", "12 High Street Annexe", "12 (Annexe) High Street", "Annex, 12 High Street"],
    ["Rear of 12 High Street", "R/O 12 High Street", "Rear Of|12 High Street", "12 High Street|Rear of"],
    ["C12|Turing Hall|College Road", "Flat C12|Turing Hall|College Road",
     "FLAT C12, TURING HALL, COLLEGE ROAD"],
    ["1 Orchard House|Northway Estate", "Flat 1|Orchard House|Northway Estate",
     "Flat 1, Orchard Hse, Northway Est"],
    ["Flat 3|Orchard House|Northway Estate|High Road", "3 Orchard Hse|Northway Est|High Rd"],
    ["Flat 3|Orchard House (East)|High Road", "Flat 3|Orchard House East|High Road"],
    ["Rose Cottage (12)|Mill Lane", "Rose Cottage|12 Mill Lane", "12 Mill Lane (Rose Cottage)"],
    ["12 St. Mary`s St North", "12 Saint Mary’s Street North", "12 ST MARYS STREET NORTH"],  # noqa: RUF001
    ["3 Tŷ Gwyn|Heol y Bryn", "3 Ty Gwyn|HEOL Y BRYN", "Fflat 3|Tŷ Gwyn|Heol-y-Bryn"],
]  # fmt: skip

DOORS_APART = [
    ["14 Thorne Park", "14A Thorne Park", "14B Thorne Park", "14½ Thorne Park", "14-16 Thorne Park",
     "14-18 Thorne Park", "Flat 1|14 Thorne Park", "Flat 14|Thorne Park", "Flat A|14 Thorne Park",
     "Flat|14 Thorne Park", "Annexe|14 Thorne Park", "Rear of 14 Thorne Park", "Flat Above 14 Thorne Park",
     "Land Adjacent To 14 Thorne Park", "The Bungalow|14 Thorne Park", "Bungalow 14|Thorne Park",
     "The Bungalow|Thorne Park", "Flats 1-6|14 Thorne Park", "1|14A Thorne Park", "Flat 1A|14 Thorne Park",
     "14 Orchard House|Thorne Park"],
    ["Flat 1|11 Thorne Park", "Flat 11|1 Thorne Park", "Flat 1.1|1 Thorne Park", "11 Thorne Park",
     "Flat 11|Thorne Park", "Flat 1|1 Thorne Park", "111 Thorne Park", "11-1 Thorne Park"],
    ["Flat 1/2|14 Sauchie Street", "Flat 2/1|14 Sauchie Street", "Flat 12|14 Sauchie Street",
     "Flat 1|14 Sauchie Street", "Flat 1F2|14 Sauchie Street", "Flat 2F1|14 Sauchie Street",
     "PF1|14 Sauchie Street", "GF1|14 Sauchie Street", "BF1|14 Sauchie Street", "G/1|14 Sauchie Street",
     "0/1|14 Sauchie Street", "1 Left|14 Sauchie Street"],
    ["Flat 1 Floor 2|14 Thorne Park", "Floor 1 Flat 2|14 Thorne Park", "Second Floor Flat|14 Thorne Park",
     "Flat 2|14 Thorne Park"],
    ["Flat 1 Floor 2|14 Thorne Park", "Flat 1/2|14 Thorne Park", "Flat 12|14 Thorne Park"],
    ["Flat A|Flat 3|14 Thorne Park", "Flat A3|14 Thorne Park", "Flat 3A|14 Thorne Park",
     "Flat 3|14A Thorne Park"],
    ["Room 1|Flat 2|14 Thorne Park", "Room 2|Flat 1|14 Thorne Park", "Room 12|14 Thorne Park",
     "Room 1.2|14 Thorne Park", "Flat 12|14 Thorne Park", "Unit 12|14 Thorne Park", "Studio 12|14 Thorne Park",
     "Bed 1|Room 2|14 Thorne Park"],
    ["Ground Floor Flat|14 Thorne Park", "Lower Ground Floor Flat|14 Thorne Park",
     "First Floor Flat|14 Thorne Park", "Basement|14 Thorne Park", "Garden Flat|14 Thorne Park",
     "Top Flat|14 Thorne Park", "TFF|14 Thorne Park", "Front Ground Floor Flat|14 Thorne Park",
     "Rear Ground Floor Flat|14 Thorne Park"],
    ["The Nook|7 Park Homes|Mill Lane", "7 The Nook|Park Homes|Mill Lane", "The Nook|Mill Lane",
     "7 Mill Lane"],
    ["Rose House|High Street", "Ivy House|High Street", "c/o The Warden|High Street",
     "c/o Fern House|High Street", "Flat Above Rose House|High Street", "Rear of Rose House|High Street",
     "Land At Rose House|High Street"],
    ["1 Orchard House|Northway Estate", "1 Orchard House|Westway Estate", "1 Orchard House|Mill Lane"],
    ["Caravan 1|Rose Farm|Mill Lane", "Caravan 2|Rose Farm|Mill Lane", "Pitch 1|Rose Farm|Mill Lane",
     "Caravan|Rose Farm|Mill Lane", "Rose Farm|Mill Lane", "1 Rose Farm|Mill Lane",
     "Cottage 1|Rose Farm|Mill Lane", "Barn 1|Rose Farm|Mill Lane"],
    ["Flat 3|1884 Building|College Road", "Flat 3|1885 Building|College Road",
     "Flat 1884|Building|College Road"],
    ["Flat 12|Platform 9 Apartments|Station Road", "Flat 12|Platform 10 Apartments|Station Road",
     "Flat 9|Platform 12 Apartments|Station Road"],
    ["12 High Street", "12 High Street North", "12 High Street South", "12 Upper High Street", "12 Broadway"],
    ["12 A Block|High Road", "12A High Road", "12 B Block|High Road", "12 High Road", "12|Block 12|High Road"],
]  # fmt: skip


@pytest.mark.parametrize("spellings", ONE_DOOR, ids=[group[0] for group in ONE_DOOR])
def test_spellings_of_one_door_meet(spellings: list[str]) -> None:
    assert {place(read(printed)) for printed in spellings} == {place(read(spellings[0]))}


@pytest.mark.parametrize("doors", DOORS_APART, ids=[group[0] for group in DOORS_APART])
def test_two_doors_never_become_one(doors: list[str]) -> None:
    meeting = [(one, other) for one, other in combinations(doors, 2) if place(read(one)) == place(read(other))]
    assert meeting == []


@every_row
def test_another_figure_is_another_door(row: Row) -> None:
    printed, found = row.printed.translate(NO_BREAK), place(row.address())
    in_postcodes = {at for postcode in POSTCODE.finditer(printed) for at in range(*postcode.span())}
    for figure in re.finditer("[0-9]", printed):
        others = {printed[: figure.start()] + other + printed[figure.end() :] for other in "123456789"} - {printed}
        if figure.start() not in in_postcodes:
            assert found not in {place(parse(other.split("|"))) for other in others}
