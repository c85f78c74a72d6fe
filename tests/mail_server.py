"""The outside world of messages: a mail server and a provider of text messages, both real, that do as the address says.

An address that begins with one of the words in `MailServer.times` is treated so as often as stands there; then, and at
every other address, the message is kept. "dropped" counts the messages that were dropped, not the tries: a sender that
dies before its message is here has lost nothing by it.
"""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.services import free_port

ALWAYS = 1_000_000
ANSWERS = {
    "nobody": "550 5.1.1 There is no such person",
    "full": "552 5.2.2 The mailbox is full",
    "relay": "554 5.7.1 Relay access denied",
    "later": "451 4.7.1 Greylisted, come back later",
    "goodbye": "421 4.3.2 Closing for a moment",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that reached its address, or the server that then hung up."""

    to: str
    message_id: str
    raw: bytes
    answered: bool = True

    @property
    def parsed(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]

    def part(self, kind: str) -> str:
        """The text of the part of this content type."""
        (found,) = [part for part in self.parsed.walk() if part.get_content_type() == kind]
        return str(found.get_content())


@dataclass
class MailServer:
    """Listens on loopback while the `with` lasts. `signs_in` False refuses every user name and password."""

    port: int = field(default_factory=free_port)
    signs_in: bool | None = None
    tls: ssl.SSLContext | None = None
    stalls_for: float = 30  # seconds
    takes: float = 0  # seconds for each message
    letters: list[Letter] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    times: dict[str, int] = field(
        default_factory=lambda: {
            "nobody": ALWAYS, "full": ALWAYS, "relay": ALWAYS, "later": 1, "goodbye": 1, "unwanted": ALWAYS,
            "dropped": 1, "stalled": 1,
        }
    )  # fmt: skip

    def __enter__(self) -> "MailServer":
        self.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.stop()

    def start(self) -> None:
        options: dict[str, Any] = {"tls_context": self.tls}
        if self.signs_in is not None:
            result = AuthResult(success=self.signs_in, handled=False)
            options |= {"auth_require_tls": False, "authenticator": lambda *_: result}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def use(self, settings: Any, timeout: float = 5) -> None:
        """Have Django send here."""
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", self.port, timeout
        if self.signs_in is not None:
            settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "campaign", "wrong"

    def to(self, address: str) -> list[Letter]:
        """What reached `address`, in order."""
        return [letter for letter in self.letters if letter.to == address]

    @property
    def addresses(self) -> list[str]:
        return [letter.to for letter in self.letters]

    # What aiosmtpd calls

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked[address] += 1
        envelope.rcpt_tos.append(address)
        treatment = self._treatment(address)
        return ANSWERS.get(treatment, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        address, raw = envelope.rcpt_tos[0], bytes(envelope.content or b"")
        treatment = self._treatment(address)
        if treatment == "unwanted":
            return "554 5.7.0 This looks like spam"
        if treatment == "stalled":
            await asyncio.sleep(self.stalls_for)
        await asyncio.sleep(self.takes)
        message_id = str(message_from_bytes(raw)["Message-ID"])
        self.letters.append(Letter(address, message_id, raw, answered=treatment != "dropped"))
        if treatment == "dropped" and server.transport:
            server.transport.abort()
        return "250 OK"

    def _treatment(self, address: str) -> str:
        for word, times in self.times.items():
            if not address.startswith(word):
                continue
            before = len(self.to(address)) if word == "dropped" else self.asked[address] - 1
            if before < times:
                return word
        return ""


@dataclass(frozen=True, slots=True)
class Request:
    """What the provider of text messages was sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, str]


class TextProvider(ThreadingHTTPServer):
    """Answers each request with `status`; 0 says nothing for as long as the caller waits."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Provider)
        self.status: Callable[[Request], int] = lambda request: 200
        self.says: Callable[[Request], object] = lambda request: {}
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/texts"

    def use(self, settings: Any) -> None:
        """Have text messages sent here."""
        settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_FROM = self.url, "a-token", "Campaign"


class _Provider(BaseHTTPRequestHandler):
    server: TextProvider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = Request(self.path, dict(self.headers.items()), json.loads(body))
        self.server.requests.append(request)
        status = self.server.status(request)
        if not status:
            self.connection.recv(1)  # until the caller hangs up
            return
        said = json.dumps(self.server.says(request)).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/elsewhere")
        if status == 204:
            said = b""
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_GET(self) -> None:
        self.server.requests.append(Request(self.path, dict(self.headers.items()), {}))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def text_provider() -> Iterator[TextProvider]:
    """A provider that listens on loopback while the `with` lasts."""
    with TextProvider() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
