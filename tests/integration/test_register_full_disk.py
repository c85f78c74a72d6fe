"""A disk that runs full under an import: the database's, or the one where archives are unpacked. Real, tiny disks."""

import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils.timezone import now

from campaign.foundation import embedded
from campaign.foundation.unpacking import FULL
from canvassing.electorate.models import Elector
from canvassing.register import opening, runs
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source
from tests.factories.register import as_text, bring_in, street_of, write, written_rows
from tests.imports import ended, no_lock_is_left, run, start_command

SMALL, LARGE = "512k", "64m"
PEOPLE = street_of(6000)
THE_DATABASE_S = (
    "CommandError: The database's disk is full. The register is as it was. Free some space, then start again."
)


@contextmanager
def tiny_disk(owner: int) -> Iterator[Path]:
    """An empty disk of half a megabyte that belongs to `owner`. Skips where this account may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="rosette-disk-", dir="/tmp"))
    options = f"size={SMALL},uid={owner},mode=0700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    try:
        if mounted.returncode:
            pytest.skip(f"NO FULL DISK WAS TRIED: this account may not mount one ({mounted.stderr.strip()}).")
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=not mounted.returncode, capture_output=True)
        folder.rmdir()


def give_space(disk: Path) -> None:
    subprocess.run(["mount", "-o", f"remount,size={LARGE}", str(disk)], check=True)


@pytest.fixture
def database_disk(transactional_db: None) -> Iterator[Path]:
    """A tiny disk that the database's server may use, as a tablespace."""
    data = embedded.data_folder(Path(os.environ["ROSETTE_VAR"]).parent)
    if not data.is_dir():
        pytest.skip("NO FULL DISK WAS TRIED: the database's server is not this session's own.")
    with tiny_disk(data.stat().st_uid) as disk:
        run(f"CREATE TABLESPACE {tiny()} LOCATION '{disk}'")
        try:
            yield disk
        finally:
            run("ALTER TABLE canvassing_elector SET TABLESPACE pg_default")
            run(f"ALTER DATABASE {connection.settings_dict['NAME']} RESET temp_tablespaces")
            run(f"DROP TABLESPACE {tiny()}")


def tiny() -> str:
    """The name of this database's tablespace: tests that run side by side share the server."""
    return f"tiny_{connection.settings_dict['NAME']}"


def put_on_the_disk(what: str) -> None:
    if what == "the rows it reads":
        run(f"ALTER DATABASE {connection.settings_dict['NAME']} SET temp_tablespaces = {tiny()}")
    else:
        run("TRUNCATE canvassing_elector CASCADE")  # what tests rolled back still takes its space
        run(f"ALTER TABLE canvassing_elector SET TABLESPACE {tiny()}")


@pytest.mark.parametrize("what", ["the rows it reads", "the electors it writes"])
def test_the_database_s_disk_is_full(tmp_path: Path, database_disk: Path, what: str) -> None:
    put_on_the_disk(what)
    bring_in(write(tmp_path / "before.tsv", PEOPLE[:100]), at=now())
    file, before = write(tmp_path / "new.tsv", PEOPLE), written_rows()
    process = start_command(file)
    assert ended(process) == (1, "", f"{THE_DATABASE_S}\n")
    assert no_lock_is_left()
    assert written_rows() == before
    give_space(database_disk)
    assert ended(start_command(file))[0] == 0
    assert Elector.objects.living().count() == len(PEOPLE)
    connection.close()


@pytest.fixture
def uploads_disk(settings: Any, db: None) -> Iterator[Path]:
    with tiny_disk(os.geteuid()) as disk:
        settings.MEDIA_ROOT = disk
        yield disk


def archive(tmp_path: Path) -> bytes:
    """Far larger unpacked than packed: more than a megabyte."""
    path = tmp_path / "register.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("register.tsv", as_text(street_of(16_000)).encode("cp1252"))
    return path.read_bytes()


def uploaded(content: bytes) -> RegisterImport:
    return runs.ask(filename="register.zip", at=now(), upload=ContentFile(content, "register.zip"))


def carry_out(record: RegisterImport) -> RegisterImport:
    source = Source(Path(record.upload.path), record.filename)
    return runs.carry_out(import_id=record.pk, sources=[source], at=now())


def test_no_space_to_unpack_an_archive(tmp_path: Path, uploads_disk: Path) -> None:
    before = written_rows()
    refused = carry_out(uploaded(archive(tmp_path)))
    assert (refused.state, refused.report["refused"]) == ("refused", f"register.zip, line 1: {FULL}")
    assert list(opening.unpacked_in().iterdir()) == []
    assert written_rows() == before
    give_space(uploads_disk)
    assert carry_out(uploaded(archive(tmp_path))).report["electors"]["added"] == 16_000
