"""`manage.py import_polling_stations FILE…`: a table says where each polling district votes."""

from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaign.management import answers
from canvassing.register import stations


class Command(BaseCommand):
    help = "Give polling districts their stations by a table with polling_district, station, address and postcode."

    def add_arguments(self, parser: CommandParser) -> None:
        answers.add_arguments(parser)

    def handle(self, *, files: list[Path], dry_run: bool, **options: Any) -> None:
        act = partial(stations.import_polling_stations, answers.sources_of(files), at=timezone.now(), dry_run=dry_run)
        answers.answer(
            act,
            so_far=stations.so_far,
            unknown=stations.StationsReport(),
            stdout=self.stdout,
            as_json=options["json"],
            dry_run=dry_run,
        )
