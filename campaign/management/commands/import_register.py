"""`manage.py import_register FILE…`: a council's full register becomes the register, or is refused with the line."""

import json
import os
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import date, datetime
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from canvassing.register import editions, known_layouts, mapping, runs
from canvassing.register.mapping import MappingError
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source

REFUSED, USAGE = 1, 2
PROBLEMS_SHOWN = 20
ASK = "-"


class Command(BaseCommand):
    help = "Import a council's register, full or update. All FILEs are one import: one transaction, one report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--layout", metavar="NAME", help="do not recognise the layout, take this one")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="a JSON file that says what the columns are")
        parser.add_argument("--council", default="", help="where two councils use one polling district code")
        parser.add_argument("--password", default="", help="of a locked archive; - asks for it")
        parser.add_argument("--edition", type=_edition, metavar="YYYY-MM-DD", help="the 1 December the numbers begin")
        parser.add_argument("--accept-losses", action="store_true", help="even if many electors would be gone")
        parser.add_argument("--dry-run", action="store_true", help="do everything, report, and take it back")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, files: list[Path], **options: Any) -> None:
        began = time.perf_counter()
        password = getpass("Password of the archive: ") if options["password"] == ASK else options["password"]
        sources = [Source(file, _shown(file), password) for file in files]
        try:
            record = self._carry_out(sources, **options)
        except runs.BrokenOffError as error:
            if options["json"]:
                self.stdout.write(json.dumps(runs.broken_off(error, sources)))
            raise CommandError(str(error), returncode=REFUSED) from None
        self._tell(record, seconds=round(time.perf_counter() - began, 2), as_json=options["json"])

    def _carry_out(self, sources: list[Source], **options: Any) -> RegisterImport:
        at = timezone.now()
        asked = runs.ask(
            filename=", ".join(Path(source.name).name for source in sources),
            edition=options["edition"],
            layout=self._layout(options["layout"], options["mapping"], at),
            council=options["council"],
            accept_losses=options["accept_losses"],
            dry_run=options["dry_run"],
            at=at,
        )
        return runs.carry_out(import_id=asked.pk, sources=sources, at=at)

    def _layout(self, name: str | None, mapping_file: Path | None, at: datetime) -> str:
        """The name of the layout to take; a mapping file is kept under the name it gives itself."""
        if mapping_file is not None:
            try:
                return known_layouts.save(mapping=mapping.read(mapping_file), by=None, at=at).name
            except MappingError as error:
                raise CommandError(f"Refused, nothing was imported: {error}", returncode=REFUSED) from None
        known = known_layouts.layouts() if name else {}
        if name and name not in known:
            raise CommandError(f"there is no layout {name}. Choose from {', '.join(sorted(known))}.", returncode=USAGE)
        return name or ""

    def _tell(self, record: RegisterImport, *, seconds: float, as_json: bool) -> None:
        report = record.report | {"seconds": seconds}  # with the commit, which the record cannot know
        for only_shown_on_the_page in ("page", "header"):
            report.pop(only_shown_on_the_page, None)
        refused = report.pop("refused", None)
        if as_json:
            self.stdout.write(json.dumps(report))
        if refused:
            raise CommandError(f"Refused, nothing was imported: {refused}", returncode=REFUSED)
        if not as_json:
            self.stdout.write("\n".join(_in_words(report, dry_run=record.dry_run)))


def _shown(file: Path) -> str:
    """The file's name as text: a name in another encoding than ours could be neither printed nor stored."""
    return os.fsencode(file).decode(errors="replace")


def _edition(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date like 2026-12-01") from None
    if not editions.is_edition(day):
        raise ArgumentTypeError("an edition is named by the 1 December its numbers begin")
    return day


def _in_words(report: dict[str, Any], *, dry_run: bool) -> Iterator[str]:
    yield f"Layout {report['layout']}, {report['encoding']}, edition {report['edition']}."
    yield (
        f"{report['rows']:,} rows in {report['polling_districts']:,} polling districts, {report['attainers']:,} "
        f"attainers, {report['without_address']:,} without address."
    )
    yield "Markers: " + ", ".join(f"{marker or 'none'} {count:,}" for marker, count in report["markers"].items()) + "."
    electors = report["electors"]
    yield (
        f"Electors: {electors['added']:,} added, {electors['changed']:,} changed, {electors['gone']:,} gone, "
        f"{electors['unchanged']:,} unchanged; {electors['total']:,} on the register."
    )
    for name in ("households", "streets"):
        yield f"{name.capitalize()}: {report[name]['added']:,} added, {report[name]['total']:,} in all."
    if report["review"]:
        yield f"{report['review']:,} questions wait for an answer in the review queue."
    problems = report["problems"]
    for problem in problems[:PROBLEMS_SHOWN]:
        yield f"{problem['file']}, line {problem['line']}: {problem['reason']}"
    if len(problems) > PROBLEMS_SHOWN:
        yield f"… and {len(problems) - PROBLEMS_SHOWN:,} more problems; --json lists them."
    yield f"{'Tried and taken back' if dry_run else 'Imported'} in {report['seconds']} s."
