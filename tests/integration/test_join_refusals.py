"""What the join page refuses, and what it only seems to: bad input, full sessions, robots, too many tries."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from campaign.details.models import CampaignDetails
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, SATURDAY, BookingFactory, SessionFactory, set_clock
from volunteers.messaging.models import Message
from volunteers.people.models import User, Volunteer
from volunteers.sessions.models import Booking

pytestmark = pytest.mark.django_db
NOTHING_LIKE_AN_ADDRESS = "neither an e-mail address nor a mobile number"


@pytest.fixture(autouse=True)
def a_published_campaign_on_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)


def join(client: Client, **facts):
    return client.post("/join/", {"given_name": "Bramble", "contact": "bramble@example.org"} | facts)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"given_name": ""}, "This field is required"),
        ({"given_name": "x" * 5000}, "at most 60 characters"),
        ({"given_name": "Br\x00mble"}, "Null characters are not allowed"),
        ({"contact": ""}, "This field is required"),
        ({"contact": "bramble@"}, "is not complete"),
        ({"contact": "@"}, "is not complete"),
        ({"contact": "bramble"}, NOTHING_LIKE_AN_ADDRESS),
        ({"contact": "07700"}, NOTHING_LIKE_AN_ADDRESS),
        ({"contact": "x" * 5000 + "@example.org"}, "at most 254 characters"),
        ({"contact": "a\x00@example.org"}, "Null characters are not allowed"),
        ({"postcode": "N1 " * 2000}, "at most 10 characters"),
        ({"friend": "y" * 5000}, "at most 60 characters"),
        ({"age_band": "999"}, "Select a valid choice"),
        ({"guardian_email": "parent@"}, "Enter a valid email address"),
        ({"session": str(9**30)}, "not on offer any more"),
        ({"session": "-1"}, "not on offer any more"),
        ({"session": "1; DROP"}, "not on offer any more"),
        ({"session": "\x00"}, "not on offer any more"),
    ],
)
def test_bad_input_is_a_sentence_and_makes_nothing(client: Client, wrong, why) -> None:
    SessionFactory()
    answer = join(client, **wrong)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert not User.objects.exists()


def test_nobody_under_18_is_their_own_guardian__they_were(client: Client) -> None:
    answer = join(client, age_band="sixteen", contact="fern@example.org", guardian_email="Fern@example.org")
    assert "This is your own address" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("facts", [{"over": True}, {"off": True}])
def test_a_session_that_is_over_or_off_is_refused_with_a_sentence__the_page_said_nothing(client: Client, facts) -> None:
    answer = join(client, session=SessionFactory(**facts).pk)
    assert "not on offer any more" in answer.content.decode()
    assert not Volunteer.objects.exists()


def test_the_code_at_the_meeting_point_offers_the_session_that_has_begun__it_offered_the_next_ones_only(client) -> None:
    running = SessionFactory(now_on=True)
    assert f'value="{running.pk}"' not in client.get("/join/").content.decode()
    page = client.get(f"/join/?session={running.pk}").content.decode()
    assert f'value="{running.pk}" checked' in page
    assert join(client, session=running.pk)["Location"] == "/join/done/"


@pytest.mark.parametrize("session", ["", "x", "9" * 40, "-1", "\x00"])
def test_a_wish_for_a_session_that_makes_no_sense_is_passed_over(client: Client, session) -> None:
    SessionFactory()
    assert client.get("/join/", {"session": session}).status_code == 200


def test_a_session_that_has_just_filled_up_keeps_what_was_typed_and_offers_its_waiting_list(client: Client) -> None:
    saturday = SessionFactory(capacity=1)
    BookingFactory(session=saturday)
    typed = {"postcode": "N1 9AB", "friend": "Comfrey", "consent_email": "on"}
    answer = join(client, session=saturday.pk, **typed)
    page = answer.content.decode()
    assert "has just filled up" in page
    assert "Full: waiting list" in page
    assert not User.objects.filter(email="bramble@example.org").exists()
    for text in ["Bramble", "bramble@example.org", "N1 9AB", "Comfrey"]:
        assert f'value="{text}"' in page
    assert join(client, session=saturday.pk, full=saturday.pk)["Location"] == "/join/done/"
    assert Booking.objects.get(volunteer__given_name="Bramble").state == Booking.State.WAITING
    assert "you are on its waiting list" in client.get("/join/done/").content.decode()


def test_whoever_was_shown_a_place_is_not_put_on_the_waiting_list_unasked__they_were(client: Client) -> None:
    saturday = SessionFactory(capacity=1)
    page = client.get("/join/").content.decode()
    assert 'name="full"' not in page
    BookingFactory(session=saturday)
    join(client, session=saturday.pk)
    assert not Booking.objects.filter(state=Booking.State.WAITING).exists()


def test_where_the_nearest_sessions_are_full_later_ones_with_places_are_shown__they_were_not(client: Client) -> None:
    for day in range(12):
        full = SessionFactory(capacity=1, starts_at=SATURDAY + timedelta(days=day))
        BookingFactory(session=full)
    free = SessionFactory(starts_at=SATURDAY + timedelta(days=20))
    page = client.get("/join/").content.decode()
    assert f'value="{free.pk}" checked' in page
    assert page.count("Full: waiting list") == 3


def test_a_robot_that_fills_in_every_field_is_thanked_and_makes_nothing(client: Client) -> None:
    answer = join(client, website="https://spam.example", session=SessionFactory().pk)
    assert answer["Location"] == "/join/done/"
    assert "Thank you" in client.get("/join/done/").content.decode()
    assert not User.objects.exists()
    assert not Message.objects.exists()


def test_without_an_imprint_nothing_is_published_and_nobody_joins(client: Client) -> None:
    CampaignDetails.objects.update(imprint="")
    assert "given_name" not in client.get("/join/").content.decode()
    assert join(client).status_code == 200
    assert not User.objects.exists()


def test_the_page_afterwards_is_for_whoever_has_joined(client: Client) -> None:
    assert client.get("/join/done/")["Location"] == "/join/"


# Limits


def test_300_honest_people_behind_one_network_all_join_within_ten_minutes(client: Client) -> None:
    saturday = SessionFactory(capacity=300)
    for number in range(300):
        answer = join(client, contact=f"b{number}@example.org", session=saturday.pk)
        assert answer["Location"] == "/join/done/", number
    assert Booking.objects.filter(state=Booking.State.HELD).count() == 300


def test_the_151st_form_that_is_not_complete_is_too_many_and_says_what_to_do(client: Client) -> None:
    for _ in range(150):
        assert join(client, contact="bramble@").status_code == 200
    answer = join(client, contact="bramble@")
    assert answer.status_code == 429
    assert "speak to the lead at the meeting point" in answer.content.decode()
    assert client.get("/join/").status_code == 200
    assert join(client, REMOTE_ADDR="203.0.113.9").status_code == 429


def test_another_network_is_not_held_up_by_it(client: Client) -> None:
    for _ in range(150):
        join(client, contact="bramble@")
    other = client.post("/join/", {"given_name": "B", "contact": "b@example.org"}, REMOTE_ADDR="203.0.113.9")
    assert other["Location"] == "/join/done/"


def test_a_seventh_message_to_one_address_within_an_hour_is_refused(client: Client) -> None:
    for number in range(6):
        answer = join(client, given_name=f"Name{number}", contact="Bramble@example.org")
        assert answer["Location"] == "/join/done/"
    refused = join(client, given_name="Name7")
    assert "several messages there already" in refused.content.decode()
    assert Volunteer.objects.count() == Message.objects.count() == 6
    assert join(client, contact="comfrey@example.org")["Location"] == "/join/done/"


@pytest.mark.parametrize(
    ("contact", "until", "kept"),
    [("bramble@example.org", "23:30", 13.5 * HOUR), ("07700 900123", "08:30", 22.5 * HOUR)],
    ids=["by e-mail, which goes at night", "by text message, which waits for the morning"],
)
def test_a_place_is_kept_for_half_an_hour_from_when_its_message_can_be_read(
    client: Client, monkeypatch, settings, contact: str, until: str, kept: timedelta
) -> None:
    settings.SMS_URL = "https://sms.example/send"
    set_clock(monkeypatch, AT + 13 * HOUR)  # 23:00 in London
    join(client, session=SessionFactory().pk, contact=contact)
    assert f"kept until {until}" in client.get("/join/done/").content.decode()
    assert Booking.objects.get().kept_until == AT + kept
