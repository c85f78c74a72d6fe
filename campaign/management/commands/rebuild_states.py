"""`manage.py rebuild_states [--check]`: states and totals from contacts, anew."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from canvassing.doorstep import rebuild

SHOWN = 50


class Command(BaseCommand):
    help = "Works out every door's and elector's state and every district's totals anew from the contacts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; status 1 when something differs")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_states(as_json=options["json"])
            return
        mended = rebuild.rebuild(at=now())
        words = f"Corrected: {mended['doors']} doors, {mended['electors']} electors, {mended['districts']} districts."
        self.stdout.write(json.dumps({"corrected": mended}) if options["json"] else words)

    def check_states(self, *, as_json: bool) -> None:
        found = rebuild.differences()
        if as_json:
            self.stdout.write(json.dumps({"differences": [asdict(difference) for difference in found]}))
        elif not found:
            self.stdout.write("States and totals are what the contacts say.")
        else:
            self.tell(found)
        if found:
            raise SystemExit(1)

    def tell(self, found: list[rebuild.Difference]) -> None:
        for difference in found[:SHOWN]:
            self.stdout.write(str(difference))
        if len(found) > SHOWN:
            self.stdout.write(f"and {len(found) - SHOWN} more")
        self.stdout.write("To correct them: manage.py rebuild_states")
