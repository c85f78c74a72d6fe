"""The invented ground: wards that meet without gaps, districts of the right size, postcodes inside their ward."""

from itertools import pairwise
from typing import Any

import pytest

from campaign.demo import places
from campaign.demo.places import District, Places

Corner = tuple[float, float]


@pytest.fixture(scope="module")
def ground() -> Places:
    return places.invent(electors=12_000, seed=1)


def edges(geometry: dict[str, Any]) -> set[frozenset[Corner]]:
    """The stretches between corners of an outline, whichever way round it was drawn."""
    (ring,) = geometry["coordinates"]
    return {frozenset(pair) for pair in pairwise(map(tuple, ring))}


def is_inside(point: Corner, geometry: dict[str, Any]) -> bool:
    """Whether a ray eastward from `point` crosses the outline an odd number of times."""
    (ring,) = geometry["coordinates"]
    x, y = point
    crossings = [(x1, y1, x2, y2) for (x1, y1), (x2, y2) in pairwise(ring) if (y1 > y) != (y2 > y)]
    return sum(x < x1 + (y - y1) * (x2 - x1) / (y2 - y1) for x1, y1, x2, y2 in crossings) % 2 == 1


def test_the_same_seed_gives_the_same_ground_and_another_seed_another() -> None:
    assert places.invent(electors=1000, seed=7) == places.invent(electors=1000, seed=7)
    assert places.invent(electors=1000, seed=7) != places.invent(electors=1000, seed=8)


def test_eight_wards_with_closed_outlines(ground: Places) -> None:
    assert len(ground.wards) == 8
    for outline in ground.wards.values():
        (ring,) = outline["coordinates"]  # type: ignore[misc]
        assert ring[0] == ring[-1]
        assert len(ring) > 10


def test_every_edge_of_a_ward_is_shared_with_one_neighbour_or_lies_on_the_border(ground: Places) -> None:
    drawn = [edges(outline) for outline in ground.wards.values()]
    border = set().union(*drawn) - {
        edge for one in drawn for other in drawn if one is not other for edge in one & other
    }
    assert max(sum(edge in one for one in drawn) for edge in set().union(*drawn)) == 2
    assert all(sum(corner in edge for edge in border) == 2 for corner in set().union(*border))


def test_postcodes_lie_in_the_ward_of_their_road(ground: Places) -> None:
    for district in ground.districts:
        for road in district.roads:
            for postcode in road.postcodes:
                assert is_inside(ground.points[postcode], ground.wards[district.ward])


@pytest.mark.parametrize("electors", [200, 12_000, 75_000, 1_000_000])
def test_districts_have_all_electors_between_them_and_codes_of_their_own(electors: int) -> None:
    found = places.invent(electors=electors, seed=3).districts
    assert sum(district.electors for district in found) == electors
    assert len({district.code for district in found}) == len(found)
    assert {district.ward for district in found} == {district.ward for district in found[:: len(found) // 8]}


def test_a_constituency_of_75_000_has_the_streets_of_a_real_one() -> None:
    found = places.invent(electors=75_000, seed=1)
    sizes = [district.electors for district in found.districts]
    assert len(sizes) == 40
    assert 800 < min(sizes) < max(sizes) < 3_200
    assert 850 <= sum(len(district.roads) for district in found.districts) <= 950
    assert all(names_are_different(district) for district in found.districts)


def test_some_roads_lie_in_two_districts(ground: Places) -> None:
    names = [road.name for district in ground.districts for road in district.roads]
    assert 0 < len(names) - len(set(names)) < len(ground.districts)


def names_are_different(district: District) -> bool:
    return len({road.name for road in district.roads}) == len(district.roads)
