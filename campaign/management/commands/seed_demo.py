"""`manage.py seed_demo [--electors N] [--seed S]`: a made-up campaign to look around in."""

import argparse
import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from campaign.demo import seeding


def electors(text: str) -> int:
    """A number of electors that can be spread over the wards."""
    if not text.isdecimal() or int(text) < seeding.FEWEST_ELECTORS:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from {seeding.FEWEST_ELECTORS} up")
    return int(text)


class Command(BaseCommand):
    help = (
        "Makes up a campaign: a constituency, its register, volunteers, walks, some days of canvassing. Nobody exists."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--electors", type=electors, default=seeding.ELECTORS, metavar="N")
        parser.add_argument("--seed", type=int, default=seeding.SEED, metavar="S", help="the same seed, the same rows")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        made = not seeding.is_there()
        if made:
            self.make_up(options["electors"], options["seed"], aloud=not options["json"])
        counts = asdict(seeding.count())
        seconds = round(time.monotonic() - began, 1)
        if options["json"]:
            self.stdout.write(json.dumps(counts | {"made": made, "seconds": seconds}))
            return
        words = ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in counts.items())
        happened = f"Made up in {seconds} seconds" if made else "There is a campaign already, and nothing was changed"
        self.stdout.write(f"{happened}: {words}.")

    def make_up(self, electors: int, seed: int, *, aloud: bool) -> None:
        def tell(what: str) -> None:
            if aloud:
                self.stdout.write(what)

        try:
            seeding.make_up(electors=electors, seed=seed, at=now(), tell=tell)
        except seeding.SeedError as error:
            raise CommandError(str(error)) from error
