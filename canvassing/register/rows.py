"""The rows of one file read into entries: one elector each, address taken apart, problems noted by line."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from campaign.foundation.text_tables import Table, TableError
from canvassing.electorate.address import Address, is_no_address, parse
from canvassing.electorate.spelling import REMEMBERED, fitted, person_key, squeeze
from canvassing.register.days import day_of
from canvassing.register.layouts import LONGEST_MARKER, Change, Columns, Kind, Layout
from canvassing.register.numbers import LONGEST_CODE, LONGEST_NUMBER, number_reader
from canvassing.register.report import Census, Problem, RegisterRefused

DIGIT = re.compile("[0-9]")
OPTED_OUT = re.compile(r"\(z\)\s*", re.IGNORECASE)  # of the open register: it changes nothing for a campaign
LONGEST_NAME = 100
MOST_MARKERS = 200
"""Different markers of a file; a column that says more is another one, and may hold names."""
NO_MARKERS = (
    f"the column of the markers says more than {MOST_MARKERS} different things, so it holds something else. Say which "
    "column holds them."
)
YEARS_AHEAD = 2
"""A register holds nobody under 16, so nobody comes of age later than this (RPA 1983 s.10ZE, EC guidance)."""


class Entry(NamedTuple):
    """One elector as a file prints it; nothing is known yet of what the register holds. No street: no address."""

    line: int
    change: str
    district: str
    number: str
    suffix: str
    surname: str
    forename: str
    name_key: str
    marker: str
    may_vote: bool
    attains_on: date | None
    anonymous: bool
    uprn: str
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
class RegisterFile:
    """A table whose layout is known. `votes` is what the agent confirmed of markers, over what the layout says."""

    name: str
    encoding: str
    table: Table
    layout: Layout
    columns: Columns
    votes: Mapping[str, bool] = field(default_factory=dict)

    @property
    def rows_expected(self) -> int:
        return max(self.table.text.lines - self.table.header_line, 0)

    def entries(self, census: Census, today: date) -> Iterator[Entry]:
        """Every elector of the file, counted in `census`; one row is in memory at a time.

        Raises RegisterRefused at a broken row, and at the end of a file that is cut off in its last row.
        """
        reader = _Reader(self, census, today)
        line, cells = 0, list[str]()
        try:
            for line, cells in self.table.rows():
                cells.append("")  # where a field stands that this file does not have
                entry = reader.entry(line, cells)
                if entry is not None:
                    yield entry
        except TableError as error:
            raise RegisterRefused(error.reason, file=self.name, line=error.line) from None
        if line == self.table.text.lines and not self.table.text.ends_with_newline and not self._is_whole(cells):
            reason = (
                "the file ends here without a line end, and this row's address does not end in its postcode: the file "
                "is cut off. Ask for it again."
            )
            raise RegisterRefused(reason, file=self.name, line=line)

    def _is_whole(self, cells: Sequence[str]) -> bool:
        """Whether a last row without line end was written to its end: the address repeats the postcode last."""
        address = self.columns.address
        if not address or address[-1] != self.columns.width - 1 or not self.columns.has("postcode"):
            return True
        postcode = _compact(cells[self.columns.places["postcode"]])
        printed = [_compact(line) for line in _printed(cells[place] for place in address)]
        return printed[-1].endswith(postcode) if printed and postcode else not printed and not postcode


class _Reader:
    """Makes entries of one file's rows and counts them."""

    def __init__(self, file: RegisterFile, census: Census, today: date) -> None:
        self.name, self.layout, self.census = file.name, file.layout, census
        self.full = file.layout.kind == Kind.FULL
        places = file.columns.places
        self.address_of = _cells_at(file.columns.address)
        self.fields_of = itemgetter(*(places[name] for name in READ))
        self.has_wards, self.has_whole_names = file.columns.has("ward"), file.columns.has("name")
        self.number_of = number_reader(file.layout.numbers)
        self.change_of = _change_reader(file)
        self.last_day = _years_after(today, YEARS_AHEAD)
        self._is_anonymous = lru_cache(REMEMBERED)(file.layout.is_anonymous)
        self._may_vote = lru_cache(REMEMBERED)(lambda marker: file.votes.get(marker, file.layout.may_vote(marker)))

    def entry(self, line: int, cells: list[str]) -> Entry | None:
        """The row's elector; None for a row that is left out, which is noted."""
        district, number, suffix, marker, attains_on, surname, forename, middle, name, postcode, uprn, ward = (
            self.fields_of(cells)
        )
        census, marker = self.census, self._cut(line, squeeze(marker), LONGEST_MARKER)
        census.rows += 1
        change = self.change_of(cells)
        numbers = self.number_of(squeeze(district), squeeze(number), squeeze(suffix))
        address = _address(self.address_of(cells), postcode)
        day = self._day(line, squeeze(attains_on))
        self._count(line, marker, day, address)
        if not self._is_readable(line, numbers, change, day):
            return None
        district, number, suffix = numbers
        census.districts.add(district)
        if self.has_wards and ward:
            census.wards[district, squeeze(ward)] += 1
        names = ("", "") if self._is_anonymous(marker) else self._names(surname, forename, middle, name)
        anonymous = self._is_anonymous(marker) or (address is None and not any(names))
        surname, forename = self._cut(line, names[0], LONGEST_NAME), self._cut(line, names[1], LONGEST_NAME)
        return Entry(
            line, change or "", district, number, suffix, surname, forename,
            fitted(person_key(surname, forename), 200), marker, self._may_vote(marker),
            day, anonymous, "" if anonymous else _uprn(uprn),
            *(_NOWHERE if address is None or anonymous else _somewhere(address)),
        )  # fmt: skip

    def _count(self, line: int, marker: str, day: date | None, address: Address | None) -> None:
        census = self.census
        if marker not in census.markers and not self.layout.meaning(marker):
            self._note(line, f"the marker {marker} is unknown here: ask the council what it means.")
        census.markers[marker] += 1
        if len(census.markers) > MOST_MARKERS:
            raise RegisterRefused(NO_MARKERS, file=self.name, line=line)
        census.cannot_vote += not self._may_vote(marker)
        census.attainers += day is not None
        census.without_address += address is None

    def _names(self, surname: str, forename: str, middle: str, name: str) -> tuple[str, str]:
        """Surname and forenames; of a whole name the surname stands before the comma, or is the first word."""
        if self.has_whole_names:
            name = OPTED_OUT.sub("", squeeze(name)).strip()
            surname, _, forename = name.partition("," if "," in name else " ")
            return surname.strip(), forename.strip()
        forenames = squeeze(f"{forename} {middle}") if middle else squeeze(forename)
        return OPTED_OUT.sub("", squeeze(surname)).strip() if "(" in surname else squeeze(surname), forenames

    def _day(self, line: int, text: str) -> date | None:
        day = day_of(text) if text else None
        if text and day is None:
            self._note(line, "the date of attainment is in no form we know; it was left out.")
        return day

    def _is_readable(self, line: int, numbers: tuple[str, str, str], change: Change | None, day: date | None) -> bool:
        """Whether the row can be used; where not, why is noted."""
        district, number, suffix = numbers
        reason = ""
        if change == Change.NOTHING:
            return False
        if change is None and not self.full:
            reason = "this row does not say what changed; it was left out."
        elif not district or not DIGIT.search(number):
            reason = "this row has no polling district or no elector number; it was left out."
        elif len(district) > LONGEST_CODE or len(number) > LONGEST_NUMBER or len(suffix) > LONGEST_NUMBER:
            reason = "the polling district or the elector number is too long to be one; the row was left out."
        elif day and day > self.last_day:
            reason = (
                "this elector comes of age more than two years from now, and nobody under 16 may be in a register that "
                "is handed out; the row was left out. Tell the council."
            )
        if reason:
            self._note(line, reason)
        return not reason

    def _cut(self, line: int, text: str, length: int) -> str:
        if len(text) > length:
            self._note(line, f"a name or marker is longer than {length} letters; it was cut.")
        return text[:length]

    def _note(self, line: int, reason: str) -> None:
        self.census.note(Problem(self.name, line, reason))


