#!/usr/bin/env python
"""Runs one command. Without DATABASE_URL it works on the embedded database, and starts it where it does not run.

The server is left running for the next command; `manage.py stop` stops it.
"""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from campaign.foundation import embedded

WITHOUT_DATABASE = {"check", "collectstatic", "help", "run", "stop", "version"}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")

    if not os.environ.get("DATABASE_URL") and needs_database(arguments):
        try:
            embedded.ensure_running(settings.VAR)
        except embedded.EmbeddedError as error:
            sys.exit(str(error))
    execute_from_command_line(["manage.py", *arguments])


def needs_database(arguments: list[str]) -> bool:
    asks_for_help = not arguments or {"-h", "--help", "--version"} & set(arguments)
    return not asks_for_help and arguments[0] not in WITHOUT_DATABASE


if __name__ == "__main__":
    main(sys.argv[1:])
