"""The rows of one file read into entries: one elector each, address taken apart, problems noted by line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from campaign.foundation import text_tables
from campaign.foundation.text_tables import Table, TableError
from canvassing.electorate.address import Address, is_no_address, parse
from canvassing.electorate.spelling import REMEMBERED, fitted, person_key, squeeze
from canvassing.register.layouts import LAYOUTS, Columns, Layout, recognise
from canvassing.register.report import Census, Problem, RegisterRefused

DAY = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2}|[A-Za-z]{3,9})[-/. ]([0-9]{4}|[0-9]{2})")
DIGIT = re.compile("[0-9]")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST_CODE, LONGEST_NUMBER, LONGEST_NAME, LONGEST_MARKER = 20, 12, 100, 8


class Entry(NamedTuple):
    """One elector as a file prints it; nothing is known yet of what the register holds. No street: no address."""

    line: int
    district: str
    number: str
    suffix: str
    surname: str
    forename: str
    name_key: str
    marker: str
    attains_on: date | None
    anonymous: bool
    street: str | None
    street_key: str | None
    block: str
    block_key: str
    label: str
    address_key: str
    sort_key: str
    house_number: int | None
    postcode: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file and the name people know it by."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A file whose layout is known."""

    source: Source
    table: Table
    layout: Layout
    columns: Columns

    @property
    def rows_expected(self) -> int:
        return max(self.table.text.lines - self.table.header_line, 0)

    def entries(self, census: Census) -> Iterator[Entry]:
        """Every elector of the file, counted in `census`; one row is in memory at a time.

        Raises RegisterRefused at a broken row, and at the end of a file that is cut off in its last row.
        """
        reader = _Reader(self, census)
        line, cells = 0, list[str]()
        try:
            for line, cells in self.table.rows():
                entry = reader.entry(line, cells)
                if entry is not None:
                    yield entry
        except TableError as error:
            raise RegisterRefused(error.reason, file=self.source.name, line=error.line) from None
        if line == self.table.text.lines and not self.table.text.ends_with_newline and not self._is_whole(cells):
            reason = (
                "the file ends here without a line end, and this row's address does not end in its postcode: the file "
                "is cut off. Ask for it again."
            )
            raise RegisterRefused(reason, file=self.source.name, line=line)

    def _is_whole(self, cells: Sequence[str]) -> bool:
        """Whether a last row without line end was written to its end: the address repeats the postcode last."""
        if self.columns.address[-1] != self.columns.width - 1:
            return True
        postcode = _compact(cells[self.columns.postcode])
        printed = [_compact(line) for line in _printed(cells[place] for place in self.columns.address)]
        return printed[-1].endswith(postcode) if printed and postcode else not printed and not postcode


def open_register(source: Source, layout: Layout | None = None) -> RegisterFile:
    """Find out what `source` is. Raises RegisterRefused for what is no register file of a known layout."""
    among = [layout] if layout else list(LAYOUTS.values())
    try:
        _refuse_no_file(source)
        text = text_tables.look_at(source.path)
        table = text_tables.find_table(text, lambda cells: recognise(cells, among) is not None)
    except TableError as error:
        raise RegisterRefused(error.reason, file=source.name, line=error.line) from None
    except OSError as error:
        raise RegisterRefused(_unreadable(error), file=source.name) from None
    found = recognise(table.header, among) if table else None
    columns = found.columns(table.header) if table and found else None
    if table is None or found is None or columns is None:
        known = " or ".join(candidate.title for candidate in among)
        raise RegisterRefused(f"no header of a register file is here (looked for {known}).", file=source.name, line=1)
    return RegisterFile(source, table, found, columns)


def _refuse_no_file(source: Source) -> None:
    """Raises OSError or RegisterRefused before anything is opened: a pipe or a device might never end."""
    mode = source.path.stat().st_mode
    if S_ISDIR(mode):
        raise RegisterRefused("this is a folder, not a file. Name the file in it.", file=source.name)
    if not S_ISREG(mode):
        raise RegisterRefused("this is no file but a pipe or a device. Save it as a file first.", file=source.name)


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file."
    return f"the file cannot be read ({error.strerror})."


