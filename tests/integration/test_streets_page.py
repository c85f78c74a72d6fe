"""The agent's page for streets before the register."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaign.audit.models import AuditEvent
from canvassing.electorate.models import Household, Street
from tests.factories.canvassing import ConstituencyFactory, PollingDistrictFactory, StreetFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/organise/register/streets/"
LIST = "street,polling_district,doors\nAcorn Lane,AA,1-3\nBirch Lane,AA,82\n"


@pytest.fixture(autouse=True)
def agent(client: Client) -> Client:
    client.force_login(UserFactory(agent=True))
    return client


def send(client: Client, text: str, **fields: str) -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile("streets.csv", text.encode()), **fields}, follow=True)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_it_works(client: Client) -> None:
    assert "Bring in your own list" in text_of(client.get(PAGE))
    answer = send(client, LIST)
    assert answer.redirect_chain == [(PAGE, 302)]
    page = text_of(answer)
    assert "Streets: 2 added, 0 changed, 2 in all. Doors: 3 added, 3 in all." in page
    assert "2 streets and 3 doors are known." in page
    assert AuditEvent.objects.get(act="streets imported").actor.startswith("user:")


def test_a_list_that_cannot_be_used_is_refused_with_its_line(client: Client) -> None:
    answer = send(client, LIST + "Oak Lane,AA,45-1\n")
    assert answer.status_code == 200
    assert "Nothing was changed. streets.csv, line 4:" in text_of(answer)
    assert not Street.objects.exists()


def test_a_check_changes_nothing(client: Client) -> None:
    assert "Only checked" in text_of(send(client, LIST, dry_run="on"))
    assert not Street.objects.exists()


def test_names_alone_go_into_the_district_that_is_typed(client: Client) -> None:
    send(client, "Acorn Lane\nBirch Lane\n", district="AC")
    assert set(Street.objects.values_list("polling_district__code", flat=True)) == {"AC"}


def test_streets_that_wait_are_pointed_to(client: Client) -> None:
    page = text_of(send(client, "Acorn Lane\n"))
    assert "District not known yet" in page


def test_many_problems_are_told_by_ten(client: Client) -> None:
    rows = "".join(f"Lane {number},AA,{count}\n" for number in range(13) for count in (1, 2))
    assert "and 3 more lines" in text_of(send(client, "street,polling_district,doors\n" + rows))


def test_it_takes_as_many_statements_for_many_streets_as_for_one(client: Client, query_count: Any) -> None:
    district = PollingDistrictFactory(constituency=ConstituencyFactory())
    StreetFactory(polling_district=district)
    one = query_count(lambda: client.get(PAGE))
    for _ in range(30):
        StreetFactory(polling_district=district)
    assert query_count(lambda: client.get(PAGE)) == one <= 12


def test_without_a_file_nothing_happens(client: Client) -> None:
    assert "This field is required" in text_of(client.post(PAGE, {}))
    assert not Household.objects.exists()
