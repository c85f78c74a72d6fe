"""`make screenshots`: pictures of the demonstration for the README, each at 360 and 1280 pixels.

Starts the demonstration in a folder of its own, signs in with the links it prints, and ends it again.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import services
from tests.conftest import CHROMIUM_FLAGS

BASE_DIR = Path(__file__).resolve().parents[1]
PICTURES = BASE_DIR / "docs" / "screenshots"
WIDTHS = {360: 740, 1280: 900}


@contextmanager
def demonstration(var: str) -> Iterator[dict[str, str]]:
    """Serve a new demonstration; gives what it printed: `site`, a link for each role, and the walk's `code`."""
    port = services.free_port()
    command = [sys.executable, "manage.py", "run", "--demo"]
    environment = os.environ | {"ROSETTE_VAR": var, "PORT": str(port)}
    process = subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = {"site": f"http://127.0.0.1:{port}/"}
    for line in process.stdout:
        if link := re.match(r"\s+(agent|organiser|volunteer)\s+(http\S+)", line):
            said[link[1]] = link[2]
        if code := re.search(r"with the code ([A-Z]{4}-?[A-Z]{4})", line):
            said["code"] = code[1]
        if "Ctrl-C" in line:
            break
    try:
        yield said
    finally:
        process.terminate()
        process.wait()


def signed_in(browser: Browser, link: str) -> BrowserContext:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    return context


def take(page: Page, name: str) -> None:
    """Pictures of `page` as it is, at each width."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        page.screenshot(path=PICTURES / f"{name}-{width}.png")


def take_all(browser: Browser, said: dict[str, str]) -> None:
    site = said["site"]
    visitor = browser.new_context(locale="en-GB").new_page()
    visitor.goto(site)
    take(visitor, "home")
    visitor.goto(f"{site}join/")
    take(visitor, "join")
    organiser = signed_in(browser, said["organiser"]).new_page()
    organiser.goto(f"{site}organise/coverage/")
    take(organiser, "coverage")
    organiser.goto(f"{site}organise/walks/?show=free")
    organiser.locator("table a").first.click()
    take(organiser, "walk")
    organiser.goto(f"{site}organise/sessions/")
    take(organiser, "sessions")
    volunteer = signed_in(browser, said["volunteer"]).new_page()
    volunteer.goto(f"{site}d/")
    volunteer.get_by_label("Your code").fill(said["code"])
    volunteer.get_by_role("button", name="Open").click()
    volunteer.get_by_role("button", name="I have read this and agree").click()
    volunteer.locator("[data-outcome]").first.wait_for()
    take(volunteer, "doorstep")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = services.chromium_path() or sys.exit("No Chromium: set CHROMIUM to its path, or install it.")
    with tempfile.TemporaryDirectory() as var, demonstration(var) as said, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        take_all(browser, said)
        browser.close()


if __name__ == "__main__":
    main()
