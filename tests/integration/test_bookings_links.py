"""What links in messages open: a page with one button. A GET acts nothing; a forged or dead link says so."""

import pytest
from django.test import Client

from campaign.acts.erase_volunteer import erase
from campaign.acts.merge_volunteers import merge
from campaign.foundation.signed_links import sign
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, BookingFactory, SessionFactory, person, set_clock
from tests.factories.volunteers import UserFactory, VolunteerFactory, is_signed_in
from volunteers.people import presence
from volunteers.sessions import links, waiting_list
from volunteers.sessions.models import Booking

pytestmark = pytest.mark.django_db
State = Booking.State
PAGES = ["", "confirm/", "cancel/", "here/"]


@pytest.fixture(autouse=True)
def it_is_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)


def link(place: Booking, page="") -> str:
    return f"/b/{sign(links.BOOKING, place.pk)}/{page}"


def press(place: Booking, page: str, client: Client | None = None, **sent):
    return (client or Client()).post(link(place, page), sent, follow=True).content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("facts", [{}, {"held": True}, {"waiting": True}, {"offered": True}, {"given_up": True}])
def test_opening_a_link_changes_nothing_and_shows_the_session(client: Client, page, facts) -> None:
    place = BookingFactory(volunteer__given_name="Anna", **facts)
    before = Booking.objects.values().get()
    for method in (client.get, client.head):
        assert method(link(place, page)).status_code == 200
    assert "The bandstand" in client.get(link(place, page)).content.decode()
    assert Booking.objects.values().get() == before
    assert not is_signed_in(client)


def test_the_button_confirms_and_twice_is_as_once() -> None:
    place = BookingFactory(held=True)
    for _ in range(2):
        assert "Confirmed. See you there." in press(place, "confirm/")
    place.refresh_from_db()
    assert place.state == State.CONFIRMED


def test_the_button_gives_the_place_up_and_twice_is_as_once() -> None:
    place = BookingFactory()
    for _ in range(2):
        assert "Somebody else can have the place" in press(place, "cancel/")
    place.refresh_from_db()
    assert place.state == State.CANCELLED
    assert "was given up" in press(place, "confirm/")


def test_where_the_place_is_gone_the_waiting_list_is_offered_with_one_button() -> None:
    place = BookingFactory(session__capacity=1, held=True, kept_until=AT - HOUR)
    BookingFactory(session=place.session)
    page = press(place, "confirm/")
    assert "Somebody else has the place by now" in page
    assert "Go on the waiting list" in page
    assert "You are on the waiting list" in press(place, "confirm/", wait="1")
    place.refresh_from_db()
    assert place.state == State.WAITING


def test_a_friend_who_comes_along_is_confirmed_with_it() -> None:
    place = BookingFactory(held=True)
    friend = BookingFactory(session=place.session, held=True, volunteer__user=place.volunteer.user)
    stranger = BookingFactory(session=place.session, held=True)
    press(place, "confirm/")
    friend.refresh_from_db()
    stranger.refresh_from_db()
    assert (friend.state, stranger.state) == (State.CONFIRMED, State.HELD)


def test_where_only_the_friends_place_is_gone_ones_own_is_confirmed_and_it_says_so__it_said_both_were_gone() -> None:
    place = BookingFactory(session__capacity=2, held=True)
    facts = {"held": True, "kept_until": AT - HOUR, "volunteer__given_name": "Comfrey"}
    friend = BookingFactory(session=place.session, volunteer__user=place.volunteer.user, **facts)
    BookingFactory(session=place.session)
    page = press(place, "confirm/")
    assert "Confirmed. See you there." in page
    assert "Comfrey had no confirmed place" in page
    friend.refresh_from_db()
    assert friend.state == State.HELD


def test_an_offer_that_ran_out_still_has_its_button__it_had_none() -> None:
    place = BookingFactory(waiting=True)
    Booking.objects.update(state=State.OFFERED, waiting_since=None, kept_until=AT - HOUR, offers=1)
    waiting_list.sweep(at=AT)
    page = Client().get(link(place, "confirm/")).content.decode()
    assert "the offer has run out" in page
    assert "m coming<" in page
    assert "Confirmed" in press(place, "confirm/")


@pytest.mark.parametrize("facts", [{"over": True}, {"off": True}])
@pytest.mark.parametrize("page", ["confirm/", "here/"])
def test_of_a_session_over_or_off_it_says_so_and_nothing_is_done(facts, page) -> None:
    place = BookingFactory(session=SessionFactory(**facts), held=True)
    assert "This session is o" in press(place, page)
    place.refresh_from_db()
    assert place.state == State.HELD


FORGERIES = ["1", "1-", "1-abc", "-", "x-y", "9" * 200, "1-" + "A" * 22, "%00", "1-%00", "%ff%fe", "a" * 300]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("token", FORGERIES)
def test_a_forged_or_cut_link_opens_nothing_and_says_what_to_do(client: Client, page, token) -> None:
    BookingFactory(pk=1)
    for method in (client.get, client.post) if page else (client.get,):
        answer = method(f"/b/{token}/{page}")
        assert answer.status_code == 410
        assert "This link opens nothing" in answer.content.decode()


