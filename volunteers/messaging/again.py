"""Trying again what failed, and mending an address that was refused."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from campaign.audit import trail
from volunteers.messaging import outbox
from volunteers.messaging.models import Message
from volunteers.people.models import User


@transaction.atomic
def try_again(*, message_ids: list[int], by: User, at: datetime) -> int:
    """Owe failed and stuck messages again, at once; returns how many.

    An address that was refused is tried once more: whoever presses this has heard that it works. What is too late by
    now stays as it is, and says "tomorrow" to nobody on the day.
    """
    waiting = Q(state=Message.State.DUE, due_at__lte=at) | Q(state=Message.State.FAILED)
    useful = Q(useful_until=None) | Q(useful_until__gt=at)
    chosen = Message.objects.filter(waiting & useful, pk__in=message_ids)
    refused = chosen.filter(why=Message.Why.ADDRESS_REFUSED, guardian_email="")
    users = User.objects.filter(volunteers__messages__in=refused)
    User.objects.filter(pk__in=list(users.values_list("pk", flat=True))).update(
        email_refused_at=None, phone_refused_at=None
    )
    tried = chosen.update(
        state=Message.State.DUE, why=Message.Why.NONE, last_error="", attempts=0, due_at=at, next_try_at=at
    )
    trail.record(act="messages tried again", actor=by, at=at, facts={"messages": tried})
    outbox.ring()
    return tried
