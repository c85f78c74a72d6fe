"""The walks in one volunteer's hands, and how far each has come."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from canvassing.allocation.models import Allocation
from canvassing.allocation.moments import clock
from volunteers.people.models import Volunteer


@dataclass(frozen=True, slots=True)
class InHand:
    """One walk: its doors, how many were logged since it was handed out, and until when it may be kept."""

    allocation: int
    name: str
    doors: int
    done: int
    until: str

    @property
    def in_words(self) -> str:
        return f"{self.done} of {self.doors} door{'' if self.doors == 1 else 's'} logged"


def in_hand(*, volunteer: Volunteer, at: datetime) -> list[InHand]:
    """What `volunteer` holds at `at`, the lease that ends first at the top. One statement."""
    held = Q(held_doors__released_at=None)
    logged = held & Q(held_doors__household__state__last_at__gte=F("started_at"))
    rows = (
        Allocation.objects.standing(at)
        .filter(holder=volunteer)
        .annotate(doors=Count("held_doors", filter=held), done=Count("held_doors", filter=logged))
        .order_by("expires_at", "pk")
        .values_list("pk", "walk__name", "doors", "done", "expires_at")
    )
    return [InHand(pk, name, doors, done, clock(until, at)) for pk, name, doors, done, until in rows]
