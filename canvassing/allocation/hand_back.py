"""Ending and extending an allocation: handed back, taken back, run out, or given more time."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from campaign.audit import trail
from canvassing.allocation import holds
from canvassing.allocation.hand_out import HandOutError, check_lease
from canvassing.allocation.models import Allocation
from canvassing.allocation.moments import clock
from volunteers.people.models import User


class HandBackError(Exception):
    """Why an allocation cannot be ended or extended, in a sentence for the organiser."""


def hand_back(*, allocation: Allocation, at: datetime, by: User | None = None) -> None:
    """The holder gives the walk back: its doors are free at once, what was logged stays.

    Raises HandBackError when it is no longer out.
    """
    _end(allocation, Allocation.End.HANDED_BACK, act="walk handed back", by=by, at=at)


def revoke(*, allocation: Allocation, at: datetime, by: User | None = None) -> None:
    """An organiser takes the walk back: as `hand_back`, and its phones may no longer read it.

    Raises HandBackError when it is no longer out.
    """
    _end(allocation, Allocation.End.REVOKED, act="walk taken back", by=by, at=at)


@transaction.atomic
def extend(*, allocation: Allocation, until: datetime, at: datetime, by: User | None = None) -> None:
    """Give the holder until `until`. Raises HandBackError when it is no longer out, or `until` gives no more time."""
    try:
        check_lease(until, at=at)
    except HandOutError as error:
        raise HandBackError(str(error)) from error
    longer = Allocation.objects.standing(at).filter(pk=allocation.pk, expires_at__lt=until)
    if not longer.update(expires_at=until):
        raise HandBackError(_why_not(allocation, at) or "It is out until then, or longer, already.")
    trail.record(act="walk given more time", actor=by, subject=f"allocation:{allocation.pk}", at=at)


def return_run_out(*, at: datetime) -> int:
    """End every allocation whose lease is over; returns how many.

    Only tidies: hand-out judges the lease by itself.
    """
    with transaction.atomic():
        return holds.end_run_out(Q(), at=at, wait=False)


@transaction.atomic
def _end(allocation: Allocation, end: Allocation.End, *, act: str, by: User | None, at: datetime) -> None:
    """One conditional UPDATE decides: of two that end it at once, the second is told that it is over."""
    if not Allocation.objects.standing(at).filter(pk=allocation.pk).update(ended_at=at, end=end):
        raise HandBackError(_why_not(allocation, at) or "It is no longer out.")
    holds.release([allocation.pk], at=at)
    trail.record(act=act, actor=by, subject=f"allocation:{allocation.pk}", at=at)


def _why_not(allocation: Allocation, at: datetime) -> str:
    """Why an allocation that was to be ended or extended is not standing; empty when it is."""
    now = Allocation.objects.get(pk=allocation.pk)
    if now.ended_at is not None:
        return f"It is no longer out: {now.get_end_display().lower()} at {clock(now.ended_at, at)}."
    if now.expires_at <= at:
        return f"It ran out at {clock(now.expires_at, at)}, so its doors are free. Hand it out again if need be."
    return ""
