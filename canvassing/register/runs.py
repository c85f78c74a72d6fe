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
from django.db import Error, connection, transaction

from campaign.audit import trail
from campaign.foundation import unpacking
from canvassing.register import journal, known_layouts, locks, opening
from canvassing.register.importing import Wishes, import_files, names_of, nothing_imported, nothing_known
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source, UnknownHeader
from canvassing.register.report import Census, Problem, RegisterRefused, Report
from canvassing.register.tell import StoppedError, Teller
from volunteers.people.models import User

FAILURES = (Error, psycopg.Error, ImproperlyConfigured)
"""What a database that is down, broken, not prepared or not named raises."""
BUSY = "another import is running. Start again when it has ended."
State = RegisterImport.State
ACTS = {
    State.DONE: "register imported",
    State.PREVIEWED: "register import tried",
    State.REFUSED: "register import refused",
    State.CANCELLED: "register import cancelled",
}
UNDER_WAY = (State.WAITING, State.READING)
LONGEST_PREVIEW = timedelta(hours=24)


class AlreadyRunningError(Exception):
    """This very import is being carried out by another process."""


class BrokenOffError(Exception):
    """The database failed; the register is as it was. Fit to show: the database's own words may hold a row."""


def ask(
    *,
    filename: str,
    at: datetime,
    upload: "File[bytes] | None" = None,
    password: str = "",
    layout: str = "",
    council: str = "",
    edition: date | None = None,
    accept_losses: bool = False,
    dry_run: bool = False,
    asked_by: User | None = None,
) -> RegisterImport:
    """Write down that somebody wants a file imported, and keep the file.

    Raises BrokenOffError when the database failed, and OSError when the file cannot be kept.
    """
    with saying_why_it_broke(), transaction.atomic():
        return RegisterImport.objects.create(
            filename=filename[:200],
            upload=upload or "",
            password=password,
            layout=layout,
            council=council,
            edition=edition,
            accept_losses=accept_losses,
            dry_run=dry_run,
            asked_by=asked_by,
            asked_at=at,
        )


def carry_out(*, import_id: int, sources: Sequence[Source], at: datetime) -> RegisterImport:
    """Import `sources` as the record asks; returns the record with its report.

    One transaction: the register, the record's end and the audit line come together or not at all, and until then the
    record's own lock says that it is alive. A record that is not under way is returned as it is, so that this may run
    twice. Raises AlreadyRunningError, and BrokenOffError when the database failed.
    """
    with saying_why_it_broke():
        try:
            return _in_one_transaction(import_id, sources, at)
        except (Error, psycopg.Error) as error:
            if not _was_interrupted(error):
                raise
        # Interrupted as its end was being written, which went with the rest.
        record = RegisterImport.objects.select_related("asked_by").get(pk=import_id)
        cancel(import_id=import_id, by=record.asked_by, at=at)
        record.refresh_from_db()
    return record


def broken_off(error: BrokenOffError, sources: Sequence[Source]) -> dict[str, Any]:
    """The report of an import that the database ended: as that of a refused one, where the database still answers."""
    problem = Problem(names_of(sources), None, str(error))
    try:
        with transaction.atomic():
            return nothing_imported(problem).as_json()
    except FAILURES:
        return nothing_known(problem).as_json()


def confirm(*, import_id: int, by: User, at: datetime) -> bool:
    """Let an import that was previewed be carried out; returns whether it waits for that now."""
    previewed = RegisterImport.objects.filter(pk=import_id, state=State.PREVIEWED)
    changed = previewed.update(state=State.WAITING, dry_run=False, asked_by=by, asked_at=at, rows_read=0)
    return bool(changed)


def look_again(*, import_id: int, layout: str, at: datetime) -> None:
    """Preview an import anew, now that its columns are mapped in `layout`."""
    previewed = RegisterImport.objects.filter(pk=import_id, state=State.PREVIEWED)
    previewed.update(state=State.WAITING, dry_run=True, layout=layout, asked_at=at, rows_read=0)


def cancel(*, import_id: int, by: User | None, at: datetime) -> None:
    """Stop an import. One that is running ends as soon as it hears of it, and the register is as it was before."""
    RegisterImport.objects.filter(pk=import_id, state__in=UNDER_WAY).update(cancel_asked_at=at)
    with transaction.atomic():
        if locks.take(import_id):
            record = RegisterImport.objects.get(pk=import_id)
            if record.ended_at is None:
                _end(record, State.CANCELLED, record.report, at)
                _audit(record, by, at)
            return
    locks.interrupt(import_id)


def tidy(*, at: datetime) -> int:
    """Cancel what nobody has come back to for a day, so that no council's file lies about; returns how many."""
    left = RegisterImport.objects.filter(ended_at=None, asked_at__lt=at - LONGEST_PREVIEW).values_list("pk", flat=True)
    for import_id in list(left):
        cancel(import_id=import_id, by=None, at=at)
    return len(left)


