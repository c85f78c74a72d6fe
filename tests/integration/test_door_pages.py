"""Pages on streets and doors: found by name, put right by a form, refusals said, the same for 1 row as for many."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.timezone import now

from campaign.audit.models import AuditEvent
from canvassing.doorstep.rebuild import differences
from canvassing.electorate.models import Elector, Household, Street
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import ElectorFactory, PollingDistrictFactory, StreetFactory
from tests.factories.doorstep import homes
from tests.factories.volunteers import UserFactory
from volunteers.people import roles

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organiser(client: Client) -> None:
    CampaignDetailsFactory()
    client.force_login(UserFactory(organiser=True))


@pytest.fixture
def street() -> Street:
    street = StreetFactory(name="High Street", name_key="highstreet")
    homes(2, street=street)
    return street


def send(client: Client, page: str, do: str, **fields: object) -> str:
    """What the page says after a press."""
    return client.post(page, {"do": do, **fields}, follow=True).content.decode()


def test_a_street_is_found_by_the_beginning_of_its_name_which_stands_in_no_address(
    client: Client, street: Street
) -> None:
    answer = client.post("/organise/streets/", {"do": "find", "name": "HIGH st"})
    assert f"/organise/streets/{street.pk}/edit/" in answer.content.decode()
    assert "No street begins like that" in send(client, "/organise/streets/", "find", name="Low")


def test_a_street_is_added_and_a_district_that_is_not_there_is_said(client: Client, street: Street) -> None:
    code = street.polling_district.code
    said = send(client, "/organise/streets/", "add", name="New Road", district=code.lower())
    assert "New Road is added." in said
    assert "No doors listed" in said
    assert "There is no polling district of that code." in send(
        client, "/organise/streets/", "add", name="X", district="?"
    )
    PollingDistrictFactory(constituency=street.polling_district.constituency, code=code, council="Other")
    assert "Two councils use that code." in send(client, "/organise/streets/", "add", name="X", district=code)


def test_a_door_is_added_and_one_that_is_listed_is_said(client: Client, street: Street) -> None:
    page = f"/organise/streets/{street.pk}/edit/"
    assert "14A is added. It comes into a walk when" in send(client, page, "add", label="14a")
    assert "14A is listed already." in send(client, page, "add", label="14A")
    assert "Type what is painted on the door" in send(client, page, "add", label="-")
    assert "This field is required." in send(client, page, "add", label="")


def test_a_street_is_renamed_moved_split_and_merged(client: Client, street: Street) -> None:
    page = f"/organise/streets/{street.pk}/edit/"
    assert "The street has its name." in send(client, page, "rename", name="Higher Street")
    doors = list(street.households.filter(label="2").values_list("pk", flat=True))
    assert "1 door went to North Street." in send(client, page, "split", name="North Street", doors=doors)
    assert "Tick the doors" in send(client, page, "split", name="North Street")
    north = Street.objects.get(name="North Street")
    assert "They are one street now." in send(client, f"/organise/streets/{north.pk}/edit/", "merge", keep=street.pk)
    there = PollingDistrictFactory(constituency=street.polling_district.constituency, code="ZZ9")
    assert "The street lies there now" in send(client, page, "move", code="ZZ9")
    street.refresh_from_db()
    assert (street.polling_district, street.name) == (there, "Higher Street")
    assert client.get(f"/organise/streets/{north.pk}/edit/")["Location"] == page
    assert differences() == []


def test_a_refusal_is_said_on_the_page_it_came_from(client: Client, street: Street) -> None:
    StreetFactory(name="Low Street", name_key="lowstreet", polling_district=street.polling_district)
    said = send(client, f"/organise/streets/{street.pk}/edit/", "rename", name="Low Street")
    assert "There is a street of that name" in said
    assert "<h1>High Street</h1>" in said
    assert client.post(f"/organise/streets/{street.pk}/edit/", {"do": "dance"}).status_code == 200


def test_what_was_typed_and_ticked_is_kept_beside_the_reason(client: Client, street: Street) -> None:
    page = f"/organise/streets/{street.pk}/edit/"
    door = street.households.order_by("pk")[0]
    answer = client.post(page, {"do": "split", "name": "-", "doors": [door.pk]})
    said = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="name" value="-"' in said
    assert f'value="{door.pk}" id="d{door.pk}" checked' in said
    assert "is-invalid" in said
    said = client.post("/organise/streets/", {"do": "add", "name": "New Road", "district": "QQ"}).content.decode()
    assert 'value="New Road"' in said
    assert 'value="QQ"' in said


def test_bug_an_organiser_limited_to_a_ward_puts_nothing_right_in_another(client: Client, street: Street) -> None:
    """These pages showed who lives in other wards."""
    mine = StreetFactory(name="High Road", name_key="highroad", polling_district__in_a_ward=True)
    homes(1, street=mine)
    ward = mine.polling_district.ward
    assert ward is not None
    limited = UserFactory(organiser=True)
    roles.limit(user=limited, wards=[ward], actor=None, at=now())
    client.force_login(limited)
    for row, status in ((mine, 200), (street, 404)):
        door = row.households.order_by("pk")[0]
        assert client.get(f"/organise/streets/{row.pk}/edit/").status_code == status
        assert client.get(f"/organise/doors/{door.pk}/edit/").status_code == status
        assert client.post(f"/organise/doors/{door.pk}/edit/", {"do": "dance"}).status_code == status
    found = send(client, "/organise/streets/", "find", name="High")
    assert "High Road" in found
    assert "High Street" not in found
    code = street.polling_district.code
    why = "There is no polling district of that code in your wards."
    assert why in send(client, "/organise/streets/", "add", name="X", district=code)
    assert why in send(client, f"/organise/streets/{mine.pk}/edit/", "move", code=code)


def test_a_door_gets_another_address_and_two_become_one_when_ticked(client: Client, street: Street) -> None:
    one, two = Household.objects.filter(street=street).order_by("pk")
    page = f"/organise/doors/{two.pk}/edit/"
    assert "The door has its address." in send(client, page, "move", label="2A", street=street.pk)
    assert "There is a door 1 already." in send(client, page, "move", label="1", street=street.pk)
    said = send(client, page, "move", label="1", street=street.pk, are_one="on")
    assert "They are one door now. Nothing logged was lost." in said
    assert client.get(page)["Location"] == f"/organise/doors/{one.pk}/edit/"
    assert client.post(page, {"do": "dance"})["Location"].endswith(f"/{one.pk}/edit/")


def test_one_address_becomes_two_doors_by_name_of_who_lives_there(client: Client, street: Street) -> None:
    door = Household.objects.filter(street=street).order_by("pk")[0]
    person = ElectorFactory(household=door, surname="Splitsome")
    page = f"/organise/doors/{door.pk}/edit/"
    assert "Splitsome" in client.get(page).content.decode()
    assert AuditEvent.objects.get(act="door looked at").subject == f"household:{door.pk}"
    assert "There are two doors now." in send(client, page, "split", label="1A", people=[person.pk])
    assert Elector.objects.get(pk=person.pk).household.label == "1A"
    assert "The second door: This field is required." in send(client, page, "split", label="")


def test_a_long_street_has_pages_and_costs_the_same_and_stays_small(
    client: Client, query_count: Callable[..., int]
) -> None:
    short, long = StreetFactory(), StreetFactory()
    homes(1, street=short)
    homes(120, street=long)
    pages = [f"/organise/streets/{street.pk}/edit/" for street in (short, long)]
    client.get(pages[0])
    few, many = (query_count(lambda page=page: client.get(page)) for page in pages)
    assert few == many <= 12
    page = client.get(pages[1])
    assert len(page.content) < 60_000
    assert "Page 1 of 2" in page.content.decode()
    door = Household.objects.filter(street=long)[:1].get()
    for _ in range(30):
        ElectorFactory(household=door)
    assert query_count(lambda: client.get(f"/organise/doors/{door.pk}/edit/")) <= 12
