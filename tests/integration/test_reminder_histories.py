"""Whatever is done to sessions and places, in whatever order: nobody hears twice, or after cancelling, or at night."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import mail
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import SessionFactory
from tests.factories.volunteers import VolunteerFactory
from volunteers.messaging import consents, delivery, quiet
from volunteers.messaging.models import Message
from volunteers.reminders import planning
from volunteers.sessions import booking, check_in, waiting_list
from volunteers.sessions import planning as sessions
from volunteers.sessions.booking import BookingError
from volunteers.sessions.check_in import CheckInError
from volunteers.sessions.models import Booking, Session
from volunteers.sessions.planning import SessionError

BEGAN = datetime(2027, 3, 26, 9, 0, tzinfo=UTC)  # the Friday before the clocks go forward
STRIDE = 89  # minutes between two bells here, so that none comes on the hour
REMINDERS = {"day_before", "morning", "check_in", "thanks", "next_ask"}

steps = st.lists(
    st.one_of(
        st.tuples(st.just("book"), st.integers(0, 2)),
        st.tuples(st.just("give up"), st.integers(0, 2)),
        st.tuples(st.just("check in"), st.integers(0, 2)),
        st.tuples(st.just("move"), st.integers(-30, 60)),
        st.tuples(st.just("call off"), st.just(0)),
        st.tuples(st.just("pass"), st.sampled_from([5, 45, 170, 600, 1500])),
        st.tuples(st.just("pass"), st.integers(1, 3000)),
    ),
    min_size=5,
    max_size=25,
)


@dataclass
class Story:
    """A session of two places, three people who want one, and a clock."""

    at: datetime = BEGAN
    sent: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        CampaignDetailsFactory()
        self.people = [VolunteerFactory(given_name=f"Tester{number}") for number in range(3)]
        consents.set_consents(volunteer=self.people[0], channels={"email"}, at=self.at)
        start = BEGAN + timedelta(days=2, hours=1)
        self.session = SessionFactory(starts_at=start, ends_at=start + timedelta(hours=2), capacity=2, made_at=BEGAN)

    def live(self, what: str, how: int) -> None:
        """One step of the story; what is refused, is refused."""
        acts: dict[str, Any] = {
            "book": self.book, "give up": self.give_up, "check in": self.check_in, "move": self.move,
            "call off": self.call_off, "pass": self.let_pass,
        }  # fmt: skip
        with suppress(BookingError, CheckInError, SessionError):
            acts[what](how)
        self.clock_rings()

    def book(self, who: int) -> None:
        try:
            booking.book(volunteer=self.people[who], session=self.session, at=self.at, confirmed=who < 2)
        except booking.FullError:
            booking.wait(volunteer=self.people[who], session=self.session, at=self.at)

    def give_up(self, who: int) -> None:
        if mine := Booking.objects.filter(volunteer=self.people[who]).first():
            booking.cancel(booking=mine, at=self.at)

    def check_in(self, who: int) -> None:
        if mine := Booking.objects.filter(volunteer=self.people[who]).first():
            check_in.check_in(booking=mine, how=Booking.CheckIn.LIST, at=self.at)

    def move(self, hours: int) -> None:
        found = Session.objects.get()
        found.starts_at += timedelta(hours=hours)
        found.ends_at += timedelta(hours=hours)
        sessions.change(session=found, because="", by=None, at=self.at)

    def call_off(self, _: int) -> None:
        if self.at.minute % 5 == 0:  # not in every story, or none would go on
            sessions.cancel(session=self.session, because="Snow.", by=None, at=self.at)

    def let_pass(self, minutes: int) -> None:
        """Time passes, and beat rings on the way, though not always on time."""
        end = self.at + timedelta(minutes=minutes)
        while self.at < end:
            self.at = min(end, self.at + timedelta(minutes=STRIDE))
            self.clock_rings()

    def clock_rings(self) -> None:
        """The minute's bell, and what it must never do."""
        waiting_list.sweep(at=self.at)
        planning.plan(at=self.at)
        planning.plan(at=self.at)  # two beats
        before = set(Message.objects.filter(state="sent").values_list("pk", flat=True))
        delivery.deliver(clock=lambda: self.at)
        for message in Message.objects.filter(state="sent", kind__in=REMINDERS).exclude(pk__in=before):
            self.check(message)

    def check(self, message: Message) -> None:
        place = Booking.objects.select_related("session").get(pk=message.about["booking"])
        self.sent[message.kind, place.pk, message.about["start"]] += 1
        assert place.state in ("held", "confirmed"), f"{message.kind} after cancelling"
        assert place.session.cancelled_at is None, f"{message.kind} of a session that is off"
        assert message.about["start"] == planning.start_of(place.session), f"{message.kind} of a start that was moved"
        assert not quiet.is_quiet(self.at), f"{message.kind} at night"
        assert message.useful_until is not None
        assert self.at < message.useful_until, f"{message.kind} too late"
        assert (place.checked_in_at is not None) == (message.kind in ("thanks", "next_ask"))


class Histories(TestCase):
    def test_an_ordinary_story_sends_each_reminder_once(self) -> None:
        """So that the property below is about something."""
        story = Story()
        story.live("book", 0)
        story.live("book", 1)
        story.let_pass(47 * 60)
        story.at = story.session.starts_at + timedelta(minutes=20)
        story.clock_rings()
        story.live("check in", 0)
        story.live("check in", 1)
        story.let_pass(24 * 60)
        kinds = Counter(kind for kind, _, _ in story.sent)
        assert kinds == {"day_before": 2, "morning": 2, "check_in": 2, "thanks": 2}
        assert set(story.sent.values()) == {1}

    @settings(max_examples=25)
    @given(steps=steps)
    def test_no_history_of_edits_sends_a_reminder_twice_or_after_cancelling(self, steps: list[tuple[str, int]]) -> None:
        mail.outbox.clear()
        story = Story()
        for what, how in steps:
            story.live(what, how)
        story.let_pass(3 * 24 * 60)
        assert max(story.sent.values(), default=1) == 1
        ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
        assert len(ids) == len(set(ids)), "a message went out twice"
        assert not Message.objects.unsent().filter(next_try_at__lte=story.at).exists(), "something was left owed"
        came = Booking.objects.filter(checked_in_at__isnull=False)
        assert Booking.objects.taking_a_place(story.at).count() <= 2 + came.count()
