"""The list of absent voters: who votes by post or by proxy. A new list takes the place of the one before it."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection, transaction

from campaign.areas.models import Constituency
from campaign.audit import trail
from campaign.foundation import unpacking
from canvassing.register import known_layouts, locks, opening, runs
from canvassing.register.absent_report import AbsentReport
from canvassing.register.absent_rows import AbsentRow, rows_of
from canvassing.register.importing import names_of
from canvassing.register.layouts import Kind, Layout
from canvassing.register.mapping import MappingError
from canvassing.register.opening import Opened, Source
from canvassing.register.report import Census, Problem, RegisterRefused
from canvassing.register.rows import RegisterFile
from volunteers.people.models import User

SHARE = 5
"""More than one in five of the rows, or of the marks that stand, are too many to lose without being asked."""
FEW_MARKS = 20
DROP = "DROP TABLE IF EXISTS absent_row, absent_district, absent_person, absent_mark"
CREATE = """
CREATE TEMPORARY TABLE absent_row (
    place integer, file integer, line integer, district text, number text, suffix text, kind text
) ON COMMIT DROP
"""
COPY = f"COPY absent_row (place, file, {', '.join(AbsentRow._fields)}) FROM STDIN"
# Living electors tell a district's edition where nobody wrote it down.
GATHER_DISTRICTS = """
CREATE TEMPORARY TABLE absent_district ON COMMIT DROP AS
SELECT district.id, district.code, coalesce(district.edition, (
    SELECT max(elector.edition) FROM canvassing_elector elector
    WHERE elector.polling_district_id = district.id AND elector.gone_at IS NULL
)) AS edition
FROM canvassing_pollingdistrict district
WHERE district.constituency_id = %(constituency)s AND district.council = %(council)s AND EXISTS (
    SELECT FROM canvassing_elector elector WHERE elector.polling_district_id = district.id AND elector.gone_at IS NULL
)
"""
FIND_PEOPLE = """
CREATE TEMPORARY TABLE absent_person ON COMMIT DROP AS
SELECT listed.place, listed.file, listed.line, listed.kind, elector.id AS elector_id
FROM absent_row listed
LEFT JOIN absent_district district ON district.code = listed.district
LEFT JOIN canvassing_elector elector
  ON elector.polling_district_id = district.id AND elector.edition = district.edition
  AND elector.number = listed.number AND elector.suffix = listed.suffix AND elector.gone_at IS NULL
"""
# An elector listed twice counts once, whatever the order of the rows: a postal proxy is in the list of proxies too.
RANK = "array_position(ARRAY['postal_proxy', 'proxy', 'postal', ''], kind)"
CHOOSE_MARKS = f"""
CREATE TEMPORARY TABLE absent_mark ON COMMIT DROP AS
SELECT DISTINCT ON (elector_id) elector_id, kind
FROM absent_person WHERE elector_id IS NOT NULL ORDER BY elector_id, {RANK}
"""  # noqa: S608 - our own words
NOBODY = "SELECT file, line FROM absent_person WHERE elector_id IS NULL ORDER BY place"
OUTRANKED = """
SELECT person.file, person.line FROM absent_person person JOIN absent_mark mark ON mark.elector_id = person.elector_id
WHERE person.kind <> '' AND person.kind <> mark.kind ORDER BY person.place
"""
STANDING = """
FROM canvassing_elector elector JOIN absent_district district ON district.id = elector.polling_district_id
WHERE elector.id = vote.elector_id AND elector.gone_at IS NULL AND vote.kind = ANY(%(kinds)s)
"""
COUNT_BEFORE = f"SELECT count(*) FROM canvassing_absentvote vote WHERE EXISTS (SELECT {STANDING})"  # noqa: S608
REMOVE = f"""
DELETE FROM canvassing_absentvote vote WHERE EXISTS (SELECT {STANDING})
  AND NOT EXISTS (SELECT FROM absent_mark mark WHERE mark.elector_id = vote.elector_id)
