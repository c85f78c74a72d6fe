"""How long a walk lives on a phone: extended, run out, silent, taken back, wiped whole."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, expect

from canvassing.allocation import hand_back
from canvassing.doorstep.models import HeldEvent, PhoneToken
from tests.browser.doorstep import (
    EVENTS,
    KEPT,
    NewPhone,
    Walk,
    at_door,
    go_to,
    heading,
    kept,
    log,
    open_walk,
    outcomes,
    say,
    sent,
    tap,
    walk_in_hand,
)

pytestmark = pytest.mark.browser

API = re.compile("/api/doorstep/v1/")
ONLINE = "() => { dispatchEvent(new Event('online')); }"
# As after thirteen hours in which the server was not heard.
SILENT = """async () => {
  const open = indexedDB.open("doorstep");
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const store = db.transaction("walks", "readwrite").objectStore("walks");
  const all = store.getAll();
  await new Promise((done) => { all.onsuccess = done; });
  for (const walk of all.result) store.put({ ...walk, heardAt: walk.heardAt - 13 * 3600000 });
  await new Promise((done) => { store.transaction.oncomplete = done; });
  db.close();
}"""


def no_signal(phone: BrowserContext) -> None:
    phone.route(API, lambda route: route.abort())


def signal(page: Page, phone: BrowserContext) -> None:
    """The signal is back, and the phone notices."""
    phone.unroute(API)
    page.evaluate(ONLINE)


@pytest.fixture
def short_walk(site: str) -> Walk:
    """A lease that is over in a few seconds."""
    return walk_in_hand(now() + timedelta(seconds=4))


def extend(page: Page, walk: Walk) -> None:
    """The organiser gives more time, and the lease as the phone knows it runs out."""
    hand_back.extend(allocation=walk.allocation, until=now() + timedelta(hours=3), at=now())
    page.wait_for_timeout(4_000)


def test_bug_an_extended_lease_still_wiped_an_open_phone_and_its_half_written_conversation(
    new_phone: NewPhone, short_walk: Walk
) -> None:
    page = new_phone(short_walk.user).new_page()
    page.clock.install()
    open_walk(page, short_walk)
    tap(page, "Answered")
    page.get_by_role("button", name="Not sure").click()
    extend(page, short_walk)
    with page.expect_response(re.compile("/walk$")):
        page.clock.fast_forward("01:00")
    page.wait_for_timeout(500)
    heading(page, "Will you vote for Ada Marlowe?")
    tap(page, "Back")
    expect(page.get_by_role("button", name="Not sure")).to_have_attribute("aria-pressed", "true")


def test_bug_an_extended_lease_still_wiped_a_phone_that_opened_the_page_again(
    new_phone: NewPhone, short_walk: Walk
) -> None:
    page = new_phone(short_walk.user).new_page()
    open_walk(page, short_walk)
    log(page, "No answer", then="2")
    extend(page, short_walk)
    page.reload()
    at_door(page, "2")


def test_bug_a_lease_extended_while_there_was_no_signal_did_not_bring_the_doors_back(
    new_phone: NewPhone, short_walk: Walk
) -> None:
    phone = new_phone(short_walk.user)
    page = phone.new_page()
    open_walk(page, short_walk)
    log(page, "No answer", then="2")
    sent(page)
    no_signal(phone)
    extend(page, short_walk)
    page.reload()
    heading(page, "This walk is over")
    assert kept(page)["packs"] == []
    signal(page, phone)
    at_door(page, "2")


def test_bug_a_phone_that_sent_contacts_did_not_learn_that_its_lease_was_extended(page: Page, walk: Walk) -> None:
    until = now() + timedelta(days=2)
    hand_back.extend(allocation=walk.allocation, until=until, at=now())
    log(page, "No answer", then="2")
    sent(page)
    assert abs(kept(page)["walks"][0]["expiresAt"] - until.timestamp() * 1000) < 2
    tap(page, "All doors")
    expect(page.get_by_text(f"In your hands until {until.astimezone():%-d %B}")).to_be_visible()


def test_doors_leave_the_phone_when_the_lease_is_over_without_a_signal_and_contacts_stay(
    phone: BrowserContext, walk: Walk
) -> None:
    page = phone.new_page()
    page.clock.install()
    open_walk(page, walk)
    phone.set_offline(True)
    log(page, "No answer", then="2")
    page.clock.fast_forward("03:01:00")
    heading(page, "This walk is over")
    expect(page.get_by_text("1 contact still on this phone")).to_be_visible()
    assert kept(page)["packs"] == []
    assert len(kept(page)["outbox"]) == 1


def test_a_lease_that_ran_out_is_over_with_a_signal_too(new_phone: NewPhone, short_walk: Walk) -> None:
    page = new_phone(short_walk.user).new_page()
    page.clock.install()
    open_walk(page, short_walk)
    page.wait_for_timeout(4_000)
    page.clock.fast_forward("01:00")
    heading(page, "This walk is over")
    assert kept(page)["packs"] == []
    page.reload()
    heading(page, "Open your walk")


def test_bug_a_walk_was_wiped_after_a_long_silence_before_the_server_was_asked(page: Page) -> None:
    log(page, "No answer", then="2")
    sent(page)
    page.evaluate(SILENT)
    page.reload()
    at_door(page, "2")


def test_bug_a_walk_wiped_after_a_long_silence_was_said_to_be_over_and_did_not_come_back(
    page: Page, phone: BrowserContext
) -> None:
    log(page, "No answer", then="2")
    sent(page)
    page.evaluate(SILENT)
    no_signal(phone)
    page.reload()
    heading(page, "Doors removed for safety")
    expect(page.get_by_text("They come back as soon as there is signal.")).to_be_visible()
    assert "Placeholder" not in page.evaluate(KEPT)
    page.reload()
    heading(page, "Doors removed for safety")
    tap(page, "Try again")
    heading(page, "Doors removed for safety")
    signal(page, phone)
    at_door(page, "2")
    expect(page.get_by_text("1 of 8")).to_be_visible()


def test_bug_a_door_found_on_the_way_had_no_name_when_the_doors_came_back(page: Page, phone: BrowserContext) -> None:
    no_signal(phone)
    tap(page, "All doors")
    tap(page, "Add a door that is not listed")
    page.get_by_label("What is on the door").fill("14b")
    tap(page, "Go to this door")
    at_door(page, "14b")
    log(page, "No answer", then="1")
    page.evaluate(SILENT)
    page.reload()
    heading(page, "Doors removed for safety")
    phone.route(EVENTS, lambda route: route.abort())
    phone.unroute(API)
    page.evaluate(ONLINE)
    at_door(page, "1")
    tap(page, "All doors")
    expect(page.locator("[data-door]")).to_have_count(9)
    page.locator("[data-door]").last.click()
    at_door(page, "14b")
    tap(page, "Change")
    log(page, "Refused to talk", then="1")
    phone.unroute(EVENTS)
    sent(page)
    assert outcomes() == [("14B", "no_answer"), ("14B", "void"), ("14B", "refused")]
    assert HeldEvent.objects.count() == 0


def test_a_walk_taken_back_is_wiped_and_what_was_logged_is_sent_and_held(
    page: Page, phone: BrowserContext, walk: Walk
) -> None:
    phone.route(EVENTS, lambda route: route.abort())
    log(page, "No answer", then="2")
    hand_back.revoke(allocation=walk.allocation, at=now())
    phone.unroute(EVENTS)
    page.reload()
    heading(page, "This walk is over")
    sent(page)
    assert "Placeholder" not in page.evaluate(KEPT)
    assert kept(page)["packs"] == []
    assert outcomes() == []
    assert [held.reason for held in HeldEvent.objects.all()] == ["revoked"]


def test_a_walk_handed_back_elsewhere_is_wiped_and_what_was_logged_before_still_counts(
    page: Page, phone: BrowserContext, walk: Walk
) -> None:
    phone.route(EVENTS, lambda route: route.abort())
    log(page, "No answer", then="2")
    # The server takes the way of the batch for a phone's clock that is slow, and so the contact for that much later.
    page.wait_for_timeout(2_000)
    hand_back.hand_back(allocation=walk.allocation, at=now())
    phone.unroute(EVENTS)
    page.reload()
    heading(page, "This walk is over")
    sent(page)
    assert kept(page)["packs"] == []
    assert outcomes() == [("1", "no_answer")]
    page.reload()
    heading(page, "Open your walk")


def test_bug_a_phone_reported_stolen_kept_what_was_logged_and_its_opinions(page: Page, phone: BrowserContext) -> None:
    say(page, "The party they were in before", then="2")
    sent(page)
    phone.route(EVENTS, lambda route: route.abort())
    say(page, "Not sure", then="3")
    go_to(page, "3")
    tap(page, "Answered")
    tap(page, "Somebody else, or did not say")
    PhoneToken.objects.update(stolen_at=now())
    phone.unroute(EVENTS)
    page.locator("#send").dispatch_event("click")
    heading(page, "Open your walk")
    assert kept(page) == {"journal": [], "outbox": [], "packs": [], "walks": []}
    page.reload()
    heading(page, "Open your walk")
