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

An update names only those for whom something changed, by number. Who is to be deleted is in `leaver`; they are the
ones among whom somebody added may be found again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from canvassing.register.districts import District
from canvassing.register.report import RegisterRefused

GATHER_PEOPLE = """
CREATE TEMPORARY TABLE incoming_person ON COMMIT DROP AS
SELECT incoming.place, incoming.change, district.id AS district_id, district.edition,
       coalesce(household.merged_into_id, household.id) AS household_id, incoming.number, incoming.suffix,
       incoming.surname, incoming.forename, incoming.name_key, replace(incoming.name_key, ' ', '') AS whole_name,
       incoming.marker, incoming.may_vote, incoming.attains_on, incoming.anonymous
FROM incoming
JOIN incoming_district said ON said.code = incoming.district
JOIN canvassing_pollingdistrict district ON district.id = said.id
LEFT JOIN incoming_street street ON street.district = incoming.district AND street.street_key = incoming.street_key
LEFT JOIN canvassing_household household
  ON household.street_id = street.street_id AND household.address_key = incoming.address_key
"""
# Whether a deletion means the elector whose number it names: by the name, where both have one.
GATHER_LEAVERS = """
CREATE TEMPORARY TABLE leaver ON COMMIT DROP AS
SELECT deletion.place, district.id AS district_id, district.edition, deletion.number, deletion.suffix,
       elector.id AS elector_id,
       elector.id IS NOT NULL AND (
           deletion.name_key = '' OR elector.name_key = ''
           OR replace(deletion.name_key, ' ', '') = replace(elector.name_key, ' ', '')
       ) AS certain
FROM incoming_deletion deletion
JOIN incoming_district said ON said.code = deletion.district
JOIN canvassing_pollingdistrict district ON district.id = said.id
LEFT JOIN canvassing_elector elector
  ON elector.polling_district_id = district.id AND elector.edition = district.edition
 AND elector.number = deletion.number AND elector.suffix = deletion.suffix AND elector.gone_at IS NULL
"""
# Of a whole name the first word was taken for the surname. Where the register knows better, it stays as it is.
ADOPT_SPLITS = """
UPDATE incoming_person person
SET surname = elector.surname, forename = elector.forename, name_key = elector.name_key
FROM incoming, canvassing_elector elector
WHERE incoming.place = person.place AND incoming.file = ANY(%(whole_names)s)
  AND elector.polling_district_id = person.district_id AND elector.edition = person.edition
  AND elector.number = person.number AND elector.suffix = person.suffix AND elector.gone_at IS NULL
  AND elector.name_key <> person.name_key AND replace(elector.name_key, ' ', '') = person.whole_name
"""
# Electors of an older edition have other editions than the staged rows, which carry their district's present one.
MATCH_BY_NUMBER = """
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT person.place, person.district_id, elector.id AS elector_id, false AS came_back,
       person.whole_name <> replace(elector.name_key, ' ', '') AND person.name_key <> ''
       AND elector.name_key <> '' AS renamed,
       person.name_key = elector.name_key AND person.anonymous = elector.anonymous
       AND person.household_id IS NOT DISTINCT FROM coalesce(elector.printed_household_id, elector.household_id)
       AS unmoved
FROM incoming_person person
JOIN canvassing_elector elector
  ON elector.polling_district_id = person.district_id AND elector.edition = person.edition
 AND elector.number = person.number AND elector.suffix = person.suffix AND elector.gone_at IS NULL
WHERE NOT EXISTS (SELECT FROM leaver WHERE leaver.elector_id = elector.id)
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
FROM canvassing_elector elector
LEFT JOIN canvassing_household household
  ON household.id = coalesce(elector.printed_household_id, elector.household_id)
"""
# A door that came from another district brought its people with it.
GATHER_LEFT_OVER = f"""
CREATE TEMPORARY TABLE left_over ON COMMIT DROP AS {LEFT_OVER}
WHERE (elector.polling_district_id = ANY(%(districts)s) OR elector.household_id = ANY(%(arrived)s))
  AND elector.merged_into_id IS NULL
  AND (%(full)s OR elector.gone_at IS NOT NULL OR elector.id IN (SELECT elector_id FROM leaver))
  AND NOT EXISTS (SELECT FROM known WHERE known.elector_id = elector.id)
"""  # noqa: S608 - our own words
GATHER_UNKNOWN = """
CREATE TEMPORARY TABLE unknown ON COMMIT DROP AS
SELECT * FROM incoming_person person WHERE NOT EXISTS (SELECT FROM known WHERE known.place = person.place)
"""
# Two John Smiths at 3 High Street were 7 and 8 and are 6 and 7 now: who is 7 is told by their order, not by the number.
RELEASE_NAMESAKES = f"""
WITH torn AS (
    SELECT household_id, name_key FROM unknown WHERE name_key <> ''
    INTERSECT SELECT household_id, name_key FROM left_over WHERE NOT gone
), released AS (
    DELETE FROM known USING incoming_person person, torn
    WHERE person.place = known.place AND person.household_id = torn.household_id AND person.name_key = torn.name_key
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
        SELECT place, household_id, name_key, row_number() OVER (
            PARTITION BY household_id, name_key ORDER BY lpad(number, 12, '0'), lpad(suffix, 12, '0')
        ) AS rank
        FROM unknown WHERE household_id IS NOT NULL AND name_key <> ''
    ) person
    JOIN (
        SELECT id, gone, household_id, name_key, row_number() OVER (
            PARTITION BY household_id, name_key
            ORDER BY gone_at DESC, lpad(number, 12, '0'), lpad(suffix, 12, '0'), id
        ) AS rank
        FROM left_over WHERE gone = %(gone)s AND household_id IS NOT NULL AND name_key <> ''
    ) elector USING (household_id, name_key, rank)
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
Steps = Sequence[tuple[str, bool]]
"""Each step and whether it looks among those who had gone."""
OF_FULL: Steps = (
    (BY_NAME_AND_DOOR, False),
    (BY_NUMBER_AND_NAME, False),
    (BY_NUMBER_AND_NAME, True),
    (BY_NAME_AND_DOOR, True),
    (BY_NUMBER_AND_PART_OF_NAME, False),
)
OF_UPDATE: Steps = ((BY_NAME_AND_DOOR, False), (BY_NUMBER_AND_NAME, True), (BY_NAME_AND_DOOR, True))
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


@dataclass(frozen=True, slots=True)
class Matching:
    """What is matched: the files' districts, the doors that came from elsewhere, the files with whole names."""

    districts: Sequence[District]
    arrived: Sequence[int] = ()
    whole_names: Sequence[int] = ()

    @property
    def keys(self) -> list[int]:
        return [district.pk for district in self.districts]

    def codes(self, keys: Iterable[int]) -> list[str]:
        codes = {district.pk: district.code for district in self.districts}
        return [codes[key] for key in keys]