def day_of(text: str) -> date | None:
    """The day in `text`: "01-Jan-2000", "01-Jan-06" (this century), "01/01/2000". None for anything else."""
    found = DAY.fullmatch(text)
    if found is None:
        return None
    month = found[2][:3].lower()
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
    try:
        return date(year, int(month) if month.isdecimal() else MONTHS.index(month) + 1, int(found[1]))
    except ValueError:
        return None


class _Reader:
    """Makes entries of one file's rows and counts them."""

    def __init__(self, file: RegisterFile, census: Census) -> None:
        self.name, self.layout, self.columns, self.census = file.source.name, file.layout, file.columns, census
        self.address_of = itemgetter(*file.columns.address)
        self._is_anonymous = lru_cache(REMEMBERED)(file.layout.is_anonymous)

    def entry(self, line: int, cells: Sequence[str]) -> Entry | None:
        at, census = self.columns, self.census
        district, number, suffix = squeeze(cells[at.district]), squeeze(cells[at.number]), _suffix(cells[at.suffix])
        marker = squeeze(cells[at.marker])
        address = _address(self.address_of(cells), cells[at.postcode])
        attains_on = self._day(line, squeeze(cells[at.attains_on]))
        census.rows += 1
        if marker not in census.markers and not self.layout.meaning(marker):
            self._note(line, f"the marker {marker[:LONGEST_MARKER]} is unknown here: ask the council what it means.")
        census.markers[marker] += 1
        census.attainers += attains_on is not None
        census.without_address += address is None
        if not self._has_number(line, district, number, suffix):
            return None
        census.districts.add(district)
        anonymous = self._is_anonymous(marker)
        names = ("", "") if anonymous else (squeeze(cells[at.surname]), squeeze(cells[at.forename]))
        surname, forename = self._cut(line, names[0], LONGEST_NAME), self._cut(line, names[1], LONGEST_NAME)
        return Entry(
            line, district, number, suffix, surname, forename, fitted(person_key(surname, forename), 200),
            self._cut(line, marker, LONGEST_MARKER), attains_on, anonymous,
            *(_NOWHERE if address is None or anonymous else _somewhere(address)),
        )  # fmt: skip

    def _day(self, line: int, text: str) -> date | None:
        day = day_of(text) if text else None
        if text and day is None:
            self._note(line, "the date of attainment is in no form we know; it was left out.")
        return day

    def _has_number(self, line: int, district: str, number: str, suffix: str) -> bool:
        if not district or not number:
            self._note(line, "this row has no polling district or no elector number; it was left out.")
            return False
        if len(district) > LONGEST_CODE or len(number) > LONGEST_NUMBER or len(suffix) > LONGEST_NUMBER:
            self._note(line, "the polling district or the elector number is too long to be one; the row was left out.")
            return False
        return True

    def _cut(self, line: int, text: str, length: int) -> str:
        if len(text) > length:
            self._note(line, f"a name or marker is longer than {length} letters; it was cut.")
        return text[:length]

    def _note(self, line: int, reason: str) -> None:
        self.census.note(Problem(self.name, line, reason))


_NOWHERE = (None, None, "", "", "", "", "", None, "")


def _somewhere(address: Address) -> tuple[str, str, str, str, str, str, str, int | None, str]:
    return (
        address.street, address.street_key, address.block, address.block_key, address.label, address.address_key,
        address.sort_key, address.house_number, address.postcode,
    )  # fmt: skip


@lru_cache(REMEMBERED)
def _address(lines: tuple[str, ...], postcode: str) -> Address | None:
    """The address of a row; None when nothing but a postcode is printed. Neighbours in a file share it."""
    printed = _printed(lines)
    nothing = _compact(postcode)
    return parse(printed, postcode) if any(_compact(line) != nothing for line in printed) else None


def _printed(lines: Iterable[str]) -> list[str]:
    """The lines that say where somebody lives: a section's title in an address cell is none."""
    return [line for line in lines if line and not line.isspace() and (DIGIT.search(line) or not _is_title(line))]


_is_title = lru_cache(REMEMBERED)(is_no_address)  # for towns and roads; lines with a number are not looked up


def _suffix(text: str) -> str:
    """Xpress writes 0 for "no suffix"."""
    suffix = squeeze(text)
    return suffix if suffix.strip("0") else ""


def _compact(text: str) -> str:
    return "".join(text.split()).upper()
