"""The one owner of a running Rosette: PostgreSQL, web, worker and beat start with it and end with it.

`supervisor.json` under `var` is both its lock (held for as long as it lives, dropped by the kernel) and its record of
whom to end after a kill -9.
"""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from campaign.foundation import embedded, processes
from campaign.foundation.processes import Mark

CHECKOUT = Path(__file__).resolve().parent.parent  # where Celery and gunicorn find `campaign`
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 15
# What a worker would tell other workers, and nobody listens to.
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


class SupervisorError(Exception):
    """Why Rosette cannot run, and the way out; fit to show to a person."""


class Stopped(Exception):  # noqa: N818 - not an error
    """Somebody pressed Ctrl-C or sent SIGTERM in the middle of preparing."""


@dataclass
class Record:
    """What supervisor.json holds."""

    supervisor: Mark
    address: str
    children: list[Mark] = field(default_factory=list)


@dataclass
class Signals:
    """The first request to stop is remembered, and interrupts where that is safe; later ones change nothing."""

    asked: bool = False
    interrupts: bool = False

    def receive(self, number: int, frame: FrameType | None) -> None:
        first, self.asked = not self.asked, True
        if first and self.interrupts:
            raise Stopped

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        if self.asked:
            raise Stopped
        self.interrupts = True
        try:
            yield
        finally:
            self.interrupts = False


def run(*, var: Path, port: int, prepare: Callable[[], None], announce: Callable[[str], None]) -> None:
    """Prepare, serve, announce the address, and return after SIGINT, SIGTERM or SIGHUP, with everything stopped.

    Raises SupervisorError or EmbeddedError when it cannot, also with everything stopped.
    """
    signals = Signals()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signals.receive)
    address = f"http://{HOST}:{port}/"
    with suppress(Stopped), _owning(var, address) as write_down, _database(var) as url:
        _refuse_busy(port)
        with signals.interrupting():
            prepare()
        site = {"SITE_URL": os.environ.get("SITE_URL", address)}
        environment = (
            os.environ | site | {"DATABASE_URL": url, "ROSETTE_VAR": str(var), "HOST": HOST, "PORT": str(port)}
        )
        with _children(environment) as children:
            write_down([processes.mark(child.pid) for child in children.values()])
            if _wait_for_answer(port, children, signals):
                announce(address)
            _watch(children, signals)


def commands() -> dict[str, list[str]]:
    """Web server, worker and clock, each a process of its own as on servers."""
    # As root the worker would warn of it on each start; docs/running.md says so once.
    celery = [sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "--app", "campaign", "--quiet"]
    return {
        "web": [sys.executable, "-m", "gunicorn", "--config", "python:campaign.gunicorn_conf", "campaign.wsgi"],
        "worker": [*celery, "worker", "--concurrency", "2", *QUIET],
        "beat": [*celery, "beat"],
    }


def stop(var: Path) -> list[str]:
    """Stop the supervisor of `var`, what a killed one left, and PostgreSQL; tells what was stopped.

    Raises SupervisorError or EmbeddedError when they belong to another account.
    """
    try:
        if not var.exists():
            return []
    except OSError as error:
        raise SupervisorError(embedded.why_not(var, error)) from error
    stopped = []
    if _end_supervisor(var):
        stopped.append("Rosette")
    if embedded.stop(var):
        stopped.append("PostgreSQL")
    return stopped


@contextmanager
def _owning(var: Path, address: str) -> Iterator[Callable[[list[Mark]], None]]:
    """Be the only supervisor of `var`; gives the function that writes down whom to end after a kill -9."""
    with _opened(var) as file:
        if not _lock(file):
            raise SupervisorError(_already_running(var))
        _end_children(_read(file))
        ourselves = processes.mark(os.getpid())
        _write(file, Record(ourselves, address))
        try:
            yield lambda children: _write(file, Record(ourselves, address, children))
        finally:
            file.truncate(0)


