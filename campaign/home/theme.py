"""The campaign's colour made into a theme: text on it and in it stays readable, in light and dark. Pure."""

from string import Template

Colour = tuple[int, int, int]

LIGHT_PAPERS = ("#fbf8f3", "#f2ece2")
DARK_PAPERS = ("#1a1613", "#25201b")
LIGHT_RAISED = "#ffffff"
DARK_RAISED = "#25201b"
WHITE = "#ffffff"
INK = "#1a1613"
BLACK = "#000000"
TEXT_CONTRAST = 4.5
EDGE_CONTRAST = 3.0
STEPS = 40

STYLESHEET = Template(
    """:root {
  --accent: $accent;
  --accent-ink: $ink;
  --accent-text: $text_light;
  --accent-fill-hover: $hover;
  --accent-edge: $edge_light;
  --accent-pale: $pale;
  --accent-mid: $mid;
  --accent-wash: $wash_light;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --accent-text: $text_dark;
    --accent-edge: $edge_dark;
    --accent-wash: $wash_dark;
  }
}
"""
)


def _channels(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(colour: str, other: str, share: float) -> str:
    """`share` of `colour` (0 to 1) and the rest of `other`, in sRGB; both and the answer as `#rrggbb`."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)


def luminance(colour: str) -> float:
    """Relative luminance, 0 for black to 1 for white, as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _shares(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shares(colour: str) -> list[float]:
    return [channel / 255 for channel in _channels(colour)]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(fill: str) -> str:
    """White where it can be read on `fill`, else near-black, else black: one of them always reaches 4.5."""
    return next((ink for ink in (WHITE, INK) if contrast(ink, fill) >= TEXT_CONTRAST), BLACK)


def readable(colour: str, papers: tuple[str, ...], ratio: float) -> str:
    """The nearest shade of `colour` with contrast of at least `ratio` to every one of `papers`.

    Goes towards black on light papers and towards white on dark ones, so some shade always suffices.
    """
    end = BLACK if luminance(papers[0]) > 0.5 else WHITE
    shades = (mix(colour, end, 1 - step / STEPS) for step in range(STEPS + 1))
    return next(shade for shade in shades if all(contrast(shade, paper) >= ratio for paper in papers))


def stylesheet(accent: str) -> str:
    """CSS custom properties for `accent` (`#rrggbb`), light and dark."""
    ink = ink_on(accent)
    text_light = readable(accent, LIGHT_PAPERS, TEXT_CONTRAST)
    text_dark = readable(accent, DARK_PAPERS, TEXT_CONTRAST)
    return STYLESHEET.substitute(
        accent=accent,
        ink=ink,
        hover=mix(accent, BLACK if ink == WHITE else WHITE, 0.82),
        text_light=text_light,
        text_dark=text_dark,
        edge_light=readable(accent, LIGHT_PAPERS, EDGE_CONTRAST),
        edge_dark=readable(accent, DARK_PAPERS, EDGE_CONTRAST),
        pale=mix(ink, accent, 0.88),
        mid=mix(ink, accent, 0.62),
        wash_light=mix(text_light, LIGHT_RAISED, 0.14),
        wash_dark=mix(text_dark, DARK_RAISED, 0.18),
    )
