"""What links in messages open: a page with one button. Mail scanners follow links; only a press acts."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaign.access import Role, open_to_all
from volunteers.people.presence import is_here, volunteer_of
from volunteers.sessions import booking as acts
from volunteers.sessions import links
from volunteers.sessions.booking import BookingError, FullError
from volunteers.sessions.check_in import CheckInError, check_in_at
from volunteers.sessions.check_in import check_in as check_in_act
from volunteers.sessions.choosing import choice_of
from volunteers.sessions.models import Booking, Session
from volunteers.sessions.waiting_list import OFFER_RAN_OUT

Act = Callable[[HttpRequest, Booking], None]


@require_safe
@open_to_all
@never_cache
def booking(request: HttpRequest, token: str) -> HttpResponse:
    """One booking as it stands, with the ways on."""
    found = links.booking_of(token)
    return _shown(request, found, token, "booking") if found else _dead(request)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """ "Yes, I come"; for the friend who comes along as well."""
    return _act(request, token, "confirm", _confirm)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@never_cache
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """ "I can't come"."""
    return _act(request, token, "cancel", _cancel)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@never_cache
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """ "I'm here"; whoever has the message has the address, so it signs in as well, but never into an office."""
    return _act(request, token, "check-in", _check_in)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@never_cache
def meeting_point(request: HttpRequest, token: str) -> HttpResponse:
    """What the code at the meeting point opens: for whoever is signed in one button, for others the ways in."""
    session = links.session_of(token)
    if session is None:
        return _dead(request)
    here = volunteer_of(request) if request.user.is_authenticated else None
    if request.method == "POST" and here is not None:
        try:
            check_in_at(session=session, volunteer=here, how=Booking.CheckIn.QR, at=now())
            messages.success(request, "You are checked in. Ask the lead for a walk.")
        except CheckInError as error:
            messages.error(request, str(error))
        return redirect("volunteers:meeting-point", token)
    mine = Booking.objects.filter(session=session, volunteer=here).first() if here else None
    shown = Session.objects.with_taken(now()).get(pk=session.pk)
    context = {"choice": choice_of(shown, mine), "here": here, "token": token}
    return render(request, "volunteers/sessions/meeting_point.html", context)


def _act(request: HttpRequest, token: str, page: str, act: Act) -> HttpResponse:
    found = links.booking_of(token)
    if found is None:
        return _dead(request)
    if request.method != "POST":
        return _shown(request, found, token, page)
    try:
        act(request, found)
    except FullError as error:
        messages.error(request, str(error))
        return _shown(request, found, token, page, full=True)
    except (BookingError, CheckInError) as error:
        messages.error(request, str(error))
    return redirect("volunteers:booking", token)


def _confirm(request: HttpRequest, found: Booking) -> None:
    """With `wait`, a place on the waiting list instead, where somebody else has the place by now."""
    if "wait" in request.POST:
        acts.wait(volunteer=found.volunteer, session=found.session, at=now())
        messages.success(request, "You are on the waiting list.")
        return
    acts.confirm(booking=found, at=now())
    try:
        for along in _along(found):
            acts.confirm(booking=along, at=now())
    except FullError:
        messages.warning(request, f"{along.volunteer.given_name} had no confirmed place and it is taken by now.")
    messages.success(request, "Confirmed. See you there.")


def _along(found: Booking) -> list[Booking]:
    """Places kept for others behind the same address in this session: the friend who comes along."""
    if found.volunteer.user_id is None:
        return []
    others = Booking.objects.filter(session=found.session, volunteer__user=found.volunteer.user_id).order_by("pk")
    return list(others.filter(state=Booking.State.HELD).exclude(pk=found.pk).select_related("session", "volunteer"))


def _cancel(request: HttpRequest, found: Booking) -> None:
    acts.cancel(booking=found, at=now())
    messages.success(request, "Thank you for saying so. Somebody else can have the place.")


def _check_in(request: HttpRequest, found: Booking) -> None:
    """Only the press that checks in signs in: a link found or passed on later opens nothing."""
    at = now()
    done = check_in_act(booking=found, how=Booking.CheckIn.LINK, at=at)
    user = found.volunteer.user
    first = done.checked_in_at == at
    if first and user is not None and user.is_active and not user.roles & {Role.ORGANISER, Role.AGENT}:
        if not request.user.is_authenticated:
            get_adapter().login(request, user)
        if request.user == user:
            is_here(request, found.volunteer)
    messages.success(request, "You are checked in. Ask the lead for a walk.")


def _shown(request: HttpRequest, found: Booking, token: str, page: str, **context: object) -> HttpResponse:
    at = now()
    session = Session.objects.select_related("lead", "ward").with_taken(at).get(pk=found.session_id)
    shown = {"choice": choice_of(session, found), "token": token, "over": session.ends_at <= at, "page": page}
    ran_out = found.state == Booking.State.CANCELLED and found.cancelled_because == OFFER_RAN_OUT
    shown |= {"kept": found.takes_a_place(at), "ran_out": ran_out, "person": found.volunteer}
    return render(request, "volunteers/sessions/booking.html", shown | context)


def _dead(request: HttpRequest) -> HttpResponse:
    return render(request, "parts/_dead_link.html", status=410)
