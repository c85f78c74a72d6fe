"""Sessions as iCalendar: one entry for a message, all of somebody's for their calendar to read.

Times stand with their zone and its rules, so that a calendar shows the right hour across the clock changes.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, Timezone

from campaign.foundation.election_dates import LONDON
from volunteers.people.models import Volunteer
from volunteers.sessions.models import Booking, CalendarFeed, Session

PUBLISH, CANCEL = "PUBLISH", "CANCEL"


def entry(session: Session, *, method: str, at: datetime) -> bytes:
    """One session to put into a calendar, or with CANCEL to take out of it."""
    content: bytes = _calendar([_event(session, at)], method).to_ical()
    return content


def feed(volunteer: Volunteer, *, name: str, at: datetime) -> bytes:
    """Every session `volunteer` has a place in, past ones of the last weeks too; those that are off say so."""
    bookings = Booking.objects.coming().filter(volunteer=volunteer).select_related("session").order_by("session_id")
    calendar = _calendar([_event(booking.session, at) for booking in bookings], PUBLISH)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
    content: bytes = calendar.to_ical()
    return content


def open_feed(*, volunteer: Volunteer, at: datetime) -> str:
    """A new address for the feed; the old one opens nothing from now on. Only its hash is kept."""
    token = secrets.token_urlsafe(24)
    CalendarFeed.objects.update_or_create(volunteer=volunteer, defaults={"token_hash": _hash(token), "made_at": at})
    return token


def close_feed(*, volunteer: Volunteer) -> None:
    """The address opens nothing from now on."""
    CalendarFeed.objects.filter(volunteer=volunteer).delete()


def volunteer_of(token: str) -> Volunteer | None:
    """Whose calendar this is, also under an entry merged since; None for an address closed or never given."""
    feeds = CalendarFeed.objects.select_related("volunteer__merged_into")
    found = feeds.filter(token_hash=_hash(token)).first()
    return (found.volunteer.merged_into or found.volunteer) if found else None


def _calendar(events: Iterable[Event], method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", "-//Rosette//Sessions//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method)
    calendar.add_component(Timezone.from_tzinfo(LONDON))
    for event in events:
        calendar.add_component(event)
    return calendar


def _event(session: Session, at: datetime) -> Event:
    event = Event()
    event.add("UID", f"session-{session.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}")
    event.add("DTSTAMP", at)
    event.add("DTSTART", session.starts_at.astimezone(LONDON))
    event.add("DTEND", session.ends_at.astimezone(LONDON))
    event.add("SEQUENCE", session.revision)
    event.add("STATUS", "CANCELLED" if session.cancelled_at else "CONFIRMED")
    event.add("SUMMARY", session.title)
    event.add("LOCATION", session.meeting_point)
    if session.directions:
        event.add("DESCRIPTION", session.directions)
    if session.latitude is not None:
        event.add("GEO", (session.latitude, session.longitude))
    return event


def _hash(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
