"""What phones send: contacts (append-only), events held for an organiser, tallies, and the phones' tokens."""

from django.db import models
from django.db.models import Q

from campaign.areas.models import Constituency
from campaign.details.models import LegalMode
from canvassing.allocation.models import Allocation
from canvassing.doorstep.events import Kind, Reason
from canvassing.doorstep.outcomes import Outcome
from canvassing.electorate.models import Elector, Household, PollingDistrict
from volunteers.people.models import Volunteer


class PhoneToken(models.Model):
    """What one phone may do for one allocation: `read` ends with it, `append` lives 14 days longer. Hash only."""

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="tokens")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="+")
    device = models.UUIDField()
    token_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    stolen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="one_token_of_a_hash")]

    def __str__(self) -> str:
        return f"Token {self.pk}"


class Contact(models.Model):
    """One thing that happened at one door. Never edited: a correction or a void is a new row that names its `root`.

    The primary key is made on the phone, so a repeat is harmless.
    """

    id = models.UUIDField(primary_key=True)
    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", db_index=False)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="contacts")
    volunteer = models.ForeignKey(Volunteer, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="contacts")
    elector = models.ForeignKey(Elector, null=True, on_delete=models.SET_NULL, related_name="contacts")
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in Kind])
    root = models.UUIDField(help_text="The contact this is about: its own id, or the one it corrects or undoes.")
    rank = models.PositiveSmallIntegerField(default=0, help_text="Who speaks last: 1 an organiser, 0 a canvasser.")
    outcome = models.CharField(max_length=16, choices=[(o.value, o.label) for o in Outcome], blank=True)
    opinions = models.JSONField(default=dict, help_text="Answers by question; in full mode only.")
    legal_mode = models.CharField(max_length=10, choices=LegalMode.choices)
    device = models.UUIDField()
    seq = models.BigIntegerField()
    said_at = models.DateTimeField(help_text="The phone's own clock.")
    skew = models.DurationField(help_text="How far the phone's clock was behind ours when it sent.")
    happened_at = models.DateTimeField(help_text="said + skew, never before the hand-out nor after receipt.")
    received_at = models.DateTimeField()
    content_hash = models.BinaryField(max_length=32, help_text="Of the event as sent, without opinions.")
    redacted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["device"], name="contacts_by_device"),
            models.Index(fields=["root"], condition=~Q(kind="contact"), name="corrections_by_root"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="contact", root=models.F("id")) | (~Q(kind="contact") & ~Q(root=models.F("id"))),
                name="only_a_correction_names_another_contact",
            ),
            models.CheckConstraint(
                condition=Q(kind="void", outcome="") | (~Q(kind="void") & Q(outcome__in=[o.value for o in Outcome])),
                name="a_contact_has_an_outcome_and_a_void_none",
            ),
            models.CheckConstraint(
                condition=Q(legal_mode=LegalMode.FULL) | Q(opinions={}),
                name="only_full_mode_keeps_an_opinion",
            ),
        ]

    def __str__(self) -> str:
        return f"Contact {self.pk}"


class HeldEvent(models.Model):
    """An event that could not be applied, kept as sent (without opinions unless in full mode) for an organiser."""

    event_id = models.UUIDField()
    content_hash = models.BinaryField(max_length=32)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="held_events")
    volunteer = models.ForeignKey(Volunteer, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    device = models.UUIDField()
    reason = models.CharField(max_length=20, choices=[(reason.value, reason.value) for reason in Reason])
    payload = models.JSONField()
    legal_mode = models.CharField(max_length=10, choices=LegalMode.choices)
    skew = models.DurationField(help_text="How far the phone's clock was behind ours when it sent.")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["device"], name="held_events_by_device")]
        constraints = [
            models.UniqueConstraint(fields=["event_id", "content_hash"], name="an_event_is_held_once"),
            models.CheckConstraint(
                condition=Q(legal_mode=LegalMode.FULL) | ~Q(payload__has_key="answers"),
                name="only_full_mode_holds_an_opinion",
            ),
        ]

    def __str__(self) -> str:
        return f"Held event {self.event_id}"


class Tally(models.Model):
    """In tally mode, opinions as counts of a polling district's day: no door, no person."""

    polling_district = models.ForeignKey(PollingDistrict, on_delete=models.PROTECT, related_name="tallies")
    day = models.DateField()
    question = models.CharField(max_length=30)
    answer = models.CharField(max_length=30)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["polling_district", "day", "question", "answer"],
                name="one_tally_a_district_day_and_answer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.question} on {self.day}"
