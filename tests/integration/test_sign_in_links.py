"""Signing in by a link: one press of a button, once, within a quarter of an hour; and the commands that let in."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from campaign.access import Role
from campaign.audit.models import AuditEvent
from tests.factories.volunteers import UserFactory, is_signed_in
from volunteers.people import sign_in_links
from volunteers.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_has_tried_yet")]

AT = datetime(2024, 6, 1, 9, tzinfo=UTC)


# The button


@pytest.fixture
def link() -> Callable[[User], str]:
    return lambda user: f"/sign-in/link/{sign_in_links.make(user=user, at=timezone.now())}/"


def test_a_link_shows_a_button_and_the_button_signs_in(client: Client, link: Callable[[User], str]) -> None:
    address = link(UserFactory(organiser=True))
    assert "One tap and you are in" in client.get(address).content.decode()
    assert not is_signed_in(client)
    assert client.post(address)["Location"] == "/start/"
    assert is_signed_in(client)


def test_a_link_works_once(client: Client, link: Callable[[User], str]) -> None:
    address = link(UserFactory(organiser=True))
    client.post(address)
    other = Client()
    for answer in [other.get(address), other.post(address)]:
        assert answer.status_code == 410
        assert "That link has been used" in answer.content.decode()
    assert not is_signed_in(other)


def test_a_link_ends_with_the_next_sign_in(client: Client, link: Callable[[User], str]) -> None:
    user = UserFactory(organiser=True)
    first, second = link(user), link(user)
    client.post(first)
    assert Client().post(second).status_code == 410


def test_a_link_is_good_for_a_quarter_of_an_hour() -> None:
    user = UserFactory(organiser=True)
    token = sign_in_links.make(user=user, at=AT)
    sign_in_links.check(token=token, at=AT + timedelta(minutes=14, seconds=59))
    with pytest.raises(sign_in_links.LinkError, match="15 minutes"):
        sign_in_links.redeem(token=token, at=AT + timedelta(minutes=15))


def test_a_forged_link_opens_nothing() -> None:
    token = sign_in_links.make(user=UserFactory(organiser=True), at=AT)
    for forged in [token[:-1], "x" + token, "", "a:b:c"]:
        with pytest.raises(sign_in_links.LinkError, match="not complete"):
            sign_in_links.redeem(token=forged, at=AT)


def test_a_link_of_somebody_whose_access_ended_opens_nothing() -> None:
    user = UserFactory(organiser=True)
    token = sign_in_links.make(user=user, at=AT)
    User.objects.update(is_active=False)
    with pytest.raises(sign_in_links.LinkError):
        sign_in_links.redeem(token=token, at=AT)


@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_with_one_link_one_comes_in() -> None:
    token = sign_in_links.make(user=UserFactory(organiser=True), at=AT)
    gate = Barrier(8)

    def press(_: int) -> bool:
        gate.wait()
        try:
            sign_in_links.redeem(token=token, at=AT)
        except sign_in_links.LinkError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as browsers:
        assert sum(browsers.map(press, range(8))) == 1


# The commands: the first agent, and a link for whoever is locked out


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def test_make_agent_makes_the_first_agent() -> None:
    assert "is an agent now" in run("make_agent", "First.Agent@Example.org")
    user = User.objects.get(email="first.agent@example.org")
    assert user.roles == {Role.AGENT}
    assert not user.has_usable_password()


def test_make_agent_promotes_somebody_known() -> None:
    user = UserFactory(volunteer=True)
    facts = json.loads(run("make_agent", user.email.upper(), "--json"))
    assert facts == {"email": user.email, "made": False, "role": "agent"}
    assert User.objects.get().roles == {Role.AGENT, Role.VOLUNTEER}


def test_make_agent_refuses_what_is_no_address_and_who_is_an_agent() -> None:
    with pytest.raises(CommandError, match="not an email address"):
        run("make_agent", "nobody")
    with pytest.raises(CommandError, match="already"):
        run("make_agent", UserFactory(agent=True).email)


def test_sign_in_link_prints_a_link_that_works(client: Client) -> None:
    user = UserFactory(agent=True)
    link = run("sign_in_link", user.email, "--site", "https://campaign.example/")
    assert link.startswith("https://campaign.example/sign-in/link/")
    client.post(link.removeprefix("https://campaign.example"))
    assert is_signed_in(client)


def test_sign_in_link_is_on_the_trail__whoever_has_the_link_is_that_person() -> None:
    user = UserFactory()
    call_command("sign_in_link", user.email, stdout=StringIO())
    assert AuditEvent.objects.get(act="sign-in link made").subject == f"user:{user.pk}"


def test_sign_in_link_says_until_when() -> None:
    facts = json.loads(run("sign_in_link", UserFactory(agent=True).email, "--json"))
    assert set(facts) == {"email", "link", "valid_until"}


def test_sign_in_link_refuses_an_unknown_address() -> None:
    with pytest.raises(CommandError, match="Nobody signs in as"):
        run("sign_in_link", "stranger@example.org")
