"""The staged electors become the register's: who is known by number or by name and address, who is new, who has gone.

Within an edition an elector number says who somebody is, unless the name tells otherwise. A person whose name changed
in part at the same household (marriage, a corrected forename) is the same person, changed. Somebody with wholly another
name, or with another name at another household, is another person: the old one has gone, a new one is added. So is an
entry that becomes anonymous: nothing may lead from it to the name and the door it had.

Across editions, numbers mean nothing: name and household together do, and several people of one name at one household
are told apart by the order of their numbers. Somebody who had gone and is back gets the old row again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from canvassing.register.doors import District
from canvassing.register.report import People, RegisterRefused

GATHER_PEOPLE = """
CREATE TEMPORARY TABLE incoming_person ON COMMIT DROP AS
SELECT incoming.place, district.id AS district_id, district.edition,
       coalesce(household.merged_into_id, household.id) AS household_id, incoming.number, incoming.suffix,
       incoming.surname, incoming.forename, incoming.name_key, incoming.marker, incoming.attains_on, incoming.anonymous
FROM incoming
JOIN canvassing_pollingdistrict district
  ON district.code = incoming.district AND district.constituency_id = %(constituency)s
LEFT JOIN canvassing_street street
  ON street.polling_district_id = district.id AND street.name_key = incoming.street_key
LEFT JOIN canvassing_household household
  ON household.street_id = street.id AND household.address_key = incoming.address_key
"""
MATCH_BY_NUMBER = """
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT person.place, person.district_id, elector.id AS elector_id, false AS came_back,
       person.name_key <> elector.name_key AND person.name_key <> '' AND elector.name_key <> '' AS renamed,
       person.name_key = elector.name_key OR (
           person.household_id IS NOT DISTINCT FROM elector.household_id AND EXISTS (
               SELECT name FROM unnest(string_to_array(person.name_key, ' ')) name WHERE length(name) > 1
               INTERSECT SELECT unnest(string_to_array(elector.name_key, ' '))
           )
       ) AS same_person
FROM incoming_person person
JOIN canvassing_elector elector
  ON elector.polling_district_id = person.district_id AND elector.edition = person.edition
 AND elector.number = person.number AND elector.suffix = person.suffix AND elector.gone_at IS NULL
WHERE person.district_id = ANY(%(same_edition)s)
"""
FIND_RENUMBERED = """
SELECT district_id FROM known GROUP BY district_id
HAVING count(*) FILTER (WHERE renamed) * 100 > count(*) * %(percent)s ORDER BY district_id
"""
FORGET_OTHER_PEOPLE = "DELETE FROM known WHERE NOT same_person"
MATCH_THOSE_BACK_BY_NUMBER = """
INSERT INTO known
SELECT DISTINCT ON (person.place) person.place, person.district_id, elector.id, true, false, true
FROM incoming_person person
JOIN canvassing_elector elector
  ON elector.polling_district_id = person.district_id AND elector.edition = person.edition
 AND elector.number = person.number AND elector.suffix = person.suffix AND elector.name_key = person.name_key
 AND elector.gone_at IS NOT NULL
WHERE person.district_id = ANY(%(same_edition)s) AND NOT EXISTS (SELECT FROM known WHERE known.place = person.place)
ORDER BY person.place, elector.gone_at DESC, elector.id DESC
"""
MATCH_BY_NAME_AND_DOOR = """
INSERT INTO known
SELECT person.place, person.district_id, elector.id, elector.gone_at IS NOT NULL, false, true
FROM (
    SELECT place, district_id, household_id, name_key, row_number() OVER (
        PARTITION BY household_id, name_key ORDER BY lpad(number, 12, '0'), lpad(suffix, 12, '0')
    ) AS rank
    FROM incoming_person WHERE household_id IS NOT NULL AND name_key <> '' AND district_id = ANY(%(new_edition)s)
) person
JOIN (
    SELECT elector.id, elector.gone_at, elector.name_key,
           coalesce(household.merged_into_id, household.id) AS household_id,
           row_number() OVER (
               PARTITION BY coalesce(household.merged_into_id, household.id), elector.name_key
               ORDER BY elector.gone_at DESC NULLS FIRST, lpad(elector.number, 12, '0'),
                        lpad(elector.suffix, 12, '0'), elector.id
           ) AS rank
    FROM canvassing_elector elector JOIN canvassing_household household ON household.id = elector.household_id
    WHERE elector.polling_district_id = ANY(%(new_edition)s) AND elector.name_key <> ''
) elector USING (household_id, name_key, rank)
"""
FIND_LOSSES = """
SELECT elector.polling_district_id, count(*), count(*) FILTER (WHERE known.elector_id IS NULL)
FROM canvassing_elector elector LEFT JOIN known ON known.elector_id = elector.id
WHERE elector.polling_district_id = ANY(%(districts)s) AND elector.gone_at IS NULL
GROUP BY 1 HAVING count(*) FILTER (WHERE known.elector_id IS NULL) * 100 > count(*) * %(percent)s ORDER BY 1
"""
MARK_GONE = """
UPDATE canvassing_elector elector SET gone_at = %(at)s
WHERE elector.polling_district_id = ANY(%(districts)s) AND elector.gone_at IS NULL
  AND NOT EXISTS (SELECT FROM known WHERE known.elector_id = elector.id)
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
# Without these a planner that knows nothing of the tables yet may compare every row with every row.
INDEX_PEOPLE = "CREATE UNIQUE INDEX ON incoming_person (place)"
INDEX_KNOWN = "CREATE INDEX ON known (elector_id); CREATE INDEX ON known (place)"
ANALYZE = """
ANALYZE canvassing_household (street_id), canvassing_elector (polling_district_id, household_id, edition, gone_at)
"""
COUNT_KNOWN = "SELECT count(*), count(*) FILTER (WHERE came_back) FROM known"
COUNT_LIVING = "SELECT count(*) FROM canvassing_elector WHERE constituency_id = %(constituency)s AND gone_at IS NULL"

