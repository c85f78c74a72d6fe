"""The agent's page of roles."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from campaign.access import Role
from campaign.audit.models import AuditEvent
from tests.factories.campaign import WardFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people import roles
from volunteers.people.models import RoleGrant, User, Volunteer

pytestmark = pytest.mark.django_db

AT = datetime(2024, 6, 1, 9, tzinfo=UTC)
NEW = {
    "give": "1",
    "email": "New.Person@Example.org",
    "role": "organiser",
    "given_name": "Maya",
    "family_name": "Okafor",
}


@pytest.fixture
def agent(client: Client) -> User:
    user = UserFactory(agent=True, email="agent@example.org")
    client.force_login(user)
    return user


def test_a_role_given_to_a_new_address_makes_the_person(client: Client, agent: User) -> None:
    answer = client.post("/organise/people/", NEW, follow=True)
    user = User.objects.get(email="new.person@example.org")
    assert user.roles == {Role.ORGANISER}
    assert Volunteer.objects.get(user=user).known_as == "Maya O"
    assert "now has the role organiser" in answer.content.decode()


def test_giving_is_written_to_the_trail_without_the_address(client: Client, agent: User) -> None:
    client.post("/organise/people/", NEW)
    event = AuditEvent.objects.get()
    user = User.objects.get(email="new.person@example.org")
    assert (event.act, event.actor, event.subject) == ("role given", f"user:{agent.pk}", f"user:{user.pk}")
    assert event.facts == {"role": "organiser"}


def test_a_new_address_needs_a_name_and_the_form_keeps_what_was_typed(client: Client, agent: User) -> None:
    page = client.post("/organise/people/", NEW | {"given_name": ""}).content.decode()
    assert "Say what this person is called" in page
    assert 'value="New.Person@Example.org"' in page
    assert User.objects.count() == 1


def test_a_known_person_gets_a_second_role_without_a_name(client: Client, agent: User) -> None:
    volunteer = VolunteerFactory()
    client.post("/organise/people/", {"give": "1", "email": volunteer.user.email.upper(), "role": "organiser"})
    assert User.objects.get(pk=volunteer.user.pk).roles == {Role.ORGANISER, Role.VOLUNTEER}
    assert Volunteer.objects.count() == 1


def test_a_role_is_given_once(client: Client, agent: User) -> None:
    client.post("/organise/people/", NEW)
    page = client.post("/organise/people/", NEW).content.decode()
    assert "is an organiser already" in page
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("fault", [{"email": "nobody"}, {"role": "king"}, {"email": ""}])
def test_nonsense_gives_nothing(client: Client, agent: User, fault: dict[str, str]) -> None:
    assert client.post("/organise/people/", NEW | fault).status_code == 200
    assert User.objects.count() == 1


def test_a_role_is_taken(client: Client, agent: User) -> None:
    user = UserFactory(organiser=True)
    answer = client.post("/organise/people/", {"take": "1", "user": user.pk, "role": "organiser"}, follow=True)
    assert "no longer has the role organiser" in answer.content.decode()
    assert User.objects.get(pk=user.pk).roles == frozenset()
    assert AuditEvent.objects.get().act == "role taken"


def test_a_taken_role_closes_its_pages_at_once(client: Client, agent: User) -> None:
    user = UserFactory(organiser=True)
    theirs = Client()
    theirs.force_login(user)
    assert theirs.get("/organise/").status_code == 200
    client.post("/organise/people/", {"take": "1", "user": user.pk, "role": "organiser"})
    assert theirs.get("/organise/").status_code == 403


def test_an_organiser_is_limited_to_wards_and_let_go_again(client: Client, agent: User) -> None:
    north, south = WardFactory(name="North"), WardFactory(name="South")
    organiser = UserFactory(organiser=True)
    said = client.post("/organise/people/", {"limit": "1", "user": organiser.pk, "wards": [north.pk]}, follow=True)
    assert f"{organiser.email} now organises in North." in said.content.decode()
    assert User.objects.get(pk=organiser.pk).ward_ids == {north.pk}
    assert AuditEvent.objects.get(act="organiser limited").facts == {"wards": [north.pk]}
    said = client.post("/organise/people/", {"limit": "1", "user": organiser.pk}, follow=True)
    assert "now organises everywhere." in said.content.decode()
    assert User.objects.get(pk=organiser.pk).ward_ids is None
    assert south.pk not in (User.objects.get(pk=organiser.pk).ward_ids or set())


@pytest.mark.parametrize("fault", [{"user": "0"}, {"wards": ["0"]}, {"user": "nobody"}])
def test_a_limit_of_what_is_not_there_says_so(client: Client, agent: User, fault: dict[str, object]) -> None:
    organiser = UserFactory(organiser=True)
    sent = {"limit": "1", "user": organiser.pk} | fault
    assert "not there any more" in client.post("/organise/people/", sent, follow=True).content.decode()
    assert User.objects.get(pk=organiser.pk).ward_ids is None


def test_who_is_no_organiser_is_limited_to_nothing(client: Client, agent: User) -> None:
    teller = UserFactory(teller=True)
    said = client.post("/organise/people/", {"limit": "1", "user": teller.pk}, follow=True)
    assert "is not an organiser" in said.content.decode()


def test_the_last_agent_stays(client: Client, agent: User) -> None:
    answer = client.post("/organise/people/", {"take": "1", "user": agent.pk, "role": "agent"}, follow=True)
    assert "A campaign needs an agent" in answer.content.decode()
    assert User.objects.get(pk=agent.pk).roles == {Role.AGENT}


def test_an_agent_whose_access_ended_does_not_count(client: Client, agent: User) -> None:
    UserFactory(agent=True, is_active=False)
    client.post("/organise/people/", {"take": "1", "user": agent.pk, "role": "agent"})
    assert User.objects.get(pk=agent.pk).roles == {Role.AGENT}


def test_one_of_two_agents_may_leave(client: Client, agent: User) -> None:
    UserFactory(agent=True)
    client.post("/organise/people/", {"take": "1", "user": agent.pk, "role": "agent"})
    assert User.objects.get(pk=agent.pk).roles == frozenset()


@pytest.mark.parametrize("sent", [{"user": "0", "role": "agent"}, {"user": "x", "role": "agent"}, {"role": "king"}, {}])
def test_taking_what_is_not_there_says_so(client: Client, agent: User, sent: dict[str, str]) -> None:
    answer = client.post("/organise/people/", {"take": "1"} | sent, follow=True)
    assert "not there any more" in answer.content.decode()


def test_taking_a_role_not_held_says_so(client: Client, agent: User) -> None:
    user = UserFactory(volunteer=True)
    answer = client.post("/organise/people/", {"take": "1", "user": user.pk, "role": "teller"}, follow=True)
    assert f"{user.email} is not a teller" in answer.content.decode()


def test_the_list_is_cut_into_pages_and_costs_the_same_for_1_as_for_30(
    client: Client, agent: User, query_count: Callable[[Callable[[], object]], int]
) -> None:
    VolunteerFactory()
    few = query_count(lambda: client.get("/organise/people/"))
    VolunteerFactory.create_batch(33)
    many = query_count(lambda: client.get("/organise/people/"))
    assert few == many
    first, second = (client.get(f"/organise/people/?page={page}").content.decode() for page in (1, 2))
    assert first.count('class="role"') == 30
    assert second.count('class="role"') == 5
    assert len(first) <= 60_000


def test_the_list_can_show_one_role(client: Client, agent: User) -> None:
    UserFactory(organiser=True, email="organiser@example.org")
    page = client.get("/organise/people/?role=organiser").content.decode()
    assert "organiser@example.org" in page
    assert "agent@example.org" not in page
    assert "Nobody here yet" in client.get("/organise/people/?role=teller").content.decode()
    assert "agent@example.org" in client.get("/organise/people/?role=king").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_agents_cannot_dismiss_each_other_at_once() -> None:
    agents = [UserFactory(agent=True), UserFactory(agent=True)]
    gate = Barrier(2)

    def dismiss(user: User) -> bool:
        gate.wait()
        try:
            roles.take(user=user, role=Role.AGENT, actor=None, at=AT)
        except roles.RoleError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(dismiss, agents)) == [False, True]
    assert RoleGrant.objects.filter(role=Role.AGENT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_makes_one_person() -> None:
    gate = Barrier(4)

    def give(_: int) -> bool:
        gate.wait()
        try:
            roles.give(email="new@example.org", role=Role.TELLER, actor=None, at=AT, name=("Maya", "Okafor"))
        except roles.RoleError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as hands:
        assert sum(hands.map(give, range(4))) == 1
    assert User.objects.get().roles == {Role.TELLER}
    assert Volunteer.objects.count() == 1
