"""Streets lie in the middle of their doors' postcodes, as far as these have points."""

import pytest

from campaign.areas.models import PostcodePoint
from canvassing.electorate.models import Street
from canvassing.electorate.street_points import place_streets
from tests.factories.canvassing import HouseholdFactory, StreetFactory
from tests.factories.register import written_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def street() -> Street:
    """Two doors at one postcode, one at another, one at a third without a point."""
    PostcodePoint.objects.create(postcode="N1 1AA", latitude=51.0, longitude=-0.1)
    PostcodePoint.objects.create(postcode="N1 1AB", latitude=51.3, longitude=-0.4)
    street = StreetFactory()
    for postcode in ("N1 1AA", "N1 1AA", "N1 1AB", "N9 9ZZ"):
        HouseholdFactory(street=street, postcode=postcode)
    return street


def place(street: Street) -> int:
    moved = place_streets([street.polling_district_id])
    street.refresh_from_db()
    return moved


def test_a_street_lies_in_the_middle_of_its_doors(street: Street) -> None:
    assert place(street) == 1
    assert (street.latitude, street.longitude) == (pytest.approx(51.1), pytest.approx(-0.2))


def test_again_nothing_is_written(street: Street) -> None:
    place(street)
    before = written_rows()
    assert place(street) == 0
    assert written_rows() == before


def test_less_than_a_step_aside_is_the_same_place(street: Street) -> None:
    place(street)
    Street.objects.update(latitude=street.latitude + 5e-7)  # type: ignore[operator]
    assert place(street) == 0
    Street.objects.update(latitude=street.latitude + 5e-6)  # type: ignore[operator]
    assert place(street) == 1


def test_a_point_from_elsewhere_stays_where_no_postcode_has_one(street: Street) -> None:
    PostcodePoint.objects.all().delete()
    Street.objects.update(latitude=52.0, longitude=0.1)
    assert place(street) == 0
    assert (street.latitude, street.longitude) == (52.0, 0.1)


def test_a_door_merged_away_does_not_pull(street: Street) -> None:
    kept, *_, aside, _ = street.households.order_by("pk")
    aside.merged_into = kept
    aside.save()
    place(street)
    assert street.latitude == pytest.approx(51.0)


def test_other_districts_are_left_alone(street: Street) -> None:
    assert place_streets([StreetFactory().polling_district_id]) == 0
    assert place_streets([]) == 0
    street.refresh_from_db()
    assert street.latitude is None
