"""How a walk comes onto a phone, by link or by typed code, and how it is handed back."""

import re

import pytest
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, expect

from canvassing.allocation import codes
from canvassing.allocation.models import Allocation
from tests.browser.conftest import sign_in
from tests.browser.doorstep import EVENTS, NewPhone, Walk, at_door, kept, log, outcomes, sent, tap
from tests.factories.canvassing import AllocationFactory, StreetFactory, houses, walk_of

pytestmark = pytest.mark.browser


def test_a_code_is_kept_through_the_sign_in(new_phone: NewPhone, site: str, walk: Walk) -> None:
    phone = new_phone()
    page = phone.new_page()
    page.goto(walk.link())
    expect(page.get_by_role("heading", name="Sign in first")).to_be_visible()
    assert page.url == f"{site}/d/"
    assert page.get_by_role("link", name="Sign in").get_attribute("href") == "/sign-in/?next=/d/"
    sign_in(phone, walk.user, site)
    page.goto("/d/")
    at_door(page, "1")


def test_a_code_is_kept_until_there_is_a_signal_and_dropped_once_it_is_used(phone: BrowserContext, walk: Walk) -> None:
    page = phone.new_page()
    phone.route(re.compile("/redeem$"), lambda route: route.abort())
    page.goto(walk.link())
    expect(page.get_by_role("alert")).to_contain_text("No answer from the campaign's server.")
    phone.unroute(re.compile("/redeem$"))
    page.reload()
    at_door(page, "1")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_typed_code_opens_the_walk_and_a_wrong_one_says_so(phone: BrowserContext, walk: Walk) -> None:
    page = phone.new_page()
    page.goto("/d/")
    page.get_by_label("Your code").fill("AB-CD")
    tap(page, "Open")
    expect(page.get_by_role("alert")).to_contain_text("eight letters")
    page.get_by_label("Your code").fill("ABCD-EFGH")
    tap(page, "Open")
    expect(page.get_by_role("alert")).to_contain_text("No walk of yours opens with this code.")
    page.get_by_label("Your code").fill(codes.issue(allocation=walk.allocation, at=now()).lower())
    tap(page, "Open")
    at_door(page, "1")


def test_a_second_walk_on_the_same_phone_leaves_the_first_where_it_was(page: Page, walk: Walk) -> None:
    second = AllocationFactory(
        walk=walk_of(*houses(2, StreetFactory(name="Alder Mews")), name="Alder Mews"),
        holder=walk.allocation.holder,
        started_at=now(),
        expires_at=walk.allocation.expires_at,
    )
    log(page, "No answer", then="2")
    page.goto(f"/d/#{codes.issue(allocation=second, at=now())}")
    expect(page.get_by_role("heading", name="1 Alder Mews")).to_be_visible()
    tap(page, "No answer")
    expect(page.get_by_role("heading", name="2 Alder Mews")).to_be_visible()
    sent(page)
    tap(page, "All doors")
    tap(page, f"Open {walk.allocation.walk}")
    at_door(page, "2")
    assert sorted(outcomes()) == [("1", "no_answer"), ("1", "no_answer")]


def test_a_walk_is_handed_back_in_two_taps_and_its_doors_leave_the_phone(page: Page, walk: Walk) -> None:
    log(page, "No answer", then="2")
    tap(page, "All doors")
    tap(page, "Hand this walk back")
    tap(page, "Yes, hand back")
    expect(page.get_by_role("heading", name="This walk is over")).to_be_visible()
    walk.allocation.refresh_from_db()
    assert walk.allocation.end == Allocation.End.HANDED_BACK
    assert outcomes() == [("1", "no_answer")]
    assert kept(page)["packs"] == []


def test_a_walk_is_not_handed_back_while_something_waits(page: Page, phone: BrowserContext, walk: Walk) -> None:
    phone.route(EVENTS, lambda route: route.abort())
    log(page, "No answer", then="2")
    tap(page, "All doors")
    tap(page, "Hand this walk back")
    tap(page, "Yes, hand back")
    expect(page.get_by_role("alert")).to_contain_text("Not everything is sent yet.")
    walk.allocation.refresh_from_db()
    assert walk.allocation.ended_at is None
