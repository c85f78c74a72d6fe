"""The places of the staged rows become polling districts, streets, blocks and households. Ids never change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from canvassing.register.report import Places

ADD_DISTRICTS = """
INSERT INTO canvassing_pollingdistrict (constituency_id, code)
SELECT DISTINCT %(constituency)s::bigint, district FROM incoming ORDER BY district
ON CONFLICT DO NOTHING
"""
# Living electors tell a district's edition where nobody wrote it down.
DISTRICTS = """
SELECT district.id, district.code, coalesce(district.edition, (
    SELECT max(elector.edition) FROM canvassing_elector elector
    WHERE elector.polling_district_id = district.id AND elector.gone_at IS NULL
))
FROM canvassing_pollingdistrict district
WHERE district.constituency_id = %(constituency)s AND district.code IN (SELECT district FROM incoming)
ORDER BY district.id
"""
SET_EDITIONS = """
UPDATE canvassing_pollingdistrict district SET edition = said.edition
FROM unnest(%(districts)s::bigint[], %(editions)s::date[]) said (id, edition)
WHERE district.id = said.id AND district.edition IS DISTINCT FROM said.edition
"""
LEFT_BEHIND = """
SELECT district.code, coalesce(district.edition, max(elector.edition)), count(*)
FROM canvassing_pollingdistrict district
JOIN canvassing_elector elector ON elector.polling_district_id = district.id AND elector.gone_at IS NULL
WHERE district.constituency_id = %(constituency)s AND district.id <> ALL(%(districts)s)
GROUP BY district.id HAVING coalesce(district.edition, max(elector.edition)) < %(edition)s
ORDER BY district.code
"""
ADD_STREETS = """
INSERT INTO canvassing_street (polling_district_id, name, name_key)
SELECT district.id, min(incoming.street COLLATE "C"), incoming.street_key
FROM incoming JOIN canvassing_pollingdistrict district ON district.code = incoming.district
WHERE district.constituency_id = %(constituency)s AND incoming.street IS NOT NULL
GROUP BY district.id, incoming.street_key ORDER BY district.id, incoming.street_key
ON CONFLICT DO NOTHING
"""
# One row per door whatever the order of the file's rows: where its people's rows differ in spelling, the least wins.
GATHER_DOORS = """
CREATE TEMPORARY TABLE incoming_door ON COMMIT DROP AS
SELECT street.id AS street_id, incoming.address_key, min(incoming.label COLLATE "C") AS label,
       min(incoming.sort_key) AS sort_key, min(incoming.house_number) AS house_number,
       min(incoming.block COLLATE "C") AS block, min(incoming.block_key) AS block_key,
       coalesce(min(nullif(incoming.postcode, '')), '') AS postcode
FROM incoming
JOIN canvassing_pollingdistrict district
  ON district.code = incoming.district AND district.constituency_id = %(constituency)s
JOIN canvassing_street street
  ON street.polling_district_id = district.id AND street.name_key = incoming.street_key
GROUP BY street.id, incoming.address_key
"""
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
    constituency_id, street_id, block_id, label, address_key, sort_key, house_number, postcode, origin
)
SELECT %(constituency)s, door.street_id, block.id, door.label, door.address_key, door.sort_key, door.house_number,
       door.postcode, 'register'
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
CHANGE_HOUSEHOLDS = """
UPDATE canvassing_household household
SET block_id = block.id, label = door.label, sort_key = door.sort_key, house_number = door.house_number,
    postcode = door.postcode, origin = 'register'
FROM incoming_door door
LEFT JOIN canvassing_block block ON block.street_id = door.street_id AND block.name_key = door.block_key
WHERE household.street_id = door.street_id AND household.address_key = door.address_key
  AND household.merged_into_id IS NULL
  AND (household.block_id, household.label, household.sort_key, household.house_number, household.postcode,
       household.origin)
      IS DISTINCT FROM (block.id, door.label, door.sort_key, door.house_number, door.postcode, 'register')
"""
COUNT_HOUSEHOLDS = """
SELECT count(*) FROM canvassing_householdstate WHERE constituency_id = %(constituency)s AND standing
"""
COUNT_STREETS = """
SELECT count(*) FROM canvassing_street street
JOIN canvassing_pollingdistrict district ON district.id = street.polling_district_id
WHERE district.constituency_id = %(constituency)s AND (
    EXISTS (
        SELECT FROM canvassing_householdstate state
        WHERE state.polling_district_id = district.id AND state.street_id = street.id AND state.standing
    )
    OR NOT EXISTS (SELECT FROM canvassing_household household WHERE household.street_id = street.id)
)
"""


@dataclass(frozen=True, slots=True)
class District:
    """A polling district of the files, with the edition its electors' numbers have until now."""

    pk: int
    code: str
    edition: date | None


@dataclass(frozen=True, slots=True)
class Made:
    """How many rows were made."""

    streets: int
    households: int


def add_districts(constituency_id: int) -> list[District]:
    """The polling districts of the staged rows; those not known yet are made, without a ward."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_DISTRICTS, {"constituency": constituency_id})
        cursor.execute(DISTRICTS, {"constituency": constituency_id})
        return [District(*row) for row in cursor.fetchall()]


def set_editions(districts: Sequence[District], editions: Sequence[date]) -> None:
    """Write down which edition each district's numbers belong to from now on."""
    with connection.cursor() as cursor:
        cursor.execute(SET_EDITIONS, {"districts": [d.pk for d in districts], "editions": list(editions)})


def left_behind(constituency_id: int, districts: Sequence[District], edition: date) -> list[tuple[str, date, int]]:
    """The other polling districts that are at an older edition than `edition`, each with it and its living electors.

    A council may not have sent their files yet; or it gave a district another code, whose electors are there twice.
    """
    ids = [district.pk for district in districts]
    with connection.cursor() as cursor:
        cursor.execute(LEFT_BEHIND, {"constituency": constituency_id, "districts": ids, "edition": edition})
        return list(cursor.fetchall())


def add_doors(constituency_id: int) -> Made:
    """Make the streets, blocks and households that the staged rows name and nobody knew, and correct those known."""
    known = {"constituency": constituency_id}
    with connection.cursor() as cursor:
        cursor.execute(ADD_STREETS, known)
        streets = cursor.rowcount
        cursor.execute(GATHER_DOORS, known)
        cursor.execute("ANALYZE incoming_door (street_id, address_key)")
        cursor.execute(ADD_BLOCKS)
        cursor.execute(ADD_HOUSEHOLDS, known)
        households = cursor.rowcount
        cursor.execute(CHANGE_HOUSEHOLDS)
    return Made(streets, households)


def count_places(constituency_id: int, made: Made) -> tuple[Places, Places]:
    """Households and streets that count now: with a living elector, made by hand, or from a street list.

    The states must be true already. A street without any household is from a street list.
    """
    with connection.cursor() as cursor:
        totals = []
        for statement in (COUNT_HOUSEHOLDS, COUNT_STREETS):
            cursor.execute(statement, {"constituency": constituency_id})
            totals.append(int(cursor.fetchone()[0]))
    return Places(made.households, totals[0]), Places(made.streets, totals[1])
