"""Putting messages into the outbox: one row under a unique key, in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from volunteers.messaging.models import Message
from volunteers.messaging.tasks import deliver


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be: to whom, of which kind, when, and the keys of what it speaks of."""

    key: str
    kind: str
    volunteer_id: int
    due_at: datetime
    about: Mapping[str, Any] = field(default_factory=dict)
    useful_until: datetime | None = None
    guardian_email: str = ""


def queue(*drafts: Draft) -> None:
    """Owe these messages, each once for its key, and ring for the worker when the transaction commits.

    A key that is there already is left as it is: whoever asks twice, or comes too late, changes nothing.
    """
    Message.objects.bulk_create(
        [
            Message(
                key=draft.key,
                kind=draft.kind,
                volunteer_id=draft.volunteer_id,
                guardian_email=draft.guardian_email,
                about=dict(draft.about),
                due_at=draft.due_at,
                next_try_at=draft.due_at,
                useful_until=draft.useful_until,
            )
            for draft in sorted(drafts, key=lambda draft: draft.key)  # one order for everybody: no deadlock
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    ring()


def ring() -> None:
    """Wake the worker once the transaction has committed. A bell that is not heard is rung again by beat."""
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    deliver.delay()
