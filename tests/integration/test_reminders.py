"""Reminders as the outbox gets them: planned from what stands, whoever changed it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail

from campaign.foundation.election_dates import LONDON
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, SATURDAY, BookingFactory, SessionFactory
from tests.races import at_once
from volunteers.messaging import consents, delivery
from volunteers.messaging.models import Message
from volunteers.reminders import planning
from volunteers.sessions import booking as acts
from volunteers.sessions import planning as sessions
from volunteers.sessions.models import Booking, Session

pytestmark = pytest.mark.django_db

FRIDAY_11 = datetime.fromisoformat("2027-06-11T11:00+01:00")
SATURDAY_8 = datetime.fromisoformat("2027-06-12T08:00+01:00")


@pytest.fixture(autouse=True)
def campaign() -> None:
    CampaignDetailsFactory()


def rung(at: datetime) -> list[str]:
    """What the minute's bell sends at `at`."""
    before = len(mail.outbox)
    planning.plan(at=at)
    delivery.deliver(clock=lambda: at)
    return [str(message.subject) for message in mail.outbox[before:]]


def kinds(state: str = "") -> list[str]:
    rows = Message.objects.filter(state=state) if state else Message.objects.all()
    return list(rows.order_by("due_at", "pk").values_list("kind", flat=True))


def moved(session: Session, by: timedelta, at: datetime) -> None:
    found = Session.objects.get(pk=session.pk)
    found.starts_at += by
    found.ends_at += by
    sessions.change(session=found, because="", by=None, at=at)
    Message.objects.filter(kind="moved").delete()


def test_a_place_that_nobody_confirmed_in_its_half_hour_brings_no_reminder__it_brought_all_of_them() -> None:
    BookingFactory(state=Booking.State.HELD, confirmed_at=None, kept_until=FRIDAY_11 - 24 * HOUR)
    assert rung(FRIDAY_11) == []
    assert rung(SATURDAY_8) == []


def test_a_booked_person_is_reminded_the_day_before_on_the_day_and_thanked() -> None:
    place = BookingFactory()
    assert rung(FRIDAY_11 - HOUR / 60 * 2) == []
    assert rung(FRIDAY_11) == ["Tomorrow: Canvassing, 10:00 to 12:00"]
    assert rung(FRIDAY_11 + HOUR) == []
    assert rung(SATURDAY_8) == ["Today: Canvassing, 10:00 to 12:00"]
    assert rung(SATURDAY + HOUR / 6) == ["Are you there? Canvassing, 10:00 to 12:00"]
    Booking.objects.filter(pk=place.pk).update(checked_in_at=SATURDAY, checked_in_by="list")
    assert rung(SATURDAY + 3 * HOUR) == ["Thank you"]
    assert rung(SATURDAY + 30 * HOUR) == []


def test_messages_say_where_and_let_one_confirm_cancel_and_check_in() -> None:
    BookingFactory(volunteer__given_name="Robin", session__directions="By the north gate.")
    rung(FRIDAY_11)
    rung(SATURDAY_8)
    day_before, morning = (str(message.body) for message in mail.outbox)
    for said in ("Hello Robin", "Saturday 12 June, 10:00 to 12:00", "The bandstand, Thimble Park", "north gate"):
        assert said in day_before
        assert said in morning
    assert "Confirm: http" in day_before
    assert "/cancel/" in day_before
    assert "/here/" in morning


def test_who_booked_late_hears_nothing_of_what_is_past() -> None:
    BookingFactory(booked_at=FRIDAY_11 + 4 * HOUR)
    assert rung(FRIDAY_11 + 5 * HOUR) == []
    assert rung(SATURDAY_8) == ["Today: Canvassing, 10:00 to 12:00"]


def test_who_booked_on_the_morning_itself_has_the_confirmation_and_no_reminder() -> None:
    BookingFactory(booked_at=SATURDAY_8 + HOUR / 60)
    assert rung(SATURDAY_8 + HOUR) == []


def test_a_session_before_ten_is_announced_the_evening_before_with_the_check_in_link() -> None:
    early = datetime.fromisoformat("2027-06-12T06:30+01:00")
    BookingFactory(session__starts_at=early)
    assert rung(FRIDAY_11) == ["Tomorrow: Canvassing, 06:30 to 08:30"]
    assert rung(early - timedelta(hours=11, minutes=30)) == ["Tomorrow: Canvassing, 06:30 to 08:30"]
    assert "/here/" in str(mail.outbox[-1].body)
    assert rung(early + HOUR / 6) == []


