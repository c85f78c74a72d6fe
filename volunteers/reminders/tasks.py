"""Background work of reminders and waiting lists, rung by beat, each by a bell of its own: none waits for another."""

from celery import shared_task
from django.utils.timezone import now

from volunteers.messaging import outbox
from volunteers.reminders import planning
from volunteers.sessions import waiting_list


@shared_task
def plan_reminders() -> int:
    """Owe what has become due, and wake the worker that sends; returns how many. May run twice, or late."""
    planned = planning.plan(at=now())
    outbox.ring()
    return planned


@shared_task
def move_lists_up() -> int:
    """Offer the places that have come free; returns how many. May run twice."""
    return waiting_list.sweep(at=now())
