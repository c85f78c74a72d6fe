"""An update's rows matched: it names by number only those who are added, changed or deleted.

Within an edition a number says who somebody is, if anything besides agrees: the name, part of it, or the door; of
somebody added the name, for a number that is free again goes to a newcomer at the same door too. A row that agrees in
nothing, and a deletion of another name or of a number that nobody has, change nothing and are asked
about. Whoever becomes anonymous leaves, and comes as somebody of whom nothing is known.
"""

from collections.abc import Sequence

from django.db import connection

from canvassing.register import matching
from canvassing.register.matching import MOST_RENAMED, Matching
from canvassing.register.report import RegisterRefused

BECOME_ANONYMOUS = """
WITH changed AS (
    DELETE FROM known USING incoming_person person, canvassing_elector elector
    WHERE person.place = known.place AND elector.id = known.elector_id AND person.anonymous <> elector.anonymous
    RETURNING known.place, person.district_id, person.edition, person.number, person.suffix, known.elector_id
)
INSERT INTO leaver (place, district_id, edition, number, suffix, elector_id, certain) SELECT *, true FROM changed
"""
# At another door a surname is no evidence that somebody is who had the number: many share one.
SET_STRANGERS_APART = """
CREATE TEMPORARY TABLE stranger (
    place integer, district_id bigint, edition date, number text, suffix text
) ON COMMIT DROP;
WITH strange AS (
    DELETE FROM known USING incoming_person person, canvassing_elector elector
    WHERE person.place = known.place AND elector.id = known.elector_id AND known.renamed
      AND (person.change = 'add'
           OR person.household_id IS DISTINCT FROM coalesce(elector.printed_household_id, elector.household_id))
      AND NOT EXISTS (
          SELECT name FROM unnest((string_to_array(person.name_key, ' '))[
              CASE WHEN person.household_id IS DISTINCT FROM
                        coalesce(elector.printed_household_id, elector.household_id) THEN 2 ELSE 1 END :
          ]) name WHERE length(name) > 1
          INTERSECT SELECT unnest(string_to_array(elector.name_key, ' '))
      )
    RETURNING known.place
), apart AS (
    DELETE FROM incoming_person person USING strange WHERE person.place = strange.place
    RETURNING person.place, person.district_id, person.edition, person.number, person.suffix
)
INSERT INTO stranger SELECT * FROM apart
"""
# A deletion that was carried out before is no question.
UNMATCHED = """
SELECT leaver.place, leaver.district_id, leaver.edition, leaver.number, leaver.suffix, leaver.elector_id
FROM leaver
WHERE NOT leaver.certain AND (leaver.elector_id IS NOT NULL OR NOT EXISTS (
    SELECT FROM canvassing_elector gone
    WHERE gone.polling_district_id = leaver.district_id AND gone.edition = leaver.edition
      AND gone.number = leaver.number AND gone.suffix = leaver.suffix AND gone.gone_at IS NOT NULL
))
"""
FIND_RENUMBERED = f"""
WITH odd AS (
    SELECT district_id FROM stranger
    UNION ALL SELECT district_id FROM ({UNMATCHED}) deletion WHERE elector_id IS NOT NULL
), named AS (
    SELECT district_id FROM known UNION ALL SELECT district_id FROM leaver WHERE elector_id IS NOT NULL
    UNION ALL SELECT district_id FROM stranger
)
SELECT district_id FROM odd GROUP BY 1
HAVING count(*) >= %(fewest)s
   AND count(*) * 100 > %(percent)s * (SELECT count(*) FROM named WHERE named.district_id = odd.district_id)
ORDER BY 1
"""  # noqa: S608 - our own words
ASK_STRANGERS = """
INSERT INTO question (kind, key, polling_district_id, confidence, reason, place)
SELECT 'unmatched', 'unmatched:' || concat_ws(':', district_id, stranger.edition, number, suffix, 'change'),
       district_id, 0,
       'The update changes ' || district.code || '-' || number || coalesce('/' || nullif(suffix, ''), '')
       || ', which is somebody else here.', place
FROM stranger JOIN canvassing_pollingdistrict district ON district.id = district_id
"""
ASK_UNMATCHED = f"""
INSERT INTO question (kind, key, polling_district_id, elector_id, confidence, reason, place)
SELECT 'unmatched', 'unmatched:' || concat_ws(':', district_id, deletion.edition, number, suffix, 'delete'),
       district_id, elector_id, 0,
       'The update deletes ' || district.code || '-' || number || coalesce('/' || nullif(suffix, ''), '')
       || CASE WHEN elector_id IS NULL THEN ', which nobody has here.' ELSE ', which has another name here.' END, place
FROM ({UNMATCHED}) deletion JOIN canvassing_pollingdistrict district ON district.id = district_id
"""  # noqa: S608
ONLY_CERTAIN = "DELETE FROM leaver WHERE NOT certain"
DROP = "DROP TABLE IF EXISTS stranger"
FEWEST_STRANGE = 3
"""Rows of a district that agree in nothing before the file looks renumbered, whatever their share."""


def match_update(found: Matching) -> None:
    """Find out whom an update's rows mean; writes no row of the register, and asks in `question` about the rest.

    Raises RegisterRefused where so many numbers have other names that the update must be of another edition.
    """
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        matching.gather_people(found)
        matching.match_by_number()
        cursor.execute(BECOME_ANONYMOUS)
        cursor.execute(SET_STRANGERS_APART)
        cursor.execute(FIND_RENUMBERED, {"percent": MOST_RENAMED, "fewest": FEWEST_STRANGE})
        _refuse_renumbered(found.codes(pk for (pk,) in cursor.fetchall()))
        cursor.execute(ASK_STRANGERS)
        cursor.execute(ASK_UNMATCHED)
        cursor.execute(ONLY_CERTAIN)
        matching.match_the_rest(found, matching.OF_UPDATE)


def _refuse_renumbered(codes: Sequence[str]) -> None:
    if codes:
        raise RegisterRefused(
            f"more than {MOST_RENAMED} % of the numbers that this update names in polling district {', '.join(codes)} "
            "have other names here: it belongs to another edition. Import that edition's full register first."
        )