def test_a_moved_session_gets_new_reminders_and_the_old_ones_fall() -> None:
    place = BookingFactory()
    assert rung(FRIDAY_11) == ["Tomorrow: Canvassing, 10:00 to 12:00"]
    planning.plan(at=SATURDAY_8)
    moved(place.session, timedelta(days=1), SATURDAY_8)
    assert rung(SATURDAY_8 + HOUR / 60) == []
    assert kinds("skipped") == ["morning"]
    assert rung(FRIDAY_11 + 24 * HOUR) == ["Tomorrow: Canvassing, 10:00 to 12:00"]
    assert rung(SATURDAY_8 + 24 * HOUR) == ["Today: Canvassing, 10:00 to 12:00"]


def test_a_session_moved_away_and_back_owes_again_what_was_not_sent_and_repeats_nothing() -> None:
    place = BookingFactory()
    assert rung(FRIDAY_11) == ["Tomorrow: Canvassing, 10:00 to 12:00"]
    moved(place.session, timedelta(days=3), FRIDAY_11 + HOUR)
    moved(place.session, timedelta(days=-3), FRIDAY_11 + 2 * HOUR)
    assert rung(FRIDAY_11 + 3 * HOUR) == []
    assert rung(SATURDAY_8) == ["Today: Canvassing, 10:00 to 12:00"]


def test_a_reminder_skipped_while_the_place_was_given_up_is_owed_again_when_it_is_taken_again() -> None:
    place = BookingFactory()
    planning.plan(at=FRIDAY_11)
    acts.cancel(booking=place, at=FRIDAY_11)
    delivery.deliver(clock=lambda: FRIDAY_11)
    assert kinds("skipped") == ["day_before"]
    Booking.objects.filter(pk=place.pk).update(state="confirmed", cancelled_at=None)
    assert rung(FRIDAY_11 + HOUR) == ["Tomorrow: Canvassing, 10:00 to 12:00"]


@pytest.mark.parametrize("how", ["given up", "off", "waiting", "offered"])
def test_who_has_no_place_is_not_reminded(how: str) -> None:
    facts = {"given up": {"given_up": True}, "off": {"session__off": True}}
    BookingFactory(**facts.get(how, {how: True}))
    assert [rung(at) for at in (FRIDAY_11, SATURDAY_8, SATURDAY + HOUR / 6, SATURDAY + 3 * HOUR)] == [[]] * 4


def test_who_gives_the_place_up_between_planning_and_sending_hears_nothing() -> None:
    place = BookingFactory()
    planning.plan(at=FRIDAY_11)
    acts.cancel(booking=place, at=FRIDAY_11)
    delivery.deliver(clock=lambda: FRIDAY_11)
    assert mail.outbox == []


def test_who_is_there_is_not_asked_whether_they_are() -> None:
    BookingFactory(here=True, checked_in_at=SATURDAY)
    assert rung(SATURDAY + HOUR / 6) == []


def test_who_did_not_come_is_not_thanked_and_not_asked() -> None:
    place = BookingFactory(no_show_at=SATURDAY + HOUR)
    consents.set_consents(volunteer=place.volunteer, channels={"email"}, at=AT)
    SessionFactory(starts_at=SATURDAY + 48 * HOUR)
    assert rung(SATURDAY + 3 * HOUR) == []


class TestTheNextAsk:
    """Recruitment: only with that consent, and then it says thank you as well."""

    def came(self, *, agreed: bool, ahead: int = 1) -> Booking:
        place = BookingFactory(here=True, checked_in_at=SATURDAY)
        if agreed:
            consents.set_consents(volunteer=place.volunteer, channels={"email"}, at=AT)
        for number in range(ahead):
            SessionFactory(starts_at=SATURDAY + (48 + number) * HOUR)
        return place

    def test_without_consent_there_is_thanks_and_no_ask(self) -> None:
        self.came(agreed=False)
        assert rung(SATURDAY + 3 * HOUR) == ["Thank you"]
        assert "next" not in str(mail.outbox[0].body).lower()

    def test_with_consent_there_is_one_message_that_does_both(self) -> None:
        self.came(agreed=True)
        assert rung(SATURDAY + 3 * HOUR) == ["Thank you, and when do you come again?"]
        assert "Monday 14 June, 10:00, The bandstand" in str(mail.outbox[0].body)

    def test_who_has_booked_again_is_thanked_only(self) -> None:
        place = self.came(agreed=True)
        again = Session.objects.exclude(pk=place.session_id).get()
        acts.book(volunteer=place.volunteer, session=again, at=SATURDAY + HOUR, confirmed=True)
        Message.objects.all().delete()
        assert rung(SATURDAY + 3 * HOUR) == ["Thank you"]

    def test_with_nothing_ahead_there_is_thanks_only(self) -> None:
        self.came(agreed=True, ahead=0)
        assert rung(SATURDAY + 3 * HOUR) == ["Thank you"]

    def test_withdrawn_consent_is_no_consent(self) -> None:
        place = self.came(agreed=True)
        consents.set_consents(volunteer=place.volunteer, channels=set(), at=AT + HOUR)
        assert rung(SATURDAY + 3 * HOUR) == ["Thank you"]


