"""Which staged electors are known before: by number and name, by name and door, and by what is left of either.

Within an edition a number and a name say who somebody is, but councils also close gaps: one elector is taken out and
all that follow move up. So a number alone proves nothing, and the strongest evidence is used up first:

1. the same number, name and household: nothing moved;
2. the same name and household, whatever the number. Several of one name at one household are told apart by the order
   of their numbers;
3. the same number and name elsewhere: moved within the district;
4. the same, for those who had gone: whoever is back gets the old row again;
5. the same number at the same household and part of the name: marriage, or a corrected forename.

Whoever is left is somebody new, or has gone. So is an entry that becomes anonymous: nothing may lead from it to the
name and the door it had. Across editions numbers mean nothing, and neither do they in a district whose numbers are new
though its edition is not: only name and household together tell who somebody is.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from canvassing.register.doors import District
from canvassing.register.report import RegisterRefused

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
# Electors of an older edition have other editions than the staged rows, which carry their district's present one.
MATCH_BY_NUMBER = """
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT person.place, person.district_id, elector.id AS elector_id, false AS came_back,
       person.name_key <> elector.name_key AND person.name_key <> '' AND elector.name_key <> '' AS renamed,
       person.name_key = elector.name_key AND person.anonymous = elector.anonymous
       AND person.household_id IS NOT DISTINCT FROM elector.household_id AS unmoved
FROM incoming_person person
JOIN canvassing_elector elector
  ON elector.polling_district_id = person.district_id AND elector.edition = person.edition
 AND elector.number = person.number AND elector.suffix = person.suffix AND elector.gone_at IS NULL
"""
FIND_RENUMBERED = """
SELECT district_id FROM known GROUP BY district_id
HAVING count(*) FILTER (WHERE renamed) * 100 > count(*) * %(percent)s ORDER BY district_id
"""
KEEP_UNMOVED = "DELETE FROM known WHERE NOT unmoved OR district_id = ANY(%(renumbered)s)"
LEFT_OVER = """
SELECT elector.id, elector.polling_district_id AS district_id, elector.edition, elector.number, elector.suffix,
       elector.name_key, elector.anonymous, elector.gone_at, elector.gone_at IS NOT NULL AS gone,
       coalesce(household.merged_into_id, household.id) AS household_id
FROM canvassing_elector elector LEFT JOIN canvassing_household household ON household.id = elector.household_id
"""
GATHER_LEFT_OVER = f"""
CREATE TEMPORARY TABLE left_over ON COMMIT DROP AS {LEFT_OVER}
WHERE elector.polling_district_id = ANY(%(districts)s)
  AND NOT EXISTS (SELECT FROM known WHERE known.elector_id = elector.id)
"""
GATHER_UNKNOWN = """
CREATE TEMPORARY TABLE unknown ON COMMIT DROP AS
SELECT * FROM incoming_person person WHERE NOT EXISTS (SELECT FROM known WHERE known.place = person.place)
"""
# Two John Smiths at 3 High Street were 7 and 8 and are 6 and 7 now: who is 7 is told by their order, not by the number.
RELEASE_NAMESAKES = f"""
WITH torn AS (
    SELECT district_id, household_id, name_key FROM unknown WHERE name_key <> ''
    INTERSECT SELECT district_id, household_id, name_key FROM left_over WHERE NOT gone
), released AS (
    DELETE FROM known USING incoming_person person, torn
    WHERE person.place = known.place AND person.district_id = torn.district_id
      AND person.household_id = torn.household_id AND person.name_key = torn.name_key
    RETURNING known.place, known.elector_id
), electors AS (
    INSERT INTO left_over {LEFT_OVER} JOIN released ON released.elector_id = elector.id
)
INSERT INTO unknown SELECT person.* FROM incoming_person person JOIN released ON released.place = person.place
"""  # noqa: S608 - our own words
BY_NAME_AND_DOOR = """
WITH pair AS (
    SELECT person.place, elector.id, elector.gone
    FROM (
        SELECT place, district_id, household_id, name_key, row_number() OVER (
            PARTITION BY district_id, household_id, name_key ORDER BY lpad(number, 12, '0'), lpad(suffix, 12, '0')
        ) AS rank
        FROM unknown WHERE household_id IS NOT NULL AND name_key <> ''
    ) person
    JOIN (
        SELECT id, gone, district_id, household_id, name_key, row_number() OVER (
            PARTITION BY district_id, household_id, name_key
            ORDER BY gone_at DESC, lpad(number, 12, '0'), lpad(suffix, 12, '0'), id
        ) AS rank
        FROM left_over WHERE gone = %(gone)s AND household_id IS NOT NULL AND name_key <> ''
    ) elector USING (district_id, household_id, name_key, rank)
)
"""
BY_NUMBER_AND_NAME = """
WITH pair AS (
    SELECT DISTINCT ON (person.place) person.place, elector.id, elector.gone
    FROM unknown person JOIN left_over elector USING (district_id, edition, number, suffix, name_key, anonymous)
    WHERE elector.gone = %(gone)s AND (gone OR name_key <> '') AND district_id <> ALL(%(renumbered)s)
    ORDER BY person.place, elector.gone_at DESC, elector.id DESC
)
"""
# Where a housemate's number is another one now, the numbers of this household have moved and prove nothing.
BY_NUMBER_AND_PART_OF_NAME = """
WITH pair AS (
    SELECT person.place, elector.id, elector.gone
    FROM unknown person JOIN left_over elector USING (district_id, edition, number, suffix, household_id)
    WHERE NOT elector.gone AND district_id <> ALL(%(renumbered)s) AND EXISTS (
        SELECT name FROM unnest(string_to_array(person.name_key, ' ')) name WHERE length(name) > 1
        INTERSECT SELECT unnest(string_to_array(elector.name_key, ' '))
    ) AND NOT EXISTS (
        SELECT FROM incoming_person housemate JOIN known USING (place)
        JOIN canvassing_elector before ON before.id = known.elector_id
        WHERE NOT known.unmoved AND housemate.household_id = person.household_id
          AND (before.number, before.suffix) <> (housemate.number, housemate.suffix)
    )
)
"""
TAKE_PAIRS = """
, placed AS (DELETE FROM unknown USING pair WHERE unknown.place = pair.place),
taken AS (DELETE FROM left_over USING pair WHERE left_over.id = pair.id)
INSERT INTO known (place, elector_id, came_back, unmoved) SELECT place, id, gone, false FROM pair
"""
STEPS = (
    (BY_NAME_AND_DOOR, False),
    (BY_NUMBER_AND_NAME, False),
    (BY_NUMBER_AND_NAME, True),
    (BY_NAME_AND_DOOR, True),
    (BY_NUMBER_AND_PART_OF_NAME, False),
)
"""Each step and whether it looks among those who had gone."""
FIND_LOSSES = """
SELECT elector.polling_district_id, count(*), count(*) FILTER (WHERE known.elector_id IS NULL)
FROM canvassing_elector elector LEFT JOIN known ON known.elector_id = elector.id
WHERE elector.polling_district_id = ANY(%(districts)s) AND elector.gone_at IS NULL
GROUP BY 1 HAVING count(*) FILTER (WHERE known.elector_id IS NULL) * 100 > count(*) * %(percent)s ORDER BY 1
"""
# Without these a planner that knows nothing of the tables yet may compare every row with every row.
INDEX_PEOPLE = "CREATE UNIQUE INDEX ON incoming_person (place)"
INDEX_KNOWN = "CREATE INDEX ON known (elector_id); CREATE INDEX ON known (place)"

MOST_RENAMED = 20
"""Per cent of a district's numbers that may have another name before the file looks renumbered."""
MOST_LOST = 20
"""Per cent of a district's electors that a full file may leave out: the only guard against one cut at a row's end."""


