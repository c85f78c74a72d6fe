"""States and totals worked out anew from contacts, by SQL that shares nothing with the fold: to prove it, and to mend.

Three things are compared, in one statement and hence in one snapshot while phones go on sending: each door's state,
each elector's state, and each polling district's totals, which are the sums of its days.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from canvassing.electorate.models import PollingDistrict
from canvassing.progress import deltas, states
from canvassing.progress.days import london_day

# A contact stands when it is no undo and nothing about the same contact takes precedence over it. It counts for the
# door and the person that those it names were merged into, if they were.
TRUTH = """
WITH place AS (
    SELECT household.id AS door
    FROM canvassing_street street JOIN canvassing_household household ON household.street_id = street.id
    WHERE street.polling_district_id = ANY(%(districts)s) AND household.merged_into_id IS NULL
    UNION
    SELECT coalesce(household.merged_into_id, household.id)
    FROM canvassing_elector elector
    JOIN canvassing_contact contact ON contact.elector_id = elector.id
    JOIN canvassing_household household ON household.id = contact.household_id
    WHERE elector.polling_district_id = ANY(%(districts)s)
    UNION
    SELECT coalesce(household.merged_into_id, household.id)
    FROM canvassing_elector elector
    JOIN canvassing_elector merged ON merged.merged_into_id = elector.id
    JOIN canvassing_contact contact ON contact.elector_id = merged.id
    JOIN canvassing_household household ON household.id = contact.household_id
    WHERE elector.polling_district_id = ANY(%(districts)s)
), event AS MATERIALIZED (
    SELECT place.door, coalesce(named.merged_into_id, named.id) AS person, contact.*
    FROM place
    JOIN canvassing_household household ON household.id = place.door OR household.merged_into_id = place.door
    JOIN canvassing_contact contact ON contact.household_id = household.id
    LEFT JOIN canvassing_elector named ON named.id = contact.elector_id
), stands AS MATERIALIZED (
    SELECT event.* FROM event
    WHERE event.kind <> 'void' AND NOT EXISTS (
        SELECT FROM event other
        WHERE other.door = event.door AND other.allocation_id = event.allocation_id AND other.root = event.root
          AND (other.rank, other.kind <> 'contact', other.happened_at, other.device, other.seq, other.id)
              > (event.rank, event.kind <> 'contact', event.happened_at, event.device, event.seq, event.id)
    )
), tried AS (
    SELECT door,
           count(*) FILTER (WHERE outcome <> 'no_access') AS attempts,
           count(*) FILTER (WHERE outcome IN ('answered', 'refused')) AS answers,
           (array_agg(outcome ORDER BY happened_at DESC, device DESC, seq DESC, id DESC))[1] AS last_outcome,
           max(happened_at) AS last_at
    FROM stands GROUP BY door
), door AS (
    SELECT household.id AS key, street.polling_district_id AS district,
           household.merged_into_id IS NULL AND (household.origin <> 'register' OR EXISTS (
               SELECT FROM canvassing_elector elector
               WHERE elector.household_id = household.id AND elector.gone_at IS NULL
           )) AS counts,
           coalesce(tried.attempts, 0) AS attempts, coalesce(tried.answers, 0) AS answers,
           coalesce(tried.last_outcome, '') AS last_outcome, tried.last_at
    FROM canvassing_street street
    JOIN canvassing_household household ON household.street_id = street.id
    LEFT JOIN tried ON tried.door = household.id
    WHERE street.polling_district_id = ANY(%(districts)s)
), person AS (
    SELECT elector.id AS key, elector.polling_district_id AS district, elector.gone_at IS NULL AS counts,
           count(talk.id) AS conversations, max(talk.happened_at) AS reached_at
    FROM canvassing_elector elector
    LEFT JOIN stands talk ON talk.person = elector.id AND talk.outcome = 'answered'
    WHERE elector.polling_district_id = ANY(%(districts)s)
    GROUP BY elector.id
)
"""
COMPARE = """
, total AS (
    SELECT district, sum(doors) AS doors, sum(attempts) AS attempts, sum(doors_tried) AS doors_tried,
           sum(doors_answered) AS doors_answered, sum(electors) AS electors, sum(electors_reached) AS electors_reached
    FROM (
        SELECT district, counts::int AS doors, attempts, (counts AND attempts > 0)::int AS doors_tried,
               (counts AND answers > 0)::int AS doors_answered, 0 AS electors, 0 AS electors_reached
        FROM door
        UNION ALL
        SELECT district, 0, 0, 0, 0, counts::int, (counts AND conversations > 0)::int FROM person
    ) one GROUP BY district
), kept AS (
    SELECT polling_district_id AS district, sum(doors) AS doors, sum(attempts) AS attempts,
           sum(doors_tried) AS doors_tried, sum(doors_answered) AS doors_answered, sum(electors) AS electors,
           sum(electors_reached) AS electors_reached
    FROM canvassing_dailydelta WHERE polling_district_id = ANY(%(districts)s) GROUP BY 1
), totals AS (
    SELECT district.id AS key,
        row(coalesce(kept.doors, 0), coalesce(kept.attempts, 0), coalesce(kept.doors_tried, 0),
            coalesce(kept.doors_answered, 0), coalesce(kept.electors, 0), coalesce(kept.electors_reached, 0)
        )::text AS kept,
        row(coalesce(total.doors, 0), coalesce(total.attempts, 0), coalesce(total.doors_tried, 0),
            coalesce(total.doors_answered, 0), coalesce(total.electors, 0), coalesce(total.electors_reached, 0)
        )::text AS "true"
    FROM canvassing_pollingdistrict district
    LEFT JOIN total ON total.district = district.id
    LEFT JOIN kept ON kept.district = district.id
    WHERE district.id = ANY(%(districts)s)
)
SELECT 'door', door.key,
       row(state.standing, state.attempts, state.answers, state.last_outcome, state.last_at)::text,
       row(door.counts, door.attempts, door.answers, door.last_outcome, door.last_at)::text
