"""The addresses of the staged rows become streets, blocks and households. Ids never change."""

from dataclasses import dataclass

from django.db import connection

from canvassing.register import journal
from canvassing.register.report import Places

ADD_STREETS = """
INSERT INTO canvassing_street (polling_district_id, name, name_key)
SELECT district.id, min(incoming.street COLLATE "C"), incoming.street_key
FROM incoming JOIN incoming_district district ON district.code = incoming.district
WHERE incoming.street IS NOT NULL
GROUP BY district.id, incoming.street_key ORDER BY district.id, incoming.street_key
ON CONFLICT DO NOTHING
"""
# A street that was merged into another leads there.
GATHER_STREETS = """
CREATE TEMPORARY TABLE incoming_street ON COMMIT DROP AS
SELECT district.code AS district, street.name_key AS street_key, coalesce(street.merged_into_id, street.id) AS street_id
FROM incoming_district district JOIN canvassing_street street ON street.polling_district_id = district.id
WHERE (district.code, street.name_key) IN (SELECT district, street_key FROM incoming)
"""
# One row per door whatever the order of the file's rows: where its people's rows differ in spelling, the least wins.
GATHER_DOORS = """
CREATE TEMPORARY TABLE incoming_door ON COMMIT DROP AS
SELECT street.street_id, incoming.address_key, min(incoming.label COLLATE "C") AS label,
       min(incoming.sort_key) AS sort_key, min(incoming.house_number) AS house_number,
       min(incoming.block COLLATE "C") AS block, min(incoming.block_key) AS block_key,
       coalesce(min(nullif(incoming.postcode, '')), '') AS postcode,
       min(nullif(incoming.postcode, '')) <> max(incoming.postcode) AS has_two_postcodes,
       coalesce(min(nullif(incoming.uprn, '')), '') AS uprn
FROM incoming
JOIN incoming_street street ON street.district = incoming.district AND street.street_key = incoming.street_key
GROUP BY street.street_id, incoming.address_key
"""
TWO_POSTCODES = "SELECT count(*) FROM incoming_door WHERE has_two_postcodes"
COUNT_PRINTED = "SELECT count(*) FROM incoming_door"
ADD_BLOCKS = """
INSERT INTO canvassing_block (street_id, name, name_key)
SELECT street_id, min(block COLLATE "C"), block_key FROM incoming_door WHERE block <> ''
GROUP BY street_id, block_key ORDER BY street_id, block_key
ON CONFLICT DO NOTHING
"""
# ON CONFLICT is for a door that a phone adds at this very moment; phones add theirs in the same order, so nobody waits
# in a circle. ON CONFLICT alone would use up an id for every door known before.
ADD_HOUSEHOLDS = """
INSERT INTO canvassing_household (
    constituency_id, street_id, block_id, label, address_key, sort_key, house_number, postcode, uprn, origin
)
SELECT %(constituency)s, door.street_id, block.id, door.label, door.address_key, door.sort_key, door.house_number,
       door.postcode, door.uprn, 'register'
FROM incoming_door door
LEFT JOIN canvassing_block block ON block.street_id = door.street_id AND block.name_key = door.block_key
WHERE NOT EXISTS (
    SELECT FROM canvassing_household household
    WHERE household.street_id = door.street_id AND household.address_key = door.address_key
)
ORDER BY door.street_id, door.address_key
ON CONFLICT DO NOTHING
"""
# A door found by a canvasser or named in a street list becomes the register's: same row, same id.
CHANGE_HOUSEHOLDS = f"""
WITH changed AS (
    SELECT household.id, to_jsonb(household) AS before, block.id AS block_id, door.label, door.sort_key,
           door.house_number, door.postcode, coalesce(nullif(door.uprn, ''), household.uprn) AS uprn
    FROM incoming_door door
    JOIN canvassing_household household
      ON household.street_id = door.street_id AND household.address_key = door.address_key
    LEFT JOIN canvassing_block block ON block.street_id = door.street_id AND block.name_key = door.block_key
    WHERE household.merged_into_id IS NULL
      AND (household.block_id, household.label, household.sort_key, household.house_number, household.postcode,
           household.origin, household.uprn)
          IS DISTINCT FROM (block.id, door.label, door.sort_key, door.house_number, door.postcode, 'register',
                            coalesce(nullif(door.uprn, ''), household.uprn))
) {journal.keep("household")}
UPDATE canvassing_household household
SET block_id = changed.block_id, label = changed.label, sort_key = changed.sort_key, uprn = changed.uprn,
    house_number = changed.house_number, postcode = changed.postcode, origin = 'register'
FROM changed WHERE household.id = changed.id
"""  # noqa: S608 - our own words
COUNT_HOUSEHOLDS = """
SELECT count(*) FROM canvassing_householdstate WHERE constituency_id = %(constituency)s AND standing
"""
COUNT_STREETS = """
SELECT count(*) FROM canvassing_street street
JOIN canvassing_pollingdistrict district ON district.id = street.polling_district_id
WHERE district.constituency_id = %(constituency)s AND street.merged_into_id IS NULL AND (
    street.origin <> 'register' OR EXISTS (
        SELECT FROM canvassing_householdstate state
        WHERE state.polling_district_id = district.id AND state.street_id = street.id AND state.standing
    )
)
"""


@dataclass(frozen=True, slots=True)
class Made:
    """How many rows were made."""

    streets: int = 0
    households: int = 0


def add_streets() -> int:
    """Make the streets that the staged rows name and nobody knew; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_STREETS)
        made = int(cursor.rowcount)
        cursor.execute(GATHER_STREETS)
        cursor.execute(GATHER_DOORS)
        cursor.execute("ANALYZE incoming_door (street_id, address_key)")
    return made


def add_doors(constituency_id: int, *, record_id: int) -> int:
    """Make the blocks and households that the staged rows name and nobody knew, and correct those known.

    Returns how many households were made.
    """
    with connection.cursor() as cursor:
        cursor.execute(ADD_BLOCKS)
        cursor.execute(ADD_HOUSEHOLDS, {"constituency": constituency_id})
        made = int(cursor.rowcount)
        cursor.execute(COUNT_PRINTED)
        if made < cursor.fetchone()[0]:
            cursor.execute(CHANGE_HOUSEHOLDS, {"record": record_id})
    return made


def with_two_postcodes() -> int:
    """How many of the staged doors are printed with more than one postcode."""
    with connection.cursor() as cursor:
        cursor.execute(TWO_POSTCODES)
        return int(cursor.fetchone()[0])


def count_places(constituency_id: int, made: Made) -> tuple[Places, Places]:
    """Households and streets that count now: with a living elector, made by hand, or from a street list.

    The states must be true already.
    """
    with connection.cursor() as cursor:
        totals = []
        for statement in (COUNT_HOUSEHOLDS, COUNT_STREETS):
            cursor.execute(statement, {"constituency": constituency_id})
            totals.append(int(cursor.fetchone()[0]))
    return Places(made.households, totals[0]), Places(made.streets, totals[1])
