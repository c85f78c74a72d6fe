"""Writing to the audit trail."""

from datetime import datetime
from typing import Any

from campaign.audit.models import AuditEvent


def record(*, act: str, actor: Any, at: datetime, subject: str = "", facts: dict[str, Any] | None = None) -> AuditEvent:
    """Add one act to the trail in the caller's transaction.

    `actor` is a signed-in user, or None for the system. `facts` must hold no personal data.
    """
    who = f"user:{actor.pk}" if actor is not None and actor.pk else "system"
    return AuditEvent.objects.create(act=act, actor=who, at=at, subject=subject, facts=facts or {})
