"""The agent's page of polling districts: three kinds of files, and wards proposed by the outlines."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaign.areas.models import PostcodePoint
from campaign.audit.models import AuditEvent
from canvassing.electorate.models import PollingDistrict
from tests.factories.campaign import SQUARE
from tests.factories.canvassing import (
    ConstituencyFactory,
    HouseholdFactory,
    PollingDistrictFactory,
    StreetFactory,
    WardFactory,
)
from tests.factories.register import import_running
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/organise/areas/districts/"


@pytest.fixture(autouse=True)
def agent(client: Client) -> Client:
    client.force_login(UserFactory(agent=True))
    return client


def send(client: Client, kind: str, text: str) -> Any:
    file = SimpleUploadedFile(f"{kind}.csv", text.encode())
    return client.post(PAGE, {"do": kind, f"{kind}-file": file}, follow=True)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def proposed() -> Callable[[str], PollingDistrict]:
    """`proposed(code)`: a polling district whose doors lie in the ward North."""
    constituency = ConstituencyFactory()
    WardFactory(constituency=constituency, name="North", outline=SQUARE)
    PostcodePoint.objects.create(postcode="N1 1AB", latitude=51.552, longitude=-0.105)

    def make(code: str) -> PollingDistrict:
        district = PollingDistrictFactory(constituency=constituency, code=code)
        HouseholdFactory(street=StreetFactory(polling_district=district), postcode="N1 1AB")
        return district

    return make


def test_the_empty_page_says_what_to_do(client: Client) -> None:
    assert "They come with the register" in text_of(client.get(PAGE))


def test_a_table_of_wards_is_brought_in(client: Client) -> None:
    page = text_of(send(client, "wards", "pd,ward\nAA,North\n"))
    assert "1 put in their ward, 0 without a ward still." in page
    assert str(PollingDistrict.objects.get().ward) == "North"
    assert AuditEvent.objects.get(act="polling districts put in wards").actor.startswith("user:")


def test_a_table_of_stations_is_brought_in(client: Client) -> None:
    send(client, "stations", "pd,station\nAA,Library\n")
    assert str(PollingDistrict.objects.get().station) == "Library"


def test_a_file_of_postcodes_is_brought_in(client: Client) -> None:
    HouseholdFactory(postcode="N1 1AB")
    page = text_of(send(client, "postcodes", "pcds,lat,long\nN1 1AB,51.5,-0.1\n"))
    assert "1 postcode has a point." in page
    assert PostcodePoint.objects.get().latitude == 51.5


def test_what_is_odd_about_a_file_is_told(client: Client) -> None:
    assert "upload the outlines first" in text_of(send(client, "postcodes", "pcds,lat,long\nN1 1AB,51.5,-0.1\n"))


@pytest.mark.parametrize("kind", ["wards", "stations", "postcodes"])
def test_a_file_that_cannot_be_used_is_refused_beside_its_form(client: Client, kind: str) -> None:
    answer = send(client, kind, "nothing\nof use\n")
    assert answer.status_code == 200
    assert f"Nothing was changed. {kind}.csv, line 1:" in text_of(answer) or "Nothing was changed." in text_of(answer)
    assert "This field is required" in text_of(client.post(PAGE, {"do": kind}))


def test_a_proposal_is_accepted_with_one_button(client: Client, proposed: Any) -> None:
    district = proposed("AA")
    page = text_of(client.get(PAGE))
    assert "AA in North" in page
    assert "1 of 1 doors" in page
    ward = district.constituency.wards.get()
    client.post(PAGE, {"do": "accept", "proposal": [f"{district.pk}-{ward.pk}", "nonsense"]})
    district.refresh_from_db()
    assert district.ward == ward
    assert "Nothing is missing here." in text_of(client.get(PAGE))


@pytest.mark.django_db(transaction=True)
def test_while_an_import_runs_nothing_is_accepted(client: Client, proposed: Any) -> None:
    district = proposed("AA")
    key = f"{district.pk}-{district.constituency.wards.get().pk}"
    with import_running():
        page = text_of(client.post(PAGE, {"do": "accept", "proposal": key}, follow=True))
    assert "another import is running" in page
    district.refresh_from_db()
    assert district.ward is None


def test_an_unticked_proposal_is_left(client: Client, proposed: Any) -> None:
    district = proposed("AA")
    assert "0 put in their ward" in text_of(client.post(PAGE, {"do": "accept"}, follow=True))
    district.refresh_from_db()
    assert district.ward is None


def test_without_points_the_page_says_what_is_needed(client: Client) -> None:
    PollingDistrictFactory(code="AA")
    assert "Nothing can be proposed yet." in text_of(client.get(PAGE))


def test_an_act_nobody_knows_does_nothing(client: Client) -> None:
    assert client.post(PAGE, {"do": "burn"}).status_code == 200
    assert client.post(PAGE, {"do": "accept"}).status_code == 200
    assert not AuditEvent.objects.exists()


def test_many_districts_take_as_many_statements_as_one(client: Client, proposed: Any, query_count: Any) -> None:
    proposed("AA")
    one = query_count(lambda: client.get(PAGE))
    for number in range(30):
        proposed(f"B{number}")
    assert query_count(lambda: client.get(PAGE)) == one <= 12
    assert len(client.get(PAGE).content) < 60_000
