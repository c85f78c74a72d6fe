"""A day of the campaign from end to end, as people live it: a poster, a place, real mail, a walk, doors, coverage.

The mail server, the worker and the web server are real and speak over sockets.
"""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, expect

from canvassing.progress import deltas
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import ElectorFactory, houses
from tests.factories.sessions import SessionFactory
from tests.factories.volunteers import UserFactory
from tests.mail_server import Letter, MailServer
from volunteers.people.models import Volunteer
from volunteers.referrals.models import JoinLink
from volunteers.sessions.models import Booking, Session

DESKTOP = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}
MOST_ACTIONS = 6

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("celery_worker")]


@pytest.fixture(autouse=True)
def campaign(transactional_db: None) -> None:
    CampaignDetailsFactory()


class Thumb:
    """Does what a person does on a page, and counts it: a field filled in or a button pressed is one action."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0
        self.pages: list[str] = []
        page.on("framenavigated", lambda frame: self.pages.append(urlsplit(frame.url).path))

    def fills(self, label: str, text: str) -> None:
        self.actions += 1
        self.page.get_by_role("textbox", name=re.compile(f"^{label}")).fill(text)

    def presses(self, name: str | re.Pattern[str]) -> None:
        self.actions += 1
        self.page.get_by_role("button", name=name).click()


def session_soon() -> Session:
    """In half an hour, so that one can check in now."""
    start = now() + timedelta(minutes=30)
    return SessionFactory(starts_at=start, ends_at=start + timedelta(hours=3), capacity=8, made_at=now())


def join(thumb: Thumb, email: str) -> None:
    thumb.page.goto("/join/station/")
    thumb.fills("First name", "Robin")
    thumb.fills("E-mail or mobile number", email)
    thumb.fills("Postcode", "N1 0AA")
    thumb.presses(re.compile("^Join"))
    expect(thumb.page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert thumb.actions <= MOST_ACTIONS
    assert thumb.pages == ["/join/station/", "/join/done/"], "more than one page before the place is taken"


def letter_to(server: MailServer, email: str, subject: str) -> Letter:
    """The message that has come for `email`; the worker has a few seconds for it."""
    patience = time.monotonic() + 20
    while time.monotonic() < patience:
        for letter in server.letters:
            if letter.to == email and subject in str(letter.parsed["Subject"]):
                return letter
        time.sleep(0.1)
    raise AssertionError(f"no message {subject!r}; there are {[str(one.parsed['Subject']) for one in server.letters]}")


def link_in(letter: Letter, label: str) -> str:
    """Where the link of this label in the text leads, without the host: the site of a test has a port of its own."""
    found = re.search(rf"^{label}: (\S+)\s*$", letter.part("text/plain"), re.MULTILINE)
    assert found is not None
    return urlsplit(found[1]).path


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_poster_to_a_place_in_six_actions_on_one_page(
    new_phone: Callable[..., BrowserContext], mail_server: MailServer, javascript: bool
) -> None:
    session = session_soon()
    JoinLink.objects.create(code="station", source="Station poster", made_at=now())
    email = f"robin.{javascript}@example.org".lower()
    page = new_phone(java_script_enabled=javascript).new_page()
    join(Thumb(page), email)
    place = Booking.objects.select_related("volunteer").get()
    assert (place.session, place.state, place.volunteer.source) == (session, "held", "Station poster")
    page.goto(link_in(letter_to(mail_server, email, "Confirm your place"), "Confirm"))
    page.get_by_role("button", name=re.compile("^Yes, I.m coming")).click()
    expect(page.get_by_text("Confirmed. See you there.")).to_be_visible()
    place.refresh_from_db()
    assert place.state == "confirmed"


def test_a_whole_day_of_the_campaign(new_phone: Callable[..., BrowserContext], mail_server: MailServer) -> None:
    session_soon()
    JoinLink.objects.create(code="station", source="Station poster", made_at=now())
    district = a_street_of_doors()
    phone = new_phone().new_page()
    organiser = new_phone(UserFactory(organiser=True), **DESKTOP).new_page()
    lead = organiser

    join(Thumb(phone), "robin.day@example.org")
    confirm_from_the_message(phone, mail_server)
    check_in_by_the_link(phone)
    the_lead_sees_who_is_here(lead)
    hand_out_a_walk(organiser, district, to="Robin")
    log_six_doors(phone)
    coverage_has_moved(organiser, district)


def a_street_of_doors() -> str:
    """One polling district with a street of eight doors, cut into a walk; its code."""
    doors = houses(8)
    for door in doors:
        ElectorFactory(household=door)
    district = doors[0].street.polling_district
    deltas.settle(districts=[district.pk], day=now().date())
    cut(district_ids=[district.pk], purpose=Purpose.CANVASS, at=now())
    return district.code


def confirm_from_the_message(phone: Page, server: MailServer) -> None:
    letter = letter_to(server, "robin.day@example.org", "Confirm your place")
    assert "Promoted by J. Placeholder" in letter.part("text/plain")
    phone.goto(link_in(letter, "Confirm"))
    expect(phone.get_by_text("your place is kept until")).to_be_visible()
    phone.get_by_role("button", name=re.compile("^Yes, I.m coming")).click()
    expect(phone.get_by_text("Robin, you are down for it.")).to_be_visible()


def check_in_by_the_link(phone: Page) -> None:
    phone.get_by_role("link", name=re.compile("at the meeting point")).click()
    phone.get_by_role("button", name=re.compile("I.m here")).click()
    expect(phone.get_by_text("Robin, you are checked in.")).to_be_visible()
    assert Booking.objects.get().checked_in_by == "link"


def the_lead_sees_who_is_here(lead: Page) -> None:
    lead.goto(f"/sessions/{Session.objects.get().pk}/list/")
    expect(lead.get_by_role("listitem").filter(has_text="Robin")).to_contain_text("Here since")
    lead.get_by_role("textbox", name=re.compile("^First name")).fill("Ash")
    lead.get_by_role("button", name="Add and check in").click()
    expect(lead.get_by_text("Ash is checked in.")).to_be_visible()
    assert Volunteer.objects.filter(given_name="Ash", bookings__checked_in_by="walk_up").exists()


def hand_out_a_walk(page: Page, district: str, *, to: str) -> None:
    page.goto("/organise/walks/")
    page.get_by_role("link", name=district, exact=True).click()
    page.locator("table a").first.click()
    expect(page.locator("optgroup[label='Checked in now']").get_by_role("option", name=to)).to_be_attached()
    page.get_by_label("Who takes it").select_option(label=to)
    page.get_by_role("button", name="Hand it out").click()
    expect(page.get_by_text(f"is with {to} now")).to_be_visible()


def log_six_doors(phone: Page) -> None:
    phone.get_by_role("link", name="My walks").last.click()
    phone.get_by_role("button", name=re.compile("Open on this phone")).click()
    phone.get_by_role("button", name="I have read this and agree").click()
    for outcome in ("no_answer", "no_answer", "no_answer", "no_answer", "refused", "no_access"):
        phone.locator(f"[data-outcome={outcome}]").click()
        expect(phone.locator("#status")).to_contain_text(re.compile("Saved|last sent"))
    phone.get_by_role("button", name="Send now").click()
    expect(phone.locator("#status")).to_contain_text("last sent", timeout=20_000)
    expect(phone.locator("#status")).not_to_contain_text("waiting")


def coverage_has_moved(page: Page, district: str) -> None:
    page.goto("/organise/coverage/")
    page.get_by_role("link", name=district, exact=True).click()
    expect(page.locator(".page-head")).to_contain_text("5 of 8")
