"""Background work of messages, rung when one is owed and every minute by beat."""

from celery import shared_task
from django.utils.timezone import now

from volunteers.messaging import delivery


@shared_task
def deliver() -> int:
    """Send what is owed; returns how many messages were looked at. May run twice, or side by side."""
    return delivery.deliver(clock=now)
