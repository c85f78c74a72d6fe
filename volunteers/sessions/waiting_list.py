"""The waiting list moves up by itself: whoever waits longest is offered a free place, for a while."""

from datetime import datetime, timedelta

from django.db import transaction

from volunteers.messaging import outbox, quiet
from volunteers.messaging.outbox import Draft
from volunteers.sessions.models import Booking, Session

OFFERED_FOR = timedelta(hours=3)
SHORTEST_OFFER = timedelta(minutes=20)
OFFER_RAN_OUT = "The offer ran out."


def free_places(session: Session, at: datetime) -> int:
    """Places that are nobody's. Exact while the session's row is locked."""
    return session.capacity - session.bookings.taking_a_place(at).count()


@transaction.atomic
def move_up(*, session: Session, at: datetime) -> int:
    """Offer every free place to whoever waits longest; returns how many were offered.

    An offer that ran out ends the booking: who did not answer is not asked again unless they come back. With too
    little time left before the start nothing is offered: a walk-up is as quick.
    """
    locked = Session.objects.select_for_update().get(pk=session.pk)
    over = locked.bookings.filter(state=Booking.State.OFFERED, kept_until__lte=at)
    over.update(state=Booking.State.CANCELLED, kept_until=None, cancelled_at=at, cancelled_because=OFFER_RAN_OUT)
    until = offer_until(locked, at)
    if locked.cancelled_at is not None or until is None:
        return 0
    lucky = list(locked.bookings.waiting().select_for_update()[: max(free_places(locked, at), 0)])
    for booking in lucky:
        booking.state, booking.kept_until, booking.waiting_since = Booking.State.OFFERED, until, None
        booking.offers += 1
        booking.save(update_fields=["state", "kept_until", "waiting_since", "offers"])
    outbox.queue(*(_offer(booking, at, until) for booking in lucky))
    return len(lucky)


def offer_until(session: Session, at: datetime) -> datetime | None:
    """Until when a place offered now is kept: three waking hours, or what is left before the start; None if too little.

    The clock starts at 08:00 for an offer made at night, when nobody reads it.
    """
    told_at = quiet.waking(at)
    until = min(told_at + OFFERED_FOR, session.starts_at - SHORTEST_OFFER)
    return until if until - told_at >= SHORTEST_OFFER else None


def sweep(*, at: datetime) -> int:
    """Move up every list where an offer has run out or a place has come free; returns how many were offered.

    For places that nobody gave up by an act of his own: an unconfirmed one that was not kept any longer.
    """
    waited_for = Session.objects.on().filter(starts_at__gt=at, bookings__state__in=["waiting", "offered"])
    sessions = waited_for.distinct().order_by("starts_at", "pk").with_taken(at)
    return sum(move_up(session=session, at=at) for session in sessions if _may_move(session, at))


def _may_move(session: Session, at: datetime) -> bool:
    taken: int = session.taken  # type: ignore[attr-defined]
    ran_out = session.bookings.filter(state=Booking.State.OFFERED, kept_until__lte=at).exists()
    return ran_out or taken < session.capacity


def _offer(booking: Booking, at: datetime, until: datetime) -> Draft:
    return Draft(
        key=f"offer:{booking.pk}:{booking.offers}",
        kind="offer",
        volunteer_id=booking.volunteer_id,
        about={"booking": booking.pk, "offers": booking.offers},
        due_at=quiet.waking(at),
        useful_until=until,
    )
