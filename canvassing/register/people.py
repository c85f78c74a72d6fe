"""The register's electors made equal to the staged ones: who has gone, who is changed, who is added."""

from datetime import datetime
from typing import Any

from django.db import connection

from canvassing.register import journal
from canvassing.register.matching import Matching
from canvassing.register.report import People

LEAVES = {
    True: "elector.polling_district_id = ANY(%(districts)s)",
    False: "elector.id IN (SELECT elector_id FROM leaver)",
}
"""Who leaves unless a row is theirs: of a full file everybody of its districts, of an update who it says."""
MARK_GONE = f"""
WITH changed AS (
    SELECT elector.id, to_jsonb(elector) AS before FROM canvassing_elector elector
    WHERE {{leaves}} AND elector.gone_at IS NULL
      AND NOT EXISTS (SELECT FROM known WHERE known.elector_id = elector.id)
) {journal.keep("elector")}
UPDATE canvassing_elector elector SET gone_at = %(at)s FROM changed WHERE elector.id = changed.id
"""  # noqa: S608 - our own words
# Whom an organiser put at another door stays there for as long as the register prints the door it printed then.
GATHER_CHANGES = """
CREATE TEMPORARY TABLE person_change ON COMMIT DROP AS
SELECT elector.id, to_jsonb(elector) AS before, person.district_id, person.edition, person.number, person.suffix,
       person.surname, person.forename, person.name_key, person.marker, person.may_vote, person.attains_on,
       person.anonymous,
       CASE WHEN person.household_id = elector.printed_household_id THEN elector.household_id
            ELSE person.household_id END AS household_id,
       CASE WHEN person.household_id = elector.printed_household_id THEN elector.printed_household_id
       END AS printed_household_id
FROM known
JOIN incoming_person person ON person.place = known.place
JOIN canvassing_elector elector ON elector.id = known.elector_id
WHERE (coalesce(elector.printed_household_id, elector.household_id), elector.polling_district_id, elector.edition,
       elector.number, elector.suffix, elector.surname, elector.forename, elector.name_key, elector.marker,
       elector.may_vote, elector.attains_on, elector.anonymous, elector.gone_at)
      IS DISTINCT FROM
      (person.household_id, person.district_id, person.edition, person.number, person.suffix, person.surname,
       person.forename, person.name_key, person.marker, person.may_vote, person.attains_on, person.anonymous, NULL)
"""
KEEP_CHANGES = """
INSERT INTO canvassing_rowbefore (record_id, "table", row, before)
SELECT %(record)s, 'elector', id, before FROM person_change ON CONFLICT DO NOTHING
"""
# The constraint that a number has one living elector is checked row by row: where people move up by one, or swap, each
# would meet the one who has not moved yet. Out of the living they meet nobody, and CHANGE brings them back.
SET_ASIDE = """
UPDATE canvassing_elector elector SET gone_at = %(at)s
FROM person_change change
WHERE elector.id = change.id AND elector.gone_at IS NULL
  AND (elector.polling_district_id, elector.edition, elector.number, elector.suffix)
      <> (change.district_id, change.edition, change.number, change.suffix)
"""
CHANGE = """
UPDATE canvassing_elector elector
SET household_id = change.household_id, printed_household_id = change.printed_household_id,
    polling_district_id = change.district_id, edition = change.edition, number = change.number,
    suffix = change.suffix, surname = change.surname, forename = change.forename, name_key = change.name_key,
    marker = change.marker, may_vote = change.may_vote, attains_on = change.attains_on,
    anonymous = change.anonymous, gone_at = NULL
FROM person_change change WHERE elector.id = change.id
"""
COUNT_MOVED = """
SELECT count(*) FROM person_change
WHERE before ->> 'gone_at' IS NULL AND household_id IS DISTINCT FROM (before ->> 'household_id')::bigint
"""
DROP = "DROP TABLE IF EXISTS person_change"
ADD = """
INSERT INTO canvassing_elector (
    constituency_id, polling_district_id, household_id, edition, number, suffix, surname, forename, name_key, marker,
    may_vote, attains_on, anonymous
)
SELECT %(constituency)s, district_id, household_id, edition, number, suffix, surname, forename, name_key, marker,
       may_vote, attains_on, anonymous
FROM incoming_person person WHERE NOT EXISTS (SELECT FROM known WHERE known.place = person.place)
ORDER BY person.place
"""
ANALYZE = """
ANALYZE canvassing_household (street_id), canvassing_elector (polling_district_id, household_id, edition, gone_at)
"""
COUNT_KNOWN = "SELECT count(*), count(*) FILTER (WHERE came_back) FROM known"
COUNT_LIVING = "SELECT count(*) FROM canvassing_elector WHERE constituency_id = %(constituency)s AND gone_at IS NULL"


def apply(*, constituency_id: int, matching: Matching, full: bool, record_id: int, at: datetime) -> People:
    """Mark those gone who have left, change those known, add the rest; rows without a change stay.

    Who is known is in the table `known` (`matching`). Each row is kept as it stood, for undoing.
    """
    said: dict[str, Any] = {"constituency": constituency_id, "districts": matching.keys, "record": record_id, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_KNOWN)
        known, came_back = cursor.fetchone()
        cursor.execute(MARK_GONE.format(leaves=LEAVES[full]), said)
        gone = cursor.rowcount
        cursor.execute(DROP)
        cursor.execute(GATHER_CHANGES)
        changed = cursor.rowcount - came_back
        moved = _change(said) if cursor.rowcount else 0
        cursor.execute(ADD, said)
        added = cursor.rowcount + came_back
        if added:
            cursor.execute(ANALYZE)
        cursor.execute(COUNT_LIVING, said)
        total = int(cursor.fetchone()[0])
    return People(added, changed, gone, unchanged=known - came_back - changed, total=total, moved=moved)


def _change(said: dict[str, Any]) -> int:
    """Carry out the changes; returns how many of those who live here live at another door now."""
    with connection.cursor() as cursor:
        for statement in (KEEP_CHANGES, SET_ASIDE, CHANGE):
            cursor.execute(statement, said)
        cursor.execute(COUNT_MOVED)
        return int(cursor.fetchone()[0])
