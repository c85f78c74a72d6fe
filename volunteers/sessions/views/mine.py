"""A volunteer's pages of sessions: what there is, one of them, taking a place and giving it up."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from campaign.access import Permission, needs
from volunteers.people.models import Volunteer
from volunteers.people.presence import ask_who_is_here, volunteer_of
from volunteers.sessions import booking
from volunteers.sessions.booking import BookingError, FullError
from volunteers.sessions.choosing import choice_of, choices, overlapping
from volunteers.sessions.models import Booking, Session


@require_safe
@needs(Permission.BOOK_SESSIONS)
def sessions(request: HttpRequest) -> HttpResponse:
    """What one can come to, the next first."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    return render(request, "volunteers/sessions/sessions.html", {"choices": choices(at=now(), volunteer=here)})


@require_safe
@needs(Permission.BOOK_SESSIONS)
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: where and when, and whether one has a place."""
    here = volunteer_of(request)
    return _page(request, here, pk) if here else ask_who_is_here(request)


@require_POST
@needs(Permission.BOOK_SESSIONS)
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a place, or one on the waiting list; with another session at the same time, only when asked again."""
    here, found = volunteer_of(request), get_object_or_404(Session, pk=pk)
    if here is None:
        return ask_who_is_here(request)
    clash = overlapping(volunteer=here, session=found)
    if clash and "anyway" not in request.POST:
        return _page(request, here, pk, clash=clash)
    try:
        _take(request, here, found)
    except FullError as error:
        return _page(request, here, pk, full=str(error))
    except BookingError as error:
        messages.error(request, str(error))
    return redirect("volunteers:session", pk)


def _take(request: HttpRequest, here: Volunteer, found: Session) -> None:
    if "wait" in request.POST:
        taken = booking.wait(volunteer=here, session=found, at=now())
        waits = taken.state == Booking.State.WAITING
        messages.success(request, "You are on the waiting list." if waits else "There is a place for you.")
    else:
        booking.book(volunteer=here, session=found, at=now(), confirmed=True)
        messages.success(request, "You have a place. See you there.")


@require_POST
@needs(Permission.BOOK_SESSIONS)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one's place up, whether taken, offered or waited for."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    mine = get_object_or_404(Booking.objects.select_related("session"), session=pk, volunteer=here)
    try:
        booking.cancel(booking=mine, at=now())
        messages.success(request, "Thank you for saying so. Somebody else can have the place.")
    except BookingError as error:
        messages.error(request, str(error))
    return redirect("volunteers:session", pk)


def _page(request: HttpRequest, here: Volunteer, pk: int, **context: object) -> HttpResponse:
    at = now()
    found = get_object_or_404(Session.objects.select_related("lead", "ward").with_taken(at), pk=pk)
    mine = Booking.objects.standing().filter(session=found, volunteer=here).first()
    shown = {"choice": choice_of(found, mine), "leads": found.lead_id == here.pk, "over": found.ends_at <= at}
    return render(request, "volunteers/sessions/session.html", shown | context)
