"""Sessions to choose from: when, where, how many places are left, and what it is about."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from campaign.foundation.election_dates import LONDON
from volunteers.people.models import Volunteer
from volunteers.sessions.models import Booking, Session


@dataclass(frozen=True, slots=True)
class Choice:
    """One session as a person chooses it, with their own booking where they have one."""

    session: Session
    day: str
    time: str
    left: int
    booking: Booking | None = None

    @property
    def pk(self) -> int:
        return self.session.pk

    @property
    def taken(self) -> int:
        return self.session.capacity - self.left

    @property
    def wanted_in_words(self) -> str:
        """ "7 of 12 wanted", for organisers."""
        return f"{self.taken} of {self.session.wanted} wanted"

    @property
    def full(self) -> bool:
        return self.left <= 0

    @property
    def places(self) -> str:
        """How many places are left, in words; never how many people there are when there is room."""
        if self.full:
            return "Full: waiting list"
        return "1 place left" if self.left == 1 else f"{self.left} places left" if self.left <= 5 else "Places left"

    @property
    def in_words(self) -> str:
        return f"{self.day}, {self.time}, {self.session.meeting_point}"


def choices(
    *, at: datetime, volunteer: Volunteer | None = None, most: int = 30, also: int | None = None
) -> list[Choice]:
    """The next sessions that have not begun, and `also` one that has and is not over. Two statements."""
    ahead = (
        Session.objects.on()
        .upcoming(at)
        .filter(Q(starts_at__gt=at) | Q(pk=also or 0))
        .select_related("ward")
        .with_taken(at)[:most]
    )
    sessions = list(ahead)
    mine = Booking.objects.standing().filter(volunteer=volunteer, session__in=sessions) if volunteer else []
    booked = {booking.session_id: booking for booking in mine}
    return [choice_of(session, booked.get(session.pk)) for session in sessions]


def choice_of(session: Session, booking: Booking | None = None) -> Choice:
    """`session`, read with `with_taken`, as a choice."""
    taken: int = session.taken  # type: ignore[attr-defined]
    return Choice(session, day_of(session), time_of(session), session.capacity - taken, booking)


def overlapping(*, volunteer: Volunteer, session: Session) -> list[Session]:
    """Other sessions at the same time that `volunteer` has a place in: one cannot be in two places."""
    mine = Session.objects.on().filter(bookings__volunteer=volunteer, bookings__state__in=["held", "confirmed"])
    at_once = mine.filter(starts_at__lt=session.ends_at, ends_at__gt=session.starts_at)
    return list(at_once.exclude(pk=session.pk).order_by("starts_at", "pk"))


def day_of(session: Session) -> str:
    """ "Saturday 14 June"."""
    start = session.starts_at.astimezone(LONDON)
    return f"{start:%A} {start.day} {start:%B}"


def time_of(session: Session) -> str:
    """ "10:00 to 12:00"."""
    return f"{session.starts_at.astimezone(LONDON):%H:%M} to {session.ends_at.astimezone(LONDON):%H:%M}"
