"""The ground truth: polling districts, streets, blocks, households, electors. Ids never change."""

from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from campaign.areas.models import Constituency, Ward


class PollingStation(models.Model):
    """Where a polling district votes."""

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="polling_stations")
    name = models.CharField(max_length=160)
    address = models.CharField(max_length=240, blank=True)
    postcode = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["constituency", "name", "postcode"], name="one_polling_station_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class PollingDistrict(models.Model):
    """The smallest official area; `ward` is empty until somebody says which ward it lies in.

    Councils choose codes each for itself: where two of them in one constituency use the same, `council` tells them
    apart. The district without a code holds streets of which nobody has said yet where they lie.
    """

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="polling_districts")
    council = models.CharField(
        max_length=60, blank=True, db_default="", help_text="Only where two councils use one code."
    )
    code = models.CharField(max_length=20, blank=True)
    station = models.ForeignKey(
        PollingStation, null=True, blank=True, on_delete=models.SET_NULL, related_name="polling_districts"
    )
    ward = models.ForeignKey(Ward, null=True, blank=True, on_delete=models.PROTECT, related_name="polling_districts")
    edition = models.DateField(null=True, blank=True, help_text="The 1 December its current numbers begin.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["constituency", "council", "code"], name="one_polling_district_of_a_code_and_council"
            )
        ]

    def __str__(self) -> str:
        return self.code or "not known yet"


class StreetQuerySet(models.QuerySet["Street"]):
    def standing(self) -> Self:
        """Streets that have not become part of another."""
        return self.filter(merged_into=None)

    def within(self, ward_ids: Collection[int] | None) -> Self:
        """Those in one of these wards, for an organiser limited to them; every one for None."""
        return self if ward_ids is None else self.filter(polling_district__ward__in=ward_ids)


class Street(models.Model):
    """A road within one polling district: the unit an organiser thinks in.

    A street merged into another stays as a signpost: what a register prints in it belongs to `merged_into`.
    """

    class Origin(models.TextChoices):
        REGISTER = "register", "From the register"
        STREETS = "streets", "From a street list"
        HAND = "hand", "Added by hand"

    polling_district = models.ForeignKey(PollingDistrict, on_delete=models.PROTECT, related_name="streets")
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, help_text="Normalised, so that spellings meet.")
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.REGISTER, db_default="register")
    expected_doors = models.PositiveIntegerField(null=True, blank=True, help_text="As a street list says.")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = StreetQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["name_key"], name="streets_by_name", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.UniqueConstraint(fields=["polling_district", "name_key"], name="one_street_of_a_name_in_a_district"),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="a_street_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                name="a_street_s_point_is_whole",
            ),
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

    def with_signposts(self, keys: Collection[int]) -> list[int]:
        """These doors and all that lead to them: where something was logged that counts at them.

        Keys rather than a subquery: an OR of two in a larger statement would have every household read.
        """
        return list(self.filter(Q(pk__in=keys) | Q(merged_into__in=keys)).order_by("pk").values_list("pk", flat=True))

    def in_register_order(self) -> Self:
        return self.order_by("street_id", "sort_key", "pk")

    def within(self, ward_ids: Collection[int] | None) -> Self:
        """Those in one of these wards, for an organiser limited to them; every one for None."""
        return self if ward_ids is None else self.filter(street__polling_district__ward__in=ward_ids)

    def welcoming(self) -> Self:
        """Doors that may be called at: none of them as a whole wants no more contact."""
        return self.exclude(Exists(Objection.objects.of_whole_doors().filter(household=OuterRef("pk"))))


