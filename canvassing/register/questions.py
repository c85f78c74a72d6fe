"""What an import could not decide, put into the review queue. A question asked before is not asked again."""

from datetime import datetime

from django.db import connection

CREATE = """
DROP TABLE IF EXISTS question;
CREATE TEMPORARY TABLE question (
    kind text, key text, polling_district_id bigint, household_id bigint, other_household_id bigint, elector_id bigint,
    other_elector_id bigint, confidence integer, reason text, place integer
) ON COMMIT DROP
"""
# Somebody who is not on the register any more, and somebody new at the same door with one of the forenames: married?
# A surname alone says little, for families share it.
GATHER_DOUBTFUL = """
CREATE TEMPORARY TABLE doubtful ON COMMIT DROP AS
SELECT DISTINCT ON (person.place) person.place, person.district_id, elector.id AS elector_id, person.household_id,
       CASE WHEN split_part(person.name_key, ' ', 2) = split_part(elector.name_key, ' ', 2) THEN 70 ELSE 50 END
       AS confidence
FROM unknown person
JOIN left_over elector ON elector.household_id = person.household_id AND NOT elector.gone
WHERE person.name_key <> '' AND elector.name_key <> '' AND EXISTS (
    SELECT name FROM unnest((string_to_array(person.name_key, ' '))[2:]) name WHERE length(name) > 1
    INTERSECT SELECT unnest((string_to_array(elector.name_key, ' '))[2:])
)
ORDER BY person.place, confidence DESC, elector.id
"""
ASK_DOUBTFUL = """
INSERT INTO question (kind, key, polling_district_id, household_id, elector_id, other_elector_id, confidence, reason)
SELECT DISTINCT ON (doubtful.elector_id) 'same_person',
       'same_person:' || doubtful.elector_id || ':' || added.id, doubtful.district_id, doubtful.household_id,
       doubtful.elector_id, added.id, doubtful.confidence,
       'One left this door and one came, with a forename in common and other surnames.'
FROM doubtful
JOIN incoming_person person ON person.place = doubtful.place
JOIN canvassing_elector added
  ON added.polling_district_id = person.district_id AND added.edition = person.edition
 AND added.number = person.number AND added.suffix = person.suffix AND added.gone_at IS NULL
ORDER BY doubtful.elector_id, doubtful.confidence DESC, added.id
"""
# Across editions nothing but the order of their numbers tells two people of one name at one door apart.
GATHER_NAMESAKES = """
CREATE TEMPORARY TABLE namesake ON COMMIT DROP AS
SELECT person.household_id, person.district_id, person.edition, min(elector.id) AS elector_id,
       max(elector.id) AS other_elector_id, NULL::integer AS newcomer,
       'Two people of one name live here. Their new numbers are in the old order.' AS reason
FROM known
JOIN incoming_person person ON person.place = known.place
JOIN canvassing_elector elector ON elector.id = known.elector_id
WHERE NOT known.unmoved AND elector.edition <> person.edition AND person.name_key = elector.name_key
  AND person.household_id IS NOT NULL AND person.name_key <> ''
GROUP BY person.household_id, person.district_id, person.edition, person.name_key HAVING count(*) > 1
"""
# Where two were and one is, or one was and two are, nothing at all says which.
GATHER_ONE_OF_TWO = """
WITH stayed AS (
    SELECT person.household_id, person.district_id, person.edition, person.name_key, min(elector.id) AS elector_id
    FROM known
    JOIN incoming_person person ON person.place = known.place
    JOIN canvassing_elector elector ON elector.id = known.elector_id
    WHERE NOT known.unmoved AND elector.edition <> person.edition AND person.name_key = elector.name_key
      AND person.household_id IS NOT NULL AND person.name_key <> ''
    GROUP BY 1, 2, 3, 4
)
INSERT INTO namesake
SELECT household_id, stayed.district_id, stayed.edition, elector_id, other.id, NULL,
       'Two people of one name lived here, and one has gone. By the order of their numbers it was the second.'
FROM stayed JOIN left_over other USING (household_id, name_key) WHERE NOT other.gone
UNION ALL
SELECT household_id, stayed.district_id, stayed.edition, elector_id, NULL, other.place,
       'One person lived here, and two of that name do. By the order of their numbers the second is new.'
FROM stayed JOIN unknown other USING (household_id, name_key)
"""
ASK_NAMESAKES = """
INSERT INTO question (kind, key, polling_district_id, household_id, elector_id, other_elector_id, confidence, reason)
SELECT 'namesakes', concat_ws(':', 'namesakes', namesake.edition, elector_id, coalesce(other_elector_id, added.id)),
       namesake.district_id, namesake.household_id, elector_id, coalesce(other_elector_id, added.id), 80,
       namesake.reason
FROM namesake
LEFT JOIN incoming_person person ON person.place = namesake.newcomer
LEFT JOIN canvassing_elector added
  ON added.polling_district_id = person.district_id AND added.edition = person.edition
 AND added.number = person.number AND added.suffix = person.suffix AND added.gone_at IS NULL
"""
# A door found by a canvasser or named in a street list, which the register prints in another way or divides into flats.
# These few are found first: the planner does not know how few, and might pair all doors of a street before it looks.
ASK_DOORS = """
WITH known AS MATERIALIZED (
    SELECT door.id, door.street_id, door.house_number
    FROM (SELECT DISTINCT street_id FROM incoming_street) here
    JOIN canvassing_household door
      ON door.street_id = here.street_id AND door.origin <> 'register' AND door.merged_into_id IS NULL
    WHERE NOT EXISTS (
        SELECT FROM incoming_door printed
        WHERE printed.street_id = door.street_id AND printed.address_key = door.address_key
    )
)
INSERT INTO question (kind, key, polling_district_id, household_id, other_household_id, confidence, reason)
SELECT DISTINCT ON (known.id) 'same_door', 'same_door:' || known.id || ':' || printed.id, street.polling_district_id,
       known.id, printed.id, CASE WHEN count(*) OVER (PARTITION BY known.id) = 1 THEN 60 ELSE 30 END,
       'A door known before the register has the number of one that the register prints in another way.'
FROM known
JOIN canvassing_street street ON street.id = known.street_id
JOIN canvassing_household printed
  ON printed.street_id = known.street_id AND printed.origin = 'register' AND printed.merged_into_id IS NULL
 AND printed.id <> known.id AND printed.house_number = known.house_number
ORDER BY known.id, printed.sort_key, printed.id
"""
KEEP = """
INSERT INTO canvassing_reviewitem (
    kind, key, polling_district_id, household_id, other_household_id, elector_id, other_elector_id, confidence, reason,
    record_id, found_at, answer
)
SELECT kind, key, polling_district_id, household_id, other_household_id, elector_id, other_elector_id, confidence,
       reason, %(record)s, %(at)s, ''
FROM question ORDER BY key
ON CONFLICT DO NOTHING
"""
COUNT_OPEN = """
SELECT count(*) FROM canvassing_reviewitem item
WHERE item.settled_at IS NULL AND item.key IN (SELECT key FROM question)
"""


def begin() -> None:
    """Open the table in which the import's steps ask."""
    _run(CREATE)


def note_people() -> None:
    """See who is doubtful, before electors change."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS doubtful, namesake")
        cursor.execute("SELECT to_regclass('pg_temp.unknown') IS NOT NULL")
        (some_unknown,) = cursor.fetchone()
        cursor.execute(GATHER_NAMESAKES)
        if some_unknown:
            cursor.execute(GATHER_DOUBTFUL)
            cursor.execute(GATHER_ONE_OF_TWO)


def ask_people() -> None:
    """Ask about them, once those added have keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.doubtful') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(ASK_DOUBTFUL)
        cursor.execute(ASK_NAMESAKES)


def ask_doors() -> None:
    """Ask about doors known before the register that it prints in another way."""
    _run(ASK_DOORS)


def keep(*, record_id: int, at: datetime) -> int:
    """Put what was asked into the queue; returns how many of these questions are open, asked now or before."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"record": record_id, "at": at})
        cursor.execute(COUNT_OPEN)
        return int(cursor.fetchone()[0])


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
