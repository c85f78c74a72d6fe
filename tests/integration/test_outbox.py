"""Putting messages into the outbox: once per key, in the caller's transaction, heard or not."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import OperationalError
from django.db import IntegrityError, transaction

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, BookingFactory, owed
from tests.mail_server import MailServer
from tests.races import at_once
from volunteers.messaging import outbox, tasks
from volunteers.messaging.models import Message
from volunteers.messaging.outbox import Draft
from volunteers.sessions.models import Booking

State = Message.State


@pytest.fixture
def booking(db: None) -> Booking:
    return BookingFactory()  # type: ignore[no-any-return]


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rung: list[int] = []
    monkeypatch.setattr(tasks.deliver, "delay", lambda: rung.append(1))
    return rung


def draft(booking: Booking, key: str = "booked:1", **facts: Any) -> Draft:
    given = {"key": key, "kind": "booked", "volunteer_id": booking.volunteer_id, "due_at": AT}
    return Draft(**given | {"about": {"booking": booking.pk}} | facts)


def test_it_works(booking: Booking, bells: list[int], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        outbox.queue(draft(booking))
        assert bells == []
    message = Message.objects.get()
    assert (message.state, message.due_at, message.next_try_at) == (State.DUE, AT, AT)
    assert bells == [1]


def test_the_same_key_again_changes_nothing(booking: Booking) -> None:
    outbox.queue(draft(booking))
    outbox.queue(draft(booking, due_at=AT + timedelta(hours=1)), draft(booking, "booked:2"))
    assert list(Message.objects.order_by("key").values_list("key", "due_at")) == [("booked:1", AT), ("booked:2", AT)]


def test_what_was_sent_is_not_owed_again_by_its_key(booking: Booking) -> None:
    outbox.queue(draft(booking))
    Message.objects.update(state=State.SENT, sent_at=AT, channel="email")
    outbox.queue(draft(booking))
    assert Message.objects.get().state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_eight_who_queue_the_same_at_once_in_any_order_owe_it_once(bells: list[int]) -> None:
    """Found by this test: two who queued the same in another order waited for each other, a deadlock."""
    booking = BookingFactory()
    keys = [f"booked:{number}" for number in range(40)]

    def queue(seed: int) -> Callable[[], None]:
        mine = random.Random(seed).sample(keys, len(keys))
        return lambda: outbox.queue(*(draft(booking, key) for key in mine))

    at_once(*(queue(seed) for seed in range(8)))
    assert sorted(Message.objects.values_list("key", flat=True)) == sorted(keys)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_taken_back_owes_nothing_and_rings_nobody(bells: list[int]) -> None:
    booking = BookingFactory()
    with transaction.atomic():
        outbox.queue(draft(booking))
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert bells == []


@pytest.mark.django_db(transaction=True)
def test_a_bell_that_nobody_hears_loses_nothing(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Redis is gone: whoever books sees no error, and the next minute sends."""
    CampaignDetailsFactory()

    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(tasks.deliver, "delay", fail)
    message = owed("fern@example.org")
    with transaction.atomic():
        outbox.queue(draft(Booking.objects.get(pk=message.about["booking"]), "booked:new"))
    with MailServer() as mail:
        mail.use(settings)
        tasks.deliver()
    assert mail.addresses == []  # AT lies ahead of the clock on the wall
    Message.objects.update(due_at=AT - timedelta(days=800), next_try_at=AT - timedelta(days=800))
    with MailServer() as mail:
        mail.use(settings)
        tasks.deliver()
    assert mail.addresses == ["fern@example.org"] * 2


# Rules of the table


@pytest.fixture
def message(db: None) -> Message:
    return owed("fern@example.org")


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ("a_sent_message_says_when_and_how", {"state": "sent"}),
        ("a_sent_message_says_when_and_how", {"sent_at": AT}),
        ("only_a_message_being_sent_is_leased", {"state": "sending"}),
        ("only_a_message_being_sent_is_leased", {"leased_until": AT}),
        ("what_was_not_sent_says_why", {"state": "failed"}),
        ("what_was_not_sent_says_why", {"state": "skipped"}),
        ("a_message_is_of_use_when_due", {"useful_until": AT}),
    ],
)
def test_the_database_keeps_the_rules(message: Message, rule: str, facts: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule):
        Message.objects.filter(pk=message.pk).update(**facts)
