"""Walks: the doors handed out together, in walking order."""

from typing import Self

from django.db import models
from django.db.models import Q

from campaign.areas.models import Constituency
from canvassing.electorate.models import Household, PollingDistrict, Street
from canvassing.walks.cutting import MOST_DOORS


class Purpose(models.TextChoices):
    """Why doors are walked to. Each purpose has its own walks and its own holds."""

    CANVASS = "canvass", "Canvass"
    LEAFLET = "leaflet", "Leaflet"
    KNOCK_UP = "knock_up", "Knock up"


class WalkQuerySet(models.QuerySet["Walk"]):
    def live(self) -> Self:
        """Not retired by a re-cut."""
        return self.filter(retired_at=None)


class Walk(models.Model):
    """One street, part of a long one, or several short ones. Re-cutting retires it; an allocation of it runs on."""

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+")
    polling_district = models.ForeignKey(PollingDistrict, on_delete=models.PROTECT, related_name="walks")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.CANVASS)
    name = models.CharField(max_length=160)
    door_count = models.PositiveSmallIntegerField(default=0)
    cut_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = WalkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(door_count__lte=MOST_DOORS), name="a_walk_has_at_most_60_doors")
        ]

    def __str__(self) -> str:
        return self.name


class WalkStreet(models.Model):
    """A street the walk goes along. A street known only by name is a walk without doors."""

    walk = models.ForeignKey(Walk, on_delete=models.CASCADE, related_name="walk_streets")
    street = models.ForeignKey(Street, on_delete=models.PROTECT, related_name="walk_streets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["walk", "street"], name="a_street_is_once_in_a_walk")]

    def __str__(self) -> str:
        return f"{self.walk_id}: street {self.street_id}"


class WalkDoor(models.Model):
    """One door of a walk at its place in the walking order. `live` falls with the walk's retirement."""

    walk = models.ForeignKey(Walk, on_delete=models.CASCADE, related_name="doors", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="walk_doors", db_index=False)
    position = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["walk", "position"], name="one_door_at_a_place"),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=MOST_DOORS), name="a_place_from_1_to_60"),
            models.UniqueConstraint(
                fields=["household", "purpose"],
                condition=Q(live=True),
                name="a_household_in_one_live_walk_a_purpose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.walk_id}: {self.position}"
