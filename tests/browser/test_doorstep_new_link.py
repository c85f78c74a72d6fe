"""A phone whose link the server no longer knows, and the new one it goes on with."""

import re

import pytest
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, expect

from canvassing.allocation import codes
from canvassing.allocation.models import Allocation
from canvassing.doorstep.models import Contact, PhoneToken
from tests.browser.doorstep import (
    EVENTS,
    Walk,
    at_door,
    heading,
    kept,
    log,
    lose_the_receipt,
    outcomes,
    sent,
    status,
    stopped,
    tap,
)
from tests.factories.canvassing import AllocationFactory, StreetFactory, houses, walk_of

pytestmark = pytest.mark.browser


def test_a_token_nobody_knows_pauses_sending_keeps_all_and_goes_on_with_a_new_link(page: Page, walk: Walk) -> None:
    log(page, "No answer", then="2")
    sent(page)
    PhoneToken.objects.all().delete()
    log(page, "No answer", then="3")
    expect(page.get_by_role("alert")).to_contain_text("Sending is paused.", timeout=20_000)
    log(page, "No answer", then="4")
    status(page, re.compile("2 waiting"))

    page.get_by_role("link", name="Get a new link").click()
    page.get_by_role("button", name="Open on this phone").click()
    at_door(page, "4")
    sent(page)
    expect(page.get_by_role("alert")).not_to_be_attached()
    assert outcomes() == [("1", "no_answer"), ("2", "no_answer"), ("3", "no_answer")]


def second_walk(walk: Walk) -> Allocation:
    """Another walk in the same hands."""
    return AllocationFactory(
        walk=walk_of(*houses(2, StreetFactory(name="Alder Mews")), name="Alder Mews"),
        holder=walk.allocation.holder,
        started_at=now(),
        expires_at=walk.allocation.expires_at,
    )


def test_bug_a_walk_opened_while_another_waited_for_a_link_took_its_device(page: Page, walk: Walk) -> None:
    log(page, "No answer", then="2")
    sent(page)
    PhoneToken.objects.all().delete()
    log(page, "No answer", then="3")
    expect(page.get_by_role("alert")).to_contain_text("Sending is paused.", timeout=20_000)
    second = second_walk(walk)
    page.goto(f"/d/#{codes.issue(allocation=second, at=now())}")
    heading(page, "1 Alder Mews")
    tap(page, "No answer")
    heading(page, "2 Alder Mews")
    status(page, re.compile("1 waiting"))
    page.locator("#send").dispatch_event("click")
    status(page, re.compile("1 waiting"))
    assert PhoneToken.objects.get().device != Contact.objects.get(allocation=walk.allocation).device
    devices = {row["allocation"]: row["device"] for row in kept(page)["walks"]}
    assert len(set(devices.values())) == 2


def test_a_new_link_sends_again_what_the_server_lost_together_with_the_old_one(page: Page, walk: Walk) -> None:
    log(page, "No answer", then="2")
    log(page, "Refused to talk", then="3")
    sent(page)
    PhoneToken.objects.all().delete()
    Contact.objects.filter(household__label="1").delete()
    log(page, "No answer", then="4")
    expect(page.get_by_role("alert")).to_contain_text("Sending is paused.", timeout=20_000)
    page.goto(walk.link())
    at_door(page, "4")
    sent(page)
    expect(page.get_by_role("alert")).not_to_be_attached()
    assert outcomes() == [("1", "no_answer"), ("2", "refused"), ("3", "no_answer")]
    assert Contact.objects.get(household__label="2").device != Contact.objects.get(household__label="3").device


def test_events_whose_receipt_was_lost_before_a_new_link_are_not_missed_under_the_new_device(
    page: Page, phone: BrowserContext, walk: Walk
) -> None:
    on_its_way = stopped(phone)
    log(page, "No answer", then="2")
    tap(page, "Send now")
    lose_the_receipt(page, on_its_way)
    expect(page.get_by_text("No connection: trying again.")).to_be_visible()
    phone.unroute(EVENTS)
    PhoneToken.objects.all().delete()
    page.goto(walk.link())
    at_door(page, "2")
    sent(page)
    requests: list[str] = []
    phone.on("request", lambda request: EVENTS.search(request.url) and requests.append(request.url))
    log(page, "No answer", then="3")
    sent(page)
    assert len(requests) == 1
    assert outcomes() == [("1", "no_answer"), ("2", "no_answer")]
