"""An invented constituency's shapes: cells around seeds, bent by one smooth map so that neighbours still meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from random import Random

Point = tuple[float, float]
Ring = tuple[Point, ...]

# Degrees; where the drawing is put down. The streets are invented, so any place does.
CENTRE_LATITUDE, CENTRE_LONGITUDE = 51.5, -0.1
RADIUS = 0.0140
CORNERS = 9
STEP = 0.05  # how finely an edge is cut before it is bent, in radii


@dataclass(frozen=True, slots=True)
class Bend:
    """A smooth, one-to-one map of the plane: what shares an edge before shares it after."""

    phases: tuple[float, float, float, float]

    @classmethod
    def drawn(cls, rng: Random) -> "Bend":
        return cls((rng.uniform(0, 2 * pi), rng.uniform(0, 2 * pi), rng.uniform(0, 2 * pi), rng.uniform(0, 2 * pi)))

    def __call__(self, point: Point) -> Point:
        """`point` moved; the slopes of the waves stay below one together, so that nothing folds over."""
        x, y = point
        a, b, c, d = self.phases
        return (
            x + 0.10 * sin(3.1 * y + a) + 0.022 * sin(13 * y + 5 * x + c),
            y + 0.10 * sin(2.7 * x + b) + 0.022 * sin(12 * x - 6 * y + d),
        )


def land(rng: Random) -> Ring:
    """The whole before it is divided and bent: corners at uneven steps round an ellipse of one radius."""
    angles = [(corner + rng.uniform(-0.3, 0.3)) * 2 * pi / CORNERS for corner in range(CORNERS)]
    return tuple((cos(angle), 0.84 * sin(angle)) for angle in angles)


def divide(whole: Ring, pieces: int, rng: Random) -> list[Ring]:
    """`whole` (convex) in `pieces` cells of about one size; each cell is nearer to its seed than to any other."""
    seeds = [inside(whole, rng) for _ in range(pieces)]
    for _ in range(12):
        seeds = [middle(cell) for cell in _cells(whole, seeds)]
    return _cells(whole, seeds)


def inside(cell: Ring, rng: Random) -> Point:
    """A place within the convex `cell`, everywhere as likely: in one of the triangles that its first corner makes."""
    first = cell[0]
    triangles = list(pairwise(cell[1:]))
    areas = [abs(_cross(first, second, third)) for second, third in triangles]
    (second, third) = rng.choices(triangles, areas)[0]
    u, v = sorted((rng.random(), rng.random()))
    return (
        u * first[0] + (v - u) * second[0] + (1 - v) * third[0],
        u * first[1] + (v - u) * second[1] + (1 - v) * third[1],
    )


def middle(cell: Ring) -> Point:
    """The centre of gravity of `cell`."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in _edges(cell):
        cross = x1 * y2 - x2 * y1
        area, x, y = area + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return x / (3 * area), y / (3 * area)


def outline(cell: Ring, bend: Bend) -> dict[str, object]:
    """`cell` bent and put down on the map, as a GeoJSON polygon."""
    ring = [coordinates(bend(point)) for start, end in _edges(cell) for point in _along(start, end)]
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*ring, ring[0])]]}


def coordinates(point: Point) -> Point:
    """Longitude and latitude of `point`, to about a metre."""
    x, y = point
    return (
        round(CENTRE_LONGITUDE + x * RADIUS / cos(radians(CENTRE_LATITUDE)), 5),
        round(CENTRE_LATITUDE + y * RADIUS, 5),
    )


def _cells(whole: Ring, seeds: Sequence[Point]) -> list[Ring]:
    cells = []
    for seed in seeds:
        cell = whole
        for other in seeds:
            if other != seed:
                cell = _nearer(cell, seed, other)
        cells.append(cell)
    return cells


def _nearer(cell: Ring, seed: Point, other: Point) -> Ring:
    """The part of `cell` that is nearer to `seed` than to `other` (one cut of Sutherland and Hodgman)."""
    dx, dy = other[0] - seed[0], other[1] - seed[1]
    limit = (other[0] ** 2 + other[1] ** 2 - seed[0] ** 2 - seed[1] ** 2) / 2
    kept: list[Point] = []
    for start, end in _edges(cell):
        here, there = (dx * x + dy * y - limit for x, y in (start, end))
        if here <= 0:
            kept.append(start)
        if (here < 0 < there) or (there < 0 < here):
            share = here / (here - there)
            kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
    return tuple(kept)


def _along(start: Point, end: Point) -> list[Point]:
    """Places from `start` towards `end`. The two neighbours of an edge walk it in opposite directions: same places."""
    steps = max(1, round(hypot(end[0] - start[0], end[1] - start[1]) / STEP))
    return [
        (start[0] + k / steps * (end[0] - start[0]), start[1] + k / steps * (end[1] - start[1])) for k in range(steps)
    ]


def _cross(first: Point, second: Point, third: Point) -> float:
    """Twice the area of a triangle, signed by its sense of turning."""
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (third[0] - first[0])


def _edges(cell: Ring) -> list[tuple[Point, Point]]:
    return list(pairwise((*cell, cell[0])))
