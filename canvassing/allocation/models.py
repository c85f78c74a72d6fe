"""Who holds which walk. The unique hold on a door is the law: no door is in two people's hands for one purpose."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from canvassing.electorate.models import Household
from canvassing.walks.models import Purpose, Walk
from volunteers.people.models import User, Volunteer
from volunteers.sessions.models import Session


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def standing(self, at: datetime) -> Self:
        """In somebody's hands at `at`: expiry is a lease judged at use, whatever a job has tidied."""
        return self.filter(ended_at=None, expires_at__gt=at)

    def run_out(self, at: datetime) -> Self:
        """Past their lease and not ended yet."""
        return self.filter(ended_at=None, expires_at__lte=at)

    def over(self, at: datetime) -> Self:
        """In nobody's hands any more at `at`: ended, or past their lease."""
        return self.filter(Q(ended_at__isnull=False) | Q(expires_at__lte=at))


class Allocation(models.Model):
    """A walk in somebody's hands."""

    class End(models.TextChoices):
        HANDED_BACK = "handed_back", "Handed back"
        EXPIRED = "expired", "Ran out"
        REVOKED = "revoked", "Taken back"

    walk = models.ForeignKey(Walk, on_delete=models.PROTECT, related_name="allocations")
    holder = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="allocations")
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="allocations")
    handed_out_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["walk"], condition=Q(ended_at=None), name="a_walk_is_out_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("started_at")), name="a_lease_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="an_ended_allocation_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"Allocation {self.pk}"

    def stands(self, at: datetime) -> bool:
        """As `standing`, for one that has been read."""
        return self.ended_at is None and self.expires_at > at


class HeldDoor(models.Model):
    """A door of an allocation; its history stays, the row without `released_at` is the hold."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="holds", db_index=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="held_doors", db_index=False)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "purpose"],
                condition=Q(released_at=None),
                name="a_door_in_one_hand_a_purpose",
            ),
            models.UniqueConstraint(fields=["allocation", "household"], name="a_door_once_in_an_allocation"),
        ]

    def __str__(self) -> str:
        return f"{self.allocation_id}: household {self.household_id}"


class WalkCode(models.Model):
    """A short code that opens an allocation on one phone, once. Only its keyed hash is kept."""

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code_hash"], name="one_walk_code_of_a_hash")]

    def __str__(self) -> str:
        return f"Code of allocation {self.allocation_id}"