def match_full(matching: Matching, *, edition_said: bool, accept_losses: bool) -> None:
    """Find out which staged rows are electors known before; writes no row of the register.

    A district that looks renumbered within its edition is matched by name and door when the edition was said: then the
    numbers known before are the wrong ones, as after an old file that was taken for the new edition. Raises
    RegisterRefused when it was not said, and where too many electors would be gone and nobody accepted that.
    """
    with connection.cursor() as cursor:
        gather_people(matching)
        match_by_number()
        cursor.execute(FIND_RENUMBERED, {"percent": MOST_RENAMED})
        renumbered = [pk for (pk,) in cursor.fetchall()]
        if not edition_said:
            refuse_renumbered(matching.codes(renumbered))
        cursor.execute(KEEP_UNMOVED, {"renumbered": renumbered})
        match_the_rest(matching, OF_FULL, renumbered=renumbered)
        cursor.execute("ANALYZE known (place, elector_id)")
        if not accept_losses:
            cursor.execute(FIND_LOSSES, {"districts": matching.keys, "percent": MOST_LOST})
            losses = cursor.fetchall()
            codes = matching.codes(pk for pk, _, _ in losses)
            _refuse_losses(
                [f"{code} ({gone:,} of {all_:,})" for code, (_, all_, gone) in zip(codes, losses, strict=True)]
            )


def gather_people(matching: Matching) -> None:
    """The staged rows with the households they live in, and the electors that deletions name."""
    with connection.cursor() as cursor:
        cursor.execute(GATHER_PEOPLE)
        cursor.execute(INDEX_PEOPLE)
        cursor.execute("ANALYZE incoming_person (place, district_id, household_id)")
        if matching.whole_names:
            cursor.execute(ADOPT_SPLITS, {"whole_names": list(matching.whole_names)})
        cursor.execute(GATHER_LEAVERS)


def match_by_number() -> None:
    """Pair staged rows with the living electors of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(MATCH_BY_NUMBER)
        cursor.execute(INDEX_KNOWN)


def match_the_rest(matching: Matching, steps: Steps, *, renumbered: Sequence[int] = ()) -> None:
    """Match those who are not where they were; nothing to do in a first import and in one without a change."""
    where: dict[str, Any] = {
        "districts": matching.keys,
        "arrived": list(matching.arrived),
        "full": steps is OF_FULL,
        "renumbered": list(renumbered),
    }
    with connection.cursor() as cursor:
        cursor.execute(GATHER_LEFT_OVER, where)
        if cursor.rowcount == 0:
            return
        cursor.execute(GATHER_UNKNOWN)
        if cursor.rowcount == 0:
            return
        cursor.execute(RELEASE_NAMESAKES)
        cursor.execute("ANALYZE unknown; ANALYZE left_over")
        for step, gone in steps:
            cursor.execute(step + TAKE_PAIRS, where | {"gone": gone})


def refuse_renumbered(codes: Sequence[str]) -> None:
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
