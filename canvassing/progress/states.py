"""State rows for doors and people: opened when a household or an elector comes, kept true to who lives where.

For writers that change the electorate by the thousand; totals follow by `deltas.settle`. Doors stand while somebody on
the register lives there, or for good when made by hand or from a street list.
"""

from collections.abc import Collection

from django.db import connection

DOORS = """
WITH door AS (
    SELECT household.id, household.constituency_id, street.polling_district_id, street.id AS street_id,
           household.merged_into_id IS NULL AND (household.origin <> 'register' OR EXISTS (
               SELECT FROM canvassing_elector elector
               WHERE elector.household_id = household.id AND elector.gone_at IS NULL
           )) AS standing
    FROM canvassing_street street JOIN canvassing_household household ON household.street_id = street.id
    WHERE street.polling_district_id = ANY(%(districts)s)
)
"""
PEOPLE = """
WITH person AS (
    SELECT elector.id, elector.constituency_id, elector.polling_district_id, household.street_id,
           elector.gone_at IS NULL AS living
    FROM canvassing_elector elector LEFT JOIN canvassing_household household ON household.id = elector.household_id
    WHERE elector.polling_district_id = ANY(%(districts)s)
)
"""
# Only what is missing is tried: a conflict with a row that a phone is changing would wait for that phone, in no order.
# After an import that was tried or refused statistics still call the tables empty, and a plan by nested loops would
# compare every row with every row it has just added.
NO_LOOPS, LOOPS = "SET LOCAL enable_nestloop = off", "SET LOCAL enable_nestloop TO DEFAULT"
OPEN_DOORS = """
INSERT INTO canvassing_householdstate (
    household_id, constituency_id, polling_district_id, street_id, standing, attempts, answers, last_outcome
)
SELECT door.id, door.constituency_id, door.polling_district_id, door.street_id, door.standing, 0, 0, ''
FROM door
WHERE NOT EXISTS (SELECT FROM canvassing_householdstate state WHERE state.household_id = door.id)
ON CONFLICT DO NOTHING
"""
OPEN_PEOPLE = """
INSERT INTO canvassing_electorstate (
    elector_id, constituency_id, polling_district_id, street_id, living, conversations
)
SELECT person.id, person.constituency_id, person.polling_district_id, person.street_id, person.living, 0
FROM person
WHERE NOT EXISTS (SELECT FROM canvassing_electorstate state WHERE state.elector_id = person.id)
ON CONFLICT DO NOTHING
"""
# Rows are locked by key before they are changed: phones take theirs in that order, and nobody waits in a circle.
REFRESH_DOORS = """
, stale AS (
    SELECT state.household_id FROM canvassing_householdstate state JOIN door ON door.id = state.household_id
    WHERE (state.standing, state.street_id, state.polling_district_id)
          IS DISTINCT FROM (door.standing, door.street_id, door.polling_district_id)
    ORDER BY state.household_id FOR UPDATE OF state
)
UPDATE canvassing_householdstate state
SET standing = door.standing, street_id = door.street_id, polling_district_id = door.polling_district_id
FROM stale JOIN door ON door.id = stale.household_id
WHERE state.household_id = stale.household_id
"""
REFRESH_PEOPLE = """
, stale AS (
    SELECT state.elector_id FROM canvassing_electorstate state JOIN person ON person.id = state.elector_id
    WHERE (state.living, state.street_id, state.polling_district_id)
          IS DISTINCT FROM (person.living, person.street_id, person.polling_district_id)
    ORDER BY state.elector_id FOR UPDATE OF state
)
UPDATE canvassing_electorstate state
SET living = person.living, street_id = person.street_id, polling_district_id = person.polling_district_id
FROM stale JOIN person ON person.id = stale.elector_id
WHERE state.elector_id = stale.elector_id
"""


OPEN_MISSING_DOORS = """
INSERT INTO canvassing_householdstate (
    household_id, constituency_id, polling_district_id, street_id, standing, attempts, answers, last_outcome
)
SELECT household.id, household.constituency_id, street.polling_district_id, street.id, false, 0, 0, ''
FROM canvassing_household household JOIN canvassing_street street ON street.id = household.street_id
WHERE household.id = ANY(%(doors)s)
  AND NOT EXISTS (SELECT FROM canvassing_householdstate state WHERE state.household_id = household.id)
ORDER BY household.id
ON CONFLICT DO NOTHING
"""


def open_doors(household_ids: Collection[int]) -> None:
    """Give those of the households that have none a state row; `refresh_standing` says whether they stand."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_MISSING_DOORS, {"doors": sorted(household_ids)})


def open_states(district_ids: Collection[int]) -> None:
    """Give every household and elector of the polling districts its state row; those that have one keep it as it is."""
    _run(district_ids, NO_LOOPS, DOORS + OPEN_DOORS, PEOPLE + OPEN_PEOPLE, LOOPS)


def refresh_standing(district_ids: Collection[int]) -> None:
    """Make the states say which doors stand and who lives, and where, in the polling districts; writes only changes."""
    _run(district_ids, DOORS + REFRESH_DOORS, PEOPLE + REFRESH_PEOPLE)


def _run(district_ids: Collection[int], *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"districts": sorted(district_ids)})
