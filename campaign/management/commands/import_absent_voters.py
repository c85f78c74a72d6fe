"""`manage.py import_absent_voters FILE…`: who votes by post or by proxy, in place of the list before."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from canvassing.electorate.models import AbsentVote
from canvassing.register import absent, known_layouts, mapping
from canvassing.register.absent import Wishes
from canvassing.register.absent_report import AbsentReport, nothing_replaced
from canvassing.register.importing import names_of
from canvassing.register.layouts import Kind
from canvassing.register.mapping import MappingError
from canvassing.register.opening import Source
from canvassing.register.report import Problem, RegisterRefused
from canvassing.register.runs import BrokenOffError

REFUSED, USAGE = 1, 2
PROBLEMS_SHOWN = 20
ASK = "-"
NOTHING = "Refused, nothing was changed"


class Command(BaseCommand):
    help = "Mark who votes by post or by proxy. All FILEs are one list, which takes the place of the one before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--kind", choices=AbsentVote.Kind.values, default="", help="of rows that do not say theirs")
        parser.add_argument("--layout", metavar="NAME", help="do not recognise the layout, take this one")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="a JSON file that says what the columns are")
        parser.add_argument("--council", default="", help="where two councils use one polling district code")
        parser.add_argument("--password", default="", help="of a locked archive; - asks for it")
        parser.add_argument("--accept-losses", action="store_true", help="even if much of it meets nobody, or is lost")
        parser.add_argument("--dry-run", action="store_true", help="do everything, report, and take it back")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, files: list[Path], **options: Any) -> None:
        began = time.perf_counter()
        password = getpass("Password of the archive: ") if options["password"] == ASK else options["password"]
        sources = [Source(file, os.fsencode(file).decode(errors="replace"), password) for file in files]
        try:
            report = self._replace(sources, **options)
        except RegisterRefused as refusal:
            self._refuse(absent.named_in(refusal, sources), f"{NOTHING}: {refusal}", as_json=options["json"])
        except BrokenOffError as error:
            self._refuse(Problem(names_of(sources), None, str(error)), str(error), as_json=options["json"])
        else:
            report = replace(report, seconds=time.perf_counter() - began)
            told = json.dumps(report.as_json()) if options["json"] else "\n".join(_in_words(report, options["dry_run"]))
            self.stdout.write(told)

    def _replace(self, sources: list[Source], **options: Any) -> AbsentReport:
        at = timezone.now()
        wishes = Wishes(
            layout=self._layout(options["layout"], options["mapping"], at),
            kind=options["kind"],
            council=options["council"],
            accept_losses=options["accept_losses"],
            dry_run=options["dry_run"],
        )
        return absent.replace_list(sources=sources, wishes=wishes, by=None, at=at)

    def _layout(self, name: str | None, mapping_file: Path | None, at: datetime) -> str:
        """The name of the layout to take; a mapping file is kept under the name it gives itself."""
        if mapping_file is not None:
            try:
                return absent.save_layout(mapping=mapping.read(mapping_file), by=None, at=at).name
            except MappingError as error:
                raise CommandError(f"{NOTHING}: {error}", returncode=REFUSED) from None
        layouts = known_layouts.layouts().values() if name else []
        known = [layout.name for layout in layouts if layout.kind == Kind.ABSENT]
        if name and name not in known:
            raise CommandError(f"there is no layout {name}. Choose from {', '.join(sorted(known))}.", returncode=USAGE)
        return name or ""

    def _refuse(self, problem: Problem, reason: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(nothing_replaced(problem).as_json()))
        raise CommandError(reason, returncode=REFUSED) from None


def _in_words(report: AbsentReport, dry_run: bool) -> Iterator[str]:
    said = report.as_json()
    yield f"Layout {said['layout']}, {said['encoding']}: {said['rows']:,} rows."
    yield (
        f"{said['postal']:,} postal votes, {said['proxy']:,} proxy votes, {said['postal_proxy']:,} postal proxy votes: "
        f"{said['added']:,} added, {said['changed']:,} changed, {said['removed']:,} removed, "
        f"{said['unchanged']:,} unchanged."
    )
    yield f"{said['unmatched']:,} rows have an elector number that nobody on the register has."
    problems = said["problems"]
    for problem in problems[:PROBLEMS_SHOWN]:
        yield f"{problem['file']}, line {problem['line']}: {problem['reason']}"
    if len(problems) > PROBLEMS_SHOWN:
        yield f"… and {len(problems) - PROBLEMS_SHOWN:,} more problems; --json lists them."
    yield f"{'Tried and taken back' if dry_run else 'Brought in'} in {said['seconds']} s."
