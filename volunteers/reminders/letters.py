"""What reminders say, and when they have nothing to say any more: cancelled, moved, there already."""

from datetime import datetime

from campaign.foundation.election_dates import LONDON
from volunteers.messaging.composing import Composed, Done, Obsolete, composes
from volunteers.messaging.models import Consent, Message
from volunteers.reminders.planning import start_of
from volunteers.sessions.letters import booking_facts, booking_of
from volunteers.sessions.models import Booking, Session

NEXT_SHOWN = 3


@composes("day_before", "morning", "check_in")
def reminder(message: Message, at: datetime) -> Composed:
    """Of a session that takes place at the time the message was planned for, to somebody who still comes."""
    booking = standing_booking(message, at)
    if booking.checked_in_at is not None:
        raise Done
    today = booking.session.starts_at.astimezone(LONDON).date() == at.astimezone(LONDON).date()
    return Composed(booking_facts(booking) | {"when": "Today" if today else "Tomorrow"})


@composes("thanks")
def thanks(message: Message, at: datetime) -> Composed:
    """To whoever came; not where the next ask says it as well."""
    booking = standing_booking(message, at)
    agreed = Consent.objects.filter(volunteer=booking.volunteer, withdrawn_at=None).exists()
    if booking.checked_in_at is None:
        raise Obsolete
    if agreed and next_sessions(booking, at):
        raise Done
    return Composed(booking_facts(booking))


@composes("next_ask")
def next_ask(message: Message, at: datetime) -> Composed:
    """Thanks and the next sessions, to whoever came and has not booked again."""
    booking = standing_booking(message, at)
    upcoming = next_sessions(booking, at)
    if booking.checked_in_at is None:
        raise Obsolete
    if not upcoming:
        raise Done
    lines = "\n".join(_in_a_line(session) for session in upcoming)
    return Composed(booking_facts(booking) | {"next_sessions": lines})


def standing_booking(message: Message, at: datetime) -> Booking:
    """The booking, if it and its session are as they were when the message was planned. Raises Obsolete.

    A place that was not confirmed within its half hour is nobody's to be reminded of.
    """
    booking = booking_of(message)
    stands = booking.state in (Booking.State.HELD, Booking.State.CONFIRMED) and booking.takes_a_place(at)
    as_planned = booking.session.cancelled_at is None and start_of(booking.session) == message.about["start"]
    if not (stands and as_planned):
        raise Obsolete
    return booking


def next_sessions(booking: Booking, at: datetime) -> list[Session]:
    """The next few with places left; none for somebody who has booked again already."""
    mine = Booking.objects.standing().filter(volunteer=booking.volunteer, session__starts_at__gt=at)
    if mine.exists():
        return []
    ahead = Session.objects.on().upcoming(at).filter(starts_at__gt=at).with_taken(at)
    return [session for session in ahead[:20] if session.taken < session.capacity][:NEXT_SHOWN]  # type: ignore[attr-defined]


def _in_a_line(session: Session) -> str:
    start = session.starts_at.astimezone(LONDON)
    return f"{start:%A} {start.day} {start:%B}, {start:%H:%M}, {session.meeting_point}"
