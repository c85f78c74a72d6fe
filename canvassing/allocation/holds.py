"""Holds on doors: taking what is free, and letting go. What has run out is free, whatever a job has tidied."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import F, Q

from canvassing.allocation.models import Allocation, HeldDoor

HAND_OUT_LOCK = 0x57414C4B  # our own number among PostgreSQL's advisory locks


def lock_streets(street_ids: Collection[int]) -> None:
    """Let hand-outs along the same street follow one another until the transaction ends.

    The unique index alone keeps a door in one hand. This keeps two hand-outs that both end run-out allocations, and
    then want each other's doors, from waiting for each other. Streets in order, so that no circle can form.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, street::int) FROM unnest(%s::bigint[]) AS street",
            [HAND_OUT_LOCK, sorted(set(street_ids))],
        )


def of_doors(household_ids: Collection[int], purpose: str) -> Q:
    """Allocations that hold one of these doors for `purpose`."""
    holds = HeldDoor.objects.filter(household__in=household_ids, purpose=purpose, released_at=None)
    return Q(pk__in=holds.values("allocation"))


def end_run_out(which: Q, *, at: datetime, wait: bool = True) -> int:
    """End the allocations of `which` whose lease is over, and free their doors; returns how many.

    Rows are locked in key order. A sweep over all of them passes `wait=False` and leaves those that are locked to
    whoever is ending them just now.
    """
    over = Allocation.objects.run_out(at).filter(which).order_by("pk")
    ended = list(over.select_for_update(skip_locked=not wait, no_key=True).values_list("pk", flat=True))
    Allocation.objects.filter(pk__in=ended).update(ended_at=F("expires_at"), end=Allocation.End.EXPIRED)
    release(ended, at=at)
    return len(ended)


def take(*, allocation: Allocation, household_ids: Collection[int]) -> frozenset[int]:
    """Hold those of the doors that nobody holds for this purpose; returns the ones `allocation` holds now.

    In household order: two that take overlapping doors cannot deadlock. Whoever comes second waits at the first
    shared door until the other commits, and then leaves it out.
    """
    purpose = allocation.walk.purpose
    HeldDoor.objects.bulk_create(
        [HeldDoor(allocation=allocation, purpose=purpose, household_id=pk) for pk in sorted(household_ids)],
        ignore_conflicts=True,
    )
    mine = HeldDoor.objects.filter(allocation=allocation, household__in=household_ids, released_at=None)
    return frozenset(mine.values_list("household", flat=True))


def release(allocation_ids: Collection[int], *, at: datetime) -> None:
    """Free every door these allocations still hold. Their rows stay as history."""
    HeldDoor.objects.filter(allocation__in=allocation_ids, released_at=None).update(released_at=at)
