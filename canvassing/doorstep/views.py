"""The volunteer's pages: the walks in my hands, and the empty page that becomes the doorstep on a phone."""

from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from campaign.access import Permission, needs, open_to_all
from canvassing.allocation import codes, hand_back
from canvassing.allocation.models import Allocation
from canvassing.doorstep.in_hand import in_hand
from volunteers.people.models import Volunteer
from volunteers.people.presence import ask_who_is_here, user_of, volunteer_of

# Named in the page, so that a phone fetches them side by side and not one import after the other.
MODULES = sorted(
    f"doorstep/{path.name}"
    for path in (Path(__file__).parent.parent / "static" / "doorstep").glob("*.js")
    if path.stem not in {"app", "types"}
)


class SeeOther(HttpResponseRedirect):
    """Whatever was posted, the browser goes on with a GET."""

    status_code = 303


@require_safe
@needs(Permission.OPEN_DOORSTEP)
def my_walks(request: HttpRequest) -> HttpResponse:
    """What is in the hands of whoever is here."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    return render(request, "canvassing/doorstep/my_walks.html", {"walks": in_hand(volunteer=here, at=now())})


@require_POST
@needs(Permission.OPEN_DOORSTEP)
def open_on_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh code, and on to the phone page with it. It travels in the fragment: never sent, never logged."""
    try:
        code = codes.issue(allocation=_mine(request, pk), by=user_of(request), at=now())
    except codes.CodeError as error:
        messages.error(request, str(error))
        return redirect("canvassing:my-walks")
    return SeeOther(f"{reverse('canvassing:phone')}#{codes.spelled(code)}")


@require_POST
@needs(Permission.OPEN_DOORSTEP)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the walk back; its doors are free at once, and phones that have it open wipe it."""
    allocation = _mine(request, pk)
    try:
        hand_back.hand_back(allocation=allocation, by=user_of(request), at=now())
        messages.success(request, f"Thank you. {allocation.walk} is handed back; what you logged is kept.")
    except hand_back.HandBackError as error:
        messages.error(request, str(error))
    return redirect("canvassing:my-walks")


@require_safe
@open_to_all
@ensure_csrf_cookie
@cache_control(no_cache=True)
def phone(request: HttpRequest) -> HttpResponse:
    """The doorstep as a phone gets it: no doors, no names, nothing about who asks. The rest comes with a code."""
    return render(request, "canvassing/doorstep/phone.html", {"modules": MODULES})


def _mine(request: HttpRequest, pk: int) -> Allocation:
    """An allocation of one of the people this user stands for; what is another's is not found."""
    people = Volunteer.objects.of(user_of(request))
    return get_object_or_404(Allocation.objects.select_related("walk"), pk=pk, holder__in=people)
