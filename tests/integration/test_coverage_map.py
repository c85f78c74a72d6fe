"""The map of wards: which pattern a ward is drawn in, and what is written on it."""

import pytest

from campaign.areas.models import Ward
from canvassing.insight.coverage import Totals, WardCoverage
from canvassing.insight.ward_map import NEARLY, NO_DOORS, UNTRIED, draw_map, step
from tests.factories.campaign import SQUARE


@pytest.mark.parametrize(
    ("tried", "doors", "name"),
    [
        (0, 0, "empty"),
        (0, 9, "untried"),
        (1, 1000, "quarter"),
        (249, 1000, "quarter"),
        (250, 1000, "half"),
        (500, 1000, "most"),
        (749, 1000, "most"),
        (750, 1000, "nearly"),
        (9, 9, "nearly"),
    ],
)
def test_the_pattern_follows_the_share_of_doors_tried(tried: int, doors: int, name: str) -> None:
    assert step(Totals(doors=doors, doors_tried=tried)).name == name


def ward(name: str, **totals: int) -> WardCoverage:
    return WardCoverage(Ward(name=name, outline=SQUARE), [], Totals(**totals))


def test_each_ward_is_drawn_with_its_name_in_short_lines() -> None:
    found = draw_map([ward("Saint Bramble and the Marshes", doors=4)])
    assert found is not None
    (area,) = found.areas
    assert area.lines == ["Saint Bramble", "and the", "Marshes"]
    assert area.shape.path.startswith("M")
    assert found.width > 0
    assert found.height > 0


def test_the_key_lists_only_patterns_that_occur_in_their_order() -> None:
    found = draw_map([ward("A", doors=4, doors_tried=4), ward("B"), ward("C", doors=1), ward("D", doors=2)])
    assert found is not None
    assert found.key == [UNTRIED, NEARLY, NO_DOORS]


@pytest.mark.parametrize(("wards", "crowded"), [(9, False), (10, True)])
def test_many_wards_are_a_crowd(wards: int, crowded: bool) -> None:
    found = draw_map([ward(f"Ward {number}") for number in range(wards)])
    assert found is not None
    assert found.is_crowded is crowded


def test_wards_without_an_outline_and_districts_without_a_ward_are_not_drawn() -> None:
    assert draw_map([WardCoverage(None, [], Totals()), WardCoverage(Ward(name="Fogham"), [], Totals())]) is None
