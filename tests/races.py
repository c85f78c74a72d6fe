"""Races that are run: calls that start at the same moment, each in a thread with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")
PATIENCE = 120  # seconds; only a deadlock that PostgreSQL does not see takes so long


def at_once(*calls: Callable[[], Result]) -> list[Result]:
    """What each call returned, in their order; the first exception any of them raised is raised here."""
    ready = Barrier(len(calls), timeout=PATIENCE)

    def run(call: Callable[[], Result]) -> Result:
        try:
            connection.ensure_connection()
            ready.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        running = [threads.submit(run, call) for call in calls]
        return [future.result(timeout=PATIENCE) for future in running]
