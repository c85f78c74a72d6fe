"""The doorstep page in a real Chromium: what a thumb does at one door after another."""

import re

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from canvassing.allocation import codes
from canvassing.doorstep.models import HeldEvent, Tally
from canvassing.progress.models import ElectorState, HouseholdState
from tests.browser.doorstep import NewPhone, Walk, at_door, log, outcomes, sent, status, tap
from tests.factories.canvassing import AllocationFactory, StreetFactory, walk_along
from volunteers.people.models import RegisterAcknowledgement

pytestmark = pytest.mark.browser


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
