"""A phone that cannot write says so, keeps what is on the screen, and writes a change whole or not at all."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from canvassing.doorstep.models import PhoneToken, Tally
from tests.browser.doorstep import EVENTS, Walk, at_door, kept, log, outcomes, sent, tap

pytestmark = pytest.mark.browser

FULL_DISK = """() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => { throw new DOMException("The disk is full", "QuotaExceededError"); };
  window.makeRoom = () => { IDBObjectStore.prototype.put = put; };
}"""
ROOM_FOR_ONE_MORE = """() => {
  const put = IDBObjectStore.prototype.put;
  let events = 0;
  IDBObjectStore.prototype.put = function (...row) {
    events += this.name === "outbox";
    if (events > 1) throw new DOMException("The disk is full", "QuotaExceededError");
    return put.apply(this, row);
  };
}"""


def test_a_contact_that_cannot_be_written_is_said_not_to_be_saved_and_is_kept(page: Page) -> None:
    log(page, "No answer", then="2")
    page.evaluate(FULL_DISK)
    tap(page, "Refused to talk")
    expect(page.get_by_role("alert")).to_contain_text("NOT saved: ")
    at_door(page, "2")
    expect(page.get_by_text("1 of 8")).to_be_visible()
    page.evaluate("() => window.makeRoom()")
    tap(page, "Try again")
    at_door(page, "3")
    expect(page.get_by_role("alert")).not_to_be_attached()
    sent(page)
    assert outcomes() == [("1", "no_answer"), ("2", "refused")]


def test_what_was_not_saved_at_one_door_is_not_forgotten_over_the_next(page: Page) -> None:
    page.evaluate(FULL_DISK)
    tap(page, "Refused to talk")
    expect(page.get_by_role("alert")).to_contain_text("NOT saved: 1.")
    page.get_by_role("button", name="Next 2").click()
    tap(page, "No answer")
    expect(page.get_by_role("alert")).to_contain_text("NOT saved: 1; 2.")
    page.evaluate("() => window.makeRoom()")
    tap(page, "Could not get to the door")
    at_door(page, "3")
    expect(page.get_by_role("alert")).to_contain_text("NOT saved: 1.")
    tap(page, "Answered")
    tap(page, "Somebody else, or did not say")
    tap(page, "Try again")
    expect(page.get_by_role("alert")).not_to_be_attached()
    expect(page.get_by_role("heading", name="Who do you think Ada Marlowe is standing for?")).to_be_visible()
    log(page, "Save", then="4")
    sent(page)
    assert outcomes() == [("2", "no_access"), ("1", "refused"), ("3", "answered")]


def test_a_change_is_written_whole_or_not_at_all(page: Page, phone: BrowserContext) -> None:
    phone.route(EVENTS, lambda route: route.abort())
    log(page, "No answer", then="2")
    page.get_by_role("button", name="Before 1").click()
    tap(page, "Change")
    page.evaluate(ROOM_FOR_ONE_MORE)
    tap(page, "Refused to talk")
    expect(page.get_by_role("alert")).to_contain_text("NOT saved: 1.")
    assert [row["event"]["kind"] for row in kept(page)["outbox"]] == ["contact"]


def test_a_conversation_that_cannot_be_written_keeps_its_answers(page: Page) -> None:
    tap(page, "Answered")
    page.get_by_role("button", name="Another party").click()
    page.evaluate(FULL_DISK)
    page.get_by_role("button", name="Undecided").click()
    tap(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("NOT saved: ")
    expect(page.get_by_role("button", name="Undecided")).to_have_attribute("aria-pressed", "true")
    page.evaluate("() => window.makeRoom()")
    tap(page, "Save")
    at_door(page, "2")
    sent(page)
    assert sorted(Tally.objects.values_list("question", "answer")) == [
        ("stands_for", "other_party"),
        ("support", "3"),
    ]


def test_a_phone_that_cannot_store_anything_says_so_before_a_walk_is_opened(phone: BrowserContext, walk: Walk) -> None:
    page = phone.new_page()
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }")
    page.goto(walk.link())
    expect(page.get_by_role("heading", name="Not on this browser")).to_be_visible()
    assert PhoneToken.objects.count() == 0
