"""Pages anybody may see: the front page, the privacy notice, the theme, and whether the parts are well."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from campaign.access import Permission, may, open_to_all
from campaign.areas.models import Constituency
from campaign.details.models import CampaignDetails, Deadline
from campaign.home import health as parts
from campaign.home import theme
from campaign.home.navigation import landing_page
from volunteers.messaging.health import LATE_AFTER
from volunteers.people.presence import must_say_who

A_YEAR = 365 * 24 * 3600
PUBLIC_DEADLINES = [
    Deadline.Kind.REGISTRATION,
    Deadline.Kind.POSTAL,
    Deadline.Kind.PROXY,
    Deadline.Kind.VOTER_ID,
]


@require_safe
@open_to_all
def home(request: HttpRequest) -> HttpResponse:
    """The campaign's poster. Says nothing for the candidate until there is an imprint, which the law requires."""
    details = CampaignDetails.objects.current()
    if not details.imprint:
        return render(request, "campaign/home/unpublished.html")
    context = {
        "constituency": Constituency.objects.order_by("pk").first(),
        "days_left": details.days_left(localdate()),
        "dates": Deadline.objects.filter(kind__in=PUBLIC_DEADLINES).order_by("due_at", "pk"),
        "at": now(),
    }
    return render(request, "campaign/home/home.html", context)


@require_safe
@open_to_all
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of electors and volunteers, why, for how long, and where to complain."""
    return render(request, "campaign/home/privacy.html", {"constituency": Constituency.objects.order_by("pk").first()})


@require_safe
@open_to_all
@cache_control(public=True, max_age=A_YEAR)
def theme_css(request: HttpRequest) -> HttpResponse:
    """The campaign's colour as CSS. Its address names the colour, so it may be kept for ever."""
    accent = CampaignDetails.objects.current().accent
    return HttpResponse(theme.stylesheet(accent), content_type="text/css; charset=utf-8")


@require_safe
@open_to_all
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Whether the database and the broker answer and messages go out; 503 when one does not.

    `oldest_owed_seconds` is the age of the oldest message that should have gone by now; null when there is none.
    """
    found = {"database": parts.database_answers(), "broker": parts.broker_answers()}
    owed = parts.oldest_owed(now()) if found["database"] else None
    found["messages"] = found["database"] and (owed is None or owed <= LATE_AFTER)
    words: dict[str, Any] = {part: "ok" if well else "fails" for part, well in found.items()}
    words["oldest_owed_seconds"] = None if owed is None else int(owed.total_seconds())
    return JsonResponse(words, status=200 if all(found.values()) else 503)


@require_safe
@open_to_all
@never_cache
def start(request: HttpRequest) -> HttpResponseRedirect:
    """Where signing in leads: to the question who is here when the address is shared, else to one's own first page."""
    asks = may(request.user, Permission.BOOK_SESSIONS) and must_say_who(request)
    return redirect("volunteers:who") if asks else redirect(landing_page(request.user))
