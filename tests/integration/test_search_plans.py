"""Each kind of search goes through its index: its cost grows with what is typed, never with the register."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from campaign.areas.models import Constituency
from canvassing.electorate.models import Elector, PollingDistrict, Street
from canvassing.insight import looking_for
from canvassing.insight.search import MOST, Scope, of_name, of_number, of_postcode, of_street, search
from tests.factories.many import statements

pytestmark = pytest.mark.django_db

ELECTORS = 20_000


@pytest.fixture(params=[1, 3], ids=["one constituency", "three"])
def constituencies(db: None, request: pytest.FixtureRequest) -> list[int]:
    with connection.cursor() as cursor:
        for statement, parameters in statements(ELECTORS, constituencies=request.param, of_a_street=8):
            cursor.execute(statement, parameters or None)
    return list(Constituency.objects.order_by("pk").values_list("pk", flat=True))


def plan(rows: QuerySet[Any, Any]) -> str:
    return rows[: MOST + 1].explain()


def test_every_kind_goes_through_its_index(constituencies: list[int]) -> None:
    district, street = PollingDistrict.objects.earliest("pk"), Street.objects.earliest("pk")
    plans = {
        "electors_by_name": plan(of_name(["smith"], constituencies)),
        "one_living_elector_of_a_number": plan(of_number(looking_for.Number("", "203", ""), [district.pk])),
        "streets_by_name": plan(of_street(street.name_key)),
        "households_by_postcode": plan(of_postcode("N1 4", constituencies)),
    }
    for index, found in plans.items():
        assert index in found
        assert "Seq Scan" not in found, found


def test_a_name_of_several_readings_goes_through_its_index_for_each(constituencies: list[int]) -> None:
    names = looking_for.names("willow rushmere ana")
    found = plan(of_name(names, constituencies))
    assert found.count("electors_by_name") == len(names) == 5
    assert "Seq Scan" not in found, found


def test_a_common_beginning_stops_at_the_first_fifty(constituencies: list[int]) -> None:
    found = search(looking_for.read("wi"), Scope())
    assert (len(found.electors), found.more) == (MOST, True)
    assert Elector.objects.filter(name_key__startswith="wi").count() > 10 * MOST


def test_signs_of_a_pattern_are_letters_like_others(constituencies: list[int]) -> None:
    assert not of_name(["%"], constituencies).exists()
    assert not of_street("_").exists()
