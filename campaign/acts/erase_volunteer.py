"""Somebody asks to be deleted: everything that says who they are goes; counts of what happened stay."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from campaign.access import Role
from campaign.audit import trail
from canvassing.allocation import hand_back
from canvassing.allocation.models import Allocation
from canvassing.doorstep.models import PhoneToken
from volunteers.messaging.models import Consent, Message, Stopped
from volunteers.people.models import GuardianConsent, User, Volunteer
from volunteers.referrals.models import JoinLink
from volunteers.sessions import booking
from volunteers.sessions.models import Booking, CalendarFeed, Session

ERASED = "Erased"


class EraseError(Exception):
    """Why somebody cannot be erased; fit to show to a person."""


@transaction.atomic
def erase(*, volunteer: Volunteer, by: User | None, at: datetime) -> None:
    """Erase `volunteer`: places ahead are given up, walks taken back, phones shut out, name and address removed.

    The row stays, empty, because the history of walks hangs on it. The user goes as well, unless others use the
    address. Raises EraseError for an organiser's or agent's own account: an agent takes that role away first.
    """
    rows, users = _locked(volunteer)
    found = next(row for row in rows if row.pk == volunteer.pk)
    if found.erased_at is not None:
        return
    keys = [row.pk for row in rows]
    if any(user.roles & {Role.ORGANISER, Role.AGENT} for user in users):
        raise EraseError("This account organises. Ask an agent to take that role away first, then delete it.")
    _give_up(found, keys, at)
    _remove_what_hangs_on(keys)
    Volunteer.objects.filter(pk__in=keys).update(
        user=None, given_name=ERASED, family_name="", postcode="", ward=None, source="", inviter=None,
        adult_partner=None, erased_at=at,
    )  # fmt: skip
    for user in users:
        user.delete()
    actor = by if by and by.pk and by not in users else None
    trail.record(act="volunteer erased", actor=actor, at=at, subject=f"volunteer:{found.pk}")


def _locked(volunteer: Volunteer) -> tuple[list[Volunteer], list[User]]:
    """The entries of this person, and the users who stand for nobody else; users first, then entries, then sessions."""
    mine = Q(pk=volunteer.pk) | Q(merged_into=volunteer.pk)
    behind = User.objects.filter(volunteers__in=Volunteer.objects.filter(mine))
    users = list(User.objects.select_for_update().filter(pk__in=behind).order_by("pk"))
    rows = list(Volunteer.objects.select_for_update(no_key=True).filter(mine).order_by("pk"))
    keys = [row.pk for row in rows]
    places = Booking.objects.filter(volunteer__in=keys).values("session")
    list(Session.objects.select_for_update().filter(Q(lead__in=keys) | Q(pk__in=places)).order_by("pk").values("pk"))
    shared = set(Volunteer.objects.filter(user__in=users, erased_at=None).exclude(mine).values_list("user", flat=True))
    return rows, [user for user in users if user.pk not in shared]


def _give_up(found: Volunteer, keys: list[int], at: datetime) -> None:
    ahead = Booking.objects.standing().filter(volunteer=found, session__ends_at__gt=at, checked_in_at=None)
    for place in ahead.select_related("session").order_by("session_id"):
        booking.cancel(booking=place, at=at)
    for walk in Allocation.objects.standing(at).filter(holder=found).order_by("pk"):
        with suppress(hand_back.HandBackError):  # it came back this moment
            hand_back.revoke(allocation=walk, at=at)
    PhoneToken.objects.filter(volunteer__in=keys, revoked_at=None).update(revoked_at=at)
    Session.objects.filter(lead__in=keys).update(lead=None)
    Booking.objects.filter(volunteer__in=keys).update(cancelled_because="")  # what somebody wrote of them


def _remove_what_hangs_on(keys: list[int]) -> None:
    Message.objects.filter(volunteer__in=keys).delete()
    Consent.objects.filter(volunteer__in=keys).delete()
    Stopped.objects.filter(volunteer__in=keys).delete()
    GuardianConsent.objects.filter(volunteer__in=keys).delete()
    CalendarFeed.objects.filter(volunteer__in=keys).delete()
    JoinLink.objects.filter(inviter__in=keys).delete()
    Volunteer.objects.filter(adult_partner__in=keys).update(adult_partner=None)
