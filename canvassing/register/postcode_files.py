"""Files of postcodes with their points: Code-Point Open, the ONS Postcode Directory, or a zip of many; row by row.

Both are public, and larger than memory should be: nothing here keeps more than a few thousand rows.
"""

import codecs
import csv
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO

from campaign.areas import points
from campaign.foundation import postcodes
from campaign.foundation.text_tables import column_key
from canvassing.register.opening import Source
from canvassing.register.place_tables import Place, refuse_no_file
from canvassing.register.report import RegisterRefused

AT_A_TIME = 5000
POSTCODE_HEADINGS = ("pcds", "pcd", "pcd2", "pcd7", "pcd8", "postcode")
LATITUDE_HEADINGS, LONGITUDE_HEADINGS = ("lat", "latitude"), ("long", "longitude", "lng", "lon")
HIGHEST_LATITUDE = 90  # the directory writes 99.999999 for a postcode that it cannot place
PASSWORD_NEEDED = "the archive has a password. Unpack it first."  # noqa: S105 - a sentence
BROKEN_ARCHIVE = "the archive is broken. Download it again."

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Located:
    """A postcode and where it lies, in degrees."""

    postcode: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a file has the postcode, and the two numbers of its point: x and y on the grid, or degrees."""

    postcode: int
    x: int
    y: int
    on_the_grid: bool


CODE_POINT = _Columns(postcode=0, x=2, y=3, on_the_grid=True)  # it has no header


class PostcodeFiles:
    """The points of some files. As they are read, counts the rows, and among them those without a point."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self.rows = 0
        self.without_point = 0

    def located(self) -> Iterator[Located]:
        """Every postcode that has a point. Raises RegisterRefused at a file, or a row, that is of no kind known."""
        for source in self.sources:
            refuse_no_file(source.path, source.name)
            if zipfile.is_zipfile(source.path):
                yield from self._of_archive(source)
            else:
                with source.path.open("rb") as file:
                    yield from self._of_table(file, source.name, or_refuse=True)

    def _of_archive(self, source: Source) -> Iterator[Located]:
        """The tables in it that are of a kind known; guides and lists of codes lie beside them."""
        before = self.rows
        try:
            with zipfile.ZipFile(source.path) as archive:
                for member in sorted(archive.namelist()):
                    if member.lower().endswith((".csv", ".txt")):
                        with archive.open(member) as file:
                            yield from self._of_table(file, f"{source.name}, {member}", or_refuse=False)
        except RuntimeError as error:
            reason = PASSWORD_NEEDED if "password" in str(error) else BROKEN_ARCHIVE
            raise RegisterRefused(reason, file=source.name) from None
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise RegisterRefused(BROKEN_ARCHIVE, file=source.name) from None
        if self.rows == before:
            raise _of_no_kind(source.name)

    def _of_table(self, file: IO[bytes], name: str, *, or_refuse: bool) -> Iterator[Located]:
        lines = _lines(file, name)
        try:
            first = next(lines, (1, []))
        except RegisterRefused:
            if or_refuse:
                raise
            return
        columns = _columns(first[1])
        if columns is None:
            if or_refuse:
                raise _of_no_kind(name)
            return
        rows = chain([first], lines) if columns is CODE_POINT else lines
        while several := list(islice(rows, AT_A_TIME)):
            yield from self._locate(several, columns, name)

    def _locate(self, lines: list[Line], columns: _Columns, name: str) -> Iterator[Located]:
        found: list[tuple[str, float, float]] = []
        for line, cells in lines:
            postcode, x, y = _cells(cells, columns, Place(name, line))
            if not postcode or (x == 0 and y == 0) or (not columns.on_the_grid and y > HIGHEST_LATITUDE):
                self.without_point += 1
            else:
                found.append((postcode, x, y))
        self.rows += len(lines)
        if columns.on_the_grid and found:
            degrees = points.degrees([x for _, x, _ in found], [y for _, _, y in found])
        else:
            degrees = [(y, x) for _, x, y in found]
        for (postcode, _, _), (latitude, longitude) in zip(found, degrees, strict=True):
            yield Located(postcode, latitude, longitude)


def _columns(header: Sequence[str]) -> _Columns | None:
    """Of a first line: by its headings, or as a row of Code-Point Open, which has none."""
    keys = [column_key(cell) for cell in header]
    places = [
        next((keys.index(heading) for heading in headings if heading in keys), None)
        for headings in (POSTCODE_HEADINGS, LONGITUDE_HEADINGS, LATITUDE_HEADINGS)
    ]
    postcode, x, y = places
    if postcode is not None and x is not None and y is not None:
        return _Columns(postcode, x, y, on_the_grid=False)
    is_code_point = len(header) > CODE_POINT.y and postcodes.tidy(header[0]) and header[CODE_POINT.x].isdecimal()
    return CODE_POINT if is_code_point else None


def _cells(cells: Sequence[str], columns: _Columns, at: Place) -> tuple[str, float, float]:
    try:
        x, y = (float(cells[place] or 0) for place in (columns.x, columns.y))
        return postcodes.tidy(cells[columns.postcode]), x, y
    except (ValueError, IndexError):
        raise at.refuse("this row has no postcode with two numbers. Download the file again.") from None


def _lines(file: IO[bytes], name: str) -> Iterator[Line]:
    reader = csv.reader(codecs.iterdecode(file, "utf-8-sig"))
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except (UnicodeDecodeError, csv.Error):
        reason = "the file is no table from here on. Download it again."
        raise RegisterRefused(reason, file=name, line=reader.line_num + 1) from None


def _of_no_kind(name: str) -> RegisterRefused:
    return RegisterRefused(
        "this is neither Code-Point Open nor a table with the columns pcds, lat and long. Download one of them.",
        file=name,
    )
