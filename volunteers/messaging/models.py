"""The outbox, the wordings the campaign chose, and what each volunteer agreed to or switched off."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from volunteers.messaging.kinds import KINDS, Channel
from volunteers.people.models import User, Volunteer

KIND_CHOICES = [(kind.name, kind.label) for kind in KINDS.values()]
CHANNEL_CHOICES = [(Channel.EMAIL.value, "E-mail"), (Channel.SMS.value, "Text message")]


class MessageQuerySet(models.QuerySet["Message"]):
    def within(self, ward_ids: Collection[int] | None) -> Self:
        """Those to volunteers who live in one of these wards, or to their guardians; every one for None."""
        return self if ward_ids is None else self.filter(volunteer__ward__in=ward_ids)

    def unsent(self) -> Self:
        return self.filter(state__in=[Message.State.DUE, Message.State.SENDING])

    def owed(self, at: datetime) -> Self:
        """Those that should have gone by now."""
        return self.unsent().filter(due_at__lte=at)

    def stuck(self, at: datetime) -> Self:
        """Owed, and tried several times already, or owed for so long that nobody seems to try."""
        return self.owed(at).filter(Q(attempts__gte=STUCK_AFTER) | Q(due_at__lt=at - LATE_AFTER))

    def failed(self) -> Self:
        return self.filter(state=Message.State.FAILED)

    def newest_first(self) -> Self:
        return self.order_by("-due_at", "-pk")


STUCK_AFTER = 3  # attempts
LATE_AFTER = timedelta(minutes=10)


class Message(models.Model):
    """One message to one person for one moment. `key` makes it once: kind, what it is about, and the start.

    The text is written when it is sent, from the facts as they are then. No address stands here but a guardian's.
    """

    class State(models.TextChoices):
        DUE = "due", "Due"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Not sent, since the facts changed"

    class Why(models.TextChoices):
        """Why it was skipped or failed."""

        NONE = "", ""
        CHANGED = "changed", "the facts changed"
        DONE = "done", "nothing was left to say"
        TOO_LATE = "too_late", "too late to be of use"
        STOPPED = "stopped", "the receiver does not want it"
        NO_CONSENT = "no_consent", "no consent to be asked for more"
        NO_WAY = "no_way", "no address that works"
        ADDRESS_REFUSED = "address_refused", "the address was refused"
        MESSAGE_REFUSED = "message_refused", "the mail server refused the message"
        GAVE_UP = "gave_up", "every attempt failed"

    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="messages")
    guardian_email = models.EmailField(max_length=254, blank=True)
    about = models.JSONField(default=dict, help_text="Keys of the rows it speaks of.")
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    useful_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    channel = models.CharField(max_length=5, choices=CHANNEL_CHOICES, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=16, choices=Why.choices, blank=True)
    last_error = models.CharField(max_length=120, blank=True, help_text="What went wrong, without any address.")
    uuid = models.UUIDField(default=uuid4, help_text="The same in each attempt: receivers know a second copy by it.")

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["due", "sending"]), name="messages_to_try"),
            models.Index(fields=["due_at"], condition=Q(state__in=["due", "sending"]), name="messages_owed"),
            models.Index(fields=["state", "-due_at"], condition=Q(state="failed"), name="messages_failed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="a_message_once_a_moment"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False, channel__in=["email", "sms"])
                | (~Q(state="sent") & Q(sent_at=None)),
                name="a_sent_message_says_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", leased_until__isnull=False) | (~Q(state="sending") & Q(leased_until=None)),
                name="only_a_message_being_sent_is_leased",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["skipped", "failed"]) & ~Q(why="")) | ~Q(state__in=["skipped", "failed"]),
                name="what_was_not_sent_says_why",
            ),
            models.CheckConstraint(
                condition=Q(useful_until=None) | Q(useful_until__gt=F("due_at")), name="a_message_is_of_use_when_due"
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}: {self.kind}"


class Wording(models.Model):
    """What the campaign says in one kind of message, instead of the default."""

    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    subject = models.CharField(max_length=150)
    body = models.TextField(max_length=4000)
    sms = models.CharField("text message", max_length=459, blank=True)
    edited_at = models.DateTimeField()
    edited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind"], name="one_wording_a_kind")]

    def __str__(self) -> str:
        return f"Wording of {self.kind}"


class Consent(models.Model):
    """Somebody's agreement to be asked for more by one channel, in the words of a version. Withdrawn, it stays."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="consents")
    channel = models.CharField(max_length=5, choices=CHANNEL_CHOICES)
    wording_version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "channel"], condition=Q(withdrawn_at=None), name="one_standing_consent_a_channel"
            )
        ]

    def __str__(self) -> str:
        return f"Consent {self.pk}"


class Stopped(models.Model):
    """A kind of message somebody does not want by one channel."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="stopped")
    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    channel = models.CharField(max_length=5, choices=CHANNEL_CHOICES)
    stopped_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "kind", "channel"], name="a_kind_is_stopped_once_a_channel")
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"