def match(*, constituency_id: int, districts: Sequence[District], edition_said: bool, accept_losses: bool) -> None:
    """Find out which staged rows are electors known before; writes no row of the register.

    A district that looks renumbered within its edition is matched by name and door when the edition was said: then the
    numbers known before are the wrong ones, as after an old file that was taken for the new edition. Raises
    RegisterRefused when it was not said, and where too many electors would be gone and nobody accepted that.
    """
    codes = {district.pk: district.code for district in districts}
    with connection.cursor() as cursor:
        cursor.execute(GATHER_PEOPLE, {"constituency": constituency_id})
        cursor.execute(INDEX_PEOPLE)
        cursor.execute("ANALYZE incoming_person (place, district_id, household_id)")
        cursor.execute(MATCH_BY_NUMBER)
        cursor.execute(INDEX_KNOWN)
        cursor.execute(FIND_RENUMBERED, {"percent": MOST_RENAMED})
        renumbered = [pk for (pk,) in cursor.fetchall()]
        if not edition_said:
            _refuse_renumbered([codes[pk] for pk in renumbered])
        cursor.execute(KEEP_UNMOVED, {"renumbered": renumbered})
        _match_the_rest({"districts": list(codes), "renumbered": renumbered})
        cursor.execute("ANALYZE known (place, elector_id)")
        if not accept_losses:
            cursor.execute(FIND_LOSSES, {"districts": list(codes), "percent": MOST_LOST})
            _refuse_losses([f"{codes[pk]} ({gone:,} of {all_:,})" for pk, all_, gone in cursor.fetchall()])


def _match_the_rest(where: dict[str, Any]) -> None:
    """Match those who are not where they were; nothing to do in a first import and in one without a change."""
    with connection.cursor() as cursor:
        cursor.execute(GATHER_LEFT_OVER, where)
        if cursor.rowcount == 0:
            return
        cursor.execute(GATHER_UNKNOWN)
        if cursor.rowcount == 0:
            return
        cursor.execute(RELEASE_NAMESAKES)
        cursor.execute("ANALYZE unknown; ANALYZE left_over")
        for step, gone in STEPS:
            cursor.execute(step + TAKE_PAIRS, where | {"gone": gone})


def _refuse_renumbered(codes: Sequence[str]) -> None:
    if codes:
        raise RegisterRefused(
            f"polling district {', '.join(codes)} looks renumbered: more than {MOST_RENAMED} % of its elector numbers "
            "have another name than before. Say which edition the file belongs to, the present one included."
        )


def _refuse_losses(losses: Sequence[str]) -> None:
    if losses:
        raise RegisterRefused(
            f"more than {MOST_LOST} % of the electors would be gone in polling district {', '.join(losses)}. "
            "The file may have been cut off. If it is right, accept the losses."
        )
