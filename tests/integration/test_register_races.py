"""Imports that meet: two at once, one that is killed, one that is watched. Real connections, real processes."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from canvassing.electorate.models import Elector, PollingDistrict
from canvassing.register import locks, runs
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source
from tests.factories.register import AT, bring_in, street_of, write, written_rows
from tests.factories.volunteers import UserFactory
from tests.imports import ELECTORS, held, start_command, wait_until
from tests.races import PATIENCE, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def in_a_thread(threads: ThreadPoolExecutor, file: Path, record: RegisterImport) -> "Future[RegisterImport]":
    def run() -> RegisterImport:
        try:
            return runs.carry_out(import_id=record.pk, sources=[Source(file, file.name)], at=AT)
        finally:
            connection.close()

    return threads.submit(run)


def all_read(record: RegisterImport, rows: int) -> bool:
    record.refresh_from_db()
    return record.state == "reading" and record.rows_read == rows


def test_a_second_import_is_refused_while_one_runs(tmp_path: Path) -> None:
    file = write(tmp_path / "register.tsv", street_of(600))
    first = runs.ask(filename=file.name, at=AT)
    with ThreadPoolExecutor() as threads:
        with held(ELECTORS):
            running = in_a_thread(threads, file, first)
            wait_until(lambda: all_read(first, 600))
            second = bring_in(file)
            with pytest.raises(runs.AlreadyRunningError):
                runs.carry_out(import_id=first.pk, sources=[Source(file, file.name)], at=AT)
        assert running.result(timeout=PATIENCE).state == "done"
    assert (second.state, second.report["refused"]) == ("refused", runs.BUSY)
    assert second.report["problems"] == [{"file": "register.tsv", "line": 1, "reason": runs.BUSY}]
    assert Elector.objects.count() == 600


def test_imports_at_once_leave_one_register(tmp_path: Path) -> None:
    file = write(tmp_path / "register.tsv", street_of(40))
    states = at_once(*[lambda: str(bring_in(file).state)] * 4)
    assert set(states) <= {"done", "refused"}
    assert "done" in states
    assert Elector.objects.count() == 40


def test_progress_is_seen_while_the_import_is_open(tmp_path: Path, client: Client) -> None:
    client.force_login(UserFactory(agent=True))
    file = write(tmp_path / "register.tsv", street_of(600))
    record = runs.ask(filename=file.name, at=AT)
    page = reverse("canvassing:register-run", kwargs={"pk": record.pk})
    with ThreadPoolExecutor() as threads:
        with held(ELECTORS):
            running = in_a_thread(threads, file, record)
            wait_until(lambda: all_read(record, 600))
            assert "Comparing them with the register" in client.get(page).content.decode()
            assert locks.is_taken(record.pk)
            form = {"file": SimpleUploadedFile(file.name, file.read_bytes())}
            assert "Another import is running" in client.post(reverse("canvassing:register"), form).content.decode()
            assert not PollingDistrict.objects.exists()
        running.result(timeout=PATIENCE)
    assert "electors added" in client.get(page).content.decode()


def test_an_import_killed_in_the_middle_leaves_the_register_as_it_was(tmp_path: Path, client: Client) -> None:
    bring_in(write(tmp_path / "before.tsv", street_of(20)))
    before = written_rows()
    file = write(tmp_path / "register.tsv", [*street_of(20), *street_of(600, district="TB")])
    with held(ELECTORS):
        process = start_command(file)
        wait_until(lambda: RegisterImport.objects.filter(state="reading", rows_read=620).exists())
        process.kill()
        process.communicate()
    record = RegisterImport.objects.get(state="reading")
    wait_until(lambda: not locks.is_taken(record.pk))
    assert written_rows() == before
    assert not locks.is_taken(locks.ALL_IMPORTS)
    client.force_login(UserFactory(agent=True))
    page = client.get(reverse("canvassing:register-run", kwargs={"pk": record.pk})).content.decode()
    assert "cut short" in page
    assert "Run the command again" in page
    again = runs.carry_out(import_id=record.pk, sources=[Source(file, file.name)], at=now())
    assert (again.state, again.report["electors"]["total"]) == ("done", 620)
