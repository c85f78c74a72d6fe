"""Kombu's file-system transport, with every message whole before another process can see it.

Kombu's own opens a message before it writes and moves it through the shared temporary folder to read it: a reader may
find it empty, and dies. Here a message appears by renaming and is taken by removing, inside our own folder.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from threading import Lock
from time import time_ns
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

BINDING = Lock()


class Channel(filesystem.Channel):
    """One process's way into the folder `transport_options["data_folder_in"]`, which it makes where it is missing."""

    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.folder = Path(self.data_folder_in)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override] # its own parents differ
        file = self.folder / f"{time_ns()}_{uuid4()}.{queue}.msg"
        written = file.with_suffix(".part")
        written.write_text(dumps(message))
        written.rename(file)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for file in sorted(self.folder.glob(f"*.{queue}.msg")):
            try:
                payload = file.read_text()
                file.unlink()
            except FileNotFoundError:  # another worker took it
                continue
            return loads(payload)
        raise Empty

    def queue_bind(self, *args: Any, **kwargs: Any) -> None:
        """Kombu notes a binding before it has written it: a second thread would send where nothing leads yet."""
        with BINDING:
            super().queue_bind(*args, **kwargs)

    def _queue_bind(self, *args: Any) -> None:
        with self._one_at_a_time():
            super()._queue_bind(*args)

    def get_table(self, exchange: str) -> Any:
        with self._one_at_a_time():
            return super().get_table(exchange)

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with (self.folder / "bindings.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """Named in the setting `broker_transport`."""

    Channel = Channel
    polling_interval = 0.5  # seconds; Kombu's 1 is a long wait for a person who pressed a button
