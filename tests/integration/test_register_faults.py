"""Imports cut off: killed, without their database, cancelled. The register is wholly as before, or wholly new."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils.timezone import now

from canvassing.electorate.models import Elector
from canvassing.progress.models import ElectorState
from canvassing.register import locks, runs
from canvassing.register.layouts import Change
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source
from tests.factories.register import Person, as_text, bring_in, street_of, write, written_rows
from tests.factories.register_layouts import UPDATE, write_rows
from tests.imports import (
    DOORS,
    ELECTORS,
    ENDING,
    MOMENTS,
    READING,
    ended,
    held,
    no_lock_is_left,
    somebody_waits,
    start_command,
    wait_until,
)
from tests.races import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

# Everything a person could tell apart, without keys: an import that was cut off has used up some.
THE_REGISTER = (
    """
    SELECT district.code, elector.edition, elector.number, elector.suffix, elector.surname, elector.forename,
           elector.marker, elector.gone_at IS NULL, household.label, street.name, state.living
    FROM canvassing_elector elector
    JOIN canvassing_pollingdistrict district ON district.id = elector.polling_district_id
    LEFT JOIN canvassing_household household ON household.id = elector.household_id
    LEFT JOIN canvassing_street street ON street.id = household.street_id
    LEFT JOIN canvassing_electorstate state ON state.elector_id = elector.id
    ORDER BY 1, 2, 3, 4, 5, 6, 8
    """,
    """
    SELECT district.code, street.name, household.label, household.postcode, household.origin, state.standing
    FROM canvassing_household household
    JOIN canvassing_street street ON street.id = household.street_id
    JOIN canvassing_pollingdistrict district ON district.id = street.polling_district_id
    LEFT JOIN canvassing_householdstate state ON state.household_id = household.id
    ORDER BY 1, 2, 3
    """,
    """
    SELECT district.code, sum(doors), sum(electors) FROM canvassing_dailydelta delta
    JOIN canvassing_pollingdistrict district ON district.id = delta.polling_district_id GROUP BY 1 ORDER BY 1
    """,
)
END_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid IN (
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s
)
"""
PEOPLE = street_of(600)


@dataclass(frozen=True)
class Case:
    """What is on the register before, and the file that comes."""

    before: Sequence[Person]
    write: Callable[[Path], Path]


def next_month() -> list[Person]:
    """A tenth has left, some are renamed, some moved within the street, and another district has come."""
    stay = [person for person in PEOPLE if int(person.number) % 10]
    married = [replace(person, surname=f"Married{person.number}") for person in stay[:40]]
    moved = [replace(person, address=(f"{900 + int(person.number)} Test Street", "London")) for person in stay[40:80]]
    return [*married, *moved, *stay[80:], *street_of(100, district="TB")]


def changes() -> list[tuple[Change, Person]]:
    """600 rows of an update: some marry, some leave, most come."""
    come = [(Change.ADD, person) for person in street_of(520, street="New Road", first=601)]
    marry = [(Change.AMEND, replace(person, surname=f"Married{person.number}")) for person in PEOPLE[:40]]
    return [*come, *marry, *((Change.DELETE, person) for person in PEOPLE[100:140])]


CASES = {
    "a first load": Case([], lambda folder: write(folder / "new.tsv", PEOPLE)),
    "a full re-import": Case(PEOPLE, lambda folder: write(folder / "new.tsv", next_month())),
    "an update": Case(PEOPLE, lambda folder: write_rows(folder / "new.csv", UPDATE["eros_update"](changes()))),
}


def the_register() -> list[list[tuple[Any, ...]]]:
    found = []
    for statement in THE_REGISTER:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            found.append(cursor.fetchall())
    return found


def as_without_a_fault(file: Path) -> list[list[tuple[Any, ...]]]:
    """The register that `file` makes; nothing of it stays."""
    with transaction.atomic():
        record = bring_in(file, at=now())
        assert record.state == "done", record.report
        found = the_register()
        transaction.set_rollback(True)
    RegisterImport.objects.filter(pk=record.pk).delete()
    return found


def has_before(case: Case, folder: Path) -> None:
    if case.before:
        assert bring_in(write(folder / "before.tsv", case.before), at=now()).state == "done"


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", CASES)
def test_killed_at_any_moment_the_register_is_as_before_and_the_next_import_makes_it_whole(
    tmp_path: Path, name: str, moment: str
) -> None:
    case = CASES[name]
    has_before(case, tmp_path)
    file = case.write(tmp_path)
    whole, before = as_without_a_fault(file), written_rows()
    with held(moment):
        process = start_command(file)
        wait_until(somebody_waits)
        process.kill()
        ended(process)
    wait_until(no_lock_is_left)
    assert written_rows() == before
    again = bring_in(file, at=now())
    assert (again.state, the_register()) == ("done", whole)


@pytest.mark.parametrize("moment", [READING, ELECTORS, ENDING])
def test_a_connection_that_is_lost_is_one_sentence_and_the_register_as_before(tmp_path: Path, moment: str) -> None:
    case = CASES["a full re-import"]
    has_before(case, tmp_path)
    file = case.write(tmp_path)
    whole, before = as_without_a_fault(file), written_rows()
    with held(moment):
        process = start_command(file)
        wait_until(somebody_waits)
        with connection.cursor() as cursor:
            cursor.execute(END_ALL, [locks.NAMESPACE])
            assert cursor.rowcount
    status, said, complained = ended(process)
    assert (status, said) == (1, "")
    assert complained == "CommandError: The database failed (OperationalError). The register is as it was.\n"
    wait_until(no_lock_is_left)
    assert written_rows() == before
    again = bring_in(file, at=now())
    assert (again.state, the_register()) == ("done", whole)


