"""Register files for tests, written as councils export them. Everybody in them is made up."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

from canvassing.register import locks, runs
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source
from canvassing.register.suppliers import XPRESS_FULL_14

AT = datetime(2027, 4, 10, 17, 0, tzinfo=UTC)
EDITION = date(2026, 12, 1)  # in force at AT

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "xpress14.tsv"
SLICES = ("canvassing.electorate.models", "canvassing.progress.models")
HEADER = (
    "Elector Number Prefix", "Elector Number", "Elector Number Suffix", "Elector Markers", "Elector DOB",
    "Elector Surname", "Elector Forename", "PostCode", *XPRESS_FULL_14.address,
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One row of an Xpress file. `address` is what stands above the postcode; none: no address."""

    number: int | str
    surname: str = "Tester"
    forename: str = "Tess"
    address: tuple[str, ...] = ("1 Test Street", "London")
    postcode: str = "N1 1AA"
    district: str = "TA"
    suffix: str = "0"
    marker: str = ""
    attains_on: str = ""

    def cells(self) -> list[str]:
        lines = [*self.address, self.postcode] if self.address else []
        lines += [""] * (6 - len(lines))
        postcode = self.postcode if self.address else ""
        number = [self.district, str(self.number), self.suffix]
        return [*number, self.marker, self.attains_on, self.surname, self.forename, postcode, *lines]


def anonymous(number: int | str, district: str = "TA") -> Person:
    return Person(number, "", "", (), district=district, marker="N")


def street_of(people: int, *, district: str = "TA", street: str = "Test Street", first: int = 1) -> list[Person]:
    """`people` electors along one street, two to a house, no two of one name."""
    return [
        Person(
            number,
            f"Tester{number}",
            f"Tess{district}{number}",
            (f"{1 + (number - first) // 2} {street}", "London"),
            district=district,
        )
        for number in range(first, first + people)
    ]


def as_text(people: Iterable[Person], *, delimiter: str = "\t", newline: str = "\r\n") -> str:
    return "".join(delimiter.join(cells) + newline for cells in (HEADER, *(person.cells() for person in people)))


def write(path: Path, people: Iterable[Person]) -> Path:
    path.write_bytes(as_text(people).encode("cp1252"))
    return path


def shuffled(path: Path, to: Path) -> Path:
    """The same rows in another order."""
    header, *rows = path.read_bytes().splitlines(keepends=True)
    random.Random(7).shuffle(rows)
    to.write_bytes(header + b"".join(rows))
    return to


def bring_in(*files: Path, at: datetime = AT, **wishes: Any) -> RegisterImport:
    """Import `files` as the page or the command does; returns the record with its report."""
    asked = runs.ask(filename=", ".join(file.name for file in files), at=at, **wishes)
    return runs.carry_out(import_id=asked.pk, sources=[Source(file, file.name) for file in files], at=at)


@contextmanager
def import_running() -> Iterator[None]:
    """Another process imports meanwhile: its transaction has the lock of all imports."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [locks.NAMESPACE, locks.ALL_IMPORTS])
        yield
    finally:
        other.rollback()
        other.close()


def written_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of electorate and progress with its place in the file and the transaction that wrote it."""
    with connection.cursor() as cursor:
        found = {}
        for model in apps.get_app_config("canvassing").get_models():
            if model.__module__ in SLICES:
                table = model._meta.db_table
                cursor.execute(f"SELECT ctid::text, xmin::text, row_to_json(t)::text FROM {table} t ORDER BY 3")
                found[model.__name__] = cursor.fetchall()
    return found
