"""Two entries that are one person become one, and nothing is lost: places, walks, consents, messages, addresses."""

import pytest
from django.test import Client

from campaign.access import Role
from campaign.acts.merge_volunteers import MergeError, merge
from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AllocationFactory, houses, walk_of
from tests.factories.sessions import AT, HOUR, BookingFactory, MessageFactory, SessionFactory, person
from tests.factories.volunteers import RoleGrantFactory, UserFactory, VolunteerFactory
from tests.races import at_once
from volunteers.messaging.consents import set_consents, standing_channels, stop
from volunteers.people.duplicates import likely_duplicates
from volunteers.people.models import GuardianConsent, RegisterAcknowledgement, User, Volunteer
from volunteers.referrals import links
from volunteers.sessions import booking
from volunteers.sessions.models import Booking

pytestmark = pytest.mark.django_db
State = Booking.State


def one_person(keep: Volunteer, other: Volunteer) -> Volunteer:
    """`keep` as it is after `other` was merged into it."""
    merge(keep=keep, other=other, by=UserFactory(organiser=True), at=AT)
    return Volunteer.objects.get(pk=keep.pk)


@pytest.fixture
def keep() -> Volunteer:
    return person("keep@example.org", given_name="Anna")


@pytest.fixture
def other() -> Volunteer:
    return person("other@example.org", given_name="Anna", postcode="N1 9AB", source="Station poster")


def test_what_one_entry_lacks_the_other_fills_in_and_nothing_said_is_overwritten(keep, other) -> None:
    Volunteer.objects.filter(pk=keep.pk).update(source="friend")
    kept = one_person(keep, other)
    assert (kept.postcode, kept.source, kept.user.email) == ("N1 9AB", "friend", "keep@example.org")
    other.refresh_from_db()
    assert other.merged_into == kept
    assert AuditEvent.objects.get(act="volunteers merged").facts == {"merged": other.pk}


def test_places_walks_messages_and_invitations_go_along(keep, other) -> None:
    place = BookingFactory(volunteer=other)
    walk = AllocationFactory(walk=walk_of(*houses(1)), holder=other)
    message = MessageFactory(booking=place)
    led = SessionFactory(lead=other)
    friend = VolunteerFactory(inviter=other, adult_partner=other)
    one_person(keep, other)
    for row, name in [(place, "volunteer"), (walk, "holder"), (message, "volunteer"), (led, "lead")]:
        row.refresh_from_db()
        assert getattr(row, name) == keep
    friend.refresh_from_db()
    assert (friend.inviter, friend.adult_partner) == (keep, keep)


@pytest.mark.parametrize(
    ("mine", "theirs", "stands"),
    [
        ({"given_up": True}, {}, State.CONFIRMED),
        ({"waiting": True}, {"held": True}, State.HELD),
        ({}, {"waiting": True}, State.CONFIRMED),
        ({"waiting": True}, {"here": True}, State.CONFIRMED),
    ],
)
def test_of_two_places_in_one_session_the_one_that_says_most_stands(keep, other, mine, theirs, stands) -> None:
    own = BookingFactory(volunteer=keep, **mine)
    left = BookingFactory(volunteer=other, session=own.session, **theirs)
    one_person(keep, other)
    own.refresh_from_db()
    left.refresh_from_db()
    assert (own.volunteer, own.state, left.state) == (keep, stands, State.CANCELLED)
    assert bool(own.checked_in_at) == bool(theirs.get("here"))


def test_consents_switches_and_promises_go_along_once(keep, other) -> None:
    for volunteer in (keep, other):
        set_consents(volunteer=volunteer, channels=["email"], at=AT)
        RegisterAcknowledgement.objects.create(volunteer=volunteer, version="1", acknowledged_at=AT)
    set_consents(volunteer=other, channels=["email", "sms"], at=AT)
    stop(volunteer=other, kind="thanks", channel="email", at=AT)
    GuardianConsent.objects.create(volunteer=other, email="p@example.org", asked_at=AT)
    one_person(keep, other)
    assert standing_channels(keep) == {"email", "sms"}
    assert keep.stopped.get().kind == "thanks"
    assert keep.acknowledgements.count() == keep.guardian_consents.count() == 1


def test_an_agreement_under_one_entry_does_not_outlive_its_withdrawal_under_the_other__it_did(keep, other) -> None:
    set_consents(volunteer=other, channels=["email"], at=AT - 2 * HOUR)
    set_consents(volunteer=keep, channels=["email"], at=AT - 3 * HOUR)
    set_consents(volunteer=keep, channels=[], at=AT - HOUR)
    one_person(keep, other)
    assert standing_channels(keep) == set()
    assert keep.consents.count() == 2


def test_an_agreement_given_after_a_withdrawal_stands(keep, other) -> None:
    set_consents(volunteer=keep, channels=["email"], at=AT - 3 * HOUR)
    set_consents(volunteer=keep, channels=[], at=AT - 2 * HOUR)
    set_consents(volunteer=other, channels=["email"], at=AT - HOUR)
    one_person(keep, other)
    assert standing_channels(keep) == {"email"}


