"""`manage.py import_postcodes FILE…`: where postcodes lie, from a public file; no lookup service is ever asked."""

from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaign.management import answers
from canvassing.register import postcode_points


class Command(BaseCommand):
    help = "Keep where postcodes lie, from Code-Point Open or the ONS Postcode Directory, unpacked or as a zip."

    def add_arguments(self, parser: CommandParser) -> None:
        answers.add_arguments(parser)

    def handle(self, *, files: list[Path], dry_run: bool, **options: Any) -> None:
        act = partial(postcode_points.import_postcodes, answers.sources_of(files), at=timezone.now(), dry_run=dry_run)
        answers.answer(
            act,
            so_far=postcode_points.so_far,
            unknown=postcode_points.PointsReport(),
            stdout=self.stdout,
            as_json=options["json"],
            dry_run=dry_run,
        )
