"""The lead's list at the meeting point: who is here, who is missing, who came without a booking."""

from datetime import datetime
from typing import Any, Protocol

import segno
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaign.access import Permission, Role, may, needs
from campaign.audit import trail
from campaign.foundation import sms
from volunteers.people import sign_in_links
from volunteers.people.models import User, Volunteer
from volunteers.people.presence import user_of
from volunteers.sessions import check_in, links
from volunteers.sessions.check_in import CheckInError
from volunteers.sessions.choosing import choice_of
from volunteers.sessions.forms import WalkUpForm
from volunteers.sessions.models import Booking, Session


def _check_in(*, booking: Booking, at: datetime) -> None:
    check_in.check_in(booking=booking, how=Booking.CheckIn.LIST, at=at)


class Act(Protocol):
    def __call__(self, *, booking: Booking, at: datetime) -> None: ...


WITH_AN_ADULT, GUARDIAN = "with", "guardian"
ACTS: dict[str, Act] = {
    "here": _check_in,
    "left": check_in.left_early,
    "missing": check_in.no_show,
    "undo": check_in.undo,
}


@require_safe
@needs(Permission.BOOK_SESSIONS)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who is down for the session, and the form for whoever is not."""
    return _page(request, _session(request, pk))


@require_POST
@needs(Permission.BOOK_SESSIONS)
def mark(request: HttpRequest, pk: int, booking: int, act: str) -> HttpResponse:
    """One person is here, gone early, missing, or none of it."""
    if act not in ACTS and act not in (WITH_AN_ADULT, GUARDIAN):
        raise Http404
    rows = _bookings(_session(request, pk))
    found = get_object_or_404(rows, pk=booking)
    try:
        if act == WITH_AN_ADULT:
            chosen = request.POST.get(f"adult-{booking}", "")
            adult = rows.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None
            check_in.goes_with(booking=found, adult=adult)
        elif act == GUARDIAN:
            check_in.guardian_agrees(booking=found, by=user_of(request), at=now())
        else:
            ACTS[act](booking=found, at=now())
    except CheckInError as error:
        messages.error(request, str(error))
    return redirect("volunteers:session-list", pk)


@require_POST
@needs(Permission.BOOK_SESSIONS)
def walk_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Add somebody and check them in, without their phone."""
    session, form = _session(request, pk), WalkUpForm(request.POST)
    if not form.is_valid():
        return _page(request, session, form=form)
    try:
        came = check_in.walk_up(session=session, by=user_of(request), at=now(), **form.person())
    except CheckInError as error:
        form.add_error(None, str(error))
        return _page(request, session, form=form)
    messages.success(request, f"{came.volunteer.known_as} is checked in.")
    return redirect("volunteers:session-list", pk)


@require_POST
@needs(Permission.BOOK_SESSIONS)
@never_cache
def sign_in_code(request: HttpRequest, pk: int, booking: int) -> HttpResponse:
    """A QR code that signs somebody in on their phone, once, for whom no code can be sent. Never into an office.

    Whoever can receive a code signs in by it: a lead is a volunteer, and must not be able to sign in as another. Nor
    behind a number that several people share, nor when the session is over.
    """
    session = _session(request, pk)
    found = get_object_or_404(_bookings(session), pk=booking, checked_in_at__isnull=False)
    user = found.volunteer.user
    office = user is not None and user.roles & {Role.ORGANISER, Role.AGENT}
    if user is None or office or not _cannot_receive_a_code(user) or not _is_alone_and_now(found, user):
        messages.error(request, "there is no sign-in for them here. Whoever gets our messages signs in with a code.")
        return redirect("volunteers:session-list", pk)
    token = sign_in_links.make(user=user, at=now())
    trail.record(act="sign-in code shown", actor=user_of(request), at=now(), subject=f"user:{user.pk}")
    link = request.build_absolute_uri(reverse("volunteers:sign-in-link", args=[token]))
    context = {"person": found.volunteer, "session": session, "qr": _qr(link)}
    return render(request, "volunteers/sessions/sign_in_code.html", context)


@require_safe
@needs(Permission.BOOK_SESSIONS)
def meeting_point_code(request: HttpRequest, pk: int) -> HttpResponse:
    """The code to hold up at the meeting point: whoever scans it checks in."""
    session = _session(request, pk)
    link = links.of_meeting_point(session)
    return render(request, "volunteers/sessions/code.html", {"session": session, "qr": _qr(link), "link": link})


def _session(request: HttpRequest, pk: int) -> Session:
    """A session that one of this user's people leads, or that they may plan; what is another's is not found."""
    user = user_of(request)
    sessions = Session.objects.select_related("lead", "ward").with_taken(now())
    led = sessions.filter(pk=pk, lead__in=Volunteer.objects.of(user)).first()
    if led is not None:
        return led
    if not may(user, Permission.PLAN_SESSIONS):
        raise Http404
    return get_object_or_404(sessions.within(user.ward_ids), pk=pk)


def _bookings(session: Session) -> QuerySet[Booking, Any]:
    """Whoever may be here: down for it, waiting, or having given the place up and come all the same."""
    rows = Booking.objects.filter(session=session, volunteer__merged_into=None, volunteer__erased_at=None)
    return rows.select_related("volunteer__user", "volunteer__adult_partner", "session").order_by(
        F("checked_in_at").desc(nulls_last=True), "volunteer__given_name", "volunteer__family_name", "pk"
    )


def _page(request: HttpRequest, session: Session, *, form: WalkUpForm | None = None) -> HttpResponse:
    rows = list(_bookings(session))
    context = {
        "session": session,
        "choice": choice_of(session),
        "expected": [row for row in rows if row.state in ("held", "confirmed") and not row.checked_in_at],
        "here": [row for row in rows if row.checked_in_at],
        "adults": [row for row in rows if row.checked_in_at and not row.left_at and not row.volunteer.is_minor],
        "others": [row for row in rows if row.state in ("waiting", "offered") and not row.checked_in_at],
        "form": form or WalkUpForm(),
        "without_a_code": {row.pk for row in rows if _cannot_receive_a_code(row.volunteer.user)},
        "begun": session.starts_at <= now(),
        "plans": may(request.user, Permission.PLAN_SESSIONS),
    }
    return render(request, "volunteers/sessions/list.html", context)


def _cannot_receive_a_code(user: User | None) -> bool:
    """Whether somebody may sign in and has only a number, to which we cannot send anything."""
    return user is not None and user.is_active and not user.email and not sms.is_available()


def _is_alone_and_now(booking: Booking, user: User) -> bool:
    """Whether the session runs, or is about to, and `user` stands for nobody but the person who is here."""
    session = booking.session
    is_on = session.starts_at - check_in.OPENS_BEFORE <= now() < session.ends_at
    return is_on and Volunteer.objects.of(user).count() == 1


def _qr(link: str) -> str:
    return segno.make(link, error="m", micro=False).svg_data_uri(scale=6, border=4, light="white")
