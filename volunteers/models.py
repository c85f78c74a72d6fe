"""Every table of this app, slice by slice."""

from volunteers.messaging.models import Consent, Message, Stopped, Wording
from volunteers.people.models import GuardianConsent, RegisterAcknowledgement, RoleGrant, User, Volunteer
from volunteers.referrals.models import JoinLink
from volunteers.sessions.models import Booking, CalendarFeed, Session

__all__ = [
    "Booking",
    "CalendarFeed",
    "Consent",
    "GuardianConsent",
    "JoinLink",
    "Message",
    "RegisterAcknowledgement",
    "RoleGrant",
    "Session",
    "Stopped",
    "User",
    "Volunteer",
    "Wording",
]
