"""The broker made of files: what is put is taken once, whole, by whoever comes first, also after a restart."""

import threading
from collections import Counter
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

SENDERS, TAKERS, EACH = 4, 3, 50


def connect(folder: Path) -> Any:
    options = {name: str(folder) for name in ("data_folder_in", "data_folder_out")}
    return Connection(
        "filesystem://",
        transport="campaign.foundation.broker:Transport",
        transport_options=options | {"control_folder": str(folder / "bindings")},
    )


def queue_of(folder: Path, connection: Any) -> Any:
    """Kombu remembers a queue's bindings by its name for the whole process, so each test names its own."""
    return connection.SimpleQueue(folder.name)


def take_all(folder: Path) -> list[Any]:
    taken = []
    with connect(folder) as connection, queue_of(folder, connection) as bells:
        while True:
            try:
                message = bells.get(timeout=1)
            except Empty:
                return taken
            taken.append(message.payload)
            message.ack()


def test_what_is_put_is_taken_in_order_by_a_later_process(tmp_path: Path) -> None:
    with connect(tmp_path) as connection, queue_of(tmp_path, connection) as bells:
        for number in range(3):
            bells.put({"number": number})
    assert take_all(tmp_path) == [{"number": 0}, {"number": 1}, {"number": 2}]
    assert take_all(tmp_path) == []


def test_many_put_and_take_at_once_and_each_message_arrives_once(tmp_path: Path) -> None:
    barrier = threading.Barrier(SENDERS + TAKERS)
    taken: list[Any] = []

    def send(sender: int) -> None:
        barrier.wait()
        with connect(tmp_path) as connection, queue_of(tmp_path, connection) as bells:
            for number in range(EACH):
                bells.put([sender, number, "x" * 10_000])

    def take() -> None:
        barrier.wait()
        taken.extend(take_all(tmp_path))

    threads = [threading.Thread(target=send, args=[sender]) for sender in range(SENDERS)]
    threads += [threading.Thread(target=take) for _ in range(TAKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.extend(take_all(tmp_path))
    assert Counter((sender, number) for sender, number, _ in taken) == Counter(
        (sender, number) for sender in range(SENDERS) for number in range(EACH)
    )


def test_a_message_still_being_written_is_not_there_yet(tmp_path: Path) -> None:
    with connect(tmp_path) as connection, queue_of(tmp_path, connection) as bells:
        (tmp_path / f"1_half.{tmp_path.name}.part").write_text('{"body": ')
        assert bells.qsize() == 0
        with pytest.raises(Empty):
            bells.get(block=False)


def test_nobody_else_may_look_into_the_folder(tmp_path: Path) -> None:
    with connect(tmp_path / "broker") as connection:
        connection.default_channel.queue_declare("bells")
    assert (tmp_path / "broker").stat().st_mode & 0o077 == 0
