"""Choosing what a kind of message says, and going back to the default."""

from datetime import datetime

from django.db import transaction

from campaign.audit import trail
from volunteers.messaging import rendering
from volunteers.messaging.default_wordings import Text
from volunteers.messaging.kinds import Kind
from volunteers.messaging.models import Wording
from volunteers.people.models import User


@transaction.atomic
def save(*, kind: Kind, text: Text, by: User, at: datetime) -> None:
    """Say `text` from now on, also in messages that are owed already. Raises rendering.WordingError."""
    rendering.check(kind, text.subject, text.body, text.sms)
    Wording.objects.update_or_create(
        kind=kind.name,
        defaults={"subject": text.subject, "body": text.body, "sms": text.sms, "edited_at": at, "edited_by": by},
    )
    trail.record(act="wording changed", actor=by, at=at, subject=f"message:{kind.name}")


@transaction.atomic
def reset(*, kind: Kind, by: User, at: datetime) -> None:
    """Say the default again."""
    Wording.objects.filter(kind=kind.name).delete()
    trail.record(act="wording reset", actor=by, at=at, subject=f"message:{kind.name}")
