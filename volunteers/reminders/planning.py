"""What is owed to whoever has a place: worked out from sessions and bookings as they stand, whoever changed them.

Each minute the reminders that have just become due are added, in one statement whatever their number. The key holds
kind, booking and start: once per moment, and anew when the session moves. What was skipped because the facts had
changed is owed again where they have changed back; what was sent is not. What nobody could add in time (no clock ran
for hours) is added all the same, so that the outbox shows it as too late instead of losing it silently.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from volunteers.reminders.timetable import Moment, timetable
from volunteers.sessions.models import Session

NEAR = timedelta(hours=50)  # the day before at 11:00 to a session at midnight, and a change of the clocks
LOOK_BACK = timedelta(hours=40)
A_LITTLE_AHEAD = timedelta(minutes=1)

# What was due before it was booked, or before the session was moved, is past: the answer to that act said it all.
OWED = """
WITH moment AS (
    SELECT * FROM unnest(
        %(session)s::bigint[], %(kind)s::text[], %(due_at)s::timestamptz[], %(useful_until)s::timestamptz[]
    ) AS moment (session_id, kind, due_at, useful_until)
), owed AS (
    SELECT moment.kind, moment.due_at, moment.useful_until, booking.volunteer_id, booking.id AS booking_id,
           to_char(session.starts_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MI"Z"') AS start
    FROM moment
    JOIN volunteers_session session ON session.id = moment.session_id
    JOIN volunteers_booking booking ON booking.session_id = session.id
    WHERE (booking.state = 'confirmed' OR booking.state = 'held' AND booking.kept_until > %(at)s)
      AND session.cancelled_at IS NULL
      AND moment.due_at > booking.booked_at AND (session.moved_at IS NULL OR moment.due_at > session.moved_at)
      AND (booking.checked_in_at IS NOT NULL) = (moment.kind IN ('thanks', 'next_ask'))
)
"""
ADD = """
INSERT INTO volunteers_message (
    key, kind, volunteer_id, guardian_email, about, due_at, next_try_at, useful_until, state, attempts, channel, why,
    last_error, uuid
)
SELECT owed.kind || ':' || owed.booking_id || ':' || owed.start, owed.kind, owed.volunteer_id, '',
       jsonb_build_object('booking', owed.booking_id, 'start', owed.start), owed.due_at, owed.due_at,
       owed.useful_until, 'due', 0, '', '', '', gen_random_uuid()
FROM owed
WHERE NOT EXISTS (
    SELECT FROM volunteers_message known WHERE known.key = owed.kind || ':' || owed.booking_id || ':' || owed.start
)
ORDER BY 1
ON CONFLICT DO NOTHING
"""
REVIVE = """
UPDATE volunteers_message message SET state = 'due', why = '', attempts = 0, next_try_at = message.due_at
FROM owed
WHERE message.key = owed.kind || ':' || owed.booking_id || ':' || owed.start
  AND message.state = 'skipped' AND message.why = 'changed' AND message.useful_until > %(at)s
"""


@transaction.atomic
def plan(*, at: datetime) -> int:
    """Owe every reminder due at `at` to the bookings that stand; returns how many were added. May run twice."""
    moments = list(_moments(at))
    if not moments:
        return 0
    parameters: dict[str, Any] = {
        "at": at,
        "session": [pk for pk, _ in moments],
        "kind": [moment.kind for _, moment in moments],
        "due_at": [moment.due_at for _, moment in moments],
        "useful_until": [moment.useful_until for _, moment in moments],
    }
    with connection.cursor() as cursor:
        cursor.execute(OWED + ADD, parameters)
        added: int = cursor.rowcount
        cursor.execute(OWED + REVIVE, parameters)
    return added


def start_of(session: Session) -> str:
    """A session's start as it stands in keys: "20270410T1700Z"."""
    return f"{session.starts_at.astimezone(UTC):%Y%m%dT%H%MZ}"


def _moments(at: datetime) -> Iterator[tuple[int, Moment]]:
    """What has become due lately, session by session."""
    near: Sequence[tuple[int, datetime, datetime]] = list(
        Session.objects.on()
        .filter(starts_at__lt=at + NEAR, ends_at__gt=at - NEAR)
        .order_by("pk")
        .values_list("pk", "starts_at", "ends_at")
    )
    for pk, starts_at, ends_at in near:
        for moment in timetable(starts_at, ends_at):
            if at - LOOK_BACK < moment.due_at <= at + A_LITTLE_AHEAD:
                yield pk, moment
