"""What in the register looks wrong, as statements: each gives a street, its district and what is odd there."""

from dataclasses import dataclass

LONE_DOORS = 6  # so many doors of one elector each are no chance
LONE_SHARE = 0.9
CROWD = 12

# Every statement gives: street's id and name (or nothing), polling district's id and code, what is odd.
WHERE = "SELECT street.id AS street_id, street.name AS street, district.id AS district_id, district.code AS district"
NO_STREET = "SELECT NULL::bigint AS street_id, '' AS street, district.id AS district_id, district.code AS district"
WITHIN = """
district.constituency_id = %(constituency)s
AND (%(wards)s::bigint[] IS NULL OR district.ward_id = ANY(%(wards)s))
"""
# Through the polling districts, so that the electors of other constituencies are not read.
ELECTORS = f"""
FROM canvassing_elector elector
JOIN canvassing_pollingdistrict district ON district.id = elector.polling_district_id AND {WITHIN}
WHERE elector.gone_at IS NULL
"""
DOORS = f"""
FROM canvassing_household household
JOIN canvassing_householdstate state ON state.household_id = household.id AND state.standing
JOIN canvassing_street street ON street.id = household.street_id
JOIN canvassing_pollingdistrict district ON district.id = street.polling_district_id AND {WITHIN}
"""
LIVED_IN = f"""
JOIN (
    SELECT elector.household_id, count(*) AS people {ELECTORS} GROUP BY elector.household_id
) lived ON lived.household_id = household.id
"""
STANDING = "WHERE household.merged_into_id IS NULL"
BY_STREET = "GROUP BY street.id, district.id"
# "14A" and "Flat A, 14"; "14" and "Rose Cottage, 14".
SPELLED_ALIKE = """
regexp_replace(
    CASE WHEN household.house_number IS NOT NULL AND strpos(household.address_key, '#') = 0
        THEN split_part(household.address_key, '|', 1) ELSE household.address_key END,
    '[^[:alnum:]]', '', 'g')
"""
LEAST, MOST = "min(elector.number::bigint)", "max(elector.number::bigint)"
MISSING = f"({MOST} - {LEAST} + 1 - count(DISTINCT elector.number::bigint))"


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which a register may be wrong: what it is called, why it matters, and how it is found."""

    slug: str
    title: str
    why: str
    statement: str


CHECKS = (
    Check(
        "spellings",
        "One door spelled in two ways",
        "Two doors of one street with the same number and flat, written differently. A canvasser would knock twice.",
        f"""{WHERE}, string_agg(household.label, ' and ' ORDER BY household.sort_key, household.id) AS odd {DOORS}
        {STANDING} {BY_STREET}, household.house_number, {SPELLED_ALIKE} HAVING count(*) > 1""",
    ),
    Check(
        "references",
        "One property reference at two doors",
        "The council's reference for a property (UPRN) stands at more than one door.",
        f"""SELECT min(street.id) AS street_id, min(street.name) AS street, min(district.id) AS district_id,
            min(district.code) AS district,
            string_agg(household.label || ', ' || street.name, ' and ' ORDER BY street.id, household.id) AS odd
        {DOORS} {STANDING} AND household.uprn <> ''
        GROUP BY household.constituency_id, household.uprn HAVING count(*) > 1""",
    ),
    Check(
        "found-doors",
        "Doors added beside a door of the register",
        "Somebody added a door where the register has one of the same number. They may be one.",
        f"""{WHERE}, household.label || ', beside ' || beside.labels AS odd {DOORS}
        CROSS JOIN LATERAL (
            SELECT string_agg(known.label, ', ') AS labels FROM (
                SELECT other.label FROM canvassing_household other
                JOIN canvassing_householdstate its ON its.household_id = other.id AND its.standing
                WHERE other.street_id = household.street_id AND other.house_number = household.house_number
                  AND other.origin = 'register' AND other.merged_into_id IS NULL
                ORDER BY other.sort_key, other.id LIMIT 3
            ) known
        ) beside
        {STANDING} AND household.origin <> 'register' AND beside.labels IS NOT NULL""",  # noqa: S608 - put together from constants
    ),
    Check(
        "one-each",
        "Streets of one person a door",
        f"In most streets some doors have two people or more. Where at least {LONE_DOORS} doors, and nine in ten, have "
        "one each, the file may have given each person a door, or the flats of a house may have lost their numbers.",
        f"""{WHERE}, count(*) FILTER (WHERE lived.people = 1) || ' of ' || count(*) || ' doors have one person' AS odd
        {DOORS} {LIVED_IN} {STANDING} {BY_STREET}
        HAVING count(*) >= {LONE_DOORS} AND count(*) FILTER (WHERE lived.people = 1) >= {LONE_SHARE} * count(*)""",
    ),
    Check(
        "one-door",
        "Streets of one door",
        "Often a house name that was read as a street, or a street whose name is spelled differently elsewhere.",
        f"{WHERE}, min(household.label) AS odd {DOORS} {STANDING} {BY_STREET} HAVING count(*) = 1",
    ),
    Check(
        "crowded",
        f"Doors of more than {CROWD} people",
        "A care home or a hall of residence; or a house of flats whose flat numbers are missing.",
        f"""{WHERE}, household.label || ': ' || lived.people || ' people' AS odd {DOORS} {LIVED_IN}
        {STANDING} AND lived.people > {CROWD}""",
    ),
    Check(
        "no-address",
        "People without an address",
        "Registered overseas, in the services, or with an address the file does not give. Nobody can call on them. "
        "Anonymous entries are not counted here.",
        f"""{NO_STREET}, count(*) || CASE count(*) WHEN 1 THEN ' person' ELSE ' people' END AS odd
        {ELECTORS} AND elector.household_id IS NULL AND NOT elector.anonymous GROUP BY district.id""",
    ),
    Check(
        "no-ward",
        "Polling districts without a ward",
        "Their doors are missing from the numbers of every ward, and from what an organiser limited to wards sees.",
        f"""{NO_STREET}, 'no ward yet' AS odd FROM canvassing_pollingdistrict district
        WHERE district.ward_id IS NULL AND {WITHIN}""",
    ),
    Check(
        "gaps",
        "Numbers missing in a polling district",
        "A few are usual: people leave during the year, and anonymous entries may stand elsewhere. Many together may "
        "be a page or a file that was left out.",
        f"""{NO_STREET}, {MISSING} || ' of ' || {LEAST} || ' to ' || {MOST} || ' missing' AS odd
        {ELECTORS} AND elector.number ~ '^[0-9]+$'
        GROUP BY district.id, elector.edition HAVING {MISSING} > 0""",
    ),
)
