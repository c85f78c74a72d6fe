"""How long phones wait while a register is imported again: `python -m tests.bench.phones_bench`.

The floor is the same phones on the same walks in the same run, while nothing is imported. Takes `DATABASE_URL`'s server
or starts one of its own; the database it makes is dropped at the end.
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

from tests.bench.import_bench import a_server, database, environment, import_file, write_register

OURS = "rosette_bench_phones"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=75_000)
    wanted = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, a_server(Path(folder)) as server, a_database(server):
        file, changed = Path(folder) / "register.tsv", Path(folder) / "changed.tsv"
        write_register(file, wanted)
        change(file, changed)
        import_file(server, file, name=OURS)
        measured = [sys.executable, "-m", "tests.bench.phones_measured", str(changed), f"{wanted:,}"]
        subprocess.run(measured, check=True, env=environment(server, OURS))


def change(path: Path, to: Path) -> None:
    """A month later: of every hundred electors five have married and two are gone, so that every district changes."""
    with path.open(encoding="cp1252", newline="") as file, to.open("w", encoding="cp1252", newline="") as changed:
        changed.write(next(file))
        for place, line in enumerate(file):
            cells = line.split("\t")
            if place % 20 == 0:
                cells[5] = f"Married{cells[5].lower()}"
            if place % 50 != 1:
                changed.write("\t".join(cells))


@contextmanager
def a_database(server: str) -> Iterator[None]:
    with psycopg.connect(database(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {OURS}")
        connection.execute(f"CREATE DATABASE {OURS}")
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=environment(server, OURS))
        yield
        connection.execute(f"DROP DATABASE {OURS} WITH (FORCE)")
    time.sleep(1)  # the process that served this connection ends before the server is asked to stop


if __name__ == "__main__":
    main()
