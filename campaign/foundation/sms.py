"""Text messages through whichever provider `SMS_URL` names: one HTTPS request each, retried by the outbox.

The request is a JSON POST of `to`, `from`, `text` and `reference`, with `SMS_TOKEN` as bearer token and the reference
as `Idempotency-Key`; a provider with another form of request is put behind a small relay. A 2xx means accepted; 400
and 422 mean that the number cannot be reached; everything else is a reason to try again, also a 404: an address of the
provider mistyped must not cost every volunteer his number.
"""

import json
import urllib.request
from http.client import HTTPException
from urllib.error import HTTPError

from django.conf import settings

PATIENCE = 10  # seconds
REFUSALS = {400, 422}


class SmsError(Exception):
    """It could not be handed over now; try again. Says no number."""


class SmsRefused(Exception):  # noqa: N818 - an answer, not an error
    """The provider says that this number cannot be reached."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would lose its body and take the token elsewhere."""

    def redirect_request(self, *args: object) -> None:
        return None


def is_available() -> bool:
    """Whether the campaign has named a provider."""
    return bool(settings.SMS_URL)


def send(*, number: str, text: str, reference: str) -> None:
    """Hand one text message to the provider. Raises SmsRefused and SmsError."""
    body = {"to": number, "from": settings.SMS_FROM, "text": text, "reference": reference}
    headers = {"Content-Type": "application/json", "Idempotency-Key": reference}
    if settings.SMS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
    request = urllib.request.Request(settings.SMS_URL, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE):
            return
    except HTTPError as error:
        if error.code in REFUSALS:
            raise SmsRefused(f"the provider answered {error.code}") from None
        raise SmsError(f"the provider answered {error.code}") from None
    except (OSError, HTTPException) as error:
        raise SmsError(f"the provider does not answer ({type(error).__name__})") from None
