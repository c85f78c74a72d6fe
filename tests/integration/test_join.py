"""Joining: one form makes the volunteer, the place and the message that confirms it."""

import pytest
from django.core.cache import cache
from django.test import Client

from campaign.areas.models import PostcodePoint
from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory, WardFactory
from tests.factories.sessions import AT, HOUR, BookingFactory, SessionFactory, set_clock
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.messaging.consents import WORDING_VERSION
from volunteers.messaging.models import Consent, Message
from volunteers.people.models import GuardianConsent, User, Volunteer
from volunteers.referrals import links
from volunteers.sessions.models import Booking
from volunteers.signup.areas import fill_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_published_campaign_on_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)


def join(client: Client, path="/join/", **facts):
    """Send the form as Bramble would who wants to come on Saturday."""
    return client.post(path, {"given_name": "Bramble", "contact": "bramble@example.org", "postcode": "n1 9ab"} | facts)


def test_it_works__one_form_makes_the_volunteer_the_place_and_the_message(client: Client) -> None:
    saturday = SessionFactory()
    page = client.get("/join/").content.decode()
    assert "Saturday 12 June, 10:00 to 12:00" in page
    answer = join(client, session=saturday.pk)
    assert answer["Location"] == "/join/done/"
    bramble = Volunteer.objects.get()
    assert (bramble.given_name, bramble.postcode, bramble.ward, bramble.age_band) == (
        "Bramble",
        "N1 9AB",
        None,
        "adult",
    )
    assert (bramble.user.email, bramble.user.phone, bramble.user.roles) == ("bramble@example.org", None, {"volunteer"})
    place = Booking.objects.get()
    assert (place.volunteer, place.session, place.state) == (bramble, saturday, Booking.State.HELD)
    assert place.kept_until == AT + HOUR / 2
    message = Message.objects.get()
    assert (message.kind, message.volunteer, message.due_at) == ("confirm_booking", bramble, AT)
    thanks = client.get("/join/done/").content.decode()
    assert "press “Confirm”" in thanks
    assert "10:30" in thanks
    assert "The bandstand, Thimble Park" in thanks


def test_a_mobile_number_is_enough(client: Client, settings) -> None:
    settings.SMS_URL = "https://sms.example/"
    join(client, contact="07700 900123", session=SessionFactory().pk)
    user = User.objects.get()
    assert (user.email, str(user.phone)) == (None, "+447700900123")
    assert "press “Confirm”" in client.get("/join/done/").content.decode()


def test_where_no_text_can_be_sent_somebody_with_a_number_is_told_so(client: Client) -> None:
    join(client, contact="07700 900123", session=SessionFactory().pk)
    assert Booking.objects.get().state == Booking.State.HELD
    assert "nothing comes to confirm your place" in client.get("/join/done/").content.decode()


def test_one_joins_without_a_session_and_is_welcomed(client: Client) -> None:
    SessionFactory()
    for _ in range(2):
        join(client, session="later")
        assert "We have sent you a message" in client.get("/join/done/").content.decode()
    assert not Booking.objects.exists()
    assert list(Message.objects.values_list("kind", flat=True)) == ["joined"]  # twice at the same moment


def test_where_nothing_is_planned_one_joins_all_the_same(client: Client) -> None:
    assert "No session is planned just now" in client.get("/join/").content.decode()
    assert join(client)["Location"] == "/join/done/"
    assert Volunteer.objects.count() == 1


def test_the_postcode_gives_the_ward_where_its_point_is_known(client: Client) -> None:
    ward = WardFactory(outlined=True)
    PostcodePoint.objects.create(postcode="N1 9AB", latitude=51.5545, longitude=-0.105)
    join(client)
    assert Volunteer.objects.get().ward == ward


@pytest.mark.parametrize("postcode", ["", "ZZ99 9ZZ", "nowhere", "N1"])
def test_a_postcode_nobody_knows_refuses_nobody(client: Client, postcode) -> None:
    assert join(client, postcode=postcode)["Location"] == "/join/done/"
    assert Volunteer.objects.get().ward is None


def test_a_ward_is_filled_in_when_the_points_arrive_and_a_second_run_changes_nothing(client: Client) -> None:
    join(client)
    assert fill_in() == 0
    ward = WardFactory(outlined=True)
    PostcodePoint.objects.create(postcode="N1 9AB", latitude=51.5545, longitude=-0.105)
    assert fill_in() == 1
    assert Volunteer.objects.get().ward == ward
    assert fill_in() == 0


def test_those_who_live_in_no_ward_of_ours_do_not_hold_up_the_others__500_of_them_did(monkeypatch) -> None:
    monkeypatch.setattr("volunteers.signup.areas.AT_ONCE", 2)
    ward = WardFactory(outlined=True)
    PostcodePoint.objects.create(postcode="N1 9AB", latitude=51.5545, longitude=-0.105)
    PostcodePoint.objects.create(postcode="E1 1AA", latitude=51.51, longitude=-0.06)
    far = [VolunteerFactory(postcode="E1 1AA") for _ in range(5)]
    near = VolunteerFactory(postcode="N1 9AB")
    assert fill_in() == 1
    near.refresh_from_db()
    assert near.ward == ward
    assert not Volunteer.objects.filter(pk__in=[person.pk for person in far]).exclude(ward=None).exists()


