"""Signing in by mobile number, and what is said when the code cannot be sent."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.volunteers import UserFactory, is_signed_in
from tests.mail_server import MailServer, TextProvider, text_provider
from tests.services import free_port
from volunteers.people.models import User

pytestmark = pytest.mark.django_db

NUMBER = "+447700900123"
SORRY = "the code could not be sent just now. Try again in a minute; if it stays so, tell the campaign."


@pytest.fixture(autouse=True)
def nobody_has_tried_yet() -> None:
    """Tries are counted in the cache, which outlives a test."""
    cache.clear()
    CampaignDetailsFactory()


@pytest.fixture
def texts(settings: Any) -> Iterator[TextProvider]:
    settings.ACCOUNT_LOGIN_METHODS = {"email", "phone"}
    with text_provider() as provider:
        provider.use(settings)
        yield provider


def code_in(text: str) -> str:
    return text.split(maxsplit=1)[0]


@pytest.mark.parametrize("typed", ["07700 900123", "+44 7700 900 123", "(07700) 900-123"])
def test_it_works(client: Client, texts: TextProvider, typed: str) -> None:
    UserFactory(volunteer=True, email=None, phone=NUMBER)
    asked = client.post("/sign-in/", {"phone": typed})
    assert asked["Location"] == "/sign-in/code/"
    (request,) = texts.requests
    assert request.body["to"] == NUMBER
    answer = client.post("/sign-in/code/", {"code": code_in(request.body["text"])})
    assert answer["Location"] == "/start/"
    assert is_signed_in(client)


def test_a_wrong_code_does_not_let_in(client: Client, texts: TextProvider) -> None:
    UserFactory(volunteer=True, email=None, phone=NUMBER)
    client.post("/sign-in/", {"phone": NUMBER})
    assert client.post("/sign-in/code/", {"code": "AAAAAA"}).status_code == 200
    assert not is_signed_in(client)


def test_the_text_says_whose_code_it_is_and_little_else(client: Client, texts: TextProvider) -> None:
    UserFactory(volunteer=True, email=None, phone=NUMBER)
    client.post("/sign-in/", {"phone": NUMBER})
    assert re.fullmatch(r"\S+ is your code for Ada Marlowe\. Pass it on to nobody\.", texts.requests[0].body["text"])


def test_a_code_that_came_proves_that_the_number_works(client: Client, texts: TextProvider) -> None:
    user = UserFactory(volunteer=True, email=None, phone=NUMBER)
    User.objects.update(phone_refused_at=user.joined_at)
    client.post("/sign-in/", {"phone": NUMBER})
    client.post("/sign-in/code/", {"code": code_in(texts.requests[0].body["text"])})
    user.refresh_from_db()
    assert user.phone_refused_at is None


def test_half_a_number_is_refused_in_a_sentence(client: Client, texts: TextProvider) -> None:
    answer = client.post("/sign-in/", {"phone": "0770"})
    assert "This is not a whole mobile number." in answer.content.decode()
    assert texts.requests == []


def test_a_strange_number_sees_what_a_known_one_sees_and_gets_no_text(client: Client, texts: TextProvider) -> None:
    asked = client.post("/sign-in/", {"phone": "+447700900999"})
    assert asked["Location"] == "/sign-in/code/"
    assert texts.requests == []
    assert not User.objects.exists()


def test_somebody_whose_access_ended_gets_no_code(client: Client, texts: TextProvider) -> None:
    UserFactory(volunteer=True, email=None, phone=NUMBER, is_active=False)
    client.post("/sign-in/", {"phone": NUMBER})
    assert texts.requests == []


def test_without_a_provider_no_number_is_asked_for(client: Client) -> None:
    assert 'name="phone"' not in client.get("/sign-in/").content.decode()


# When the code cannot be sent


def test_a_mail_server_that_does_not_answer_is_a_sentence(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    user = UserFactory(volunteer=True, email="secret@example.org")
    MailServer(port=free_port()).use(settings)
    with caplog.at_level(logging.DEBUG, logger="volunteers"):
        answer = client.post("/sign-in/", {"email": user.email}, follow=True)
    assert answer.redirect_chain == [("/sign-in/", 302)]
    assert SORRY in answer.content.decode().replace("&#x27;", "'")
    assert "a sign-in code could not be sent: ConnectionRefusedError" in caplog.text
    assert "secret" not in caplog.text


def test_a_stranger_is_told_the_same_when_the_mail_server_does_not_answer(client: Client, settings: Any) -> None:
    MailServer(port=free_port()).use(settings)
    answer = client.post("/sign-in/", {"email": "stranger@example.org"}, follow=True)
    assert SORRY in answer.content.decode()


def test_an_address_the_mail_server_refuses_is_a_sentence(client: Client, settings: Any) -> None:
    UserFactory(volunteer=True, email="nobody@example.org")
    with MailServer() as mail:
        mail.use(settings)
        answer = client.post("/sign-in/", {"email": "nobody@example.org"}, follow=True)
    assert SORRY in answer.content.decode()


def test_over_a_real_mail_server_the_code_arrives(client: Client, settings: Any) -> None:
    UserFactory(volunteer=True, email="fern@example.org")
    with MailServer() as mail:
        mail.use(settings)
        client.post("/sign-in/", {"email": "fern@example.org"})
        found = re.search(r"^    (\S+)\r?$", mail.letters[0].part("text/plain"), re.MULTILINE)
        assert found
        client.post("/sign-in/code/", {"code": found[1]})
    assert is_signed_in(client)


@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_provider_of_texts_that_fails_is_a_sentence(
    client: Client, texts: TextProvider, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """Found by this test: the sentence was lost, and the form came back as if nothing had been typed."""
    texts.status = lambda request: status
    UserFactory(volunteer=True, email=None, phone=NUMBER)
    answer = client.post("/sign-in/", {"phone": NUMBER}, follow=True)
    assert answer.redirect_chain == [("/sign-in/", 302)]
    assert SORRY in answer.content.decode()
    assert NUMBER not in caplog.text