def test_one_bookings_signature_does_not_open_anothers_nor_another_kind_of_link(client: Client) -> None:
    mine, other = BookingFactory.create_batch(2)
    signature = sign(links.BOOKING, mine.pk).split("-", 1)[1]
    assert client.get(f"/b/{other.pk}-{signature}/").status_code == 410
    assert client.get(f"/here/{sign(links.BOOKING, mine.session_id)}/").status_code == 410
    assert client.get(f"/b/{sign(links.MEETING_POINT, mine.pk)}/").status_code == 410
    assert client.get(f"/b/{sign(links.BOOKING, 9**15)}/").status_code == 410


@pytest.mark.parametrize("page", PAGES)
def test_the_link_of_somebody_erased_opens_nothing(client: Client, page) -> None:
    place = BookingFactory()
    erase(volunteer=place.volunteer, by=None, at=AT)
    assert client.get(link(place, page)).status_code == 410
    assert not page or client.post(link(place, page)).status_code == 410


def test_the_link_of_an_entry_merged_opens_its_place_where_that_went_along_and_nothing_where_it_stayed(client) -> None:
    moved = BookingFactory()
    keep = VolunteerFactory()
    left = BookingFactory(volunteer=moved.volunteer, waiting=True)
    BookingFactory(volunteer=keep, session=left.session)
    merge(keep=keep, other=moved.volunteer, by=UserFactory(organiser=True), at=AT)
    assert client.get(link(moved)).status_code == 200
    assert client.get(link(left)).status_code == 410


# Checking in


def test_i_am_here_checks_in_and_signs_in_whoever_it_is(client: Client) -> None:
    anna = person("anna@example.org", given_name="Anna")
    VolunteerFactory(user=anna.user, given_name="Ben")
    place = BookingFactory(session=SessionFactory(now_on=True), volunteer=anna)
    assert "Anna, you are checked in" in press(place, "here/", client)
    assert is_signed_in(client)
    assert client.session[presence.SESSION_KEY] == anna.pk
    assert client.get("/me/").status_code == 200


@pytest.mark.parametrize("role", ["organiser", "agent"])
def test_i_am_here_checks_an_organiser_in_and_signs_nobody_into_an_office(client: Client, role) -> None:
    anna = VolunteerFactory(user=UserFactory(**{role: True}))
    place = BookingFactory(session=SessionFactory(now_on=True), volunteer=anna)
    press(place, "here/", client)
    place.refresh_from_db()
    assert place.checked_in_by == "link"
    assert not is_signed_in(client)


def test_it_signs_in_nobody_whose_access_ended_and_nobody_who_is_too_early(client: Client) -> None:
    ended = BookingFactory(session=SessionFactory(now_on=True), volunteer__user__is_active=False)
    press(ended, "here/", client)
    assert "too early" in press(BookingFactory(), "here/", client)
    assert not is_signed_in(client)


def test_a_link_pressed_by_another_once_they_are_here_signs_nobody_in__it_signed_in_whoever_had_it(client) -> None:
    running = SessionFactory(now_on=True)
    place = BookingFactory(session=running, checked_in_at=AT - HOUR / 4, checked_in_by="list")
    assert "you are checked in" in press(place, "here/", client)
    assert not is_signed_in(client)


def test_on_somebody_elses_phone_it_checks_in_and_leaves_them_signed_in(client: Client) -> None:
    other = VolunteerFactory()
    client.force_login(other.user)
    place = BookingFactory(session=SessionFactory(now_on=True))
    press(place, "here/", client)
    place.refresh_from_db()
    assert place.checked_in_at == AT
    assert client.session["_auth_user_id"] == str(other.user_id)


def test_the_code_at_the_meeting_point_checks_in_whoever_is_signed_in_with_a_booking_or_without(client: Client) -> None:
    session, anna = SessionFactory(now_on=True), VolunteerFactory(given_name="Anna")
    address = f"/here/{sign(links.MEETING_POINT, session.pk)}/"
    page = client.get(address).content.decode()
    assert f"/join/?session={session.pk}" in page
    assert client.post(address).status_code == 200
    assert not Booking.objects.exists()
    client.force_login(anna.user)
    assert "m here, Anna" in client.get(address).content.decode()
    assert not Booking.objects.exists()
    assert "You are checked in" in client.post(address, follow=True).content.decode()
    assert Booking.objects.get().checked_in_by == "qr"


def test_the_code_at_the_meeting_point_too_early_says_so_and_books_nobody(client: Client) -> None:
    client.force_login(VolunteerFactory().user)
    answer = client.post(f"/here/{sign(links.MEETING_POINT, SessionFactory().pk)}/", follow=True)
    assert "too early" in answer.content.decode()
    assert not Booking.objects.exists()
