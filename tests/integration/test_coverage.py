"""The coverage page: numbers from sums and states, groups by ward, the same cost for 1 polling district as for 30."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from campaign.areas.models import Ward
from canvassing.electorate.models import PollingDistrict
from canvassing.insight import coverage
from canvassing.insight.coverage import Headline, Totals
from canvassing.progress import deltas
from canvassing.progress.deltas import Delta
from tests.factories.campaign import CampaignDetailsFactory, ConstituencyFactory, WardFactory
from tests.factories.canvassing import ElectorFactory, HouseholdFactory, PollingDistrictFactory, StreetFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

DAY = date(2027, 4, 10)
PAGE = "canvassing:coverage"


def district(ward: Ward | None = None, **facts: object) -> PollingDistrict:
    """A polling district of the one constituency."""
    return PollingDistrictFactory(constituency=ConstituencyFactory(), ward=ward, **facts)


def sums(where: PollingDistrict, day: date = DAY, **columns: int) -> None:
    deltas.add([Delta(where.constituency_id, where.pk, day, **columns)])


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory(organiser=True))
    return client


def test_a_ward_is_the_sum_of_its_districts_and_a_district_the_sum_of_its_days() -> None:
    ward = WardFactory(name="Teasel Green")
    one, two = district(ward, code="AA"), district(ward, code="AB")
    sums(one, doors=10, electors=20)
    sums(one, DAY + timedelta(days=1), doors_tried=4, doors_answered=2, electors_reached=1, attempts=5)
    sums(one, DAY + timedelta(days=2), doors_tried=-1, attempts=-1)
    sums(two, doors=5, electors=6, doors_tried=5, attempts=9)
    (found,) = coverage.by_ward(ConstituencyFactory())
    assert found.ward == ward
    assert [(row.district.code, row.totals) for row in found.districts] == [
        ("AA", Totals(doors=10, doors_tried=3, doors_answered=2, electors=20, electors_reached=1, attempts=4)),
        ("AB", Totals(doors=5, doors_tried=5, electors=6, attempts=9)),
    ]
    assert found.totals == Totals(
        doors=15, doors_tried=8, doors_answered=2, electors=26, electors_reached=1, attempts=13
    )


def test_districts_without_a_ward_are_a_group_of_their_own_after_the_wards() -> None:
    district(WardFactory(name="Umberside"), code="AB")
    lost, lost_too = district(code="ZZ"), district(code="AA")
    WardFactory(name="Fogham")
    groups = coverage.by_ward(ConstituencyFactory())
    assert [(group.ward and group.ward.name, [row.district.code for row in group.districts]) for group in groups] == [
        ("Fogham", []),
        ("Umberside", ["AB"]),
        (None, [lost_too.code, lost.code]),
    ]


def test_another_constituency_is_left_out() -> None:
    sums(district(code="AA"), doors=1)
    elsewhere = PollingDistrictFactory(constituency=ConstituencyFactory(name="Elsewhere"))
    sums(elsewhere, doors=100)
    (group,) = coverage.by_ward(ConstituencyFactory())
    assert group.totals.doors == 1
    assert coverage.headline(on=DAY, constituency=elsewhere.constituency).totals.doors == 100
    assert coverage.headline(on=DAY).totals.doors == 101


def test_shares_are_none_where_there_is_nothing_to_be_a_share_of() -> None:
    nothing = Totals()
    assert (nothing.share_tried, nothing.share_answered, nothing.share_reached) == (None, None, None)
    some = Totals(doors=8, doors_tried=4, doors_answered=1, electors=10, electors_reached=2)
    assert (some.share_tried, some.share_answered, some.share_reached) == (0.5, 0.25, 0.2)


def test_streets_count_doors_that_stand_and_people_who_live_there() -> None:
    where = district()
    lane = StreetFactory(polling_district=where, name="Acorn Lane")
    row = StreetFactory(polling_district=where, name="Barley Row")
    HouseholdFactory(street=lane)
    tried = HouseholdFactory(street=lane, tried=True)
    HouseholdFactory(street=lane, nobody_left=True)
    HouseholdFactory(street=row)
    ElectorFactory(household=tried, reached=True)
    ElectorFactory(household=tried)
    ElectorFactory(household=tried, gone=True)
    ElectorFactory(without_address=True, polling_district=where)
    streets = coverage.by_street(where)
    assert [(street.name, street.totals) for street in streets] == [
        ("Acorn Lane", Totals(doors=2, doors_tried=1, electors=2, electors_reached=1, attempts=1)),
        ("Barley Row", Totals(doors=1)),
        ("", Totals(electors=1)),
    ]


def test_a_street_that_everybody_left_is_not_listed() -> None:
    gone = HouseholdFactory(nobody_left=True)
    ElectorFactory(household=gone, gone=True)
    assert coverage.by_street(gone.street.polling_district) == []


def test_streets_add_up_to_what_the_district_says() -> None:
    where = district()
    for tried in (True, False, True):
        door = HouseholdFactory(street=StreetFactory(polling_district=where), tried=tried)
        ElectorFactory(household=door, reached=tried)
    deltas.settle(districts=[where.pk], day=DAY)
    (group,) = coverage.by_ward(where.constituency)
    assert coverage.total(street.totals for street in coverage.by_street(where)) == group.totals
    assert group.totals == Totals(doors=3, doors_tried=2, electors=3, electors_reached=2, attempts=2)


def test_the_headline_knows_the_last_seven_days_and_the_pace_that_is_needed() -> None:
    CampaignDetailsFactory(polling_day=DAY + timedelta(days=10))
    where = district()
    sums(where, DAY - timedelta(days=7), doors=100, doors_tried=20)
    sums(where, DAY - timedelta(days=6), doors_tried=10)
    sums(where, DAY, doors_tried=5)
    sums(where, DAY + timedelta(days=1), doors_tried=1)
    found = coverage.headline(on=DAY)
    assert (found.totals.doors_tried, found.tried_lately, found.pace) == (36, 15, 2)
    assert (found.days_left, found.doors_a_day_needed) == (10, 7)


@pytest.mark.parametrize("days_left", [None, 0])
def test_no_pace_is_needed_when_no_day_is_left(days_left: int | None) -> None:
    assert Headline(Totals(doors=10), tried_lately=0, days_left=days_left).doors_a_day_needed is None


def test_the_page_shows_numbers_beside_every_bar(organiser: Client) -> None:
    CampaignDetailsFactory(polling_day=None)
    where = district(WardFactory(name="Teasel Green"), code="AA")
    sums(where, doors=1040, doors_tried=412, doors_answered=130, electors=1870, electors_reached=95)
    page = organiser.get(reverse(PAGE)).content.decode()
    assert "Teasel Green" in page
    assert "412 of 1,040 doors" in page
    assert "95 of 1,870 people" in page
    assert "130" in page
    assert reverse("canvassing:district", args=[where.pk]) in page
    assert "%" not in page


def test_the_map_is_drawn_from_outlines_and_says_the_numbers(organiser: Client) -> None:
    sums(district(WardFactory(name="Larkspur Fields", outlined=True)), doors=8, doors_tried=3)
    district(WardFactory(name="Without a shape"))
    page = organiser.get(reverse(PAGE)).content.decode()
    assert 'aria-label="Larkspur Fields: 3 of 8 doors tried"' in page
    assert 'fill="url(#step-half)"' in page
    assert "under half tried" in page
    assert page.count("<path d=") == page.count('fill="url(#step-') - page.count("<rect width=")


def test_without_outlines_there_is_no_map(organiser: Client) -> None:
    district(WardFactory())
    assert "map-title" not in organiser.get(reverse(PAGE)).content.decode()


def test_polling_day_itself_and_one_that_is_not_set(organiser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    district()
    details = CampaignDetailsFactory(polling_day=None)
    assert "With a polling day ahead" in organiser.get(reverse(PAGE)).content.decode()
    monkeypatch.setattr("canvassing.insight.views.london_day", lambda at: DAY)
    details.polling_day = DAY
    details.save()
    assert "It is polling day" in organiser.get(reverse(PAGE)).content.decode()


def test_before_the_register_an_agent_is_led_to_it_and_an_organiser_told_whom_to_ask(client: Client) -> None:
    client.force_login(UserFactory(agent=True))
    assert reverse("canvassing:register") in client.get(reverse(PAGE)).content.decode()
    client.force_login(UserFactory(organiser=True))
    page = client.get(reverse(PAGE)).content.decode()
    assert "As soon as an agent has brought in" in page
    assert reverse("canvassing:register") not in page


def test_several_constituencies_are_one_page_each(organiser: Client) -> None:
    here = district(code="AA")
    there = PollingDistrictFactory(constituency=ConstituencyFactory(name="Umberton"), code="BB")
    page = organiser.get(reverse(PAGE)).content.decode()
    assert f"?constituency={there.constituency_id}" in page
    assert reverse("canvassing:district", args=[here.pk]) in page
    other = organiser.get(reverse(PAGE), {"constituency": there.constituency_id}).content.decode()
    assert reverse("canvassing:district", args=[there.pk]) in other
    assert reverse("canvassing:district", args=[here.pk]) not in other


def test_thirty_districts_cost_as_many_statements_as_one_and_stay_small(
    organiser: Client, query_count: Callable[[Callable[[], object]], int]
) -> None:
    CampaignDetailsFactory()
    wards = [WardFactory(name=f"A ward with a long name {number}", outlined=True) for number in range(8)]
    sums(district(wards[0], code="AA"), doors=1)
    one = query_count(lambda: organiser.get(reverse(PAGE)))
    for number in range(29):
        sums(district(wards[number % 8], code=f"B{number}"), doors=2431, doors_tried=1200 + number, electors=4000)
    assert query_count(lambda: organiser.get(reverse(PAGE))) == one <= 12
    assert len(organiser.get(reverse(PAGE)).content) <= 60 * 1024
