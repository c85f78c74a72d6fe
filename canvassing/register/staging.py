"""The temporary tables of one import: the files' rows, copied in as they are read, so that SQL can compare them."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count
from typing import Protocol

from django.db import connection

from canvassing.register.layouts import Kind
from canvassing.register.report import Census, Problem
from canvassing.register.rows import Entry, RegisterFile

TELL_EVERY = 500

# sort_key has the collation of the column it is compared with.
CREATE = """
CREATE TEMPORARY TABLE incoming (
    place integer, file integer, line integer, change text, district text, number text, suffix text, surname text,
    forename text, name_key text, marker text, may_vote boolean, attains_on date, anonymous boolean, street text,
    street_key text, block text, block_key text, label text, address_key text, sort_key text COLLATE "C",
    house_number integer, postcode text, uprn text
) ON COMMIT DROP
"""
COPY = f"COPY incoming (place, file, {', '.join(Entry._fields)}) FROM STDIN"
# Temporary tables are dropped at the end of the act, not of the transaction: a test runs several acts in one.
DROP = """
DROP TABLE IF EXISTS incoming, incoming_deletion, incoming_district, incoming_street, incoming_door, incoming_person,
    known, leaver, left_over, unknown, doubtful
"""
# The planner needs the sizes of these tables, not much of what is in them.
FEW_SAMPLES = "SET LOCAL default_statistics_target = 10"
# One import runs at a time, and joins tables as large as the register: without this they are sorted on disk.
IN_MEMORY = "SET LOCAL work_mem = '64MB'"
CREATE_DELETIONS = """
CREATE TEMPORARY TABLE incoming_deletion (
    place integer, district text, number text, suffix text, name_key text
) ON COMMIT DROP
"""
# Of an update's rows with one number, a deletion outweighs a change, and a change an addition.
SET_DELETIONS_APART = """
INSERT INTO incoming_deletion
SELECT place, district, number, suffix, name_key FROM incoming WHERE change = 'delete';
DELETE FROM incoming USING incoming_deletion deletion
WHERE incoming.district = deletion.district AND incoming.number = deletion.number
  AND incoming.suffix = deletion.suffix
  AND (incoming.change = 'delete' OR incoming.name_key = deletion.name_key OR incoming.name_key = '');
DELETE FROM incoming added USING incoming amended
WHERE added.change = 'add' AND amended.change = 'amend' AND added.district = amended.district
  AND added.number = amended.number AND added.suffix = amended.suffix
"""
DROP_REPEATED = """
DELETE FROM incoming later USING incoming earlier, (
    SELECT district, number, suffix, min(place) AS place FROM incoming GROUP BY 1, 2, 3 HAVING count(*) > 1
) repeated
WHERE later.district = repeated.district AND later.number = repeated.number AND later.suffix = repeated.suffix
  AND later.place > repeated.place AND earlier.place = repeated.place
RETURNING later.file, later.line, earlier.file, earlier.line,
    (later.surname, later.forename, later.marker, later.attains_on, later.street_key, later.address_key)
    IS DISTINCT FROM
    (earlier.surname, earlier.forename, earlier.marker, earlier.attains_on, earlier.street_key, earlier.address_key)
"""


class Listener(Protocol):
    """Whoever wants to hear how far it is, and may raise to stop it: `go_on` is asked between statements."""

    def read(self, rows: int) -> None: ...

    def all_read(self, rows: int) -> None: ...

    def go_on(self) -> None: ...


def stage(files: Sequence[RegisterFile], census: Census, *, today: date, listener: Listener) -> None:
    """Copy every elector of `files` into the table `incoming`; an update's deletions into `incoming_deletion`.

    Memory stays flat: a row is forgotten once it is sent. Of rows with one elector number the first stands: repeats of
    it collapse, and others are problems. Raises RegisterRefused as the files do, and what `listener` raises.
    """
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        cursor.execute(FEW_SAMPLES)
        cursor.execute(IN_MEMORY)
        cursor.execute(CREATE)
        before = census.rows
        with cursor.copy(COPY) as copy:
            places = count(1)
            for number, file in enumerate(files):
                for entry in file.entries(census, today):
                    place = next(places)
                    copy.write_row((place, number, *entry))
                    if place % TELL_EVERY == 0:
                        listener.read(before + place)
        listener.all_read(census.rows)
        cursor.execute(CREATE_DELETIONS)
        if any(file.layout.kind == Kind.UPDATE for file in files):
            cursor.execute(SET_DELETIONS_APART)
        cursor.execute(DROP_REPEATED)
        _note_conflicts(files, census, cursor.fetchall())
        cursor.execute("ANALYZE incoming (district, street_key, address_key)")


def unstage() -> None:
    """Take the temporary tables away."""
    with connection.cursor() as cursor:
        cursor.execute(DROP)


def _note_conflicts(
    files: Sequence[RegisterFile], census: Census, repeats: Iterable[tuple[int, int, int, int, bool]]
) -> None:
    for file, line, first_file, first_line, differs in repeats:
        census.duplicates += 1
        if differs:
            where = f"line {first_line}" if first_file == file else f"line {first_line} of {files[first_file].name}"
            reason = f"this row's elector number stands on {where} with other details; that one counts."
            census.note(Problem(files[file].name, line, reason))
