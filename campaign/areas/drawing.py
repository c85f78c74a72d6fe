"""Outlines as SVG paths on one sheet: projected, scaled and thinned so that a page stays small. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH = 1000
NEAREST = 3

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """One area: its name, its path data, and where its name is written."""

    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class Sheet:
    """A drawing `width` by `height` units, north up."""

    width: int
    height: int
    shapes: list[Shape]


def rings(geometry: dict[str, Any]) -> list[Any]:
    """Every ring of a GeoJSON Polygon or MultiPolygon, holes too. Raises TypeError when the nesting is wrong."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [ring for polygon in polygons for ring in polygon]


def _corners(geometry: dict[str, Any]) -> list[list[Point]]:
    return [[(corner[0], corner[1]) for corner in ring] for ring in rings(geometry)]


def draw(areas: Iterable[tuple[str, dict[str, Any]]]) -> Sheet | None:
    """One sheet with all `areas` (name and GeoJSON geometry in degrees); None when there are none.

    Degrees of longitude are shortened by the cosine of the middle latitude, which is true enough for a constituency.
    """
    named = [(name, _corners(geometry)) for name, geometry in areas]
    corners = [corner for _, found in named for ring in found for corner in ring]
    if not corners:
        return None
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / max((east - west) * squeeze, 1e-9)
    height = max(round((north - south) * scale), 1)

    def placed(ring: Sequence[Point]) -> list[tuple[int, int]]:
        return [(round((x - west) * squeeze * scale), round((north - y) * scale)) for x, y in ring]

    shapes = [_shape(name, [_thinned(placed(ring)) for ring in found]) for name, found in named]
    return Sheet(width=WIDTH, height=height, shapes=shapes)


def _thinned(ring: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`ring` without corners nearer than NEAREST units to the one before: nobody can see them."""
    kept = ring[:1]
    for x, y in ring[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= NEAREST:
            kept.append((x, y))
    return kept


def _shape(name: str, found: list[list[tuple[int, int]]]) -> Shape:
    path = "".join("M" + " ".join(f"{x} {y}" for x, y in ring) + "Z" for ring in found)
    x, y = _middle(max(found, key=lambda ring: abs(_doubled_area(ring))))
    return Shape(name=name, path=path, x=x, y=y)


def _doubled_area(ring: list[tuple[int, int]]) -> int:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))


def _middle(ring: list[tuple[int, int]]) -> tuple[int, int]:
    """The centre of gravity of `ring`, or the mean of its corners when it is too thin to have an area."""
    doubled = _doubled_area(ring)
    if doubled == 0:
        return round(sum(x for x, _ in ring) / len(ring)), round(sum(y for _, y in ring) / len(ring))
    pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
    weights = [a[0] * b[1] - b[0] * a[1] for a, b in pairs]
    x = sum((a[0] + b[0]) * weight for (a, b), weight in zip(pairs, weights, strict=True))
    y = sum((a[1] + b[1]) * weight for (a, b), weight in zip(pairs, weights, strict=True))
    return round(x / (3 * doubled)), round(y / (3 * doubled))
