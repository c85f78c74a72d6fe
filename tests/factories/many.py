"""A register of any size made by the database itself, for tests and benches of what grows with it. Nobody is real."""

ELECTORS_OF_A_DISTRICT = 830
ELECTORS_OF_A_DOOR = 2

WORDS = """ARRAY['willow','rushmere','juniper','sable','thorne','hazel','oakden','gresley','hartnoll','quill','tansley',
    'cutler','maddox','ulster','palace','finch','kelling','kerrow','market','victory','dunster','amber','bracken']"""
GIVEN = "ARRAY['ana','ben','cara','dev','ella','femi','gwen','hugo','ines','jack','kofi','lena','milo','nora']"
# Each next row is a fixed step through the words, so that neighbours in a table are strangers by name. One elector in
# a hundred is a Smith.
STATEMENTS = (
    "INSERT INTO campaign_constituency (name) SELECT 'Region ' || n FROM generate_series(1, %(constituencies)s) n",
    """
    INSERT INTO canvassing_pollingdistrict (constituency_id, code, edition)
    SELECT (SELECT min(id) FROM campaign_constituency) + n %% %(constituencies)s, 'P' || n || 'X', '2026-12-01'
    FROM generate_series(0, %(electors)s / %(of_a_district)s) n
    """,
    f"""
    INSERT INTO canvassing_street (polling_district_id, name, name_key)
    SELECT (SELECT min(id) FROM canvassing_pollingdistrict) + n * %(of_a_street)s / %(of_a_district)s,
           word || letters || ' Road', word || letters || 'road'
    FROM generate_series(0, %(electors)s / %(of_a_street)s) n, LATERAL (SELECT ({WORDS})[1 + n %% 23] AS word,
        translate(n::text, '0123456789', 'abcdefghij') AS letters) named
    """,
    """
    INSERT INTO canvassing_household
        (constituency_id, street_id, label, address_key, sort_key, house_number, origin, postcode)
    SELECT district.constituency_id, street.id, number, number, lpad(number::text, 6, '0'), number, 'register',
           'N' || (street.id %% 22 + 1) || ' ' || (street.id / 22 %% 9 + 1)
               || chr(65 + (street.id / 198 %% 20)::int) || chr(65 + number / 8)
    FROM canvassing_street street
    JOIN canvassing_pollingdistrict district ON district.id = street.polling_district_id,
    generate_series(1, %(of_a_street)s / %(of_a_door)s) number
    ORDER BY street.id, number
    """,
    """
    INSERT INTO canvassing_householdstate
        (household_id, constituency_id, polling_district_id, street_id, standing, attempts, answers, last_outcome)
    SELECT household.id, household.constituency_id, street.polling_district_id, street.id, true, 0, 0, ''
    FROM canvassing_household household JOIN canvassing_street street ON street.id = household.street_id
    ORDER BY household.id
    """,
    f"""
    INSERT INTO canvassing_elector (
        constituency_id, polling_district_id, household_id, edition, number, suffix, surname, forename, name_key,
        marker, anonymous
    )
    SELECT household.constituency_id, street.polling_district_id, household.id, '2026-12-01',
           row_number() OVER (PARTITION BY street.polling_district_id ORDER BY household.id, person), '',
           named.surname, named.forename, named.surname || ' ' || named.forename, '', false
    FROM canvassing_household household JOIN canvassing_street street ON street.id = household.street_id,
    generate_series(1, %(of_a_door)s) person,
    LATERAL (SELECT household.id * 7919 + person * 104729 AS n) mixed,
    LATERAL (SELECT
        CASE WHEN n %% 100 = 0 THEN 'smith' ELSE ({WORDS})[1 + n %% 23] || ({WORDS})[1 + n / 23 %% 23] END AS surname,
        ({GIVEN})[1 + n / 529 %% 14] || ' ' || ({GIVEN})[1 + n / 7406 %% 14] AS forename) named
    """,
    "ANALYZE",
)


def statements(electors: int, *, constituencies: int = 1, of_a_street: int = 80) -> list[tuple[str, dict[str, int]]]:
    """What makes about `electors` electors in an empty register, with their parameters."""
    size = {
        "electors": electors,
        "constituencies": constituencies,
        "of_a_district": ELECTORS_OF_A_DISTRICT,
        "of_a_street": of_a_street,
        "of_a_door": ELECTORS_OF_A_DOOR,
    }
    return [(statement, size if "%(" in statement else {}) for statement in STATEMENTS]
