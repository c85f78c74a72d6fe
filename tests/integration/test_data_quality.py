"""Data quality: each oddity is found where it is, its like that is in order is not, and nobody is named."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from canvassing.electorate import address
from canvassing.electorate.models import Household, PollingDistrict, Street
from canvassing.insight import quality
from canvassing.insight.quality_checks import CHECKS, CROWD, LONE_DOORS
from canvassing.register.models import ReviewItem
from tests.factories.campaign import ConstituencyFactory, WardFactory
from tests.factories.canvassing import (
    ElectorFactory,
    HouseholdFactory,
    PollingDistrictFactory,
    StreetFactory,
    houses,
)
from tests.factories.volunteers import UserFactory
from volunteers.people import roles
from volunteers.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    organiser: User = UserFactory(organiser=True)
    return organiser


@pytest.fixture
def organiser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def street() -> Street:
    found: Street = StreetFactory(name="Thorne Park", polling_district__in_a_ward=True)
    return found


def door(street: Street, label: str, **facts: object) -> Household:
    read = address.door(label)
    of_door = {"label": read.label, "address_key": read.address_key, "sort_key": read.sort_key}
    made: Household = HouseholdFactory(street=street, house_number=read.house_number, **of_door | facts)
    return made


def found(slug: str, at: PollingDistrict) -> list[tuple[str, str]]:
    """What the check finds in the constituency of `at`: where, and what."""
    check = next(check for check in CHECKS if check.slug == slug)
    rows = quality.Oddities(check, quality.Part(at.constituency_id))
    listed = [(row.street or row.district, row.odd) for row in rows[0:50]]
    assert rows.count() == len(listed)
    return listed


def count_of(slug: str, at: PollingDistrict) -> int:
    return next(row.count for row in quality.counts(quality.Part(at.constituency_id)) if row.check.slug == slug)


def test_one_door_in_two_spellings(street: Street) -> None:
    for label in ("14A", "Flat A, 14", "15", "16", "Rose Cottage, 16", "Flat 1, 17", "Flat 2, 17", "The Lodge"):
        door(street, label)
    door(street, "15A", nobody_left=True)
    door(street, "Flat A, 15")
    assert sorted(found("spellings", street.polling_district)) == [
        ("Thorne Park", "16 and Rose Cottage, 16"),
        ("Thorne Park", "Flat A, 14 and 14A"),
    ]


def test_one_property_reference_at_two_doors(street: Street) -> None:
    door(street, "1", uprn="100021")
    door(street, "2", uprn="100022")
    door(StreetFactory(name="Far Road", polling_district=street.polling_district), "9", uprn="100021")
    door(StreetFactory(), "9", uprn="100022")  # in another constituency
    assert found("references", street.polling_district) == [("Far Road", "1, Thorne Park and 9, Far Road")]


def test_a_door_added_beside_one_of_the_register(street: Street) -> None:
    door(street, "14")
    door(street, "Flat 2, 14", origin="door")
    door(street, "16", origin="streets")
    assert found("found-doors", street.polling_district) == [("Thorne Park", "Flat 2, 14, beside 14")]


def test_a_street_of_one_person_a_door(street: Street) -> None:
    for home in houses(LONE_DOORS, street):
        ElectorFactory(household=home)
    few, usual = (StreetFactory(polling_district=street.polling_district) for _ in range(2))
    for home in houses(LONE_DOORS - 1, few):
        ElectorFactory(household=home)
    for home in houses(LONE_DOORS, usual):
        ElectorFactory(household=home)
    ElectorFactory(household=usual.households.first())
    assert found("one-each", street.polling_district) == [("Thorne Park", "6 of 6 doors have one person")]


def test_a_street_of_one_door(street: Street) -> None:
    door(street, "The Lodge")
    houses(2)
    assert found("one-door", street.polling_district) == [("Thorne Park", "The Lodge")]


def test_a_crowded_door_and_those_who_left_do_not_crowd_it(street: Street) -> None:
    home, other = houses(2, street)
    ElectorFactory.create_batch(CROWD + 1, household=home)
    ElectorFactory.create_batch(CROWD, household=other)
    ElectorFactory(household=other, gone=True)
    assert found("crowded", street.polling_district) == [("Thorne Park", f"1: {CROWD + 1} people")]


def test_people_without_an_address_are_counted_by_district() -> None:
    district = PollingDistrictFactory(code="AD")
    ElectorFactory(without_address=True, polling_district=district)
    assert found("no-address", district) == [("AD", "1 person")]
    ElectorFactory(without_address=True, polling_district=district)
    ElectorFactory(without_address=True, polling_district=district, anonymous=True, surname="", forename="")
    assert found("no-address", district) == [("AD", "2 people")]


def test_a_district_without_a_ward(street: Street) -> None:
    PollingDistrictFactory(code="NW", constituency=street.polling_district.constituency)
    assert found("no-ward", street.polling_district) == [("NW", "no ward yet")]


def test_numbers_that_are_missing() -> None:
    area = ConstituencyFactory()
    whole, holey = (PollingDistrictFactory(code=code, constituency=area) for code in ("WH", "HO"))
    numbers(whole, "1", "2", "3", "3A")
    numbers(holey, "2", "3", "7")
    ElectorFactory(polling_district=holey, household=HouseholdFactory(), number="9000", gone=True)
    assert found("gaps", holey) == [("HO", "3 of 2 to 7 missing")]


def numbers(district: PollingDistrict, *typed: str) -> None:
    home = HouseholdFactory(street__polling_district=district)
    for number in typed:
        ElectorFactory(household=home, number=number)


# The pages


def test_it_works(organiser: Client, street: Street) -> None:
    person = ElectorFactory(household=door(street, "The Lodge"), surname="Quillfeather")
    ReviewItem.objects.create(
        kind="same_person", key="k", polling_district=street.polling_district, confidence=60, found_at=now(),
        elector=person,
    )  # fmt: skip
    page = organiser.get(reverse("canvassing:quality")).content.decode()
    for check in CHECKS:
        assert check.title in page
    rows = reverse("canvassing:oddities", args=["one-door"])
    assert f"{rows}?constituency={street.polling_district.constituency_id}" in page
    assert reverse("canvassing:oddities", args=["crowded"]) not in page
    assert "Questions an import left open" in page
    listed = organiser.get(rows).content.decode()
    assert "The Lodge" in listed
    assert reverse("canvassing:street", args=[street.pk]) in listed
    assert "Quillfeather" not in page + listed


def test_a_check_that_finds_nothing_says_so_and_an_unknown_one_is_not_there(organiser: Client) -> None:
    page = organiser.get(reverse("canvassing:oddities", args=["crowded"])).content.decode()
    assert "Nothing of this kind" in page
    assert organiser.get(reverse("canvassing:oddities", args=["nonsense"])).status_code == 404


def test_one_constituency_is_looked_through_at_a_time(organiser: Client) -> None:
    first, second = (StreetFactory(name=name, polling_district__constituency__name=name) for name in ("Abbey", "Zebra"))
    for at in (first, second):
        door(at, "The Lodge")
    rows, chosen = reverse("canvassing:oddities", args=["one-door"]), second.polling_district.constituency_id
    assert "Zebra" not in organiser.get(rows).content.decode()
    there = organiser.get(f"{rows}?constituency={chosen}").content.decode()
    assert "Zebra" in there
    assert "Abbey" not in there
    page = organiser.get(reverse("canvassing:quality") + f"?constituency={chosen}").content.decode()
    assert f'?constituency={chosen}" aria-current="page">Zebra' in page


def test_without_any_register_nothing_is_wrong(organiser: Client) -> None:
    page = organiser.get(reverse("canvassing:quality")).content.decode()
    assert page.count("None") == len(CHECKS) + 1


def test_an_organiser_limited_to_wards_sees_their_own(organiser: Client, user: User, street: Street) -> None:
    door(street, "The Lodge")
    door(StreetFactory(name="Far Road", polling_district__in_a_ward=True), "1")
    ward = street.polling_district.ward
    assert ward is not None
    roles.limit(user=user, wards=[ward], actor=None, at=now())
    page = organiser.get(reverse("canvassing:oddities", args=["one-door"])).content.decode()
    assert "Thorne Park" in page
    assert "Far Road" not in page
    roles.limit(user=user, wards=[WardFactory()], actor=None, at=now())
    assert "of your wards" in organiser.get(reverse("canvassing:quality")).content.decode()


def test_what_looks_wrong_leads_to_where_it_is_put_right(organiser: Client, street: Street) -> None:
    door(street, "The Lodge")
    page = organiser.get(reverse("canvassing:oddities", args=["one-door"])).content.decode()
    assert reverse("street-edit", args=[street.pk]) in page


def test_open_questions_lead_an_agent_to_the_review_and_nobody_else(organiser: Client, street: Street) -> None:
    ReviewItem.objects.create(
        kind="same_door", key="1", polling_district=street.polling_district, confidence=50, found_at=now()
    )
    review = reverse("review")
    assert review not in organiser.get(reverse("canvassing:quality")).content.decode()
    organiser.force_login(UserFactory(agent=True))
    assert review in organiser.get(reverse("canvassing:quality")).content.decode()


def test_fifty_a_page_cost_as_many_statements_as_one_and_stay_small(
    organiser: Client, street: Street, query_count: Callable[[Callable[[], object]], int]
) -> None:
    rows, all_checks = reverse("canvassing:oddities", args=["one-door"]), reverse("canvassing:quality")
    door(street, "The Lodge")
    one = query_count(lambda: organiser.get(rows)), query_count(lambda: organiser.get(all_checks))
    for number in range(60):
        door(StreetFactory(polling_district=street.polling_district), f"The Lodge {number}, 1")
    many = query_count(lambda: organiser.get(rows)), query_count(lambda: organiser.get(all_checks))
    assert many == one
    assert max(one) <= 12
    page = organiser.get(rows).content
    assert len(page) <= 60 * 1024
    assert "Page 1 of 2" in page.decode()
    assert count_of("one-door", street.polling_district) == 61
