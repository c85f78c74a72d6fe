"""Who really came: checked in by the lead, by the code at the meeting point or by a link; no-shows, gone early."""

from datetime import datetime, timedelta

from django.db import transaction

from campaign.access import Role
from campaign.audit import trail
from volunteers.people.accounts import hold, user_at
from volunteers.people.models import GuardianConsent, RoleGrant, User, Volunteer
from volunteers.sessions.models import Booking, Session

OPENS_BEFORE = timedelta(hours=2)
MENDED_FOR = timedelta(hours=24)  # after the end a lead may still put the list right


class CheckInError(Exception):
    """Why somebody cannot be checked in; fit to show to a person."""


@transaction.atomic
def check_in(*, booking: Booking, how: Booking.CheckIn, at: datetime) -> Booking:
    """They are here. Whoever stands at the meeting point has a place, whatever the list said. Twice is as once.

    Raises CheckInError before and after the session, when it is off, and for somebody under 18 without a guardian's
    consent.
    """
    session = Session.objects.select_for_update().get(pk=booking.session_id)
    _refuse_other_times(session, at, by_lead=how in (Booking.CheckIn.LIST, Booking.CheckIn.WALK_UP))
    found = Booking.objects.select_for_update(of=("self",)).select_related("volunteer").get(pk=booking.pk)
    if found.checked_in_at is not None:
        return found
    _refuse_minor_without_consent(found.volunteer)
    found.state, found.confirmed_at = Booking.State.CONFIRMED, found.confirmed_at or at
    found.kept_until = found.waiting_since = found.cancelled_at = found.no_show_at = None
    found.cancelled_because = ""
    found.checked_in_at, found.checked_in_by = at, how
    found.save()
    return found


@transaction.atomic
def check_in_at(*, session: Session, volunteer: Volunteer, how: Booking.CheckIn, at: datetime) -> Booking:
    """They are here, with a booking or without one. Raises CheckInError as `check_in`."""
    booking, _ = Booking.objects.get_or_create(
        session=session,
        volunteer=volunteer,
        defaults={"state": Booking.State.CONFIRMED, "booked_at": at, "confirmed_at": at},
    )
    return check_in(booking=booking, how=how, at=at)


@transaction.atomic
def walk_up(
    *,
    session: Session,
    name: tuple[str, str],
    email: str,
    phone: str,
    age_band: str,
    guardian_agrees: bool,
    by: User,
    at: datetime,
) -> Booking:
    """Somebody who came without a booking, entered by the lead: made a volunteer and checked in, in one go.

    `email` and `phone` may be empty; without either nothing can be sent to them. Somebody of that name at that
    address is taken for the one we know. Raises CheckInError.
    """  # fmt: skip
    user = user_at(email=email, phone=phone)
    if user is not None:
        hold(user)
    given, family = name
    known = Volunteer.objects.present().filter(user=user, given_name__iexact=given).first() if user else None
    volunteer = known or Volunteer.objects.create(
        user=user, given_name=given, family_name=family, age_band=age_band, source="meeting point"
    )
    if user is not None and known is None:  # a role that was taken does not come back by walking up
        RoleGrant.objects.get_or_create(user=user, role=Role.VOLUNTEER, defaults={"granted_at": at})
    if volunteer.is_minor and guardian_agrees:
        _agree_in_person(volunteer, by, at)
    trail.record(act="walk-up added", actor=by, at=at, subject=f"volunteer:{volunteer.pk}")
    return check_in_at(session=session, volunteer=volunteer, how=Booking.CheckIn.WALK_UP, at=at)


@transaction.atomic
def undo(*, booking: Booking, at: datetime) -> None:
    """A slip of the lead's finger: neither here nor missing. Raises CheckInError a day after the end."""
    _refuse_late(booking.session, at)
    Booking.objects.filter(pk=booking.pk).update(checked_in_at=None, checked_in_by="", left_at=None, no_show_at=None)


def left_early(*, booking: Booking, at: datetime) -> None:
    """They have gone home. Raises CheckInError when they were not here, or a day after the end."""
    _refuse_late(booking.session, at)
    if not Booking.objects.filter(pk=booking.pk, checked_in_at__isnull=False).update(left_at=at):
        raise CheckInError("They are not checked in.")


def no_show(*, booking: Booking, at: datetime) -> None:
    """They did not come. Raises CheckInError before the start, when they are checked in, or had no place."""
    _refuse_late(booking.session, at)
    if booking.session.starts_at > at:
        raise CheckInError("The session has not begun, so nobody is missing yet.")
    if not Booking.objects.coming().filter(pk=booking.pk, checked_in_at=None).update(no_show_at=at):
        raise CheckInError("They are checked in, or had no place that they could have missed.")


@transaction.atomic
def guardian_agrees(*, booking: Booking, by: User, at: datetime) -> None:
    """A parent or guardian has told the lead, `by`, in person that they agree. Raises CheckInError a day late."""
    _refuse_late(booking.session, at)
    if not has_consent(booking.volunteer):
        _agree_in_person(booking.volunteer, by, at)


def _agree_in_person(volunteer: Volunteer, by: User, at: datetime) -> None:
    GuardianConsent.objects.create(volunteer=volunteer, asked_at=at, given_at=at, in_person=True)
    trail.record(act="guardian agreed in person", actor=by, at=at, subject=f"volunteer:{volunteer.pk}")


def goes_with(*, booking: Booking, adult: Booking | None) -> None:
    """An adult who is here goes along with somebody under 18, at all times. Raises CheckInError."""
    here = adult is not None and adult.session_id == booking.session_id and adult.checked_in_at and not adult.left_at
    if adult is None or not here or adult.volunteer.is_minor:
        raise CheckInError("Choose an adult who is checked in here.")
    Volunteer.objects.filter(pk=booking.volunteer_id).update(adult_partner=adult.volunteer_id)


def has_consent(volunteer: Volunteer) -> bool:
    """Whether somebody under 18 has a guardian's consent; an adult needs none."""
    return not volunteer.is_minor or volunteer.guardian_consents.filter(given_at__isnull=False).exists()


def _refuse_minor_without_consent(volunteer: Volunteer) -> None:
    if not has_consent(volunteer):
        raise CheckInError(
            f"{volunteer.known_as} is under 18 and no parent or guardian has agreed yet. The lead can note that one "
            "agrees in person."
        )


def _refuse_other_times(session: Session, at: datetime, *, by_lead: bool) -> None:
    if session.cancelled_at is not None:
        raise CheckInError("This session is off.")
    if at < session.starts_at - OPENS_BEFORE:
        raise CheckInError("It is too early: one can check in from two hours before the start.")
    if by_lead:
        _refuse_late(session, at)
    elif at >= session.ends_at:
        raise CheckInError("This session is over.")


def _refuse_late(session: Session, at: datetime) -> None:
    if at >= session.ends_at + MENDED_FOR:
        raise CheckInError("The session was over more than a day ago, so its list stays as it is.")
