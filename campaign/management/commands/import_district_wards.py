"""`manage.py import_district_wards FILE…`: a table says which ward each polling district lies in."""

from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaign.management import answers
from canvassing.register import district_wards


class Command(BaseCommand):
    help = "Put polling districts in their wards by a table with the columns polling_district and ward."

    def add_arguments(self, parser: CommandParser) -> None:
        answers.add_arguments(parser)

    def handle(self, *, files: list[Path], dry_run: bool, **options: Any) -> None:
        act = partial(
            district_wards.import_district_wards, answers.sources_of(files), at=timezone.now(), dry_run=dry_run
        )
        answers.answer(
            act,
            so_far=district_wards.so_far,
            unknown=district_wards.WardsReport(),
            stdout=self.stdout,
            as_json=options["json"],
            dry_run=dry_run,
        )
