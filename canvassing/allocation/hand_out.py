"""Handing a walk to a person: the walk and its free doors are held until handed back or run out."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from campaign.audit import trail
from canvassing.allocation import holds
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.allocation.moments import clock
from canvassing.electorate.models import Household
from canvassing.walks.models import Walk
from volunteers.people.models import User, Volunteer
from volunteers.sessions.check_in import has_consent
from volunteers.sessions.models import Booking

USUAL_LEASE = timedelta(hours=3)
A_LITTLE_MORE = timedelta(hours=1)
LONGEST_LEASE = timedelta(days=7)


class HandOutError(Exception):
    """Why a walk cannot be handed out, in a sentence for the organiser."""


@dataclass(frozen=True, slots=True)
class DoorElsewhere:
    """A door left out because somebody holds it. `holder` is empty when it was let go this very moment."""

    household_id: int
    label: str
    holder: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class HandOut:
    """What came of a hand-out: the allocation, and the doors of the walk that it did not get."""

    allocation: Allocation
    held_elsewhere: tuple[DoorElsewhere, ...]


def hand_out(*, walk: Walk, holder: Volunteer, by: User | None, until: datetime, at: datetime) -> HandOut:
    """Put `walk` in `holder`'s hands until `until`; doors already in other hands are left out and named.

    A walk without doors is handed out by itself. A walk retired by a re-cut may still be handed out by whoever has
    its page open: holds are on doors, so its successors leave out what it took. Doors that want no contact are left
    out too. Raises HandOutError when the walk is out already, when each of its doors is in somebody's hands, wants no
    contact or has lost its electors, when the lease is over, or longer than a week, when the holder is too young to
    see the register, or under 18 without a guardian's consent and an adult who goes along and is here.
    """
    check_lease(until, at=at)
    if not holder.may_see_electors:
        raise HandOutError(
            f"{holder.known_as} is under 16 and may not see the register. Hand it to the adult with them."
        )
    if not has_consent(holder):
        raise HandOutError(f"{holder.known_as} is under 18 and no parent or guardian has agreed yet.")
    if holder.is_minor and not Booking.objects.here(at).filter(volunteer=holder.adult_partner_id).exists():
        raise HandOutError(f"{holder.known_as} is under 18. Say on the session's list which adult goes along.")
    try:
        return _hand_out(walk, holder, by, until, at)
    except IntegrityError as error:
        out = Allocation.objects.standing(at).filter(walk=walk).select_related("holder").first()
        if out is None:
            raise
        raise HandOutError(
            f"{walk} is already out: with {out.holder.known_as} since {clock(out.started_at, at)}, "
            f"until {clock(out.expires_at, at)}."
        ) from error


def check_lease(until: datetime, *, at: datetime) -> None:
    """Raises HandOutError unless `until` lies ahead, and not more than a week."""
    if until <= at:
        raise HandOutError("The time to have it back by has already passed.")
    if until > at + LONGEST_LEASE:
        raise HandOutError("A walk can be out for seven days at most. Hand it out again after that.")


@transaction.atomic
def _hand_out(walk: Walk, holder: Volunteer, by: User | None, until: datetime, at: datetime) -> HandOut:
    holds.lock_streets(walk.walk_streets.values_list("street", flat=True))
    doors = Household.objects.standing().welcoming().filter(walk_doors__walk=walk)
    labels = dict(doors.values_list("pk", "label"))
    if walk.door_count and not labels:
        raise HandOutError(
            f"Nobody is registered behind any door of {walk} now, or they want no contact. "
            "Cut its polling district anew."
        )
    holds.end_run_out(Q(walk=walk) | holds.of_doors(labels, walk.purpose), at=at)
    here = Booking.objects.here(at).filter(volunteer=holder).order_by("-checked_in_at", "pk").first()
    allocation = Allocation.objects.create(
        walk=walk,
        session_id=here.session_id if here else None,
        holder=holder,
        handed_out_by=by,
        started_at=at,
        expires_at=until,
    )
    mine = holds.take(allocation=allocation, household_ids=labels)
    elsewhere = _named({pk: label for pk, label in labels.items() if pk not in mine}, walk.purpose)
    if labels and not mine:
        raise HandOutError(_none_left(walk, elsewhere, at))
    trail.record(
        act="walk handed out",
        actor=by,
        subject=f"walk:{walk.pk}",
        at=at,
        facts={"allocation": allocation.pk, "doors": len(mine), "left_out": len(elsewhere)},
    )
    return HandOut(allocation, elsewhere)


def _named(labels: dict[int, str], purpose: str) -> tuple[DoorElsewhere, ...]:
    holding = HeldDoor.objects.filter(household__in=labels, purpose=purpose, released_at=None)
    by_door = {hold.household_id: hold.allocation for hold in holding.select_related("allocation__holder")}
    return tuple(
        DoorElsewhere(pk, label, out.holder.known_as, out.started_at)
        if (out := by_door.get(pk))
        else DoorElsewhere(pk, label, "", None)
        for pk, label in labels.items()
    )


def _none_left(walk: Walk, elsewhere: tuple[DoorElsewhere, ...], at: datetime) -> str:
    hands = Counter((door.holder, door.since) for door in elsewhere if door.since)
    who = ", ".join(f"{doors} with {holder} since {clock(since, at)}" for (holder, since), doors in hands.items())
    return f"No door of {walk} is free now: {who or 'all were taken this moment'}."
