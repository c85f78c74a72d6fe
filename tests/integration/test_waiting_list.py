"""The waiting list moves up by itself: the longest waiting is offered a free place, for a while."""

from datetime import datetime, timedelta

import pytest

from campaign.foundation.election_dates import LONDON
from tests.factories.sessions import AT, HOUR, SATURDAY, BookingFactory, SessionFactory
from tests.factories.volunteers import VolunteerFactory
from volunteers.messaging.composing import COMPOSERS, Obsolete
from volunteers.messaging.models import Message
from volunteers.sessions import booking, planning, waiting_list
from volunteers.sessions.booking import FullError
from volunteers.sessions.models import Booking, Session

State = Booking.State
pytestmark = pytest.mark.django_db


def full(capacity=1, waiting=2, **facts) -> tuple[Session, list[Booking], list[Booking]]:
    """A full session, its places, and those who wait, the longest first."""
    session = SessionFactory(capacity=capacity, **facts)
    places = BookingFactory.create_batch(capacity, session=session)
    queue = [BookingFactory(session=session, waiting=True, waiting_since=AT - n * HOUR) for n in range(waiting, 0, -1)]
    return session, places, queue


def states(rows) -> list[str]:
    return [Booking.objects.get(pk=row.pk).state for row in rows]


def test_a_place_given_up_is_offered_to_whoever_waits_longest() -> None:
    _, (place,), queue = full()
    booking.cancel(booking=place, at=AT)
    assert states(queue) == [State.OFFERED, State.WAITING]
    first = Booking.objects.get(pk=queue[0].pk)
    assert (first.kept_until, first.offers) == (AT + 3 * HOUR, 1)
    offer = Message.objects.get(kind="offer")
    assert (offer.volunteer, offer.due_at, offer.useful_until) == (first.volunteer, AT, first.kept_until)


def test_an_offer_taken_is_a_place_and_one_given_back_goes_on() -> None:
    _, (place,), queue = full()
    booking.cancel(booking=place, at=AT)
    booking.cancel(booking=queue[0], at=AT + HOUR)
    assert states(queue) == [State.CANCELLED, State.OFFERED]
    booking.confirm(booking=queue[1], at=AT + 2 * HOUR)
    assert states(queue) == [State.CANCELLED, State.CONFIRMED]


def test_an_offer_that_runs_out_goes_to_the_next_and_is_made_to_nobody_twice() -> None:
    _, (place,), queue = full()
    booking.cancel(booking=place, at=AT)
    assert waiting_list.sweep(at=AT + 3 * HOUR - timedelta(seconds=1)) == 0
    assert waiting_list.sweep(at=AT + 3 * HOUR) == 1
    assert states(queue) == [State.CANCELLED, State.OFFERED]
    assert waiting_list.sweep(at=AT + 6 * HOUR) == 0
    assert states(queue) == [State.CANCELLED, State.CANCELLED]


def test_whoever_answers_an_offer_too_late_has_the_place_if_it_is_free__they_were_told_they_had_given_it_up() -> None:
    session, (place,), (first,) = full(waiting=1)
    booking.cancel(booking=place, at=AT)
    waiting_list.sweep(at=AT + 4 * HOUR)
    assert booking.confirm(booking=first, at=AT + 5 * HOUR).state == State.CONFIRMED
    assert session.bookings.taking_a_place(AT + 5 * HOUR).count() == 1


def test_and_hears_that_it_is_gone_where_it_is() -> None:
    session, (place,), (first,) = full(waiting=1)
    booking.cancel(booking=place, at=AT)
    waiting_list.sweep(at=AT + 4 * HOUR)
    booking.book(volunteer=VolunteerFactory(), session=session, at=AT + 4 * HOUR, confirmed=True)
    with pytest.raises(FullError):
        booking.confirm(booking=first, at=AT + 5 * HOUR)


def test_an_offer_made_at_night_starts_its_clock_at_8_in_the_morning() -> None:
    _, (place,), (first,) = full(waiting=1)
    booking.cancel(booking=place, at=AT + 13 * HOUR)  # 23:00 in London
    first.refresh_from_db()
    assert first.kept_until == datetime(2027, 6, 9, 11, 0, tzinfo=LONDON)
    assert Message.objects.get(kind="offer").due_at == datetime(2027, 6, 9, 8, 0, tzinfo=LONDON)


def test_an_offer_never_lasts_until_the_start_and_too_close_to_it_none_is_made() -> None:
    _, places, queue = full(capacity=2)
    booking.cancel(booking=places[0], at=SATURDAY - HOUR)
    assert Booking.objects.get(pk=queue[0].pk).kept_until == SATURDAY - HOUR / 3
    booking.cancel(booking=places[1], at=SATURDAY - HOUR / 2)
    assert states(queue) == [State.OFFERED, State.WAITING]


def test_the_night_before_an_early_session_nothing_is_offered() -> None:
    early = datetime(2027, 6, 12, 8, 10, tzinfo=LONDON)
    _, (place,), queue = full(starts_at=early)
    booking.cancel(booking=place, at=early - 11 * HOUR)
    assert states(queue) == [State.WAITING, State.WAITING]


def test_more_places_move_the_list_up_and_fewer_than_are_taken_are_refused() -> None:
    session, _, queue = full(capacity=2, waiting=3)
    session.capacity = 4
    planning.change(session=session, because="", by=None, at=AT)
    assert states(queue) == [State.OFFERED, State.OFFERED, State.WAITING]
    session.capacity = 3
    with pytest.raises(planning.SessionError, match="4 places are taken already"):
        planning.change(session=session, because="", by=None, at=AT)


def test_a_place_that_nobody_confirmed_moves_the_list_up_within_a_minute() -> None:
    session = SessionFactory(capacity=1)
    BookingFactory(session=session, held=True)
    waiting = BookingFactory(session=session, waiting=True)
    assert waiting_list.sweep(at=AT) == 0
    assert waiting_list.sweep(at=AT + HOUR / 2) == 1
    assert states([waiting]) == [State.OFFERED]


def test_nothing_moves_where_the_session_is_off() -> None:
    session, (place,), queue = full()
    planning.cancel(session=session, because="The hall is flooded.", by=None, at=AT)
    booking.cancel(booking=place, at=AT)
    assert states(queue) == [State.WAITING, State.WAITING]


def test_an_offer_is_said_until_when_and_not_at_all_once_it_ran_out_or_was_made_anew() -> None:
    _, (place,), (first,) = full(waiting=1)
    booking.cancel(booking=place, at=AT)
    message = Message.objects.get(kind="offer")
    assert COMPOSERS["offer"](message, AT).facts["offer_until"] == "13:00 today"
    assert COMPOSERS["offer"](message, AT - 24 * HOUR).facts["offer_until"] == "13:00 on Tuesday"
    Booking.objects.filter(pk=first.pk).update(offers=2)
    for at in (AT, AT + 3 * HOUR):
        with pytest.raises(Obsolete):
            COMPOSERS["offer"](message, at)


def test_the_sweep_costs_the_same_while_nobody_can_move(query_count) -> None:
    full()
    few = query_count(lambda: waiting_list.sweep(at=AT))
    for _ in range(5):
        SessionFactory()
    assert query_count(lambda: waiting_list.sweep(at=AT)) == few


def test_somebody_back_on_the_list_waits_behind_the_others() -> None:
    session, (place,), queue = full()
    booking.cancel(booking=queue[0], at=AT)
    booking.wait(volunteer=queue[0].volunteer, session=session, at=AT + HOUR)
    booking.cancel(booking=place, at=AT + 2 * HOUR)
    assert states(queue) == [State.WAITING, State.OFFERED]
