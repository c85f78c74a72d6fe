"""One walk as its page shows it: the doors in order, in whose hands each is, and who has had the walk before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from canvassing.allocation.board import Out, outs
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.allocation.moments import clock
from canvassing.walks.models import Walk

HISTORY_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Hands:
    """Whoever holds a door by another walk."""

    walk_id: int
    in_words: str


@dataclass(frozen=True, slots=True)
class DoorLine:
    """A door at its place: its label within its block, whether it was tried in these hands, who else has it."""

    label: str
    block: str
    counts: bool
    tried: bool
    elsewhere: Hands | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Doors of this walk in one pair of other hands."""

    hands: Hands
    doors: list[DoorLine]

    @property
    def in_words(self) -> str:
        """ "1, 7, 11A; Rowan Court: Flat 2, Flat 3"."""
        blocks = groupby(self.doors, key=lambda door: door.block)
        return "; ".join(f"{block}: {_labels(doors)}" if block else _labels(doors) for block, doors in blocks)


@dataclass(frozen=True, slots=True)
class PastHands:
    """An allocation that is over."""

    holder: str
    since: str
    until: str
    how: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything about one walk but the forms. Four statements."""

    walk: Walk
    streets: str
    doors: list[DoorLine]
    out: Out | None
    history: list[PastHands]
    expected: int = 0  # doors of its streets, as a street list says

    @property
    def left_out(self) -> list[LeftOut]:
        """Doors in other hands: left out by the hand-out, or about to be."""
        found = {
            door.elsewhere: [line for line in self.doors if line.elsewhere == door.elsewhere] for door in self.doors
        }
        return [LeftOut(hands, doors) for hands, doors in found.items() if hands]

    @property
    def none_free(self) -> bool:
        """Whether there are doors, and each that counts is in other hands."""
        counting = [door for door in self.doors if door.counts]
        return bool(counting) and all(door.elsewhere for door in counting)


def sheet(walk: Walk, *, at: datetime) -> Sheet:
    out = outs(walk.allocations.all(), at=at).get(walk.pk)
    along = list(walk.walk_streets.order_by("street__name", "pk").values_list("street__name", "street__expected_doors"))
    return Sheet(
        walk=walk,
        streets=", ".join(name for name, _ in along),
        doors=_doors(walk, out.allocation if out else None, at),
        out=out,
        history=_history(walk, at),
        expected=sum(expected or 0 for _, expected in along),
    )


def _doors(walk: Walk, allocation: Allocation | None, at: datetime) -> list[DoorLine]:
    elsewhere = _elsewhere(walk, allocation, at)
    rows = walk.doors.order_by("position").values_list(
        "household", "household__label", "household__block__name", "household__state__standing",
        "household__state__last_at",
    )  # fmt: skip
    return [
        DoorLine(
            label=label.removesuffix(f", {block}"),
            block=block or "",
            counts=standing,
            tried=bool(allocation and last_at and last_at >= allocation.started_at),
            elsewhere=elsewhere.get(household),
        )
        for household, label, block, standing, last_at in rows
    ]


def _labels(doors: Iterable[DoorLine]) -> str:
    return ", ".join(door.label for door in doors)


def _elsewhere(walk: Walk, allocation: Allocation | None, at: datetime) -> dict[int, Hands]:
    """Who holds doors of this walk by another allocation that stands."""
    holds = (
        HeldDoor.objects.filter(household__walk_doors__walk=walk, purpose=walk.purpose, released_at=None)
        .filter(allocation__ended_at=None, allocation__expires_at__gt=at)
        .exclude(allocation=allocation)
        .select_related("allocation__holder")
    )
    return {hold.household_id: _hands(hold.allocation, at) for hold in holds}


def _hands(allocation: Allocation, at: datetime) -> Hands:
    return Hands(allocation.walk_id, f"with {allocation.holder.known_as} since {clock(allocation.started_at, at)}")


def _history(walk: Walk, at: datetime) -> list[PastHands]:
    """Newest first. What has run out is over, whether a job has tidied or not."""
    over = walk.allocations.over(at).select_related("holder").order_by("-started_at", "-pk")[:HISTORY_SHOWN]
    return [
        PastHands(
            holder=past.holder.known_as,
            since=clock(past.started_at, at),
            until=clock(past.ended_at or past.expires_at, at),
            how=past.get_end_display() if past.end else Allocation.End.EXPIRED.label,
        )
        for past in over
    ]
