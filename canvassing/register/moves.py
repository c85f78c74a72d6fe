"""Doors that the files print at another address than before: the same row goes there, and its contacts with it.

A door moves only when nobody knows its new address yet, its old one is not in the files, and something besides the
number on the door says that it is the same:

1. the same unique property reference (UPRN): a corrected address, a renamed street, a block renumbered. Where people
   live at the old address of whom the files do not speak, a slip in the reference is likelier, and one of them must
   be printed at the new one;
2. the same number in the road of the same name in another polling district: a district's border was drawn anew, or a
   street list said another district, or none. Two villages have a Church Road each: where the files do not hold the
   old district, the postcode must be the same too;
3. the same number and postcode in another street of its district, and somebody of the same name lives there: a street
   that was renamed.

A street of a street list, of which nobody has said in which district it lies, becomes the street of the one district
that prints its name.
"""

from dataclasses import dataclass

from django.db import connection

from canvassing.register import journal

STREETS_WAIT = """
SELECT EXISTS (
    SELECT FROM canvassing_street street JOIN canvassing_pollingdistrict district
      ON district.id = street.polling_district_id
    WHERE district.constituency_id = %(constituency)s AND district.code = ''
)
"""
ANYTHING_KNOWN = "SELECT EXISTS (SELECT FROM canvassing_household WHERE constituency_id = %(constituency)s)"
# Before the district's own streets are made.
PLACE_STREETS = f"""
WITH wanted AS (
    SELECT incoming.street_key, min(district.id) AS district_id
    FROM incoming JOIN incoming_district district ON district.code = incoming.district
    WHERE incoming.street_key IS NOT NULL GROUP BY 1 HAVING count(DISTINCT district.id) = 1
), changed AS (
    SELECT street.id, to_jsonb(street) AS before, wanted.district_id
    FROM canvassing_street street
    JOIN canvassing_pollingdistrict nowhere ON nowhere.id = street.polling_district_id AND nowhere.code = ''
    JOIN wanted ON wanted.street_key = street.name_key
    WHERE nowhere.constituency_id = %(constituency)s AND NOT EXISTS (
        SELECT FROM canvassing_street known
        WHERE known.polling_district_id = wanted.district_id AND known.name_key = street.name_key
    )
) {journal.keep("street")}
UPDATE canvassing_street street SET polling_district_id = changed.district_id
FROM changed WHERE street.id = changed.id
RETURNING (changed.before ->> 'polling_district_id')::bigint
"""  # noqa: S608 - our own words
GATHER_NEW = """
CREATE TEMPORARY TABLE unknown_door ON COMMIT DROP AS
SELECT door.*, street.polling_district_id AS district_id, street.name_key
FROM incoming_door door JOIN canvassing_street street ON street.id = door.street_id
WHERE NOT EXISTS (
    SELECT FROM canvassing_household household
    WHERE household.street_id = door.street_id AND household.address_key = door.address_key
)
"""
DROP = "DROP TABLE IF EXISTS unknown_door"
# Of several candidates on either side none moves: what is not certain is asked, or stays.
MOVE = """
WITH pair AS ({pairs}), certain AS (
    SELECT * FROM pair
    WHERE (street_id, address_key) IN (SELECT street_id, address_key FROM pair GROUP BY 1, 2 HAVING count(*) = 1)
      AND id IN (SELECT id FROM pair GROUP BY 1 HAVING count(*) = 1)
), changed AS (
    SELECT household.id, to_jsonb(household) AS before, certain.street_id, certain.address_key
    FROM certain JOIN canvassing_household household ON household.id = certain.id
) {keep}, moved AS (
    UPDATE canvassing_household household
    SET street_id = changed.street_id, address_key = changed.address_key, block_id = NULL
    FROM changed WHERE household.id = changed.id
), found AS (
    DELETE FROM unknown_door USING changed
    WHERE unknown_door.street_id = changed.street_id AND unknown_door.address_key = changed.address_key
)
SELECT changed.id, street.polling_district_id FROM changed
JOIN canvassing_street street ON street.id = (changed.before ->> 'street_id')::bigint
"""
NOT_PRINTED = """
household.constituency_id = %(constituency)s AND household.merged_into_id IS NULL AND NOT EXISTS (
    SELECT FROM incoming_door printed
    WHERE printed.street_id = household.street_id AND printed.address_key = household.address_key
)
"""
SAME_NAME_THERE = """
EXISTS (
    SELECT FROM canvassing_elector elector
    JOIN incoming ON incoming.name_key = elector.name_key AND incoming.name_key <> ''
    JOIN incoming_street street ON street.district = incoming.district AND street.street_key = incoming.street_key
    WHERE elector.household_id = household.id AND elector.gone_at IS NULL
      AND street.street_id = door.street_id AND incoming.address_key = door.address_key
)
"""
BY_UPRN = f"""
SELECT household.id, door.street_id, door.address_key
FROM unknown_door door JOIN canvassing_household household ON household.uprn = door.uprn
JOIN canvassing_street road ON road.id = household.street_id
WHERE door.uprn <> '' AND household.uprn <> '' AND {NOT_PRINTED} AND (
    {SAME_NAME_THERE} OR (%(full)s AND road.polling_district_id IN (SELECT id FROM incoming_district))
    OR NOT EXISTS (
        SELECT FROM canvassing_elector living WHERE living.household_id = household.id AND living.gone_at IS NULL
    )
)
"""  # noqa: S608
BY_ROAD = f"""
SELECT household.id, door.street_id, door.address_key
FROM unknown_door door
JOIN canvassing_street road ON road.name_key = door.name_key AND road.polling_district_id <> door.district_id
JOIN canvassing_pollingdistrict district ON district.id = road.polling_district_id
JOIN canvassing_household household ON household.street_id = road.id AND household.address_key = door.address_key
WHERE {NOT_PRINTED} AND (
    district.code = ''
    OR ({SAME_NAME_THERE} AND (
        district.id IN (SELECT id FROM incoming_district) OR household.postcode IN ('', door.postcode)
    ))
    OR (district.id IN (SELECT id FROM incoming_district) AND household.postcode = door.postcode)
)
"""  # noqa: S608
BY_NEIGHBOURS = f"""
SELECT household.id, door.street_id, door.address_key
FROM unknown_door door
JOIN canvassing_street renamed ON renamed.polling_district_id = door.district_id AND renamed.id <> door.street_id
JOIN canvassing_household household ON household.street_id = renamed.id AND household.address_key = door.address_key
WHERE household.postcode = door.postcode AND {NOT_PRINTED} AND {SAME_NAME_THERE}
  AND NOT EXISTS (SELECT FROM incoming_street printed WHERE printed.street_id = renamed.id)
"""  # noqa: S608
ANALYZE = "ANALYZE unknown_door; CREATE INDEX ON incoming (street_key, address_key); ANALYZE incoming"


