"""The organisers' first page, and the audit trail."""

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
    """Where the campaign stands, and a tile for every page this person may open."""
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
    """The facts of an act, one after another, with the members of a list named in a row."""
    shown = {name: ", ".join(map(str, fact)) if isinstance(fact, list) else fact for name, fact in event.facts.items()}
    return [f"{name.replace('_', ' ')}: {fact}" for name, fact in shown.items()]
