"""What the server holds of one phone, so that both can see that nothing is missing."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from canvassing.doorstep.models import PhoneToken
from canvassing.doorstep.tokens import Pass

IDS = """
SELECT id FROM canvassing_contact WHERE device = %(device)s
UNION
SELECT event_id FROM canvassing_heldevent WHERE device = %(device)s
"""
# As many as IDS has, without putting them together: every batch asks.
COUNT = """
SELECT (SELECT count(*) FROM canvassing_contact WHERE device = %(device)s) + (
    SELECT count(DISTINCT held.event_id) FROM canvassing_heldevent held
    WHERE held.device = %(device)s AND NOT EXISTS (
        SELECT FROM canvassing_contact contact WHERE contact.id = held.event_id AND contact.device = %(device)s
    )
)
"""
SEEN_EVERY = timedelta(minutes=1)


def ids_of(device: UUID) -> list[UUID]:
    """Every event of `device` that the server holds, applied or held, each once."""
    with connection.cursor() as cursor:
        cursor.execute(IDS, {"device": device})
        return [row[0] for row in cursor.fetchall()]


def have(device: UUID) -> int:
    """How many different events of `device` the server holds."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"device": device})
        count: int = cursor.fetchone()[0]
    return count


def digest(ids: Collection[UUID]) -> str:
    """SHA-256, in hexadecimal, of the ids in small letters, sorted, joined by line feeds."""
    return hashlib.sha256("\n".join(sorted(str(id_) for id_ in ids)).encode()).hexdigest()


def note_seen(found: Pass, *, at: datetime) -> None:
    """Remember when the phone last wrote, to the minute: a row rewritten by every batch would be a hot one."""
    if found.last_seen_at is None or found.last_seen_at < at - SEEN_EVERY:
        PhoneToken.objects.filter(pk=found.token).update(last_seen_at=at)
