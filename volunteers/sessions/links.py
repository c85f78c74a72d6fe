"""Links on one booking, for messages: each opens a page with one button, and pressing it acts."""

from campaign.foundation.addresses import absolute
from campaign.foundation.signed_links import read, sign
from volunteers.sessions.models import Booking, Session

BOOKING, MEETING_POINT = "booking", "meeting point"


def of_booking(booking: Booking, page: str) -> str:
    """The address of `page`, one of the link pages, for `booking`."""
    return absolute(f"volunteers:{page}", sign(BOOKING, booking.pk))


def of_meeting_point(session: Session) -> str:
    """What the QR code at the meeting point holds."""
    return absolute("volunteers:meeting-point", sign(MEETING_POINT, session.pk))


def booking_of(token: str) -> Booking | None:
    """The booking behind a link, with its session and person; None for a link that is not ours, or of nobody now."""
    key = read(BOOKING, token)
    found = Booking.objects.select_related("session__lead", "volunteer__user").filter(pk=key or 0)
    return found.filter(volunteer__merged_into=None, volunteer__erased_at=None).first()


def session_of(token: str) -> Session | None:
    """The session behind a meeting point's code."""
    key = read(MEETING_POINT, token)
    return Session.objects.filter(pk=key or 0).first()
