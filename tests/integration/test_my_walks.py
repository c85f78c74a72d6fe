"""/doorstep/ and /d/: the walks in my hands, opening one on a phone, handing it back, and the empty phone page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from canvassing.allocation import codes
from canvassing.allocation.models import Allocation
from canvassing.progress.models import HouseholdState
from tests.factories.canvassing import AllocationFactory, houses, walk_of
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people.models import User, Volunteer

pytestmark = pytest.mark.django_db
MINE = "/doorstep/"


def in_hands_of(holder: Volunteer, doors: int = 3, **facts: object) -> Allocation:
    times = {"started_at": now() - timedelta(hours=1), "expires_at": now() + timedelta(hours=2)} | facts
    return AllocationFactory(walk=walk_of(*houses(doors)), holder=holder, **times)


@pytest.fixture
def volunteer() -> Volunteer:
    return VolunteerFactory()


@pytest.fixture
def mine(volunteer: Volunteer) -> Client:
    return signed_in(volunteer.user)


def signed_in(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


def test_it_shows_each_walk_in_my_hands_with_its_doors_done(mine: Client, volunteer: Volunteer) -> None:
    allocation = in_hands_of(volunteer)
    HouseholdState.objects.filter(household__label="2").update(
        attempts=1, last_outcome="no_answer", last_at=now() - timedelta(minutes=5)
    )
    HouseholdState.objects.filter(household__label="3").update(
        attempts=1, last_outcome="no_answer", last_at=allocation.started_at - timedelta(days=2)
    )
    page = mine.get(MINE).content.decode()
    assert str(allocation.walk) in page
    assert "1 of 3 doors logged" in page


def test_it_says_what_to_do_when_there_is_none(mine: Client) -> None:
    assert b"No walk in your hands" in mine.get(MINE).content


@pytest.mark.parametrize(
    "facts",
    [
        {"started_at": now() - timedelta(hours=5), "expires_at": now() - timedelta(hours=1)},
        {"ended_at": now(), "end": Allocation.End.HANDED_BACK},
    ],
    ids=["run out", "handed back"],
)
def test_a_walk_that_is_over_is_not_shown(mine: Client, volunteer: Volunteer, facts: dict[str, object]) -> None:
    in_hands_of(volunteer, **facts)
    assert b"No walk in your hands" in mine.get(MINE).content


def test_somebody_elses_walk_is_not_shown(mine: Client) -> None:
    in_hands_of(VolunteerFactory())
    assert b"No walk in your hands" in mine.get(MINE).content


def test_the_page_takes_as_many_statements_for_30_walks_as_for_one(
    mine: Client, volunteer: Volunteer, query_count: Callable[[Callable[[], object]], int]
) -> None:
    in_hands_of(volunteer)
    one = query_count(lambda: mine.get(MINE))
    for _ in range(29):
        in_hands_of(volunteer, doors=1)
    assert query_count(lambda: mine.get(MINE)) == one <= 12


def test_a_user_of_two_people_is_asked_who_is_here(volunteer: Volunteer) -> None:
    VolunteerFactory(user=volunteer.user)
    answer = signed_in(volunteer.user).get(MINE)
    assert answer.status_code == 302
    assert answer["Location"] == "/me/who/?next=%2Fdoorstep%2F"


def test_opening_gives_a_code_that_travels_in_the_fragment_only(mine: Client, volunteer: Volunteer) -> None:
    allocation = in_hands_of(volunteer)
    answer = mine.post(f"{MINE}{allocation.pk}/open/")
    assert answer.status_code == 303
    path, code = answer["Location"].split("#")
    assert path == "/d/"
    assert codes.redeem(code=code, volunteer_ids=[volunteer.pk], at=now()) == allocation


def test_a_walk_that_is_over_does_not_open(mine: Client, volunteer: Volunteer) -> None:
    allocation = in_hands_of(volunteer, ended_at=now(), end=Allocation.End.HANDED_BACK)
    answer = mine.post(f"{MINE}{allocation.pk}/open/", follow=True)
    assert answer.redirect_chain == [(MINE, 302)]
    assert b"no longer out" in answer.content


def test_handing_back_frees_the_doors(mine: Client, volunteer: Volunteer) -> None:
    allocation = in_hands_of(volunteer)
    answer = mine.post(f"{MINE}{allocation.pk}/hand-back/", follow=True)
    allocation.refresh_from_db()
    assert allocation.end == Allocation.End.HANDED_BACK
    assert not allocation.held_doors.filter(released_at=None).exists()
    assert f"{allocation.walk} is handed back" in answer.content.decode()


def test_handing_back_twice_says_that_it_is_over(mine: Client, volunteer: Volunteer) -> None:
    allocation = in_hands_of(volunteer)
    mine.post(f"{MINE}{allocation.pk}/hand-back/")
    answer = mine.post(f"{MINE}{allocation.pk}/hand-back/", follow=True)
    assert b"no longer out" in answer.content


@pytest.mark.parametrize("act", ["open", "hand-back"])
def test_somebody_elses_walk_is_not_found(mine: Client, act: str) -> None:
    allocation = in_hands_of(VolunteerFactory())
    assert mine.post(f"{MINE}{allocation.pk}/{act}/").status_code == 404
    allocation.refresh_from_db()
    assert allocation.ended_at is None


@pytest.mark.parametrize("act", ["open", "hand-back"])
def test_a_link_alone_neither_opens_nor_hands_back(mine: Client, volunteer: Volunteer, act: str) -> None:
    allocation = in_hands_of(volunteer)
    assert mine.get(f"{MINE}{allocation.pk}/{act}/").status_code == 405


def test_a_teller_has_no_walks() -> None:
    assert signed_in(UserFactory(teller=True)).get(MINE).status_code == 403


def test_the_phone_page_is_the_same_for_everybody(mine: Client, volunteer: Volunteer) -> None:
    allocation = in_hands_of(volunteer)
    page = mine.get("/d/")
    assert page.content == Client().get("/d/").content
    assert str(allocation.walk).encode() not in page.content
    assert volunteer.given_name.encode() not in page.content


def test_the_phone_page_sets_what_redeeming_needs_and_no_session() -> None:
    answer = Client().get("/d/")
    assert set(answer.cookies) == {"csrftoken"}
    assert answer["Cache-Control"] == "no-cache"


def test_the_phone_page_holds_no_script_or_style_of_its_own() -> None:
    page = Client().get("/d/").content.decode()
    assert page.count("<script") == page.count('<script type="module" src="/static/doorstep/app.') == 1
    assert "<style" not in page
    assert " style=" not in page
    assert " on" + "click" not in page
