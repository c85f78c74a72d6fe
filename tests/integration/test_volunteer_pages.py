"""The organiser's pages of volunteers: who there is, contact details on demand, entries that are one person."""

import pytest
from django.test import Client

from campaign.access import Role
from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory, WardFactory
from tests.factories.sessions import AT, BookingFactory, SessionFactory, person, set_clock
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people.models import RoleGrant, Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organiser(client: Client, monkeypatch: pytest.MonkeyPatch):
    """Signed in on a Tuesday."""
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)
    user = UserFactory(organiser=True)
    client.force_login(user)
    return user


def only_in(organiser, *wards) -> None:
    RoleGrant.objects.get(user=organiser, role=Role.ORGANISER).wards.set(wards)


def test_everybody_is_listed_with_how_often_they_came_and_no_address(client: Client) -> None:
    anna = person("anna@example.org", given_name="Anna", postcode="N1 9AB")
    BookingFactory(volunteer=anna, session__over=True, here=True)
    BookingFactory(volunteer=anna)
    BookingFactory(volunteer=anna, session=SessionFactory(off=True))
    page = client.get("/organise/volunteers/").content.decode()
    assert "Anna Example" in page
    assert '<td data-label="Came">1</td>' in page
    assert '<td data-label="Booked">1</td>' in page
    for secret in ("anna@example.org", "N1 9AB"):
        assert secret not in page


def test_how_to_reach_somebody_is_shown_by_a_press_and_written_in_the_trail(client: Client, organiser) -> None:
    anna = person("anna@example.org", phone="+447700900123", given_name="Anna", postcode="N1 9AB")
    address = f"/organise/volunteers/{anna.pk}/"
    assert client.get(address).status_code == 405
    assert not AuditEvent.objects.filter(act="contact details shown").exists()
    page = client.post(address).content.decode()
    for fact in ("anna@example.org", "07700 900123", "N1 9AB"):
        assert fact in page
    line = AuditEvent.objects.get(act="contact details shown")
    assert (line.actor, line.subject, line.facts) == (f"user:{organiser.pk}", f"volunteer:{anna.pk}", {})


def test_somebody_is_found_by_parts_of_the_name_which_stand_in_no_address(client: Client) -> None:
    VolunteerFactory(given_name="Anna", family_name="Quillfeather")
    VolunteerFactory(given_name="Ben")
    page = client.post("/organise/volunteers/", {"who": "quill ann"}).content.decode()
    assert "1 found" in page
    assert "Ben" not in page
    assert client.post("/organise/volunteers/", {"who": "x" * 5000}).status_code == 200


def test_where_more_are_found_than_shown_it_says_so__the_rest_was_hidden(client: Client) -> None:
    VolunteerFactory.create_batch(31, given_name="Anna")
    page = client.post("/organise/volunteers/", {"who": "anna"}).content.decode()
    assert "31 found" in page
    assert "Write more of the name" in page


def test_an_organiser_of_one_ward_sees_and_reveals_only_who_lives_there(client: Client, organiser) -> None:
    mine = WardFactory()
    only_in(organiser, mine)
    near, far = VolunteerFactory(ward=mine, given_name="Near"), VolunteerFactory(ward=WardFactory(), given_name="Far")
    VolunteerFactory(given_name="Unplaced")
    page = client.get("/organise/volunteers/").content.decode()
    assert "Near" in page
    assert "Far" not in page
    assert "Unplaced" not in page
    assert client.post(f"/organise/volunteers/{near.pk}/").status_code == 200
    assert client.post(f"/organise/volunteers/{far.pk}/").status_code == 404
    assert not AuditEvent.objects.filter(subject=f"volunteer:{far.pk}").exists()


def test_two_entries_are_merged_by_saying_which_stays(client: Client) -> None:
    anna = VolunteerFactory(given_name="Anna", postcode="N1 9AB")
    again = VolunteerFactory(given_name="anna", postcode="N1 9AB")
    assert f'name="keep" value="{again.pk}"' in client.get("/organise/volunteers/duplicates/").content.decode()
    answer = client.post("/organise/volunteers/duplicates/", {"keep": again.pk, "other": anna.pk}, follow=True)
    assert "They are one person now" in answer.content.decode()
    anna.refresh_from_db()
    assert anna.merged_into == again
    assert "No two entries look alike" in answer.content.decode()


@pytest.mark.parametrize(
    "sent", [{}, {"keep": "1"}, {"keep": "x", "other": "y"}, {"keep": "9" * 40, "other": "9" * 40}]
)
def test_entries_that_are_not_there_are_refused_with_a_sentence(client: Client, sent) -> None:
    answer = client.post("/organise/volunteers/duplicates/", sent, follow=True)
    assert "choose two entries that are both still there" in answer.content.decode()


def test_nobody_merges_an_entry_with_itself_or_one_of_another_ward(client: Client, organiser) -> None:
    mine = WardFactory()
    near, far = VolunteerFactory(ward=mine), VolunteerFactory(ward=WardFactory())
    for other in (near, far):
        only_in(organiser, mine)
        client.post("/organise/volunteers/duplicates/", {"keep": near.pk, "other": other.pk})
    assert not Volunteer.objects.exclude(merged_into=None).exists()
