"""E-mail through a provider's API by Anymail: what each of its answers means, over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from anymail.backends.postmark import EmailBackend as PostmarkBackend
from anymail.message import AnymailRecipientStatus

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, owed
from tests.mail_server import Request, TextProvider, text_provider
from tests.services import free_port
from volunteers.messaging import delivery
from volunteers.messaging.models import Message

pytestmark = pytest.mark.django_db

State, Why = Message.State, Message.Why


def use(settings: Any, address: str) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "a-token", "POSTMARK_API_URL": address, "REQUESTS_TIMEOUT": 0.5}


@pytest.fixture
def provider(settings: Any) -> Iterator[TextProvider]:
    CampaignDetailsFactory()
    with text_provider() as found:
        use(settings, found.url.replace("/texts", "/"))
        found.says = accepted
        yield found


def accepted(request: Request) -> dict[str, object]:
    return {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": request.body["To"], "SubmittedAt": "2027-06-08"}


def deliver(message: Message) -> Message:
    delivery.deliver(clock=lambda: AT)
    message.refresh_from_db()
    return message


def test_it_works(provider: TextProvider) -> None:
    message = deliver(owed("fern@example.org", kind="morning"))
    assert (message.state, message.channel) == (State.SENT, "email")
    (request,) = provider.requests
    assert request.body["To"] == "fern@example.org"
    headers = {header["Name"]: header["Value"] for header in request.body["Headers"]}  # type: ignore[index]
    assert headers["Message-ID"] == f"<{message.uuid}@localhost>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_an_address_the_provider_refuses_is_marked_and_holds_up_nobody(provider: TextProvider) -> None:
    """406: an inactive recipient, who bounced or complained before."""
    refused, other = owed("nobody@example.org"), owed("fern@example.org")
    told = "Found inactive addresses: nobody@example.org. Inactive recipients are ones that have generated a bounce."
    inactive = {"ErrorCode": 406, "Message": told}
    provider.status = lambda request: 422 if "nobody" in request.body["To"] else 200
    provider.says = lambda request: inactive if "nobody" in request.body["To"] else accepted(request)
    refused = deliver(refused)
    other.refresh_from_db()
    assert (refused.state, refused.why) == (State.FAILED, Why.ADDRESS_REFUSED)
    assert refused.volunteer.user.email_refused_at == AT
    assert "nobody" not in refused.last_error
    assert other.state == State.SENT


def test_a_message_the_provider_took_and_could_not_send_is_not_called_sent(
    provider: TextProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by reading Anymail: this is no error to it, only a status."""
    refuse = AnymailRecipientStatus(message_id="1", status="failed")
    monkeypatch.setattr(PostmarkBackend, "parse_recipient_status", lambda *args: {"fern@example.org": refuse})
    message = deliver(owed("fern@example.org"))
    assert (message.state, message.why) == (State.FAILED, Why.MESSAGE_REFUSED)


def test_a_message_the_provider_refuses_fails_and_its_address_stays_good(provider: TextProvider) -> None:
    provider.status = lambda request: 422
    provider.says = lambda request: {"ErrorCode": 1235, "Message": "No such stream"}
    message = deliver(owed("fern@example.org"))
    assert (message.state, message.why) == (State.FAILED, Why.MESSAGE_REFUSED)
    assert message.volunteer.user.email_refused_at is None


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_everything_else_is_tried_again(provider: TextProvider, status: int) -> None:
    provider.status = lambda request: status
    provider.says = lambda request: {"ErrorCode": 10, "Message": "No"}
    message = deliver(owed("fern@example.org"))
    assert (message.state, message.last_error) == (State.DUE, f"the provider answered {status}")
    assert message.volunteer.user.email_refused_at is None


def test_a_provider_that_says_nothing_is_tried_again(provider: TextProvider) -> None:
    provider.status = lambda request: 0
    assert deliver(owed("fern@example.org")).last_error == "the provider answered nothing"


def test_a_provider_that_is_not_there_is_tried_again(settings: Any) -> None:
    CampaignDetailsFactory()
    use(settings, f"http://127.0.0.1:{free_port()}/")
    assert deliver(owed("fern@example.org")).state == State.DUE


def test_a_provider_without_its_token_is_tried_again_when_it_has_one(settings: Any) -> None:
    """A setting forgotten is ours to mend; nothing is lost, and the page says what kind of fault it is."""
    CampaignDetailsFactory()
    settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.postmark.EmailBackend", {}
    message = owed("fern@example.org")
    with pytest.raises(Exception, match="POSTMARK_SERVER_TOKEN"):
        delivery.deliver(clock=lambda: AT)
    message.refresh_from_db()
    assert message.state == State.DUE
