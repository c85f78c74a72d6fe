"""Delete me: everything that says who somebody is goes, wherever it stands; counts of what happened stay."""

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from campaign.access import Role
from campaign.acts.erase_volunteer import EraseError, erase
from campaign.acts.merge_volunteers import merge
from campaign.audit.models import AuditEvent
from canvassing.doorstep.models import PhoneToken
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AllocationFactory, houses, walk_of
from tests.factories.sessions import AT, HOUR, BookingFactory, MessageFactory, SessionFactory, person, set_clock
from tests.factories.volunteers import RoleGrantFactory, UserFactory, VolunteerFactory
from tests.races import at_once
from volunteers.messaging.consents import set_consents, stop
from volunteers.people.models import GuardianConsent, RegisterAcknowledgement, User, Volunteer
from volunteers.referrals import links
from volunteers.sessions import booking, calendar
from volunteers.sessions.models import Booking, Session

pytestmark = pytest.mark.django_db
SECRETS = ["Quillfeather", "Zephyrine", "zephyrine", "7700900987", "ZQ9 9ZQ", "guardian-of-z"]


@pytest.fixture(autouse=True)
def it_is_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)


def everything(volunteer: Volunteer) -> Booking:
    """Rows of every kind that hang on `volunteer`; returns a place ahead."""
    place = BookingFactory(volunteer=volunteer)
    MessageFactory(booking=place, guardian_email="guardian-of-z@example.org")
    BookingFactory(volunteer=volunteer, given_up=True, cancelled_because="Zephyrine rang.")
    SessionFactory(lead=volunteer)
    set_consents(volunteer=volunteer, channels=["email"], at=AT)
    stop(volunteer=volunteer, kind="thanks", channel="email", at=AT)
    GuardianConsent.objects.create(volunteer=volunteer, email="guardian-of-z@example.org", asked_at=AT)
    RegisterAcknowledgement.objects.create(volunteer=volunteer, version="1", acknowledged_at=AT)
    calendar.open_feed(volunteer=volunteer, at=AT)
    links.of_inviter(inviter=volunteer, at=AT)
    VolunteerFactory(inviter=volunteer, adult_partner=volunteer)
    return place


def zephyrine(**facts) -> Volunteer:
    known = {"given_name": "Zephyrine", "family_name": "Quillfeather", "postcode": "ZQ9 9ZQ", "phone": "+447700900987"}
    return person("zephyrine@example.org", **known | facts)


def dump() -> str:
    """Every text of every table of the database."""
    texts = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg("{table}"::text, chr(10)) FROM "{table}"')
            texts.append(cursor.fetchone()[0] or "")
    return "\n".join(texts)


def test_before_it_everything_is_there() -> None:
    everything(zephyrine())
    text = dump()
    assert all(secret in text for secret in SECRETS)


def test_the_name_the_address_and_the_postcode_are_gone_from_every_text_of_the_database(client: Client) -> None:
    somebody = zephyrine()
    everything(somebody)
    client.force_login(somebody.user)
    assert client.get("/me/delete/").status_code == 200
    answer = client.post("/me/delete/", follow=True)
    assert "You are deleted" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    text = dump()
    assert [secret for secret in SECRETS if secret in text] == []


def test_so_are_those_of_an_entry_merged_into_it__its_address_stayed() -> None:
    keep, other = VolunteerFactory(given_name="Plain"), zephyrine()
    everything(other)
    everything(keep)
    merge(keep=keep, other=other, by=UserFactory(organiser=True), at=AT)
    erase(volunteer=keep, by=None, at=AT)
    text = dump()
    assert [secret for secret in SECRETS if secret in text] == []


def test_places_ahead_are_given_up_and_the_next_is_offered_one() -> None:
    somebody = zephyrine()
    place = BookingFactory(volunteer=somebody, session__capacity=1)
    past = BookingFactory(volunteer=somebody, session__over=True, here=True, checked_in_at=AT - 25 * HOUR)
    waiting = BookingFactory(session=place.session, waiting=True)
    erase(volunteer=somebody, by=None, at=AT)
    for row in (place, past, waiting):
        row.refresh_from_db()
    assert (place.state, waiting.state) == (Booking.State.CANCELLED, Booking.State.OFFERED)
    assert past.checked_in_at is not None
    somebody.refresh_from_db()
    assert (somebody.given_name, somebody.user, somebody.erased_at) == ("Erased", None, AT)


