"""Delivery at night, too late, and when the facts have changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, SATURDAY, owed
from tests.mail_server import MailServer, TextProvider, text_provider
from volunteers.messaging import delivery
from volunteers.messaging.health import is_late, oldest_owed
from volunteers.messaging.models import Message
from volunteers.people.models import Volunteer
from volunteers.sessions.models import Booking, Session

pytestmark = pytest.mark.django_db

State, Why = Message.State, Message.Why
NIGHT = datetime(2027, 6, 8, 22, 0, tzinfo=UTC)  # 23:00 in London
MORNING = datetime(2027, 6, 9, 7, 0, tzinfo=UTC)  # 08:00 in London
NUMBER = "+447700900123"


@pytest.fixture(autouse=True)
def mail(settings: Any) -> Iterator[MailServer]:
    CampaignDetailsFactory()
    with MailServer() as server:
        server.use(settings)
        yield server


@pytest.fixture
def texts(settings: Any) -> Iterator[TextProvider]:
    with text_provider() as provider:
        provider.use(settings)
        yield provider


def deliver(message: Message, moment: datetime) -> Message:
    delivery.deliver(clock=lambda: moment)
    message.refresh_from_db()
    return message


# Quiet hours


def test_an_answer_to_ones_own_act_goes_by_email_at_any_hour() -> None:
    assert deliver(owed("fern@example.org", due_at=NIGHT), NIGHT).state == State.SENT


def test_what_we_start_waits_until_eight_and_is_not_owed_before() -> None:
    message = deliver(owed("fern@example.org", kind="day_before", due_at=NIGHT), NIGHT)
    assert (message.state, message.due_at, message.next_try_at) == (State.DUE, MORNING, MORNING)
    assert oldest_owed(NIGHT + 8 * HOUR) is None
    assert deliver(message, MORNING - timedelta(seconds=1)).state == State.DUE
    assert deliver(message, MORNING).state == State.SENT


@pytest.mark.parametrize(
    ("night", "morning"),
    [
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), datetime(2027, 3, 28, 7, 0, tzinfo=UTC)),
        (datetime(2027, 10, 30, 22, 0, tzinfo=UTC), datetime(2027, 10, 31, 8, 0, tzinfo=UTC)),
    ],
)
def test_eight_is_eight_on_the_clock_in_the_nights_the_clocks_change(night: datetime, morning: datetime) -> None:
    message = owed("fern@example.org", kind="day_before", due_at=night)
    Session.objects.update(starts_at=morning + 30 * HOUR, ends_at=morning + 32 * HOUR)
    session = Session.objects.get()
    message.about["start"] = f"{session.starts_at:%Y%m%dT%H%MZ}"
    message.save()
    assert deliver(message, night).due_at == morning


def test_a_text_message_waits_for_the_morning_even_as_an_answer(texts: TextProvider) -> None:
    message = deliver(owed(phone=NUMBER, due_at=NIGHT), NIGHT)
    assert (message.state, message.due_at, texts.requests) == (State.DUE, MORNING, [])
    assert deliver(message, MORNING).channel == "sms"


def test_an_email_that_the_morning_would_make_useless_goes_at_night() -> None:
    message = owed("fern@example.org", kind="day_before", due_at=NIGHT, useful_until=MORNING)
    assert deliver(message, NIGHT).state == State.SENT


def test_a_text_message_that_the_morning_would_make_useless_is_skipped_and_holds_up_nobody(
    texts: TextProvider,
) -> None:
    """Found by this test: the row broke a rule of the database, and its batch was tried anew every five minutes."""
    message = owed(phone=NUMBER, due_at=NIGHT - HOUR, useful_until=MORNING)
    other = owed("fern@example.org", due_at=NIGHT)
    message = deliver(message, NIGHT)
    other.refresh_from_db()
    assert (message.state, message.why, texts.requests) == (State.SKIPPED, Why.TOO_LATE, [])
    assert other.state == State.SENT


# Too late


def test_too_late_is_not_sent() -> None:
    message = owed("fern@example.org", kind="day_before", due_at=AT - HOUR, useful_until=AT)
    message = deliver(message, AT)
    assert (message.state, message.why) == (State.SKIPPED, Why.TOO_LATE)


def test_just_in_time_is_sent() -> None:
    message = owed("fern@example.org", kind="day_before", due_at=AT - HOUR, useful_until=AT + timedelta(seconds=1))
    assert deliver(message, AT).state == State.SENT


def test_too_late_for_a_message_whose_worker_died_is_not_sent_either() -> None:
    """Found by this test: only rows that nobody had taken up were looked at."""
    message = owed("fern@example.org", kind="day_before", due_at=AT - HOUR, useful_until=AT)
    delivery.take(at=AT - HOUR, most=1)
    message = deliver(message, AT)
    assert (message.state, message.why) == (State.SKIPPED, Why.TOO_LATE)


def test_tomorrow_is_said_to_nobody_on_the_day_after_an_outage_of_the_clock() -> None:
    day_before = AT.replace(hour=10)
    message = owed("fern@example.org", kind="day_before", due_at=day_before, useful_until=day_before + 10 * HOUR)
    message = deliver(message, day_before + 24 * HOUR)
    assert (message.state, message.why) == (State.SKIPPED, Why.TOO_LATE)


# The facts changed


def test_a_place_given_up_is_not_confirmed_by_a_message() -> None:
    message = owed("fern@example.org")
    Booking.objects.update(state=Booking.State.CANCELLED, cancelled_at=AT, confirmed_at=None)
    message = deliver(message, AT)
    assert (message.state, message.why) == (State.SKIPPED, Why.CHANGED)


def test_a_session_called_off_between_queue_and_sending_reminds_nobody() -> None:
    message = owed("fern@example.org", kind="morning")
    Session.objects.update(cancelled_at=AT, cancelled_because="Rain.")
    assert deliver(message, AT).why == Why.CHANGED


def test_a_session_moved_between_queue_and_sending_makes_the_reminder_untrue() -> None:
    message = owed("fern@example.org", kind="morning")
    Session.objects.update(starts_at=SATURDAY + HOUR)
    assert deliver(message, AT).why == Why.CHANGED


def test_whoever_is_there_already_is_not_asked_to_check_in() -> None:
    message = owed("fern@example.org", kind="check_in")
    Booking.objects.update(checked_in_at=AT, checked_in_by="list")
    assert deliver(message, AT).why == Why.DONE


def test_somebody_erased_or_merged_since_then_gets_nothing() -> None:
    message = owed("fern@example.org")
    Volunteer.objects.update(user=None, family_name="", postcode="", erased_at=AT)
    assert deliver(message, AT).state == State.SKIPPED


@pytest.mark.parametrize(
    ("sent_at", "starts_at", "word"),
    [
        (datetime(2027, 6, 11, 18, tzinfo=UTC), datetime(2027, 6, 12, 7, 30, tzinfo=UTC), "Tomorrow"),
        (datetime(2027, 6, 11, 18, tzinfo=UTC), datetime(2027, 6, 11, 23, 30, tzinfo=UTC), "Tomorrow"),
        (datetime(2027, 6, 12, 7, tzinfo=UTC), datetime(2027, 6, 12, 9, tzinfo=UTC), "Today"),
    ],
)
def test_today_and_tomorrow_are_days_in_london(
    mail: MailServer, sent_at: datetime, starts_at: datetime, word: str
) -> None:
    message = owed("fern@example.org", kind="morning", due_at=sent_at)
    Session.objects.update(starts_at=starts_at, ends_at=starts_at + 2 * HOUR)
    message.about["start"] = f"{starts_at:%Y%m%dT%H%MZ}"
    message.save()
    deliver(message, sent_at)
    assert mail.letters[0].parsed["Subject"].startswith(f"{word}: ")


# The imprint


def test_without_an_imprint_no_email_goes_and_it_stays_owed(mail: MailServer) -> None:
    CampaignDetailsFactory(unpublished=True)
    CampaignDetailsFactory._meta.model.objects.update(imprint="")
    message = deliver(owed("fern@example.org"), AT)
    assert (message.state, mail.letters) == (State.DUE, [])
    assert message.last_error == "no imprint is set, and without it no e-mail goes out"
    assert is_late(AT + HOUR)
    CampaignDetailsFactory._meta.model.objects.update(imprint="Promoted by A, 1 B Street.")
    assert deliver(message, AT + HOUR).state == State.SENT
