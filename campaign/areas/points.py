"""Points and boxes: the British National Grid turned into WGS 84 degrees, and the box that outlines fill."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import pyproj
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

from campaign.areas.drawing import rings

BRITISH_NATIONAL_GRID, WGS_84 = 27700, 4326
DECIMALS = 6  # a tenth of a metre, and a file read again gives the very same number

Box = tuple[float, float, float, float]
"""West, south, east, north: in degrees or in metres of the grid."""


@cache
def _to_degrees() -> pyproj.Transformer:
    # Better grids than the one that comes with the library would be fetched over the network; a metre or two will do.
    set_network_enabled(active=False)
    return pyproj.Transformer.from_crs(BRITISH_NATIONAL_GRID, WGS_84, always_xy=True)


def degrees(eastings: Sequence[float], northings: Sequence[float]) -> list[tuple[float, float]]:
    """Latitude and longitude of each point of the grid, right to a few metres."""
    longitudes, latitudes = _to_degrees().transform(list(eastings), list(northings))
    return [
        (round(latitude, DECIMALS), round(longitude, DECIMALS))
        for latitude, longitude in zip(latitudes, longitudes, strict=True)
    ]


def on_the_grid(box: Box) -> Box:
    """The box of the grid that holds `box`, which is in degrees."""
    west, south, east, north = _to_degrees().transform_bounds(*box, direction="INVERSE")
    return west, south, east, north


def box_of(outlines: Iterable[dict[str, Any]]) -> Box | None:
    """The smallest box, in degrees, that holds all `outlines` (GeoJSON geometries); None when there are none."""
    corners = [corner for outline in outlines for ring in rings(outline) for corner in ring]
    if not corners:
        return None
    longitudes, latitudes = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def holds(box: Box, x: float, y: float) -> bool:
    """Whether the point lies in the box or on its edge."""
    west, south, east, north = box
    return west <= x <= east and south <= y <= north
