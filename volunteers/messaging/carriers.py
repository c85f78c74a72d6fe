"""One connection to the mail server for many messages, and what its answers mean."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

GOODBYE = 421  # said before it hangs up: RFC 5321, 4.2.3
OURS_TO_MEND = {530, 535, 552}  # sign in first; the sign-in failed; the mailbox is full
POLICY_OR_FULL = (b"5.7.", b"5.2.2")  # RFC 3463: we may not send, such as a relay that wants a sign-in; or full


class NotNow(Exception):  # noqa: N818 - an answer, not an error of ours
    """The mail server could not take it now. Says no address."""


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """The mail server will never take it: `of_address` when it is the address that it refuses."""

    def __init__(self, text: str, *, of_address: bool) -> None:
        super().__init__(text)
        self.of_address = of_address


class Carrier:
    """Django's mail backend, its connection kept open from message to message and opened anew after a failure."""

    def __init__(self) -> None:
        self.connection: BaseEmailBackend = get_connection()

    def post(self, letter: EmailMultiAlternatives) -> None:
        """Hand one e-mail over. Raises NotNow and Refused."""
        try:
            self.connection.open()
            letter.send()
            self._taken(letter)
        except smtplib.SMTPRecipientsRefused as error:
            self._recipients_refused(error)
        except smtplib.SMTPResponseException as error:
            self.drop()
            self._answered(error)
        except AnymailRecipientsRefused:
            raise Refused("the provider refused the address", of_address=True) from None
        except AnymailAPIError as error:
            self._provider_answered(error)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            raise NotNow(f"the mail server does not answer ({type(error).__name__})") from None

    def close(self) -> None:
        """Say goodbye and let the connection go."""
        with suppress(OSError, smtplib.SMTPException):
            self.connection.close()

    def drop(self) -> None:
        """Let a connection go that does not answer: saying goodbye would wait for the same silence again."""
        for name in ("connection", "_partial_connection"):  # the second is one that failed before it was signed in
            socket = getattr(self.connection, name, None)
            if isinstance(socket, smtplib.SMTP):
                socket.close()
        self.connection = get_connection()

    def _taken(self, letter: EmailMultiAlternatives) -> None:
        """Anymail raises nothing for a message that the provider took and could not send."""
        status = getattr(letter, "anymail_status", None)
        if status is not None and status.status == {"failed"}:
            raise Refused("the provider could not send the message", of_address=False)

    def _recipients_refused(self, error: smtplib.SMTPRecipientsRefused) -> None:
        """A 5xx is final where it speaks of the address, and not of us, who may not send, or of a full mailbox."""
        code, text = next(iter(error.recipients.values()))
        if code == GOODBYE:
            self.drop()
        if code < 500 or code in OURS_TO_MEND or text.startswith(POLICY_OR_FULL):
            raise NotNow(f"the mail server put the address off ({code})") from None
        raise Refused(f"the mail server refused the address ({code})", of_address=True) from None

    def _answered(self, error: smtplib.SMTPResponseException) -> None:
        """A 5xx to the message itself is final; to a greeting, a sign-in or the sender it is ours to mend."""
        if isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500:
            raise Refused(f"the mail server refused the message ({error.smtp_code})", of_address=False) from None
        raise NotNow(f"the mail server answered {error.smtp_code}") from None

    def _provider_answered(self, error: AnymailAPIError) -> None:
        code = getattr(error, "status_code", None) or 0
        if code in (400, 422):
            raise Refused(f"the provider refused the message ({code})", of_address=False) from None
        raise NotNow(f"the provider answered {code or 'nothing'}") from None


@contextmanager
def carrier() -> Iterator[Carrier]:
    """A carrier for one run; its connection is closed at the end."""
    found = Carrier()
    try:
        yield found
    finally:
        found.close()
