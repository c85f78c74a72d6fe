"""The campaign's own facts: candidate, polling day, imprint, legal mode, target, colour; and the deadlines."""

from datetime import date

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q


class LegalMode(models.TextChoices):
    """What may be kept of an opinion heard at a door (docs/legal_modes.md)."""

    TALLY = "tally", "Tally: door outcomes, and opinions only as counts per district and day"
    CONSENT = "consent", "Consent: an opinion is kept only when the person agreed"
    FULL = "full", "Full: opinions are kept with the person"

    @classmethod
    def stricter(cls, one: str, other: str) -> "LegalMode":
        """The stricter of two modes; an unknown one counts as the strictest."""
        order = [cls.TALLY, cls.CONSENT, cls.FULL]
        known = [cls(mode) if mode in cls.values else cls.TALLY for mode in (one, other)]
        return min(known, key=order.index)


class CampaignDetailsQuerySet(models.QuerySet["CampaignDetails"]):
    def current(self) -> "CampaignDetails":
        """The one row; before the agent saved it, unsaved defaults, which are the strictest."""
        return self.first() or CampaignDetails()


class CampaignDetails(models.Model):
    """One row of facts, edited by the agent."""

    candidate = models.CharField("candidate's name", max_length=120, blank=True)
    standing_as = models.CharField(max_length=120, default="Independent")
    statement = models.TextField("what he or she stands for, in a few sentences", blank=True, max_length=1200)
    polling_day = models.DateField(null=True, blank=True)
    imprint = models.CharField(
        max_length=400,
        blank=True,
        help_text="Names and addresses of the promoter and the candidate. Without it nothing public goes out.",
    )
    contact_email = models.EmailField(blank=True, help_text="Where people write about their data.")
    legal_mode = models.CharField(max_length=10, choices=LegalMode.choices, default=LegalMode.TALLY)
    names_on_phones = models.BooleanField("show electors' names on canvassers' phones", default=True)
    volunteer_target = models.PositiveIntegerField(
        "volunteers wanted a day", default=200, validators=[MinValueValidator(1)]
    )
    accent = models.CharField(
        "campaign colour", max_length=7, default="#8a1c4a", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    updated_at = models.DateTimeField(null=True, blank=True)

    objects = CampaignDetailsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "campaign details"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_row_of_campaign_details"),
            models.CheckConstraint(condition=Q(legal_mode__in=LegalMode.values), name="legal_mode_is_known"),
            models.CheckConstraint(condition=Q(accent__regex=r"^#[0-9a-fA-F]{6}$"), name="accent_is_a_colour"),
        ]

    def __str__(self) -> str:
        return self.candidate or "A campaign without a candidate yet"

    def days_left(self, on: date) -> int | None:
        """Days from `on` to polling day; None when no day is set or it has passed."""
        if self.polling_day is None or self.polling_day < on:
            return None
        return (self.polling_day - on).days


class Deadline(models.Model):
    """A date the law sets. Proposed by computation, editable, and marked once the Returning Officer's table says so."""

    class Kind(models.TextChoices):
        DISSOLUTION = "dissolution", "Dissolution of Parliament"
        NOTICE = "notice", "Notice of election, at the latest"
        NOMINATIONS = "nominations", "Close of nominations"
        REGISTRATION = "registration", "Register to vote"
        POSTAL = "postal", "Apply for a postal vote"
        PROXY = "proxy", "Apply for a proxy vote"
        VOTER_ID = "voter_id", "Apply for a Voter Authority Certificate"
        FINAL_NOTICE = "final_notice", "Final notice of alteration of the register"
        EMERGENCY_PROXY = "emergency_proxy", "Apply for an emergency proxy"
        POLL_OPENS = "poll_opens", "Polling stations open"
        POLL_CLOSES = "poll_closes", "Polling stations close"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    due_at = models.DateTimeField()
    proposed_at = models.DateTimeField(help_text="What computation gave; kept beside what the agent entered.")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind"], name="one_deadline_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.due_at:%d %B %Y %H:%M}"
