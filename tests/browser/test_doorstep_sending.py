"""What is saved on a phone is sent, once, whatever the connection and the server do meanwhile."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from canvassing.doorstep.models import Contact
from tests.browser.doorstep import EVENTS, at_door, kept, log, outcomes, sent, status, tap

pytestmark = pytest.mark.browser


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


def test_what_the_server_lost_is_sent_again_from_the_journal(page: Page) -> None:
    log(page, "No answer", then="2")
    log(page, "No answer", then="3")
    sent(page)
    Contact.objects.filter(household__label="1").delete()
    log(page, "No answer", then="4")
    status(page, re.compile("1 waiting"))
    sent(page)
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
