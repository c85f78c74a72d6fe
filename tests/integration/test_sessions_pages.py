"""The pages of sessions: an organiser's, limited to their wards or not, and a volunteer's own."""

import pytest
from django.test import Client

from campaign.access import Role
from campaign.areas.models import PostcodePoint
from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory, WardFactory
from tests.factories.sessions import (
    AT,
    HOUR,
    SATURDAY,
    BookingFactory,
    MessageFactory,
    SessionFactory,
    person,
    set_clock,
)
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.messaging.models import Message
from volunteers.people.models import RoleGrant
from volunteers.sessions.models import Booking, Session

pytestmark = pytest.mark.django_db
State = Booking.State


@pytest.fixture(autouse=True)
def it_is_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)


@pytest.fixture
def organiser(client: Client):
    """Signed in."""
    user = UserFactory(organiser=True)
    client.force_login(user)
    return user


@pytest.fixture
def anna(client: Client):
    """A volunteer who is signed in."""
    anna = person("anna@example.org", given_name="Anna")
    client.force_login(anna.user)
    return anna


def written(**facts):
    return {
        "title": "Canvassing", "day": "2027-06-19", "starts": "10:00", "ends": "12:00", "meeting_point": "Bandstand",
        "capacity": "10", "wanted": "6",
    } | facts  # fmt: skip


def only_in(organiser, *wards) -> None:
    RoleGrant.objects.get(user=organiser, role=Role.ORGANISER).wards.set(wards)


# Planning


def test_a_session_is_planned_with_a_point_on_the_map_and_repeated(client: Client, organiser) -> None:
    PostcodePoint.objects.create(postcode="N1 9AB", latitude=51.5545, longitude=-0.105)
    assert client.get("/organise/sessions/new/").status_code == 200
    answer = client.post("/organise/sessions/new/", written(point="n19ab", weeks="2", candidate_there="on"))
    first = Session.objects.order_by("starts_at").first()
    assert answer["Location"] == f"/organise/sessions/{first.pk}/"
    assert (first.latitude, first.longitude, first.candidate_there, first.made_by) == (51.5545, -0.105, True, organiser)
    assert Session.objects.count() == 3
    page = client.get("/organise/sessions/").content.decode()
    assert "Saturday 19 June" in page
    assert "0 of 6 wanted" in page
    assert AuditEvent.objects.get(act="session made").facts == {"repeated": 2}


def test_a_session_that_cannot_be_is_refused_beside_what_was_typed(client: Client, organiser) -> None:
    page = client.post("/organise/sessions/new/", written(starts="08:00", ends="21:30")).content.decode()
    assert "twelve hours at most" in page
    assert 'value="Bandstand"' in page
    assert not Session.objects.exists()


def test_a_session_is_copied_to_the_next_week(client: Client, organiser) -> None:
    page = client.get(f"/organise/sessions/new/?copy={SessionFactory().pk}").content.decode()
    assert 'value="2027-06-19"' in page
    assert client.get("/organise/sessions/new/?copy=" + "9" * 40).status_code == 200


def test_a_session_is_moved_and_whoever_has_a_place_is_told_why(client: Client, organiser) -> None:
    place = BookingFactory()
    client.post(f"/organise/sessions/{place.session_id}/change/", written(because="The park is shut."))
    moved = Session.objects.get()
    assert (moved.starts_at, moved.revision, moved.moved_because) == (SATURDAY + 168 * HOUR, 1, "The park is shut.")
    assert Message.objects.get().kind == "moved"


def test_a_session_moved_into_the_past_stays_and_the_page_says_why(client: Client, organiser) -> None:
    session = SessionFactory()
    answer = client.post(f"/organise/sessions/{session.pk}/change/", written(day="2027-06-01"))
    assert "The start lies in the past." in answer.content.decode()
    assert Session.objects.get().starts_at == SATURDAY


def test_a_session_is_called_off_with_a_reason_and_not_without(client: Client, organiser) -> None:
    session = SessionFactory()
    address = f"/organise/sessions/{session.pk}/call-off/"
    assert "Say why" in client.post(address, follow=True).content.decode()
    assert "is off" in client.post(address, {"because": "Rain."}, follow=True).content.decode()
    assert Session.objects.get().cancelled_because == "Rain."


