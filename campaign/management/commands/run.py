"""`manage.py run [--demo]`: serves Rosette from this machine until Ctrl-C. The one owner of everything it starts."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils.timezone import now

from campaign import supervisor
from campaign.demo import people
from campaign.demo.open_walk import NoDemonstration, open_walk_code
from campaign.foundation.embedded import EmbeddedError

DEMO_PEOPLE = {"agent": people.AGENT, "organiser": people.ORGANISER, "volunteer": people.VOLUNTEER}


class Command(BaseCommand):
    help = "Serve Rosette with its database, web server, worker and clock until Ctrl-C. PORT chooses the port."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="make up a campaign first, and print ways into it")

    def handle(self, *, demo: bool, **options: Any) -> None:
        try:
            supervisor.run(
                var=settings.VAR,
                port=port(),
                prepare=self.prepare_demo if demo else self.prepare,
                announce=self.announce_demo if demo else self.announce,
            )
        except (supervisor.SupervisorError, EmbeddedError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Stopped.")

    def prepare(self) -> None:
        self.say("Preparing the database and the pages ...")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        connections.close_all()

    def prepare_demo(self) -> None:
        self.prepare()
        call_command("seed_demo", stdout=self.stdout)
        connections.close_all()

    def announce(self, address: str) -> None:
        self.say(f"\nRosette is at {address}\n\nCtrl-C stops it.")

    def announce_demo(self, address: str) -> None:
        """The address, and ways in that work once."""
        self.say(f"\nRosette is at {address}\n\nSign in once, within 15 minutes, as\n")
        for who, email in DEMO_PEOPLE.items():
            self.stdout.write(f"  {who:<10}", ending="")
            call_command("sign_in_link", email, site=address, stdout=self.stdout)
        try:
            self.say(f"\nThe volunteer's open walk: {address}d/ with the code {open_walk_code(at=now())}")
        except NoDemonstration as error:
            self.say(f"\nThere is no open walk. {error}")
        connections.close_all()
        self.say("\nCtrl-C stops it.")

    def say(self, text: str) -> None:
        """At once, also into a pipe: whoever started us waits for these lines."""
        self.stdout.write(text)
        self.stdout.flush()


def port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is a number from 1 to 65535, not {text!r}.", returncode=2)
    return int(text)
