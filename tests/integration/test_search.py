"""The search box: numbers, names, addresses and postcodes, as people type them, in the wards they may look in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from campaign.audit.models import AuditEvent
from canvassing.electorate.address import parse
from canvassing.electorate.models import Elector, Household, PollingDistrict, Street
from canvassing.electorate.spelling import person_key
from canvassing.insight.looking_for import read
from canvassing.insight.search import MOST, Found, Scope, search
from tests.factories.campaign import ConstituencyFactory, WardFactory
from tests.factories.canvassing import ElectorFactory, HouseholdFactory, PollingDistrictFactory, StreetFactory
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
def district() -> PollingDistrict:
    found: PollingDistrict = PollingDistrictFactory(code="AD")
    return found


def door(printed: str, district: PollingDistrict, postcode: str = "N1 4DL") -> Household:
    """A door as an import makes it."""
    address = parse([printed], postcode)
    street, _ = Street.objects.get_or_create(
        polling_district=district, name_key=address.street_key, defaults={"name": address.street}
    )
    facts = {"label": address.label, "address_key": address.address_key, "sort_key": address.sort_key}
    made: Household = HouseholdFactory(street=street, house_number=address.house_number, postcode=postcode, **facts)
    return made


def somebody(surname: str, forename: str = "Tess", **facts: object) -> Elector:
    made: Elector = ElectorFactory(surname=surname, forename=forename, name_key=person_key(surname, forename), **facts)
    return made


def look(text: str, **scope: Any) -> Found:
    return search(read(text), Scope(**scope))


# Numbers


@pytest.mark.parametrize("typed", ["AD-203", "ad 203", "AD203", " AD - 203 ", "ad-203/1", "AD 203 / 1"])
def test_an_elector_is_found_by_number_however_it_is_typed(district: PollingDistrict, typed: str) -> None:
    home = HouseholdFactory(street__polling_district=district)
    person = ElectorFactory(household=home, number="203", suffix="1")
    ElectorFactory(household=home, number="2030")
    ElectorFactory(number="203")
    assert look(typed).electors == [person]


def test_a_number_alone_counts_within_a_polling_district(district: PollingDistrict) -> None:
    person = ElectorFactory(household=HouseholdFactory(street__polling_district=district), number="203")
    assert look("203", district=district).electors == [person]
    assert look("203").electors == []
    assert look("203", district=PollingDistrictFactory()).electors == []
    assert look("AD-203", district=district).electors == [person]
    assert look("AD-203", district=PollingDistrictFactory()).electors == []


def test_a_suffix_that_is_not_there_and_somebody_who_left_are_not_found(district: PollingDistrict) -> None:
    home = HouseholdFactory(street__polling_district=district)
    ElectorFactory(household=home, number="203")
    ElectorFactory(household=home, number="204", gone=True)
    assert look("AD-203/9").count == look("AD-204").count == 0


# Names


SPELLINGS = ["o'brien", "OBRIEN", "O\u2019Brie", "josé o'brien", "O'Brien, José", "obrien j"]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_name_is_found_by_its_beginning_whatever_its_spelling(typed: str) -> None:
    person = somebody("O'Brien", "José Luis")
    somebody("Brien")
    assert look(typed).electors == [person]


def test_a_surname_of_several_words_is_found() -> None:
    person = somebody("van der Berg", "Ann Marie")
    for typed in ("van der berg", "vanderb", "ann van der berg", "ann marie van der berg", "van der berg ann"):
        assert look(typed).electors == [person], typed


def test_one_letter_and_signs_find_nobody() -> None:
    somebody("Smith")
    for typed in ("s", "%", "_mith", "%mith", "-", "', --"):
        assert look(typed).count == 0, typed


def test_who_has_the_very_name_comes_first_and_more_than_fifty_are_said() -> None:
    for number in range(MOST + 1):
        somebody(f"Smithson{number}")
    person = somebody("Smith", "Zoe")
    found = look("smith")
    assert (len(found.electors), found.more) == (MOST, True)
    assert found.electors[0] == person
    assert look("smith z").more is False


# Addresses


def test_a_door_is_found_by_number_and_street(district: PollingDistrict) -> None:
    house, flat = door("14 Thorne Park", district), door("Flat 3, 14A Thorne Park", district)
    other = door("15 Thorne Park", district)
    assert look("14 thorne park").doors == [house, flat]
    assert look("14 thorne pk").doors == [house, flat]
    assert look("flat 3 14a thorne park").doors == [flat]
    assert look("14a flat 3, thorne park, n1 4dl").count >= 1
    assert look("15 thorne p").doors == [other]
    assert look("16 thorne park").doors == []
    assert look("99999999999 thorne park").doors == []


def test_a_street_is_found_by_its_beginning_in_every_district(district: PollingDistrict) -> None:
    here = StreetFactory(polling_district=district, name="Thorne Park", name_key="thornepark")
    there = StreetFactory(name="Thorne Park Road", name_key="thorneparkroad")
    assert set(look("Thorne Pk").streets) == {here, there}
    assert look("thorne park", district=district).streets == [here]
    assert look("park").streets == []


def test_doors_are_found_by_a_whole_postcode_and_by_its_beginning(district: PollingDistrict) -> None:
    first, second = door("1 Thorne Park", district), door("2 Thorne Park", district, "N1 4QQ")
    door("3 Thorne Park", district, "N14 4QQ")
    nobody = HouseholdFactory(nobody_left=True, postcode="N1 4DL")
    assert look("n14dl").doors == [first]
    assert look("N1 4").doors == look("n1").doors == [first, second]
    assert nobody not in look("n1 4dl").doors


# Wards


def test_outside_an_organiser_s_wards_nothing_is_found() -> None:
    area = ConstituencyFactory()
    mine, other = WardFactory(constituency=area), WardFactory(constituency=area)
    homes = [
        door("14 Thorne Park", PollingDistrictFactory(constituency=area, ward=ward, code=code))
        for ward, code in ((mine, "MA"), (other, "OT"), (None, "NO"))
    ]
    people = [somebody("Smith", household=home, number="7") for home in homes]
    for typed in ("smith", "MA-7", "14 thorne park", "thorne park", "n1 4dl"):
        found = look(typed, ward_ids=frozenset([mine.pk]))
        assert set(found.electors) <= {people[0]}
        assert set(found.doors) <= {homes[0]}
        assert set(found.streets) <= {homes[0].street}
        assert found.count, typed
    assert look("OT-7", ward_ids=frozenset([mine.pk])).count == 0
    assert len(look("smith").electors) == 3


# The page


def typed_in(client: Client, text: str, **more: object) -> str:
    answer = client.post(reverse("canvassing:browse"), {"text": text, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_works(organiser: Client, district: PollingDistrict) -> None:
    person = somebody("Quillfeather", household=door("14 Thorne Park", district), number="203")
    page = typed_in(organiser, "quill")
    assert "Tess Quillfeather" in page
    assert "AD-203" in page
    assert "14, Thorne Park" in page
    assert reverse("canvassing:door", args=[person.household_id]) in page


def test_the_box_is_empty_and_finds_nothing_by_itself(organiser: Client) -> None:
    page = organiser.get(reverse("canvassing:browse") + "?text=smith").content.decode()
    assert "found" not in page.partition("<main")[2].replace("found for", "")
    assert "smith," in page  # the example below the box
    assert not AuditEvent.objects.exists()


def test_an_empty_question_and_one_that_finds_nothing_are_said(organiser: Client) -> None:
    assert "Type something to look for" in typed_in(organiser, " ")
    assert "Nothing found." in typed_in(organiser, "Nobodyatall")


def test_somebody_without_an_address_or_a_name_is_shown_without_a_link(organiser: Client) -> None:
    home = PollingDistrictFactory(code="AE")
    ElectorFactory(without_address=True, polling_district=home, number="9", anonymous=True, surname="", forename="")
    page = typed_in(organiser, "AE-9")
    assert "Anonymous entry" in page
    assert "no address on the register" in page


def test_a_search_begun_in_a_polling_district_stays_there_until_unticked(
    organiser: Client, district: PollingDistrict
) -> None:
    somebody("Smith", "Here", household=door("14 Thorne Park", district), number="203")
    somebody("Smith", "Elsewhere")
    page = organiser.get(reverse("canvassing:browse") + f"?district={district.pk}").content.decode()
    assert "Only in polling district AD" in page
    assert "Here Smith" in typed_in(organiser, "203", district=district.pk, only_here=1)
    assert "Elsewhere" not in typed_in(organiser, "smith", district=district.pk, only_here=1)
    assert "Elsewhere" in typed_in(organiser, "smith", district=district.pk)


def test_a_polling_district_outside_the_wards_or_invented_is_none(
    organiser: Client, user: User, district: PollingDistrict
) -> None:
    roles.limit(user=user, wards=[WardFactory()], actor=None, at=now())
    for wanted in (district.pk, "x", "9" * 30):
        page = organiser.get(reverse("canvassing:browse") + f"?district={wanted}").content.decode()
        assert "Only in polling district" not in page
    assert "of your wards" in page


def test_the_trail_has_what_kind_and_how_many_and_never_what_was_typed(organiser: Client, user: User) -> None:
    somebody("Quillfeather", "Tess")
    typed_in(organiser, "Quillfeather")
    event = AuditEvent.objects.get()
    assert (event.act, event.actor, event.subject) == ("register searched", f"user:{user.pk}", "")
    assert event.facts == {"kinds": ["name", "address"], "results": 1}


def test_fifty_of_each_cost_as_many_statements_as_one_and_stay_small(
    organiser: Client, district: PollingDistrict, query_count: Callable[[Callable[[], object]], int]
) -> None:
    somebody("Rarely", household=door("14 Rarely Road", district))
    for number in range(MOST + 1):
        home = door(f"{number + 1} Often{number:03d} Road", district, "N1 9ZZ")
        somebody(f"Often{number}", household=home)
    one = query_count(lambda: typed_in(organiser, "rarely"))
    assert query_count(lambda: typed_in(organiser, "often")) == one <= 12
    assert max(query_count(lambda text=text: typed_in(organiser, text)) for text in ("N1 9", "1 often", "AD-1")) <= 12
    answer = organiser.post(reverse("canvassing:browse"), {"text": "often"})
    assert len(answer.content) <= 60 * 1024
    assert "There are more" in answer.content.decode()