def test_a_friend_who_comes_along_has_a_place_behind_the_same_address(client: Client) -> None:
    saturday = SessionFactory()
    join(client, session=saturday.pk, friend="Comfrey")
    friend = Volunteer.objects.get(given_name="Comfrey")
    assert (friend.inviter.given_name, friend.user.email, friend.source) == ("Bramble", "bramble@example.org", "friend")
    assert Booking.objects.filter(session=saturday, state=Booking.State.HELD).count() == 2
    assert not Consent.objects.exists()


def test_where_one_place_is_left_the_friend_waits(client: Client) -> None:
    saturday = SessionFactory(capacity=1)
    join(client, session=saturday.pk, friend="Comfrey")
    states = dict(Booking.objects.values_list("volunteer__given_name", "state"))
    assert states == {"Bramble": "held", "Comfrey": "waiting"}


def test_a_friend_of_ones_own_name_is_oneself(client: Client) -> None:
    join(client, session=SessionFactory().pk, friend="bramble")
    assert Booking.objects.count() == Volunteer.objects.count() == 1


def test_consent_is_kept_with_its_wording_and_only_when_ticked(client: Client) -> None:
    join(client, consent_email="on")
    consent = Consent.objects.get()
    assert (consent.channel, consent.wording_version, consent.given_at) == ("email", WORDING_VERSION, AT)
    join(client, contact="comfrey@example.org")
    assert Consent.objects.count() == 1


def test_nobody_agrees_in_the_name_of_somebody_known(client: Client) -> None:
    VolunteerFactory(user=UserFactory(email="bramble@example.org", volunteer=True), given_name="Bramble")
    join(client, consent_email="on", age_band="sixteen", guardian_email="stranger@example.org", postcode="E1 1AA")
    known = Volunteer.objects.get()
    assert (known.age_band, known.postcode) == ("adult", "")
    assert not Consent.objects.exists()
    assert not GuardianConsent.objects.exists()


def test_two_people_behind_one_address_are_two(client: Client) -> None:
    saturday = SessionFactory()
    join(client, session=saturday.pk)
    join(client, session=saturday.pk, given_name="Comfrey", contact="BRAMBLE@example.org")
    join(client, session=saturday.pk, given_name="comfrey")
    assert User.objects.count() == 1
    assert Volunteer.objects.count() == Booking.objects.count() == 2


def test_a_posters_link_is_the_source(client: Client) -> None:
    poster = links.of_source(source="Station poster", by=None, at=AT)
    assert client.get(f"/join/{poster.code}/").status_code == 200
    join(client, path=f"/join/{poster.code.upper()}/")
    assert Volunteer.objects.get().source == "Station poster"


def test_a_friends_link_names_the_inviter_by_first_name_only(client: Client) -> None:
    amira = VolunteerFactory(given_name="Amira", family_name="Nobodyknows")
    link = links.of_inviter(inviter=amira, at=AT)
    page = client.get(f"/join/{link.code}/").content.decode()
    assert "Amira would like you to come along" in page
    assert "Nobodyknows" not in page
    join(client, path=f"/join/{link.code}/")
    assert Volunteer.objects.get(given_name="Bramble").inviter == amira


def test_a_closed_and_an_invented_code_bring_nobody_but_one_joins_all_the_same(client: Client) -> None:
    poster = links.of_source(source="Station poster", by=None, at=AT)
    links.close(link=poster, by=UserFactory(organiser=True), at=AT)
    for number, code in enumerate([poster.code, "invented", "x" * 500]):
        assert join(client, path=f"/join/{code}/", contact=f"b{number}@example.org")["Location"] == "/join/done/"
    assert set(Volunteer.objects.values_list("source", "inviter")) == {("", None)}


def test_a_code_with_a_nul_byte_joins_all_the_same__it_was_an_error_page(client: Client) -> None:
    assert client.get("/join/ab%00c/").status_code == 200
    assert join(client, path="/join/ab%00c/")["Location"] == "/join/done/"


def test_somebody_under_18_names_a_guardian_who_is_asked(client: Client) -> None:
    refused = join(client, age_band="sixteen")
    assert "we need to ask a parent or guardian" in refused.content.decode()
    assert not Volunteer.objects.exists()
    join(client, age_band="sixteen", guardian_email="Parent@example.org")
    asked = GuardianConsent.objects.get()
    assert (asked.email, asked.given_at, asked.volunteer.is_minor) == ("parent@example.org", None, True)
    message = Message.objects.get(kind="guardian")
    assert (message.guardian_email, message.about) == ("parent@example.org", {"consent": asked.pk})


def test_joining_writes_no_personal_data_to_the_trail(client: Client) -> None:
    join(client, session=SessionFactory().pk)
    assert not AuditEvent.objects.filter(facts__icontains="bramble").exists()


def test_a_join_takes_few_statements_however_many_have_joined(client: Client, query_count) -> None:
    saturday = SessionFactory(capacity=40)
    first = query_count(lambda: join(client, session=saturday.pk, contact="first@example.org"))
    BookingFactory.create_batch(30, session=saturday)
    later = query_count(lambda: join(Client(), session=saturday.pk, contact="later@example.org"))
    assert later <= first <= 26
