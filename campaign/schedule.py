"""What beat rings when (UTC). Loaded by worker and beat once Django is ready."""

from datetime import timedelta

from campaign.celery import app
from canvassing.allocation.tasks import return_expired

app.conf.beat_schedule = {
    "take back the walks nobody came back with": {
        "task": return_expired.name,
        "schedule": timedelta(minutes=5),
    },
}
