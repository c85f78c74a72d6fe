"""Outlines of wards from a GeoJSON file: read, checked line by line, matched by ward name, and kept."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from campaign.areas.drawing import rings
from campaign.areas.models import Constituency, Ward
from campaign.areas.naming import same_name
from campaign.audit import trail

LARGEST_FILE = 5 * 1024 * 1024
FEWEST_CORNERS = 4


class OutlineError(Exception):
    """The file cannot be used; the text says why and where."""


@dataclass(frozen=True)
class Outline:
    """One area of the file: every text its properties hold, any of which may be the ward's name, and its shape."""

    texts: tuple[str, ...]
    geometry: dict[str, Any]


@dataclass(frozen=True)
class Matched:
    """What an upload did: the wards drawn, the file's areas that are no ward here, the wards still without outline."""

    drawn: list[str]
    unknown: list[str]
    without: list[str]


def read(raw: bytes) -> list[Outline]:
    """The areas of a GeoJSON FeatureCollection in degrees, longitude first (RFC 7946).

    Raises OutlineError for a file that is too large, unreadable, of another kind or in another coordinate system.
    """
    if len(raw) > LARGEST_FILE:
        raise OutlineError("The file is larger than 5 MB. Ask for generalised boundaries: they draw the same.")
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise OutlineError("The file is not text in UTF-8, so it cannot be GeoJSON.") from error
    except json.JSONDecodeError as error:
        raise OutlineError(f"The file breaks off or is not JSON: line {error.lineno}, {error.msg}.") from error
    except RecursionError as error:
        raise OutlineError("The file is nested too deeply to be GeoJSON.") from error
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise OutlineError('The file is not a GeoJSON FeatureCollection: "type" should say so.')
    features = content.get("features")
    if not isinstance(features, list) or not features:
        raise OutlineError('The file holds no areas: "features" is empty.')
    return [_outline(number, feature) for number, feature in enumerate(features, start=1)]


def _outline(number: int, feature: Any) -> Outline:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise OutlineError(f"Area {number} of the file is not a Polygon or MultiPolygon.")
    properties = feature.get("properties")
    values = properties.values() if isinstance(properties, dict) else ()
    texts = tuple(value.strip() for value in values if isinstance(value, str) and value.strip())
    if not texts:
        raise OutlineError(f"Area {number} of the file has no name among its properties.")
    shape = {"type": geometry["type"], "coordinates": geometry.get("coordinates")}
    fault = _fault_of(shape)
    if fault:
        raise OutlineError(f"The outline of area {number} ({texts[0]}) cannot be drawn: {fault}.")
    return Outline(texts=texts, geometry=shape)


def _fault_of(shape: dict[str, Any]) -> str:
    """What is wrong with a Polygon or MultiPolygon, or nothing."""
    try:
        found = list(rings(shape))
        faults = [_fault_of_ring(ring) for ring in found]
    except (TypeError, ValueError, LookupError):
        return "its coordinates are not rings of longitude and latitude"
    return next(filter(None, faults), "") if found else "it has no corners"


def _fault_of_ring(ring: Any) -> str:
    if len(ring) < FEWEST_CORNERS or ring[0] != ring[-1]:
        return "a ring is not closed"
    for longitude, latitude, *_ in ring:
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            return f"{longitude}, {latitude} are not degrees; ask for WGS 84"
    return ""


@transaction.atomic
def attach(*, constituency: Constituency, outlines: list[Outline], actor: Any, at: datetime) -> Matched:
    """Give each ward the outline whose properties hold its name.

    Raises OutlineError, and changes nothing, when no area of the file is a ward here.
    """
    wards = {same_name(ward.name): ward for ward in constituency.wards.select_for_update().order_by("name", "pk")}
    drawn: dict[str, Ward] = {}
    unknown = []
    for outline in outlines:
        key = next((same_name(text) for text in outline.texts if same_name(text) in wards), None)
        if key is None:
            unknown.append(_likely_name(outline))
            continue
        drawn[key] = wards[key]
        drawn[key].outline = outline.geometry
    if not drawn:
        raise OutlineError(f"No area of the file bears a ward's name. It holds: {', '.join(sorted(unknown)[:20])}.")
    Ward.objects.bulk_update(drawn.values(), ["outline"])
    trail.record(
        act="outlines attached",
        actor=actor,
        at=at,
        subject=f"constituency:{constituency.pk}",
        facts={"wards": len(drawn), "unknown": len(unknown)},
    )
    return Matched(
        drawn=[ward.name for ward in drawn.values()],
        unknown=unknown,
        without=[ward.name for ward in wards.values() if ward.outline is None],
    )


def _likely_name(outline: Outline) -> str:
    """The property most likely to be a name: the first with a small letter, as codes have none."""
    return next((text for text in outline.texts if text != text.upper()), outline.texts[0])
