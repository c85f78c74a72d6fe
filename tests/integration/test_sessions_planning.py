"""Making, repeating, copying, moving and cancelling sessions, across the changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from campaign.acts.cancel_session import cancel_session
from campaign.foundation.election_dates import LONDON
from tests.factories.canvassing import AllocationFactory, houses, walk_of
from tests.factories.sessions import AT, HOUR, SATURDAY, BookingFactory, SessionFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.messaging.composing import COMPOSERS, Obsolete
from volunteers.messaging.models import Message
from volunteers.sessions import planning
from volunteers.sessions.forms import SessionForm
from volunteers.sessions.models import Booking, Session
from volunteers.sessions.planning import SessionError

pytestmark = pytest.mark.django_db


def plan(first: datetime, weeks=0, hours=2.0, at=AT) -> list[Session]:
    session = SessionFactory.build(starts_at=first, ends_at=first + hours * HOUR)
    return planning.make(session=session, weeks=weeks, by=None, at=at)


def clock(moment: datetime) -> time:
    return moment.astimezone(LONDON).time()


@pytest.mark.parametrize(
    ("first", "offsets"),
    [(date(2027, 3, 14), [0, 0, 1, 1]), (date(2027, 10, 17), [1, 1, 0, 0])],
    ids=["over 28 March 2027", "over 31 October 2027"],
)
def test_a_session_repeated_weekly_keeps_its_time_on_the_clock_over_a_change_of_the_clocks(first, offsets) -> None:
    made = plan(datetime.combine(first, time(10), LONDON), weeks=3, at=datetime(2027, 1, 1, tzinfo=UTC))
    made = list(Session.objects.filter(pk__in=[session.pk for session in made]).order_by("starts_at"))
    assert [session.starts_at.astimezone(LONDON).date() for session in made] == [
        first + timedelta(weeks=n) for n in range(4)
    ]
    assert {(clock(session.starts_at), clock(session.ends_at)) for session in made} == {(time(10), time(12))}
    assert [session.starts_at.astimezone(LONDON).utcoffset() for session in made] == [n * HOUR for n in offsets]
    assert len({session.series for session in made}) == 1


def test_a_copy_is_a_week_later_without_what_happened_to_the_first() -> None:
    first = SessionFactory(off=True, lead=VolunteerFactory(), candidate_there=True, latitude=51.5, longitude=-0.1)
    copied = planning.copy_of(first)
    copied.made_at = AT
    copied.save()
    assert (copied.starts_at, copied.lead, copied.latitude) == (SATURDAY + timedelta(weeks=1), first.lead, 51.5)
    assert (copied.cancelled_at, copied.revision, copied.series) == (None, 0, None)


@pytest.mark.parametrize(
    ("start", "hours", "why"),
    [
        (SATURDAY, -1, "end lies before the start"),
        (SATURDAY, 13, "twelve hours at most"),
        (AT - HOUR, 2, "start lies in the past"),
    ],
)
def test_times_that_cannot_be_are_refused(start, hours, why) -> None:
    with pytest.raises(SessionError, match=why):
        plan(start, hours=hours)
    assert not Session.objects.exists()


def test_twelve_weeks_are_repeated_and_thirteen_are_not() -> None:
    assert len(plan(SATURDAY, weeks=12)) == 13
    with pytest.raises(SessionError, match="12 weeks at most"):
        plan(SATURDAY, weeks=13)


def form_for(**facts) -> SessionForm:
    data = {
        "title": "Canvassing", "day": "2027-06-12", "starts": "10:00", "ends": "12:00", "meeting_point": "Bandstand",
        "capacity": "10", "wanted": "6", "weeks": "0",
    }  # fmt: skip
    return SessionForm(data | facts)


@pytest.mark.parametrize(
    ("wrong", "field", "why"),
    [
        ({"day": "2027-03-28", "starts": "01:30", "ends": "03:00"}, "starts", "no such time"),
        ({"day": "2027-03-28", "starts": "00:30", "ends": "01:15"}, "ends", "no such time"),
        ({"starts": "12:00", "ends": "10:00"}, "ends", "end lies before the start"),
        ({"day": "2027-02-30"}, "day", "Enter a valid date"),
        ({"starts": "25:00"}, "starts", "Enter a valid time"),
        ({"capacity": "0"}, "capacity", "at least one place"),
        ({"capacity": "40000"}, "capacity", "less than or equal to 32767"),
        ({"weeks": "13"}, "weeks", "less than or equal to 12"),
        ({"point": "nowhere"}, "point", "No point is known for that"),
        ({"point": "91, 0"}, "point", "No point is known for that"),
        ({"meeting_point": "x" * 5000}, "meeting_point", "at most 160 characters"),
        ({"title": "\x00"}, "title", "Null characters"),
        ({"lead": str(9**30)}, "lead", "Select a valid choice"),
        ({"ward": str(9**30)}, "ward", "Select a valid choice"),
    ],
)
def test_bad_input_is_a_sentence_beside_its_field__a_time_the_clocks_leave_out_was_taken(wrong, field, why) -> None:
    form = form_for(**wrong)
    assert not form.is_valid()
    assert any(why in error for error in form.errors[field])


def test_a_time_that_comes_twice_that_night_is_the_first_of_them() -> None:
    form = form_for(day="2027-10-31", starts="01:30", ends="03:30")
    assert form.is_valid()
    assert form.instance.starts_at.astimezone(UTC) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


# Moving


def move(session: Session, **facts) -> Session:
    fresh = Session.objects.get(pk=session.pk)
    for name, value in facts.items():
        setattr(fresh, name, value)
    return planning.change(session=fresh, because="The hall is taken.", by=None, at=AT)


def test_a_move_is_told_once_to_whoever_has_a_place_or_waits_for_one() -> None:
    session = SessionFactory()
    told = [BookingFactory(session=session), BookingFactory(session=session, waiting=True)]
    BookingFactory(session=session, given_up=True)
    move(session, starts_at=SATURDAY + HOUR, ends_at=SATURDAY + 3 * HOUR)
    notices = Message.objects.filter(kind="moved").order_by("volunteer")
    assert [notice.about["booking"] for notice in notices] == [place.pk for place in told]
    assert COMPOSERS["moved"](notices[0], AT).facts["reason"] == "The hall is taken."
    move(session, capacity=11)
    assert Message.objects.filter(kind="moved").count() == 2


def test_of_two_moves_only_the_newest_notice_is_still_true() -> None:
    session = SessionFactory()
    BookingFactory(session=session)
    for hours in (1, 2):
        move(session, starts_at=SATURDAY + hours * HOUR, ends_at=SATURDAY + 4 * HOUR)
    older, newer = Message.objects.filter(kind="moved").order_by("pk")
    with pytest.raises(Obsolete):
        COMPOSERS["moved"](older, AT)
    assert COMPOSERS["moved"](newer, AT).facts["time"] == "12:00 to 14:00"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"starts_at": AT - HOUR, "ends_at": AT + HOUR}, "start lies in the past"),
        ({"starts_at": SATURDAY + 2 * HOUR}, "end lies before the start"),
        ({"ends_at": SATURDAY + 13 * HOUR}, "twelve hours at most"),
        ({"capacity": 1}, "2 places are taken already"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_nothing_is_told(facts, why) -> None:
    session = SessionFactory()
    BookingFactory.create_batch(2, session=session)
    with pytest.raises(SessionError, match=why):
        move(session, **facts)
    assert Session.objects.get().revision == 0
    assert not Message.objects.exists()


@pytest.mark.parametrize("facts", [{"over": True}, {"off": True}])
def test_what_is_over_or_off_stays_as_it_was(facts) -> None:
    with pytest.raises(SessionError, match="over or off"):
        move(SessionFactory(**facts), title="Another")


# Cancelling


def test_a_session_is_called_off_with_a_reason_that_everybody_is_told() -> None:
    session = SessionFactory()
    BookingFactory(session=session)
    with pytest.raises(SessionError, match="Say why"):
        planning.cancel(session=session, because="  ", by=None, at=AT)
    for _ in range(2):
        planning.cancel(session=session, because="The hall is flooded.", by=None, at=AT)
    assert Session.objects.get().cancelled_because == "The hall is flooded."
    (notice,) = Message.objects.filter(kind="cancelled")
    assert COMPOSERS["cancelled"](notice, AT).facts["reason"] == "The hall is flooded."


def test_a_session_that_is_over_cannot_be_called_off() -> None:
    with pytest.raises(SessionError, match="is over"):
        planning.cancel(session=SessionFactory(over=True), because="Rain.", by=None, at=AT)


def test_the_walks_that_are_out_for_it_come_back_and_others_stay_out() -> None:
    session = SessionFactory(now_on=True)
    facts = {"started_at": AT - HOUR, "expires_at": AT + 2 * HOUR}
    out = AllocationFactory(walk=walk_of(*houses(2)), session=session, **facts)
    other = AllocationFactory(walk=walk_of(*houses(2)), **facts)
    cancel_session(session=session, because="Rain.", by=UserFactory(organiser=True), at=AT)
    out.refresh_from_db()
    other.refresh_from_db()
    assert (out.end, other.end) == ("handed_back", "")
    assert not out.held_doors.filter(released_at=None).exists()


def test_a_session_called_off_leaves_each_booking_as_it_was_for_the_count() -> None:
    place = BookingFactory()
    planning.cancel(session=place.session, because="Rain.", by=None, at=AT)
    place.refresh_from_db()
    assert place.state == Booking.State.CONFIRMED
