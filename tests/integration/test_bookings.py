"""Taking, keeping, confirming and giving up a place; and that nobody has a place too many."""

from random import Random

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, SATURDAY, BookingFactory, SessionFactory, set_clock
from tests.factories.volunteers import VolunteerFactory
from tests.races import at_once
from volunteers.messaging.models import Message
from volunteers.sessions import booking, check_in, planning, waiting_list
from volunteers.sessions.booking import BookingError, FullError
from volunteers.sessions.models import Booking, Session
from volunteers.sessions.planning import SessionError

State = Booking.State
MINUTE = HOUR / 60
pytestmark = pytest.mark.django_db


def kinds(place: Booking) -> list[str]:
    return list(Message.objects.filter(about__booking=place.pk).order_by("pk").values_list("kind", flat=True))


def book(session: Session, *, confirmed=True, at=AT, volunteer=None) -> Booking:
    return booking.book(volunteer=volunteer or VolunteerFactory(), session=session, at=at, confirmed=confirmed)


def test_somebody_signed_in_has_a_place_at_once_and_is_told() -> None:
    place = book(SessionFactory())
    assert (place.state, place.confirmed_at, place.kept_until) == (State.CONFIRMED, AT, None)
    assert kinds(place) == ["booked"]


def test_a_place_not_confirmed_is_kept_for_half_an_hour_and_then_counts_no_more() -> None:
    session = SessionFactory(capacity=1)
    place = book(session, confirmed=False)
    assert (place.state, place.kept_until) == (State.HELD, AT + 30 * MINUTE)
    assert kinds(place) == ["confirm_booking"]
    with pytest.raises(FullError, match="waiting list"):
        book(session, at=AT + 29 * MINUTE)
    assert book(session, at=AT + 30 * MINUTE).state == State.CONFIRMED


def test_a_place_that_ran_out_is_confirmed_late_where_it_is_free_and_refused_where_it_is_gone() -> None:
    session = SessionFactory(capacity=1)
    late = book(session, confirmed=False)
    assert booking.confirm(booking=late, at=AT + HOUR).state == State.CONFIRMED
    other = SessionFactory(capacity=1)
    later = book(other, confirmed=False)
    book(other, at=AT + HOUR)
    with pytest.raises(FullError, match="Somebody else has the place by now"):
        booking.confirm(booking=later, at=AT + HOUR)


def test_a_place_that_ran_out_goes_to_whoever_waits_before_it_goes_to_whoever_comes_by__it_went_to_the_newcomer() -> (
    None
):
    session = SessionFactory(capacity=1)
    late = book(session, confirmed=False)
    first = booking.wait(volunteer=VolunteerFactory(), session=session, at=AT)
    for act in (lambda: book(session, at=AT + HOUR), lambda: booking.confirm(booking=late, at=AT + HOUR)):
        with pytest.raises(FullError):
            act()
    waiting_list.move_up(session=session, at=AT + HOUR)
    first.refresh_from_db()
    assert first.state == State.OFFERED


def test_whoever_waits_longest_and_books_the_free_place_has_it() -> None:
    session = SessionFactory(capacity=1)
    book(session, confirmed=False)
    first = booking.wait(volunteer=VolunteerFactory(), session=session, at=AT)
    assert book(session, volunteer=first.volunteer, at=AT + HOUR).pk == first.pk
    first.refresh_from_db()
    assert first.state == State.CONFIRMED


def test_booking_and_confirming_twice_is_as_once() -> None:
    session, anna = SessionFactory(), VolunteerFactory()
    place = book(session, volunteer=anna)
    assert book(session, volunteer=anna, at=AT + HOUR).confirmed_at == AT
    assert booking.confirm(booking=place, at=AT + HOUR).confirmed_at == AT
    assert kinds(place) == ["booked"]


def test_cancelling_twice_is_as_once() -> None:
    place = BookingFactory()
    booking.cancel(booking=place, at=AT)
    assert booking.cancel(booking=place, at=AT + HOUR).cancelled_at == AT


def test_a_place_given_up_and_taken_again_is_one_row_with_a_fresh_start() -> None:
    session, anna = SessionFactory(), VolunteerFactory()
    first = book(session, volunteer=anna)
    booking.cancel(booking=first, at=AT + HOUR)
    again = book(session, volunteer=anna, at=AT + 2 * HOUR)
    assert (again.pk, again.booked_at, again.cancelled_at) == (first.pk, AT + 2 * HOUR, None)
    assert kinds(again) == ["booked", "booked"]


def test_a_place_given_up_is_not_confirmed_by_an_old_message() -> None:
    with pytest.raises(BookingError, match="was given up"):
        booking.confirm(booking=BookingFactory(given_up=True), at=AT)


@pytest.mark.parametrize(("facts", "why"), [({"over": True}, "is over"), ({"off": True}, "is off")])
def test_a_session_over_or_off_takes_nobody(facts, why) -> None:
    session = SessionFactory(**facts)
    for act in (booking.book, booking.wait):
        with pytest.raises(BookingError, match=why):
            act(volunteer=VolunteerFactory(), session=session, at=AT, confirmed=True)
    with pytest.raises(BookingError, match=why):
        booking.confirm(booking=BookingFactory(session=session, held=True), at=AT)


def test_whoever_was_there_stays_on_the_list_and_a_session_that_is_over_stays_as_it_was() -> None:
    with pytest.raises(BookingError, match="They were there"):
        booking.cancel(booking=BookingFactory(session=SessionFactory(now_on=True), here=True), at=AT)
    with pytest.raises(BookingError, match="is over"):
        booking.cancel(booking=BookingFactory(session=SessionFactory(over=True)), at=AT)


