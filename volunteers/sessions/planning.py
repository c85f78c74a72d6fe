"""Making, repeating, changing, moving and cancelling sessions. Whoever has a place is told of what changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from campaign.audit import trail
from campaign.foundation.election_dates import LONDON
from volunteers.messaging import outbox, quiet
from volunteers.messaging.outbox import Draft
from volunteers.people.models import User
from volunteers.sessions.models import Booking, Session
from volunteers.sessions.waiting_list import move_up

MOST_WEEKS = 12
LONGEST = timedelta(hours=12)
WHAT_PEOPLE_WERE_TOLD = ("title", "starts_at", "ends_at", "meeting_point", "directions", "lead_id", "candidate_there")
COPIED = (
    "title", "ward_id", "meeting_point", "directions", "latitude", "longitude", "lead_id", "capacity", "wanted",
    "candidate_there",
)  # fmt: skip


class SessionError(Exception):
    """Why a session cannot be so; fit to show to a person."""


@transaction.atomic
def make(*, session: Session, weeks: int, by: User | None, at: datetime) -> list[Session]:
    """Save a new `session`, and the same in each of the next `weeks` weeks at the same time on the clock in London.

    Returns all of them, the first first. Raises SessionError.
    """
    check_times(session, at)
    if not 0 <= weeks <= MOST_WEEKS:
        raise SessionError(f"A session can be repeated for {MOST_WEEKS} weeks at most.")
    session.made_by, session.made_at, session.series = by, at, uuid4() if weeks else None
    session.save()
    repeated = Session.objects.bulk_create(_weeks_later(session, week) for week in range(1, weeks + 1))
    trail.record(act="session made", actor=by, at=at, subject=f"session:{session.pk}", facts={"repeated": weeks})
    return [session, *repeated]


def check_times(session: Session, at: datetime) -> None:
    """Raises SessionError where the times cannot be."""
    if session.ends_at <= session.starts_at:
        raise SessionError("The end lies before the start.")
    if session.ends_at - session.starts_at > LONGEST:
        raise SessionError("A session lasts twelve hours at most. Make two of it.")
    if session.starts_at <= at:
        raise SessionError("The start lies in the past.")


@transaction.atomic
def change(*, session: Session, because: str, by: User | None, at: datetime) -> Session:
    """Save the changed `session`; those who have a place are told when it concerns them.

    Raises SessionError when it is over or off, moved into the past, or has fewer places than are taken.
    """
    before = Session.objects.select_for_update().get(pk=session.pk)
    if before.cancelled_at is not None or before.ends_at <= at:
        raise SessionError("This session is over or off, so it stays as it was.")
    moved = (before.starts_at, before.ends_at) != (session.starts_at, session.ends_at)
    if moved:
        check_times(session, at)
    taken = before.bookings.taking_a_place(at).count()
    if session.capacity < taken:
        raise SessionError(f"{taken} places are taken already, so there cannot be fewer.")
    told = any(getattr(before, name) != getattr(session, name) for name in WHAT_PEOPLE_WERE_TOLD)
    session.revision = before.revision + told
    session.moved_at = at if moved else before.moved_at
    session.moved_because = because if told else before.moved_because
    session.save()
    if told:
        _tell(session, "moved", at)
    move_up(session=session, at=at)
    trail.record(act="session changed", actor=by, at=at, subject=f"session:{session.pk}", facts={"moved": moved})
    return session


@transaction.atomic
def cancel(*, session: Session, because: str, by: User | None, at: datetime) -> Session:
    """The session is off. Everybody with a place, an offer or a place on the waiting list is told why.

    Raises SessionError without a reason, and when it is over. Cancelling twice changes nothing.
    """
    found = Session.objects.select_for_update().get(pk=session.pk)
    if found.cancelled_at is not None:
        return found
    if found.ends_at <= at:
        raise SessionError("This session is over, so it cannot be called off.")
    if not because.strip():
        raise SessionError("Say why it is off: everybody who has a place is told.")
    found.cancelled_at, found.cancelled_because = at, because.strip()
    found.revision += 1
    found.save(update_fields=["cancelled_at", "cancelled_because", "revision"])
    _tell(found, "cancelled", at)
    trail.record(act="session cancelled", actor=by, at=at, subject=f"session:{found.pk}")
    return found


def copy_of(session: Session, *, weeks_later: int = 1) -> Session:
    """An unsaved copy, `weeks_later` at the same time on the clock."""
    copied = Session(**{name: getattr(session, name) for name in COPIED})
    copied.starts_at = _later(session.starts_at, weeks_later)
    copied.ends_at = _later(session.ends_at, weeks_later)
    return copied


def _weeks_later(session: Session, weeks: int) -> Session:
    repeated = copy_of(session, weeks_later=weeks)
    repeated.series, repeated.made_by, repeated.made_at = session.series, session.made_by, session.made_at
    return repeated


def _later(moment: datetime, weeks: int) -> datetime:
    """The same time on the clock in London `weeks` later, also where the clocks change between."""
    local = moment.astimezone(LONDON)
    return datetime.combine(local.date() + timedelta(weeks=weeks), local.time(), LONDON)


def _tell(session: Session, kind: str, at: datetime) -> None:
    """Owe everybody a message on the session as it is now; an older one on the same is obsolete by then."""
    due_at = quiet.waking(at)
    if due_at >= session.starts_at:
        due_at = at  # by e-mail, which wakes nobody: the morning would be too late
    outbox.queue(*(_draft(booking, kind, session, due_at) for booking in _concerned(session)))


def _concerned(session: Session) -> Iterable[Booking]:
    return session.bookings.standing().order_by("pk")


def _draft(booking: Booking, kind: str, session: Session, due_at: datetime) -> Draft:
    facts: dict[str, Any] = {"booking": booking.pk, "revision": session.revision}
    return Draft(
        key=f"{kind}:{booking.pk}:{session.revision}",
        kind=kind,
        volunteer_id=booking.volunteer_id,
        about=facts,
        due_at=due_at,
        useful_until=session.starts_at if session.starts_at > due_at else session.ends_at,
    )