FROM door LEFT JOIN canvassing_householdstate state ON state.household_id = door.key
WHERE (state.standing, state.attempts, state.answers, state.last_outcome, state.last_at)
      IS DISTINCT FROM (door.counts, door.attempts, door.answers, door.last_outcome, door.last_at)
UNION ALL
SELECT 'elector', person.key, row(state.living, state.conversations, state.reached_at)::text,
       row(person.counts, person.conversations, person.reached_at)::text
FROM person LEFT JOIN canvassing_electorstate state ON state.elector_id = person.key
WHERE (state.living, state.conversations, state.reached_at)
      IS DISTINCT FROM (person.counts, person.conversations, person.reached_at)
UNION ALL
SELECT 'district', key, kept, "true" FROM totals WHERE kept <> "true"
ORDER BY 1, 2
"""
# Phones lock a door's state before they fold it. Once these rows are ours, what they added is committed and the next
# statement sees it, or they wait and fold after us.
LOCK_DOORS = """
SELECT FROM canvassing_householdstate WHERE polling_district_id = ANY(%(districts)s) ORDER BY household_id FOR UPDATE
"""
LOCK_PEOPLE = """
SELECT FROM canvassing_electorstate WHERE polling_district_id = ANY(%(districts)s) ORDER BY elector_id FOR UPDATE
"""
MEND = {
    "doors": """
UPDATE canvassing_householdstate state
SET attempts = door.attempts, answers = door.answers, last_outcome = door.last_outcome, last_at = door.last_at
FROM door
WHERE state.household_id = door.key
  AND (state.attempts, state.answers, state.last_outcome, state.last_at)
      IS DISTINCT FROM (door.attempts, door.answers, door.last_outcome, door.last_at)
""",
    "electors": """
UPDATE canvassing_electorstate state SET conversations = person.conversations, reached_at = person.reached_at
FROM person
WHERE state.elector_id = person.key
  AND (state.conversations, state.reached_at) IS DISTINCT FROM (person.conversations, person.reached_at)
""",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One door, elector or district whose kept figures are not what contacts say. No names: keys only."""

    what: str
    key: int
    kept: str
    true: str

    def __str__(self) -> str:
        return f"{self.what} {self.key}: kept {self.kept}, true {self.true}"


def differences() -> list[Difference]:
    """Everything in which states and totals differ from what contacts and the register say; changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(TRUTH + COMPARE, {"districts": _districts()})
        return [Difference(*row) for row in cursor.fetchall()]


def rebuild(*, at: datetime) -> dict[str, int]:
    """Make states and totals say what contacts and the register say; returns how many of each were wrong.

    One polling district a transaction, so that phones wait for no more than that. Which day a wrong total went wrong
    is not known: the correction stands on the day of `at`.
    """
    mended = dict.fromkeys([*MEND, "districts"], 0)
    for district in _districts():
        for what, rows in _rebuild(district, at=at).items():
            mended[what] += rows
    return mended


@transaction.atomic
def _rebuild(district: int, *, at: datetime) -> dict[str, int]:
    states.open_states([district])
    parameters = {"districts": [district]}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_DOORS, parameters)
        cursor.execute(LOCK_PEOPLE, parameters)
        states.refresh_standing([district])
        mended = {}
        for what, statement in MEND.items():
            cursor.execute(TRUTH + statement, parameters)
            mended[what] = cursor.rowcount
    return mended | {"districts": deltas.settle(districts=[district], day=london_day(at))}


def _districts() -> list[int]:
    return list(PollingDistrict.objects.order_by("pk").values_list("pk", flat=True))
