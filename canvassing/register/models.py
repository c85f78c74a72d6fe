"""One row per import of a register file: its progress and its report, never a row of the register."""

from typing import Self

from django.db import models

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
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    filename = models.CharField(max_length=200)
    upload = models.FileField(upload_to="register/", blank=True, help_text="Deleted as soon as the import ends.")
    edition = models.DateField(null=True, blank=True)
    accept_losses = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False, help_text="Everything is done, and rolled back.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    rows_read = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(default=0, help_text="Lines of the file, for the bar.")
    report = models.JSONField(default=dict)
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, state__in=["waiting", "reading"])
                | models.Q(ended_at__isnull=False, state__in=["done", "refused"]),
                name="an_ended_import_says_how",
            )
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"
