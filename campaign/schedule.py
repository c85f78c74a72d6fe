"""What beat rings when (UTC). Loaded by worker and beat once Django is ready."""

from datetime import timedelta

from campaign.celery import app
from canvassing.allocation.tasks import return_expired
from canvassing.register.tasks import tidy_imports
from volunteers.messaging.tasks import deliver
from volunteers.reminders.tasks import move_lists_up, plan_reminders
from volunteers.signup.tasks import fill_in_wards

# A bell that nobody answered for two minutes is not rung late: the next one does the same.
EACH_MINUTE = {"schedule": timedelta(minutes=1), "options": {"expires": 120}}

app.conf.beat_schedule = {
    "take back the walks nobody came back with": {
        "task": return_expired.name,
        "schedule": timedelta(minutes=5),
    },
    "plan the reminders that have become due": EACH_MINUTE | {"task": plan_reminders.name},
    "move waiting lists up": EACH_MINUTE | {"task": move_lists_up.name},
    "send what is owed": EACH_MINUTE | {"task": deliver.name},
    "let go of register files that nobody came back to": {
        "task": tidy_imports.name,
        "schedule": timedelta(hours=1),
    },
    "find the wards of those whose postcode was not known": {
        "task": fill_in_wards.name,
        "schedule": timedelta(minutes=10),
    },
}
