"""What a mail provider reports later: an address that bounced or complained is marked, as one refused at once is."""

from typing import Any

from anymail.signals import EventType, tracking
from django.db.models import Q
from django.dispatch import receiver
from django.utils.timezone import now

from volunteers.messaging.delivery import mark_address
from volunteers.messaging.kinds import Channel
from volunteers.messaging.models import Message
from volunteers.people.models import User

FOR_GOOD = {EventType.BOUNCED, EventType.REJECTED, EventType.COMPLAINED}


@receiver(tracking)
def on_tracking(sender: Any, event: Any, esp_name: str, **kwargs: Any) -> None:
    """Anymail's only way of telling is a signal. A delay or a full mailbox marks nothing."""
    if event.event_type not in FOR_GOOD or not event.recipient:
        return
    user = User.objects.filter(email__iexact=event.recipient).first()
    if user is not None:
        mark_address(user.pk, Channel.EMAIL, at=now())
    theirs = Q(guardian_email__iexact=event.recipient)
    if user is not None:
        theirs |= Q(guardian_email="", volunteer__user=user)
    latest = Message.objects.filter(theirs, state=Message.State.SENT, channel=Channel.EMAIL).order_by("-sent_at", "-pk")
    said = "it was marked as unwanted" if event.event_type == EventType.COMPLAINED else "it came back"
    Message.objects.filter(pk__in=list(latest.values_list("pk", flat=True)[:1])).update(
        state=Message.State.FAILED, sent_at=None, why=Message.Why.ADDRESS_REFUSED, last_error=said
    )
