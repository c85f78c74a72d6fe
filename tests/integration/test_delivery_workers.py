"""Several workers at once, and workers that die: nothing lost, and at most the message in flight sent twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, owed
from tests.mail_server import MailServer
from tests.races import at_once
from volunteers.messaging import delivery
from volunteers.messaging.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

BASE_DIR = Path(__file__).resolve().parent.parent.parent
State = Message.State
ONE_WORKER = """
import datetime, django
django.setup()
from volunteers.messaging import delivery
delivery.deliver(clock=lambda: datetime.datetime.fromisoformat("{at}"))
"""


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    CampaignDetailsFactory()
    with MailServer(stalls_for=30) as server:
        server.use(settings)
        yield server


def a_process(mail: MailServer) -> subprocess.Popen[bytes]:
    """A process that delivers, on the test database."""
    name = connection.settings_dict["NAME"]
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    ours = {"DATABASE_URL": database, "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "EMAIL_TIMEOUT": "30"}
    django = {"DJANGO_SETTINGS_MODULE": "campaign.settings"}
    script = ONE_WORKER.format(at=AT.isoformat())
    return subprocess.Popen([sys.executable, "-c", script], cwd=BASE_DIR, env=os.environ | ours | django)


def wait_for(reached: Any, seconds: float = 30) -> None:
    patience = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < patience
        time.sleep(0.02)


def test_workers_side_by_side_never_send_one_row_twice(mail: MailServer) -> None:
    for number in range(60):
        owed(f"fern{number}@example.org")
    at_once(*[lambda: delivery.deliver(clock=lambda: AT)] * 4)
    assert Counter(mail.addresses) == {f"fern{number}@example.org": 1 for number in range(60)}
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


def test_rows_are_leased_once_and_none_is_left_out(mail: MailServer) -> None:
    for number in range(30):
        owed(f"fern{number}@example.org")
    batches = at_once(*[lambda: delivery.take(at=AT, most=5)] * 8)
    taken = [message.pk for batch in batches for message in batch]
    assert len(taken) == len(set(taken)) == 30
    assert all(len(batch) <= 5 for batch in batches)


def test_a_killed_workers_messages_are_taken_over_and_only_the_one_in_flight_twice(mail: MailServer) -> None:
    mail.times["stalled"] = 1
    messages = [owed(f"{name}@example.org") for name in ("fern", "stalled", "reed", "sedge")]
    worker = a_process(mail)
    wait_for(lambda: mail.asked["stalled@example.org"])
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == [
        State.SENT, State.SENDING, State.SENDING, State.SENDING,
    ]  # fmt: skip
    assert delivery.deliver(clock=lambda: AT) == 0
    assert delivery.deliver(clock=lambda: AT + delivery.LEASE) == 3
    assert mail.addresses[-1] == "stalled@example.org"  # behind those that only waited
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}
    assert Counter(mail.addresses) == {message.volunteer.user.email: 1 for message in messages}
    assert mail.to("stalled@example.org")[0].message_id == f"<{messages[1].uuid}@localhost>"


def test_a_message_that_kills_its_worker_each_time_holds_up_no_other(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by reading: it stood first in line again each time, and its batch waited behind it for ever."""
    for name in ("poison", "fern", "reed"):
        owed(f"{name}@example.org")
    poison = Message.objects.get(volunteer__user__email="poison@example.org")

    def die(message: Message, *rest: Any) -> Any:
        if message.pk == poison.pk:
            raise SystemExit
        return outcome(message, *rest)

    outcome = delivery._outcome
    monkeypatch.setattr(delivery, "_outcome", die)
    with pytest.raises(SystemExit):
        delivery.deliver(clock=lambda: AT)
    assert mail.letters == []
    with pytest.raises(SystemExit):
        delivery.deliver(clock=lambda: AT + delivery.LEASE)
    assert mail.addresses == ["fern@example.org", "reed@example.org"]


def test_whoever_was_too_slow_leaves_the_row_to_the_other(mail: MailServer) -> None:
    message = owed("fern@example.org")
    (slow,) = delivery.take(at=AT, most=1)
    assert delivery.deliver(clock=lambda: AT + delivery.LEASE) == 1
    message.refresh_from_db()
    with delivery.carriers.carrier() as carrier:
        delivery._attempt(slow, carrier, lambda: AT + delivery.LEASE)
    assert len(mail.letters) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.SENT, 1)