def test_somebody_is_put_in_and_taken_off_with_a_reason(client: Client, organiser) -> None:
    session, brian = SessionFactory(capacity=1), VolunteerFactory()
    page = f"/organise/sessions/{session.pk}/"
    client.post(f"{page}put-in/", {"volunteer": brian.pk})
    place = Booking.objects.get()
    assert (place.state, place.volunteer) == (State.CONFIRMED, brian)
    answer = client.post(f"{page}put-in/", {"volunteer": VolunteerFactory().pk}, follow=True)
    assert "has just filled up" in answer.content.decode()
    assert "Say why" in client.post(f"{page}take-out/{place.pk}/", follow=True).content.decode()
    client.post(f"{page}take-out/{place.pk}/", {f"{place.pk}-because": "Rang."})
    place.refresh_from_db()
    assert (place.state, place.cancelled_because) == (State.CANCELLED, "Rang.")


@pytest.mark.parametrize("sent", [{}, {"volunteer": str(9**30)}, {"volunteer": "x"}, {"booking": "9" * 40}])
def test_nobody_real_is_put_in_nowhere(client: Client, organiser, sent) -> None:
    answer = client.post(f"/organise/sessions/{SessionFactory().pk}/put-in/", sent)
    assert answer.status_code == 200
    assert not Booking.objects.exists()


def test_a_place_that_is_only_kept_is_confirmed_by_whoever_spoke_to_them(client: Client, organiser) -> None:
    place = BookingFactory(held=True)
    client.post(f"/organise/sessions/{place.session_id}/put-in/", {"booking": place.pk})
    place.refresh_from_db()
    assert place.state == State.CONFIRMED


# Limited to wards


@pytest.mark.parametrize("page", ["", "change/", "put-in/", "take-out/{booking}/", "call-off/"])
def test_an_organiser_of_one_ward_does_not_find_another_wards_session(client: Client, organiser, page) -> None:
    only_in(organiser, WardFactory())
    place = BookingFactory(session__ward=WardFactory(), session__meeting_point="Hidden well")
    address = f"/organise/sessions/{place.session_id}/{page.format(booking=place.pk)}"
    sent = client.get(address) if page in ("", "change/") else client.post(address, {"because": "x"})
    assert sent.status_code == 404
    for address in (f"/sessions/{place.session_id}/list/", f"/sessions/{place.session_id}/code/"):
        assert client.get(address).status_code == 404
    assert "Hidden well" not in client.get(f"/organise/sessions/new/?copy={place.session_id}").content.decode()


def test_an_organiser_of_one_ward_plans_there_and_nowhere_else(client: Client, organiser) -> None:
    mine, other = WardFactory(), WardFactory()
    only_in(organiser, mine)
    SessionFactory(ward=other, title="Elsewhere")
    SessionFactory(title="Anywhere")
    assert "Select a valid choice" in client.post("/organise/sessions/new/", written(ward=other.pk)).content.decode()
    assert "This field is required" in client.post("/organise/sessions/new/", written()).content.decode()
    client.post("/organise/sessions/new/", written(ward=mine.pk))
    assert Session.objects.filter(ward=mine).count() == 1
    page = client.get("/organise/sessions/").content.decode()
    assert "19 June" in page
    assert "12 June" not in page


def test_an_organiser_of_one_ward_is_shown_leads_and_messages_of_that_ward__they_saw_everybody(
    client, organiser
) -> None:
    mine = WardFactory()
    near, far = VolunteerFactory(ward=mine, given_name="Near"), VolunteerFactory(given_name="Farthing")
    for one in (near, far):
        MessageFactory(booking__volunteer=one)
    Message.objects.update(state=Message.State.FAILED, why=Message.Why.NO_WAY)
    only_in(organiser, mine)
    page = client.get("/organise/sessions/new/").content.decode()
    page += client.get("/organise/messages/?show=failed").content.decode()
    assert page.count("Near") == 2
    assert "Farthing" not in page
    client.post("/organise/messages/again/", {"message": list(Message.objects.values_list("pk", flat=True))})
    assert Message.objects.get(state=Message.State.DUE).volunteer == near


