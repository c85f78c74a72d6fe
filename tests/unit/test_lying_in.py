"""Which ward a point lies in: inside and out, holes, islands, borders shared by two wards."""

from hypothesis import given
from hypothesis import strategies as st

from campaign.areas.lying_in import lies_in, ward_at
from campaign.areas.models import Ward


def box(west, south, east, north) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


WEST, EAST = polygon(box(0, 0, 1, 1)), polygon(box(1, 0, 2, 1))


def test_a_point_inside_lies_in_it_and_one_outside_does_not() -> None:
    assert lies_in(0.5, 0.5, WEST)
    assert not lies_in(1.5, 0.5, WEST)
    assert not lies_in(0.5, -0.1, WEST)


def test_a_hole_is_left_out() -> None:
    ring = polygon(box(0, 0, 3, 3), box(1, 1, 2, 2))
    assert lies_in(0.5, 0.5, ring)
    assert not lies_in(1.5, 1.5, ring)


def test_an_island_is_part_of_it() -> None:
    islands = {"type": "MultiPolygon", "coordinates": [[box(0, 0, 1, 1)], [box(5, 5, 6, 6)]]}
    assert lies_in(5.5, 5.5, islands)
    assert not lies_in(3, 3, islands)


def test_a_ring_that_is_not_closed_and_one_with_heights_are_read_as_they_are_meant() -> None:
    assert lies_in(0.5, 0.5, polygon(box(0, 0, 1, 1)[:-1]))
    assert lies_in(0.5, 0.5, polygon([[*point, 12.0] for point in box(0, 0, 1, 1)]))


def test_a_corner_that_the_line_to_the_east_passes_is_counted_once() -> None:
    diamond = polygon([[0, 1], [1, 0], [2, 1], [1, 2], [0, 1]])
    assert lies_in(1, 1, diamond)
    assert not lies_in(-1, 1, diamond)
    assert not lies_in(-1, 2, diamond)


@given(st.floats(0.001, 1.999), st.floats(0.001, 0.999))
def test_a_point_of_two_wards_side_by_side_lies_in_exactly_one(longitude, latitude) -> None:
    assert lies_in(longitude, latitude, WEST) + lies_in(longitude, latitude, EAST) == 1


def test_the_ward_of_a_point_is_the_one_whose_outline_holds_it() -> None:
    west, east, undrawn = Ward(name="West", outline=WEST), Ward(name="East", outline=EAST), Ward(name="Undrawn")
    assert ward_at(1.5, 0.5, [undrawn, west, east]) is east
    assert ward_at(9, 9, [undrawn, west, east]) is None
