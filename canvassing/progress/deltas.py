"""Daily deltas: what changed in a polling district on a day. Totals are their sums, never a count of contacts."""

from collections.abc import Collection
from dataclasses import astuple, dataclass, fields
from datetime import date

from django.db import connection

COLUMNS = ("doors", "electors", "attempts", "doors_tried", "doors_answered", "electors_reached")


@dataclass(frozen=True, slots=True)
class Delta:
    """What one polling district gained (or lost, when negative) on one London day."""

    constituency_id: int
    polling_district_id: int
    day: date
    doors: int = 0
    electors: int = 0
    attempts: int = 0
    doors_tried: int = 0
    doors_answered: int = 0
    electors_reached: int = 0

    @property
    def says_nothing(self) -> bool:
        return not any(getattr(self, column) for column in COLUMNS)


ADD = """
INSERT INTO canvassing_dailydelta (constituency_id, polling_district_id, day, {columns})
VALUES {rows}
ON CONFLICT (polling_district_id, day) DO UPDATE SET {sums}
"""
SUMS = ", ".join(f"{column} = canvassing_dailydelta.{column} + excluded.{column}" for column in COLUMNS)


def add(deltas: Collection[Delta]) -> None:
    """Add `deltas` to their days, in key order so that two batches over the same districts cannot deadlock."""
    telling = sorted((d for d in deltas if not d.says_nothing), key=lambda d: (d.polling_district_id, d.day))
    if not telling:
        return
    row = "(" + ", ".join(["%s"] * len(fields(Delta))) + ")"
    statement = ADD.format(columns=", ".join(COLUMNS), rows=", ".join([row] * len(telling)), sums=SUMS)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for delta in telling for value in astuple(delta)])


SETTLE = """
WITH doors AS (
    SELECT polling_district_id,
           count(*) FILTER (WHERE standing) AS doors,
           coalesce(sum(attempts), 0) AS attempts,
           count(*) FILTER (WHERE standing AND attempts > 0) AS doors_tried,
           count(*) FILTER (WHERE standing AND answers > 0) AS doors_answered
    FROM canvassing_householdstate WHERE polling_district_id = ANY(%(districts)s) GROUP BY 1
), people AS (
    SELECT polling_district_id,
           count(*) FILTER (WHERE living) AS electors,
           count(*) FILTER (WHERE living AND conversations > 0) AS electors_reached
    FROM canvassing_electorstate WHERE polling_district_id = ANY(%(districts)s) GROUP BY 1
), known AS (
    SELECT polling_district_id, {known}
    FROM canvassing_dailydelta WHERE polling_district_id = ANY(%(districts)s) GROUP BY 1
), missing AS (
    SELECT district.constituency_id, district.id, {missing}
    FROM canvassing_pollingdistrict district
    LEFT JOIN doors ON doors.polling_district_id = district.id
    LEFT JOIN people ON people.polling_district_id = district.id
    LEFT JOIN known ON known.polling_district_id = district.id
    WHERE district.id = ANY(%(districts)s)
)
INSERT INTO canvassing_dailydelta (constituency_id, polling_district_id, day, {columns})
SELECT constituency_id, id, %(day)s, {columns} FROM missing
WHERE ({columns}) IS DISTINCT FROM (0, 0, 0, 0, 0, 0)
ORDER BY id
ON CONFLICT (polling_district_id, day) DO UPDATE SET {sums}
"""
TRUTH = {"electors": "people", "electors_reached": "people"}


def settle(*, districts: Collection[int], day: date) -> int:
    """Make the sums of `districts` equal their states by one more delta on `day`; returns the districts changed.

    For writers that change states by the thousand (the register import, the rebuild). It reads states and sums in
    one statement, so contacts that come in meanwhile are in both or in neither.
    """
    statement = SETTLE.format(
        columns=", ".join(COLUMNS),
        known=", ".join(f"sum({column}) AS {column}" for column in COLUMNS),
        missing=", ".join(
            f"coalesce({TRUTH.get(column, 'doors')}.{column}, 0) - coalesce(known.{column}, 0) AS {column}"
            for column in COLUMNS
        ),
        sums=SUMS,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"districts": sorted(districts), "day": day})
        return int(cursor.rowcount)