"""  # noqa: S608
CHANGE = """
UPDATE canvassing_absentvote vote SET kind = mark.kind FROM absent_mark mark
WHERE mark.elector_id = vote.elector_id AND mark.kind <> '' AND mark.kind <> vote.kind
"""
ADD = """
INSERT INTO canvassing_absentvote (elector_id, kind)
SELECT elector_id, kind FROM absent_mark mark
WHERE kind <> '' AND NOT EXISTS (SELECT FROM canvassing_absentvote vote WHERE vote.elector_id = mark.elector_id)
ORDER BY elector_id
"""
COUNT_MARKS = "SELECT kind, count(*) FROM absent_mark WHERE kind <> '' GROUP BY kind"
TWICE = "this elector is in the list with another kind too; that one counts."
STRANGERS = (
    "{unmatched:,} of {rows:,} rows have an elector number that nobody on the register has. The list belongs to "
    "another edition of the register, or to another council. Import that register first, or accept the losses."
)
UNCLEAR = (
    "{unclear:,} of {rows:,} rows do not say in a form we know whether they are postal or proxy votes. Say of which "
    "kind the list is, or accept the losses."
)
LOST = (
    "{removed:,} of {before:,} electors would no longer be marked, more than a fifth. Send all parts of the list "
    "together, or accept the losses."
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the agent said about the list. `kind` is that of rows that do not say theirs."""

    layout: str = ""
    kind: str = ""
    council: str = ""
    accept_losses: bool = False
    dry_run: bool = False


def replace_list(*, sources: Sequence[Source], wishes: Wishes, by: User | None, at: datetime) -> AbsentReport:
    """Mark who votes by post or proxy as `sources` say, all of them one list, in one transaction.

    Of the kinds in the list, whoever is not in it loses the mark. What is equal already is not written. Raises
    RegisterRefused when nothing was changed, UnknownHeader (one of those) for a table of another layout, and
    BrokenOffError when the database failed.
    """
    began = time.perf_counter()
    with runs.saying_why_it_broke():
        try:
            with transaction.atomic():
                report = _alone(sources, wishes, at)
                _audit("absent voters tried" if wishes.dry_run else "absent voters imported", report, wishes, by, at)
        except RegisterRefused:
            _audit("absent voters refused", AbsentReport(), wishes, by, at)
            raise
    return replace(report, seconds=time.perf_counter() - began)


@transaction.atomic
def save_layout(*, mapping: Mapping[str, Any], by: User | None, at: datetime) -> Layout:
    """Keep a mapping of lists of absent voters. Raises MappingError when it cannot be used, or is a register's."""
    mapping = {"kind": str(Kind.ABSENT)} | dict(mapping)
    if mapping["kind"] != Kind.ABSENT:
        raise MappingError(f'this mapping is of a register. One of absent voters has the kind "{Kind.ABSENT}".')
    there = known_layouts.layouts().get(str(mapping.get("name", "")).strip())
    if there and there.kind != Kind.ABSENT:
        raise MappingError("a layout of the register has this name. Choose another.")
    return known_layouts.save(mapping=mapping, by=by, at=at)


def named_in(refusal: RegisterRefused, sources: Sequence[Source]) -> Problem:
    """The problem that a refusal is, with all files' names where it is of none of them alone."""
    return replace(refusal.problem, file=refusal.problem.file or names_of(sources))


def _alone(sources: Sequence[Source], wishes: Wishes, at: datetime) -> AbsentReport:
    """Within a savepoint, so that trying leaves nothing but its line in the audit trail."""
    if not locks.take(locks.ALL_IMPORTS):
        raise RegisterRefused(runs.BUSY)
    unpacking.sweep(opening.unpacked_in(), at=at)
    known = known_layouts.known(absent=True, forced=wishes.layout)
    with transaction.atomic(), opening.opened(sources, known) as opened:
        report = _replace(opened, wishes)
        if wishes.dry_run:
            transaction.set_rollback(True)
    return report


