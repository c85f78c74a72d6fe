"""What a mail provider reports later, by Anymail's signal: an address that bounced is marked as one refused at once."""

from datetime import timedelta
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, tracking

from tests.factories.sessions import AT, owed
from volunteers.messaging.models import Message
from volunteers.people.models import User

pytestmark = pytest.mark.django_db

State, Why = Message.State, Message.Why


def report(event_type: str, recipient: str | None) -> None:
    event = AnymailTrackingEvent(event_type=event_type, recipient=recipient)
    tracking.send(sender=object(), event=event, esp_name="Test")


def a_sent_one(address: str, minutes_later: int = 0, **facts: Any) -> Message:
    message = owed(address)
    sent_at = AT + timedelta(minutes=minutes_later)
    Message.objects.filter(pk=message.pk).update(state=State.SENT, sent_at=sent_at, channel="email", **facts)
    return message


@pytest.mark.parametrize("event_type", [EventType.BOUNCED, EventType.REJECTED, EventType.COMPLAINED])
def test_it_works(event_type: str) -> None:
    message = a_sent_one("fern@example.org")
    report(event_type, "Fern@Example.org")
    message.refresh_from_db()
    assert (message.state, message.why, message.sent_at) == (State.FAILED, Why.ADDRESS_REFUSED, None)
    assert message.volunteer.user.email_refused_at is not None


def test_a_complaint_is_not_called_a_bounce() -> None:
    message = a_sent_one("fern@example.org")
    report(EventType.COMPLAINED, "fern@example.org")
    message.refresh_from_db()
    assert message.last_error == "it was marked as unwanted"


@pytest.mark.parametrize(
    "event_type", [EventType.DELIVERED, EventType.DEFERRED, EventType.OPENED, EventType.QUEUED, EventType.UNKNOWN]
)
def test_a_delay_and_everything_else_marks_nothing(event_type: str) -> None:
    message = a_sent_one("fern@example.org")
    report(event_type, "fern@example.org")
    message.refresh_from_db()
    assert message.state == State.SENT
    assert message.volunteer.user.email_refused_at is None


@pytest.mark.parametrize("recipient", ["stranger@example.org", "", None])
def test_a_report_on_nobody_we_know_changes_nothing(recipient: str | None) -> None:
    a_sent_one("fern@example.org")
    report(EventType.BOUNCED, recipient)
    assert not User.objects.exclude(email_refused_at=None).exists()
    assert Message.objects.get().state == State.SENT


def test_only_the_latest_to_that_address_is_taken_for_the_one_that_came_back() -> None:
    older = a_sent_one("fern@example.org")
    newer = Message.objects.create(
        key="newer", kind="booked", volunteer=older.volunteer, about=older.about, due_at=AT, next_try_at=AT,
        state=State.SENT, sent_at=AT + timedelta(hours=1), channel="email",
    )  # fmt: skip
    other = a_sent_one("reed@example.org", 120)
    report(EventType.BOUNCED, "fern@example.org")
    states = [Message.objects.get(pk=row.pk).state for row in (older, newer, other)]
    assert states == [State.SENT, State.FAILED, State.SENT]


def test_a_guardians_address_that_bounced_fails_the_guardians_message_and_marks_nobody() -> None:
    """Found by this test: the question to a guardian came back, and nobody was told."""
    message = a_sent_one("young@example.org", kind="guardian", guardian_email="parent@example.org")
    report(EventType.BOUNCED, "parent@example.org")
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert message.volunteer.user.email_refused_at is None


def test_ones_own_address_that_bounced_says_nothing_of_the_message_to_the_guardian() -> None:
    """Found by this test: the latest message of the person was taken, also when it went to the guardian."""
    message = a_sent_one("young@example.org", kind="guardian", guardian_email="parent@example.org")
    report(EventType.BOUNCED, "young@example.org")
    message.refresh_from_db()
    assert message.state == State.SENT
    assert message.volunteer.user.email_refused_at is not None
