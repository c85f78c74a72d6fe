"""The ground truth: polling districts, streets, blocks, households, electors. Ids never change."""

from typing import Self

from django.db import models
from django.db.models import Q

from campaign.areas.models import Constituency, Ward


class PollingDistrict(models.Model):
    """The smallest official area; `ward` is empty until somebody says which ward it lies in."""

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="polling_districts")
    code = models.CharField(max_length=20)
    ward = models.ForeignKey(Ward, null=True, blank=True, on_delete=models.PROTECT, related_name="polling_districts")
    edition = models.DateField(null=True, blank=True, help_text="The 1 December its current numbers begin.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["constituency", "code"], name="one_polling_district_of_a_code")]

    def __str__(self) -> str:
        return self.code


class Street(models.Model):
    """A road within one polling district: the unit an organiser thinks in."""

    polling_district = models.ForeignKey(PollingDistrict, on_delete=models.PROTECT, related_name="streets")
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, help_text="Normalised, so that spellings meet.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["polling_district", "name_key"], name="one_street_of_a_name_in_a_district")
        ]

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """Flats behind one entrance."""

    street = models.ForeignKey(Street, on_delete=models.PROTECT, related_name="blocks")
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["street", "name_key"], name="one_block_of_a_name_in_a_street")]

    def __str__(self) -> str:
        return self.name


class HouseholdQuerySet(models.QuerySet["Household"]):
    def standing(self) -> Self:
        """Doors that count: not merged away, and with a living elector or made by hand."""
        return self.filter(merged_into=None, state__standing=True)

    def in_register_order(self) -> Self:
        return self.order_by("street_id", "sort_key", "pk")


class Household(models.Model):
    """One address: a house or one flat. `label` is what is painted on the door, without the street."""

    class Origin(models.TextChoices):
        REGISTER = "register", "From the register"
        DOOR = "door", "Found at the door"
        STREETS = "streets", "From a street list"

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", db_index=False)
    street = models.ForeignKey(Street, on_delete=models.PROTECT, related_name="households", db_index=False)
    block = models.ForeignKey(Block, null=True, blank=True, on_delete=models.PROTECT, related_name="households")
    label = models.CharField(max_length=200)
    address_key = models.CharField(max_length=200, help_text="Normalised address within the street.")
    sort_key = models.CharField(
        max_length=240,
        db_collation="C",
        help_text="Natural order: 2 before 10, 12A after 12, flats within a house.",
    )
    house_number = models.PositiveIntegerField(null=True, blank=True, help_text="Decides the side: odd or even.")
    postcode = models.CharField(max_length=8, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.REGISTER)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["street", "address_key"], name="one_household_of_an_address"),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return f"Household {self.pk}"


class ElectorQuerySet(models.QuerySet["Elector"]):
    def living(self) -> Self:
        """On the register now."""
        return self.filter(gone_at=None)


class Elector(models.Model):
    """A person on the register. The number is text and a key only within one edition of one polling district."""

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", db_index=False)
    polling_district = models.ForeignKey(
        PollingDistrict, on_delete=models.PROTECT, related_name="electors", db_index=False
    )
    household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.PROTECT, related_name="electors")
    edition = models.DateField(help_text="The 1 December the number belongs to.")
    number = models.CharField(max_length=12)
    suffix = models.CharField(max_length=12, blank=True)
    surname = models.CharField(max_length=100, blank=True)
    forename = models.CharField(max_length=100, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    marker = models.CharField(max_length=8, blank=True)
    attains_on = models.DateField(null=True, blank=True, help_text="The day an attainer reaches voting age.")
    anonymous = models.BooleanField(default=False)
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = ElectorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["polling_district", "edition", "number", "suffix"],
                condition=Q(gone_at=None),
                name="one_living_elector_of_a_number",
            ),
            models.CheckConstraint(
                condition=Q(anonymous=False) | Q(household=None, surname="", forename=""),
                name="an_anonymous_elector_has_no_name_or_address",
            ),
        ]

    def __str__(self) -> str:
        return f"Elector {self.pk}"