MOST_RENAMED = 20
"""Per cent of a district's numbers that may have another name before the file looks renumbered."""
MOST_LOST = 20
"""Per cent of a district's electors that a full file may leave out: the only guard against one cut at a row's end."""


def match(
    *, constituency_id: int, same_edition: Sequence[District], new_edition: Sequence[District], accept_losses: bool
) -> None:
    """Find out which staged rows are electors known before; writes no row of the register.

    Raises RegisterRefused where numbers look renumbered, or where too many electors would be gone and nobody accepted
    that.
    """
    districts = {district.pk: district.code for district in (*same_edition, *new_edition)}
    ids: dict[str, Any] = {
        "constituency": constituency_id,
        "districts": list(districts),
        "same_edition": [district.pk for district in same_edition],
        "new_edition": [district.pk for district in new_edition],
    }
    with connection.cursor() as cursor:
        cursor.execute(GATHER_PEOPLE, ids)
        cursor.execute(INDEX_PEOPLE)
        cursor.execute("ANALYZE incoming_person (place, district_id, household_id)")
        cursor.execute(MATCH_BY_NUMBER, ids)
        cursor.execute(INDEX_KNOWN)
        cursor.execute(FIND_RENUMBERED, {"percent": MOST_RENAMED})
        _refuse_renumbered([districts[pk] for (pk,) in cursor.fetchall()])
        cursor.execute(FORGET_OTHER_PEOPLE)
        cursor.execute(MATCH_THOSE_BACK_BY_NUMBER, ids)
        cursor.execute(MATCH_BY_NAME_AND_DOOR, ids)
        cursor.execute("ANALYZE known")
        if not accept_losses:
            cursor.execute(FIND_LOSSES, ids | {"percent": MOST_LOST})
            _refuse_losses([f"{districts[pk]} ({gone:,} of {all_:,})" for pk, all_, gone in cursor.fetchall()])


def apply(*, constituency_id: int, districts: Sequence[District], at: datetime) -> People:
    """Mark those gone whom the files leave out, change those known, add the rest; rows without a change stay."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_KNOWN)
        known, came_back = cursor.fetchone()
        cursor.execute(MARK_GONE, {"districts": [district.pk for district in districts], "at": at})
        gone = cursor.rowcount
        cursor.execute(CHANGE)
        changed = cursor.rowcount - came_back
        cursor.execute(ADD, {"constituency": constituency_id})
        added = cursor.rowcount + came_back
        if added:
            cursor.execute(ANALYZE)
        cursor.execute(COUNT_LIVING, {"constituency": constituency_id})
        total = int(cursor.fetchone()[0])
    return People(added, changed, gone, unchanged=known - came_back - changed, total=total)


def _refuse_renumbered(codes: Sequence[str]) -> None:
    if codes:
        raise RegisterRefused(
            f"polling district {', '.join(codes)} looks renumbered: more than {MOST_RENAMED} % of its elector numbers "
            "have another name than before. Say which edition the file belongs to."
        )


def _refuse_losses(losses: Sequence[str]) -> None:
    if losses:
        raise RegisterRefused(
            f"more than {MOST_LOST} % of the electors would be gone in polling district {', '.join(losses)}. "
            "The file may have been cut off. If it is right, accept the losses."
        )
