"""Whether messages go out: the age of the oldest that is owed."""

from datetime import datetime, timedelta

from volunteers.messaging import models
from volunteers.messaging.models import Message

LATE_AFTER = models.LATE_AFTER


def oldest_owed(at: datetime) -> timedelta | None:
    """How long the oldest owed message has been waiting; None when nothing is owed."""
    due_at = Message.objects.owed(at).order_by("due_at").values_list("due_at", flat=True).first()
    return at - due_at if due_at else None


def is_late(at: datetime) -> bool:
    """Whether something has been owed for more than ten minutes."""
    age = oldest_owed(at)
    return age is not None and age > LATE_AFTER
