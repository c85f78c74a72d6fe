"""Joining: one act makes the volunteer, the booking and the message that confirms it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from campaign.access import Role
from volunteers.messaging import consents, outbox
from volunteers.messaging.outbox import Draft
from volunteers.people.accounts import hold, user_at
from volunteers.people.models import GuardianConsent, RoleGrant, User, Volunteer
from volunteers.referrals.models import JoinLink
from volunteers.sessions import booking
from volunteers.sessions.models import Booking, Session
from volunteers.signup.areas import ward_of


@dataclass(frozen=True, slots=True)
class Joiner:
    """What somebody wrote on the join page. One of `email` and `phone` is there."""

    given_name: str
    family_name: str = ""
    email: str = ""
    phone: str = ""
    postcode: str = ""
    age_band: str = Volunteer.AgeBand.ADULT
    guardian_email: str = ""
    friend: str = ""
    consents: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of it: the person, the place if a session was chosen, and the friend's.

    `waits` says what anybody is told who asks in this name; of somebody known the bookings may say more.
    """

    volunteer: Volunteer
    booking: Booking | None
    friends_booking: Booking | None
    waits: bool = False


@transaction.atomic
def join(*, joiner: Joiner, session: Session | None, wait: bool, link: JoinLink | None, at: datetime) -> Joined:
    """Make `joiner` a volunteer with a place in `session`, and owe the message in which they confirm it.

    Somebody of that first name at that address is the one we know; the page says the same to everybody. With `wait` a
    full session gives a place on its waiting list. Raises booking.FullError and booking.BookingError, when nothing is
    made at all.
    """
    user = _user_of(joiner, at)
    known = Volunteer.objects.of(user).filter(given_name__iexact=joiner.given_name).first()
    volunteer = known or _new(user, joiner, link, at)
    if session is None:
        _welcome(volunteer, at)
        return Joined(volunteer, None, None)
    place, waits = _take(volunteer, session, wait=wait, at=at)
    friend = _friend(user, joiner, volunteer) if joiner.friend else None
    along = _take(friend, session, wait=True, at=at)[0] if friend and friend != volunteer else None
    return Joined(volunteer, place, along, waits)


def _new(user: User, joiner: Joiner, link: JoinLink | None, at: datetime) -> Volunteer:
    """Somebody new behind this address: families and couples share one. Consent counts for the new only.

    Whoever fills the form in for somebody we know cannot agree to anything in their name.
    """
    volunteer = Volunteer.objects.create(
        user=user,
        given_name=joiner.given_name,
        family_name=joiner.family_name,
        postcode=joiner.postcode,
        ward=ward_of(joiner.postcode),
        age_band=joiner.age_band,
        source=link.source if link else "",
        inviter=link.inviter if link else None,
    )
    if joiner.consents:
        consents.set_consents(volunteer=volunteer, channels=joiner.consents, at=at)
    if volunteer.is_minor:
        ask_guardian(volunteer=volunteer, email=joiner.guardian_email, at=at)
    return volunteer


def ask_guardian(*, volunteer: Volunteer, email: str, at: datetime) -> None:
    """Ask a parent or guardian by e-mail; asked at that address already, they are not asked twice."""
    consent, new = GuardianConsent.objects.get_or_create(
        volunteer=volunteer, email=email.lower(), defaults={"asked_at": at}
    )
    if new:
        outbox.queue(
            Draft(
                key=f"guardian:{consent.pk}",
                kind="guardian",
                volunteer_id=volunteer.pk,
                guardian_email=consent.email,
                about={"consent": consent.pk},
                due_at=at,
            )
        )


def _user_of(joiner: Joiner, at: datetime) -> User:
    user = user_at(email=joiner.email, phone=joiner.phone)
    if user is None:
        raise ValueError("a joiner has an address or a number")
    hold(user)  # the same form sent twice at once makes one person
    if not Volunteer.objects.filter(user=user).exists():  # a role that was taken does not come back by the form
        grant = RoleGrant(user=user, role=Role.VOLUNTEER, granted_at=at)
        RoleGrant.objects.bulk_create([grant], ignore_conflicts=True)
    return user


def _friend(user: User, joiner: Joiner, bringer: Volunteer) -> Volunteer:
    """The friend who comes along: a person of their own, reached through whoever brings them."""
    known = Volunteer.objects.of(user).filter(given_name__iexact=joiner.friend).first()
    return known or Volunteer.objects.create(
        user=user, given_name=joiner.friend, source="friend", inviter=bringer, ward=bringer.ward
    )


def _take(volunteer: Volunteer, session: Session, *, wait: bool, at: datetime) -> tuple[Booking, bool]:
    """A place, or one on the waiting list; the second says whether it is the list that a stranger would be on."""
    try:
        return booking.book(volunteer=volunteer, session=session, at=at, confirmed=False), False
    except booking.FullError:
        if not wait:
            raise
        return booking.wait(volunteer=volunteer, session=session, at=at, confirmed=False), True


def _welcome(volunteer: Volunteer, at: datetime) -> None:
    key = f"joined:{volunteer.pk}:{at:%Y%m%dT%H%M%S%f}"  # who joins again is answered again
    outbox.queue(Draft(key=key, kind="joined", volunteer_id=volunteer.pk, due_at=at))
