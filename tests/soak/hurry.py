"""Seconds for minutes, so that a soak need not last for hours. Imported after the schedule, once Django is ready."""

import os
from datetime import timedelta

from campaign.celery import app
from volunteers.messaging import delivery
from volunteers.messaging.tasks import deliver
from volunteers.reminders.tasks import plan_reminders

delivery.LEASE = timedelta(seconds=int(os.environ["HURRY_LEASE"]))
delivery.BACKOFF = [timedelta(seconds=int(os.environ["HURRY_BACKOFF"]))] * len(delivery.BACKOFF)
app.conf.beat_schedule = {
    f"{task.name}, every second": {"task": task.name, "schedule": timedelta(seconds=1)}
    for task in (plan_reminders, deliver)
}
app.conf.beat_max_loop_interval = 1