@dataclass(frozen=True, slots=True)
class Moved:
    """The doors that went to another address, and the districts where they stood before."""

    arrived: tuple[int, ...] = ()
    districts: frozenset[int] = frozenset()

    @property
    def doors(self) -> int:
        return len(self.arrived)


def place_streets(constituency_id: int, *, record_id: int) -> frozenset[int]:
    """Streets without a district become the files'; returns the districts they stood in before."""
    with connection.cursor() as cursor:
        cursor.execute(STREETS_WAIT, {"constituency": constituency_id})
        if not cursor.fetchone()[0]:
            return frozenset()
        cursor.execute(PLACE_STREETS, {"constituency": constituency_id, "record": record_id})
        return frozenset(row[0] for row in cursor.fetchall())


def move_doors(constituency_id: int, *, full: bool, record_id: int) -> Moved:
    """Send doors where the files print them now. An update says too little of streets for more than a UPRN."""
    known = {"constituency": constituency_id, "record": record_id, "full": full}
    left: list[tuple[int, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(ANYTHING_KNOWN, known)
        if not cursor.fetchone()[0]:
            return Moved()
        cursor.execute(DROP)
        cursor.execute(GATHER_NEW)
        if cursor.rowcount:
            cursor.execute(ANALYZE)
            for pairs in (BY_UPRN, BY_ROAD, BY_NEIGHBOURS) if full else (BY_UPRN,):
                cursor.execute(MOVE.format(pairs=pairs, keep=journal.keep("household")), known)
                left += cursor.fetchall()
        cursor.execute(DROP)
    return Moved(tuple(door for door, _ in left), frozenset(district for _, district in left))
