"""The organiser's pages of sessions: what is planned and where people are missing, one session, and changing it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.access import Permission, needs
from volunteers.people.presence import user_of
from volunteers.sessions import booking, planning
from volunteers.sessions.booking import BookingError
from volunteers.sessions.choosing import choice_of
from volunteers.sessions.forms import CancelForm, PutInForm, SessionForm, TakeOutForm
from volunteers.sessions.models import Booking, Session
from volunteers.sessions.planning import SessionError

A_PAGE = 30


@require_safe
@needs(Permission.PLAN_SESSIONS)
def sessions(request: HttpRequest) -> HttpResponse:
    """What is planned, the next first; or what is past."""
    at, past = now(), request.GET.get("show") == "past"
    mine = Session.objects.select_related("ward", "lead").within(user_of(request).ward_ids).with_taken(at)
    page = Paginator(mine.past(at) if past else mine.upcoming(at), A_PAGE).get_page(request.GET.get("page"))
    choices = [choice_of(session) for session in page.object_list]
    context = {"page": page, "choices": choices, "past": past, "kept": "show=past&" if past else ""}
    return render(request, "volunteers/sessions/plan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PLAN_SESSIONS)
def new(request: HttpRequest) -> HttpResponse:
    """Plan a session, from nothing or as a copy of one."""
    wards = user_of(request).ward_ids
    copied = request.GET.get("copy", "")
    template = (
        Session.objects.within(wards).filter(pk=copied).first() if copied.isdecimal() and len(copied) < 19 else None
    )
    instance = planning.copy_of(template) if template else Session()
    form = SessionForm(request.POST or None, instance=instance, ward_ids=wards)
    if request.method == "POST" and form.is_valid():
        try:
            made = planning.make(session=form.instance, weeks=form.cleaned_data["weeks"], by=user_of(request), at=now())
        except SessionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Planned." if len(made) == 1 else f"{len(made)} sessions planned.")
            return redirect("volunteers:plan-session", made[0].pk)
    return render(request, "volunteers/sessions/form.html", {"form": form})


@require_safe
@needs(Permission.PLAN_SESSIONS)
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: who is down for it, and what can be done."""
    return _page(request, session_of(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PLAN_SESSIONS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change or move a session."""
    found = session_of(request, pk)
    form = SessionForm(request.POST or None, instance=found, ward_ids=user_of(request).ward_ids)
    if request.method == "POST" and form.is_valid():
        try:
            planning.change(session=form.instance, because=form.cleaned_data["because"], by=user_of(request), at=now())
        except SessionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved. Whoever has a place is told of what changed for them.")
            return redirect("volunteers:plan-session", pk)
    return render(request, "volunteers/sessions/form.html", {"form": form, "session": session_of(request, pk)})


@require_POST
@needs(Permission.PLAN_SESSIONS)
def put_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a place who has asked by other ways; they are told. Also confirms a place that is only kept."""
    found = session_of(request, pk)
    form = PutInForm(request.POST, ward_ids=user_of(request).ward_ids, session=found)
    known = request.POST.get("booking", "")
    kept = found.bookings.filter(pk=known).first() if known.isdecimal() and len(known) < 19 else None
    if kept is None and not form.is_valid():
        return _page(request, found, put_in_form=form)
    try:
        if kept is not None:
            booking.confirm(booking=kept, at=now())
        else:
            booking.book(volunteer=form.cleaned_data["volunteer"], session=found, at=now(), confirmed=True)
        messages.success(request, "They have a place.")
    except BookingError as error:
        messages.error(request, str(error))
    return redirect("volunteers:plan-session", pk)


@require_POST
@needs(Permission.PLAN_SESSIONS)
def take_out(request: HttpRequest, pk: int, booking: int) -> HttpResponse:
    """Take somebody off, with a reason that they are told."""
    found = get_object_or_404(session_of(request, pk).bookings.select_related("session"), pk=booking)
    form = TakeOutForm(request.POST, prefix=str(booking))
    try:
        because = form.cleaned_data["because"] if form.is_valid() else ""
        _take_out(found, because)
        messages.success(request, "They are off the list and are told why.")
    except BookingError as error:
        messages.error(request, str(error))
    return redirect("volunteers:plan-session", pk)


def _take_out(found: Booking, because: str) -> None:
    booking.take_out(booking=found, because=because, at=now())


def session_of(request: HttpRequest, pk: int) -> Session:
    """A session in this organiser's wards; another's is not found."""
    mine = Session.objects.select_related("ward", "lead").within(user_of(request).ward_ids).with_taken(now())
    return get_object_or_404(mine, pk=pk)


def _page(request: HttpRequest, found: Session, **forms: Any) -> HttpResponse:
    at = now()
    rows = list(found.bookings.standing().select_related("volunteer").order_by("booked_at", "pk"))
    context = {
        "session": found,
        "choice": choice_of(found),
        "coming": [row for row in rows if row.state in (Booking.State.HELD, Booking.State.CONFIRMED)],
        "waiting": [row for row in rows if row.state in (Booking.State.WAITING, Booking.State.OFFERED)],
        "open": found.is_open(at),
        "at": at,
        "put_in_form": PutInForm(ward_ids=user_of(request).ward_ids, session=found),
        "cancel_form": CancelForm(),
    } | forms
    return render(request, "volunteers/sessions/plan_one.html", context)
