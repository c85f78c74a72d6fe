"""The Celery application. It only rings bells: the row in PostgreSQL is the job, and every task may run twice."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")


def configuration() -> dict[str, Any]:
    """Read when Celery is first used, not when this package is first imported: that may be before the settings."""
    return broker() | {
        "imports": (
            "canvassing.allocation.tasks",
            "canvassing.register.tasks",
            "volunteers.messaging.tasks",
            "volunteers.reminders.tasks",
            "volunteers.signup.tasks",
            "campaign.schedule",
        ),
        "timezone": "UTC",
        "task_ignore_result": True,
        "task_acks_late": True,  # a killed worker's bell rings again
        "worker_prefetch_multiplier": 1,
        "worker_redirect_stdouts": False,
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0.1},  # a page never waits for a lost broker
        "broker_connection_retry_on_startup": True,
        "beat_schedule_filename": str(settings.VAR / "beat"),
    }


def broker() -> dict[str, Any]:
    """Redis where REDIS_URL names one; else files under `var`, which any process of this machine can read."""
    if settings.REDIS_URL:
        return {
            "broker_url": settings.REDIS_URL,
            "broker_transport_options": {"socket_connect_timeout": 3, "socket_timeout": 10, "socket_keepalive": True},
        }
    folder = settings.VAR / "broker"
    return {
        "broker_url": "filesystem://localhost/",  # a host that is not named is a warning
        "broker_transport": "campaign.foundation.broker:Transport",
        "broker_transport_options": {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "bindings"),
        },
        "worker_enable_remote_control": False,
    }


app = Celery("rosette")
app.add_defaults(configuration)


@setup_logging.connect
def leave_logging_to_the_settings(**kwargs: Any) -> None:
    """Celery sets nothing up where somebody listens to this signal, and settings.LOGGING stands."""
