"""What has happened, as states that are kept up to date on write, so that no page counts contacts."""

from django.db import models

from campaign.areas.models import Constituency
from canvassing.electorate.models import Elector, Household, PollingDistrict, Street


class HouseholdState(models.Model):
    """One row per household, there from the moment the household is."""

    household = models.OneToOneField(Household, primary_key=True, on_delete=models.CASCADE, related_name="state")
    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", db_index=False)
    polling_district = models.ForeignKey(PollingDistrict, on_delete=models.PROTECT, related_name="+", db_index=False)
    street = models.ForeignKey(Street, on_delete=models.PROTECT, related_name="+", db_index=False)
    standing = models.BooleanField(default=True, help_text="It counts: somebody living is on it, or made by hand.")
    attempts = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    last_outcome = models.CharField(max_length=16, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["polling_district", "street"], name="household_states_by_district")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answers__lte=models.F("attempts")), name="answers_are_among_attempts"
            ),
            models.CheckConstraint(
                condition=models.Q(last_at=None, last_outcome="")
                | (models.Q(last_at__isnull=False) & ~models.Q(last_outcome="")),
                name="last_outcome_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"State of household {self.household_id}"


class ElectorState(models.Model):
    """One row per elector with an address or without: whether we spoke with the person, and when last."""

    elector = models.OneToOneField(Elector, primary_key=True, on_delete=models.CASCADE, related_name="state")
    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", db_index=False)
    polling_district = models.ForeignKey(PollingDistrict, on_delete=models.PROTECT, related_name="+", db_index=False)
    street = models.ForeignKey(Street, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    living = models.BooleanField(default=True)
    conversations = models.PositiveIntegerField(default=0)
    reached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["polling_district", "street"], name="elector_states_by_district")]

    def __str__(self) -> str:
        return f"State of elector {self.elector_id}"


class DailyDelta(models.Model):
    """What one day added to one polling district's totals. The sum over days is the total; a loss is negative."""

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", db_index=False)
    polling_district = models.ForeignKey(
        PollingDistrict, on_delete=models.PROTECT, related_name="deltas", db_index=False
    )
    day = models.DateField(help_text="London day.")
    doors = models.IntegerField(default=0)
    electors = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    doors_tried = models.IntegerField(default=0)
    doors_answered = models.IntegerField(default=0)
    electors_reached = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["polling_district", "day"], name="one_delta_a_district_and_day")]
        indexes = [models.Index(fields=["constituency", "day"], name="deltas_by_constituency")]

    def __str__(self) -> str:
        return f"{self.polling_district_id} on {self.day}"
