"""Events that could not be applied: kept as sent for an organiser, once each, without opinions unless in full mode."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from campaign.details.models import LegalMode
from canvassing.doorstep.events import Item, Reason
from canvassing.doorstep.models import HeldEvent
from canvassing.doorstep.tokens import Pass


@dataclass(frozen=True, slots=True)
class Hold:
    """An item to be held, and why."""

    item: Item
    mode: LegalMode
    reason: Reason


def hold(holds: Sequence[Hold], *, found: Pass, skew: timedelta, at: datetime) -> None:
    """Keep each item; one that is held already stays as it is. In key order, as contacts are."""
    rows = [
        HeldEvent(
            event_id=held.item.id,
            content_hash=held.item.content_hash,
            allocation_id=found.allocation,
            volunteer_id=found.volunteer,
            device=found.device,
            reason=held.reason,
            payload=held.item.payload,
            legal_mode=held.mode,
            skew=skew,
            received_at=at,
        )
        for held in sorted(holds, key=lambda held: (held.item.id, held.item.content_hash))
    ]
    HeldEvent.objects.bulk_create(rows, ignore_conflicts=True)


def known(ids: Collection[UUID]) -> dict[tuple[UUID, bytes], str]:
    """Why each of `ids` is held, by id and content."""
    rows = HeldEvent.objects.filter(event_id__in=ids).values_list("event_id", "content_hash", "reason")
    return {(id_, bytes(content_hash)): reason for id_, content_hash, reason in rows}
