"""A parent or guardian agrees that somebody under 18 helps."""

from datetime import datetime

from django.db import transaction

from campaign.audit import trail
from volunteers.people.models import GuardianConsent


@transaction.atomic
def agree(*, consent: GuardianConsent, at: datetime) -> None:
    """They agree. Twice is as once."""
    if GuardianConsent.objects.filter(pk=consent.pk, given_at=None).update(given_at=at):
        trail.record(act="guardian agreed", actor=None, at=at, subject=f"volunteer:{consent.volunteer_id}")
