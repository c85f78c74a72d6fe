"""Whether the parts the site stands on answer."""

import logging

from django.db import Error, connection
from kombu.exceptions import OperationalError

from campaign.celery import app
from volunteers.messaging.health import oldest_owed

PATIENCE = 2

__all__ = ["broker_answers", "database_answers", "oldest_owed"]

log = logging.getLogger(__name__)


def database_answers() -> bool:
    """Whether PostgreSQL answers a question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        log.exception("The database does not answer")
        return False
    return True


def broker_answers() -> bool:
    """Whether a message could be handed to the broker, tried once for at most PATIENCE seconds."""
    try:
        with app.connection_for_write(connect_timeout=PATIENCE) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=PATIENCE)
    except (OSError, OperationalError):
        log.exception("The broker does not answer")
        return False
    return True
