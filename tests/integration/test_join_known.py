"""Joining as somebody known already: the page tells a stranger nothing, and two forms at once make one person."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, BookingFactory, SessionFactory, person, set_clock
from tests.races import at_once
from volunteers.messaging.models import Message
from volunteers.people.models import User, Volunteer
from volunteers.sessions.models import Booking, Session
from volunteers.signup.joining import Joiner
from volunteers.signup.joining import join as join_act

TIMES = 6


@pytest.fixture(autouse=True)
def a_published_campaign_on_a_tuesday(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    cache.clear()
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)


def answer_to(contact: str, **facts) -> tuple[int, str, str]:
    """Status, the next address and the page after it, for somebody at a browser of their own."""
    client = Client()
    answer = client.post("/join/", {"given_name": "Bramble", "contact": contact, "postcode": "N1 9AB"} | facts)
    page = answer.content.decode() if answer.status_code == 200 else client.get(answer["Location"]).content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(contact, "CONTACT")
    return answer.status_code, answer.headers.get("Location", ""), page


def known(session: Session | None = None, **facts) -> Volunteer:
    """Bramble, known at an address, with a place in `session` as traits say."""
    bramble = person("known@example.org", given_name="Bramble", family_name="Example", postcode="E1 1AA")
    if session:
        BookingFactory(session=session, volunteer=bramble, **facts)
    return bramble


@pytest.mark.parametrize("name", ["Bramble", "Fern"])
def test_a_role_that_was_taken_does_not_come_back_by_the_form__it_did(name) -> None:
    bramble = known()
    bramble.user.grants.all().delete()
    answer_to("known@example.org", given_name=name)
    assert not bramble.user.grants.exists()


SITUATIONS = [{}, {"held": True}, {"waiting": True}, {"offered": True}, {"given_up": True}, {"here": True}]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_stranger_learns_not_whether_somebody_is_known_or_has_a_place__a_confirmed_place_was_shown(situation) -> None:
    saturday = SessionFactory()
    known(saturday, **situation)
    assert answer_to("known@example.org", session=saturday.pk) == answer_to("new@example.org", session=saturday.pk)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("full", [[], ["1"]])
def test_nor_where_the_session_is_full(situation, full) -> None:
    saturday = SessionFactory(capacity=2)
    BookingFactory.create_batch(2, session=saturday)
    known(saturday, **situation)
    facts = {"session": saturday.pk} | ({"full": saturday.pk} if full else {})
    answers = [answer_to(contact, **facts) for contact in ("known@example.org", "new@example.org")]
    assert answers[0] == answers[1]
    assert answers[0][0] == (302 if full else 200)


def test_nor_where_no_session_is_chosen() -> None:
    known()
    assert answer_to("known@example.org") == answer_to("new@example.org")


def test_nor_whether_a_number_has_an_email_address_with_it__it_was_told() -> None:
    person("known@example.org", phone="+447700900123", given_name="Bramble")
    saturday = SessionFactory()
    assert answer_to("07700 900123", session=saturday.pk) == answer_to("07700 900124", session=saturday.pk)


def test_nothing_of_the_known_person_changes_but_the_place() -> None:
    saturday, bramble = SessionFactory(), known()
    before = Volunteer.objects.values().get(pk=bramble.pk)
    answer_to("KNOWN@example.org", session=saturday.pk, consent_email="on", given_name="bramble")
    assert Volunteer.objects.values().get() == before
    assert not bramble.consents.exists()
    assert Booking.objects.get().state == Booking.State.HELD


def test_a_confirmed_place_stays_confirmed_and_the_message_says_so_again__none_was_sent() -> None:
    saturday = SessionFactory()
    bramble = known(saturday)
    answer_to("known@example.org", session=saturday.pk)
    assert Booking.objects.get().state == Booking.State.CONFIRMED
    assert list(bramble.messages.values_list("kind", flat=True)) == ["booked"]


def test_whoever_lost_the_message_asks_again_and_gets_another__none_was_sent() -> None:
    saturday = SessionFactory()
    bramble = known(saturday, held=True, kept_until=AT + HOUR / 60)
    answer_to("known@example.org", session=saturday.pk)
    assert Booking.objects.get().kept_until == AT + HOUR / 2
    assert list(bramble.messages.values_list("kind", flat=True)) == ["confirm_booking"]


def test_an_offered_place_asked_for_by_the_form_is_kept_no_shorter_than_it_was() -> None:
    saturday = SessionFactory()
    known(saturday, offered=True)
    answer_to("known@example.org", session=saturday.pk)
    place = Booking.objects.get()
    assert (place.state, place.kept_until) == (Booking.State.HELD, AT + 3 * HOUR)


@pytest.mark.django_db(transaction=True)
def test_two_forms_with_one_new_address_at_once_make_one_user_and_one_person() -> None:
    for number in range(TIMES):
        saturday, joiner = SessionFactory(), Joiner(given_name="Bramble", email=f"b{number}@example.org")
        at_once(*[lambda s=saturday, j=joiner: join_act(joiner=j, session=s, wait=False, link=None, at=AT)] * 2)
        assert User.objects.filter(email=joiner.email).count() == 1
        assert Volunteer.objects.filter(user__email=joiner.email).count() == 1
        assert saturday.bookings.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_forms_with_one_new_name_at_a_known_address_at_once_make_one_person__they_made_two() -> None:
    for number in range(TIMES):
        email = person(f"b{number}@example.org", given_name="Comfrey").user.email
        saturday, joiner = SessionFactory(), Joiner(given_name="Bramble", email=email)
        at_once(*[lambda s=saturday, j=joiner: join_act(joiner=j, session=s, wait=False, link=None, at=AT)] * 4)
        assert Volunteer.objects.filter(user__email=email, given_name="Bramble").count() == 1
        assert saturday.bookings.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_of_a_family_with_one_new_address_at_once_are_two() -> None:
    for number in range(TIMES):
        saturday, email = SessionFactory(), f"b{number}@example.org"
        both = [Joiner(given_name=name, email=email) for name in ("Bramble", "Comfrey")]
        at_once(*[lambda s=saturday, j=j: join_act(joiner=j, session=s, wait=False, link=None, at=AT) for j in both])
        assert User.objects.filter(email=email).count() == 1
        assert saturday.bookings.count() == 2
        assert Message.objects.filter(volunteer__user__email=email).count() == 2
