"""A polling district's page: its streets, and the ward it is put in."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from campaign.areas.models import Ward
from campaign.audit.models import AuditEvent
from canvassing.electorate.models import PollingDistrict
from canvassing.insight import coverage
from canvassing.insight.set_ward import set_ward
from tests.factories.campaign import ConstituencyFactory, WardFactory
from tests.factories.canvassing import ElectorFactory, HouseholdFactory, PollingDistrictFactory, StreetFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

AT = datetime(2027, 4, 10, 17, tzinfo=UTC)


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory(organiser=True))
    return client


@pytest.fixture
def district() -> PollingDistrict:
    return PollingDistrictFactory(constituency=ConstituencyFactory(), code="AA")


def page_of(district: PollingDistrict) -> str:
    return reverse("canvassing:district", args=[district.pk])


def put(client: Client, district: PollingDistrict, **typed: object) -> str:
    """Send the ward form and follow it to the page; what the page says."""
    sent = {"ward": "", "new_ward": ""} | typed
    answer = client.post(reverse("canvassing:district-ward", args=[district.pk]), sent, follow=True)
    return answer.content.decode()


def group_names(district: PollingDistrict) -> list[str | None]:
    """The groups of the coverage page in which `district` stands."""
    groups = coverage.by_ward(district.constituency)
    return [group.ward and group.ward.name for group in groups if district in [row.district for row in group.districts]]


def test_the_page_shows_its_streets_and_those_without_an_address(organiser: Client, district: PollingDistrict) -> None:
    door = HouseholdFactory(street=StreetFactory(polling_district=district, name="Acorn Lane"), tried=True)
    ElectorFactory(household=door, reached=True)
    ElectorFactory(without_address=True, polling_district=district)
    page = organiser.get(page_of(district)).content.decode()
    assert "Acorn Lane" in page
    assert "1 of 1 doors" in page
    assert "1 of 2 people" in page
    assert "Without an address" in page
    assert f"{reverse('canvassing:walks')}?district={district.pk}" in page


def test_a_district_without_doors_says_so(organiser: Client, district: PollingDistrict) -> None:
    assert "No doors yet" in organiser.get(page_of(district)).content.decode()


def test_an_unknown_district_is_not_found(organiser: Client) -> None:
    assert organiser.get(reverse("canvassing:district", args=[0])).status_code == 404
    assert organiser.post(reverse("canvassing:district-ward", args=[0])).status_code == 404


def test_choosing_a_ward_moves_it_out_of_no_ward_yet(organiser: Client, district: PollingDistrict) -> None:
    ward = WardFactory(name="Umberside")
    assert group_names(district) == [None]
    assert "AA lies in Umberside." in put(organiser, district, ward=ward.pk)
    assert group_names(district) == ["Umberside"]


def test_a_new_ward_is_made_by_its_name(organiser: Client, district: PollingDistrict) -> None:
    put(organiser, district, new_ward="Sorrel Down")
    assert Ward.objects.get().name == "Sorrel Down"
    assert group_names(district) == ["Sorrel Down"]


def test_a_name_typed_another_way_is_the_ward_that_is_there(organiser: Client, district: PollingDistrict) -> None:
    ward = WardFactory(name="St Mary's")
    put(organiser, district, new_ward="st marys ward")
    district.refresh_from_db()
    assert district.ward == ward
    assert Ward.objects.count() == 1


def test_a_new_name_beside_the_ward_of_before_wins(organiser: Client, district: PollingDistrict) -> None:
    set_ward(district=district, new_name="Umberside", actor=None, at=AT)
    district.refresh_from_db()
    put(organiser, district, ward=district.ward_id, new_ward="Fogham")
    assert group_names(district) == ["Fogham"]


def test_a_ward_can_be_taken_away_again(organiser: Client, district: PollingDistrict) -> None:
    set_ward(district=district, ward=WardFactory(), actor=None, at=AT)
    assert "AA has no ward now." in put(organiser, district)
    assert group_names(district) == [None]


def test_two_answers_are_refused_and_both_kept_on_the_page(organiser: Client, district: PollingDistrict) -> None:
    ward = WardFactory(name="Umberside")
    page = put(organiser, district, ward=ward.pk, new_ward="Fogham")
    assert "Leave one of them empty" in page
    assert 'value="Fogham"' in page
    assert f'<option value="{ward.pk}" selected>' in page
    assert group_names(district) == [None]


def test_a_ward_of_another_constituency_cannot_be_chosen(organiser: Client, district: PollingDistrict) -> None:
    elsewhere = WardFactory(constituency=ConstituencyFactory(name="Elsewhere"))
    assert "Select a valid choice" in put(organiser, district, ward=elsewhere.pk)
    assert group_names(district) == [None]


def test_the_trail_says_who_moved_it(client: Client, district: PollingDistrict) -> None:
    user = UserFactory(organiser=True)
    client.force_login(user)
    ward = WardFactory()
    put(client, district, ward=ward.pk)
    event = AuditEvent.objects.get(act="polling district's ward set")
    assert (event.actor, event.subject) == (f"user:{user.pk}", f"polling district:{district.pk}")
    assert event.facts == {"code": "AA", "before": None, "after": ward.pk}


def test_a_get_does_not_move_it(organiser: Client, district: PollingDistrict) -> None:
    assert organiser.get(reverse("canvassing:district-ward", args=[district.pk])).status_code == 405


def test_thirty_streets_cost_as_many_statements_as_one_and_stay_small(
    organiser: Client, district: PollingDistrict, query_count: Callable[[Callable[[], object]], int]
) -> None:
    for _ in range(30):
        HouseholdFactory(street=StreetFactory(polling_district=district), tried=True)
    single = PollingDistrictFactory(constituency=ConstituencyFactory())
    HouseholdFactory(street=StreetFactory(polling_district=single))
    one = query_count(lambda: organiser.get(page_of(single)))
    assert query_count(lambda: organiser.get(page_of(district))) == one <= 12
    assert len(organiser.get(page_of(district)).content) <= 60 * 1024
