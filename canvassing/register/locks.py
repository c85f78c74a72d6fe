"""One import at a time: advisory locks that live with the import's transaction, so a killed one leaves none behind."""

from django.db import connection

NAMESPACE = 0x526F7365  # "Rose": other advisory locks of the database have other first keys
ALL_IMPORTS = 0
BY_HAND = -1


def take(number: int) -> bool:
    """Take lock `number` until the transaction ends; False at once when another transaction has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [NAMESPACE, number])
        return bool(cursor.fetchone()[0])


def is_taken(number: int) -> bool:
    """Whether a living transaction has lock `number`. Looks only: asking by taking would disturb whoever comes then."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT FROM pg_locks
                WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            )
            """,
            [NAMESPACE, number],
        )
        return bool(cursor.fetchone()[0])


def interrupt(number: int) -> None:
    """Interrupt the statement that the transaction with lock `number` is running, if it runs one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_cancel_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            [NAMESPACE, number],
        )


def take_for_changes_by_hand() -> bool:
    """Let changes by hand follow one another until the transaction ends; False at once while an import runs.

    Imports find their own lock taken meanwhile, which is for moments only.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", [NAMESPACE, ALL_IMPORTS])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, BY_HAND])
    return True