def test_a_clock_that_stood_for_two_hours_catches_up() -> None:
    BookingFactory()
    assert rung(FRIDAY_11 + 2 * HOUR) == ["Tomorrow: Canvassing, 10:00 to 12:00"]


def test_what_came_too_late_is_in_the_outbox_and_says_so() -> None:
    BookingFactory()
    assert rung(FRIDAY_11 + 11 * HOUR) == []
    assert list(Message.objects.values_list("kind", "state", "why")) == [("day_before", "skipped", "too_late")]


def test_two_clocks_add_nothing_twice() -> None:
    BookingFactory.create_batch(3)
    assert planning.plan(at=FRIDAY_11) == 3
    assert planning.plan(at=FRIDAY_11) == 0


@pytest.mark.django_db(transaction=True)
def test_eight_clocks_at_once_add_each_reminder_once() -> None:
    BookingFactory.create_batch(30, session=SessionFactory(capacity=30))
    added = at_once(*[lambda: planning.plan(at=FRIDAY_11)] * 8)
    assert sum(added) == Message.objects.count() == 30


def test_planning_takes_as_many_statements_for_one_as_for_thirty(query_count: Callable[..., int]) -> None:
    session = SessionFactory(capacity=40)
    BookingFactory(session=session)
    one = query_count(lambda: planning.plan(at=FRIDAY_11))
    BookingFactory.create_batch(29, session=session)
    assert query_count(lambda: planning.plan(at=FRIDAY_11)) == one


def test_people_behind_one_address_are_reminded_each_by_name() -> None:
    first = BookingFactory(volunteer__given_name="Robin")
    BookingFactory(session=first.session, volunteer__given_name="Ash", volunteer__user=first.volunteer.user)
    rung(FRIDAY_11)
    assert {str(message.body).split(",")[0] for message in mail.outbox} == {"Hello Robin", "Hello Ash"}


def test_two_sessions_that_overlap_are_announced_each_once_and_only_the_one_kept_goes_on() -> None:
    """Somebody may have a place in both; giving one up must not silence the other."""
    first = BookingFactory()
    second = BookingFactory(volunteer=first.volunteer, session__starts_at=SATURDAY + HOUR, session__title="Leaflets")
    assert sorted(rung(FRIDAY_11)) == ["Tomorrow: Canvassing, 10:00 to 12:00", "Tomorrow: Leaflets, 11:00 to 13:00"]
    acts.cancel(booking=first, at=FRIDAY_11 + HOUR)
    assert rung(SATURDAY_8) == ["Today: Leaflets, 11:00 to 13:00"]
    assert rung(SATURDAY + HOUR + HOUR / 6) == ["Are you there? Leaflets, 11:00 to 13:00"]
    assert second.volunteer == first.volunteer


@pytest.mark.parametrize(
    ("start", "day_before", "morning"),
    [
        ("2026-03-29T11:00", "2026-03-28T11:00Z", "2026-03-29T07:00Z"),
        ("2026-10-25T11:00", "2026-10-24T10:00Z", "2026-10-25T08:00Z"),
        ("2026-03-29T06:30", "2026-03-28T11:00Z", "2026-03-28T19:00Z"),
        ("2026-10-25T06:30", "2026-10-24T10:00Z", "2026-10-24T18:00Z"),
    ],
    ids=["the clocks go forward", "the clocks go back", "early, forward", "early, back"],
)
def test_on_the_days_the_clocks_change_reminders_go_by_the_clock(start: str, day_before: str, morning: str) -> None:
    starts_at = datetime.fromisoformat(start).replace(tzinfo=LONDON)
    BookingFactory(session__starts_at=starts_at, booked_at=starts_at - timedelta(days=5))
    for due in (day_before, morning):
        at = datetime.fromisoformat(due)
        assert rung(at - timedelta(minutes=2)) == []
        assert len(rung(at)) == 1
