"""The map of wards: each drawn in the pattern of how much of it was tried, with its numbers written on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap

from campaign.areas.drawing import Shape, draw
from canvassing.insight.coverage import Totals, WardCoverage

LABEL_WIDTH = 13
CROWDED = 9


@dataclass(frozen=True, slots=True)
class Step:
    """A band of the share of doors tried. Its pattern tells it apart without colour."""

    name: str
    label: str


NO_DOORS = Step("empty", "no doors known yet")
UNTRIED = Step("untried", "no door tried")
BANDS = (
    (0.25, Step("quarter", "under a quarter tried")),
    (0.50, Step("half", "under half tried")),
    (0.75, Step("most", "under three quarters tried")),
)
NEARLY = Step("nearly", "three quarters or more tried")
STEPS = (UNTRIED, *(step for _, step in BANDS), NEARLY, NO_DOORS)


def step(totals: Totals) -> Step:
    """The band of `totals`."""
    share = totals.share_tried
    if share is None:
        return NO_DOORS
    if share == 0:
        return UNTRIED
    return next((band for limit, band in BANDS if share < limit), NEARLY)


@dataclass(frozen=True, slots=True)
class Area:
    """One ward on the map; `lines` are its name as it is written there, a few letters a line."""

    shape: Shape
    ward: WardCoverage
    step: Step
    lines: list[str]


@dataclass(frozen=True, slots=True)
class WardMap:
    """A drawing `width` by `height` units, and the bands that occur on it."""

    width: int
    height: int
    areas: list[Area]
    key: list[Step]

    @property
    def is_crowded(self) -> bool:
        """Whether names alone fill the wards on a phone; the numbers stand in the table beside it."""
        return len(self.areas) > CROWDED


def draw_map(wards: Iterable[WardCoverage]) -> WardMap | None:
    """The wards that have an outline on one sheet; None when none has."""
    outlined = [(row, row.ward.name, row.ward.outline) for row in wards if row.ward and row.ward.outline]
    sheet = draw((name, outline) for _, name, outline in outlined)
    if sheet is None:
        return None
    areas = [
        Area(shape, row, step(row.totals), wrap(shape.name, LABEL_WIDTH))
        for shape, (row, _, _) in zip(sheet.shapes, outlined, strict=True)
    ]
    shown = {area.step for area in areas}
    return WardMap(sheet.width, sheet.height, areas, [band for band in STEPS if band in shown])