def test_without_a_limit_every_session_is_seen_and_an_agent_has_none(client: Client, organiser) -> None:
    session = SessionFactory(ward=WardFactory())
    assert client.get(f"/organise/sessions/{session.pk}/").status_code == 200
    RoleGrant.objects.create(user=organiser, role=Role.AGENT, granted_at=AT)
    only_in(organiser, WardFactory())
    assert client.get(f"/organise/sessions/{session.pk}/").status_code == 200


# A volunteer's own


def test_a_volunteer_takes_a_place_and_gives_it_up(client: Client, anna) -> None:
    session = SessionFactory()
    assert "Saturday 12 June" in client.get("/sessions/").content.decode()
    assert "You have a place" in client.post(f"/sessions/{session.pk}/book/", follow=True).content.decode()
    assert Booking.objects.get().volunteer == anna
    assert (
        "Somebody else can have the place"
        in client.post(f"/sessions/{session.pk}/cancel/", follow=True).content.decode()
    )
    assert Booking.objects.get().state == State.CANCELLED


def test_in_a_full_session_one_is_offered_the_waiting_list(client: Client, anna) -> None:
    session = BookingFactory(session__capacity=1).session
    page = client.post(f"/sessions/{session.pk}/book/").content.decode()
    assert "has just filled up" in page
    assert "Go on the waiting list" in page
    assert not anna.bookings.exists()
    client.post(f"/sessions/{session.pk}/book/", {"wait": "1"})
    assert anna.bookings.get().state == State.WAITING


def test_a_second_session_at_the_same_time_is_taken_only_when_asked_again(client: Client, anna) -> None:
    first = BookingFactory(volunteer=anna).session
    second = SessionFactory(starts_at=SATURDAY + HOUR, meeting_point="The well")
    after = SessionFactory(starts_at=SATURDAY + 3 * HOUR)
    page = client.post(f"/sessions/{second.pk}/book/").content.decode()
    assert f"{first}, 10:00 at The bandstand" in page
    assert anna.bookings.count() == 1
    client.post(f"/sessions/{second.pk}/book/", {"anyway": "1"})
    client.post(f"/sessions/{after.pk}/book/")
    assert set(anna.bookings.values_list("session", flat=True)) == {first.pk, second.pk, after.pk}


@pytest.mark.parametrize("facts", [{"over": True}, {"off": True}])
def test_a_session_over_or_off_says_so_and_takes_nobody(client: Client, anna, facts) -> None:
    session = SessionFactory(**facts)
    page = client.post(f"/sessions/{session.pk}/book/", follow=True).content.decode()
    assert "This session is o" in page
    assert not anna.bookings.exists()


def test_whoever_gave_up_twice_by_an_old_page_is_not_told_off(client: Client, anna) -> None:
    place = BookingFactory(volunteer=anna, given_up=True)
    assert client.post(f"/sessions/{place.session_id}/cancel/").status_code == 302
    assert client.post(f"/sessions/{SessionFactory().pk}/cancel/").status_code == 404


def test_of_several_behind_one_address_one_says_who_is_here_first(client: Client, anna) -> None:
    ben = VolunteerFactory(user=anna.user, given_name="Ben")
    session = SessionFactory()
    assert client.post(f"/sessions/{session.pk}/book/")["Location"].startswith("/me/who/")
    for page in ("/sessions/", f"/sessions/{session.pk}/", "/me/"):
        assert client.get(page)["Location"].startswith("/me/who/?next=")
    client.post("/me/who/", {"volunteer": ben.pk})
    client.post(f"/sessions/{session.pk}/book/")
    assert Booking.objects.get().volunteer == ben


@pytest.mark.parametrize("page", ["", "book/", "cancel/", "calendar.ics", "list/", "code/", "walk-up/"])
def test_a_session_with_an_impossible_number_is_not_found(client: Client, anna, page) -> None:
    address = f"/sessions/{9**30}/{page}"
    answer = client.post(address) if page in ("book/", "cancel/", "walk-up/") else client.get(address)
    assert answer.status_code == 404