def test_a_connection_that_is_lost_is_told_as_json_too(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "before.tsv", PEOPLE), at=now())
    file = write(tmp_path / "new.tsv", next_month())
    with held(ELECTORS):
        process = start_command(file, "--json")
        wait_until(somebody_waits)
        with connection.cursor() as cursor:
            cursor.execute(END_ALL, [locks.NAMESPACE])
    status, said, _ = ended(process)
    told = json.loads(said)
    assert (status, told["electors"]["total"], len(told["problems"])) == (1, 600, 1)
    assert "The register is as it was." in told["problems"][0]["reason"]


def uploaded(people: Sequence[Person]) -> RegisterImport:
    upload = SimpleUploadedFile("new.tsv", as_text(people).encode("cp1252"))
    return runs.ask(filename="new.tsv", at=now(), upload=upload)


def in_a_thread(threads: ThreadPoolExecutor, record: RegisterImport) -> "Future[RegisterImport]":
    def run() -> RegisterImport:
        try:
            source = Source(Path(record.upload.path), record.filename)
            return runs.carry_out(import_id=record.pk, sources=[source], at=now())
        finally:
            connection.close()

    return threads.submit(run)


def has_read_some(record: RegisterImport) -> bool:
    return RegisterImport.objects.filter(pk=record.pk, rows_read__gt=0).exists()


def assert_cancelled(running: "Future[RegisterImport]", record: RegisterImport, stored: Path, before: object) -> None:
    assert running.result(timeout=PATIENCE).state == "cancelled"
    record.refresh_from_db()
    assert (record.state, record.upload.name, stored.exists()) == ("cancelled", "", False)
    assert written_rows() == before
    assert no_lock_is_left()


def test_cancelled_while_rows_are_read(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "before.tsv", street_of(100)), at=now())
    record, before = uploaded(street_of(20_000)), written_rows()
    stored = Path(record.upload.path)
    with ThreadPoolExecutor() as threads:
        running = in_a_thread(threads, record)
        wait_until(lambda: has_read_some(record))
        runs.cancel(import_id=record.pk, by=None, at=now())
        assert_cancelled(running, record, stored, before)
    assert bring_in(write(tmp_path / "next.tsv", street_of(120)), at=now()).report["electors"]["added"] == 20


@pytest.mark.parametrize("moment", [DOORS, ELECTORS])
def test_cancelled_while_a_long_statement_runs(tmp_path: Path, moment: str) -> None:
    bring_in(write(tmp_path / "before.tsv", PEOPLE), at=now())
    record, before = uploaded(next_month()), written_rows()
    stored = Path(record.upload.path)
    with ThreadPoolExecutor() as threads, held(moment):
        running = in_a_thread(threads, record)
        wait_until(somebody_waits)
        runs.cancel(import_id=record.pk, by=None, at=now())
        assert_cancelled(running, record, stored, before)
    assert bring_in(write(tmp_path / "next.tsv", next_month()), at=now()).state == "done"
    assert Elector.objects.living().count() == ElectorState.objects.filter(living=True).count() == 640


def test_bug_interrupted_as_its_end_is_written_it_is_cancelled_and_not_cut_short(tmp_path: Path) -> None:
    """A cancel that was asked for in time, and whose interrupt comes when nothing but the end is left to write."""
    bring_in(write(tmp_path / "before.tsv", PEOPLE), at=now())
    record, before = uploaded(next_month()), written_rows()
    stored = Path(record.upload.path)
    with ThreadPoolExecutor() as threads:
        with held(ENDING):
            running = in_a_thread(threads, record)
            wait_until(somebody_waits)
            locks.interrupt(record.pk)
            wait_until(lambda: written_rows() == before and not locks.is_taken(locks.ALL_IMPORTS))
        assert_cancelled(running, record, stored, before)


def test_who_cancels_after_the_end_was_written_waits_and_hears_that_it_is_done(tmp_path: Path) -> None:
    record = uploaded(PEOPLE)
    with ThreadPoolExecutor() as threads:
        with held(ENDING):
            running = in_a_thread(threads, record)
            wait_until(somebody_waits)
            cancelling = threads.submit(cancel, record)
        assert running.result(timeout=PATIENCE).state == "done"
        cancelling.result(timeout=PATIENCE)
    record.refresh_from_db()
    assert (record.state, Elector.objects.living().count()) == ("done", 600)


def cancel(record: RegisterImport) -> None:
    try:
        runs.cancel(import_id=record.pk, by=None, at=now())
    finally:
        connection.close()


def test_cancelled_before_anybody_began(tmp_path: Path) -> None:
    record, before = uploaded(PEOPLE), written_rows()
    stored = Path(record.upload.path)
    runs.cancel(import_id=record.pk, by=None, at=now())
    record.refresh_from_db()
    assert (record.state, stored.exists()) == ("cancelled", False)
    assert runs.carry_out(import_id=record.pk, sources=[Source(stored, "new.tsv")], at=now()).state == "cancelled"
    assert written_rows() == before
