"""Background work of joining."""

from celery import shared_task

from volunteers.signup import areas


@shared_task
def fill_in_wards() -> int:
    """Give those a ward whose postcode point came after them; returns how many. May run twice."""
    return areas.fill_in()
