"""Pages of one street and of one door, and the buttons for who wants no more contact."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaign.access import Permission, needs
from campaign.audit import trail
from campaign.details.models import CampaignDetails
from canvassing.electorate.models import Elector, Street
from canvassing.electorate.objections import ObjectionError, object_to_contact, withdraw
from canvassing.insight import one_door, street_doors
from volunteers.people.presence import user_of

DOORS_A_PAGE = 100  # of the longest kind stay under 60 kB


@require_safe
@needs(Permission.BROWSE_REGISTER)
def street_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One street door by door; one that became part of another leads there."""
    streets = Street.objects.within(user_of(request).ward_ids).select_related("polling_district__ward")
    street = get_object_or_404(streets, pk=pk)
    if street.merged_into_id:
        return redirect("canvassing:street", street.merged_into_id)
    places = street_doors.walking_order(street)
    page = Paginator(places, DOORS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "street": street,
        "district": street.polling_district,
        "page": page,
        "doors": street_doors.lines(list(page.object_list), at=now()),
        "count": len(places),
    }
    return render(request, "canvassing/insight/street.html", context)


@require_safe
@needs(Permission.BROWSE_REGISTER)
@never_cache
def door_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One door with the people behind it; the trail says who looked. One that became part of another leads there."""
    at, door = now(), _door(request, pk)
    if door.merged_into_id:
        return redirect("canvassing:door", door.merged_into_id)
    trail.record(act="door looked at", actor=user_of(request), at=at, subject=f"household:{door.pk}")
    polling_day = CampaignDetails.objects.current().polling_day
    shown = one_door.sheet(door, polling_day=polling_day, at=at)
    return render(request, "canvassing/insight/door.html", {"sheet": shown, "door": door, "polling_day": polling_day})


@require_POST
@needs(Permission.BROWSE_REGISTER)
def no_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody at the door, or the whole door, wants no more contact."""
    said = "Kept. Nobody is sent there any more, and phones that have it open leave it out."
    return _objection(request, pk, object_to_contact, said)


@require_POST
@needs(Permission.BROWSE_REGISTER)
def contact_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The objection was a mistake, or is taken back."""
    return _objection(request, pk, withdraw, "Taken back. It counts again from the next walk on.")


def _objection(request: HttpRequest, pk: int, act: Any, said: str) -> HttpResponse:
    door = _door(request, pk)
    chosen = request.POST.get("elector", "")
    person = get_object_or_404(Elector.objects.living(), household=door, pk=chosen) if chosen.isdecimal() else None
    whose = {"elector": person} if person else {"household": door}
    try:
        act(**whose, by=user_of(request), at=now())
        messages.success(request, said)
    except ObjectionError as error:
        messages.error(request, str(error))
    return redirect("canvassing:door", pk)


def _door(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(one_door.doors(user_of(request).ward_ids), pk=pk)
