"""Points of postcodes kept, of those that doors have or that lie around the wards; the streets are placed by them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from campaign.areas import points
from campaign.areas.models import PostcodePoint, Ward
from canvassing.electorate.models import PollingDistrict
from canvassing.electorate.street_points import place_streets
from canvassing.register import alone
from canvassing.register.opening import Source
from canvassing.register.postcode_files import Located, PostcodeFiles
from canvassing.register.report import Problem

NOTHING_TO_KEEP = (
    "none of these postcodes is that of a door, and none lies around the wards' outlines: nothing was kept. Bring them "
    "in again after the register, or upload the outlines first."
)
# A file has the country's, a campaign needs a few thousand. Temporary tables are dropped at the end of the act, not of
# the transaction: a test runs several acts in one.
CREATE = """
DROP TABLE IF EXISTS incoming_point, kept_point;
CREATE TEMPORARY TABLE incoming_point (postcode text, latitude float8, longitude float8) ON COMMIT DROP
"""
COPY = "COPY incoming_point (postcode, latitude, longitude) FROM STDIN"
KEEP = """
CREATE TEMPORARY TABLE kept_point ON COMMIT DROP AS
SELECT DISTINCT ON (postcode) postcode, latitude, longitude FROM incoming_point
WHERE postcode IN (SELECT postcode FROM canvassing_household)
   OR (longitude BETWEEN %(west)s AND %(east)s AND latitude BETWEEN %(south)s AND %(north)s)
ORDER BY postcode, latitude, longitude
"""
CHANGE = """
UPDATE campaign_postcodepoint point SET latitude = kept.latitude, longitude = kept.longitude FROM kept_point kept
WHERE kept.postcode = point.postcode
  AND (abs(point.latitude - kept.latitude) > 1e-6 OR abs(point.longitude - kept.longitude) > 1e-6)
"""
ADD = """
INSERT INTO campaign_postcodepoint (postcode, latitude, longitude)
SELECT postcode, latitude, longitude FROM kept_point kept
WHERE NOT EXISTS (SELECT FROM campaign_postcodepoint point WHERE point.postcode = kept.postcode)
"""
NO_BOX = (None, None, None, None)


@dataclass(frozen=True, slots=True)
class PointsReport:
    """One import of postcode points. `skipped` are rows whose postcode lies elsewhere."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    total: int = 0
    skipped: int = 0
    without_point: int = 0
    streets_moved: int = 0
    problems: Sequence[Problem] = ()
    seconds: float = 0

    @property
    def facts(self) -> dict[str, int]:
        return {"rows": self.rows, "added": self.added, "streets": self.streets_moved}

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "points": {"added": self.added, "changed": self.changed, "total": self.total},
            "skipped": self.skipped,
            "without_point": self.without_point,
            "streets": self.streets_moved,
            "problems": [problem.as_json() for problem in self.problems],
            "seconds": self.seconds,
        }

    @property
    def in_words(self) -> str:
        return (
            f"{self.rows:,} rows. Postcodes: {self.added:,} added, {self.changed:,} changed, {self.total:,} in all; "
            f"{self.skipped:,} rows lie elsewhere and were skipped, {self.without_point:,} have no point. "
            f"{self.streets_moved:,} streets were placed."
        )


def import_postcodes(
    sources: Sequence[Source], *, at: datetime, actor: Any = None, dry_run: bool = False
) -> PointsReport:
    """Keep the points of postcodes that doors have, or that lie in the box around the wards; place the streets.

    Memory stays flat, however large the files. Raises RegisterRefused, when nothing was written.
    """
    work = partial(_import, sources)
    return alone.carry_out(work, act="postcode points imported", actor=actor, at=at, dry_run=dry_run)


def so_far() -> PointsReport:
    """What there is, as the report of an import that did nothing."""
    return PointsReport(total=PostcodePoint.objects.count())


def _import(sources: Sequence[Source]) -> PointsReport:
    files = PostcodeFiles(sources)
    west, south, east, north = points.box_of(ward.outline for ward in Ward.objects.all() if ward.outline) or NO_BOX
    with connection.cursor() as cursor:
        _stage(cursor, files.located())
        cursor.execute(KEEP, {"west": west, "south": south, "east": east, "north": north})
        kept = cursor.rowcount
        cursor.execute(CHANGE)
        changed = cursor.rowcount
        cursor.execute(ADD)
        added = cursor.rowcount
    names = ", ".join(source.name for source in sources)
    return PointsReport(
        rows=files.rows,
        added=added,
        changed=changed,
        total=PostcodePoint.objects.count(),
        skipped=files.rows - files.without_point - kept,
        without_point=files.without_point,
        streets_moved=place_streets(PollingDistrict.objects.values_list("pk", flat=True)),
        problems=[] if kept else [Problem(names, None, NOTHING_TO_KEEP)],
    )


def _stage(cursor: Any, located: Iterable[Located]) -> None:
    cursor.execute(CREATE)
    with cursor.copy(COPY) as copy:
        for one in located:
            copy.write_row((one.postcode, one.latitude, one.longitude))
    cursor.execute("ANALYZE incoming_point")
