"""The measuring part of phones_bench, run by it on a database of its own."""

# ruff: noqa: E402 - models can be imported only once Django is ready
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from statistics import quantiles
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
django.setup()

from django.utils.timezone import now

from campaign import supervisor
from campaign.foundation.processes import tied_to_this_process
from canvassing.doorstep import tokens
from canvassing.electorate.models import Street
from tests import services
from tests.bench.import_bench import show
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AllocationFactory, walk_of

PHONES, BATCH = 16, 20
WARM_UP, IDLE = 3, 12  # seconds
LONGEST = 300  # seconds that the import may take
GOAL = 3


class Phone(threading.Thread):
    """Posts one batch after the other over one connection, and keeps when each began and how long it took."""

    def __init__(self, street: Street, port: int, enough: threading.Event) -> None:
        super().__init__()
        doors = list(street.households.order_by("pk")[:60])
        at = now()
        allocation = AllocationFactory(
            walk=walk_of(*doors), started_at=at - timedelta(hours=1), expires_at=at + timedelta(hours=3)
        )
        self.device = uuid4()
        self.doors = [f"d{door.pk}" for door in doors]
        token = tokens.issue(allocation=allocation, volunteer=allocation.holder, device=self.device, at=at)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.seqs, self.port, self.enough = count(1), port, enough
        self.took: list[tuple[float, float]] = []
        self.errors = 0

    def run(self) -> None:
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.enough.is_set():
            body = json.dumps(self.batch())
            began = time.monotonic()
            web.request("POST", "/api/doorstep/v1/events", body, self.headers)
            answer = web.getresponse()
            told = json.loads(answer.read())
            self.took.append((began, time.monotonic() - began))
            accepted = sum(result["status"] == "accepted" for result in told.get("results", ()))
            self.errors += answer.status != http.client.OK or accepted != BATCH
        web.close()

    def batch(self) -> dict[str, object]:
        at = now().isoformat()
        events = [
            {"id": str(uuid4()), "seq": seq, "kind": "contact", "door": self.doors[seq % len(self.doors)],
             "outcome": "no_answer", "mode": "tally", "at": at}
            for seq, _ in zip(self.seqs, range(BATCH), strict=False)
        ]  # fmt: skip
        return {"v": 1, "device": str(self.device), "sent_at": at, "client": "1", "events": events}


def main(changed: str, rows: str) -> None:
    CampaignDetailsFactory()
    port, enough = services.free_port(), threading.Event()
    with a_web_server(port):
        phones = [Phone(street, port, enough) for street in streets()]
        for phone in phones:
            phone.start()
        time.sleep(WARM_UP)
        idle = time.monotonic()
        time.sleep(IDLE)
        began = time.monotonic()
        seconds = import_again(changed)
        ended = time.monotonic()
        enough.set()
        for phone in phones:
            phone.join()
    took = [one for phone in phones for one in phone.took]
    errors = sum(phone.errors for phone in phones)
    before = [seconds for start, seconds in took if idle <= start < began - 1]
    during = [seconds for start, seconds in took if began <= start + seconds and start < ended]
    show(in_rows(before, during, errors, f"{PHONES} phones while {rows} rows are imported again ({seconds:.0f} s)"))


def in_rows(before: list[float], during: list[float], errors: int, name: str) -> list[dict[str, object]]:
    floor, ours = p99(before), p99(during)
    ratio = round(ours / floor, 2)
    print(  # noqa: T201
        f"{len(before):,} batches of {BATCH} idle, {len(during):,} during it; medians "
        f"{median(before):.0f} and {median(during):.0f} ms, longest {max(before) * 1000:.0f} and "
        f"{max(during) * 1000:.0f} ms",
        file=sys.stderr,
    )
    return [
        {"path": f"{name}, p99 in ms", "floor": round(floor), "ours": round(ours), "ratio": ratio, "goal": GOAL,
         "met": ratio <= GOAL},
        {"path": f"{name}, errors", "floor": 0, "ours": errors, "ratio": None, "goal": 0, "met": errors == 0},
    ]  # fmt: skip


def p99(took: list[float]) -> float:
    return quantiles(took, n=100)[98] * 1000


def median(took: list[float]) -> float:
    return quantiles(took, n=100)[49] * 1000


def streets() -> list[Street]:
    """One for each phone, in different districts as far as there are so many."""
    step = max(1, Street.objects.count() // PHONES)
    return list(Street.objects.order_by("pk")[::step][:PHONES])


def import_again(changed: str) -> float:
    command = [sys.executable, "manage.py", "import_register", changed, "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=LONGEST)
    return float(json.loads(done.stdout)["seconds"])


@contextmanager
def a_web_server(port: int) -> Iterator[None]:
    """gunicorn as the supervisor starts it."""
    process = subprocess.Popen(
        supervisor.commands()["web"], env=os.environ | {"PORT": str(port)}, preexec_fn=tied_to_this_process()  # noqa: PLW1509
    )  # fmt: skip
    try:
        services.wait_for_port(port, seconds=60)
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
