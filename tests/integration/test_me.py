"""A volunteer's own page: what is sent, the calendar's address, the link for friends, and who of several is here."""

import re

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils.timezone import now

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, BookingFactory, person, set_clock
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.messaging.consents import set_consents, standing_channels
from volunteers.messaging.models import Consent, Stopped
from volunteers.people import sign_in_links
from volunteers.people.models import User
from volunteers.sessions.models import CalendarFeed

pytestmark = pytest.mark.django_db
BY_EMAIL = ["day_before:email", "morning:email", "check_in:email", "thanks:email"]


@pytest.fixture(autouse=True)
def it_is_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)


@pytest.fixture
def anna(client: Client):
    """A volunteer who is signed in."""
    anna = person("anna@example.org", given_name="Anna")
    client.force_login(anna.user)
    return anna


def test_it_works(client: Client, anna) -> None:
    BookingFactory(volunteer=anna)
    BookingFactory(
        volunteer=anna, session__over=True, session__title="Leafleting", here=True, checked_in_at=AT - 25 * HOUR
    )
    page = client.get("/me/").content.decode()
    for text in ("Anna", "Saturday 12 June, 10:00 to 12:00", "Leafleting", "Confirmed", "Reminder the day before"):
        assert text in page


def test_what_is_switched_off_is_kept_for_each_kind_and_way(client: Client, anna) -> None:
    client.post("/me/notices/", {"wanted": BY_EMAIL[1:]})
    assert list(Stopped.objects.values_list("volunteer", "kind", "channel")) == [(anna.pk, "day_before", "email")]
    page = client.get("/me/").content.decode()
    assert re.search(r'value="day_before:email">', page)
    assert re.search(r'value="morning:email" checked>', page)
    client.post("/me/notices/", {"wanted": BY_EMAIL})
    assert not Stopped.objects.exists()


def test_consent_is_given_and_withdrawn_and_both_stay_written(client: Client, anna) -> None:
    client.post("/me/notices/", {"wanted": BY_EMAIL, "consents": ["email"]})
    assert standing_channels(anna) == {"email"}
    client.post("/me/notices/", {"wanted": BY_EMAIL})
    consent = Consent.objects.get()
    assert (consent.given_at, consent.withdrawn_at) == (AT, AT)


def test_saving_does_not_withdraw_a_consent_that_was_not_on_the_form__it_did(client: Client, anna) -> None:
    set_consents(volunteer=anna, channels=["sms"], at=AT)
    client.post("/me/notices/", {"wanted": BY_EMAIL, "consents": ["email"]})
    assert standing_channels(anna) == {"email", "sms"}


def test_a_form_that_makes_no_sense_changes_nothing_and_says_so(client: Client, anna) -> None:
    answer = client.post("/me/notices/", {"wanted": ["booked:email", "x:y"], "consents": ["pigeon"]}, follow=True)
    assert "that was not saved" in answer.content.decode()
    assert not Stopped.objects.exists()


def test_whoever_has_no_address_is_told_that_nothing_can_be_sent(client: Client, anna) -> None:
    User.objects.filter(pk=anna.user_id).update(email=None, phone="+447700900123")
    assert "We have no address of yours" in client.get("/me/").content.decode()
    client.post("/me/notices/", {})
    assert not Stopped.objects.exists()


def test_the_calendars_address_is_shown_once_and_ended_with_a_button(client: Client, anna) -> None:
    page = client.post("/me/calendar/", follow=True).content.decode()
    (address,) = re.findall(r"http://testserver(/calendar/[\w-]+\.ics)", page)
    assert Client().get(address).status_code == 200
    assert address not in client.get("/me/").content.decode()
    client.post("/me/calendar/")
    assert Client().get(address).status_code == 404
    client.post("/me/calendar/", {"close": "1"})
    assert not CalendarFeed.objects.exists()


def test_the_link_for_friends_is_one_and_stays(client: Client, anna) -> None:
    pages = [client.post("/me/friends/").content.decode() for _ in range(2)]
    links = {re.findall(r"/join/([a-z0-9]+)/", page)[0] for page in pages}
    assert links == {anna.join_links.get().code}


def test_several_behind_one_address_say_who_is_here_and_see_their_own(client: Client, anna) -> None:
    ben = VolunteerFactory(user=anna.user, given_name="Ben")
    BookingFactory(volunteer=ben, session__meeting_point="The corner of Ben")
    assert client.get("/me/")["Location"] == "/me/who/?next=%2Fme%2F"
    for name in ("notices", "calendar", "friends", "data"):
        assert client.post(f"/me/{name}/")["Location"].startswith("/me/who/")
    page = client.get("/me/who/").content.decode()
    assert "Anna" in page
    assert "Ben" in page
    client.post("/me/who/", {"volunteer": anna.pk})
    assert "The corner of Ben" not in client.get("/me/").content.decode()
    client.post("/me/who/", {"volunteer": ben.pk})
    assert "The corner of Ben" in client.get("/me/").content.decode()


def test_nobody_says_that_he_is_somebody_of_another_address(client: Client, anna) -> None:
    VolunteerFactory(user=anna.user)
    stranger = VolunteerFactory()
    assert client.post("/me/who/", {"volunteer": stranger.pk}).status_code == 404
    assert client.post("/me/who/", {"volunteer": str(9**30)}).status_code == 404


def test_a_user_with_a_number_only_signs_in_by_the_leads_code_and_has_the_page() -> None:
    dill = person(phone="+447700900123", given_name="Dill")
    client = Client()
    client.post(f"/sign-in/link/{sign_in_links.make(user=dill.user, at=now())}/")
    assert "Dill" in client.get("/me/").content.decode()


def test_a_user_has_an_address_or_a_number_and_neither_is_empty(transactional_db) -> None:

    for facts in ({"email": None}, {"email": "", "phone": None}, {"email": None, "phone": ""}):
        with pytest.raises(IntegrityError):
            UserFactory(**facts)
    UserFactory(email="Anna@example.org")
    with pytest.raises(IntegrityError):
        UserFactory(email="anna@EXAMPLE.org")
    UserFactory(email=None, phone="+447700900123")
    with pytest.raises(IntegrityError):
        UserFactory(phone="+447700900123")
