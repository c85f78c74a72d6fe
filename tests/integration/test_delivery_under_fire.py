"""The soak of `make soak`, small: real beats, workers, Redis and mail server, a worker killed and Redis flushed."""

from pathlib import Path

import pytest

from tests.mail_server import MailServer
from tests.soak import rig

NUMBERS = {"good": 125, "nobody": 6, "unwanted": 4, "later": 5, "dropped": 8, "stalled": 2}


@pytest.mark.django_db(transaction=True)
def test_a_hundred_and_fifty_messages_under_fire(tmp_path: Path) -> None:
    with rig.a_plant(tmp_path, MailServer(takes=0.08), lease=6, backoff=1) as plant:
        found = rig.run(plant, NUMBERS, seconds=90)
    rig.check(found, in_flight=2)
