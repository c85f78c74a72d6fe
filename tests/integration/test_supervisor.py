"""`manage.py run` and `stop` with real processes: one owner, and nothing left behind however it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from campaign.foundation import processes
from tests import services

BASE_DIR = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rosette-run-"))
    yield folder
    manage(folder, "stop")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def port() -> int:
    return services.free_port()


def environment(var: Path, port: int | None = None) -> dict[str, str]:
    """As on a laptop: nothing is given but where and on which port."""
    given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return given | {"ROSETTE_VAR": str(var)} | ({"PORT": str(port)} if port else {})


def manage(
    var: Path, *arguments: str, port: int | None = None, cwd: Path = BASE_DIR
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment(var, port), capture_output=True, text=True, check=False, timeout=120
    )


class Running:
    """`manage.py run` in a process of its own, from the moment it has announced its address."""

    def __init__(self, var: Path, port: int, cwd: Path = BASE_DIR) -> None:
        self.var = var
        self.log = var / "output"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(BASE_DIR / "manage.py"), "run"],
                cwd=cwd,
                env=environment(var, port) | {"PYTHONUNBUFFERED": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        services.wait_for_line(self.log, "Ctrl-C stops it.", self.process)
        self.family = [*psutil.Process(self.process.pid).children(recursive=True), *servers_in(var)]

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()

    def left(self, seconds: float) -> list[str]:
        """What still runs of all it started, `seconds` later."""
        return [" ".join(each.cmdline()) for each in processes.left_after(self.family, seconds)]


def servers_in(var: Path) -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["cmdline"]) if str(var / "postgres") in (each.info["cmdline"] or [])]


def status(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
        return int(answer.status)


def test_it_serves_once_and_a_signal_leaves_nothing_behind(var: Path, port: int) -> None:
    with Running(var, port) as running:
        assert f"Rosette is at http://127.0.0.1:{port}/" in running.log.read_text()
        assert status(port) == 200
        assert {"gunicorn", "worker", "beat"} <= {word for each in running.family for word in each.cmdline()}
        second = manage(var, "run", port=services.free_port())
        assert second.returncode == 1
        assert f"already runs in {var} as process {running.process.pid} at http://127.0.0.1:{port}/" in second.stderr
        assert "Stop it with `python manage.py stop`." in second.stderr
        assert status(port) == 200
        running.process.terminate()
        assert running.process.wait(30) == 0
        assert running.left(0) == []


def test_stop_stops_it_from_elsewhere(var: Path, port: int) -> None:
    with Running(var, port) as running:
        stopped = manage(var, "stop", "--json")
        assert json.loads(stopped.stdout) == {"stopped": ["Rosette"]}
        assert running.process.wait(5) == 0
        assert running.left(0) == []
    assert manage(var, "stop").stdout == "Nothing was running.\n"


def test_bug_it_served_only_when_started_in_the_checkout(var: Path, port: int, tmp_path: Path) -> None:
    with Running(var, port, cwd=tmp_path) as running:
        assert status(port) == 200
        assert manage(var, "stop", cwd=tmp_path).stdout == "Stopped: Rosette.\n"
        assert running.process.wait(5) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere `manage.py stop` ends them, as the next test shows")
def test_killed_it_takes_its_children_along_and_starts_again(var: Path, port: int) -> None:
    with Running(var, port) as running:
        running.process.kill()
        running.process.wait()
        assert [each for each in running.left(20) if "gunicorn" in each or "celery" in each] == []
    with Running(var, port) as again:
        assert status(port) == 200
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(30) == 0
        assert again.left(0) == []


def test_stop_ends_what_a_killed_one_left(var: Path, port: int) -> None:
    with Running(var, port) as running:
        children = psutil.Process(running.process.pid).children()
        processes.send(children, signal.SIGSTOP)  # so that they do not hear of its death, as on a Mac
        running.process.kill()
        running.process.wait()
        assert len(processes.left_after(children, 0)) == 3
        assert manage(var, "stop").stdout == "Stopped: Rosette and PostgreSQL.\n"
        assert running.left(5) == []


def test_a_child_that_dies_brings_everything_down_and_is_named(var: Path, port: int) -> None:
    with Running(var, port) as running:
        beat = next(each for each in running.family if "beat" in each.cmdline())
        beat.kill()
        assert running.process.wait(30) == 1
        assert running.left(0) == []
        assert "The beat process ended by itself (status -9)" in running.log.read_text()


def test_a_signal_while_it_prepares_stops_it_too(var: Path, port: int) -> None:
    with (var / "output").open("wb") as output:
        starting = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "run"], cwd=BASE_DIR, env=environment(var, port), stdout=output
        )
    services.wait_for_line(var / "output", "Preparing", starting)
    servers = servers_in(var)
    starting.terminate()
    assert starting.wait(30) == 0
    assert servers
    assert processes.left_after(servers, 0) == []


def test_a_busy_port_is_refused_and_nothing_stays_running(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = manage(var, "run", port=port)
    assert refused.returncode == 1
    assert f"Port {port} cannot be used (Address already in use): choose another" in refused.stderr
    assert servers_in(var) == []


def test_a_port_that_is_no_number_is_wrong_usage(var: Path) -> None:
    wrong = subprocess.run(
        [sys.executable, "manage.py", "run"],
        cwd=BASE_DIR,
        env=environment(var) | {"PORT": "http"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 2
    assert "PORT is a number from 1 to 65535, not 'http'." in wrong.stderr


def test_a_lone_command_starts_the_database_and_leaves_it_to_stop(var: Path) -> None:
    # A command that answers alike before and after migrating: the other tests here run in any order.
    listed = manage(var, "showmigrations", "--plan")
    assert listed.returncode == 0
    assert "volunteers.0001_initial" in listed.stdout
    assert len(servers_in(var)) == 1
    assert manage(var, "stop").stdout == "Stopped: PostgreSQL.\n"
    assert servers_in(var) == []


def test_a_command_says_in_one_sentence_why_there_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.txt").touch()
    refused = manage(tmp_path, "migrate", "--check")
    assert refused.returncode == 1
    assert refused.stderr == (
        f"{tmp_path}/postgres is no PostgreSQL folder: move it away, or set ROSETTE_VAR to another folder.\n"
    )


@pytest.mark.parametrize("command", ["run", "stop", "migrate"])
@pytest.mark.parametrize("where", ["file", "file/below", "x" * 300])
def test_bug_a_folder_that_cannot_be_was_a_traceback(tmp_path: Path, command: str, where: str) -> None:
    (tmp_path / "file").touch()
    var = tmp_path / where
    refused = manage(var, command, port=services.free_port())
    if command == "stop" and where == "file/below":
        assert (refused.returncode, refused.stdout) == (0, "Nothing was running.\n")
        return
    assert refused.returncode == 1
    last = refused.stderr.strip().splitlines()[-1]
    assert last.removeprefix("CommandError: ").startswith(f"{var} cannot be used (")
    assert last.endswith("): set ROSETTE_VAR to another folder.")
    assert "Traceback" not in refused.stderr


def test_help_starts_nothing(var: Path) -> None:
    began = time.monotonic()
    assert manage(var, "migrate", "--help").returncode == 0
    assert manage(var).returncode == 0
    assert servers_in(var) == []
    assert time.monotonic() - began < 60
