"""The pages anybody may see, and the promises every page keeps: imprint, policy, nothing from elsewhere."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from campaign.home.views import public
from tests.factories.campaign import CampaignDetailsFactory, ConstituencyFactory, DeadlineFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

PAGES = ["/", "/privacy/", "/sign-in/", "/sign-in/new/", "/sign-in/link/forged/"]
AGENTS_PAGES = ["/organise/", "/organise/details/", "/organise/deadlines/", "/organise/areas/", "/organise/audit/"]


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(public, "localdate", lambda: day)


def test_the_front_page_says_who_stands_as_what_and_when(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    details = CampaignDetailsFactory()
    ConstituencyFactory()
    on(monkeypatch, date(2024, 6, 11))
    page = client.get("/").content.decode()
    assert "Ada Marlowe" in page
    assert "Independent candidate for Islington North" in page
    assert "<strong>23</strong><span>days to polling day<br>Thursday 4 July 2024" in page
    assert details.imprint in page


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2024, 7, 3), "<strong>1</strong><span>day to polling day"),
        (date(2024, 7, 4), "<strong>Today</strong><span>is polling day."),
        (date(2024, 7, 5), "Polling day was Thursday 4 July 2024."),
    ],
)
def test_the_days_are_counted_to_the_end(
    client: Client, monkeypatch: pytest.MonkeyPatch, day: date, words: str
) -> None:
    CampaignDetailsFactory()
    on(monkeypatch, day)
    assert words in client.get("/").content.decode()


def test_a_campaign_without_polling_day_counts_nothing(client: Client) -> None:
    CampaignDetailsFactory(polling_day=None)
    page = client.get("/").content.decode()
    assert "Ada Marlowe" in page
    assert "poster-day" not in page


def test_deadlines_are_shown_in_london_time_and_say_whose_reckoning_they_are(client: Client) -> None:
    CampaignDetailsFactory()
    DeadlineFactory(due_at=datetime(2124, 6, 19, 16, tzinfo=UTC))
    page = client.get("/").content.decode()
    assert "By 5 p.m. on Monday 19 June." in page
    assert "Our reckoning" in page


def test_a_confirmed_deadline_speaks_for_itself(client: Client) -> None:
    CampaignDetailsFactory()
    DeadlineFactory(confirmed=True)
    page = client.get("/").content.decode()
    assert "Closed on Wednesday 19 June." in page
    assert "Our reckoning" not in page


def test_without_an_imprint_nothing_is_said_for_the_candidate(client: Client) -> None:
    CampaignDetailsFactory(unpublished=True)
    page = client.get("/").content.decode()
    assert "This page is not published yet" in page
    assert "A voice that answers" not in page


def test_without_an_imprint_the_agent_is_led_to_it(client: Client) -> None:
    client.force_login(UserFactory(agent=True))
    assert "Set the imprint" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("tally", "It is never stored with your name"),
        ("consent", "only if you agreed"),
        ("full", "it may be kept with your name"),
    ],
)
def test_the_privacy_notice_speaks_of_the_mode_in_force(client: Client, mode: str, words: str) -> None:
    CampaignDetailsFactory(legal_mode=mode)
    assert words in client.get("/privacy/").content.decode()


def test_the_privacy_notice_names_the_controller_and_where_to_complain(client: Client) -> None:
    CampaignDetailsFactory()
    page = client.get("/privacy/").content.decode()
    assert "Ada Marlowe, standing as Independent" in page
    assert "hello@example.org" in page
    assert "ico.org.uk" in page


def test_the_privacy_notice_is_there_before_anything_is_set(client: Client) -> None:
    page = client.get("/privacy/").content.decode()
    assert "the address in the imprint" in page


def test_the_theme_is_the_campaigns_colour_and_is_kept_for_a_year(client: Client) -> None:
    CampaignDetailsFactory(accent="#006644")
    answer = client.get("/theme.css")
    assert answer["Content-Type"].startswith("text/css")
    assert "--accent: #006644;" in answer.content.decode()
    assert "max-age=31536000" in answer["Cache-Control"]
    assert "/theme.css?v=006644" in client.get("/").content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_every_public_page_carries_the_imprint(client: Client, address: str) -> None:
    details = CampaignDetailsFactory()
    assert details.imprint in client.get(address).content.decode()


@pytest.mark.parametrize("address", [*PAGES, *AGENTS_PAGES, "/organise/people/", "/me/who/", "/no-such-page/"])
def test_every_page_asks_only_this_site_for_what_it_shows(client: Client, address: str) -> None:
    CampaignDetailsFactory()
    if address not in PAGES:
        client.force_login(UserFactory(agent=True))
    answer = client.get(address)
    policy = answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)
    assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', page)


@pytest.mark.parametrize("address", [*AGENTS_PAGES, "/organise/people/"])
def test_every_page_is_small_and_asks_little(
    client: Client, query_count: Callable[[Callable[[], object]], int], address: str
) -> None:
    CampaignDetailsFactory()
    DeadlineFactory()
    client.force_login(UserFactory(agent=True))
    assert query_count(lambda: client.get(address)) <= 12
    assert len(client.get(address).content) <= 60_000


def test_the_header_shows_each_role_its_places(client: Client) -> None:
    client.force_login(UserFactory(organiser=True))
    page = client.get("/organise/").content.decode()
    assert "Legal mode: tally" in page
    assert "/organise/details/" not in page


def test_the_page_one_is_on_is_marked(client: Client) -> None:
    client.force_login(UserFactory(agent=True))
    page = client.get("/organise/details/").content.decode()
    assert page.count('<a href="/organise/details/" aria-current="page">') == 2
    assert '<a href="/organise/" aria-current' not in page


def test_pages_are_made_in_london(client: Client) -> None:
    assert timezone.get_current_timezone_name() == "Europe/London"
