"""/health/: what a watchdog asks."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from kombu.exceptions import OperationalError as BrokerError

from campaign.celery import app

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok"}
    assert "no-store" in answer["Cache-Control"]


def test_a_database_that_fails_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", fail)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json() == {"database": "fails", "broker": "ok"}


@pytest.mark.parametrize("fault", [BrokerError("gone"), ConnectionRefusedError()])
def test_a_broker_that_fails_is_told(client: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(**_: object) -> None:
        raise fault

    monkeypatch.setattr(app, "connection_for_write", fail)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "broker": "fails"}


def test_a_redis_that_is_not_there_is_told_within_seconds(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = app.connection_for_write
    monkeypatch.setattr(app, "connection_for_write", lambda **how: connect("redis://127.0.0.1:1/0", **how))
    answer = client.get("/health/")
    assert answer.json()["broker"] == "fails"
