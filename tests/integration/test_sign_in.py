"""Signing in: a code by email, a single-use link, and who of several is here."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from campaign.access import Role
from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people import presence, sign_in_links
from volunteers.people.models import User

pytestmark = pytest.mark.django_db

AT = datetime(2024, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nobody_has_tried_yet() -> None:
    """Tries are counted in the cache, which outlives a test."""
    cache.clear()


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"^    (\S+)$", str(mail.body), re.MULTILINE)
    assert found is not None
    return found[1]


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# The code


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


# The link


@pytest.fixture
def link() -> Callable[[User], str]:
    return lambda user: f"/sign-in/link/{sign_in_links.make(user=user, at=timezone.now())}/"


def test_a_link_shows_a_button_and_the_button_signs_in(client: Client, link: Callable[[User], str]) -> None:
    address = link(UserFactory(organiser=True))
    assert "One tap and you are in" in client.get(address).content.decode()
    assert not is_signed_in(client)
    assert client.post(address)["Location"] == "/start/"
    assert is_signed_in(client)


def test_a_link_works_once(client: Client, link: Callable[[User], str]) -> None:
    address = link(UserFactory(organiser=True))
    client.post(address)
    other = Client()
    for answer in [other.get(address), other.post(address)]:
        assert answer.status_code == 410
        assert "That link has been used" in answer.content.decode()
    assert not is_signed_in(other)


def test_a_link_ends_with_the_next_sign_in(client: Client, link: Callable[[User], str]) -> None:
    user = UserFactory(organiser=True)
    first, second = link(user), link(user)
    client.post(first)
    assert Client().post(second).status_code == 410


def test_a_link_is_good_for_a_quarter_of_an_hour() -> None:
    user = UserFactory(organiser=True)
    token = sign_in_links.make(user=user, at=AT)
    sign_in_links.check(token=token, at=AT + timedelta(minutes=14, seconds=59))
    with pytest.raises(sign_in_links.LinkError, match="15 minutes"):
        sign_in_links.redeem(token=token, at=AT + timedelta(minutes=15))


def test_a_forged_link_opens_nothing() -> None:
    token = sign_in_links.make(user=UserFactory(organiser=True), at=AT)
    for forged in [token[:-1], "x" + token, "", "a:b:c"]:
        with pytest.raises(sign_in_links.LinkError, match="not complete"):
            sign_in_links.redeem(token=forged, at=AT)


def test_a_link_of_somebody_whose_access_ended_opens_nothing() -> None:
    user = UserFactory(organiser=True)
    token = sign_in_links.make(user=user, at=AT)
    User.objects.update(is_active=False)
    with pytest.raises(sign_in_links.LinkError):
        sign_in_links.redeem(token=token, at=AT)


@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_with_one_link_one_comes_in() -> None:
    token = sign_in_links.make(user=UserFactory(organiser=True), at=AT)
    gate = Barrier(8)

    def press(_: int) -> bool:
        gate.wait()
        try:
            sign_in_links.redeem(token=token, at=AT)
        except sign_in_links.LinkError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as browsers:
        assert sum(browsers.map(press, range(8))) == 1


# The commands


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def test_make_agent_makes_the_first_agent() -> None:
    assert "is an agent now" in run("make_agent", "First.Agent@Example.org")
    user = User.objects.get(email="first.agent@example.org")
    assert user.roles == {Role.AGENT}
    assert not user.has_usable_password()


def test_make_agent_promotes_somebody_known() -> None:
    user = UserFactory(volunteer=True)
    facts = json.loads(run("make_agent", user.email.upper(), "--json"))
    assert facts == {"email": user.email, "made": False, "role": "agent"}
    assert User.objects.get().roles == {Role.AGENT, Role.VOLUNTEER}


def test_make_agent_refuses_what_is_no_address_and_who_is_an_agent() -> None:
    with pytest.raises(CommandError, match="not an email address"):
        run("make_agent", "nobody")
    with pytest.raises(CommandError, match="already"):
        run("make_agent", UserFactory(agent=True).email)


def test_sign_in_link_prints_a_link_that_works(client: Client) -> None:
    user = UserFactory(agent=True)
    link = run("sign_in_link", user.email, "--site", "https://campaign.example/")
    assert link.startswith("https://campaign.example/sign-in/link/")
    client.post(link.removeprefix("https://campaign.example"))
    assert is_signed_in(client)


def test_sign_in_link_is_on_the_trail__whoever_has_the_link_is_that_person() -> None:
    user = UserFactory()
    call_command("sign_in_link", user.email, stdout=StringIO())
    assert AuditEvent.objects.get(act="sign-in link made").subject == f"user:{user.pk}"


def test_sign_in_link_says_until_when() -> None:
    facts = json.loads(run("sign_in_link", UserFactory(agent=True).email, "--json"))
    assert set(facts) == {"email", "link", "valid_until"}


def test_sign_in_link_refuses_an_unknown_address() -> None:
    with pytest.raises(CommandError, match="Nobody signs in as"):
        run("sign_in_link", "stranger@example.org")


# Who is here


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
