"""The embedded PostgreSQL with real servers: starting, attaching, every way of being left behind, every refusal."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from campaign.foundation import embedded, processes, server_account
from tests.services import FOR_SPEED


@pytest.fixture
def empty() -> Iterator[Path]:
    """Not pytest's own temporary folder: it closes that to the account that PostgreSQL runs as under root."""
    folder = Path(tempfile.mkdtemp(prefix="rosette-embedded-"))
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rosette-embedded-"))
    start(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def var(made: Path) -> Iterator[Path]:
    """A cluster that was made and is stopped."""
    embedded.stop(made)
    yield made
    embedded.stop(made)


def start(var: Path) -> str:
    return embedded.ensure_running(var, FOR_SPEED)


def server_of(var: Path) -> psutil.Process:
    return psutil.Process(int((embedded.data_folder(var) / "postmaster.pid").read_text().partition("\n")[0]))


def kill_server(var: Path) -> None:
    server = server_of(var)
    server.kill()
    assert not processes.left_after([server], 10)


def answer(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT 42").fetchone()
    assert row is not None
    return int(row[0])


def run_in_another_process(var: Path, act: str) -> subprocess.CompletedProcess[str]:
    program = (
        f"from pathlib import Path; from campaign.foundation import embedded as e; print(e.{act}(Path({str(var)!r})))"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)


def test_it_works(var: Path) -> None:
    url = start(var)
    assert url == embedded.database_url(var)
    assert answer(url) == 42


def test_a_second_start_attaches_to_the_same_server(var: Path) -> None:
    start(var)
    first = server_of(var).pid
    start(var)
    assert server_of(var).pid == first


def test_the_server_outlives_the_process_that_started_it_and_another_stops_it(var: Path) -> None:
    run_in_another_process(var, "ensure_running")
    assert answer(embedded.database_url(var)) == 42
    server = server_of(var)
    assert run_in_another_process(var, "stop").stdout.strip() == "True"
    assert not processes.alive(server)
    assert run_in_another_process(var, "stop").stdout.strip() == "False"


def test_of_four_that_start_at_once_one_does_and_all_are_served(empty: Path) -> None:
    barrier = threading.Barrier(4)
    answers = []

    def one() -> None:
        barrier.wait()
        answers.append(answer(start(empty)))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [42] * 4


def test_nobody_else_reaches_it(var: Path) -> None:
    start(var)
    folder = embedded.socket_folder(var)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not [each for each in server_of(var).net_connections() if each.family != psutil.AF_UNIX and each.laddr]


def test_spaces_an_apostrophe_and_a_comma_in_the_path(empty: Path) -> None:
    nested = empty / "Jo's new campaign, 2029"
    assert answer(start(nested)) == 42
    assert embedded.stop(nested)


def test_a_path_too_long_for_a_socket_gets_a_private_folder(empty: Path) -> None:
    nested = empty / ("x" * 100)
    assert answer(start(nested)) == 42
    folder = embedded.socket_folder(nested)
    assert not folder.is_relative_to(empty)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert embedded.stop(nested)
    assert not folder.exists()


def test_a_socket_folder_somebody_else_could_have_made_is_refused(empty: Path) -> None:
    nested = empty / ("x" * 100)
    folder = embedded.socket_folder(nested)
    folder.mkdir()
    folder.chmod(0o777)
    try:
        with pytest.raises(embedded.EmbeddedError, match="No permission for /tmp/rosette-"):
            start(nested)
    finally:
        folder.rmdir()


def test_after_a_killed_server_it_starts_again_with_what_was_committed(var: Path) -> None:
    with psycopg.connect(embedded.ensure_running(var)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    kill_server(var)
    with psycopg.connect(embedded.ensure_running(var)) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_stale_pid_file_that_names_a_stranger(var: Path) -> None:
    start(var)
    pid_file = embedded.data_folder(var) / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill_server(var)
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]))
    assert answer(start(var)) == 42
    assert server_of(var).pid != os.getppid()


def test_stopping_leaves_a_stranger_with_the_old_number_alone(var: Path) -> None:
    start(var)
    kill_server(var)
    stranger = subprocess.Popen(["sleep", "60"])
    (embedded.data_folder(var) / "postmaster.pid").write_text(f"{stranger.pid}\n")
    assert not embedded.stop(var)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_server_is_stopped_though_its_pid_file_is_gone(var: Path) -> None:
    start(var)
    server = server_of(var)
    (embedded.data_folder(var) / "postmaster.pid").unlink()
    assert embedded.stop(var)
    assert not processes.alive(server)


