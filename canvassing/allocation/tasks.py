"""Background work of allocation, rung by beat."""

from celery import shared_task
from django.utils.timezone import now

from canvassing.allocation.hand_back import return_run_out


@shared_task
def return_expired() -> int:
    """Take back what has run out; returns how many allocations. May run twice, or never: hand-out does not need it."""
    return return_run_out(at=now())
