"""What rings, and how: short bells on UTC, no task kept for later, no network while a transaction is open."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection

from campaign.celery import app
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, BookingFactory, SessionFactory, owed, person
from tests.mail_server import MailServer
from volunteers.messaging import delivery
from volunteers.messaging.carriers import Carrier
from volunteers.messaging.models import Message
from volunteers.messaging.tasks import deliver
from volunteers.reminders.tasks import move_lists_up, plan_reminders
from volunteers.sessions import booking

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MINUTE_BELLS = {
    "plan the reminders that have become due": plan_reminders,
    "move waiting lists up": move_lists_up,
    "send what is owed": deliver,
}


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    CampaignDetailsFactory()
    with MailServer() as server:
        server.use(settings)
        yield server


def test_beat_rings_every_minute_for_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    for name, task in MINUTE_BELLS.items():  # each its own: an error in one must not silence the others
        assert app.conf.beat_schedule[name]["task"] == task.name
        assert app.conf.beat_schedule[name]["schedule"] == timedelta(minutes=1)
    assert {bell["task"] for bell in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_beat_knows_no_summer_time() -> None:
    """Clocks that follow summer time ring an hour off, or twice, when it begins and ends."""
    assert app.conf.timezone == "UTC"
    assert all(isinstance(bell["schedule"], timedelta) for bell in app.conf.beat_schedule.values())


def test_no_task_is_kept_for_later_in_the_broker() -> None:
    """A task with an `eta` beyond the broker's visibility time-out is handed out again and again."""
    sources = [path for top in ("campaign", "volunteers", "canvassing") for path in (BASE_DIR / top).rglob("*.py")]
    assert [path for path in sources if re.search(r"\b(eta|countdown)=", path.read_text())] == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_while_a_transaction_is_open(mail: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    owed("fern@example.org")
    post, open_ones = Carrier.post, []

    def watched(self: Carrier, letter: EmailMultiAlternatives) -> None:
        open_ones.append(connection.in_atomic_block)
        post(self, letter)

    monkeypatch.setattr(Carrier, "post", watched)
    delivery.deliver(clock=lambda: AT)
    assert open_ones == [False]


@pytest.mark.django_db(transaction=True)
def test_whoever_books_does_not_wait_for_a_mail_server_that_stalls(mail: MailServer) -> None:
    mail.times["stalled"] = 1
    session, fern = SessionFactory(), person("stalled@example.org")
    began = monotonic()
    booking.book(volunteer=fern, session=session, at=AT, confirmed=True)
    assert monotonic() - began < 5
    assert mail.letters == []
    assert Message.objects.get().state == Message.State.DUE


@pytest.mark.django_db
def test_booking_sends_the_confirmation_with_the_next_bell(mail: MailServer) -> None:
    booking.book(volunteer=person("fern@example.org"), session=SessionFactory(), at=AT, confirmed=True)
    delivery.deliver(clock=lambda: AT)
    assert [letter.parsed["Subject"] for letter in mail.letters] == ["Booked: Saturday 12 June, 10:00 to 12:00"]


@pytest.mark.django_db
def test_booked_given_up_and_booked_again_within_a_minute_is_confirmed_once_a_time(mail: MailServer) -> None:
    place = BookingFactory(volunteer=person("fern@example.org"))
    booking.cancel(booking=place, at=AT)
    for minute in (1, 2):
        at = AT + timedelta(minutes=minute)
        booking.book(volunteer=place.volunteer, session=place.session, at=at, confirmed=True)
        booking.book(volunteer=place.volunteer, session=place.session, at=at, confirmed=True)
        delivery.deliver(clock=lambda at=at: at)
    assert len(mail.letters) == 1