@contextmanager
def saying_why_it_broke() -> Iterator[None]:
    """Raises BrokenOffError where the database failed, without what it said of a row."""
    try:
        yield
    except FAILURES as error:
        name = type(error).__name__
        if isinstance(error.__cause__, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
            why = "The database is not prepared: run `python manage.py migrate`, then start again."
        elif isinstance(error.__cause__ or error, psycopg.errors.DiskFull):
            why = "The database's disk is full. The register is as it was. Free some space, then start again."
        elif isinstance(error, ImproperlyConfigured):
            why = "DATABASE_URL names no database: it looks like postgresql://user:password@host:5432/name."
        else:
            why = f"The database failed ({name}). The register is as it was."
        raise BrokenOffError(why) from None


@transaction.atomic
def _in_one_transaction(import_id: int, sources: Sequence[Source], at: datetime) -> RegisterImport:
    if not locks.take(import_id):
        raise AlreadyRunningError
    record = RegisterImport.objects.select_related("asked_by").get(pk=import_id)
    if record.state in UNDER_WAY:
        _carry_out(record, sources, at)
    return record


def _carry_out(record: RegisterImport, sources: Sequence[Source], at: datetime) -> None:
    began = time.perf_counter()
    try:
        state, said = _outcome(record, sources, at)
    except StoppedError:
        state, said = State.CANCELLED, {}
    except (Error, psycopg.Error) as error:
        if not _was_interrupted(error):
            raise
        state, said = State.CANCELLED, {}
    if state == State.PREVIEWED:
        _wait(record, said)
    else:
        _end(record, state, said, at + timedelta(seconds=time.perf_counter() - began))
    _audit(record, record.asked_by, at)


def _outcome(record: RegisterImport, sources: Sequence[Source], at: datetime) -> tuple[State, dict[str, Any]]:
    """How the record ends, or that it waits for the agent, who is to look at its preview or to map its columns."""
    try:
        report = _import(record, sources, at)
    except UnknownHeader as unknown:
        waits = record.upload and unknown.header
        said = _refused(unknown, sources) | {"header": list(unknown.header)}
        return (State.PREVIEWED if waits else State.REFUSED), said
    except RegisterRefused as refusal:
        return State.REFUSED, _refused(refusal, sources)
    return (State.PREVIEWED if record.dry_run and record.upload else State.DONE), report.as_kept()


def _was_interrupted(error: Exception) -> bool:
    return isinstance(error, psycopg.errors.QueryCanceled) or isinstance(
        error.__cause__, psycopg.errors.QueryCanceled
    )  # fmt: skip


def _refused(refusal: RegisterRefused, sources: Sequence[Source]) -> dict[str, Any]:
    problem = replace(refusal.problem, file=refusal.problem.file or names_of(sources))
    return nothing_imported(problem).as_kept() | {"refused": str(refusal)}


def _import(record: RegisterImport, sources: Sequence[Source], at: datetime) -> Report:
    """Inside a savepoint, so that a refusal or a dry run takes back the register and leaves the record."""
    if not locks.take(locks.ALL_IMPORTS):
        raise RegisterRefused(BUSY)
    unpacking.sweep(opening.unpacked_in(), at=at)
    wishes = Wishes(record.pk, record.edition, record.accept_losses, record.council)
    known = known_layouts.known(forced=record.layout)
    with Teller(record.pk) as teller, transaction.atomic(), opening.opened(sources, known) as opened:
        teller.begin()
        last_keys = journal.begin(record.pk)
        teller.expect(sum(file.rows_expected for file in opened.files))
        report = import_files(
            opened.files, wishes=wishes, census=Census(problems=opened.problems), at=at, listener=teller
        )  # fmt: skip
        if record.dry_run:
            transaction.set_rollback(True)
        else:
            # Not at the commit: that would hold the record's row, and nobody could cancel for as long as it takes.
            connection.check_constraints()
            teller.go_on()
            record.undo = last_keys | {"districts": report.districts}
    return report


def _wait(record: RegisterImport, report: dict[str, Any]) -> None:
    """Leave the record to whoever looks at its preview."""
    record.state, record.report, record.rows_read = State.PREVIEWED, report, report.get("rows", 0)
    record.save(update_fields=["state", "report", "rows_read"])


def _end(record: RegisterImport, state: State, report: dict[str, Any], ended_at: datetime) -> None:
    """Close the record; its file goes when that is certain."""
    storage, stored = record.upload.storage, record.upload.name
    report = {name: value for name, value in report.items() if name != "header"}  # which may be a row after all
    record.state, record.report, record.ended_at, record.upload = state, report, ended_at, ""
    record.rows_read, record.password = report.get("rows", 0), ""
    record.save(update_fields=["state", "report", "undo", "ended_at", "upload", "password", "rows_read"])
    if stored:
        transaction.on_commit(lambda: storage.delete(stored))


def _audit(record: RegisterImport, actor: User | None, at: datetime) -> None:
    report = record.report
    effects = {f"electors_{name}": count for name, count in report.get("electors", {}).items()}
    facts = {name: report[name] for name in ("edition", "rows", "polling_districts") if name in report} | effects
    state = State.PREVIEWED if record.dry_run and record.state == State.DONE else State(record.state)
    refused = state in (State.REFUSED, State.PREVIEWED) and "refused" in report
    trail.record(
        act="register import refused" if refused else ACTS[state],
        actor=actor,
        at=at,
        subject=f"register-import:{record.pk}",
        facts=facts | {"losses_accepted": record.accept_losses, "tried": record.dry_run},
    )
