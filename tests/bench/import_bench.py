"""What importing a register costs, beside the floor measured in the same run: `python -m tests.bench.import_bench`.

The floor is COPY of the very rows the import makes into the same tables of another database, with their indexes and
foreign keys, ids known. Prints a table and one JSON line. Takes `DATABASE_URL`'s server or starts one of its own; the
two databases it makes are dropped at the end.
"""

import argparse
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from campaign.foundation import embedded
from canvassing.register.opening import Known, Source, opened
from canvassing.register.report import Census
from canvassing.register.suppliers import XPRESS_FULL_14

OURS, FLOOR = "rosette_bench_import", "rosette_bench_floor"
TABLES = (
    "campaign_constituency", "canvassing_pollingdistrict", "canvassing_street", "canvassing_block",
    "canvassing_household", "canvassing_elector", "canvassing_householdstate", "canvassing_electorstate",
    "canvassing_dailydelta",
)  # fmt: skip
ROADS = ("Street", "Road", "Lane", "Grove", "Park", "Terrace", "Close", "Hill", "Gardens", "Way")
WORDS = (
    "Willow", "Rushmere", "Juniper", "Sable", "Thorne", "Hazel", "Oakden", "Gresley", "Hartnoll", "Quill", "Tansley",
    "Cutler", "Maddox", "Ulster", "White", "Palace", "Finch", "Kelling", "Kerrow", "Market", "Victory", "Dunster",
)  # fmt: skip
GIVEN = ("Ana", "Ben", "Cara", "Dev", "Ella", "Femi", "Gwen", "Hugo", "Ines", "Jack", "Kofi", "Lena", "Milo", "Nora")
COLUMNS = ("district", "number", "suffix", "marker", "attains_on", "surname", "forename", "postcode")
HEADER = [*(XPRESS_FULL_14.headings[column][0] for column in COLUMNS), *XPRESS_FULL_14.address]
DATABASE_GOAL, WHOLE_GOAL, MEMORY_GOAL = 1.5, 2.5, 160
ELECTORS_OF_A_DISTRICT = 830


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=75_000)
    wanted = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, a_server(Path(folder)) as server:
        file, shuffled = Path(folder) / "register.tsv", Path(folder) / "shuffled.tsv"
        write_register(file, wanted)
        with databases(server):
            show(measure(server, file, shuffled, wanted))


def measure(server: str, file: Path, shuffled: Path, wanted: int) -> list[dict[str, object]]:
    # Before anything here grows: a child's largest memory is never less than its parent's was.
    ours, memory = import_file(server, file)
    reading = timed(lambda: read(file))
    shuffle(file, shuffled)
    tables = copy_out(database(server, OURS))
    floor = copy_in(database(server, FLOOR), tables)
    before = written(database(server, OURS))
    again = import_file(server, file)[0]
    mixed = import_file(server, shuffled)[0]
    rows_written = written(database(server, OURS)) - before
    name = f"register import, {wanted:,} rows"
    return [
        row(f"{name}, database part", floor, ours - reading, DATABASE_GOAL),
        row(f"{name}, in all", floor, ours, WHOLE_GOAL),
        {"path": f"{name}, memory in MB", "floor": 0, "ours": memory, "ratio": None, "goal": MEMORY_GOAL,
         "met": memory <= MEMORY_GOAL},
        {"path": f"{name}, again ({again:.1f} s) and shuffled ({mixed:.1f} s): rows written", "floor": 0,
         "ours": rows_written, "ratio": None, "goal": 0, "met": rows_written == 0},
    ]  # fmt: skip


def read(file: Path) -> int:
    """Read the file as the import does, and do nothing with its rows."""
    with opened([Source(file, file.name)], Known([XPRESS_FULL_14])) as found:
        return sum(1 for _ in found.files[0].entries(Census(), date.today()))  # noqa: DTZ011 - any day will do


def row(path: str, floor: float, ours: float, goal: float) -> dict[str, object]:
    ratio = round(ours / floor, 2)
    return {"path": path, "floor": round(floor, 2), "ours": round(ours, 2), "ratio": ratio, "goal": goal,
            "met": ratio <= goal}  # fmt: skip


