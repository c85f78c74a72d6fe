"""What was logged on a walk's doors by whichever phone, so that no door is knocked at twice."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Coalesce

from canvassing.allocation.models import HeldDoor
from canvassing.doorstep.events import Kind
from canvassing.doorstep.models import Contact
from canvassing.doorstep.tokens import Pass
from canvassing.electorate.models import Household

# A batch is stamped when it arrives and seen when it commits. Who asks in between would miss it for ever, so each
# answer repeats the last minute; the phone drops the ids it knows.
REPEAT = timedelta(seconds=60)
FIELDS = ("pk", "kind", "door", "person", "outcome", "root", "happened_at")


def changes(found: Pass, *, since: datetime | None, at: datetime) -> dict[str, Any]:
    """Events at the doors of the walk received since `since`, at the earliest since it was handed out.

    What was logged at a door that became one of them counts as logged there. No opinions and no
    canvasser. `cursor` is what to ask with next time.
    """
    start = max(since or found.started_at, found.started_at)
    mine = HeldDoor.objects.filter(allocation=found.allocation, released_at=None).values("household")
    signposts = Household.objects.filter(merged_into__in=mine).values("pk")
    logged = Contact.objects.filter(household__in=mine.union(signposts), received_at__gte=start).annotate(
        door=Coalesce("household__merged_into", "household"), person=Coalesce("elector__merged_into", "elector")
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
