"""The main job from end to end, as three people see it: a register in, a walk out, doors logged, coverage seen."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

REGISTER = Path(__file__).resolve().parents[1] / "data" / "xpress14.tsv"
DESKTOP = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("celery_worker")]


@pytest.fixture(autouse=True)
def campaign(transactional_db: None) -> None:
    CampaignDetailsFactory()


def test_a_register_becomes_walks_doors_and_coverage(new_phone: Callable[..., BrowserContext]) -> None:
    canvasser = VolunteerFactory(given_name="Robin", family_name="Sparrow")
    agent = new_phone(UserFactory(agent=True), **DESKTOP).new_page()
    organiser = new_phone(UserFactory(organiser=True), **DESKTOP).new_page()
    phone = new_phone(canvasser.user).new_page()

    import_the_register(agent)
    every_district_has_no_ward_yet(organiser)
    set_the_ward(organiser, district="AB", ward="Alderbrook")
    code = hand_out_a_walk(organiser, district="AB", to="Robin Sparrow")
    log_six_doors_and_one_not_listed(phone, code)
    coverage_shows_exactly_them(organiser)


def import_the_register(page: Page) -> None:
    page.goto("/organise/register/")
    page.locator("input[type=file]").set_input_files(REGISTER)
    page.get_by_role("button", name="Look at it before importing").click()
    expect(page.get_by_text("Nothing is changed yet.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("would hold 6,332 electors at 3,095 doors")).to_be_visible()
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("now holds 6,332 electors at 3,095 doors")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="AA", exact=True)).to_be_visible()


def every_district_has_no_ward_yet(page: Page) -> None:
    page.goto("/organise/coverage/")
    without = section_of(page, "No ward yet")
    for code in ("AA", "AB", "AC", "AD"):
        expect(without.get_by_role("link", name=code, exact=True)).to_be_visible()


def section_of(page: Page, heading: str) -> Locator:
    """The innermost section under `heading`."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading)).last


def set_the_ward(page: Page, *, district: str, ward: str) -> None:
    page.get_by_role("link", name=district, exact=True).click()
    page.get_by_label("or a ward that is not on the list").fill(ward)
    page.get_by_role("button", name="Save the ward").click()
    expect(page.get_by_text(f"{ward} ward.")).to_be_visible()
    page.goto("/organise/coverage/")
    expect(section_of(page, ward).get_by_role("link", name=district, exact=True)).to_be_visible()
    expect(section_of(page, "No ward yet").get_by_role("link", name=district, exact=True)).to_have_count(0)


def hand_out_a_walk(page: Page, *, district: str, to: str) -> str:
    page.goto("/organise/walks/")
    page.get_by_role("button", name="Cut every street into walks").click()
    page.get_by_role("link", name=district, exact=True).click()
    page.get_by_role("link", name="Grafton Close", exact=False).first.click()
    page.get_by_label("Who takes it").select_option(label=to)
    page.get_by_role("button", name="Hand it out").click()
    page.get_by_role("button", name="Make a code").click()
    return page.locator(".walk-code").inner_text()


def log_six_doors_and_one_not_listed(page: Page, code: str) -> None:
    """Three times nobody in, one refusal, one door out of reach, one conversation; and a door that is not listed."""
    page.goto("/d/")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="I have read this and agree").click()
    for outcome in ("no_answer", "no_answer", "no_answer", "refused", "no_access"):
        log(page, outcome)
    log(page, "answered")
    page.get_by_role("button", name=re.compile("Show .* name")).click()
    page.locator(".choice").first.click()
    page.get_by_role("button", name=re.compile("^Independent")).click()
    page.locator(".choice", has_text=re.compile("^Probably(?! not)")).click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="All doors").click()
    page.get_by_role("button", name="Add a door").click()
    page.get_by_label("What is on the door").fill("201")
    page.get_by_role("button", name="Go to this door").click()
    log(page, "no_answer")
    page.get_by_role("button", name="Send now").click()
    expect(page.locator("#status")).to_contain_text("last sent", timeout=20_000)
    expect(page.locator("#status")).not_to_contain_text("waiting")


def log(page: Page, outcome: str) -> None:
    page.locator(f"[data-outcome={outcome}]").click()
    expect(page.locator("#status")).to_contain_text(re.compile("Saved|last sent"))


def coverage_shows_exactly_them(page: Page) -> None:
    """Seven doors were gone to, one of them out of reach: six tried. Two came to the door, one person talked."""
    page.goto("/organise/coverage/")
    page.get_by_role("link", name="AB", exact=True).click()
    expect(page.locator(".page-head")).to_contain_text("6 of")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Grafton Close"))
    expect(row).to_contain_text("6 of")
    expect(row.get_by_role("cell").nth(1)).to_have_text(re.compile(r"^\s*2"))
    expect(row.get_by_role("cell").nth(2)).to_contain_text("1 of")
