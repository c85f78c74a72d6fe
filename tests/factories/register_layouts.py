"""The same made-up people written in each supplier's layout, as a full register and as an update."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from canvassing.register.layouts import Change
from tests.factories.register import HEADER, Person

Cells = list[str]
Changed = tuple[Change, Person]


def lines_of(person: Person, count: int) -> Cells:
    lines = list(person.address)
    return lines + [""] * (count - len(lines))


def postcode_of(person: Person) -> str:
    return person.postcode if person.address else ""


def suffix_of(person: Person, joint: str) -> str:
    return f"{person.number}{joint}{person.suffix}" if person.suffix != "0" else str(person.number)


def xpress_14(people: Iterable[Person]) -> list[Cells]:
    return [list(HEADER), *(person.cells() for person in people)]


def xpress_13(people: Iterable[Person]) -> list[Cells]:
    header = [*HEADER[:5], "Elector Name", *HEADER[7:]]
    rows = [person.cells() for person in people]
    return [header, *([*cells[:5], f"{cells[5]} {cells[6]}".strip(), *cells[7:]] for cells in rows)]


def eros(people: Iterable[Person], codes: Sequence[str] | None = None) -> list[Cells]:
    columns = ["Title", "First Names", "Initials", "Surname", "Suffix", "Date Of Attainment", "Franchise Flag"]
    header = ["PD", "ENO", "Status", *columns, *(f"Address {number}" for number in range(1, 8)), "Postcode"]
    header += ["Register Code"] if codes else []
    rows = []
    for place, person in enumerate(people):
        known = [person.district, suffix_of(person, "/"), codes[place] if codes else "", "", person.forename, "",
                 person.surname, "", person.attains_on, person.marker]  # fmt: skip
        rows.append([*known, *lines_of(person, 7), postcode_of(person), *([""] if codes else [])])
    return [header, *rows]


def democracy_counts(people: Iterable[Person], codes: Sequence[str] | None = None) -> list[Cells]:
    header = ["PDCode", "RollNo", "ElectorSurname", "ElectorForename", "ElectorMiddleName", "DateOfAttainment",
              "FranchiseMarker", *(f"RegisteredAddress{number}" for number in range(1, 7)), "PostCode"]  # fmt: skip
    rows = []
    for person in people:
        first, _, middle = person.forename.partition(" ")
        number = f"{person.number}.{person.suffix}"
        rows.append([person.district, number, person.surname, first, middle, person.attains_on, person.marker,
                     *lines_of(person, 6), postcode_of(person)])  # fmt: skip
    if codes:
        header, rows = ["ChangeTypeID", *header], [[code, *cells] for code, cells in zip(codes, rows, strict=True)]
    return [header, *rows]


def xpress_23(changes: Sequence[Changed]) -> list[Cells]:
    header = ["DistrictRef", *(f"PropertyAddress{number}" for number in range(1, 6)), "PropertyPostCode",
              "ElectorNumber", "ElectorForename", "ElectorSurname", "ElectorDOB", "ElectorCreatedMonth",
              "ElectorChangedMonth", "ElectorDeletedMonth", "MarkersRegisterText"]  # fmt: skip
    months = {Change.ADD: ["3", "0", "0"], Change.AMEND: ["0", "3", "0"], Change.DELETE: ["0", "0", "3"]}
    return [
        header,
        *(
            [person.district, *lines_of(person, 5), postcode_of(person), f"{person.district}-{suffix_of(person, '/')}",
             person.forename, person.surname, person.attains_on, *months[change], person.marker]
            for change, person in changes
        ),
    ]  # fmt: skip


FULL: dict[str, Callable[[Iterable[Person]], list[Cells]]] = {
    "xpress_full_14": xpress_14,
    "xpress_full_13": xpress_13,
    "eros_full": eros,
    "democracycounts_full": democracy_counts,
}
EROS_CODES = {Change.ADD: "A", Change.AMEND: "M", Change.DELETE: "D"}
DC_CODES = {Change.ADD: "N", Change.AMEND: "A", Change.DELETE: "D"}


def eros_changes(changes: Sequence[Changed]) -> list[Cells]:
    return eros([person for _, person in changes], [EROS_CODES[change] for change, _ in changes])


def dc_changes(changes: Sequence[Changed]) -> list[Cells]:
    return democracy_counts([person for _, person in changes], [DC_CODES[change] for change, _ in changes])


UPDATE: dict[str, Callable[[Sequence[Changed]], list[Cells]]] = {
    "xpress_update_23": xpress_23,
    "eros_update": eros_changes,
    "democracycounts_update": dc_changes,
}


def write_rows(path: Path, rows: Iterable[Sequence[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    content = io.StringIO(newline="")
    csv.writer(content, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(content.getvalue().encode(encoding))
    return path
