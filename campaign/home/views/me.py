"""A volunteer's own page: sessions, what may be sent, the calendar, friends, my data, delete me."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.access import Permission, needs
from campaign.acts import my_data
from campaign.acts.erase_volunteer import EraseError, erase
from campaign.foundation import sms
from volunteers.messaging import consents
from volunteers.messaging.kinds import KINDS, Aim, Channel
from volunteers.people.models import Volunteer
from volunteers.people.presence import ask_who_is_here, user_of, volunteer_of
from volunteers.referrals import links
from volunteers.sessions import calendar
from volunteers.sessions.choosing import choice_of
from volunteers.sessions.models import Booking, CalendarFeed, Session

PAST_SHOWN = 10


class NoticesForm(forms.Form):
    """Which messages are wanted by which way, and whether one may be asked for more."""

    wanted = forms.MultipleChoiceField(required=False)
    consents = forms.MultipleChoiceField(choices=[(way.value, way.value) for way in Channel], required=False)

    def __init__(self, data: Any, *, offered: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.offered = offered
        self.fields["wanted"].choices = [(f"{kind}:{way}", kind) for kind, way in offered]  # type: ignore[attr-defined]

    def stopped(self) -> list[tuple[str, str]]:
        """What was offered and not ticked."""
        wanted = set(self.cleaned_data["wanted"])
        return [(kind, way) for kind, way in self.offered if f"{kind}:{way}" not in wanted]


@require_safe
@needs(Permission.BOOK_SESSIONS)
def me(request: HttpRequest) -> HttpResponse:
    """Everything of mine on one page."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    return render(
        request, "campaign/home/me.html", _context(here) | {"new_feed": request.session.pop("new_feed", None)}
    )


def _context(here: Volunteer) -> dict[str, Any]:
    at = now()
    mine = Booking.objects.standing().filter(volunteer=here, session__cancelled_at=None)
    bookings = {row.session_id: row for row in mine}
    ahead = Session.objects.upcoming(at).filter(pk__in=bookings).with_taken(at)
    been = Booking.objects.filter(volunteer=here, checked_in_at__isnull=False).select_related("session")
    stopped = set(here.stopped.values_list("kind", "channel"))
    ways = _ways(here)
    return {
        "person": here,
        "choices": [choice_of(session, bookings[session.pk]) for session in ahead],
        "been": been.order_by("-session__starts_at", "pk")[:PAST_SHOWN],
        "ways": ways,
        "notices": [
            (kind, [(way, (kind.name, way) not in stopped) for way in ways])
            for kind in KINDS.values() if kind.can_stop and kind.aim == Aim.SERVICE
        ],
        "consents": [
            (way, consents.WORDING[Channel(way)], way in consents.standing_channels(here)) for way in ways
        ],
        "has_feed": CalendarFeed.objects.filter(volunteer=here).exists(),
    }  # fmt: skip


def _ways(here: Volunteer) -> list[str]:
    """The channels by which this person can be reached at all."""
    user = here.user
    if user is None:
        return []
    by_sms = bool(user.phone) and sms.is_available()
    return [way for way, there in ((Channel.EMAIL.value, bool(user.email)), (Channel.SMS.value, by_sms)) if there]


@require_POST
@needs(Permission.BOOK_SESSIONS)
def notices(request: HttpRequest) -> HttpResponse:
    """Save what is wanted."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    ways = _ways(here)
    kinds = [kind.name for kind in KINDS.values() if kind.can_stop and kind.aim == Aim.SERVICE]
    form = NoticesForm(request.POST, offered=[(kind, way) for kind in kinds for way in ways])
    if form.is_valid():
        others = [pair for pair in here.stopped.values_list("kind", "channel") if pair not in form.offered]
        consents.set_stopped(volunteer=here, stopped=[*form.stopped(), *others], at=now())
        agreed = set(form.cleaned_data["consents"]) & set(ways)
        not_asked = consents.standing_channels(here) - set(ways)  # what was not on the form is not withdrawn by it
        consents.set_consents(volunteer=here, channels=agreed | not_asked, at=now())
        for way in agreed:
            here.stopped.filter(kind="next_ask", channel=way).delete()
        messages.success(request, "Saved.")
    else:
        messages.error(request, "that was not saved: the form had changed meanwhile. Look at it once more.")
    return redirect(reverse("me") + "#notices")


@require_POST
@needs(Permission.BOOK_SESSIONS)
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """A new address for the calendar, which ends the old one; or none."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    if "close" in request.POST:
        calendar.close_feed(volunteer=here)
        messages.success(request, "The calendar's address opens nothing any more.")
    else:
        token = calendar.open_feed(volunteer=here, at=now())
        request.session["new_feed"] = request.build_absolute_uri(reverse("volunteers:calendar-feed", args=[token]))
    return redirect(reverse("me") + "#calendar")


@require_POST
@needs(Permission.BOOK_SESSIONS)
def friends(request: HttpRequest) -> HttpResponse:
    """My link for friends, to be sent from my own phone."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    link = links.address_of(links.of_inviter(inviter=here, at=now()))
    return render(request, "campaign/home/friends.html", {"link": link})


@require_POST
@needs(Permission.BOOK_SESSIONS)
@never_cache
def download(request: HttpRequest) -> HttpResponse:
    """Everything kept of me, as a file."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    data = my_data.my_data(here)
    headers = {"Content-Disposition": "attachment; filename=my-data.json"}
    return JsonResponse(data, json_dumps_params={"indent": 2}, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.BOOK_SESSIONS)
def delete_me(request: HttpRequest) -> HttpResponse:
    """What is deleted and what stays, and the button that does it."""
    here = volunteer_of(request)
    if here is None:
        return ask_who_is_here(request)
    if request.method == "POST":
        try:
            erase(volunteer=here, by=user_of(request), at=now())
        except EraseError as error:
            messages.error(request, str(error))
            return redirect("delete-me")
        logout(request)
        messages.success(request, "You are deleted. Thank you for everything.")
        return redirect("home")
    return render(request, "campaign/home/delete_me.html", {"person": here})
