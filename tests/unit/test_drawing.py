"""Outlines become a small drawing, north up."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campaign.areas.drawing import NEAREST, WIDTH, draw
from campaign.areas.naming import same_name

DEGREES = st.tuples(st.floats(-6, 2), st.floats(50, 60))


def polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*map(list, corners), list(corners[0])]]}


WEST = polygon((0.0, 51.0), (0.1, 51.0), (0.1, 51.1), (0.0, 51.1))
EAST = polygon((0.1, 51.0), (0.2, 51.0), (0.2, 51.1), (0.1, 51.1))


def test_nothing_to_draw_is_no_drawing() -> None:
    assert draw([]) is None


def test_north_is_up_and_east_is_right() -> None:
    sheet = draw([("West", WEST), ("East", EAST)])
    assert sheet is not None
    assert sheet.width == WIDTH
    assert [(shape.name, shape.x) for shape in sheet.shapes] == [("West", 250), ("East", 750)]
    assert sheet.shapes[0].path.startswith(f"M0 {sheet.height}")


def test_a_degree_of_longitude_is_drawn_shorter_than_one_of_latitude() -> None:
    sheet = draw([("Square in degrees", WEST)])
    assert sheet is not None
    assert 1.55 < sheet.height / sheet.width < 1.65


def test_every_part_of_a_scattered_ward_is_drawn_and_the_largest_bears_the_name() -> None:
    islet = polygon((0.3, 51.0), (0.31, 51.0), (0.31, 51.01))
    both = {"type": "MultiPolygon", "coordinates": [islet["coordinates"], WEST["coordinates"]]}
    sheet = draw([("Two parts", both)])
    assert sheet is not None
    assert sheet.shapes[0].path.count("M") == 2
    assert sheet.shapes[0].x < WIDTH / 2


def test_corners_nobody_can_see_are_left_out() -> None:
    fine = [(0.1 * step / 5000, 51.0) for step in range(5000)]
    sheet = draw([("Fine", polygon(*fine, (0.1, 51.1)))])
    assert sheet is not None
    assert sheet.shapes[0].path.count(" ") < 2 * WIDTH / NEAREST + 10


@given(st.lists(DEGREES, min_size=3, max_size=12))
def test_anything_closed_can_be_drawn(corners: list[tuple[float, float]]) -> None:
    sheet = draw([("Anything", polygon(*corners))])
    assert sheet is not None
    assert sheet.shapes[0].path.endswith("Z")


def test_names_meet_in_spite_of_their_spelling() -> None:
    assert same_name("St Mary\N{RIGHT SINGLE QUOTATION MARK}s & St James' Ward") == same_name("st marys and st. james")
    assert same_name("Ward") == "ward"
    assert same_name("Hillrise") != same_name("Hill Rise")
