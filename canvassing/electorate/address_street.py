"""Which of an address's printed lines holds the street. Pure."""

from collections.abc import Sequence

from canvassing.electorate.address_house import Line
from canvassing.electorate.address_words import ESTATES, PLACES, ROADS, SURELY_BUILDINGS, ends_in, is_road


def with_numbers_joined(found: Sequence[Line]) -> list[Line]:
    """The lines, a number that has one to itself put before the name below it: "14A", "Thorne Park".

    Not behind a unit: "Flat 3", "14", "Rose House" is in number 14 of a road to come.
    """
    joined: list[Line] = []
    for place, line in enumerate(found):
        above = joined[-1] if joined else None
        is_name = line.road and not (line.unit or line.name or line.number)
        if above and above.is_number and is_name and not any(one.unit for one in joined):
            joined[-1] = Line("", "", above.number, line.road)
        elif above and line.is_number and place == len(found) - 2 and ends_in(above.road, ROADS) and not above.number:
            # Before the town the number is of the street above it.
            joined[-1] = Line(above.unit, above.name, line.number, above.road)
        else:
            joined.append(line)
    return joined


def street_at(found: Sequence[Line]) -> int | None:
    """Which of the lines holds the street; None when there is none."""
    numbered = [place for place, line in enumerate(found) if line.is_numbered_road]
    if numbered:
        return _road_of_building(found, numbered[-1]) or numbered[-1]
    roads = [place for place, line in enumerate(found) if line.road]
    return _by_ending(found, roads) if len(roads) > 1 else _lone_road(found, roads)


def _road_of_building(found: Sequence[Line], place: int) -> int | None:
    """The road a numbered building stands on, where a later line is one: "3 Fonthill Court", "Dunster Street".

    Any name can be a building's ("22 Spectrum"), but only behind a word for one is "Park View" the road.
    """
    name = found[place].road
    if is_road(name):
        return None
    behind = range(place + 1, len(found))
    roads = [later for later in behind if ends_in(found[later].road, ROADS)]
    if not roads and ends_in(name, SURELY_BUILDINGS):
        roads = [later for later in behind[:-1] if ends_in(found[later].road, PLACES)]
        roads = roads or [later for later in behind if ends_in(found[later].road, ESTATES)]
    return _before_town(roads, behind[-1]) if roads else None


def _by_ending(found: Sequence[Line], roads: Sequence[int]) -> int:
    """The last line that ends like a road."""
    for endings in (ROADS, PLACES, ESTATES):
        alike = [place for place in roads if ends_in(found[place].road, endings)]
        if alike:
            return _before_town(alike, roads[-1])
    before_town = roads[-2]
    return before_town if before_town > 0 else roads[-1]


def _before_town(alike: Sequence[int], last: int) -> int:
    """The last of the lines `alike`. The very last of all is the town if any other will do: Ebbw Vale."""
    return ([place for place in alike if place != last] or alike)[-1]


def _lone_road(found: Sequence[Line], roads: Sequence[int]) -> int | None:
    """One name alone is the street behind a unit ("Flat 5", "Fonthill Court"), or when it ends like one."""
    if roads and (roads[0] > 0 or ends_in(found[roads[0]].road, ROADS)):
        return roads[0]
    return None
