"""Taking, confirming and giving up a place. The session's row is locked, so two cannot have the last one."""

from datetime import datetime, timedelta

from django.db import transaction

from volunteers.messaging import outbox, quiet
from volunteers.messaging.outbox import Draft
from volunteers.people.models import Volunteer
from volunteers.sessions.models import Booking, Session
from volunteers.sessions.waiting_list import OFFER_RAN_OUT, free_places, move_up

KEPT_FOR = timedelta(minutes=30)


class BookingError(Exception):
    """Why a place cannot be had, confirmed or given up; fit to show to a person."""


class FullError(BookingError):
    """The session is full; one may wait for a place."""


@transaction.atomic
def book(*, volunteer: Volunteer, session: Session, at: datetime, confirmed: bool) -> Booking:
    """Give `volunteer` a place, or leave the one they have as it is.

    `confirmed` says that we know it is them: signed in, or spoken to. Otherwise the place is kept for half an hour,
    within which the link in the message confirms it, and a stranger hears the same whoever they name: of a place that
    is there already only the message speaks. Raises FullError, and BookingError when the session is over or off.
    """
    locked = _lock(session, at)
    _let_those_who_wait_go_first(locked, at)
    known = Booking.objects.filter(session=locked, volunteer=volunteer).first()
    has_a_place = known is not None and known.takes_a_place(at)
    if known and has_a_place and confirmed:
        if known.state != Booking.State.CONFIRMED:
            _put(known, Booking.State.CONFIRMED, at)
        return known
    if free_places(locked, at) <= 0:
        raise FullError("That session has just filled up. You can go on its waiting list, or choose another.")
    if known and has_a_place:
        return _tell_again(known, at)
    booking = known or Booking(session=locked, volunteer=volunteer)
    _put(booking, Booking.State.CONFIRMED if confirmed else Booking.State.HELD, at)
    _tell(booking, "booked" if confirmed else "confirm_booking", at)
    return booking


@transaction.atomic
def wait(*, volunteer: Volunteer, session: Session, at: datetime, confirmed: bool = True) -> Booking:
    """Put `volunteer` on the waiting list, or leave their place on it, or in the session, as it is.

    `confirmed` as for `book`. Raises BookingError when the session is over or off.
    """
    locked = _lock(session, at)
    known = Booking.objects.filter(session=locked, volunteer=volunteer).first()
    if known and (known.takes_a_place(at) or known.state == Booking.State.WAITING):
        return known if confirmed else _tell_again(known, at)
    booking = known or Booking(session=locked, volunteer=volunteer)
    _put(booking, Booking.State.WAITING, at)
    _tell(booking, "waiting", at)
    move_up(session=locked, at=at)
    booking.refresh_from_db()
    return booking


@transaction.atomic
def confirm(*, booking: Booking, at: datetime) -> Booking:
    """The volunteer says that they come. Pressing twice changes nothing.

    Whoever comes back after the half hour, or after an offer ran out, has the place if it is free. Raises FullError,
    and BookingError when the session is over or off, or the place was given up.
    """
    locked = _lock(booking.session, at)
    _let_those_who_wait_go_first(locked, at)
    found = Booking.objects.select_for_update().get(pk=booking.pk)
    if found.state == Booking.State.CONFIRMED:
        return found
    if found.state == Booking.State.CANCELLED and found.cancelled_because != OFFER_RAN_OUT:
        raise BookingError("This place was given up. You can book again if there is one left.")
    if not found.takes_a_place(at) and free_places(locked, at) <= 0:
        raise FullError(
            "Somebody else has the place by now. You can go on the waiting list, or choose another session."
        )
    _put(found, Booking.State.CONFIRMED, at)
    return found


@transaction.atomic
def cancel(*, booking: Booking, at: datetime, because: str = "") -> Booking:
    """The volunteer cannot come; the next on the waiting list is asked. Twice is as once.

    Raises BookingError when they were there, or the session is over.
    """
    return _given_up(booking, at, because)


