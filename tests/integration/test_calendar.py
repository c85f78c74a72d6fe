"""Sessions in a calendar: the right hour across the clock changes, an address that can be ended, nobody else's name."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from campaign.acts.erase_volunteer import erase
from campaign.acts.merge_volunteers import merge
from campaign.foundation.election_dates import LONDON
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, BookingFactory, SessionFactory, person, set_clock
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.sessions import calendar
from volunteers.sessions.models import CalendarFeed, Session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def it_is_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)


def events(content: bytes) -> list:
    return Calendar.from_ical(content).walk("VEVENT")


def feed_of(volunteer) -> str:
    return f"/calendar/{calendar.open_feed(volunteer=volunteer, at=AT)}.ics"


@pytest.mark.parametrize(
    ("start", "offset"),
    [
        (datetime(2027, 3, 27, 10, tzinfo=LONDON), 0),
        (datetime(2027, 3, 28, 10, tzinfo=LONDON), 1),
        (datetime(2027, 10, 30, 18, tzinfo=LONDON), 1),
        (datetime(2027, 10, 31, 10, tzinfo=LONDON), 0),
        (datetime(2028, 6, 1, 10, tzinfo=LONDON), 1),
    ],
)
def test_an_entry_stands_at_the_hour_people_meet_at_on_either_side_of_a_clock_change(start, offset) -> None:
    session = SessionFactory(starts_at=start)
    session.refresh_from_db()
    text = calendar.entry(session, method=calendar.PUBLISH, at=AT)
    (event,) = events(text)
    assert event["DTSTART"].dt == start
    assert event["DTSTART"].dt.utcoffset() == timedelta(hours=offset)
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=2)
    assert b"BEGIN:VTIMEZONE" in text
    zone = Calendar.from_ical(text).walk("VTIMEZONE")[0].to_tz()
    assert start.replace(tzinfo=zone).utcoffset() == timedelta(hours=offset)


def test_an_entry_says_what_where_and_how_to_find_it(client: Client) -> None:
    client.force_login(VolunteerFactory().user)
    session = SessionFactory(directions="By the north gate; bus 7.", latitude=51.5, longitude=-0.1)
    answer = client.get(f"/sessions/{session.pk}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = events(answer.content)
    assert (event["SUMMARY"], event["LOCATION"]) == ("Canvassing", "The bandstand, Thimble Park")
    assert event["DESCRIPTION"] == "By the north gate; bus 7."
    assert event["UID"].startswith(f"session-{session.pk}@")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)


def test_a_session_that_moved_or_is_off_replaces_the_entry_by_its_sequence(client: Client) -> None:
    anna = VolunteerFactory()
    session = BookingFactory(volunteer=anna).session
    address = feed_of(anna)
    Session.objects.update(revision=3, cancelled_at=AT, cancelled_because="Rain.")
    (event,) = events(client.get(address).content)
    assert (event["SEQUENCE"], event["STATUS"]) == (3, "CANCELLED")
    client.force_login(anna.user)
    content = client.get(f"/sessions/{session.pk}/calendar.ics").content
    assert Calendar.from_ical(content)["METHOD"] == "CANCEL"


def test_the_feed_holds_the_sessions_one_has_a_place_in_and_no_others(client: Client) -> None:
    anna = VolunteerFactory()
    mine = {BookingFactory(volunteer=anna).session_id, BookingFactory(volunteer=anna, held=True).session_id}
    BookingFactory(volunteer=anna, waiting=True)
    BookingFactory(volunteer=anna, given_up=True)
    BookingFactory()
    answer = client.get(feed_of(anna))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-cache" in answer["Cache-Control"]
    assert {int(event["UID"].split("@")[0].split("-")[1]) for event in events(answer.content)} == mine


def test_the_feed_names_nobody_else(client: Client) -> None:
    lead = person("lead@example.org", given_name="Lena", family_name="Nobodyknows", postcode="N1 9ZZ")
    session = SessionFactory(lead=lead)
    BookingFactory(session=session, volunteer=lead)
    anna = BookingFactory(session=session).volunteer
    text = client.get(feed_of(anna)).content.decode()
    for secret in ("Lena", "Nobodyknows", "lead@example.org", "N1 9ZZ", anna.given_name, anna.user.email):
        assert secret not in text


def test_a_new_address_ends_the_old_one_and_an_ended_one_opens_nothing(client: Client) -> None:
    anna = VolunteerFactory()
    old, new = feed_of(anna), feed_of(anna)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    calendar.close_feed(volunteer=anna)
    assert client.get(new).status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "%ff", "a" * 500, "é"])
def test_an_invented_address_opens_nothing(client: Client, token) -> None:
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_only_the_hash_of_the_address_is_kept() -> None:
    token = calendar.open_feed(volunteer=VolunteerFactory(), at=AT)
    assert token.encode() not in bytes(CalendarFeed.objects.get().token_hash)


def test_the_feed_of_an_entry_that_was_merged_shows_the_kept_ones_sessions__it_went_empty(client: Client) -> None:
    keep, other = VolunteerFactory(), VolunteerFactory()
    addresses = [feed_of(keep), feed_of(other)]
    BookingFactory(volunteer=other)
    merge(keep=keep, other=other, by=UserFactory(organiser=True), at=AT)
    assert [len(events(client.get(address).content)) for address in addresses] == [1, 1]


def test_the_feeds_of_somebody_erased_open_nothing(client: Client) -> None:
    keep, other = VolunteerFactory(), VolunteerFactory()
    addresses = [feed_of(keep), feed_of(other)]
    merge(keep=keep, other=other, by=UserFactory(organiser=True), at=AT)
    erase(volunteer=keep, by=None, at=AT)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
