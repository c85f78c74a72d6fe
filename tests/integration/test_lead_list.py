"""The lead's list: theirs alone, a walk-up in one form, and a sign-in code for whom no other can be sent."""

import pytest
from django.test import Client

from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, BookingFactory, SessionFactory, person, set_clock
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people import sign_in_links
from volunteers.people import views as people_pages
from volunteers.people.models import GuardianConsent, Volunteer
from volunteers.sessions.models import Booking, Session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def it_is_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)
    monkeypatch.setattr(people_pages, "now", lambda: AT)


@pytest.fixture
def led(client: Client) -> Session:
    """Begun half an hour ago, led by somebody who is signed in and holds no office."""
    lead = VolunteerFactory(given_name="Lena")
    client.force_login(lead.user)
    return SessionFactory(now_on=True, lead=lead)


def mark(client: Client, place: Booking, act: str) -> str:
    answer = client.post(f"/sessions/{place.session_id}/list/{place.pk}/{act}/", follow=True)
    place.refresh_from_db()
    return answer.content.decode()


def test_the_lead_checks_in_marks_missing_and_gone_and_undoes(client: Client, led) -> None:
    place = BookingFactory(session=led, volunteer__given_name="Anna", volunteer__family_name="Nobodyknows")
    page = client.get(f"/sessions/{led.pk}/list/").content.decode()
    assert "Anna N" in page
    assert "Nobodyknows" not in page
    mark(client, place, "missing")
    assert place.no_show_at == AT
    assert "1 here, 0 expected" in mark(client, place, "here")
    assert (place.checked_in_by, place.no_show_at) == ("list", None)
    mark(client, place, "left")
    assert place.left_at == AT
    mark(client, place, "undo")
    assert place.checked_in_at is None


def test_what_cannot_be_is_a_sentence_and_an_invented_act_is_not_found(client: Client, led) -> None:
    place = BookingFactory(session=led)
    assert "They are not checked in." in mark(client, place, "left")
    assert client.post(f"/sessions/{led.pk}/list/{place.pk}/anything/").status_code == 404
    other = BookingFactory()
    assert client.post(f"/sessions/{led.pk}/list/{other.pk}/here/").status_code == 404


def test_a_guardian_who_is_there_agrees(client: Client, led) -> None:
    place = BookingFactory(session=led, volunteer__age_band="sixteen")
    assert "no parent or guardian has agreed" in mark(client, place, "here")
    mark(client, place, "guardian")
    assert GuardianConsent.objects.get().in_person
    mark(client, place, "here")
    assert place.checked_in_at == AT


@pytest.mark.parametrize("page", ["list/", "code/", "walk-up/"])
def test_whoever_does_not_lead_it_does_not_find_the_list(client: Client, page) -> None:
    lead_of_another = VolunteerFactory()
    SessionFactory(lead=lead_of_another)
    client.force_login(lead_of_another.user)
    address = f"/sessions/{BookingFactory(session__lead=VolunteerFactory()).session_id}/{page}"
    assert (client.post(address) if page == "walk-up/" else client.get(address)).status_code == 404


def test_the_lead_says_which_adult_goes_along(client: Client, led) -> None:
    young = BookingFactory(session=led, here=True, volunteer__age_band="sixteen")
    adult = BookingFactory(session=led, here=True, volunteer__given_name="Ben")
    address = f"/sessions/{led.pk}/list/{young.pk}/with/"
    for nobody in ("", "x", "9" * 40, young.pk):
        answer = client.post(address, {f"adult-{young.pk}": nobody}, follow=True)
        assert "Choose an adult who is checked in here" in answer.content.decode()
    page = client.post(address, {f"adult-{young.pk}": adult.pk}, follow=True).content.decode()
    young.volunteer.refresh_from_db()
    assert young.volunteer.adult_partner == adult.volunteer
    assert f'<option value="{adult.pk}" selected>Ben E</option>' in page


def test_a_walk_up_is_one_form(client: Client, led) -> None:
    answer = client.post(f"/sessions/{led.pk}/walk-up/", {"given_name": "Dill"}, follow=True)
    assert "Dill is checked in." in answer.content.decode()
    came = Booking.objects.get()
    assert (came.checked_in_by, came.volunteer.age_band, came.volunteer.source) == ("walk_up", "adult", "meeting point")


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"given_name": ""}, "This field is required"),
        ({"given_name": "Dill", "contact": "dill@"}, "is not complete"),
        ({"given_name": "Dill", "contact": "somewhere"}, "neither an e-mail address nor a mobile number"),
        ({"given_name": "x" * 5000}, "at most 60 characters"),
        ({"given_name": "Dill", "age_band": "sixteen"}, "no parent or guardian has agreed"),
        ({"given_name": "Dill\x00"}, "Null characters"),
    ],
)
def test_a_walk_up_that_cannot_be_keeps_what_was_typed_and_makes_nobody(client: Client, led, sent, why) -> None:
    answer = client.post(f"/sessions/{led.pk}/walk-up/", sent)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert Volunteer.objects.count() == 1