def show(rows: list[dict[str, object]]) -> None:
    for line in rows:
        print(f"{line['path']:70} floor {line['floor']!s:>7} ours {line['ours']!s:>7} "  # noqa: T201
              f"ratio {line['ratio']!s:>5} goal {line['goal']!s:>5} {'met' if line['met'] else 'NOT MET'}")  # fmt: skip
    print(json.dumps({"rows": rows}))  # noqa: T201


def import_file(server: str, file: Path, *, name: str = OURS) -> tuple[float, int]:
    """Seconds with the commit, and the largest resident memory of the command in MB."""
    command = [sys.executable, "manage.py", "import_register", str(file), "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment(server, name))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return json.loads(done.stdout)["seconds"], memory


def copy_out(url: str) -> dict[str, bytes]:
    """The columns and rows of every table the import writes."""
    found = {}
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for table in TABLES:
            content = io.BytesIO()
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                for block in copy:
                    content.write(block)
            found[table] = content.getvalue()
    return found


def copy_in(url: str, tables: dict[str, bytes]) -> float:
    began = time.perf_counter()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for table, content in tables.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(content)
    return time.perf_counter() - began


def written(url: str) -> int:
    """Rows ever inserted, updated or deleted in the register's and the states' tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        statement = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE relname = ANY(%s)"
        return int(connection.execute(statement, [list(TABLES)]).fetchone()[0])  # type: ignore[index]


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


@contextmanager
def a_server(folder: Path) -> Iterator[str]:
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    try:
        yield embedded.ensure_running(folder / "var")
    finally:
        embedded.stop(folder / "var")


@contextmanager
def databases(server: str) -> Iterator[None]:
    with psycopg.connect(database(server, "postgres"), autocommit=True) as connection:
        for name in (OURS, FLOOR):
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
            subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=environment(server, name))
        yield
        for name in (OURS, FLOOR):
            connection.execute(f"DROP DATABASE {name}")


def database(server: str, name: str) -> str:
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def environment(server: str, name: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database(server, name)}


def write_register(path: Path, wanted: int) -> None:
    """A made-up register in Xpress's layout, in the proportions of an inner London seat."""
    rng = random.Random(1)
    with path.open("w", encoding="cp1252", newline="") as file:
        file.write("\t".join(HEADER) + "\r\n")
        for place, cells in zip(range(wanted), electors(rng), strict=False):
            district, number = divmod(place, ELECTORS_OF_A_DISTRICT)
            file.write("\t".join([f"P{district:04d}", str(number + 1), "0", *cells]) + "\r\n")


def electors(rng: random.Random) -> Iterator[list[str]]:
    street = 0
    while True:
        name = f"{WORDS[street % len(WORDS)]} {ROADS[street % len(ROADS)]}"
        postcode = f"N{rng.randint(1, 22)} {rng.randint(1, 9)}{rng.choice('ABDEFGHJ')}{rng.choice('PQRSTUWX')}"
        street += 1
        for house in range(1, 60):
            for lines in doors(rng, house, name):
                for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
                    person = [rng.choice(WORDS) + rng.choice(WORDS).lower(), f"{rng.choice(GIVEN)} {rng.choice(GIVEN)}"]
                    printed = [*lines, "London", postcode]
                    yield [rng.choice(("", "", "", "", "G", "B")), "", *person, postcode, *printed,
                           *[""] * (6 - len(printed))]  # fmt: skip


def doors(rng: random.Random, house: int, street: str) -> list[list[str]]:
    share = rng.random()
    if share < 0.3:
        return [[f"{house} {street}"]]
    if share < 0.5:
        return [[f"Flat {flat}", f"{house} {street}"] for flat in "ABC"]
    if share < 0.6:
        return [[f"{floor} Floor Flat", f"{house} {street}"] for floor in ("Ground", "First")]
    if share < 0.62:
        return [[f"Flat {flat}", f"{WORDS[house % len(WORDS)]} House", street] for flat in range(1, 31)]
    return [[f"{house}{letter} {street}"] for letter in "AB"]


def shuffle(path: Path, to: Path) -> None:
    header, *lines = path.read_bytes().splitlines(keepends=True)
    random.Random(2).shuffle(lines)
    to.write_bytes(header + b"".join(lines))


if __name__ == "__main__":
    main()
