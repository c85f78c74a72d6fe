"""/health/: what a watchdog asks; and the banner that organisers see when messages do not go out."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from campaign.celery import app
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import owed
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.messaging.health import is_late, oldest_owed
from volunteers.messaging.models import Message

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok", "messages": "ok", "oldest_owed_seconds": None}
    assert "no-store" in answer["Cache-Control"]


def test_a_database_that_fails_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", fail)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json() == {"database": "fails", "broker": "ok", "messages": "fails", "oldest_owed_seconds": None}


@pytest.mark.parametrize("fault", [BrokerError("gone"), ConnectionRefusedError()])
def test_a_broker_that_fails_is_told(client: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(**_: object) -> None:
        raise fault

    monkeypatch.setattr(app, "connection_for_write", fail)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert (answer.json()["database"], answer.json()["broker"]) == ("ok", "fails")


def test_a_redis_that_is_not_there_is_told_within_seconds(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = app.connection_for_write
    monkeypatch.setattr(app, "connection_for_write", lambda **how: connect("redis://127.0.0.1:1/0", **how))
    answer = client.get("/health/")
    assert answer.json()["broker"] == "fails"


def owed_since(minutes: float) -> Message:
    return owed(f"fern{minutes}@example.org", due_at=timezone.now() - timedelta(minutes=minutes))


def test_it_tells_the_age_of_the_oldest_owed_message(client: Client) -> None:
    owed_since(2)
    owed_since(5)
    owed_since(-60)
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert 300 <= answer.json()["oldest_owed_seconds"] < 330


def test_a_message_owed_for_more_than_ten_minutes_is_a_fault(client: Client) -> None:
    owed_since(10.5)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["messages"] == "fails"


def test_one_that_is_being_sent_for_as_long_is_one_too(client: Client) -> None:
    message = owed_since(30)
    Message.objects.filter(pk=message.pk).update(state="sending", leased_until=timezone.now())
    assert client.get("/health/").status_code == 503


@pytest.mark.parametrize("state", ["failed", "skipped"])
def test_what_failed_or_was_skipped_is_not_owed(client: Client, state: str) -> None:
    message = owed_since(30)
    Message.objects.filter(pk=message.pk).update(state=state, why="gave_up")
    assert client.get("/health/").status_code == 200


def test_ten_minutes_are_not_late_and_a_second_more_is() -> None:
    message = owed_since(0)
    assert oldest_owed(message.due_at + timedelta(minutes=10)) == timedelta(minutes=10)
    assert not is_late(message.due_at + timedelta(minutes=10))
    assert is_late(message.due_at + timedelta(minutes=10, seconds=1))
    assert oldest_owed(message.due_at - timedelta(seconds=1)) is None


def test_organisers_see_a_banner_when_messages_are_late_and_volunteers_do_not(client: Client) -> None:
    CampaignDetailsFactory()
    page, seen = "/sessions/", {}
    for late in (False, True):
        if late:
            owed_since(11)
        for role in ("organiser", "volunteer"):
            client.force_login(VolunteerFactory(user=UserFactory(**{role: True})).user)
            seen[role, late] = "Messages are late." in client.get(page).content.decode()
    assert seen == {
        ("organiser", False): False, ("volunteer", False): False, ("organiser", True): True, ("volunteer", True): False
    }  # fmt: skip
