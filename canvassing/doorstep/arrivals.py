"""An item as it came in: the mode that rules it, when it happened, and whether the walk's life speaks against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign.details.models import LegalMode
from canvassing.doorstep import events
from canvassing.doorstep.events import Envelope, Event, Item, Reason
from canvassing.doorstep.tokens import Pass, State


@dataclass(frozen=True, slots=True)
class Arrival:
    """One item as it came in: the mode that rules it, when it happened, and why it cannot be applied, if it cannot."""

    item: Item
    mode: LegalMode
    happened_at: datetime
    reason: Reason | None


def judge(envelope: Envelope, token: Pass, *, at: datetime) -> list[Arrival | None]:
    """Judge every item of a batch without asking the database; None for one that has no id.

    Opinions come out first, where the mode does not let them be kept.
    """
    ruling = {mode: LegalMode.stricter(mode, token.legal_mode or LegalMode.TALLY) for mode in LegalMode.values}
    return [_judge(raw, ruling, token, envelope, at) for raw in envelope.items]


def _judge(raw: Any, ruling: Mapping[str, LegalMode], token: Pass, envelope: Envelope, at: datetime) -> Arrival | None:
    """The stricter of the mode at the door and at receipt rules; an event that names none was said in tally."""
    sent_mode = raw.get("mode") if isinstance(raw, dict) else None
    mode = ruling.get(sent_mode, LegalMode.TALLY) if isinstance(sent_mode, str) else LegalMode.TALLY
    item = events.read(raw, keep_opinions=mode == LegalMode.FULL)
    if item is None:
        return None
    happened_at = _happened_at(item.event, token, skew=at - envelope.sent_at, at=at)
    return Arrival(item, mode, happened_at, _reason(item, happened_at, token, envelope, at))


def _happened_at(event: Event | None, token: Pass, *, skew: timedelta, at: datetime) -> datetime:
    """The phone's time put right by its skew, never before the hand-out nor after receipt."""
    return at if event is None else min(at, max(token.started_at, event.said_at + skew))


def _reason(item: Item, happened_at: datetime, token: Pass, envelope: Envelope, at: datetime) -> Reason | None:
    if token.state(at) == State.REVOKED:
        return Reason.REVOKED
    if envelope.v > events.VERSION:
        return Reason.FUTURE_VERSION
    if item.event is None:
        return Reason.BAD_VALUE
    return Reason.EXPIRED if happened_at > token.ends_at else None
