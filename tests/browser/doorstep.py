"""The doorstep page as a thumb finds it: a walk in hand, taps at doors, what is kept here and what arrived there."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, Route, expect

from canvassing.allocation import codes
from canvassing.allocation.models import Allocation
from canvassing.doorstep import register_rules
from canvassing.doorstep.models import Contact, Tally
from canvassing.electorate.models import Household
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AllocationFactory, ElectorFactory, StreetFactory, houses, walk_of
from volunteers.people.models import RegisterAcknowledgement, User

EVENTS = re.compile(r"/api/doorstep/v1/events$")
NewPhone = Callable[..., BrowserContext]
# Everything the page has kept, as text: what is not in here is not on the phone.
KEPT = """async () => {
  const open = indexedDB.open("doorstep");
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const kept = {};
  for (const name of db.objectStoreNames) {
    const all = db.transaction(name).objectStore(name).getAll();
    kept[name] = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  }
  db.close();
  return JSON.stringify(kept);
}"""


@dataclass
class Walk:
    """Eight houses of Thorne Park in one volunteer's hands; two electors live at number 3."""

    allocation: Allocation
    doors: list[Household]

    @property
    def user(self) -> User:
        assert self.allocation.holder.user is not None
        return self.allocation.holder.user

    def link(self) -> str:
        return f"/d/#{codes.issue(allocation=self.allocation, at=now())}"


def walk_in_hand(until: datetime | None = None) -> Walk:
    CampaignDetailsFactory()
    doors = houses(8, StreetFactory(name="Thorne Park"))
    ElectorFactory(household=doors[2], forename="Mavis", surname="Placeholder")
    ElectorFactory(household=doors[2], forename="Ron", surname="Placeholder")
    until = until or now() + timedelta(hours=3)
    allocation = AllocationFactory(walk=walk_of(*doors), started_at=now() - timedelta(hours=1), expires_at=until)
    RegisterAcknowledgement.objects.create(
        volunteer=allocation.holder, version=register_rules.VERSION, acknowledged_at=now()
    )
    return Walk(allocation, doors)


def open_walk(page: Page, walk: Walk) -> None:
    page.goto(walk.link())
    at_door(page, "1")


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def at_door(page: Page, label: str) -> None:
    expect(page.get_by_role("heading", name=f"{label} Thorne Park")).to_be_visible()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def log(page: Page, outcome: str, then: str) -> None:
    """One tap, and the phone stands at the door `then`."""
    tap(page, outcome)
    at_door(page, then)


def go_to(page: Page, label: str) -> None:
    """Door `label` of the eight houses, by the list."""
    tap(page, "All doors")
    page.locator("[data-door]").nth(int(label) - 1).click()
    at_door(page, label)


def say(page: Page, answer: str, then: str) -> None:
    """A conversation at a door where nobody is registered: one answer to the first question."""
    tap(page, "Answered")
    page.get_by_role("button", name=answer).click()
    log(page, "Save", then=then)


def status(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("status")).to_have_text(text, timeout=20_000)


def sent(page: Page) -> None:
    """Everything is on the server, without waiting for the phone to do it by itself."""
    page.locator("#send").dispatch_event("click")
    status(page, re.compile(r"^All sent · last sent \d\d:\d\d$"))


def kept(page: Page) -> dict[str, list[Any]]:
    return json.loads(page.evaluate(KEPT))


def outcomes() -> list[tuple[str, str]]:
    """Door and outcome of each contact on the server, in the order they were tapped."""
    rows = Contact.objects.order_by("seq").values_list("household__label", "outcome", "kind")
    return [(label, outcome or kind) for label, outcome, kind in rows]


def tallied() -> list[tuple[str, str, int]]:
    """Every opinion on the server: question, answer, how often."""
    return sorted(Tally.objects.values_list("question", "answer", "count"))


def stopped(phone: BrowserContext) -> list[Route]:
    """Batches stay on their way until the route is taken away again; gives them as they come."""
    routes: list[Route] = []
    phone.route(EVENTS, lambda route: routes.append(route))  # noqa: PLW0108 - Playwright wants a function of its own
    return routes


def lose_the_receipt(page: Page, on_its_way: list[Route]) -> None:
    """The server takes the batch, and the phone does not hear of it."""
    wait_for(page, on_its_way)
    on_its_way[0].fetch()
    on_its_way[0].abort()


def wait_for(page: Page, routes: list[Route]) -> None:
    for _ in range(100):
        if routes:
            return
        page.wait_for_timeout(50)
    pytest.fail("Nothing was sent.")
