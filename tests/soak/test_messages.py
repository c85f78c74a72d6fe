"""Ten thousand due messages, while the mail server misbehaves, a worker is killed and Redis forgets everything."""

import time
from pathlib import Path

import pytest

from tests.mail_server import MailServer
from tests.soak import rig

NUMBERS = {"good": 9_000, "nobody": 300, "unwanted": 200, "later": 200, "dropped": 290, "stalled": 10}
CHILDREN = 2  # of the killed worker: as many messages may have been in flight


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_messages_under_fire(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    with rig.a_plant(tmp_path, MailServer(stalls_for=60), lease=20, backoff=5) as plant:
        found = rig.run(plant, NUMBERS, seconds=900)
    seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{rig.table(found)}\n{sum(NUMBERS.values()):,} messages in {seconds:.0f} s")  # noqa: T201
    rig.check(found, in_flight=CHILDREN)
