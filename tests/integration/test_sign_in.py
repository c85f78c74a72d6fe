"""Signing in by a code that comes by email, signing out, and the page where one starts."""

import re

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.volunteers import UserFactory, is_signed_in
from volunteers.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_has_tried_yet")]


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"^    (\S+)$", str(mail.body), re.MULTILINE)
    assert found is not None
    return found[1]


def test_it_works(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = UserFactory(volunteer=True)
    asked = client.post("/sign-in/", {"email": user.email})
    assert asked["Location"] == "/sign-in/code/"
    assert f"<strong>{user.email}</strong>" in client.get("/sign-in/code/").content.decode()
    answer = client.post("/sign-in/code/", {"code": code_in(mailoutbox[0])})
    assert answer["Location"] == "/start/"
    assert is_signed_in(client)


def test_capitals_in_the_address_and_small_letters_in_the_code_do_not_matter(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.create_user("Ada.Marlowe@Example.org")
    client.post("/sign-in/", {"email": "ADA.MARLOWE@example.ORG"})
    client.post("/sign-in/code/", {"code": code_in(mailoutbox[0]).lower().replace("-", " ")})
    assert is_signed_in(client)


def test_the_email_says_little_and_bears_the_imprint(client: Client, mailoutbox: list[EmailMessage]) -> None:
    details = CampaignDetailsFactory()
    client.post("/sign-in/", {"email": UserFactory(volunteer=True).email})
    (mail,) = mailoutbox
    assert mail.subject == "Your sign-in code"
    assert details.imprint in str(mail.body)
    assert "http" not in str(mail.body)


def visible(answer: HttpResponse, email: str) -> str:
    return re.sub(r'value="[^"]{64}"', "", answer.content.decode().replace(email, "ADDRESS"))


def test_an_unknown_address_sees_what_a_known_one_sees(client: Client, mailoutbox: list[EmailMessage]) -> None:
    pages = []
    for email in [UserFactory(volunteer=True).email, "stranger@example.org"]:
        asked = client.post("/sign-in/", {"email": email})
        pages.append((asked.status_code, asked["Location"], visible(client.get("/sign-in/code/"), email)))
        client.session.flush()
        client.cookies.clear()
    assert pages[0] == pages[1]
    assert [mail.subject for mail in mailoutbox] == ["Your sign-in code", "You asked for a sign-in code"]


def test_no_code_lets_an_unknown_address_in(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post("/sign-in/", {"email": "stranger@example.org"})
    answer = client.post("/sign-in/code/", {"code": ""})
    assert answer.status_code == 200
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_somebody_whose_access_ended_is_a_stranger(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = UserFactory(volunteer=True, is_active=False)
    client.post("/sign-in/", {"email": user.email})
    assert [mail.subject for mail in mailoutbox] == ["You asked for a sign-in code"]


def test_access_that_ends_while_the_code_is_typed_does_not_let_in(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user = UserFactory(volunteer=True)
    client.post("/sign-in/", {"email": user.email})
    User.objects.update(is_active=False)
    answer = client.post("/sign-in/code/", {"code": code_in(mailoutbox[0])}, follow=True)
    assert answer.redirect_chain[-1] == ("/sign-in/", 302)
    assert "can no longer sign in" in answer.content.decode()
    assert not is_signed_in(client)


def test_a_wrong_code_is_refused_and_the_third_ends_it(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post("/sign-in/", {"email": UserFactory(volunteer=True).email})
    for _ in range(2):
        answer = client.post("/sign-in/code/", {"code": "WRNG-WRNG"})
        assert "That is not the code we sent" in answer.content.decode()
        assert 'value="WRNG-WRNG"' in answer.content.decode()
    assert client.post("/sign-in/code/", {"code": "WRNG-WRNG"})["Location"] == "/sign-in/"
    client.post("/sign-in/code/", {"code": code_in(mailoutbox[0])})
    assert not is_signed_in(client)


def test_a_code_works_once(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post("/sign-in/", {"email": UserFactory(volunteer=True).email})
    client.post("/sign-in/code/", {"code": code_in(mailoutbox[0])})
    client.post("/sign-out/")
    client.post("/sign-in/code/", {"code": code_in(mailoutbox[0])})
    assert not is_signed_in(client)


def test_another_code_makes_the_first_worthless(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post("/sign-in/", {"email": UserFactory(volunteer=True).email})
    client.post("/sign-in/code/", {"action": "resend"})
    client.post("/sign-in/code/", {"code": code_in(mailoutbox[0])})
    assert not is_signed_in(client)
    client.post("/sign-in/code/", {"code": code_in(mailoutbox[1])})
    assert is_signed_in(client)


def test_one_address_gets_three_codes_a_minute(client: Client, mailoutbox: list[EmailMessage]) -> None:
    email = UserFactory(volunteer=True).email
    for _ in range(5):
        answer = client.post("/sign-in/", {"email": email})
        client.cookies.clear()
    assert len(mailoutbox) == 3
    assert "Too many" in answer.content.decode()


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/organise/", "/organise/"), ("https://example.com/", "/start/"), ("//evil.example", "/start/")],
)
def test_signing_in_leads_only_to_pages_of_ours(
    client: Client, mailoutbox: list[EmailMessage], wanted: str, reached: str
) -> None:
    client.post("/sign-in/", {"email": UserFactory(organiser=True).email})
    answer = client.post("/sign-in/code/", {"code": code_in(mailoutbox[0]), "next": wanted})
    assert answer["Location"] == reached


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page__it_led_to_an_empty_405(client: Client) -> None:
    def next_of(**headers: str) -> str:
        answer = client.post("/doorstep/37/open/", headers=headers)
        assert answer.status_code == 302
        return answer["Location"]

    assert next_of(referer="http://testserver/doorstep/?page=2") == "/sign-in/?next=/doorstep/%3Fpage%3D2"
    assert next_of() == "/sign-in/?next=/start/"
    assert next_of(referer="https://elsewhere.example/doorstep/") == "/sign-in/?next=/start/"
    live = client.get("/organise/register/1/", headers={"hx-request": "true"})
    assert (live.status_code, live["HX-Redirect"]) == (200, "/sign-in/?next=/start/")


def test_nobody_signs_himself_up(client: Client) -> None:
    assert "You cannot join online yet" in client.get("/sign-in/new/").content.decode()
    client.post("/sign-in/new/", {"email": "stranger@example.org"})
    assert not User.objects.exists()


def test_signing_out_is_a_press_of_a_button(client: Client) -> None:
    client.force_login(UserFactory(volunteer=True))
    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/sign-out/")["Location"] == "/"
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("role", "first_page"), [("organiser", "/organise/"), ("agent", "/organise/"), ("teller", "/sessions/")]
)
def test_everybody_starts_where_their_work_is(client: Client, role: str, first_page: str) -> None:
    client.force_login(UserFactory(**{role: True}))
    assert client.get("/start/")["Location"] == first_page
