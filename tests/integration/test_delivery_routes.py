"""By which way a message goes: e-mail before text message, only where wanted, agreed to, and working."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, BookingFactory, SessionFactory, owed, person
from tests.mail_server import MailServer, TextProvider, text_provider
from volunteers.messaging import consents, delivery
from volunteers.messaging.models import Message
from volunteers.people.models import GuardianConsent, User, Volunteer
from volunteers.sessions.models import Booking

pytestmark = pytest.mark.django_db

State, Why = Message.State, Message.Why
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


def deliver(message: Message) -> Message:
    delivery.deliver(clock=lambda: AT)
    message.refresh_from_db()
    return message


def asking(*channels: str, **how: Any) -> Message:
    """A message that asks for more, to somebody who came and agreed to `channels`; there is a session to offer."""
    message = owed(**{"address": "fern@example.org"} | how, kind="next_ask")
    Booking.objects.update(checked_in_at=AT - HOUR, checked_in_by="list")
    Booking.objects.get().session.__class__.objects.update(starts_at=AT - 4 * HOUR, ends_at=AT - 2 * HOUR)
    message.about["start"] = f"{AT - 4 * HOUR:%Y%m%dT%H%MZ}"
    message.save()
    SessionFactory()
    consents.set_consents(volunteer=message.volunteer, channels=channels, at=AT)
    return message


# E-mail, and text message where e-mail is not to be had


def test_email_comes_before_a_text_message(texts: TextProvider) -> None:
    assert deliver(owed("fern@example.org", phone=NUMBER)).channel == "email"
    assert texts.requests == []


def test_without_an_email_address_a_text_message_goes(texts: TextProvider) -> None:
    message = deliver(owed(phone=NUMBER))
    assert (message.state, message.channel) == (State.SENT, "sms")
    (request,) = texts.requests
    assert (request.body["to"], request.body["reference"]) == (NUMBER, str(message.uuid))


def test_to_a_refused_address_nothing_goes_and_a_text_message_instead(texts: TextProvider, mail: MailServer) -> None:
    message = owed("fern@example.org", phone=NUMBER)
    User.objects.update(email_refused_at=AT)
    assert deliver(message).channel == "sms"
    assert mail.letters == []


def test_an_address_refused_this_minute_makes_the_same_message_a_text_message(texts: TextProvider) -> None:
    """Found by this test: the message failed, though the next would have gone by text message."""
    message = deliver(owed("nobody@example.org", phone=NUMBER))
    assert (message.state, message.channel) == (State.SENT, "sms")
    assert message.volunteer.user.email_refused_at == AT


def test_a_number_refused_as_well_is_marked_and_the_message_fails(texts: TextProvider) -> None:
    texts.status = lambda request: 422
    message = deliver(owed("nobody@example.org", phone=NUMBER))
    assert (message.state, message.why) == (State.FAILED, Why.ADDRESS_REFUSED)
    user = message.volunteer.user
    assert (user.email_refused_at, user.phone_refused_at) == (AT, AT)


def test_a_provider_that_answers_with_a_fault_is_asked_again_with_the_same_reference(texts: TextProvider) -> None:
    statuses = iter([500, 200])
    texts.status = lambda request: next(statuses)
    message = deliver(owed(phone=NUMBER))
    assert (message.state, message.last_error) == (State.DUE, "the provider answered 500")
    delivery.deliver(clock=lambda: message.next_try_at)
    first, second = texts.requests
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == str(message.uuid)


def test_without_a_provider_a_number_is_no_way() -> None:
    message = deliver(owed(phone=NUMBER))
    assert (message.state, message.why) == (State.SKIPPED, Why.NO_WAY)


def test_somebody_without_any_address_is_skipped_and_says_so() -> None:
    message = owed("fern@example.org")
    Volunteer.objects.update(user=None)
    assert deliver(message).why == Why.NO_WAY


def test_somebody_whose_access_ended_gets_nothing(mail: MailServer) -> None:
    message = owed("fern@example.org")
    User.objects.update(is_active=False)
    assert deliver(message).why == Why.NO_WAY
    assert mail.letters == []


# What is wanted


def test_a_kind_that_was_stopped_does_not_go() -> None:
    message = owed("fern@example.org", kind="morning")
    consents.set_stopped(volunteer=message.volunteer, stopped=[("morning", "email")], at=AT)
    assert deliver(message).why == Why.STOPPED


def test_another_kind_goes_all_the_same() -> None:
    message = owed("fern@example.org", kind="morning")
    consents.set_stopped(volunteer=message.volunteer, stopped=[("day_before", "email")], at=AT)
    assert deliver(message).state == State.SENT


def test_who_wants_text_messages_and_no_email_of_a_kind_gets_them(texts: TextProvider) -> None:
    message = owed("fern@example.org", phone=NUMBER, kind="morning")
    consents.set_stopped(volunteer=message.volunteer, stopped=[("morning", "email")], at=AT)
    assert deliver(message).channel == "sms"


def test_a_confirmation_cannot_be_stopped() -> None:
    message = owed("fern@example.org")
    consents.set_stopped(volunteer=message.volunteer, stopped=[("booked", "email")], at=AT)
    assert deliver(message).state == State.SENT


# Recruitment


def test_nobody_is_asked_for_more_without_having_agreed() -> None:
    assert deliver(asking()).why == Why.NO_CONSENT


def test_whoever_agreed_is_asked() -> None:
    assert deliver(asking("email")).state == State.SENT


def test_agreeing_to_text_messages_is_not_agreeing_to_email(texts: TextProvider) -> None:
    assert deliver(asking("sms", phone=NUMBER)).channel == "sms"


def test_an_agreement_withdrawn_after_it_was_owed_counts() -> None:
    message = asking("email")
    consents.set_consents(volunteer=message.volunteer, channels=[], at=AT)
    assert deliver(message).why == Why.NO_CONSENT


def test_a_reminder_needs_no_consent() -> None:
    assert deliver(owed("fern@example.org", kind="day_before")).state == State.SENT


# Guardians


def test_a_guardians_message_goes_to_the_guardian_and_nowhere_else(mail: MailServer) -> None:
    young = person("young@example.org", age_band=Volunteer.AgeBand.SIXTEEN)
    consent = GuardianConsent.objects.create(volunteer=young, email="parent@example.org", asked_at=AT)
    message = owed("unused@example.org", kind="guardian", guardian_email="parent@example.org")
    Message.objects.update(volunteer=young, about={"consent": consent.pk})
    assert deliver(message).state == State.SENT
    assert mail.addresses == ["parent@example.org"]


def test_a_guardians_refused_address_marks_nobody() -> None:
    young = person("young@example.org", age_band=Volunteer.AgeBand.SIXTEEN)
    consent = GuardianConsent.objects.create(volunteer=young, email="nobody@example.org", asked_at=AT)
    booking = BookingFactory(volunteer=young)
    message = owed("unused@example.org", kind="guardian", guardian_email="nobody@example.org")
    Message.objects.update(volunteer=young, about={"consent": consent.pk, "booking": booking.pk})
    message = deliver(message)
    assert (message.state, message.why) == (State.FAILED, Why.ADDRESS_REFUSED)
    assert not User.objects.exclude(email_refused_at=None).exists()
