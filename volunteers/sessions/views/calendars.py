"""Sessions for calendars: one to put in, and the feed that a calendar reads by itself."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaign.access import Permission, needs, open_to_all
from campaign.details.models import CampaignDetails
from volunteers.sessions import calendar
from volunteers.sessions.models import Session

ICALENDAR = "text/calendar; charset=utf-8"


@require_safe
@needs(Permission.BOOK_SESSIONS)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One session as a file for the calendar on this phone."""
    session = get_object_or_404(Session, pk=pk)
    method = calendar.CANCEL if session.cancelled_at else calendar.PUBLISH
    content = calendar.entry(session, method=method, at=now())
    return HttpResponse(
        content, content_type=ICALENDAR, headers={"Content-Disposition": "attachment; filename=session.ics"}
    )


@require_safe
@open_to_all
@never_cache
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Everything one volunteer has a place in. The address is the key: it can be changed on /me/."""
    volunteer = calendar.volunteer_of(token)
    if volunteer is None:
        raise Http404
    name = f"{CampaignDetails.objects.current()}: sessions"
    return HttpResponse(calendar.feed(volunteer, name=name, at=now()), content_type=ICALENDAR)
