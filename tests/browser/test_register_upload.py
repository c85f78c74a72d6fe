"""An agent brings a register in: looks at it, imports it, takes it back, and maps a file nobody knew."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from canvassing.electorate.models import Elector
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.register import street_of
from tests.factories.register_layouts import write_rows
from tests.factories.volunteers import UserFactory

DATA = Path(__file__).resolve().parents[1] / "data"
SIZES = [{"width": 360, "height": 740}, {"width": 1280, "height": 900}]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("celery_worker")]


@pytest.fixture(autouse=True)
def campaign(transactional_db: None) -> None:
    CampaignDetailsFactory()


@pytest.fixture
def page(new_phone: Callable[..., BrowserContext]) -> Page:
    return new_phone(UserFactory(agent=True)).new_page()


def send(page: Page, file: Path) -> None:
    page.goto("/organise/register/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Look at it before importing").click()


def fits(page: Page) -> None:
    """Nothing is wider than the screen, on a phone and on a desk."""
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_from_upload_to_preview_to_commit_to_undo(page: Page) -> None:
    send(page, DATA / "eros.csv")
    expect(page.get_by_text("Nothing is changed yet.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Eros, full register, windows-1252, edition of 1 December 2026")).to_be_visible()
    expect(page.get_by_text("would hold 6,332 electors at 3,095 doors in 30 streets")).to_be_visible()
    fits(page)
    assert not Elector.objects.exists()
    expect(page.get_by_label("May vote: marker G")).not_to_be_checked()
    page.get_by_label("May vote: marker L").check()
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("now holds 6,332 electors")).to_be_visible(timeout=60_000)
    fits(page)
    assert Elector.objects.living().filter(may_vote=False).count() == 692
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("What it did is below.")).to_be_visible()
    assert not Elector.objects.exists()


def test_a_preview_is_cancelled_and_its_file_gone(page: Page) -> None:
    send(page, DATA / "xpress14.tsv")
    expect(page.get_by_text("Nothing is changed yet.")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Cancel and delete the file").click()
    expect(page.get_by_text("The register is as it was, and the file is deleted.")).to_be_visible()
    assert not Elector.objects.exists()


def test_a_file_with_other_columns_is_mapped_once(page: Page, tmp_path: Path) -> None:
    rows = [["Ward code", "No.", "Family", "Given", "Home", "Town", "Post"]]
    rows += [["TA", str(one.number), one.surname, one.forename, *one.address, one.postcode] for one in street_of(6)]
    file = write_rows(tmp_path / "council.csv", rows)
    send(page, file)
    page.get_by_role("link", name="Say what the columns hold").click(timeout=60_000)
    fits(page)
    page.get_by_label("Name of this layout").fill("Our council")
    for heading, holds in {
        "Ward code": "Polling district", "No.": "Elector number", "Family": "Surname", "Given": "Forename",
        "Home": "Line of the address", "Town": "Line of the address", "Post": "Postcode",
    }.items():  # fmt: skip
        page.get_by_label(heading, exact=True).select_option(label=holds)
    page.get_by_role("button", name="Keep this and look at the file").click()
    expect(page.get_by_text("would hold 6 electors at 3 doors in 1 street")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("now holds 6 electors")).to_be_visible(timeout=60_000)
    send(page, file)
    expect(page.get_by_text("Our council, utf-8")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("as they were")).to_be_visible()
