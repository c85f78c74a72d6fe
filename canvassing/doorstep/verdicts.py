"""The answer to each item, and which items are to be held for an organiser."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from canvassing.doorstep.arrivals import Arrival
from canvassing.doorstep.events import Item, Reason, TypedDoor
from canvassing.doorstep.held import Hold

Stored = dict[UUID, tuple[bytes, int]]  # content hash and door of the contact under an id
Kept = dict[tuple[UUID, bytes], str]  # why an id with this content is held


class Status(StrEnum):
    """What became of one item. All but `REFUSED` mean that the phone may drop it from its outbox."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one item; `door` names a typed door by its id."""

    id: UUID | None
    status: Status
    reason: str | None = None
    door: str | None = None


def verdicts(
    arrivals: Iterable[Arrival], stored: Stored, kept: Kept, why_not: Mapping[UUID, Reason]
) -> tuple[list[Result], list[Hold]]:
    """The result of each item in order, and what is to be held."""
    results: dict[tuple[UUID, bytes], Result] = {}
    answers, holds = [], []
    for arrival in arrivals:
        item, key = arrival.item, (arrival.item.id, arrival.item.content_hash)
        if key in results:
            answers.append(replace(results[key], status=Status.DUPLICATE, reason=None))
            continue
        if key in kept:
            result = Result(item.id, Status.HELD, kept[key])
        elif item.id in stored and stored[item.id][0] == item.content_hash:
            result = Result(item.id, Status.ACCEPTED, door=_named(item, stored[item.id][1]))
        else:
            reason = Reason.ID_REUSED if item.id in stored else arrival.reason or why_not[item.id]
            holds.append(Hold(item, arrival.mode, reason))
            result = Result(item.id, Status.HELD, reason)
        results[key] = result
        answers.append(result)
    return answers, holds


def _named(item: Item, door: int) -> str | None:
    """The id of a door that was sent without one."""
    return f"d{door}" if item.event is not None and isinstance(item.event.door, TypedDoor) else None
