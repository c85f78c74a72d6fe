"""Who of several behind one address is here: said, kept for the visit, and asked where it is needed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people import presence

pytestmark = pytest.mark.django_db


def test_one_person_is_here_without_being_asked(client: Client) -> None:
    volunteer = VolunteerFactory()
    client.force_login(volunteer.user)
    assert client.get("/start/")["Location"] != "/me/who/"
    assert presence.volunteer_of(client.get("/me/who/").wsgi_request) == volunteer


def test_two_people_are_asked_and_the_answer_is_kept(client: Client) -> None:
    one = VolunteerFactory(given_name="Maya")
    other = VolunteerFactory(user=one.user, given_name="Tom")
    client.force_login(one.user)
    assert client.get("/start/")["Location"] == "/me/who/"
    page = client.get("/me/who/?next=/privacy/")
    assert presence.volunteer_of(page.wsgi_request) is None
    assert "Maya" in page.content.decode()
    answer = client.post("/me/who/", {"volunteer": other.pk, "next": "/privacy/"})
    assert answer["Location"] == "/privacy/"
    assert client.get("/privacy/").content.decode().count("Who is here") == 2
    assert presence.volunteer_of(client.get("/me/who/").wsgi_request) == other


@pytest.mark.parametrize("volunteer", ["0", "", "x"])
def test_nobody_is_here_as_somebody_else(client: Client, volunteer: str) -> None:
    client.force_login(VolunteerFactory().user)
    stranger = VolunteerFactory()
    assert client.post("/me/who/", {"volunteer": volunteer or stranger.pk}).status_code == 404


def test_saying_who_one_is_leads_only_to_pages_of_ours(client: Client) -> None:
    volunteer = VolunteerFactory()
    client.force_login(volunteer.user)
    answer = client.post("/me/who/", {"volunteer": volunteer.pk, "next": "https://example.com/"})
    assert answer["Location"] == "/start/"


def test_somebody_without_a_name_gives_one(client: Client) -> None:
    user = UserFactory(agent=True)
    client.force_login(user)
    assert "What are you called?" in client.get("/me/who/").content.decode()
    assert "This field is required" in client.post("/me/who/", {"given_name": " "}).content.decode()
    client.post("/me/who/", {"given_name": "Ada", "family_name": "Marlowe"})
    assert [str(volunteer) for volunteer in user.volunteers.all()] == ["Ada M"]


def test_nobody_signed_in_is_nobody(client: Client) -> None:
    request = client.get("/").wsgi_request
    assert presence.volunteer_of(request) is None
    assert not presence.must_say_who(request)
    with pytest.raises(PermissionDenied):
        presence.user_of(request)


def test_being_asked_who_is_here_leads_back(client: Client) -> None:
    request = client.get("/privacy/?page=2").wsgi_request
    assert presence.ask_who_is_here(request)["Location"] == "/me/who/?next=%2Fprivacy%2F%3Fpage%3D2"
