"""Which ward a point lies in: outlines are GeoJSON polygons in degrees, longitude first."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from campaign.areas.models import Ward

Ring = Sequence[Sequence[float]]


def ward_at(longitude: float, latitude: float, wards: Iterable[Ward]) -> Ward | None:
    """The first of `wards` whose outline holds the point; on a shared border that is either."""
    return next((ward for ward in wards if ward.outline and lies_in(longitude, latitude, ward.outline)), None)


def lies_in(longitude: float, latitude: float, outline: dict[str, Any]) -> bool:
    """Whether a point lies in a Polygon or MultiPolygon, holes left out."""
    shape = outline["coordinates"]
    polygons = shape if outline["type"] == "MultiPolygon" else [shape]
    return any(
        _in_ring(longitude, latitude, outer) and not any(_in_ring(longitude, latitude, hole) for hole in holes)
        for outer, *holes in polygons
    )


def _in_ring(x: float, y: float, ring: Ring) -> bool:
    """By the parity of the edges that a line from the point to the east crosses."""
    inside = False
    for (x1, y1, *_), (x2, y2, *_) in pairwise([*ring, ring[0]]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