def test_a_server_that_does_not_end_is_killed(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(var)
    server = server_of(var)
    server.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(embedded, "STOP_SECONDS", 0.2)
    monkeypatch.setattr(embedded, "KILL_SECONDS", 0.2)
    assert embedded.stop(var)
    assert not processes.alive(server)


def test_stopping_where_nothing_ever_ran(empty: Path) -> None:
    assert not embedded.stop(empty / "nowhere")
    assert not (empty / "nowhere").exists()


def test_a_half_made_cluster_of_a_killed_process_is_made_anew(empty: Path) -> None:
    (empty / "postgres.new").mkdir()
    (empty / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert answer(start(empty)) == 42


def test_another_version_is_refused_with_a_way_out(empty: Path) -> None:
    embedded.data_folder(empty).mkdir()
    (embedded.data_folder(empty) / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.EmbeddedError, match=r"made by PostgreSQL 16 and this is 18: move the folder away"):
        start(empty)


def test_a_folder_that_is_no_cluster_is_left_alone(empty: Path) -> None:
    embedded.data_folder(empty).mkdir()
    (embedded.data_folder(empty) / "thesis.txt").write_text("years of work")
    with pytest.raises(embedded.EmbeddedError, match="is no PostgreSQL folder"):
        start(empty)
    assert (embedded.data_folder(empty) / "thesis.txt").read_text() == "years of work"


def test_a_broken_cluster_says_what_postgresql_says(var: Path) -> None:
    control = embedded.data_folder(var) / "global" / "pg_control"
    aside = control.rename(var / "aside")
    with pytest.raises(embedded.EmbeddedError, match=r"pg_ctl failed: .*Its log: .*server\.log"):
        start(var)
    aside.rename(control)
    assert answer(start(var)) == 42


def test_a_cluster_of_another_account_is_refused(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(var)
    monkeypatch.setattr(server_account, "may_act_for", lambda data: False)
    for act in (start, embedded.stop):
        with pytest.raises(embedded.EmbeddedError, match=r"belongs to .*: run this from that account"):
            act(var)
    monkeypatch.undo()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_we_may_not_write_to_is_refused(empty: Path) -> None:
    empty.chmod(0o500)
    with pytest.raises(embedded.EmbeddedError, match="No permission for"):
        start(empty)
    empty.chmod(0o700)


@pytest.mark.parametrize("where", ["file", "file/below", "x" * 300])
def test_bug_a_folder_that_cannot_be_was_a_traceback(empty: Path, where: str) -> None:
    (empty / "file").touch()
    var = empty / where
    for act in (start, embedded.stop):
        if act is embedded.stop and where != "x" * 300:
            assert not embedded.stop(var)
            continue
        with pytest.raises(embedded.EmbeddedError) as refusal:
            act(var)
        assert str(refusal.value).startswith(f"{var} cannot be used (")
        assert str(refusal.value).endswith("): set ROSETTE_VAR to another folder.")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_bug_a_folder_that_the_kernel_keeps_to_itself_was_a_traceback() -> None:
    with pytest.raises(embedded.EmbeddedError, match=r"^/proc/rosette cannot be used \("):
        start(Path("/proc/rosette"))


def test_no_wheel_for_this_system(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    with pytest.raises(embedded.EmbeddedError, match="set DATABASE_URL to your own server"):
        start(empty)


def test_it_waits_for_a_server_that_is_still_replaying_its_log(var: Path) -> None:
    start(var)
    server = server_of(var)
    server.send_signal(signal.SIGSTOP)
    threading.Timer(1, server.send_signal, [signal.SIGCONT]).start()
    began = time.monotonic()
    assert answer(start(var)) == 42
    assert time.monotonic() - began < 30


def test_the_log_holds_nobody_s_data(var: Path) -> None:
    with psycopg.connect(start(var), autocommit=True) as connection:
        connection.execute("CREATE TABLE people (email text UNIQUE)")
        for _ in range(2):
            try:
                connection.execute("INSERT INTO people VALUES ('jo@example.org')")
            except psycopg.errors.UniqueViolation:
                continue
    assert "duplicate key" in (log := (embedded.data_folder(var) / "server.log").read_text())
    assert "jo@example.org" not in log