def test_adding_somebody_known_tells_the_lead_no_more_than_an_initial(client: Client, led) -> None:
    person("dill@example.org", given_name="Dill", family_name="Nobodyknows", postcode="N1 9ZZ")
    answer = client.post(
        f"/sessions/{led.pk}/walk-up/", {"given_name": "dill", "contact": "dill@example.org"}, follow=True
    )
    page = answer.content.decode()
    assert "Dill N is checked in." in page
    for secret in ("Nobodyknows", "dill@example.org", "N1 9ZZ"):
        assert secret not in page


# The sign-in code


def code_for(client: Client, place: Booking):
    return client.post(f"/sessions/{place.session_id}/sign-in/{place.pk}/", follow=True)


def test_somebody_with_only_a_number_signs_in_by_a_code_on_the_leads_screen_once(client: Client, led) -> None:
    place = BookingFactory(session=led, here=True, volunteer=person(phone="+447700900123", given_name="Dill"))
    assert "Sign-in code" in client.get(f"/sessions/{led.pk}/list/").content.decode()
    page = code_for(client, place).content.decode()
    assert "For Dill E" in page
    assert AuditEvent.objects.filter(act="sign-in code shown", subject=f"user:{place.volunteer.user_id}").exists()
    token = sign_in_links.make(user=place.volunteer.user, at=AT)
    phone = Client()
    assert phone.get(f"/sign-in/link/{token}/").status_code == 200
    assert "_auth_user_id" not in phone.session
    assert phone.post(f"/sign-in/link/{token}/").status_code == 302
    assert phone.session["_auth_user_id"] == str(place.volunteer.user_id)
    assert Client().post(f"/sign-in/link/{token}/").status_code == 410


@pytest.mark.parametrize("role", ["organiser", "agent"])
def test_no_code_opens_an_office(client: Client, led, role) -> None:
    office = VolunteerFactory(user=UserFactory(**{role: True}, email=None, phone="+447700900123"))
    page = code_for(client, BookingFactory(session=led, here=True, volunteer=office)).content.decode()
    assert "there is no sign-in for them here" in page
    assert not AuditEvent.objects.filter(act="sign-in code shown").exists()


def test_no_code_signs_in_whoever_can_receive_one__a_lead_could_sign_in_as_anybody_here(client, led, settings) -> None:
    by_email = BookingFactory(session=led, here=True)
    assert "Sign-in code" not in client.get(f"/sessions/{led.pk}/list/").content.decode()
    assert "there is no sign-in for them here" in code_for(client, by_email).content.decode()
    settings.SMS_URL = "https://sms.example/"
    by_text = BookingFactory(session=led, here=True, volunteer=person(phone="+447700900123"))
    assert "there is no sign-in for them here" in code_for(client, by_text).content.decode()


def test_no_code_for_whoever_is_not_here_or_has_no_address_or_is_in_another_session(client: Client, led) -> None:
    number = person(phone="+447700900123")
    absent = BookingFactory(session=led, volunteer=number)
    assert code_for(client, absent).status_code == 404
    elsewhere = BookingFactory(here=True, volunteer=number)
    assert client.post(f"/sessions/{led.pk}/sign-in/{elsewhere.pk}/").status_code == 404
    nameless = BookingFactory(session=led, here=True, volunteer__user=None)
    assert "there is no sign-in" in code_for(client, nameless).content.decode()
    assert client.get(f"/sessions/{led.pk}/sign-in/{absent.pk}/").status_code == 405


def test_no_code_behind_a_number_that_several_share__the_lead_signed_in_as_both(client: Client, led) -> None:
    number = person(phone="+447700900123")
    ben = VolunteerFactory(user=number.user, given_name="Ben")
    place = BookingFactory(session=led, here=True, volunteer=number)
    assert "there is no sign-in for them here" in code_for(client, place).content.decode()
    Volunteer.objects.filter(pk=ben.pk).update(merged_into=number)  # one person after all
    assert "For " in code_for(client, place).content.decode()


def test_no_code_once_the_session_is_over__it_was_shown_for_ever(client: Client, led) -> None:
    place = BookingFactory(session=led, here=True, volunteer=person(phone="+447700900123"))
    Session.objects.filter(pk=led.pk).update(ends_at=AT)
    assert "there is no sign-in for them here" in code_for(client, place).content.decode()


def test_the_code_at_the_meeting_point_is_shown_with_its_link(client: Client, led) -> None:
    page = client.get(f"/sessions/{led.pk}/code/").content.decode()
    assert "data:image/svg+xml" in page
    assert "/here/" in page
