"""Small tables that people make by hand (streets, wards, polling stations): opened, headings recognised, rows read."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from campaign.foundation import text_tables, unpacking
from campaign.foundation.text_tables import Table, TableError, Text, column_key
from canvassing.electorate.spelling import squeeze
from canvassing.register.opening import Source, unpacked_in
from canvassing.register.report import Problem, RegisterRefused

DISTRICT_HEADINGS = (
    "pollingdistrict", "pollingdistrictcode", "pollingdistrictref", "pollingdistrictreference", "pd", "pdcode",
    "pdref", "pdletters", "district", "districtcode", "districtref",
)  # fmt: skip
WARD_HEADINGS = ("ward", "wardname", "wardnm", "electoralward")
COUNCIL_HEADINGS = ("council", "authority", "authorityname", "localauthority")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, for saying what is wrong there."""

    file: str
    line: int

    def refuse(self, reason: str) -> RegisterRefused:
        return RegisterRefused(reason, file=self.file, line=self.line)

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One row: where it stands, and what it says under each heading that was recognised."""

    at: Place
    cells: Mapping[str, str]

    def text(self, name: str, longest: int) -> str:
        """What stands under `name`; "" where there is no such column. Raises RegisterRefused when it is too long."""
        text = squeeze(self.cells.get(name, ""))
        if len(text) > longest:
            raise self.at.refuse(f"the {name.replace('_', ' ')} is longer than {longest} letters. Shorten it.")
        return text

    def required(self, name: str, longest: int) -> str:
        """As `text`. Raises RegisterRefused when nothing stands there."""
        text = self.text(name, longest)
        if not text:
            raise self.at.refuse(f"this row has no {name.replace('_', ' ')}. Fill it in, or take the row out.")
        return text


@contextmanager
def pieces_of(source: Source) -> Iterator[list[Source]]:
    """The texts in `source`: itself, the sheets of a workbook, the tables of an archive.

    Raises RegisterRefused when it cannot be read.
    """
    refuse_no_file(source.path, source.name)
    with (
        _refusing(source.name),
        unpacking.unpacked(source.path, source.name, folder=unpacked_in(), password=source.password) as pieces,
    ):
        yield [Source(piece.path, piece.name) for piece in pieces]


def open_text(source: Source) -> Text:
    """Find out what `source` is. Raises RegisterRefused when it cannot be read as text."""
    with _refusing(source.name):
        return text_tables.look_at(source.path)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except TableError as error:
        raise RegisterRefused(error.reason, file=name, line=error.line) from None
    except OSError as error:
        raise RegisterRefused(f"the file cannot be read ({error.strerror}).", file=name) from None


def table_rows(source: Source, table: Table) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header. Raises RegisterRefused at one that is broken."""
    try:
        yield from table.rows()
    except TableError as error:
        remedy = " A cell with a comma in it stands in quotation marks." if "columns" in error.reason else ""
        raise RegisterRefused(error.reason + remedy, file=source.name, line=error.line) from None


def named_table(text: Text, headings: Mapping[str, Collection[str]], required: Collection[str]) -> Table | None:
    """The table of `text` whose header has every one of the `required` columns; None when there is none."""
    wanted = [headings[name] for name in required]
    return text_tables.find_table(
        text, lambda cells: all(any(column_key(cell) in keys for cell in cells) for keys in wanted)
    )


def named_rows(source: Source, table: Table, headings: Mapping[str, Collection[str]]) -> Iterator[PlaceRow]:
    """The rows by the names of their columns; of two columns of one name the first counts."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(table.header):
        for name, keys in headings.items():
            if column_key(cell) in keys:
                columns.setdefault(name, place)
    for line, cells in table_rows(source, table):
        yield PlaceRow(Place(source.name, line), {name: cells[place] for name, place in columns.items()})


def read_rows(source: Source, headings: Mapping[str, Collection[str]], required: Collection[str]) -> Iterator[PlaceRow]:
    """The rows of the tables in `source`, which must have a header. Raises RegisterRefused where none has one.

    A sheet of notes beside them is left out.
    """
    with pieces_of(source) as pieces:
        tables = [(piece, named_table(open_text(piece), headings, required)) for piece in pieces]
        if not any(table for _, table in tables):
            columns = " and ".join(required)
            reason = f"no line here is a header with the columns {columns}. Write their names into the first line."
            raise RegisterRefused(reason, file=source.name, line=1)
        for piece, table in tables:
            if table is not None:
                yield from named_rows(piece, table, headings)


def refuse_no_file(path: Path, name: str) -> None:
    """Before anything is opened: a pipe or a device might never end."""
    if path.is_dir():
        raise RegisterRefused("this is a folder, not a file. Name the file in it.", file=name)
    if not path.exists():
        raise RegisterRefused("there is no such file.", file=name)
    if not path.is_file():
        raise RegisterRefused("this is no file but a pipe or a device. Save it as a file first.", file=name)
