"""Processes of this machine: which are alive, which are still the ones we knew, and waiting for their end."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

import psutil

PR_SET_PDEATHSIG = 1  # from linux/prctl.h
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before the fork, where loading is not safe


class Mark(NamedTuple):
    """A process, told apart from a later one that was given the same number."""

    pid: int
    started: float  # seconds since the epoch


def mark(pid: int) -> Mark:
    """Raises psutil.NoSuchProcess when it is already gone."""
    return Mark(pid, psutil.Process(pid).create_time())


def still_there(marked: Mark) -> psutil.Process | None:
    """The marked process if it is alive; the clock may have been set by a second or two since."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(marked.pid)
        if alive(process) and abs(process.create_time() - marked.started) < 2:
            return process
    return None


def alive(process: psutil.Process) -> bool:
    """A zombie is dead: where no init collects it, waiting for it would last for ever."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def send(processes: Iterable[psutil.Process], what: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(what)


def left_after(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those of `processes` that have not ended within `seconds`."""
    patience = time.monotonic() + seconds
    while (left := [process for process in processes if alive(process)]) and time.monotonic() < patience:
        time.sleep(0.05)
    return left


def tied_to_this_process() -> Callable[[], None]:
    """For `preexec_fn`: the child is asked to stop when this process dies, also by kill -9 (Linux).

    Elsewhere `manage.py stop` ends what a killed supervisor left.
    """
    parent = os.getpid()

    def tie() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return tie
