"""A session is called off, also while walks are out for it: those come back."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from canvassing.allocation import hand_back
from canvassing.allocation.models import Allocation
from volunteers.people.models import User
from volunteers.sessions import planning
from volunteers.sessions.models import Session


@transaction.atomic
def cancel_session(*, session: Session, because: str, by: User | None, at: datetime) -> Session:
    """Call `session` off, tell everybody, and end the walks that are out for it. Raises planning.SessionError.

    The walks are handed back, not revoked: what was logged before the phones hear of it counts.
    """
    found = planning.cancel(session=session, because=because, by=by, at=at)
    for walk in Allocation.objects.standing(at).filter(session=found).order_by("pk"):
        with suppress(hand_back.HandBackError):  # handed back this moment
            hand_back.hand_back(allocation=walk, by=by, at=at)
    return found
