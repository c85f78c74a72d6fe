"""Pages of joining: one form, what comes after it, and the question to a parent or guardian."""

from datetime import datetime
from hashlib import sha256

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaign.access import open_to_all
from campaign.details.models import CampaignDetails
from campaign.foundation import sms
from campaign.foundation.limits import FailureLimit, minutes
from campaign.foundation.signed_links import read
from volunteers.people.models import GuardianConsent
from volunteers.referrals import links
from volunteers.referrals.models import JoinLink
from volunteers.sessions.booking import BookingError, kept_until
from volunteers.sessions.choosing import Choice, choice_of, choices
from volunteers.sessions.models import Session
from volunteers.signup import guardians
from volunteers.signup.forms import JoinForm
from volunteers.signup.joining import Joined, join
from volunteers.signup.letters import GUARDIAN

SHOWN, SHOWN_AT_ONCE = 8, 3
JOINED = "joined"  # in the session: what a stranger would have got, so that nobody learns here who is known already
# Failures only: a meeting point of 300 people may stand behind one carrier's address.
FAILED_FORMS = FailureLimit("join-network", most=150, within=minutes(10))
MESSAGES_TO = FailureLimit("join-address", most=6, within=minutes(60))


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@never_cache
def join_page(request: HttpRequest, code: str = "") -> HttpResponse:
    """The one page, by a poster's or a friend's link or without."""
    if not CampaignDetails.objects.current().imprint:
        return render(request, "campaign/home/unpublished.html")
    link = links.find(code) if code else None
    text = request.POST.get("session") or request.GET.get("session", "")
    chosen = int(text) if text.isdecimal() and len(text) < 19 else None
    form = JoinForm(request.POST if request.method == "POST" else None, choices=_offered(chosen), chosen=chosen)
    if request.method == "POST":
        return _join(request, form, link)
    return _page(request, form, link)


def _offered(chosen: int | None) -> list[Choice]:
    """The nearest sessions, full or not, then those with places, and the one somebody came for until it is over."""
    ahead = choices(at=now(), also=chosen)
    with_places = [choice.pk for choice in ahead if not choice.full][:SHOWN]
    nearest = [choice.pk for choice in ahead[:SHOWN_AT_ONCE]]
    return [choice for choice in ahead if choice.pk in {*with_places, *nearest, chosen}]


def _join(request: HttpRequest, form: JoinForm, link: JoinLink | None) -> HttpResponse:
    network = get_adapter().get_client_ip(request)
    if FAILED_FORMS.reached(network):
        return render(request, "volunteers/signup/too_many.html", status=429)
    if form.is_trap_sprung:
        FAILED_FORMS.count(network)
        return _done(request, form, None, now())
    if not form.is_valid():
        FAILED_FORMS.count(network)
        return _page(request, form, link)
    address = sha256("".join(form.cleaned_data["contact"].values()).encode()).hexdigest()
    if MESSAGES_TO.reached(address):
        form.add_error("contact", "We have sent several messages there already. Look for them, or wait an hour.")
        return _page(request, form, link)
    at = now()
    try:
        joined = _act(form, link, at)
    except BookingError as error:
        form.add_error("session", ValidationError(str(error), code="full"))
        return _page(request, form, link)
    MESSAGES_TO.count(address)
    return _done(request, form, joined, at)


def _act(form: JoinForm, link: JoinLink | None, at: datetime) -> Joined:
    pk = form.cleaned_data["session"]
    session = next((choice.session for choice in form.choices_shown if choice.pk == pk), None)
    wait = str(pk) in form.shown_as_full  # nobody is put on a waiting list who was shown a place
    return join(joiner=form.joiner(), session=session, wait=wait, link=link, at=at)


def _page(request: HttpRequest, form: JoinForm, link: JoinLink | None) -> HttpResponse:
    """The form; after a session has just filled up, with the places as they are now."""
    chosen = form["session"].value()
    shown = _offered(int(chosen)) if form.has_error("session", "full") else form.choices_shown
    later = any(str(choice.pk) == chosen for choice in shown[SHOWN_AT_ONCE:])
    context = {"form": form, "choices": shown, "link": link, "chosen": chosen, "later_chosen": later}
    return render(request, "volunteers/signup/join.html", context)


def _done(request: HttpRequest, form: JoinForm, joined: Joined | None, at: datetime) -> HttpResponse:
    place, by_text = joined.booking if joined else None, "@" not in form.data.get("contact", "")
    request.session[JOINED] = {
        "session": place.session_id if place else None,
        "waits": bool(joined and joined.waits),
        "kept_until": kept_until(at, by_text=by_text).isoformat(),
        "by_text": by_text,
    }
    return redirect("volunteers:joined")


@require_safe
@open_to_all
@never_cache
def joined(request: HttpRequest) -> HttpResponse:
    """What comes next: the message that confirms."""
    told = request.session.get(JOINED)
    if told is None:
        return redirect("volunteers:join")
    session = Session.objects.select_related("lead").with_taken(now()).filter(pk=told["session"] or 0).first()
    context = {
        "choice": choice_of(session) if session else None,
        "waits": told["waits"],
        "kept_until": datetime.fromisoformat(told["kept_until"]),
        "no_message": told["by_text"] and not sms.is_available(),
    }
    return render(request, "volunteers/signup/joined.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@never_cache
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    """A parent or guardian reads what it is about, and agrees with one button."""
    consent = GuardianConsent.objects.select_related("volunteer").filter(pk=read(GUARDIAN, token) or 0).first()
    if consent is None or consent.volunteer.erased_at or consent.volunteer.merged_into_id:
        return render(request, "parts/_dead_link.html", status=410)
    if request.method == "POST":
        guardians.agree(consent=consent, at=now())
        return redirect("volunteers:guardian", token)
    return render(request, "volunteers/signup/guardian.html", {"consent": consent})
