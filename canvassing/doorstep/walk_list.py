"""The walk as a phone reads it: doors in walking order with who lives there, in one statement and one response.

Only what the door needs (product rule 3): label, names where the campaign shows them, what happened last. Never a date
of birth, a telephone number, an address of mail, an opinion heard earlier, or another canvasser's name.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import connection

from campaign.details.models import CampaignDetails, LegalMode
from canvassing.doorstep.outcomes import Outcome
from canvassing.doorstep.questions import questions
from canvassing.doorstep.tokens import Pass

# PostgreSQL writes the JSON of the long parts, and nothing here takes it apart again. Who wants no more contact is left
# out, person or door, even where the walk was handed out before they said so. Added doors have no place in the
# walk's order: they follow the others. A door that was moved has a street that the walk was not cut from.
READ = """
SELECT walk.name,
    (SELECT coalesce(json_agg(json_build_object('id', 's' || street.id, 'name', street.name)
                     ORDER BY street.name, street.id), '[]')::text
     FROM canvassing_street street
     WHERE street.id IN (
        SELECT coalesce(listed.merged_into_id, listed.id)
        FROM canvassing_walkstreet along JOIN canvassing_street listed ON listed.id = along.street_id
        WHERE along.walk_id = walk.id
        UNION
        SELECT household.street_id
        FROM canvassing_helddoor hold JOIN canvassing_household household ON household.id = hold.household_id
        WHERE hold.allocation_id = %(allocation)s AND hold.released_at IS NULL
     )),
    (SELECT coalesce(json_agg(door.line ORDER BY door.position), '[]')::text
     FROM (
        SELECT row_number() OVER nearest AS position, json_build_object(
            'id', 'd' || household.id,
            'street', 's' || household.street_id,
            'label', household.label,
            'block', coalesce(block.name, ''),
            'position', row_number() OVER nearest,
            'tried', state.attempts,
            'last', CASE WHEN state.last_at IS NOT NULL THEN
                json_build_object('outcome', state.last_outcome, 'at', state.last_at) END,
            'people', (
                SELECT coalesce(json_agg(json_build_object(
                    'id', 'p' || elector.id,
                    'name', CASE WHEN %(names)s THEN trim(elector.forename || ' ' || elector.surname) ELSE '' END,
                    'reached', coalesce(person.conversations > 0, false)
                ) ORDER BY elector.surname, elector.forename, elector.id), '[]')
                FROM canvassing_elector elector
                LEFT JOIN canvassing_electorstate person ON person.elector_id = elector.id
                WHERE elector.household_id = household.id AND elector.gone_at IS NULL AND NOT elector.anonymous
                  AND NOT EXISTS (
                      SELECT FROM canvassing_objection objection
                      WHERE objection.elector_id = elector.id AND objection.withdrawn_at IS NULL
                  )
            )
        ) AS line
        FROM canvassing_helddoor hold
        JOIN canvassing_household household ON household.id = hold.household_id
        JOIN canvassing_householdstate state ON state.household_id = household.id
        LEFT JOIN canvassing_block block ON block.id = household.block_id
        LEFT JOIN canvassing_walkdoor place ON place.walk_id = walk.id AND place.household_id = household.id
        WHERE hold.allocation_id = %(allocation)s AND hold.released_at IS NULL
          AND NOT EXISTS (
              SELECT FROM canvassing_objection objection
              WHERE objection.household_id = household.id AND objection.elector_id IS NULL
                AND objection.withdrawn_at IS NULL
          )
        WINDOW nearest AS (ORDER BY place.position NULLS LAST, household.sort_key, household.id)
     ) door)
FROM canvassing_walk walk WHERE walk.id = %(walk)s
"""


def walk_list(found: Pass, *, at: datetime) -> tuple[str, bytes]:
    """The entity tag and the JSON of a walk. The tag covers everything but the server's clock.

    Two statements, whatever the number of doors.
    """
    details = CampaignDetails.objects.current()
    name, streets, doors = _read(found, names=details.names_on_phones)
    head = json.dumps(_head(found, details, name))
    tag = hashlib.sha256(f"{head}{streets}{doors}".encode()).hexdigest()[:32]
    clock = json.dumps(at.isoformat())
    body = f'{head[:-1]}, "streets": {streets}, "doors": {doors}, "server_time": {clock}}}'
    return f'"{tag}"', body.encode()


def _read(found: Pass, *, names: bool) -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(READ, {"walk": found.walk, "allocation": found.allocation, "names": names})
        name, streets, doors = cursor.fetchone()
    return name, streets, doors


def _head(found: Pass, details: CampaignDetails, name: str) -> dict[str, Any]:
    asked = questions(candidate=details.candidate, standing_as=details.standing_as)
    return {
        "walk": {"id": found.walk, "name": name, "purpose": found.purpose},
        "mode": LegalMode(details.legal_mode),
        "names": details.names_on_phones,
        "candidate": details.candidate,
        "standing_as": details.standing_as,
        "expires_at": found.expires_at.isoformat(),
        "append_until": found.append_until.isoformat(),
        "questions": [asdict(question) for question in asked],
        "outcomes": [{"id": outcome, "label": outcome.label, "code": outcome.code} for outcome in Outcome],
    }
