"""Walks in people's hands while the demonstration is looked at: the one its volunteer opens, and a few others."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from campaign.demo import people
from canvassing.allocation import codes
from canvassing.allocation.hand_out import LONGEST_LEASE, USUAL_LEASE, hand_out
from canvassing.allocation.models import Allocation
from canvassing.walks.models import Purpose, Walk
from volunteers.people.models import User, Volunteer

OTHERS_OUT = 5
FEWEST_DOORS, MOST_DOORS = 15, 45  # enough to see how a walk is walked, little enough to finish


class NoDemonstration(Exception):  # noqa: N818 - nothing went wrong
    """The demonstration's volunteer is not here, or nothing is left to hand out; fit to show to a person."""


def open_walk_code(*, at: datetime) -> str:
    """A fresh code, spelled ABCD-EFGH, for the walk in the demonstration volunteer's hands.

    When that has ended, the next walk that nobody has walked is handed out first. Raises NoDemonstration.
    """
    volunteer = Volunteer.objects.filter(user__email=people.VOLUNTEER).first()
    if volunteer is None:
        raise NoDemonstration("This is not the demonstration: its volunteer is not here.")
    out = Allocation.objects.standing(at).filter(holder=volunteer).order_by("pk").first()
    return codes.spelled(codes.issue(allocation=out or _hand_out_next(volunteer, at), at=at))


def hand_out_some(*, volunteers: Sequence[Volunteer], by: User, at: datetime) -> None:
    """Give the first of `volunteers` a walk for a week, and some others walks for the evening."""
    walks = iter(_free(at)[: 1 + OTHERS_OUT])
    for walk, volunteer in zip(walks, volunteers, strict=False):
        lease = LONGEST_LEASE if volunteer is volunteers[0] else USUAL_LEASE
        hand_out(walk=walk, holder=volunteer, by=by, until=at + lease, at=at)


def _hand_out_next(volunteer: Volunteer, at: datetime) -> Allocation:
    walk = _free(at).first()
    if walk is None:
        raise NoDemonstration("Every walk has been walked or is out.")
    return hand_out(walk=walk, holder=volunteer, by=None, until=at + LONGEST_LEASE, at=at).allocation


def _free(at: datetime) -> QuerySet[Walk]:
    """Walks that are in nobody's hands and that nobody has walked, those with houses and blocks first."""
    out = Allocation.objects.standing(at).values("walk")
    fresh = Walk.objects.live().filter(purpose=Purpose.CANVASS, door_count__range=(FEWEST_DOORS, MOST_DOORS))
    return (
        fresh.exclude(pk__in=out)
        .annotate(
            tried=Count("doors", filter=Q(doors__household__state__attempts__gt=0)),
            flats=Count("doors", filter=Q(doors__household__block__isnull=False)),
        )
        .filter(tried=0)
        .annotate(mixed=Q(flats__gt=0, flats__lt=F("door_count")))
        .order_by("-mixed", "polling_district__code", "pk")
    )
