"""`manage.py stop`: stops everything that runs for this `var`, also what a killed process left."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign import supervisor
from campaign.foundation.embedded import EmbeddedError


class Command(BaseCommand):
    help = "Stop Rosette and the embedded PostgreSQL, also what a killed process left."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        try:
            stopped = supervisor.stop(settings.VAR)
        except (supervisor.SupervisorError, EmbeddedError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"stopped": stopped}))
        else:
            self.stdout.write(f"Stopped: {' and '.join(stopped)}." if stopped else "Nothing was running.")
