"""Writing the campaign's details: one row, and one line of the trail for each change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from campaign.audit import trail
from campaign.details.models import CampaignDetails

ONLY_ROW = 1
SHOWN_IN_THE_TRAIL = {"polling_day", "legal_mode", "names_on_phones", "volunteer_target", "accent"}


@transaction.atomic
def save(*, details: CampaignDetails, changed: Iterable[str], actor: Any, at: datetime) -> None:
    """Save `details`, whose fields named in `changed` are new. The trail holds the values that name nobody."""
    names = sorted(changed)
    details.pk = ONLY_ROW
    details.updated_at = at
    details.save()
    values = {name: str(getattr(details, name)) for name in names if name in SHOWN_IN_THE_TRAIL}
    trail.record(
        act="details changed",
        actor=actor,
        at=at,
        subject="details",
        facts={"fields": names} | values,
    )