def test_walks_are_taken_back_and_the_phone_is_shut_out() -> None:
    somebody = zephyrine()
    facts = {"started_at": AT - HOUR, "expires_at": AT + 2 * HOUR}
    out = AllocationFactory(walk=walk_of(*houses(2)), holder=somebody, **facts)
    token = PhoneToken.objects.create(
        allocation=out,
        volunteer=somebody,
        device="8f14e45f-ceea-467f-a9b9-6d3c7a6b0001",
        token_hash=b"0" * 32,
        made_at=AT,
    )
    erase(volunteer=somebody, by=None, at=AT)
    out.refresh_from_db()
    token.refresh_from_db()
    assert (out.end, token.revoked_at) == ("revoked", AT)
    assert not out.held_doors.filter(released_at=None).exists()


def test_what_others_have_to_do_with_them_stays_without_them() -> None:
    somebody = zephyrine()
    place = everything(somebody)
    erase(volunteer=somebody, by=None, at=AT)
    assert Booking.objects.filter(pk=place.pk).exists()
    assert not Session.objects.filter(lead=somebody).exists()
    assert not Volunteer.objects.filter(adult_partner=somebody).exists()
    assert AuditEvent.objects.get(act="volunteer erased").subject == f"volunteer:{somebody.pk}"


def test_an_address_that_others_use_stays_theirs() -> None:
    somebody = zephyrine()
    partner = VolunteerFactory(user=somebody.user, given_name="Partner")
    erase(volunteer=somebody, by=None, at=AT)
    assert list(Volunteer.objects.of(User.objects.get(email="zephyrine@example.org"))) == [partner]


def test_an_address_under_which_somebody_else_signs_in_since_a_merge_stays() -> None:
    somebody = zephyrine()
    entry, elsewhere = VolunteerFactory(user=somebody.user), VolunteerFactory()
    merge(keep=elsewhere, other=entry, by=UserFactory(organiser=True), at=AT)
    erase(volunteer=somebody, by=None, at=AT)
    assert list(Volunteer.objects.of(User.objects.get(email="zephyrine@example.org"))) == [elsewhere]


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.AGENT])
def test_whoever_organises_is_refused_with_a_way_on_and_nothing_is_done(client: Client, role) -> None:
    somebody = zephyrine()
    RoleGrantFactory(user=somebody.user, role=role)
    BookingFactory(volunteer=somebody)
    client.force_login(somebody.user)
    page = client.post("/me/delete/", follow=True).content.decode()
    assert "Ask an agent to take that role away first" in page
    assert Booking.objects.get().state == Booking.State.CONFIRMED
    with pytest.raises(EraseError):
        erase(volunteer=somebody, by=None, at=AT)


def test_twice_is_as_once() -> None:
    somebody = zephyrine()
    for moment in (AT, AT + HOUR):
        erase(volunteer=somebody, by=None, at=moment)
    assert AuditEvent.objects.filter(act="volunteer erased").count() == 1


def test_every_table_is_read_by_the_dump() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        there = {table for (table,) in cursor.fetchall()}
    assert {model._meta.db_table for model in apps.get_models()} <= there


@pytest.mark.django_db(transaction=True)
def test_erasing_while_the_same_person_books_and_cancels_makes_no_deadlock__it_could() -> None:
    for _ in range(6):
        somebody = VolunteerFactory()
        sessions = [SessionFactory() for _ in range(3)]
        places = [BookingFactory(session=session, volunteer=somebody) for session in sessions]
        fresh = [SessionFactory() for _ in range(3)]
        at_once(
            lambda v=somebody: erase(volunteer=v, by=None, at=AT),
            *[lambda p=p: booking.cancel(booking=p, at=AT) for p in places],
            *[lambda s=s, v=somebody: booking.book(volunteer=v, session=s, at=AT, confirmed=True) for s in fresh],
        )
        assert Volunteer.objects.get(pk=somebody.pk).erased_at == AT
