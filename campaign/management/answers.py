"""How the commands on streets and places answer: in words or as one JSON object; a refusal ends with status 1."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser, OutputWrapper
from django.db import Error

from canvassing.register.opening import Source
from canvassing.register.report import Problem, RegisterRefused

REFUSED = 1
PROBLEMS_SHOWN = 20
BROKEN = "The database failed ({name}). Nothing was changed. Is it there, and was `python manage.py migrate` run?"


class Report(Protocol):
    """What an act says it did."""

    @property
    def problems(self) -> Sequence[Problem]: ...

    @property
    def in_words(self) -> str: ...

    @property
    def seconds(self) -> float: ...

    def as_json(self) -> dict[str, Any]: ...


def add_arguments(parser: CommandParser) -> None:
    """The arguments that all of these commands have."""
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="do everything, report, and take it back")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def sources_of(files: Sequence[Path]) -> list[Source]:
    """A name in another encoding than ours could be neither printed nor stored."""
    return [Source(file, str(file).encode(errors="surrogateescape").decode(errors="replace")) for file in files]


def answer(
    act: Callable[[], Report],
    *,
    so_far: Callable[[], Report],
    unknown: Report,
    stdout: OutputWrapper,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Do `act` and print its report.

    When it is refused the report is that of `so_far` with the reason as its one problem; when the database failed and
    cannot be asked, that of `unknown`. Raises CommandError with status 1 then.
    """
    try:
        report = act()
    except RegisterRefused as refusal:
        if as_json:
            stdout.write(_with_problem(so_far(), refusal.problem))
        raise CommandError(f"Refused, nothing was changed: {refusal}", returncode=REFUSED) from None
    except (Error, psycopg.Error, ImproperlyConfigured) as error:  # its own words may hold a row
        reason = BROKEN.format(name=type(error).__name__)
        if as_json:
            stdout.write(_with_problem(unknown, Problem("", None, reason)))
        raise CommandError(reason, returncode=REFUSED) from None
    stdout.write(json.dumps(report.as_json()) if as_json else "\n".join(_told(report, dry_run=dry_run)))


def _with_problem(report: Report, problem: Problem) -> str:
    return json.dumps(report.as_json() | {"problems": [problem.as_json()]})


def _told(report: Report, *, dry_run: bool) -> Iterator[str]:
    yield report.in_words
    yield from map(str, report.problems[:PROBLEMS_SHOWN])
    if len(report.problems) > PROBLEMS_SHOWN:
        yield f"… and {len(report.problems) - PROBLEMS_SHOWN:,} more problems; --json lists them."
    yield f"{'Tried and taken back' if dry_run else 'Done'} in {report.seconds} s."
