"""The organisers' first page, and the audit trail."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from campaign.access import Permission, may, needs
from campaign.audit.models import AuditEvent
from campaign.details.models import CampaignDetails
from campaign.home.navigation import places_for
from campaign.home.readiness import lacks
from canvassing.insight import coverage
from volunteers.people.models import User

SHOWN_EVENTS = 100


@require_safe
@needs(Permission.SEE_COVERAGE)
def organise(request: HttpRequest) -> HttpResponse:
    """Where the campaign stands, and a tile for every page this person may open, under its heading."""
    details = CampaignDetails.objects.current()
    context = {
        "tiles": [place for place in places_for(request.user) if place.name != "organise"],
        "headline": coverage.headline(on=localdate()),
        "lacks": lacks(details) if may(request.user, Permission.EDIT_DETAILS) else [],
    }
    return render(request, "campaign/home/organise.html", context)


@require_safe
@needs(Permission.READ_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """The newest acts, with the address behind each actor's number as long as that user exists."""
    events = list(AuditEvent.objects.newest_first()[:SHOWN_EVENTS])
    numbers = {int(number) for kind, _, number in (event.actor.partition(":") for event in events) if kind == "user"}
    addresses = dict(User.objects.filter(pk__in=numbers).values_list("pk", "email"))
    actors = {f"user:{number}": address for number, address in addresses.items()}
    rows = [(event, actors.get(event.actor, event.actor), _in_words(event)) for event in events]
    return render(request, "campaign/home/audit.html", {"rows": rows, "limit": SHOWN_EVENTS})


def _in_words(event: AuditEvent) -> list[str]:
    """The facts of an act, one after another, as somebody would say them; a fact that says nothing is left out."""
    return [f"{name.replace('_', ' ')}: {_say(fact)}" for name, fact in event.facts.items() if fact is not None]


def _say(fact: Any) -> str:
    """A yes or no as that, the members of a list in a row, and the pairs of a table each with its name."""
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, list):
        return ", ".join(map(_say, fact))
    if isinstance(fact, dict):
        return ", ".join(f"{name or 'none'} {_say(value)}" for name, value in fact.items())
    return str(fact)