def _replace(opened: Opened, wishes: Wishes) -> AbsentReport:
    census = Census(problems=opened.problems)
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        _gather_districts(wishes.council)
        kinds = _stage(opened.files, wishes.kind, census)
        _refuse_empty(opened.files, census, kinds, wishes)
        cursor.execute(FIND_PEOPLE)
        cursor.execute(CHOOSE_MARKS)
        unmatched = _note_strangers(opened.files, census, kinds, wishes)
        removed = _remove(kinds, wishes)
        cursor.execute(CHANGE)
        changed = cursor.rowcount
        cursor.execute(ADD)
        added = cursor.rowcount
        cursor.execute(COUNT_MARKS)
        standing = dict(cursor.fetchall())
        cursor.execute(DROP)
    return AbsentReport(
        layouts=[file.layout.name for file in opened.files],
        encodings=[file.encoding for file in opened.files],
        census=census,
        standing=standing,
        added=added,
        changed=changed,
        removed=removed,
        unchanged=sum(standing.values()) - added - changed,
        unmatched=unmatched,
    )


def _gather_districts(council: str) -> None:
    """The polling districts the list may be of. Raises RegisterRefused when none of them has an elector."""
    found = list(Constituency.objects.order_by("pk")[:2])
    if len(found) > 1:
        raise RegisterRefused("there are several constituencies, and a file does not say which it belongs to.")
    with connection.cursor() as cursor:
        known = {"constituency": found[0].pk if found else None, "council": council}
        cursor.execute(GATHER_DISTRICTS, known)
        if not cursor.rowcount:
            of_council = f" of the council {council}" if council else ""
            raise RegisterRefused(f"no register{of_council} is known here. Import the register first.")


def _stage(files: Sequence[RegisterFile], said: str, census: Census) -> Counter[str]:
    """Copy the rows into the table `absent_row`, and count them by kind."""
    kinds: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        with cursor.copy(COPY) as copy:
            places = count(1)
            for number, file in enumerate(files):
                for row in rows_of(file, said=said, census=census):
                    kinds[row.kind] += 1
                    copy.write_row((next(places), number, *row))
        cursor.execute("ANALYZE absent_row")
    return kinds


def _refuse_empty(files: Sequence[RegisterFile], census: Census, kinds: Counter[str], wishes: Wishes) -> None:
    """Raises RegisterRefused for a list without anybody, and for one of which too little can be understood."""
    if not census.rows:
        raise RegisterRefused("there is no elector in it.", file=names_of(files))
    if kinds[""] * SHARE > census.rows and not wishes.accept_losses:
        raise RegisterRefused(UNCLEAR.format(unclear=kinds[""], rows=census.rows), file=names_of(files))


def _note_strangers(files: Sequence[RegisterFile], census: Census, kinds: Counter[str], wishes: Wishes) -> int:
    """Note the rows that nobody has the number of; returns how many there are, those without a number included."""
    with connection.cursor() as cursor:
        cursor.execute(NOBODY)
        strangers = cursor.fetchall()
        unmatched: int = census.rows - kinds.total() + len(strangers)
        if unmatched * SHARE > census.rows and not wishes.accept_losses:
            raise RegisterRefused(STRANGERS.format(unmatched=unmatched, rows=census.rows), file=names_of(files))
        for file, line in strangers:
            census.note(Problem(files[file].name, line, "nobody on the register has this elector number."))
        cursor.execute(OUTRANKED)
        for file, line in cursor.fetchall():
            census.note(Problem(files[file].name, line, TWICE))
    return unmatched


def _remove(kinds: Counter[str], wishes: Wishes) -> int:
    """Take the mark from whoever is in the list no more. Raises RegisterRefused when these are too many."""
    said: dict[str, Any] = {"kinds": [kind for kind in kinds if kind]}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_BEFORE, said)
        before = int(cursor.fetchone()[0])
        cursor.execute(REMOVE, said)
        removed = int(cursor.rowcount)
    if removed > FEW_MARKS and removed * SHARE > before and not wishes.accept_losses:
        raise RegisterRefused(LOST.format(removed=removed, before=before))
    return removed


def _audit(act: str, report: AbsentReport, wishes: Wishes, by: User | None, at: datetime) -> None:
    facts = report.counts() | {"losses_accepted": wishes.accept_losses, "tried": wishes.dry_run}
    trail.record(act=act, actor=by, at=at, facts=facts)
