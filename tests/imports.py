"""Imports as processes of their own, held still at a moment of the test's choosing by locks that others have."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from campaign.foundation.processes import tied_to_this_process
from canvassing.register import locks
from tests.races import PATIENCE

BASE_DIR = Path(__file__).resolve().parent.parent
READING, DOORS, ELECTORS, ENDING = "rows are read", "doors are made", "electors are written", "it is about to commit"
MOMENTS = (READING, DOORS, ELECTORS, ENDING)
TABLES = {DOORS: "canvassing_household", ELECTORS: "canvassing_elector", ENDING: "campaign_auditevent"}
"""The table that the import writes to at each moment; the audit line is the last thing before the commit."""
# The rows read are told in the middle of the COPY; who tells them waits for a lock that the test has.
HOLD_READING = """
CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock(20260); RETURN NEW; END $$;
CREATE TRIGGER wait_for_the_test BEFORE UPDATE ON canvassing_registerimport
FOR EACH ROW WHEN (NEW.rows_read > OLD.rows_read) EXECUTE FUNCTION wait_for_the_test()
"""
LET_READING_GO = "DROP FUNCTION IF EXISTS wait_for_the_test CASCADE"
WAITING = """
SELECT EXISTS (
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
)
"""
LOCKS = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def another_connection() -> Iterator[BaseDatabaseWrapper]:
    """In a transaction of its own, rolled back at the end."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        yield other
    finally:
        other.rollback()
        other.close()


@contextmanager
def held(moment: str) -> Iterator[None]:
    """No import gets further than `moment` meanwhile."""
    with another_connection() as other, other.cursor() as cursor:
        if moment == READING:
            run(HOLD_READING)
            cursor.execute("SELECT pg_advisory_lock(20260)")
        else:
            cursor.execute(f"LOCK TABLE {TABLES[moment]} IN SHARE ROW EXCLUSIVE MODE")
        yield
    if moment == READING:
        run(LET_READING_GO)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def somebody_waits() -> bool:
    """Whether a backend of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def wait_until(true: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < patience
        time.sleep(0.05)


def start_command(file: Path, *options: str) -> "subprocess.Popen[str]":
    """`manage.py import_register` on the test's database; what it says can be read once it has ended."""
    name = connection.settings_dict["NAME"]
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_register", str(file), *options],
        cwd=BASE_DIR,
        env=os.environ | {"DATABASE_URL": database},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509
    )


def no_lock_is_left() -> bool:
    """Whether no import of this database has a lock any more."""
    with connection.cursor() as cursor:
        cursor.execute(LOCKS, [locks.NAMESPACE])
        return bool(cursor.fetchone() == (0,))


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Its exit status, what it said and what it complained of."""
    said, complained = process.communicate(timeout=PATIENCE)
    return process.returncode, said, complained
