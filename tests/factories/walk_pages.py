"""The organiser's pages of walks as tests open them: what stands there, and where each button leads."""

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime, now

from canvassing.allocation.models import Allocation
from canvassing.walks.models import Walk
from tests.factories.canvassing import HOUR, AllocationFactory

BOARD = "/organise/walks/"
MOST_STATEMENTS = 12
MOST_BYTES = 60_000


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert len(answer.content) <= MOST_BYTES
    return answer.content.decode()


def said(client: Client, address: str, data: dict[str, object] | None = None) -> str:
    """What stands on the page a POST leads to."""
    answer = client.post(address, data or {}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def address_of(walk: Walk) -> str:
    return reverse("canvassing:walk", args=[walk.pk])


def out(walk: Walk, **facts: Any) -> Allocation:
    return AllocationFactory(**{"walk": walk, "started_at": now() - HOUR, "expires_at": now() + HOUR} | facts)


def in_hours(hours: int) -> str:
    return f"{localtime(now() + hours * HOUR):%Y-%m-%dT%H:%M}"
