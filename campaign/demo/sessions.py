"""The invented sessions: those of the nine days behind, one that is on just now, and those of the days ahead."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from campaign.areas.lying_in import ward_at
from campaign.areas.models import Ward
from campaign.demo.places import Places
from campaign.foundation.election_dates import LONDON
from canvassing.allocation.models import Allocation
from canvassing.progress.days import london_day
from volunteers.messaging.consents import WORDING_VERSION
from volunteers.messaging.kinds import Channel
from volunteers.messaging.models import Consent, Message
from volunteers.people.models import User, Volunteer
from volunteers.referrals.models import JoinLink
from volunteers.reminders.planning import start_of
from volunteers.reminders.timetable import timetable
from volunteers.sessions.models import Booking, Session

DAYS_AHEAD = 10
CAPACITY, WANTED = 24, 14
FULL, FULL_CAPACITY, WAITING = 3, 8, 2  # which of the days ahead is full, and how many wait for a place
WITH_POSTCODE, WITH_CONSENT, BY_POSTER, BY_FRIEND = 0.85, 0.6, 0.55, 0.2
NO_SHOWS = 0.3  # a conservative rule of thumb for a free event: a third of those booked stay at home
MEETING_POINTS = (
    ("The bandstand, Thimble Park", "By the north gate; bus 7 stops there."),
    ("Kettle Square, at the clock", "Under the clock, in the dry."),
    ("Outside Saddle Lane library", "The bench to the left of the door."),
    ("Ladder Bridge, south end", "Where the towpath begins."),
)
POSTERS = {"quillst": "Station poster", "library": "Library window", "mrktday": "Market stall leaflet"}


def settle_in(volunteers: Sequence[Volunteer], ground: Places, *, by: User, seed: int, at: datetime) -> None:
    """Where people live, how they came, and what they agreed to."""
    rng = Random(f"{seed}: settling in")  # noqa: S311 - invention, no secret
    JoinLink.objects.bulk_create(
        JoinLink(code=code, source=source, made_by=by, made_at=at) for code, source in POSTERS.items()
    )
    wards, points = list(Ward.objects.order_by("pk")), sorted(ground.points.items())
    for number, volunteer in enumerate(volunteers):
        if rng.random() < WITH_POSTCODE:
            volunteer.postcode, (longitude, latitude) = rng.choice(points)
            volunteer.ward = ward_at(longitude, latitude, wards)
        luck = rng.random()
        volunteer.source = rng.choice(list(POSTERS.values())) if luck < BY_POSTER else ""
        if number and BY_POSTER <= luck < BY_POSTER + BY_FRIEND:
            volunteer.inviter = volunteers[rng.randrange(number)]
    Volunteer.objects.bulk_update(volunteers, ["postcode", "ward", "source", "inviter"])
    agreed = [volunteer for volunteer in volunteers if rng.random() < WITH_CONSENT]
    Consent.objects.bulk_create(
        Consent(volunteer=volunteer, channel=Channel.EMAIL, wording_version=WORDING_VERSION, given_at=at)
        for volunteer in agreed
    )


def write(*, volunteers: Sequence[Volunteer], by: User, seed: int, at: datetime) -> None:
    """Every session with the places people have in it, and the reminders that went out for those behind."""
    rng = Random(f"{seed}: sessions")  # noqa: S311 - invention, no secret
    _behind(volunteers, by, rng, at)
    _now_on(volunteers, by, at)
    _ahead(volunteers, by, rng, at)


def _behind(volunteers: Sequence[Volunteer], by: User, rng: Random, at: datetime) -> None:
    """A session for each day somebody was out: whoever had a walk came, some others had booked and did not."""
    out: defaultdict[date, list[Allocation]] = defaultdict(list)
    for allocation in Allocation.objects.filter(started_at__lt=at - timedelta(hours=12)).order_by("started_at", "pk"):
        out[london_day(allocation.started_at)].append(allocation)
    for number, (day, walks) in enumerate(sorted(out.items())):
        session = _session(day, _hours(day)[0], number, by, at, lead=volunteers[1 + number % 5])
        session.save()
        came = {walk.holder_id for walk in walks}
        stayed = [one.pk for one in rng.sample(list(volunteers[1:]), int(len(came) * NO_SHOWS)) if one.pk not in came]
        bookings = [*_came(session, came), *_stayed(session, stayed)]
        Booking.objects.bulk_create(bookings)
        Allocation.objects.filter(pk__in=[walk.pk for walk in walks]).update(session=session)
        _reminded(session, bookings, at)


def _came(session: Session, people: Iterable[int]) -> Iterator[Booking]:
    for number, person in enumerate(sorted(people)):
        here = session.starts_at - timedelta(minutes=5) + timedelta(seconds=40 * number)
        how = Booking.CheckIn.LINK if number % 3 else Booking.CheckIn.LIST
        yield _booking(session, person, session.starts_at - timedelta(days=3), checked_in_at=here, checked_in_by=how)


def _stayed(session: Session, people: Iterable[int]) -> Iterator[Booking]:
    for person in people:
        booked_at = session.starts_at - timedelta(days=4)
        yield _booking(session, person, booked_at, no_show_at=session.ends_at)


def _reminded(session: Session, bookings: Sequence[Booking], at: datetime) -> None:
    """The reminders of a session that is over, all of them sent."""
    Message.objects.bulk_create(
        Message(
            key=f"{moment.kind}:{booking.pk}:{start_of(session)}",
            kind=moment.kind,
            volunteer_id=booking.volunteer_id,
            about={"booking": booking.pk, "start": start_of(session)},
            due_at=moment.due_at,
            next_try_at=moment.due_at,
            useful_until=moment.useful_until,
            state=Message.State.SENT,
            sent_at=moment.due_at + timedelta(seconds=20),
            channel=Channel.EMAIL,
            attempts=1,
        )
        for moment in timetable(session.starts_at, session.ends_at)
        for booking in bookings
        if booking.booked_at < moment.due_at <= at
        and moment.kind != "next_ask"
        and (booking.checked_in_at is not None) >= (moment.kind == "thanks")
    )


def _now_on(volunteers: Sequence[Volunteer], by: User, at: datetime) -> None:
    """A session that began a quarter of an hour ago, so that one can check in, hand out and go."""
    start = at.astimezone(LONDON).replace(minute=at.minute // 15 * 15, second=0, microsecond=0) - timedelta(minutes=15)
    session = _session(start.date(), start.time(), 0, by, at, lead=volunteers[1], hours=3)
    session.save()
    Booking.objects.bulk_create(_booking(session, one.pk, at) for one in volunteers[:9])


def _ahead(volunteers: Sequence[Volunteer], by: User, rng: Random, at: datetime) -> None:
    today = london_day(at)
    for number in range(1, DAYS_AHEAD + 1):
        day = today + timedelta(days=number)
        for clock in _hours(day):
            session = _session(day, clock, number, by, at, lead=volunteers[1 + number % 5])
            full = number == FULL and clock == _hours(day)[0]
            session.capacity = FULL_CAPACITY if full else CAPACITY
            session.candidate_there = number % 4 == 0
            session.save()
            people = rng.sample(list(volunteers[1:]), FULL_CAPACITY + WAITING if full else rng.randrange(2, WANTED))
            bookings = [_booking(session, one.pk, at) for one in people]
            for late in bookings[FULL_CAPACITY:] if full else []:
                late.state, late.confirmed_at, late.waiting_since = Booking.State.WAITING, None, at
            Booking.objects.bulk_create(bookings)


def _hours(day: date) -> list[time]:
    """When people go out: twice a day at the weekend, else in the evening."""
    return [time(11), time(14, 30)] if day.weekday() >= 5 else [time(17, 30)]


def _session(
    day: date, clock: time, number: int, by: User, at: datetime, *, lead: Volunteer, hours: int = 2
) -> Session:
    place, directions = MEETING_POINTS[number % len(MEETING_POINTS)]
    starts_at = datetime.combine(day, clock, LONDON)
    return Session(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        meeting_point=place,
        directions=directions,
        lead=lead,
        capacity=CAPACITY,
        wanted=WANTED,
        made_by=by,
        made_at=min(at, starts_at - timedelta(days=7)),
    )


def _booking(session: Session, volunteer: int, booked_at: datetime, **facts: object) -> Booking:
    return Booking(
        session=session, volunteer_id=volunteer, state=Booking.State.CONFIRMED, booked_at=booked_at,
        confirmed_at=booked_at, **facts,
    )  # fmt: skip