def test_the_link_already_sent_to_friends_still_brings_them_to_the_kept_entry__it_brought_nobody(keep, other) -> None:
    both = [links.of_inviter(inviter=volunteer, at=AT).code for volunteer in (keep, other)]
    one_person(keep, other)
    assert [links.find(code).inviter for code in both] == [keep, keep]


def test_whoever_invited_himself_under_another_entry_is_invited_by_nobody__they_were_by_themselves(keep, other) -> None:
    Volunteer.objects.filter(pk=keep.pk).update(inviter=other, adult_partner=other)
    kept = one_person(keep, other)
    assert (kept.inviter, kept.adult_partner) == (None, None)


# Addresses


def test_the_address_of_the_merged_entry_still_signs_in_as_the_kept_one(client: Client, keep, other) -> None:
    CampaignDetailsFactory()
    one_person(keep, other)
    client.force_login(other.user)
    assert list(Volunteer.objects.of(other.user)) == [keep]
    assert client.get("/me/").status_code == 200


def test_somebody_who_joined_by_email_and_by_number_is_reached_by_both__the_number_was_lost() -> None:
    keep, other = person("keep@example.org"), person(phone="+447700900123")
    kept = one_person(keep, other)
    assert (kept.user.email, str(kept.user.phone)) == ("keep@example.org", "+447700900123")
    assert User.objects.filter(phone="+447700900123").count() == 1
    by_number, by_email = person(phone="+447700900124"), person("other@example.org")
    assert one_person(by_number, by_email).user.email == "other@example.org"


def test_an_address_that_others_use_or_that_holds_an_office_stays_a_user_of_its_own() -> None:
    keep, shared, office = (person("keep@example.org"), *(person(phone=f"+44770090012{n}") for n in (3, 4)))
    VolunteerFactory(user=shared.user)
    RoleGrantFactory(user=office.user, role=Role.ORGANISER)
    for other in (shared, office):
        assert one_person(keep, other).user.phone is None
        assert keep in Volunteer.objects.of(other.user)


def test_whoever_had_no_address_has_the_others(other) -> None:
    kept = one_person(VolunteerFactory(user=None), other)
    assert kept.user == other.user


def test_an_address_whose_number_is_that_of_the_kept_entry_goes_along__it_was_lost() -> None:
    keep = VolunteerFactory(user=None, pk=900_001)
    user = UserFactory(pk=keep.pk)
    merged = one_person(keep, VolunteerFactory(user=user))
    assert merged.user == user


def test_of_two_ages_the_younger_stands__somebody_under_18_became_an_adult(keep, other) -> None:
    Volunteer.objects.filter(pk=other.pk).update(age_band="sixteen")
    assert one_person(keep, other).age_band == "sixteen"
    assert one_person(VolunteerFactory(age_band="under_sixteen"), keep).age_band == "under_sixteen"


def test_a_chain_of_merges_leads_to_the_last(keep, other) -> None:
    third = VolunteerFactory()
    one_person(keep, other)
    one_person(third, keep)
    assert list(Volunteer.objects.of(other.user)) == [third]


def test_an_entry_with_itself_merged_or_erased_is_refused(keep, other) -> None:
    with pytest.raises(MergeError):
        one_person(keep, keep)
    one_person(keep, other)
    for pair in ((keep, other), (other, keep), (other, VolunteerFactory())):
        with pytest.raises(MergeError, match="both still there"):
            one_person(*pair)


# Finding them


def pairs() -> set[tuple[int, int]]:
    return {(pair.one.pk, pair.other.pk) for pair in likely_duplicates(Volunteer.objects.present(), most=30)}


def test_the_same_name_at_the_same_address_or_postcode_looks_like_one_person_and_a_couple_does_not() -> None:
    anna = person("a@example.org", given_name="Anna", family_name="", postcode="N1 9AB")
    again = person(phone="+447700900123", given_name="anna", family_name="Example", postcode="N1 9AB")
    VolunteerFactory(user=anna.user, given_name="Ben", family_name="", postcode="N1 9AB")
    VolunteerFactory(given_name="Anna", family_name="", postcode="E1 1AA")
    assert pairs() == {(anna.pk, again.pk)}
    Volunteer.objects.filter(pk=anna.pk).update(family_name="Other")
    assert pairs() == set()


@pytest.mark.django_db(transaction=True)
def test_merging_while_places_are_taken_and_given_up_makes_no_deadlock() -> None:
    for _ in range(6):
        sessions = [SessionFactory(lead=None) for _ in range(3)]
        keep, other, organiser = VolunteerFactory(), VolunteerFactory(), UserFactory(organiser=True)
        led = SessionFactory(lead=other)
        places = [BookingFactory(session=session, volunteer=who) for session in sessions for who in (keep, other)]
        at_once(
            lambda k=keep, o=other, b=organiser: merge(keep=k, other=o, by=b, at=AT),
            *[lambda p=p: booking.cancel(booking=p, at=AT) for p in places],
            *[
                lambda s=s, v=keep: booking.book(volunteer=v, session=s, at=AT, confirmed=True)
                for s in [*sessions, led]
            ],
        )
        assert not Booking.objects.filter(volunteer=other).exclude(state=State.CANCELLED).exists()