def test_an_organiser_takes_somebody_off_with_a_reason_that_they_are_told() -> None:
    place = BookingFactory()
    with pytest.raises(BookingError, match="Say why"):
        booking.take_out(booking=place, because=" ", at=AT)
    taken = booking.take_out(booking=place, because="Asked to by phone.", at=AT)
    assert (taken.state, taken.cancelled_because) == (State.CANCELLED, "Asked to by phone.")
    assert kinds(place) == ["taken_out"]


def test_somebody_who_gave_the_place_up_is_not_told_that_they_were_taken_off__they_were() -> None:
    place = BookingFactory(given_up=True)
    with pytest.raises(BookingError, match="given the place up already"):
        booking.take_out(booking=place, because="Asked to by phone.", at=AT)
    assert kinds(place) == []


# Races


def try_to(act, **facts):
    try:
        return act(**facts)
    except (BookingError, SessionError, check_in.CheckInError) as error:
        return error


@pytest.mark.django_db(transaction=True)
def test_64_people_race_for_the_last_2_places__2_are_booked_62_are_offered_the_waiting_list(monkeypatch) -> None:
    cache.clear()
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)
    saturday = SessionFactory(capacity=5)
    BookingFactory.create_batch(3, session=saturday)

    def join(number: int):
        form = {"given_name": f"Racer{number}", "contact": f"racer{number}@example.org", "session": saturday.pk}
        return Client().post("/join/", form)

    answers = at_once(*[lambda n=n: join(n) for n in range(64)])
    booked = [answer for answer in answers if answer.status_code == 302]
    offered = [answer for answer in answers if "Full: waiting list" in answer.content.decode()]
    assert (len(booked), len(offered)) == (2, 62)
    assert all(answer.status_code == 200 for answer in offered)
    assert saturday.bookings.taking_a_place(AT).count() == 5


@pytest.mark.django_db(transaction=True)
def test_64_signed_in_racing_for_the_last_2_places_go_on_the_waiting_list_in_order() -> None:
    saturday = SessionFactory(capacity=2)
    racers = VolunteerFactory.create_batch(64)

    def want(racer):
        try:
            return booking.book(volunteer=racer, session=saturday, at=AT, confirmed=True)
        except FullError:
            return booking.wait(volunteer=racer, session=saturday, at=AT)

    at_once(*[lambda racer=racer: want(racer) for racer in racers])
    states = list(saturday.bookings.values_list("state", flat=True))
    assert (states.count(State.CONFIRMED), states.count(State.WAITING)) == (2, 62)


@pytest.mark.django_db(transaction=True)
def test_any_acts_at_once_neither_deadlock_nor_give_out_a_place_too_many() -> None:
    dice = Random(2027)
    for _ in range(10):
        session = SessionFactory(capacity=4)
        people = VolunteerFactory.create_batch(8)
        places = [BookingFactory(session=session, volunteer=one, held=True) for one in people[:4]]
        places += [BookingFactory(session=session, volunteer=one, waiting=True) for one in people[4:6]]
        calls = [lambda p=p: try_to(booking.cancel, booking=p, at=AT) for p in dice.sample(places, 3)]
        calls += [lambda p=p: try_to(booking.confirm, booking=p, at=AT + dice.choice([0, 1]) * HOUR) for p in places]
        calls += [lambda v=v, s=session: try_to(book, session=s, volunteer=v) for v in people[4:]]
        calls += [lambda s=session: waiting_list.move_up(session=s, at=AT), lambda: waiting_list.sweep(at=AT + HOUR)]
        dice.shuffle(calls)
        at_once(*calls)
        taken = session.bookings.filter(state__in=[State.CONFIRMED, State.HELD, State.OFFERED]).exclude(
            kept_until__lte=AT
        )
        assert taken.count() <= 4


@pytest.mark.parametrize("seed", range(12))
def test_no_history_of_acts_gives_out_a_place_too_many_or_leaves_a_row_that_contradicts_itself(seed) -> None:
    dice, at = Random(seed), AT
    session, people = SessionFactory(capacity=dice.randint(1, 4)), VolunteerFactory.create_batch(7)
    for _ in range(60):
        at += dice.choice([0, 1, 7, 31, 200]) * MINUTE
        known = session.bookings.order_by("pk")
        act = dice.choice(["book", "book", "hold", "wait", "confirm", "cancel", "sweep", "resize"])
        place, anna = dice.choice([*known] or [None]), dice.choice(people)
        if act in ("book", "hold"):
            try_to(book, session=session, volunteer=anna, confirmed=act == "book", at=at)
        elif act == "wait":
            try_to(booking.wait, volunteer=anna, session=session, at=at)
        elif act == "sweep":
            waiting_list.sweep(at=at)
        elif act == "resize":
            session.refresh_from_db()
            session.capacity = dice.randint(1, 5)
            try_to(planning.change, session=session, because="", by=None, at=at)
        elif place:
            try_to(booking.confirm if act == "confirm" else booking.cancel, booking=place, at=at)
        session.refresh_from_db()
        assert known.taking_a_place(at).count() <= session.capacity
        if at < SATURDAY - 12 * HOUR and waiting_list.free_places(session, at):
            waiting_list.sweep(at=at)
            assert not (known.waiting().exists() and waiting_list.free_places(session, at))
