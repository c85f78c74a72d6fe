"""The doorstep page in a real Chromium against the real server: what is tapped arrives, once, whatever happens."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, Route, expect

from campaign.details.models import CampaignDetails, LegalMode
from canvassing.allocation import codes
from canvassing.allocation.models import Allocation
from canvassing.doorstep import register_rules
from canvassing.doorstep.models import Contact, HeldEvent, PhoneToken, Tally
from canvassing.electorate.models import Household
from canvassing.progress.models import ElectorState, HouseholdState
from tests.browser.conftest import sign_in
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AllocationFactory, ElectorFactory, StreetFactory, houses, walk_along, walk_of
from volunteers.people.models import RegisterAcknowledgement, User

pytestmark = pytest.mark.browser

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


@pytest.fixture
def walk(site: str) -> Walk:
    return walk_in_hand()


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


@pytest.fixture
def phone(new_phone: NewPhone, walk: Walk) -> BrowserContext:
    return new_phone(walk.user)


@pytest.fixture
def page(phone: BrowserContext, walk: Walk) -> Page:
    """The walk is open at its first door."""
    page = phone.new_page()
    page.goto(walk.link())
    at_door(page, "1")
    return page


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def at_door(page: Page, label: str) -> None:
    expect(page.get_by_role("heading", name=f"{label} Thorne Park")).to_be_visible()


def log(page: Page, outcome: str, then: str) -> None:
    """One tap, and the phone stands at the door `then`."""
    tap(page, outcome)
    at_door(page, then)


def status(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("status")).to_have_text(text, timeout=20_000)


def sent(page: Page) -> None:
    """Everything is on the server, without waiting for the phone to do it by itself."""
    page.locator("#send").dispatch_event("click")
    status(page, re.compile(r"^All sent · last sent \d\d:\d\d$"))


def outcomes() -> list[tuple[str, str]]:
    """Door and outcome of each contact on the server, in the order they were tapped."""
    rows = Contact.objects.order_by("seq").values_list("household__label", "outcome", "kind")
    return [(label, outcome or kind) for label, outcome, kind in rows]


def tallied() -> list[tuple[str, str, int]]:
    """Every opinion on the server: question, answer, how often."""
    return sorted(Tally.objects.values_list("question", "answer", "count"))


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


def kept(page: Page) -> dict[str, list[Any]]:
    return json.loads(page.evaluate(KEPT))


def posts_of(context: BrowserContext) -> list[list[str]]:
    """The event ids of each request to come, filled as they are made."""
    posts: list[list[str]] = []
    context.on(
        "request",
        lambda request: (
            EVENTS.search(request.url) and posts.append([event["id"] for event in request.post_data_json["events"]])
        ),
    )
    return posts


def test_a_volunteer_opens_a_walk_and_logs_six_doors_and_one_that_was_not_listed(
    new_phone: NewPhone, walk: Walk
) -> None:
    RegisterAcknowledgement.objects.all().delete()
    page = new_phone(walk.user).new_page()
    page.goto("/doorstep/")
    expect(page.get_by_text("0 of 8 doors logged")).to_be_attached()
    page.get_by_role("button", name="Open on this phone").click()
    expect(page.get_by_role("heading", name="Before the first door")).to_be_visible()
    expect(page.get_by_text("criminal offence")).to_be_visible()
    assert page.url.endswith("/d/")
    tap(page, "I have read this and agree")

    at_door(page, "1")
    log(page, "No answer", then="2")
    log(page, "No answer", then="3")
    tap(page, "Answered")
    expect(page.get_by_text("Mavis Placeholder")).not_to_be_attached()
    tap(page, "Show 2 names")
    tap(page, "Mavis Placeholder")
    expect(page.get_by_text("Answers are only counted for the polling district.")).to_be_visible()
    page.get_by_role("button", name="Independent").click()
    page.get_by_role("button", name="Definitely 5").click()
    log(page, "Save", then="4")
    log(page, "Refused to talk", then="5")
    log(page, "Could not get to the door", then="6")
    log(page, "No answer", then="7")
    tap(page, "All doors")
    tap(page, "Add a door that is not listed")
    page.get_by_label("What is on the door").fill("14b")
    tap(page, "Go to this door")
    at_door(page, "14b")
    log(page, "No answer", then="7")
    expect(page.get_by_role("button", name="Send now")).to_be_visible()
    status(page, re.compile(r"^All sent · last sent \d\d:\d\d$"))

    assert outcomes() == [
        ("1", "no_answer"), ("2", "no_answer"), ("3", "answered"), ("4", "refused"), ("5", "no_access"),
        ("6", "no_answer"), ("14B", "no_answer"),
    ]  # fmt: skip
    assert HeldEvent.objects.count() == 0
    assert sorted(Tally.objects.values_list("question", "answer", "count")) == [
        ("stands_for", "independent", 1),
        ("support", "5", 1),
    ]
    assert ElectorState.objects.get(elector__forename="Mavis").conversations == 1
    page.goto("/doorstep/")
    expect(page.get_by_text("7 of 9 doors logged")).to_be_attached()


@pytest.mark.parametrize("height", [740, 640])
def test_no_answer_is_one_tap_and_the_next_door_is_in_view_before_and_after(page: Page, height: int) -> None:
    page.set_viewport_size({"width": 360, "height": height})
    expect(page.get_by_role("button", name="Next 2")).to_be_in_viewport(ratio=1)
    log(page, "No answer", then="2")
    expect(page.get_by_role("button", name="Next 3")).to_be_in_viewport(ratio=1)
    foot = page.locator("#frame-foot").bounding_box()
    way = page.get_by_role("button", name="Next 3").bounding_box()
    assert foot is not None
    assert way is not None
    assert way["y"] + way["height"] <= foot["y"]
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_text("1 of 8")).to_be_visible()


def test_a_second_tap_in_the_same_place_is_a_slip(page: Page) -> None:
    page.get_by_role("button", name="No answer", exact=True).dblclick()
    at_door(page, "2")
    expect(page.get_by_text("1 of 8")).to_be_visible()


def test_outcomes_are_tall_and_low_and_nothing_is_wider_than_a_small_phone_with_large_text(page: Page) -> None:
    for button in page.locator(".outcome").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 56
        assert box["width"] >= 320
        assert box["y"] >= 240
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    for way in ("All doors", "Add a door that is not listed", "Cancel", "Answered"):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        tap(page, way)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_is_saved_survives_a_reload_while_the_server_is_away_and_is_sent_when_it_is_back(
    page: Page, phone: BrowserContext
) -> None:
    phone.route(EVENTS, lambda route: route.abort())
    log(page, "No answer", then="2")
    log(page, "Refused to talk", then="3")
    status(page, "Saved on this phone · 2 waiting · not sent yet")
    page.reload()
    at_door(page, "3")
    status(page, "Saved on this phone · 2 waiting · not sent yet")
    expect(page.get_by_text("No connection: trying again.")).to_be_visible()
    assert outcomes() == []

    phone.unroute(EVENTS)
    sent(page)
    assert outcomes() == [("1", "no_answer"), ("2", "refused")]


def test_what_was_logged_without_signal_is_sent_when_the_signal_is_back(page: Page, phone: BrowserContext) -> None:
    phone.set_offline(True)
    log(page, "No answer", then="2")
    log(page, "No answer", then="3")
    expect(page.get_by_text("No connection: trying again.")).to_be_visible()
    status(page, "Saved on this phone · 2 waiting · not sent yet")
    expect(page).to_have_title("(2) Doorstep")
    phone.set_offline(False)
    status(page, re.compile("^All sent"))
    assert len(outcomes()) == 2


def test_a_half_written_conversation_is_there_after_a_reload(page: Page) -> None:
    page.get_by_role("button", name="Next 2").click()
    page.get_by_role("button", name="Next 3").click()
    tap(page, "Answered")
    tap(page, "Somebody else, or did not say")
    page.get_by_role("button", name="Not sure").click()
    expect(page.get_by_role("heading", name="Will you vote for Ada Marlowe?")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Will you vote for Ada Marlowe?")).to_be_visible()
    tap(page, "Back")
    expect(page.get_by_role("button", name="Not sure")).to_have_attribute("aria-pressed", "true")


def test_two_tabs_send_every_contact_once(page: Page, phone: BrowserContext) -> None:
    posts = posts_of(phone)
    phone.route(EVENTS, lambda route: route.abort())
    other = phone.new_page()
    other.goto("/d/")
    at_door(other, "1")
    for door in range(2, 6):
        log(page, "No answer", then=str(door))
    status(other, re.compile("4 waiting"))
    posts.clear()
    phone.unroute(EVENTS)
    phone.route(EVENTS, slowly)
    for tab in (page, other):
        tab.get_by_role("button", name="Send now").click(no_wait_after=True)
    sent(page)
    sent(other)
    tapped = [event["id"] for event in kept(page)["journal"]]
    assert sorted(event for post in posts for event in post) == sorted(tapped)
    assert len(outcomes()) == 4


def slowly(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer)


def test_a_page_of_a_captive_portal_is_not_taken_for_success(page: Page, phone: BrowserContext) -> None:
    portal = "<html><title>Welcome to free wifi</title></html>"
    phone.route(EVENTS, lambda route: route.fulfill(status=200, content_type="text/html", body=portal))
    log(page, "No answer", then="2")
    expect(page.get_by_text("No connection: trying again.")).to_be_visible()
    status(page, "Saved on this phone · 1 waiting · not sent yet")
    assert len(kept(page)["outbox"]) == 1
    phone.unroute(EVENTS)
    sent(page)
    assert outcomes() == [("1", "no_answer")]


def test_an_answer_that_names_other_ids_takes_nothing_from_the_outbox(page: Page, phone: BrowserContext) -> None:
    stranger = {"id": "00000000-0000-4000-8000-000000000000", "status": "accepted"}
    body = json.dumps({"results": [stranger], "have": 1, "state": "active", "wipe": "none"})
    phone.route(EVENTS, lambda route: route.fulfill(content_type="application/json", body=body))
    log(page, "No answer", then="2")
    expect(page.get_by_text("No connection: trying again.")).to_be_visible()
    assert len(kept(page)["outbox"]) == 1


def test_undo_takes_back_what_was_sent_and_returns_to_the_door(page: Page) -> None:
    log(page, "No answer", then="2")
    sent(page)
    log(page, "Undo 1", then="1")
    expect(page.get_by_text("1 undone.")).to_be_visible()
    expect(page.get_by_text("0 of 8")).to_be_visible()
    status(page, re.compile("1 waiting"))
    sent(page)
    assert outcomes() == [("1", "no_answer"), ("1", "void")]
    state = HouseholdState.objects.get(household__label="1")
    assert (state.attempts, state.last_outcome) == (0, "")


def test_a_logged_door_can_be_changed_and_one_goes_on_from_the_newest(page: Page) -> None:
    log(page, "No answer", then="2")
    log(page, "No answer", then="3")
    tap(page, "All doors")
    page.locator("[data-door]").first.click()
    at_door(page, "1")
    tap(page, "Change")
    log(page, "Refused to talk", then="3")
    sent(page)
    assert outcomes() == [("1", "no_answer"), ("2", "no_answer"), ("1", "void"), ("1", "refused")]
    assert HouseholdState.objects.get(household__label="1").last_outcome == "refused"
    assert HouseholdState.objects.get(household__label="1").attempts == 1


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


def test_in_tally_mode_no_opinion_is_left_on_the_phone_once_it_was_counted(page: Page) -> None:
    tap(page, "Answered")
    page.get_by_role("button", name="The party they were in before").click()
    log(page, "Save", then="2")
    assert kept(page)["outbox"][0]["event"]["answers"] == {"stands_for": "former_party"}
    sent(page)
    assert "former_party" not in json.dumps([kept(page)["outbox"], kept(page)["journal"], kept(page)["walks"]])
    assert Contact.objects.get().opinions == {}


def test_in_tally_mode_an_opinion_undone_before_it_was_sent_is_never_counted(page: Page, phone: BrowserContext) -> None:
    phone.route(EVENTS, lambda route: route.abort())
    tap(page, "Answered")
    page.get_by_role("button", name="Not sure").click()
    log(page, "Save", then="2")
    log(page, "Undo 1", then="1")
    phone.unroute(EVENTS)
    sent(page)
    assert outcomes() == [("1", "answered"), ("1", "void")]
    assert Tally.objects.count() == 0


def test_bug_an_answer_changed_after_it_was_sent_was_counted_a_second_time(page: Page) -> None:
    go_to(page, "3")
    tap(page, "Answered")
    tap(page, "Somebody else, or did not say")
    page.get_by_role("button", name="The party they were in before").click()
    log(page, "Save", then="4")
    sent(page)
    page.get_by_role("button", name="Before 3").click()
    tap(page, "Change")
    tap(page, "Answered")
    expect(page.get_by_text("3 Thorne Park · 1 of 1")).to_be_visible()
    expect(page.get_by_text("Answers already counted stay as they are.")).to_be_visible()
    tap(page, "Show 2 names")
    tap(page, "Mavis Placeholder")
    log(page, "Save", then="4")
    expect(page.get_by_text("3 changed; answers already counted stay.")).to_be_visible()
    sent(page)
    assert tallied() == [("stands_for", "former_party", 1)]
    assert outcomes() == [("3", "answered"), ("3", "void"), ("3", "answered")]
    assert ElectorState.objects.get(elector__forename="Mavis").conversations == 1


def test_bug_a_conversation_logged_again_after_its_undo_was_counted_a_second_time(page: Page) -> None:
    say(page, "The party they were in before", then="2")
    sent(page)
    log(page, "Undo 1", then="1")
    expect(page.get_by_text("1 undone; answers already counted stay.")).to_be_visible()
    log(page, "Answered", then="2")
    expect(page.get_by_text("1 saved; answers already counted stay.")).to_be_visible()
    sent(page)
    assert tallied() == [("stands_for", "former_party", 1)]
    assert HouseholdState.objects.get(household__label="1").attempts == 1


def test_bug_a_sent_answer_changed_away_and_back_again_was_counted_a_second_time(page: Page) -> None:
    say(page, "The party they were in before", then="2")
    sent(page)
    for outcome in ("No answer", "Answered", "Answered"):
        page.get_by_role("button", name="Before 1").click()
        tap(page, "Change")
        log(page, outcome, then="2")
    sent(page)
    assert tallied() == [("stands_for", "former_party", 1)]
    assert HouseholdState.objects.get(household__label="1").last_outcome == "answered"


def test_somebody_else_at_a_door_where_answers_were_sent_is_asked_and_counted(page: Page) -> None:
    go_to(page, "3")
    for person, then in (("Mavis Placeholder", "3"), ("Ron Placeholder", "4")):
        tap(page, "Answered" if person.startswith("Mavis") else "Somebody else here")
        tap(page, "Show 2 names")
        tap(page, person)
        page.get_by_role("button", name="Not sure").click()
        log(page, "Save", then="4")
        sent(page)
        if then == "3":
            page.get_by_role("button", name="Before 3").click()
    assert tallied() == [("stands_for", "not_sure", 2)]


def test_an_answer_changed_before_it_was_sent_counts_as_it_was_said_last(page: Page, phone: BrowserContext) -> None:
    phone.set_offline(True)
    say(page, "The party they were in before", then="2")
    expect(page.get_by_text("No connection: trying again.")).to_be_visible()
    page.get_by_role("button", name="Before 1").click()
    tap(page, "Change")
    say(page, "Not sure", then="2")
    expect(page.get_by_text("answers already counted stay")).not_to_be_attached()
    phone.set_offline(False)
    sent(page)
    assert tallied() == [("stands_for", "not_sure", 1)]


def test_a_conversation_undone_before_it_was_sent_is_asked_again(page: Page, phone: BrowserContext) -> None:
    phone.set_offline(True)
    say(page, "The party they were in before", then="2")
    log(page, "Undo 1", then="1")
    expect(page.get_by_text("1 undone.", exact=True)).to_be_visible()
    phone.set_offline(False)
    sent(page)
    say(page, "Not sure", then="2")
    sent(page)
    assert tallied() == [("stands_for", "not_sure", 1)]


def test_bug_an_answer_undone_while_it_was_on_its_way_was_said_to_be_gone_and_counted_twice(
    page: Page, phone: BrowserContext
) -> None:
    on_its_way = stopped(phone)
    say(page, "The party they were in before", then="2")
    tap(page, "Send now")
    wait_for(page, on_its_way)
    log(page, "Undo 1", then="1")
    expect(page.get_by_text("1 undone; answers already counted stay.")).to_be_visible()
    log(page, "Answered", then="2")
    on_its_way[0].continue_()
    phone.unroute(EVENTS)
    sent(page)
    assert outcomes() == [("1", "answered"), ("1", "void"), ("1", "answered")]
    assert tallied() == [("stands_for", "former_party", 1)]


def test_bug_an_answer_changed_while_it_was_on_its_way_was_counted_twice(page: Page, phone: BrowserContext) -> None:
    on_its_way = stopped(phone)
    say(page, "The party they were in before", then="2")
    page.get_by_role("button", name="Before 1").click()
    tap(page, "Change")
    tap(page, "Answered")
    page.get_by_role("button", name="Not sure").click()
    tap(page, "Send now")
    wait_for(page, on_its_way)
    log(page, "Save", then="2")
    expect(page.get_by_text("1 changed; answers already counted stay.")).to_be_visible()
    on_its_way[0].continue_()
    phone.unroute(EVENTS)
    sent(page)
    assert tallied() == [("stands_for", "former_party", 1)]


def test_bug_an_answer_whose_receipt_was_lost_was_counted_a_second_time(page: Page, phone: BrowserContext) -> None:
    on_its_way = stopped(phone)
    say(page, "The party they were in before", then="2")
    tap(page, "Send now")
    lose_the_receipt(page, on_its_way)
    expect(page.get_by_text("No connection: trying again.")).to_be_visible()
    page.get_by_role("button", name="Before 1").click()
    tap(page, "Change")
    log(page, "Answered", then="2")
    phone.unroute(EVENTS)
    sent(page)
    assert tallied() == [("stands_for", "former_party", 1)]


def test_bug_an_answer_undone_before_the_server_refused_it_travelled_with_the_next_try(
    page: Page, phone: BrowserContext
) -> None:
    on_its_way = stopped(phone)
    say(page, "The party they were in before", then="2")
    tap(page, "Send now")
    wait_for(page, on_its_way)
    log(page, "Undo 1", then="1")
    on_its_way[0].fulfill(status=422, content_type="application/json", body='{"reason": "bad_envelope"}')
    phone.unroute(EVENTS)
    tap(page, "Send again")
    expect(page.get_by_role("alert")).not_to_be_attached()
    sent(page)
    assert outcomes() == [("1", "answered"), ("1", "void")]
    assert tallied() == []


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


def test_in_full_mode_the_answers_belong_to_the_person(new_phone: NewPhone, walk: Walk) -> None:
    CampaignDetails.objects.update(legal_mode=LegalMode.FULL)
    page = new_phone(walk.user).new_page()
    page.goto(walk.link())
    at_door(page, "1")
    tap(page, "All doors")
    page.locator("[data-door]").nth(2).click()
    tap(page, "Answered")
    tap(page, "Show 2 names")
    tap(page, "Ron Placeholder")
    expect(page.get_by_text("never tied to this door")).not_to_be_attached()
    tap(page, "Skip")
    page.get_by_role("button", name="Probably not").click()
    log(page, "Save", then="4")
    sent(page)
    contact = Contact.objects.get()
    assert contact.elector is not None
    assert (contact.elector.forename, contact.opinions) == ("Ron", {"support": "2"})


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


def test_a_batch_that_is_too_large_is_halved_and_a_busy_server_is_given_its_time(
    page: Page, phone: BrowserContext
) -> None:
    posts = posts_of(phone)
    phone.route(EVENTS, busy)
    for door in range(2, 6):
        log(page, "No answer", then=str(door))
    tap(page, "Send now")
    expect(page.get_by_text("No connection: trying again.")).to_be_visible()
    tap(page, "Send now")
    page.wait_for_timeout(500)
    assert [len(ids) for ids in posts] == [4]

    phone.unroute(EVENTS)
    phone.route(EVENTS, narrow)
    page.reload()
    at_door(page, "5")
    sent(page)
    assert len(outcomes()) == 4


def busy(route: Route) -> None:
    route.fulfill(status=503, headers={"Retry-After": "60", "Content-Type": "application/json"}, body="{}")


def narrow(route: Route) -> None:
    """A server that takes two events at once."""
    if len(route.request.post_data_json["events"]) > 2:
        route.fulfill(status=413, content_type="text/html", body="Too large")
    else:
        route.continue_()


def test_an_event_the_server_cannot_read_is_shown_and_kept_and_the_rest_is_sent(
    page: Page, phone: BrowserContext
) -> None:
    log(page, "Refused to talk", then="2")
    phone.route(EVENTS, picky)
    log(page, "No answer", then="3")
    tap(page, "Send now")
    expect(page.get_by_role("alert")).to_contain_text("1 entry not accepted.")
    status(page, re.compile("^All sent"))
    assert outcomes() == [("2", "no_answer")]
    tap(page, "All doors")
    expect(page.locator("[data-door]").first).to_contain_text("not accepted")

    phone.unroute(EVENTS)
    tap(page, "Send again")
    expect(page.get_by_role("alert")).not_to_be_attached()
    assert outcomes() == [("1", "refused"), ("2", "no_answer")]


def picky(route: Route) -> None:
    """A server that cannot read a refusal."""
    if any(event["outcome"] == "refused" for event in route.request.post_data_json["events"]):
        route.fulfill(status=422, content_type="application/json", body='{"reason": "bad_envelope"}')
    else:
        route.continue_()


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


def test_what_the_server_lost_is_sent_again_from_the_journal(page: Page) -> None:
    log(page, "No answer", then="2")
    log(page, "No answer", then="3")
    sent(page)
    Contact.objects.filter(household__label="1").delete()
    log(page, "No answer", then="4")
    status(page, re.compile("1 waiting"))
    sent(page)
    assert outcomes() == [("1", "no_answer"), ("2", "no_answer"), ("3", "no_answer")]


def test_a_street_known_by_name_only_is_walked_by_adding_doors(new_phone: NewPhone, walk: Walk) -> None:
    street = StreetFactory(name="Thorne Park", name_key="THORNE PARK 2")
    bare = AllocationFactory(
        walk=walk_along(street), holder=walk.allocation.holder, started_at=now(), expires_at=walk.allocation.expires_at
    )
    page = new_phone(walk.user).new_page()
    page.goto(f"/d/#{codes.issue(allocation=bare, at=now())}")
    expect(page.get_by_role("heading", name="No doors listed yet")).to_be_visible()
    tap(page, "Add a door")
    page.get_by_label("What is on the door").fill("Rose Cottage")
    tap(page, "Go to this door")
    at_door(page, "Rose Cottage")
    tap(page, "No answer")
    expect(page.get_by_role("heading", name="All 1 door logged")).to_be_visible()
    sent(page)
    page.reload()
    expect(page.get_by_role("heading", name="All 1 door logged")).to_be_visible()
    assert outcomes() == [("Rose Cottage", "no_answer")]


def test_a_door_that_is_on_the_list_is_not_added_a_second_time(page: Page) -> None:
    tap(page, "All doors")
    tap(page, "Add a door that is not listed")
    page.get_by_label("What is on the door").fill(" 4 ")
    tap(page, "Go to this door")
    at_door(page, "4")
    expect(page.get_by_text("0 of 8")).to_be_visible()


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


def test_a_phone_that_cannot_store_anything_says_so_before_a_walk_is_opened(phone: BrowserContext, walk: Walk) -> None:
    page = phone.new_page()
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }")
    page.goto(walk.link())
    expect(page.get_by_role("heading", name="Not on this browser")).to_be_visible()
    assert PhoneToken.objects.count() == 0
