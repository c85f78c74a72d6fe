"""`manage.py sign_in_link EMAIL`: a way in for somebody whom no email reaches."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.timezone import now

from campaign.audit import trail
from volunteers.people import sign_in_links
from volunteers.people.models import User


class Command(BaseCommand):
    help = "Prints a link that signs EMAIL in once, good for 15 minutes. Whoever has it is that person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--site", default="http://127.0.0.1:8000", help="where the site is, default %(default)s")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"].strip(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        at = now()
        token = sign_in_links.make(user=user, at=at)
        trail.record(act="sign-in link made", actor=None, subject=f"user:{user.pk}", at=at)
        link = options["site"].rstrip("/") + reverse("volunteers:sign-in-link", args=[token])
        until = at + sign_in_links.VALID_FOR
        facts = {"email": user.email, "link": link, "valid_until": until.isoformat(timespec="seconds")}
        self.stdout.write(json.dumps(facts) if options["json"] else link)
