"""The review queue: surest first, both sides shown, answered by a press, the same for 1 question as for 20."""

from collections.abc import Callable

import pytest
from django.test import Client

from campaign.audit.models import AuditEvent
from canvassing.electorate.models import Elector
from canvassing.register.models import ReviewItem
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AT, ElectorFactory, PollingDistrictFactory
from tests.factories.doorstep import homes
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/organise/register/review/"


@pytest.fixture(autouse=True)
def agent(client: Client) -> None:
    CampaignDetailsFactory()
    client.force_login(UserFactory(agent=True))


def ask(kind: str = "same_person", confidence: int = 80) -> ReviewItem:
    door, other, _ = homes(3)
    before = ElectorFactory(household=door, gone=True, surname="Earlier")
    now = ElectorFactory(household=other, surname="Later", forename="Tess")
    return ReviewItem.objects.create(
        kind=kind, key=f"q{ReviewItem.objects.count()}", polling_district=door.street.polling_district,
        elector=before, other_elector=now, household=door, other_household=other, confidence=confidence,
        reason="The same forename and number.", found_at=AT,
    )  # fmt: skip


def test_the_surest_comes_first_and_both_sides_are_shown(client: Client) -> None:
    ask(confidence=60)
    item = ask(confidence=95)
    page = client.get(PAGE).content.decode()
    assert page.index("95 % sure") < page.index("60 % sure")
    for said in ("Tess Earlier, number", ", gone", "Tess Later, number", "Nothing logged yet.", "One person", "Two"):
        assert said in page
    assert f"{item.household.label}, {item.household.street}" in page
    assert AuditEvent.objects.get(act="review looked at").facts == {"questions": 2}


def test_an_answer_is_taken_and_the_question_is_gone(client: Client) -> None:
    item = ask()
    said = client.post(f"{PAGE}{item.pk}/", {"answer": "same"}, follow=True).content.decode()
    assert "Answered." in said
    assert "Nothing to look at" in said
    assert Elector.objects.get(pk=item.elector_id).surname == "Later"


def test_a_refusal_is_said_and_the_question_stays(client: Client) -> None:
    item = ask()
    Elector.objects.filter(pk=item.elector_id).update(gone_at=None)
    said = client.post(f"{PAGE}{item.pk}/", {"answer": "same"}, follow=True).content.decode()
    assert "The register has changed since this was asked" in said
    assert "1 question that" in said


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("namesakes", ("Right as it is", "The other way round")),
        ("same_door", ("One door", "Two doors")),
        ("unmatched", ("Seen",)),
    ],
)
def test_each_kind_has_its_own_answers(client: Client, kind: str, words: tuple[str, ...]) -> None:
    item = ask(kind)
    if kind == "unmatched":
        ReviewItem.objects.filter(pk=item.pk).update(
            elector=None, other_elector=None, household=None, other_household=None
        )
    page = client.get(PAGE).content.decode()
    assert [word for word in words if word not in page] == []


def test_an_empty_queue_says_what_it_is_for_and_leaves_no_trace(client: Client) -> None:
    assert "Nothing to look at" in client.get(PAGE).content.decode()
    assert not AuditEvent.objects.filter(act="review looked at").exists()


def test_twenty_questions_cost_what_one_does_and_there_are_pages(
    client: Client, query_count: Callable[..., int]
) -> None:
    PollingDistrictFactory()
    ask()
    client.get(PAGE)
    one = query_count(lambda: client.get(PAGE))
    for _ in range(24):
        ask()
    assert query_count(lambda: client.get(PAGE)) == one <= 12
    page = client.get(PAGE)
    assert len(page.content) < 60_000
    assert "Page 1 of 2" in page.content.decode()
