"""Street lists read row by row: a table with doors, one name a line, or Ordnance Survey's Open Names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaign.areas import points
from campaign.areas.points import Box
from campaign.foundation import postcodes, text_tables
from campaign.foundation.text_tables import Table, Text
from canvassing.electorate.spelling import fitted, place_key, shown
from canvassing.register.door_numbers import DoorNumbersError, DoorsSaid, read_doors
from canvassing.register.known_districts import LONGEST_CODE, LONGEST_COUNCIL, LONGEST_WARD
from canvassing.register.opening import Source
from canvassing.register.place_tables import (
    COUNCIL_HEADINGS,
    DISTRICT_HEADINGS,
    WARD_HEADINGS,
    Place,
    PlaceRow,
    named_rows,
    named_table,
    open_text,
    pieces_of,
    table_rows,
)
from canvassing.register.report import RegisterRefused

LONGEST_NAME, LONGEST_CELL = 120, 100_000
HEADINGS = {
    "street": ("street", "streetname", "road", "roadname", "thoroughfare"),
    "polling_district": DISTRICT_HEADINGS,
    "council": COUNCIL_HEADINGS,
    "ward": WARD_HEADINGS,
    "postcodes": ("postcodes", "postcode", "postcodess"),
    "doors": ("doors", "households", "properties", "addresses", "numbers", "housenumbers", "doornumbers"),
}
# Of the 34 columns in Open Names, which has no header of its own in its data files.
OPEN_NAMES_COLUMNS, NAME, LOCAL_TYPE, EASTING, NORTHING = 34, 2, 7, 8, 9
ROADS = {"Named Road", "Section Of Named Road"}
NO_HEADER = (
    "this is more than a street's name. A table needs a first line that names its columns, such as "
    "street,polling_district,doors; a list of names has one street a line and nothing else."
)
AREA_NEEDED = (
    "these are the streets of a whole region. Say which part is meant with --box WEST,SOUTH,EAST,NORTH in metres of "
    "the National Grid, or upload the wards' outlines first."
)


@dataclass(frozen=True, slots=True)
class ListedStreet:
    """One row of a list. No district: the list does not say where the street lies. `point` is on the grid."""

    at: Place
    name: str
    key: str
    district: str = ""
    council: str = ""
    ward: str = ""
    postcodes: frozenset[str] = frozenset()
    doors: DoorsSaid | None = None
    point: tuple[float, float] | None = None

    @property
    def postcode(self) -> str:
        """Where the row has just one, it is that of every door."""
        return next(iter(self.postcodes)) if len(self.postcodes) == 1 else ""


def read_streets(source: Source, box: Box | None) -> Iterator[ListedStreet]:
    """The streets of a list of any of the three kinds; of Open Names those that lie in `box` on the grid.

    Raises RegisterRefused at the first row that cannot be used.
    """
    with pieces_of(source) as pieces:
        for piece in pieces:
            yield from _read_piece(piece, box, alone=len(pieces) == 1)


def _read_piece(source: Source, box: Box | None, *, alone: bool) -> Iterator[ListedStreet]:
    """The streets of one text. Beside others one without a header is no list: licences and guides lie in archives."""
    text = open_text(source)
    if table := named_table(text, HEADINGS, ["street"]):
        yield from (_of_row(row) for row in named_rows(source, table, HEADINGS))
    elif table := text_tables.find_table(text, _is_open_names):
        yield from _of_open_names(source, table, box)
    elif alone:
        yield from _one_a_line(source, text)


def _of_row(row: PlaceRow) -> ListedStreet:
    name = shown(row.required("street", LONGEST_NAME))
    try:
        doors = read_doors(row.text("doors", LONGEST_CELL))
    except DoorNumbersError as error:
        raise row.at.refuse(str(error)) from None
    return ListedStreet(
        at=row.at,
        name=name,
        key=_key(name, row.at),
        district=row.text("polling_district", LONGEST_CODE),
        council=row.text("council", LONGEST_COUNCIL),
        ward=row.text("ward", LONGEST_WARD),
        postcodes=_postcodes(row),
        doors=doors,
    )


def _postcodes(row: PlaceRow) -> frozenset[str]:
    cell = row.text("postcodes", LONGEST_CELL)
    found = frozenset(
        postcodes.tidy(part) for part in cell.replace(";", ",").replace("/", ",").split(",") if part.strip()
    )
    if "" in found:
        raise row.at.refuse("something in the column postcodes is no postcode. Keep two apart by a comma.")
    return found


def _is_open_names(cells: Sequence[str]) -> bool:
    """A row of Open Names, or its published header pasted on top."""
    if len(cells) != OPEN_NAMES_COLUMNS:
        return False
    return cells[1].startswith("http") or text_tables.column_key(cells[1]) == "namesuri"


def _of_open_names(source: Source, table: Table, box: Box | None) -> Iterator[ListedStreet]:
    if box is None:
        raise RegisterRefused(AREA_NEEDED, file=source.name)
    first = [(table.header_line, table.header)] if table.header[1].startswith("http") else []
    for rows in (first, table_rows(source, table)):
        for line, cells in rows:
            at = Place(source.name, line)
            if cells[LOCAL_TYPE] in ROADS and points.holds(box, *(point := _point(cells, at))):
                name = shown(cells[NAME])[:LONGEST_NAME]
                yield ListedStreet(at, name, _key(name, at), point=point)


def _point(cells: Sequence[str], at: Place) -> tuple[float, float]:
    try:
        return float(cells[EASTING]), float(cells[NORTHING])
    except ValueError:
        raise at.refuse("GEOMETRY_X and GEOMETRY_Y are no numbers here. Download the file again.") from None


def _one_a_line(source: Source, text: Text) -> Iterator[ListedStreet]:
    table = text_tables.find_table(text, lambda cells: any(map(str.strip, cells)))
    if table is None:
        raise RegisterRefused("there is no street in it.", file=source.name)
    first = (table.header_line, table.header)
    for rows in ([first], table_rows(source, table)):
        for line, cells in rows:
            at = Place(source.name, line)
            if len(cells) > 1 or "," in cells[0]:
                raise at.refuse(NO_HEADER)
            row = PlaceRow(at, {"street": cells[0]})
            name = shown(row.required("street", LONGEST_NAME))
            yield ListedStreet(at, name, _key(name, at))


def _key(name: str, at: Place) -> str:
    key = fitted(place_key(name), LONGEST_NAME)
    if not key:
        raise at.refuse("the street's name has neither a letter nor a number. Correct it, or take the row out.")
    return key
