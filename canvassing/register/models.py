"""Imports of register files, what they changed so that it can be undone, and what somebody has to look at."""

from typing import Self

from django.db import models

from canvassing.electorate.models import Elector, Household, PollingDistrict
from volunteers.people.models import User


class RegisterImportQuerySet(models.QuerySet["RegisterImport"]):
    def newest_first(self) -> Self:
        return self.order_by("-asked_at", "-pk")


class RegisterImport(models.Model):
    """An import asked for on the page or by command. `report` has counts and problems by line, no elector.

    While one is read its transaction holds an advisory lock of its own (`locks`): a row that says `reading` without
    that lock was cut short, and the register is as it was before.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        READING = "reading", "Reading"
        PREVIEWED = "previewed", "Waiting for you"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        CANCELLED = "cancelled", "Cancelled"
        UNDONE = "undone", "Undone"

    filename = models.CharField(max_length=200)
    upload = models.FileField(upload_to="register/", blank=True, help_text="Deleted as soon as the import ends.")
    password = models.CharField(max_length=200, blank=True, help_text="Of a locked archive; deleted with the file.")
    layout = models.CharField(max_length=60, blank=True, help_text="Forced; empty: recognised by the header.")
    council = models.CharField(max_length=60, blank=True)
    edition = models.DateField(null=True, blank=True)
    accept_losses = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False, help_text="Everything is done, and rolled back.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    rows_read = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(default=0, help_text="Lines of the file, for the bar.")
    report = models.JSONField(default=dict)
    undo = models.JSONField(default=dict, help_text="The last keys before it, by table; empty: cannot be undone.")
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, state__in=["waiting", "reading", "previewed"])
                | models.Q(ended_at__isnull=False, state__in=["done", "refused", "cancelled", "undone"]),
                name="an_ended_import_says_how",
            )
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"


class RowBefore(models.Model):
    """A row of the register as it stood before the latest import changed it. Deleted when the next one is imported."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="rows_before")
    table = models.CharField(max_length=20)
    row = models.BigIntegerField()
    before = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "table", "row"], name="a_row_before_an_import_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.row} before import {self.record_id}"


class ReviewItemQuerySet(models.QuerySet["ReviewItem"]):
    def open(self) -> Self:
        """What nobody has answered yet."""
        return self.filter(settled_at=None)

    def surest_first(self) -> Self:
        return self.order_by("-confidence", "pk")


class ReviewItem(models.Model):
    """Something an import could not decide. `key` keeps one question from being asked twice, answered or not."""

    class Kind(models.TextChoices):
        SAME_PERSON = "same_person", "One person or two?"
        NAMESAKES = "namesakes", "Two of one name: the right way round?"
        SAME_DOOR = "same_door", "One door or two?"
        UNMATCHED = "unmatched", "A change for somebody we do not know"

    class Answer(models.TextChoices):
        SAME = "same", "One and the same"
        DIFFERENT = "different", "Two"
        SWAP = "swap", "The other way round"
        SEEN = "seen", "Seen"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=80)
    polling_district = models.ForeignKey(PollingDistrict, on_delete=models.PROTECT, related_name="review_items")
    household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    other_household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    elector = models.ForeignKey(
        Elector, null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="Who was known before.",
    )  # fmt: skip
    other_elector = models.ForeignKey(
        Elector, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Who is in the file."
    )
    confidence = models.PositiveSmallIntegerField(help_text="Per cent.")
    reason = models.CharField(max_length=200, help_text="Without a name.")
    record = models.ForeignKey(RegisterImport, null=True, on_delete=models.SET_NULL, related_name="review_items")
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)

    objects = ReviewItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="a_question_is_asked_once"),
            models.CheckConstraint(
                condition=models.Q(settled_at=None, answer="")
                | (models.Q(settled_at__isnull=False) & ~models.Q(answer="")),
                name="a_settled_question_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"Question {self.pk}"


class SavedLayout(models.Model):
    """A layout the campaign mapped itself, recognised by its headings from then on."""

    name = models.CharField(max_length=60)
    mapping = models.JSONField(help_text="As a mapping file has it (`mapping`).")
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="one_saved_layout_of_a_name")]

    def __str__(self) -> str:
        return self.name


class ConfirmedMarker(models.Model):
    """What the agent confirmed of one marker in one layout: whether its electors may vote at this election."""

    layout = models.CharField(max_length=60)
    marker = models.CharField(max_length=8, blank=True)
    may_vote = models.BooleanField()
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layout", "marker"], name="a_marker_is_confirmed_once_a_layout")]

    def __str__(self) -> str:
        return f"Marker {self.marker or 'none'} of {self.layout}"
