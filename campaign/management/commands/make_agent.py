"""`manage.py make_agent EMAIL`: the first agent, or another one."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils.timezone import now

from campaign.access import Role
from volunteers.people import roles
from volunteers.people.models import User


class Command(BaseCommand):
    help = "Makes EMAIL an agent, who may do everything; the user is made when the address is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        email: str = options["email"].strip()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an email address.") from error
        made = not User.objects.filter(email__iexact=email).exists()
        try:
            roles.give(email=email, role=Role.AGENT, actor=None, at=now())
        except roles.RoleError as error:
            raise CommandError(str(error)) from error
        facts = {"email": email.lower(), "made": made, "role": Role.AGENT.value}
        words = f"{email.lower()} is an agent now. To sign in without email: manage.py sign_in_link {email.lower()}"
        self.stdout.write(json.dumps(facts) if options["json"] else words)