@contextmanager
def _database(var: Path) -> Iterator[str]:
    """The server DATABASE_URL names, or the embedded one, which ends with us whoever started it."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    try:
        yield embedded.ensure_running(var)
    finally:
        embedded.stop(var)


@contextmanager
def _children(environment: dict[str, str]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Start all of `commands()`, each in a session of its own, so that Ctrl-C reaches only us; end them in the end."""
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands().items():
            children[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                cwd=CHECKOUT,
                env=environment,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=processes.tied_to_this_process(),  # noqa: PLW1509 - this process has one thread
            )
        yield children
    finally:
        for child in children.values():
            child.terminate()
        patience = time.monotonic() + STOP_SECONDS
        for child in children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0, patience - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _wait_for_answer(port: int, children: dict[str, subprocess.Popen[bytes]], signals: Signals) -> bool:
    """Whether the web server answered before somebody asked to stop."""
    patience = time.monotonic() + START_SECONDS
    while not signals.asked and time.monotonic() < patience:
        _refuse_dead(children)
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection,
        ):
            connection.request("GET", "/health/")
            connection.getresponse().read()
            return True
        time.sleep(0.1)
    if not signals.asked:
        raise SupervisorError(f"The web server did not answer within {START_SECONDS} seconds; everything was stopped.")
    return False


def _watch(children: dict[str, subprocess.Popen[bytes]], signals: Signals) -> None:
    while not signals.asked:
        _refuse_dead(children)
        time.sleep(0.2)


def _refuse_dead(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise SupervisorError(
                f"The {name} process ended by itself (status {child.returncode}), so everything was stopped. Its last "
                "words are above; LOG_LEVEL=INFO shows more."
            )


def _refuse_busy(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SupervisorError(
                f"Port {port} cannot be used ({error.strerror}): choose another, such as PORT={port + 1}."
            ) from error


def _already_running(var: Path) -> str:
    with _opened(var) as file:
        record = _read(file)
    who = f"as process {record.supervisor.pid} at {record.address}" if record else "and is just starting or stopping"
    return f"Rosette already runs in {var} {who}. Stop it with `python manage.py stop`."


def _end_supervisor(var: Path) -> bool:
    """False if there was nothing to end. One that does not end by itself is killed, and its children with it."""
    asked = False
    patience = time.monotonic() + 2 * STOP_SECONDS + embedded.STOP_SECONDS
    with _opened(var) as file:
        while not _lock(file):
            record = _read(file)
            late = time.monotonic() > patience
            if record and (supervisor := processes.still_there(record.supervisor)) and (late or not asked):
                processes.send([supervisor], signal.SIGKILL if late else signal.SIGTERM)
                asked = True
            time.sleep(0.1)
        left = _end_children(_read(file))
        file.truncate(0)
    return asked or left


def _end_children(record: Record | None) -> bool:
    """End what a killed supervisor left; False if it left nothing."""
    found = [process for mark in record.children if (process := processes.still_there(mark))] if record else []
    left = found
    for how in (signal.SIGTERM, signal.SIGKILL):
        processes.send(left, how)
        processes.send(left, signal.SIGCONT)  # one that was suspended would never hear the first
        left = processes.left_after(left, STOP_SECONDS)
    return bool(found)


@contextmanager
def _opened(var: Path) -> Iterator[IO[str]]:
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (var / "supervisor.json").open("a+")
    except OSError as error:
        raise SupervisorError(embedded.why_not(var, error)) from error
    with file:
        yield file


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(file: IO[str]) -> Record | None:
    """What the file says; None when it is empty or being written."""
    file.seek(0)
    try:
        found = json.loads(file.read())
    except json.JSONDecodeError:
        return None
    children = [Mark(*child) for child in found["children"]]
    return Record(Mark(*found["supervisor"]), found["address"], children)


def _write(file: IO[str], record: Record) -> None:
    file.truncate(0)
    file.write(json.dumps(asdict(record)))
    file.flush()
