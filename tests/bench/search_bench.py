"""What looking somebody up costs in a large register: `python -m tests.bench.search_bench --electors 6000000`.

The floor is one bare statement that fetches the very rows the search shows by their primary keys, in the same run.
Takes `DATABASE_URL`'s server or starts one of its own; the register is made by the database, and dropped at the end.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.bench.import_bench import a_server, database, environment
from tests.factories.many import statements

OURS = "rosette_bench_search"
CONSTITUENCIES = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--electors", type=int, default=1_000_000)
    wanted = parser.parse_args().electors
    with tempfile.TemporaryDirectory() as folder, a_server(Path(folder)) as server, a_register(server, wanted):
        measured = [sys.executable, "-m", "tests.bench.search_measured", str(wanted)]
        subprocess.run(measured, check=True, env=environment(server, OURS))


@contextmanager
def a_register(server: str, electors: int) -> Iterator[None]:
    with psycopg.connect(database(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {OURS}")
        connection.execute(f"CREATE DATABASE {OURS}")
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=environment(server, OURS))
        fill(database(server, OURS), electors)
        yield
        connection.execute(f"DROP DATABASE {OURS}")
    time.sleep(1)  # the process that served this connection ends before the server is asked to stop


def fill(url: str, electors: int) -> None:
    """The rows are right by their making: foreign keys, which would take most of the time, are not checked again."""
    began = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for statement, parameters in statements(electors, constituencies=CONSTITUENCIES):
            connection.execute(statement, parameters or None)  # type: ignore[call-overload]
        connection.execute("VACUUM (ANALYZE)")
    print(f"{electors:,} electors made in {time.perf_counter() - began:.0f} s", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
