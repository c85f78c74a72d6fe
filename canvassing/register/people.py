"""The register's electors made equal to the staged ones: who has gone, who is changed, who is added."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from canvassing.register.doors import District
from canvassing.register.report import People

MARK_GONE = """
UPDATE canvassing_elector elector SET gone_at = %(at)s
WHERE elector.polling_district_id = ANY(%(districts)s) AND elector.gone_at IS NULL
  AND NOT EXISTS (SELECT FROM known WHERE known.elector_id = elector.id)
"""
# The constraint that a number has one living elector is checked row by row: where people move up by one, or swap, each
# would meet the one who has not moved yet. Out of the living they meet nobody, and CHANGE brings them back.
SET_ASIDE = """
UPDATE canvassing_elector elector SET gone_at = %(at)s
FROM known JOIN incoming_person person ON person.place = known.place
WHERE NOT known.unmoved AND elector.id = known.elector_id AND elector.gone_at IS NULL
  AND elector.edition = person.edition AND (elector.number, elector.suffix) <> (person.number, person.suffix)
"""
CHANGE = """
UPDATE canvassing_elector elector
SET household_id = person.household_id, edition = person.edition, number = person.number, suffix = person.suffix,
    surname = person.surname, forename = person.forename, name_key = person.name_key, marker = person.marker,
    attains_on = person.attains_on, anonymous = person.anonymous, gone_at = NULL
FROM known JOIN incoming_person person ON person.place = known.place
WHERE elector.id = known.elector_id
  AND (elector.household_id, elector.edition, elector.number, elector.suffix, elector.surname, elector.forename,
       elector.name_key, elector.marker, elector.attains_on, elector.anonymous, elector.gone_at)
      IS DISTINCT FROM
      (person.household_id, person.edition, person.number, person.suffix, person.surname, person.forename,
       person.name_key, person.marker, person.attains_on, person.anonymous, NULL)
"""
ADD = """
INSERT INTO canvassing_elector (
    constituency_id, polling_district_id, household_id, edition, number, suffix, surname, forename, name_key, marker,
    attains_on, anonymous
)
SELECT %(constituency)s, district_id, household_id, edition, number, suffix, surname, forename, name_key, marker,
       attains_on, anonymous
FROM incoming_person person WHERE NOT EXISTS (SELECT FROM known WHERE known.place = person.place)
ORDER BY person.place
"""
ANALYZE = """
ANALYZE canvassing_household (street_id), canvassing_elector (polling_district_id, household_id, edition, gone_at)
"""
COUNT_KNOWN = "SELECT count(*), count(*) FILTER (WHERE came_back) FROM known"
COUNT_LIVING = "SELECT count(*) FROM canvassing_elector WHERE constituency_id = %(constituency)s AND gone_at IS NULL"


def apply(*, constituency_id: int, districts: Sequence[District], at: datetime) -> People:
    """Mark those gone whom the files leave out, change those known, add the rest; rows without a change stay.

    Who is known is in the table `known` (`matching`).
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT_KNOWN)
        known, came_back = cursor.fetchone()
        cursor.execute(MARK_GONE, {"districts": [district.pk for district in districts], "at": at})
        gone = cursor.rowcount
        cursor.execute(SET_ASIDE, {"at": at})
        cursor.execute(CHANGE)
        changed = cursor.rowcount - came_back
        cursor.execute(ADD, {"constituency": constituency_id})
        added = cursor.rowcount + came_back
        if added:
            cursor.execute(ANALYZE)
        cursor.execute(COUNT_LIVING, {"constituency": constituency_id})
        total = int(cursor.fetchone()[0])
    return People(added, changed, gone, unchanged=known - came_back - changed, total=total)