@transaction.atomic
def take_out(*, booking: Booking, because: str, at: datetime) -> Booking:
    """An organiser takes somebody off, says why, and they are told.

    Raises BookingError as `cancel` does, and when they gave the place up themselves meanwhile.
    """
    if not because.strip():
        raise BookingError("Say why: the volunteer is told.")
    return _given_up(booking, at, because.strip(), by_organiser=True)


def _given_up(booking: Booking, at: datetime, because: str, *, by_organiser: bool = False) -> Booking:
    session = Session.objects.select_for_update().get(pk=booking.session_id)
    found = Booking.objects.select_for_update().get(pk=booking.pk)
    if found.state == Booking.State.CANCELLED:
        if by_organiser:
            raise BookingError("They have given the place up already.")
        return found
    if found.checked_in_at is not None:
        raise BookingError("They were there, so the booking stays. Mark them as gone early instead.")
    if session.ends_at <= at:
        raise BookingError("The session is over.")
    found.session = session
    _put(found, Booking.State.CANCELLED, at)
    found.cancelled_because = because
    found.save(update_fields=["cancelled_because"])
    if by_organiser:
        _tell(found, "taken_out", at)
    move_up(session=session, at=at)
    return found


def _lock(session: Session, at: datetime) -> Session:
    """The session's row, locked before any booking's: one order for everybody."""
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if locked.cancelled_at is not None:
        raise BookingError("This session is off.")
    if locked.ends_at <= at:
        raise BookingError("This session is over.")
    return locked


def _let_those_who_wait_go_first(locked: Session, at: datetime) -> None:
    """A place whose half hour ran out this minute goes to whoever waits for it, not to whoever comes by."""
    if locked.bookings.waiting().exists():
        move_up(session=locked, at=at)


def _put(booking: Booking, state: Booking.State, at: datetime) -> None:
    """Write `booking` in `state`, with the moments that go with it and without those that do not."""
    again = booking.state in ("", Booking.State.CANCELLED)  # a new row has no state yet
    if again and state != Booking.State.CANCELLED:
        booking.booked_at, booking.cancelled_because, booking.no_show_at = at, "", None
    booking.state = state
    by_text = bool((user := booking.volunteer.user) and not user.email)
    booking.kept_until = kept_until(at, by_text=by_text) if state == Booking.State.HELD else None
    booking.waiting_since = at if state == Booking.State.WAITING else None
    booking.confirmed_at = at if state == Booking.State.CONFIRMED else None
    booking.cancelled_at = at if state == Booking.State.CANCELLED else None
    booking.save()


def kept_until(at: datetime, *, by_text: bool) -> datetime:
    """Half an hour from when the message can be read: a text message does not go out at night."""
    return (quiet.waking(at) if by_text else at) + KEPT_FOR


def _tell_again(booking: Booking, at: datetime) -> Booking:
    """Somebody asks once more by the form for what they have: perhaps the message was lost, so it is owed anew."""
    state = booking.state
    if state in (Booking.State.HELD, Booking.State.OFFERED):
        until = booking.kept_until
        _put(booking, Booking.State.HELD, at)
        if until and booking.kept_until and until > booking.kept_until:
            booking.kept_until = until
            booking.save(update_fields=["kept_until"])
    kind = {Booking.State.CONFIRMED: "booked", Booking.State.WAITING: "waiting"}.get(Booking.State(state))
    _tell(booking, kind or "confirm_booking", at)
    return booking


def _tell(booking: Booking, kind: str, at: datetime) -> None:
    """Owe a message on this booking's state. One that is booked again is told again: the moment is in the key."""
    session = booking.session
    outbox.queue(
        Draft(
            key=f"{kind}:{booking.pk}:{at:%Y%m%dT%H%M%S%f}",
            kind=kind,
            volunteer_id=booking.volunteer_id,
            about={"booking": booking.pk},
            due_at=at,
            useful_until=session.starts_at if session.starts_at > at else session.ends_at,
        )
    )
