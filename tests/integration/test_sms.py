"""Text messages through a real local HTTP server: every answer a provider may give, and what it is sent."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from campaign.foundation import sms
from tests.mail_server import TextProvider, text_provider
from tests.services import free_port

NUMBER = "+447700900123"


@pytest.fixture
def provider(settings: Any) -> Iterator[TextProvider]:
    with text_provider() as found:
        found.use(settings)
        yield found


def send(reference: str = "a-reference") -> None:
    sms.send(number=NUMBER, text="Today 10:00: Café Łódź", reference=reference)


def test_it_works(provider: TextProvider) -> None:
    send()
    (request,) = provider.requests
    assert request.path == "/texts"
    assert request.body == {
        "to": NUMBER, "from": "Campaign", "text": "Today 10:00: Café Łódź", "reference": "a-reference"
    }  # fmt: skip
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["content-type"] == "application/json"
    assert headers["authorization"] == "Bearer a-token"
    assert headers["idempotency-key"] == "a-reference"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_accepted(provider: TextProvider, status: int) -> None:
    provider.status = lambda request: status
    send()


@pytest.mark.parametrize("status", [400, 422])
def test_a_number_that_cannot_be_reached_is_refused(provider: TextProvider, status: int) -> None:
    provider.status = lambda request: status
    with pytest.raises(sms.SmsRefused, match=f"^the provider answered {status}$"):
        send()


@pytest.mark.parametrize("status", [401, 402, 403, 408, 429, 500, 503])
def test_everything_else_is_a_reason_to_try_again(provider: TextProvider, status: int) -> None:
    provider.status = lambda request: status
    with pytest.raises(sms.SmsError, match=f"^the provider answered {status}$"):
        send()


def test_an_address_of_the_provider_mistyped_refuses_no_number(provider: TextProvider) -> None:
    """Found by reading: a 404 counted as "this number cannot be reached", for every number of the campaign."""
    provider.status = lambda request: 404
    with pytest.raises(sms.SmsError):
        send()


def test_a_provider_that_is_not_there_is_tried_again(settings: Any) -> None:
    settings.SMS_URL = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(sms.SmsError, match=r"^the provider does not answer \(URLError\)$"):
        send()


def test_a_provider_that_says_nothing_is_not_waited_for_long(
    provider: TextProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "PATIENCE", 0.2)
    provider.status = lambda request: 0
    with pytest.raises(sms.SmsError, match=r"^the provider does not answer"):
        send()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_for_it_would_take_the_token_elsewhere(provider: TextProvider, status: int) -> None:
    provider.status = lambda request: status
    with pytest.raises(sms.SmsError, match=f"^the provider answered {status}$"):
        send()
    assert [request.path for request in provider.requests] == ["/texts"]


def test_without_a_token_none_is_sent(provider: TextProvider, settings: Any) -> None:
    settings.SMS_TOKEN = ""
    send()
    assert "Authorization" not in provider.requests[0].headers


def test_it_is_available_only_where_a_provider_is_named(settings: Any) -> None:
    settings.SMS_URL = ""
    assert not sms.is_available()
    settings.SMS_URL = "https://texts.example/"
    assert sms.is_available()


@pytest.mark.parametrize("status", [200, 400, 500])
def test_no_number_and_no_text_stand_in_a_log_or_an_error(
    provider: TextProvider, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    provider.status = lambda request: status
    told = ""
    with caplog.at_level(logging.DEBUG):
        try:
            send()
        except (sms.SmsError, sms.SmsRefused) as error:
            told = str(error)
    assert "7700900123" not in caplog.text + told
    assert "Café" not in caplog.text + told
