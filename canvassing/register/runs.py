"""Asking for an import and carrying it out: its record, its lock, its line in the audit trail, its file's end."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.db import Error, transaction

from campaign.audit import trail
from canvassing.register import locks
from canvassing.register.importing import Wishes, import_files, names_of, nothing_imported, nothing_known, open_files
from canvassing.register.layouts import Layout
from canvassing.register.models import RegisterImport
from canvassing.register.report import Problem, RegisterRefused, Report
from canvassing.register.rows import Source
from canvassing.register.tell import Teller
from volunteers.people.models import User

FAILURES = (Error, psycopg.Error, ImproperlyConfigured)
"""What a database that is down, broken, not prepared or not named raises."""
BUSY = "another import is running. Start again when it has ended."
ACTS = {
    (RegisterImport.State.DONE, False): "register imported",
    (RegisterImport.State.DONE, True): "register import tried",
    (RegisterImport.State.REFUSED, False): "register import refused",
    (RegisterImport.State.REFUSED, True): "register import refused when tried",
}


class AlreadyRunningError(Exception):
    """This very import is being carried out by another process."""


class BrokenOffError(Exception):
    """The database failed; the register is as it was. Fit to show: the database's own words may hold a row."""


def ask(
    *,
    filename: str,
    at: datetime,
    upload: "File[bytes] | None" = None,
    edition: date | None = None,
    accept_losses: bool = False,
    dry_run: bool = False,
    asked_by: User | None = None,
) -> RegisterImport:
    """Write down that somebody wants a file imported. Raises BrokenOffError when the database failed."""
    with _saying_why_it_broke():
        return RegisterImport.objects.create(
            filename=filename[:200],
            upload=upload or "",
            edition=edition,
            accept_losses=accept_losses,
            dry_run=dry_run,
            asked_by=asked_by,
            asked_at=at,
        )


def carry_out(
    *, import_id: int, sources: Sequence[Source], at: datetime, layout: Layout | None = None
) -> RegisterImport:
    """Import `sources` as the record asks; returns the record, done or refused, with its report.

    One transaction: the register, the record's end and the audit line come together or not at all, and until then the
    record's own lock says that it is alive. A record that has ended is returned as it is, so that this may run twice.
    Raises AlreadyRunningError, and BrokenOffError when the database failed.
    """
    with _saying_why_it_broke(), transaction.atomic():
        if not locks.take(import_id):
            raise AlreadyRunningError
        record = RegisterImport.objects.select_related("asked_by").get(pk=import_id)
        if record.ended_at is None:
            _carry_out(record, sources, layout, at)
    return record


def broken_off(error: BrokenOffError, sources: Sequence[Source]) -> dict[str, Any]:
    """The report of an import that the database ended: as that of a refused one, where the database still answers."""
    problem = Problem(names_of(sources), None, str(error))
    try:
        with transaction.atomic():
            return nothing_imported(problem).as_json()
    except FAILURES:
        return nothing_known(problem).as_json()


def give_up(*, import_id: int, by: User, at: datetime) -> None:
    """End an import that was cut short, and delete its file. One that is running goes on."""
    with transaction.atomic():
        if not locks.take(import_id):
            return
        record = RegisterImport.objects.get(pk=import_id)
        if record.ended_at is None:
            _end(record, RegisterImport.State.REFUSED, {"refused": "Given up."}, at)
            _audit(record, by, at)


@contextmanager
def _saying_why_it_broke() -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        name = type(error).__name__
        if isinstance(error.__cause__, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
            why = "The database is not prepared: run `python manage.py migrate`, then start again."
        elif isinstance(error, ImproperlyConfigured):
            why = "DATABASE_URL names no database: it looks like postgresql://user:password@host:5432/name."
        else:
            why = f"The database failed ({name}). The register is as it was."
        raise BrokenOffError(why) from None


def _carry_out(record: RegisterImport, sources: Sequence[Source], layout: Layout | None, at: datetime) -> None:
    began = time.perf_counter()
    wishes = Wishes(layout, record.edition, record.accept_losses)
    try:
        report = _import(record, sources, wishes, at)
    except RegisterRefused as refusal:
        problem = replace(refusal.problem, file=refusal.problem.file or names_of(sources))
        state, said = RegisterImport.State.REFUSED, nothing_imported(problem).as_json() | {"refused": str(refusal)}
    else:
        state, said = RegisterImport.State.DONE, report.as_json()
    _end(record, state, said, at + timedelta(seconds=time.perf_counter() - began))
    _audit(record, record.asked_by, at)


def _import(record: RegisterImport, sources: Sequence[Source], wishes: Wishes, at: datetime) -> Report:
    """Inside a savepoint, so that a refusal or a dry run takes back the register and leaves the record."""
    if not locks.take(locks.ALL_IMPORTS):
        raise RegisterRefused(BUSY)
    with Teller(record.pk) as teller, transaction.atomic():
        teller.begin()
        files = open_files(sources, wishes.layout)
        teller.expect(sum(file.rows_expected for file in files))
        report = import_files(files, wishes=wishes, at=at, listener=teller)
        if record.dry_run:
            transaction.set_rollback(True)
    return report


def _end(record: RegisterImport, state: RegisterImport.State, report: dict[str, Any], ended_at: datetime) -> None:
    """Close the record; its file goes when that is certain."""
    storage, stored = record.upload.storage, record.upload.name
    record.state, record.report, record.ended_at, record.upload = state, report, ended_at, ""
    record.rows_read = report.get("rows", 0)
    record.save(update_fields=["state", "report", "ended_at", "upload", "rows_read"])
    if stored:
        transaction.on_commit(lambda: storage.delete(stored))


def _audit(record: RegisterImport, actor: User | None, at: datetime) -> None:
    report = record.report
    effects = {f"electors_{name}": count for name, count in report.get("electors", {}).items()}
    facts = {name: report[name] for name in ("edition", "rows", "polling_districts") if name in report} | effects
    trail.record(
        act=ACTS[RegisterImport.State(record.state), record.dry_run],
        actor=actor,
        at=at,
        subject=f"register-import:{record.pk}",
        facts=facts | {"losses_accepted": record.accept_losses},
    )
