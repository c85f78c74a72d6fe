"""Sessions, places in them and messages, in the situations that tests ask for."""

from datetime import UTC, datetime, timedelta

import factory
import pytest

from campaign.home.views import call_off, me
from campaign.home.views import volunteers as volunteer_pages
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.messaging.models import Message
from volunteers.people.models import Volunteer
from volunteers.referrals import views as referral_pages
from volunteers.sessions.models import Booking, Session
from volunteers.sessions.views import calendars, lead, links, mine, organise
from volunteers.signup import views as signup_pages

HOUR = timedelta(hours=1)
AT = datetime(2027, 6, 8, 9, 0, tzinfo=UTC)  # a Tuesday in June, 10:00 in London
SATURDAY = datetime(2027, 6, 12, 9, 0, tzinfo=UTC)  # the Saturday after, 10:00 in London


PAGES = (call_off, calendars, lead, links, me, mine, organise, referral_pages, signup_pages, volunteer_pages)


def set_clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """What time it is for the pages of people and sessions, until it is set anew."""
    for page in PAGES:
        monkeypatch.setattr(page, "now", lambda: at)


class SessionFactory(factory.django.DjangoModelFactory):
    """Saturday from 10:00 to 12:00, ten places. `now_on` has begun at AT; `over` ended the day before."""

    class Meta:
        model = Session

    class Params:
        now_on = factory.Trait(starts_at=AT - HOUR / 2)
        over = factory.Trait(starts_at=AT - 26 * HOUR)
        off = factory.Trait(cancelled_at=AT, cancelled_because="The hall is flooded.")

    title = "Canvassing"
    starts_at = SATURDAY
    ends_at = factory.LazyAttribute(lambda session: session.starts_at + 2 * HOUR)
    meeting_point = "The bandstand, Thimble Park"
    capacity = 10
    wanted = 6
    made_at = AT - 240 * HOUR


class BookingFactory(factory.django.DjangoModelFactory):
    """A confirmed place. `held` is not confirmed and kept for half an hour; `here` is checked in."""

    class Meta:
        model = Booking

    class Params:
        held = factory.Trait(state=Booking.State.HELD, kept_until=AT + HOUR / 2, confirmed_at=None)
        waiting = factory.Trait(state=Booking.State.WAITING, waiting_since=AT - HOUR, confirmed_at=None)
        offered = factory.Trait(state=Booking.State.OFFERED, kept_until=AT + 3 * HOUR, confirmed_at=None, offers=1)
        given_up = factory.Trait(state=Booking.State.CANCELLED, cancelled_at=AT - HOUR, confirmed_at=None)
        here = factory.Trait(checked_in_at=AT, checked_in_by=Booking.CheckIn.LIST)

    session = factory.SubFactory(SessionFactory)
    volunteer = factory.SubFactory(VolunteerFactory)
    state = Booking.State.CONFIRMED
    booked_at = AT - 24 * HOUR
    confirmed_at = factory.SelfAttribute("booked_at")


class MessageFactory(factory.django.DjangoModelFactory):
    """An owed message on a booking: "booked", which is true as long as the place is."""

    class Meta:
        model = Message

    class Params:
        booking = factory.SubFactory(BookingFactory)

    key = factory.Sequence("test:{}".format)
    kind = "booked"
    volunteer = factory.SelfAttribute("booking.volunteer")
    about = factory.LazyAttribute(lambda message: {"booking": message.booking.pk})
    due_at = AT
    next_try_at = factory.SelfAttribute("due_at")


def person(address: str | None = None, *, phone: str | None = None, **facts: object) -> Volunteer:
    """A volunteer who is reached at `address`, at `phone`, or at both."""
    user = UserFactory(volunteer=True, email=address, phone=phone)
    return VolunteerFactory(user=user, **facts)  # type: ignore[no-any-return]


def owed(address: str | None = None, *, phone: str | None = None, **facts: object) -> Message:
    """An owed message to somebody reached so. A kind other than "booked" needs the start of its session."""
    message = MessageFactory(booking__volunteer=person(address, phone=phone), **facts)
    if message.kind in ("day_before", "morning", "check_in", "thanks", "next_ask"):
        booking = Booking.objects.select_related("session").get(pk=message.about["booking"])
        message.about["start"] = f"{booking.session.starts_at:%Y%m%dT%H%MZ}"
        message.save(update_fields=["about"])
    return message  # type: ignore[no-any-return]
