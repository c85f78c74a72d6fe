"""Links that bring people: a poster's with its code to print, a friend's own; counted, closed."""

import pytest
from django.test import Client

from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, set_clock
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.races import at_once
from volunteers.referrals import links
from volunteers.referrals.models import JoinLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client: Client, monkeypatch: pytest.MonkeyPatch):
    """Signed in on a Tuesday."""
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)
    user = UserFactory(organiser=True)
    client.force_login(user)
    return user


def test_a_poster_gets_a_code_to_print_and_its_joins_are_counted(client: Client, organiser) -> None:
    answer = client.post("/organise/links/", {"source": "Station poster"})
    link = JoinLink.objects.get()
    page = client.get(answer["Location"]).content.decode()
    assert "data:image/svg+xml" in page
    assert f"/join/{link.code}/" in page
    VolunteerFactory.create_batch(2, source="Station poster")
    assert '<td data-label="Joined by it">2</td>' in client.get("/organise/links/").content.decode()
    assert AuditEvent.objects.filter(act="join link made").count() == 1


@pytest.mark.parametrize("source", ["", "x" * 5000, "a\x00b"])
def test_a_poster_without_a_name_is_refused(client: Client, organiser, source) -> None:
    assert client.post("/organise/links/", {"source": source}).status_code == 200
    assert not JoinLink.objects.exists()


def test_a_closed_link_says_so_and_stays_counted(client: Client, organiser) -> None:
    link = links.of_source(source="Station poster", by=None, at=AT)
    client.post(f"/organise/links/{link.pk}/")
    link.refresh_from_db()
    assert link.closed_at == AT
    assert "Closed on 8 June 2027" in client.get(f"/organise/links/{link.pk}/").content.decode()
    assert links.find(link.code) is None


def test_a_friends_link_is_no_organisers_business(client: Client, organiser) -> None:
    link = links.of_inviter(inviter=VolunteerFactory(given_name="Anna"), at=AT)
    assert client.get(f"/organise/links/{link.pk}/").status_code == 404
    assert "Anna" not in client.get("/organise/links/").content.decode()


def test_a_code_has_no_letter_that_is_taken_for_another() -> None:
    code = links.of_source(source="Poster", by=None, at=AT).code
    assert len(code) == 7
    assert not set(code) & set("il1o0u")


@pytest.mark.django_db(transaction=True)
def test_somebody_who_asks_twice_at_once_has_one_link() -> None:
    for _ in range(5):
        anna = VolunteerFactory()
        codes = at_once(*[lambda a=anna: links.of_inviter(inviter=a, at=AT).code] * 4)
        assert len(set(codes)) == 1
