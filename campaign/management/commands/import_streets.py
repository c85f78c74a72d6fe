"""`manage.py import_streets FILE…`: streets and doors before there is a register, or beside it."""

import math
from argparse import ArgumentTypeError
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaign.areas.points import Box
from campaign.management import answers
from canvassing.register import streets

SIDES = 4


class Command(BaseCommand):
    help = "Make streets from a list: a table with doors, one name a line, or Ordnance Survey's Open Names."

    def add_arguments(self, parser: CommandParser) -> None:
        answers.add_arguments(parser)
        parser.add_argument("--district", default="", metavar="CODE", help="where streets lie of which no file says it")
        parser.add_argument(
            "--box", type=_box, metavar="WEST,SOUTH,EAST,NORTH",
            help="which part of Open Names, in metres of the National Grid; without it, around the wards' outlines",
        )  # fmt: skip

    def handle(self, *, files: list[Path], dry_run: bool, **options: Any) -> None:
        act = partial(
            streets.import_streets,
            answers.sources_of(files),
            at=timezone.now(),
            district=options["district"],
            box=options["box"],
            dry_run=dry_run,
        )
        answers.answer(
            act,
            so_far=streets.so_far,
            unknown=streets.StreetsReport(),
            stdout=self.stdout,
            as_json=options["json"],
            dry_run=dry_run,
        )


def _box(text: str) -> Box:
    try:
        sides = [float(side) for side in text.split(",")]
    except ValueError:
        sides = []
    if len(sides) != SIDES or not all(map(math.isfinite, sides)):
        raise ArgumentTypeError("a box is four numbers: WEST,SOUTH,EAST,NORTH, such as 529000,184000,533000,188000")
    west, south, east, north = sides
    if west >= east or south >= north:
        raise ArgumentTypeError("west comes before east in a box, and south before north")
    return west, south, east, north
