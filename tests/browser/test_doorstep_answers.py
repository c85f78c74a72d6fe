"""What somebody answers at a door is counted once, whatever is undone, changed or lost on its way."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from campaign.details.models import CampaignDetails, LegalMode
from canvassing.doorstep.models import Contact, Tally
from canvassing.progress.models import ElectorState, HouseholdState
from tests.browser.doorstep import (
    EVENTS,
    NewPhone,
    Walk,
    at_door,
    go_to,
    kept,
    log,
    lose_the_receipt,
    outcomes,
    say,
    sent,
    stopped,
    tallied,
    tap,
    wait_for,
)

pytestmark = pytest.mark.browser


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