READ = (
    "district", "number", "suffix", "marker", "attains_on", "surname", "forename", "middle", "name", "postcode", "uprn",
    "ward",
)  # fmt: skip


def _cells_at(places: Sequence[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """What takes these cells from a row, also where it is one: `itemgetter` gives a text then, not a tuple of one."""
    return itemgetter(*places) if len(places) > 1 else lambda cells: tuple(cells[place] for place in places)


def _change_reader(file: RegisterFile) -> Callable[[Sequence[str]], Change | None]:
    """What reads off a row what happened; None for a code that the layout does not know."""
    places, layout = file.columns.places, file.layout
    if layout.kind != Kind.UPDATE:
        return lambda cells: None
    if file.columns.has("change"):
        at = places["change"]
        return lambda cells: layout.changes.get(squeeze(cells[at]).upper())
    months = itemgetter(places["created"], places["changed"], places["deleted"])
    return lambda cells: _by_months(*months(cells))


def _by_months(created: str, changed: str, deleted: str) -> Change:
    """A row of Xpress's update has months instead of a code; one that came and went in between changes nothing."""
    if deleted.strip(" 0"):
        return Change.NOTHING if created.strip(" 0") else Change.DELETE
    return Change.ADD if created.strip(" 0") else Change.AMEND


def _years_after(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28))


def _uprn(text: str) -> str:
    """The property's number, without the zeros that some files put before it."""
    digits = text.strip().lstrip("0")
    return digits if digits.isdecimal() and len(digits) <= 12 else ""


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


def _compact(text: str) -> str:
    return "".join(text.split()).upper()
