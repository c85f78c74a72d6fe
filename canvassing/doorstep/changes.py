"""What was logged on a walk's doors by whichever phone, so that no door is knocked at twice."""

from datetime import datetime, timedelta
from typing import Any

from canvassing.doorstep.events import Kind
from canvassing.doorstep.models import Contact
from canvassing.doorstep.tokens import Pass

# A batch is stamped when it arrives and seen when it commits. Who asks in between would miss it for ever, so each
# answer repeats the last minute; the phone drops the ids it knows.
REPEAT = timedelta(seconds=60)
FIELDS = ("pk", "kind", "household", "elector", "outcome", "root", "happened_at")


def changes(found: Pass, *, since: datetime | None, at: datetime) -> dict[str, Any]:
    """Events at the doors of the walk received since `since`, at the earliest since it was handed out.

    No opinions and no canvasser. `cursor` is what to ask with next time.
    """
    start = max(since or found.started_at, found.started_at)
    logged = Contact.objects.filter(
        household__holds__allocation=found.allocation, household__holds__released_at=None, received_at__gte=start
    )
    rows = logged.order_by("received_at", "pk").values_list(*FIELDS)
    return {
        "events": [_event(*row) for row in rows],
        "cursor": max(start, at - REPEAT).isoformat().replace("+00:00", "Z"),
        "server_time": at,
    }


def _event(id: Any, kind: str, door: int, person: int | None, outcome: str, root: Any, at: datetime) -> dict[str, Any]:
    return {
        "id": id,
        "kind": kind,
        "door": f"d{door}",
        "person": None if person is None else f"p{person}",
        "outcome": outcome,
        "target": None if kind == Kind.CONTACT else root,
        "at": at,
    }
