"""Sessions: time, meeting point, lead, places. Bookings: who has a place, waits for one, came, or did not."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Count, F, Q

from campaign.areas.models import Ward
from volunteers.people.models import User, Volunteer

STILL_OUT = timedelta(hours=1)  # after a session's end people come back with their walks


class SessionQuerySet(models.QuerySet["Session"]):
    def on(self) -> Self:
        """Not cancelled."""
        return self.filter(cancelled_at=None)

    def upcoming(self, at: datetime) -> Self:
        """Not over yet, the next one first."""
        return self.filter(ends_at__gt=at).order_by("starts_at", "pk")

    def past(self, at: datetime) -> Self:
        """Over, the latest first."""
        return self.filter(ends_at__lte=at).order_by("-starts_at", "-pk")

    def within(self, ward_ids: Collection[int] | None) -> Self:
        """Those in one of these wards, for an organiser limited to them; every one for None."""
        return self if ward_ids is None else self.filter(ward__in=ward_ids)

    def with_taken(self, at: datetime) -> Self:
        """With `taken`: places that are somebody's at `at`, unconfirmed ones only while they are kept."""
        return self.annotate(taken=Count("bookings", filter=_taken("bookings__", at), distinct=True))


class Session(models.Model):
    """A canvassing session. What hangs on its start (messages, the calendar entry) follows `starts_at` as it is."""

    title = models.CharField(max_length=80, default="Canvassing")
    ward = models.ForeignKey(Ward, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    meeting_point = models.CharField(max_length=160)
    directions = models.CharField(max_length=300, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    lead = models.ForeignKey(Volunteer, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    capacity = models.PositiveSmallIntegerField("places", default=30)
    wanted = models.PositiveSmallIntegerField("people wanted", default=12)
    candidate_there = models.BooleanField("the candidate will be there", default=False)
    series = models.UUIDField(null=True, blank=True, help_text="The same for sessions repeated from one.")
    revision = models.PositiveIntegerField(default=0, help_text="How often what people were told has changed.")
    moved_at = models.DateTimeField(null=True, blank=True)
    moved_because = models.CharField(max_length=200, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["starts_at"], name="sessions_by_start")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_session_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="a_session_has_a_place"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="a_meeting_point_is_on_the_map_or_not",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_because="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_because="")),
                name="a_cancelled_session_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_open(self, at: datetime) -> bool:
        """Whether one may still take a place: not cancelled and not over."""
        return self.cancelled_at is None and self.ends_at > at


class BookingQuerySet(models.QuerySet["Booking"]):
    def standing(self) -> Self:
        """Not cancelled: with a place, offered one, or waiting."""
        return self.exclude(state=Booking.State.CANCELLED)

    def taking_a_place(self, at: datetime) -> Self:
        """With a place that is theirs at `at`; an unconfirmed one and an offer count while they are kept."""
        return self.filter(_taken("", at))

    def coming(self) -> Self:
        """Down for the session: confirmed, or not confirmed yet."""
        return self.filter(state__in=[Booking.State.HELD, Booking.State.CONFIRMED])

    def waiting(self) -> Self:
        """On the waiting list, whoever waited longest first."""
        return self.filter(state=Booking.State.WAITING).order_by("waiting_since", "pk")

    def here(self, at: datetime) -> Self:
        """At the meeting point or out for it at `at`: checked in, not gone early, the session not long over."""
        return self.filter(checked_in_at__lte=at, left_at=None, session__ends_at__gt=at - STILL_OUT)


class Booking(models.Model):
    """A volunteer's place in a session, one row for the two however often it is given up and taken again.

    `held`: not confirmed, the place is kept until `kept_until`, and never ahead of a confirmed one after that.
    `offered`: the next on the waiting list, until `kept_until`.
    """

    class State(models.TextChoices):
        HELD = "held", "Not confirmed"
        CONFIRMED = "confirmed", "Confirmed"
        WAITING = "waiting", "Waiting"
        OFFERED = "offered", "Offered a place"
        CANCELLED = "cancelled", "Cancelled"

    class CheckIn(models.TextChoices):
        LIST = "list", "By the lead"
        QR = "qr", "By the code at the meeting point"
        LINK = "link", "By the link in a message"
        WALK_UP = "walk_up", "Came without a booking"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="bookings")
    state = models.CharField(max_length=10, choices=State.choices)
    booked_at = models.DateTimeField()
    kept_until = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.CharField(max_length=200, blank=True)
    offers = models.PositiveSmallIntegerField(default=0, help_text="How often a place was offered.")
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_in_by = models.CharField(max_length=8, choices=CheckIn.choices, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    no_show_at = models.DateTimeField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["kept_until"], condition=Q(state="offered"), name="offers_that_run_out"),
            models.Index(fields=["session"], condition=Q(state="waiting"), name="who_waits_for_a_place"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["session", "volunteer"], name="one_booking_a_person_and_session"),
            models.CheckConstraint(
                condition=Q(state__in=["held", "offered"], kept_until__isnull=False)
                | (~Q(state__in=["held", "offered"]) & Q(kept_until=None)),
                name="what_is_kept_says_until_when",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", waiting_since__isnull=False) | ~Q(state="waiting"),
                name="whoever_waits_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at=None)),
                name="a_cancelled_booking_says_when",
            ),
            models.CheckConstraint(
                condition=Q(checked_in_at=None, checked_in_by="", left_at=None)
                | (Q(checked_in_at__isnull=False, no_show_at=None) & ~Q(checked_in_by="")),
                name="who_was_there_is_no_no_show",
            ),
        ]

    def __str__(self) -> str:
        return f"Booking {self.pk}"

    def takes_a_place(self, at: datetime) -> bool:
        """As `taking_a_place`, for one that has been read."""
        kept = self.kept_until is not None and self.kept_until > at
        return self.state == self.State.CONFIRMED or kept


class CalendarFeed(models.Model):
    """The revocable address at which somebody's calendar reads their sessions. Only its hash is kept."""

    volunteer = models.OneToOneField(Volunteer, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="one_calendar_of_a_hash")]

    def __str__(self) -> str:
        return f"Calendar of volunteer {self.volunteer_id}"


def _taken(path: str, at: datetime) -> Q:
    """A place that is somebody's: confirmed, or kept for them still."""
    kept = Q(**{f"{path}state__in": [Booking.State.HELD, Booking.State.OFFERED], f"{path}kept_until__gt": at})
    return Q(**{f"{path}state": Booking.State.CONFIRMED}) | kept
