"""Everything kept of one volunteer, for them to take along (UK GDPR, articles 15 and 20). Reads only."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from canvassing.allocation.models import Allocation
from canvassing.doorstep.models import Contact, HeldEvent, PhoneToken
from volunteers.messaging.models import Consent, Message, Stopped
from volunteers.people.models import GuardianConsent, RegisterAcknowledgement, User, Volunteer
from volunteers.referrals.models import JoinLink
from volunteers.sessions.models import Booking, CalendarFeed, Session


def my_data(volunteer: Volunteer) -> dict[str, Any]:
    """What the campaign keeps of `volunteer`, ready for JSON, entries merged into theirs included.

    Of electors it says how many doors, nothing more; of other volunteers nothing.
    """
    entries = list(Volunteer.objects.filter(Q(pk=volunteer.pk) | Q(merged_into=volunteer)).order_by("pk"))
    users = User.objects.filter(volunteers__in=entries).distinct().order_by("pk").prefetch_related("grants")
    return {
        "person": _person(volunteer),
        "earlier entries": [_person(entry) for entry in entries if entry != volunteer],
        "signs in with": [_user(user) for user in users],
        "sessions": _sessions(entries),
        "sessions led": _rows(Session.objects.filter(lead__in=entries), "title", "starts_at", "meeting_point"),
        "messages": _rows(
            Message.objects.filter(volunteer__in=entries), "kind", "due_at", "state", "channel", "sent_at",
            "guardian_email",
        ),
        "consents": _rows(
            Consent.objects.filter(volunteer__in=entries), "channel", "wording_version", "given_at", "withdrawn_at"
        ),
        "switched off": _rows(Stopped.objects.filter(volunteer__in=entries), "kind", "channel", "stopped_at"),
        "guardian asked": _rows(
            GuardianConsent.objects.filter(volunteer__in=entries), "email", "asked_at", "given_at", "in_person"
        ),
        "register rules agreed": _rows(
            RegisterAcknowledgement.objects.filter(volunteer__in=entries), "version", "acknowledged_at"
        ),
        "calendar address made": _rows(CalendarFeed.objects.filter(volunteer__in=entries), "made_at"),
        "link for friends": _rows(JoinLink.objects.filter(inviter__in=entries), "code", "made_at", "closed_at"),
        "friends who joined": Volunteer.objects.filter(inviter__in=entries).count(),
        "goes along with people under 18": Volunteer.objects.filter(adult_partner__in=entries).count(),
        "walks": _walks(entries),
        "phones": _rows(PhoneToken.objects.filter(volunteer__in=entries), "made_at", "last_seen_at", "revoked_at"),
        "contacts logged": Contact.objects.filter(volunteer__in=entries).count(),
        "contacts kept for an organiser to look at": HeldEvent.objects.filter(volunteer__in=entries).count(),
    }  # fmt: skip


def _person(volunteer: Volunteer) -> dict[str, Any]:
    return {
        "first name": volunteer.given_name,
        "last name": volunteer.family_name,
        "postcode": volunteer.postcode,
        "ward": str(volunteer.ward or ""),
        "age": volunteer.get_age_band_display(),
        "joined": volunteer.joined_at,
        "came by": volunteer.source,
        "invited by somebody": volunteer.inviter_id is not None,
        "an adult goes along": volunteer.adult_partner_id is not None,
    }


def _user(user: User) -> dict[str, Any]:
    return {
        "e-mail": user.email or "",
        "mobile": str(user.phone or ""),
        "e-mail came back": user.email_refused_at,
        "mobile not reached": user.phone_refused_at,
        "signed in last": user.last_login,
        "roles": sorted(user.roles),
    }


def _rows(found: QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    return list(found.order_by("pk").values(*names))


def _sessions(entries: list[Volunteer]) -> list[dict[str, Any]]:
    rows = Booking.objects.filter(volunteer__in=entries).select_related("session")
    return [
        {
            "session": row.session.title,
            "starts": row.session.starts_at,
            "meeting point": row.session.meeting_point,
            "state": row.state,
            "booked": row.booked_at,
            "confirmed": row.confirmed_at,
            "waited since": row.waiting_since,
            "given up": row.cancelled_at,
            "because": row.cancelled_because,
            "checked in": row.checked_in_at,
            "left early": row.left_at,
            "did not come": row.no_show_at,
        }
        for row in rows.order_by("session__starts_at", "pk")
    ]


def _walks(entries: list[Volunteer]) -> list[dict[str, Any]]:
    rows = Allocation.objects.filter(holder__in=entries).annotate(doors=Count("held_doors"))
    return _rows(rows, "walk__name", "started_at", "ended_at", "end", "doors")
