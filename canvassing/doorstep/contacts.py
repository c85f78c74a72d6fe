"""Writing contacts: one statement that authorises, adds what is new and leaves what is known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import dumps
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from campaign.details.models import LegalMode
from canvassing.doorstep.events import Event
from canvassing.doorstep.models import Contact
from canvassing.doorstep.tokens import Pass

# The join with the doors this allocation holds or held is the authorisation. Rows go in sorted by id: two overlapping
# batches then meet in the same order and cannot deadlock. What was held for an organiser before is not applied by
# sending it again.
ADD = """
WITH sent AS (
    SELECT id, door, person, kind, root, outcome, opinions, mode, seq, said_at, happened_at,
           decode(content_hash, 'hex') AS content_hash
    FROM jsonb_to_recordset(%(sent)s) AS sent (
        id uuid, door bigint, person bigint, kind text, root uuid, outcome text, opinions jsonb, mode text, seq bigint,
        said_at timestamptz, happened_at timestamptz, content_hash text
    )
), added AS (
    INSERT INTO canvassing_contact (
        id, constituency_id, allocation_id, volunteer_id, household_id, elector_id, kind, root, rank, outcome,
        opinions, legal_mode, device, seq, said_at, skew, happened_at, received_at, content_hash
    )
    SELECT sent.id, household.constituency_id, hold.allocation_id, %(volunteer)s, household.id, elector.id, sent.kind,
           sent.root, %(rank)s, sent.outcome, sent.opinions, sent.mode, %(device)s, sent.seq, sent.said_at, %(skew)s,
           sent.happened_at, %(received_at)s, sent.content_hash
    FROM sent
    JOIN canvassing_helddoor hold ON hold.allocation_id = %(allocation)s AND hold.household_id = sent.door
    JOIN canvassing_household household ON household.id = hold.household_id
    LEFT JOIN canvassing_elector elector
        ON elector.id = sent.person
       AND (elector.household_id IN (household.id, household.merged_into_id)
            OR elector.printed_household_id IN (household.id, household.merged_into_id))
    WHERE (sent.person IS NULL OR elector.id IS NOT NULL)
      AND NOT EXISTS (
        SELECT FROM canvassing_heldevent held
        WHERE held.event_id = sent.id AND held.content_hash = sent.content_hash
      )
    ORDER BY sent.id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, household_id, elector_id
)
SELECT added.id, coalesce(household.merged_into_id, household.id), coalesce(elector.merged_into_id, elector.id)
FROM added
JOIN canvassing_household household ON household.id = added.household_id
LEFT JOIN canvassing_elector elector ON elector.id = added.elector_id
"""


CANVASSER = 0  # an organiser speaks after, with 1


@dataclass(frozen=True, slots=True)
class Row:
    """A sound event on its way into the table, at a door with an id."""

    event: Event
    door: int
    mode: LegalMode
    happened_at: datetime
    content_hash: bytes


class Place(NamedTuple):
    """Where a contact counts: the door and the person as they are now, after any merge."""

    door: int
    person: int | None


def add(rows: Sequence[Row], *, found: Pass, skew: timedelta, at: datetime) -> dict[UUID, Place]:
    """Add those of `rows` that are new, at a door of the allocation, and of a person who lives there.

    Whoever was put at another door by hand may still be met under the one that the register prints: a phone's list is
    as old as its last look. Returns the ids added, each with the place where it counts.
    """
    if not rows:
        return {}
    parameters: dict[str, Any] = {
        "sent": dumps([_sent(row) for row in rows]),
        "allocation": found.allocation,
        "volunteer": found.volunteer,
        "device": found.device,
        "rank": CANVASSER,
        "skew": skew,
        "received_at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD, parameters)
        return {id_: Place(door, person) for id_, door, person in cursor.fetchall()}


def _sent(row: Row) -> dict[str, Any]:
    event = row.event
    return {
        "id": str(event.id),
        "door": row.door,
        "person": event.person,
        "kind": event.kind,
        "root": str(event.root),
        "outcome": event.outcome,
        "opinions": event.opinions if row.mode == LegalMode.FULL else {},
        "mode": row.mode,
        "seq": event.seq,
        "said_at": event.said_at.isoformat(),
        "happened_at": row.happened_at.isoformat(),
        "content_hash": row.content_hash.hex(),
    }


def known(ids: Collection[UUID]) -> dict[UUID, tuple[bytes, int]]:
    """Which of `ids` stand in the table, each with its content hash and its door."""
    rows = Contact.objects.filter(pk__in=ids).values_list("pk", "content_hash", "household")
    return {id_: (bytes(content_hash), door) for id_, content_hash, door in rows}
