"""Phones on a walk, what they send, and what the campaign then knows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import Sum
from django.test import Client

from canvassing.allocation.models import Allocation
from canvassing.doorstep import api, authority, problems, tokens
from canvassing.electorate.models import Elector, Household, PollingDistrict
from canvassing.progress import deltas
from canvassing.progress.days import london_day
from canvassing.progress.models import DailyDelta
from tests.factories.canvassing import AT, AllocationFactory, ElectorFactory, houses, walk_of

BASE = "/api/doorstep/v1/"
MINUTE = timedelta(minutes=1)
# Fixed, because every xdist worker must name its cases alike.
SOMEBODY_ELSES = "589d768c-a20d-488b-afdd-06a637c58e97"


class Clock:
    """The server's clock as the API reads it; it stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = AT
        for door in (api, authority, problems):
            monkeypatch.setattr(door, "now", lambda: self.at)

    def pass_by(self, time: timedelta) -> None:
        self.at += time


@dataclass
class Phone:
    """One phone with a walk open on it. It sends no cookie."""

    token: str
    device: UUID
    allocation: Allocation
    seqs: Iterator[int] = field(default_factory=lambda: count(1))

    def get(self, call: str, query: dict[str, str] | None = None, **headers: str) -> Any:
        return Client().get(BASE + call, query, headers={"Authorization": f"Bearer {self.token}"} | headers)

    def post(self, call: str, body: Any, **headers: str) -> Any:
        """`body` is sent as it is when it is text or bytes."""
        return Client().post(
            BASE + call,
            body if isinstance(body, str | bytes) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"} | headers,
        )

    def send(self, *events: Any, **envelope: Any) -> Any:
        """POST events: the answer, which must be 200."""
        answer = self.post("events", self.envelope(*events, **envelope))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def envelope(self, *events: Any, **facts: Any) -> dict[str, Any]:
        envelope = {"v": 1, "device": str(self.device), "sent_at": AT.isoformat(), "client": "1"}
        return envelope | {"events": list(events)} | facts

    def contact(self, door: Household | dict[str, str], outcome: str = "no_answer", **facts: Any) -> dict[str, Any]:
        return self.event("contact", door, outcome=outcome, **facts)

    def void(self, of: dict[str, Any], **facts: Any) -> dict[str, Any]:
        return self.event("void", of["door"], target=of["id"], **facts)

    def correct(self, of: dict[str, Any], outcome: str, **facts: Any) -> dict[str, Any]:
        return self.event("correct", of["door"], target=of["id"], outcome=outcome, **facts)

    def event(self, kind: str, door: Household | dict[str, str] | str, **facts: Any) -> dict[str, Any]:
        """An event of a minute before AT; events made later are a second later."""
        seq = next(self.seqs)
        if isinstance(facts.get("person"), Elector):
            facts["person"] = f"p{facts['person'].pk}"
        event = {
            "id": str(uuid4()),
            "seq": seq,
            "kind": kind,
            "door": door_id(door) if isinstance(door, Household) else door,
            "mode": "full",
            "at": (AT - MINUTE + timedelta(seconds=seq)).isoformat(),
        }
        return event | facts


def door_id(door: Household) -> str:
    return f"d{door.pk}"


def phone_of(allocation: Allocation) -> Phone:
    """One more phone on this allocation."""
    device = uuid4()
    token = tokens.issue(allocation=allocation, volunteer=allocation.holder, device=device, at=AT)
    return Phone(token, device, allocation)


def phone_on(*doors: Household, **facts: Any) -> Phone:
    """A phone on a walk of these doors."""
    return phone_of(AllocationFactory(walk=walk_of(*doors), **facts))


def homes(number: int, **facts: Any) -> list[Household]:
    """Houses of one street with an elector each, in the totals as an import leaves them."""
    doors = houses(number, **facts)
    for door in doors:
        ElectorFactory(household=door)
    deltas.settle(districts=[doors[0].street.polling_district_id], day=london_day(AT) - timedelta(days=9))
    return doors


def phone_on_homes(number: int = 3, **facts: Any) -> tuple[Phone, list[Household]]:
    doors = homes(number)
    return phone_on(*doors, **facts), doors


def statuses(answer: dict[str, Any]) -> list[str]:
    """What became of each item: "accepted", or "held expired"."""
    return [" ".join(filter(None, (one["status"], one.get("reason")))) for one in answer["results"]]


def totals(district: PollingDistrict) -> dict[str, int]:
    """What the sums of days say, without the columns that are 0."""
    sums = DailyDelta.objects.filter(polling_district=district).aggregate(
        **{column: Sum(column, default=0) for column in deltas.COLUMNS}
    )
    return {column: total for column, total in sums.items() if total}


def days(district: PollingDistrict) -> dict[datetime, dict[str, int]]:
    """What stands on each day but that of the import, without zeros."""
    rows = DailyDelta.objects.filter(polling_district=district, day__gt=london_day(AT) - timedelta(days=9))
    return {
        row["day"]: {column: row[column] for column in deltas.COLUMNS if row[column]}
        for row in rows.order_by("day").values("day", *deltas.COLUMNS)
    }
