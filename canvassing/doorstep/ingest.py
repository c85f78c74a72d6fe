"""What the server does with a phone's events: one transaction, each item its own result, the answer after commit.

Steps (docs/sync_protocol.md): judge each item without the database, with opinions taken out first; find or make typed
doors; add contacts; hold what cannot be applied; bring states up to date; add to tallies and totals. Rows are locked in
this order, and in key order within each step, whoever comes: so nobody waits in a circle.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from campaign.details.models import LegalMode
from canvassing.allocation.models import HeldDoor
from canvassing.doorstep import added_doors, contacts, held, reconcile, tallies
from canvassing.doorstep.arrivals import Arrival, judge
from canvassing.doorstep.contacts import CANVASSER, Place, Row
from canvassing.doorstep.events import Envelope, Event, Kind, Reason, TypedDoor
from canvassing.doorstep.fold import Logged
from canvassing.doorstep.refold import MergedMeanwhileError, refold
from canvassing.doorstep.tallies import Tallied
from canvassing.doorstep.tokens import Pass, State, Wipe
from canvassing.doorstep.verdicts import Kept, Result, Status, Stored, verdicts
from canvassing.progress import deltas
from canvassing.progress.days import london_day
from canvassing.progress.deltas import Delta

Chosen = list[tuple[Arrival, Event]]

MERGES_TO_OUTLAST = 20  # each is somebody's press of a button while the batch is on its way


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a batch, results in the order of its items."""

    results: list[Result]
    have: int
    state: State
    wipe: Wipe


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a batch's items, and what is still to be added to totals and tallies."""

    results: list[Result]
    gains: list[Delta]
    heard: Tallied


def ingest(*, token: Pass, envelope: Envelope, at: datetime) -> Answer:
    """Take in a batch. Sending it again, whole or in parts, changes nothing and gets the same answer."""
    arrivals = judge(envelope, token, at=at)
    readable = [arrival for arrival in arrivals if arrival is not None]
    applied, have = _persist(lambda: _take_in(readable, token, skew=at - envelope.sent_at, at=at))
    results = iter(applied.results)
    refused = Result(None, Status.REFUSED, "no_id")
    return Answer(
        results=[refused if arrival is None else next(results) for arrival in arrivals],
        have=have,
        state=token.state(at),
        wipe=token.wipe(at),
    )


def _persist(take_in: Callable[[], tuple[Applied, int]]) -> tuple[Applied, int]:
    """Begin anew after each merge of doors or people that came between: nothing of the last try is left."""
    for _ in range(MERGES_TO_OUTLAST):
        with suppress(MergedMeanwhileError):
            return take_in()
    return take_in()


@transaction.atomic
def _take_in(arrivals: Sequence[Arrival], token: Pass, *, skew: timedelta, at: datetime) -> tuple[Applied, int]:
    """Everything that is written of a batch; returns that, and how many events of the phone we hold."""
    applied = _apply(arrivals, token, skew=skew, at=at)
    have = reconcile.have(token.device)
    reconcile.note_seen(token, at=at)
    # Last, for every phone of a district waits for these rows until whoever changed them has committed.
    tallies.add(applied.heard)
    deltas.add(applied.gains)
    return applied, have


def _apply(arrivals: Sequence[Arrival], token: Pass, *, skew: timedelta, at: datetime) -> Applied:
    chosen = _chosen(arrivals)
    typed = added_doors.find_or_make(_typed_doors(chosen), found=token, at=at)
    rows = _rows(chosen, typed.doors)
    added = contacts.add(rows, found=token, skew=skew, at=at)
    stored, kept = _stored(arrivals, rows, added)
    results, holds = verdicts(arrivals, stored, kept, _why_not(chosen, rows, stored, token))
    held.hold(holds, found=token, skew=skew, at=at)
    if not added and not typed.made:
        return Applied(results, [], Counter())
    fresh = [row for row in rows if row.event.id in added]
    folded = refold(new=[_logged(row, added, token) for row in fresh], besides=typed.made)
    return Applied(results, folded.gains, _heard(fresh, added, folded.districts))


def _chosen(arrivals: Sequence[Arrival]) -> Chosen:
    """What may be applied as far as we can tell without the database; of several under one id, the first."""
    chosen: dict[UUID, tuple[Arrival, Event]] = {}
    for arrival in arrivals:
        if arrival.reason is None and arrival.item.event is not None:
            chosen.setdefault(arrival.item.id, (arrival, arrival.item.event))
    return list(chosen.values())


def _typed_doors(chosen: Chosen) -> set[TypedDoor]:
    return {event.door for _, event in chosen if isinstance(event.door, TypedDoor)}


def _rows(chosen: Chosen, typed: Mapping[TypedDoor, int]) -> list[Row]:
    """The contacts to add: `chosen`, each at a door with an id."""
    rows = []
    for arrival, event in chosen:
        door = typed.get(event.door) if isinstance(event.door, TypedDoor) else event.door
        if door is not None:
            rows.append(Row(event, door, arrival.mode, arrival.happened_at, arrival.item.content_hash))
    return rows


def _stored(arrivals: Iterable[Arrival], rows: Iterable[Row], added: Mapping[UUID, Place]) -> tuple[Stored, Kept]:
    """What stands under the ids of the batch, now that its new contacts are in: as contacts, and held."""
    rest = {arrival.item.id for arrival in arrivals} - added.keys()
    mine = {row.event.id: (row.content_hash, row.door) for row in rows if row.event.id in added}
    return (mine | contacts.known(rest), held.known(rest)) if rest else (mine, {})


def _why_not(chosen: Chosen, rows: Iterable[Row], stored: Stored, token: Pass) -> dict[UUID, Reason]:
    """Why sound events were not added: their door was never in these hands, or the person does not live there."""
    doors = {row.event.id: row.door for row in rows}
    missing = [event.id for _, event in chosen if event.id not in stored]
    if not missing:
        return {}
    in_hands = HeldDoor.objects.filter(allocation=token.allocation, household__in=doors.values())
    mine = set(in_hands.values_list("household", flat=True))
    return {id_: Reason.BAD_PERSON if doors.get(id_) in mine else Reason.BAD_DOOR for id_ in missing}


def _logged(row: Row, added: Mapping[UUID, Place], token: Pass) -> Logged:
    event, place = row.event, added[row.event.id]
    return Logged(
        id=event.id,
        household=place.door,
        elector=place.person,
        allocation=token.allocation,
        kind=event.kind,
        root=event.root,
        rank=CANVASSER,
        outcome=event.outcome,
        happened_at=row.happened_at,
        device=token.device,
        seq=event.seq,
    )


def _heard(rows: Iterable[Row], added: Mapping[UUID, Place], districts: Mapping[int, int]) -> Tallied:
    """What new contacts in tally mode add to the counts. Corrections add none: what was counted stays counted."""
    heard: Tallied = Counter()
    for row in rows:
        district = districts.get(added[row.event.id].door)
        if district is not None and row.mode == LegalMode.TALLY and row.event.kind == Kind.CONTACT:
            for question, answer in row.event.opinions.items():
                heard[district, london_day(row.happened_at), question, answer] += 1
    return heard