class Household(models.Model):
    """One address: a house or one flat. `label` is what is painted on the door, without the street.

    One that was merged or moved stays as a signpost: what a register prints at its address belongs to `merged_into`.
    """

    class Origin(models.TextChoices):
        REGISTER = "register", "From the register"
        DOOR = "door", "Found at the door"
        STREETS = "streets", "From a street list"
        HAND = "hand", "Added by hand"

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
    uprn = models.CharField(
        max_length=12, blank=True, db_default="", help_text="Unique property reference, where a file has it."
    )
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.REGISTER)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["constituency", "postcode"], name="households_by_postcode"),
            models.Index(fields=["uprn"], name="households_by_uprn", condition=~Q(uprn="")),
            models.Index(fields=["merged_into"], name="households_merged", condition=Q(merged_into__isnull=False)),
        ]
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

    def within(self, ward_ids: Collection[int] | None) -> Self:
        """Those in one of these wards, for an organiser limited to them; every one for None."""
        return self if ward_ids is None else self.filter(polling_district__ward__in=ward_ids)


class Elector(models.Model):
    """A person on the register. The number is text and a key only within one edition of one polling district."""

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", db_index=False)
    polling_district = models.ForeignKey(
        PollingDistrict, on_delete=models.PROTECT, related_name="electors", db_index=False
    )
    household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.PROTECT, related_name="electors")
    printed_household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="Where the register prints somebody whom an organiser put at another door.",
    )  # fmt: skip
    edition = models.DateField(help_text="The 1 December the number belongs to.")
    number = models.CharField(max_length=12)
    suffix = models.CharField(max_length=12, blank=True)
    surname = models.CharField(max_length=100, blank=True)
    forename = models.CharField(max_length=100, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    marker = models.CharField(max_length=8, blank=True)
    attains_on = models.DateField(null=True, blank=True, help_text="The day an attainer reaches voting age.")
    anonymous = models.BooleanField(default=False)
    may_vote = models.BooleanField(
        default=True, db_default=True, help_text="At this election, as the agent confirmed for the marker."
    )
    gone_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="The row this one turned out to be: what was heard from it counts there.",
    )  # fmt: skip

    objects = ElectorQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["constituency", "name_key"],
                name="electors_by_name",
                opclasses=["int8_ops", "varchar_pattern_ops"],
                condition=Q(gone_at=None) & ~Q(name_key=""),
            ),
            models.Index(fields=["merged_into"], name="electors_merged", condition=Q(merged_into__isnull=False)),
            models.Index(
                fields=["printed_household"],
                name="electors_put_elsewhere",
                condition=Q(printed_household__isnull=False),
            ),
        ]
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
            models.CheckConstraint(
                condition=Q(merged_into=None) | (Q(gone_at__isnull=False) & ~Q(merged_into=models.F("id"))),
                name="a_merged_elector_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"Elector {self.pk}"


class AbsentVote(models.Model):
    """How somebody votes who does not go to the polling station. Where the ballot paper is sent is not kept."""

    class Kind(models.TextChoices):
        POSTAL = "postal", "Postal vote"
        PROXY = "proxy", "Proxy vote"
        POSTAL_PROXY = "postal_proxy", "Postal proxy vote"

    elector = models.OneToOneField(Elector, primary_key=True, on_delete=models.CASCADE, related_name="absent_vote")
    kind = models.CharField(max_length=12, choices=Kind.choices)

    def __str__(self) -> str:
        return f"Absent vote of elector {self.elector_id}"


class ObjectionKey(models.Model):
    """The key that objections are hashed with: there once there is an objection. Without it hashes say nothing."""

    secret = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return "Key of objections"


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(withdrawn_at=None)

    def of_whole_doors(self) -> Self:
        """Standing ones that say that nobody behind the door wants contact."""
        return self.standing().filter(elector=None, household__isnull=False)


class Objection(models.Model):
    """Somebody, or a whole household, wants no more contact.

    Kept as a keyed hash of name and address too, so that it survives leaving the register and coming back.
    """

    household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.PROTECT, related_name="objections")
    elector = models.ForeignKey(
        Elector, null=True, blank=True, on_delete=models.SET_NULL, related_name="objections",
        help_text="Empty: everybody at the door.",
    )  # fmt: skip
    address_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["address_hash"], name="objections_by_hash")]

    def __str__(self) -> str:
        return f"Objection {self.pk}"
