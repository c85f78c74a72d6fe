"""Whatever colour a campaign picks, its words can be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.home import theme

COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda channels: "#{:02x}{:02x}{:02x}".format(*channels))


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.478), ("#8a1c4a", "#8a1c4a", 1.0)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert theme.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert theme.contrast(other, one) == theme.contrast(one, other)


def test_a_dark_colour_carries_white_and_a_light_one_carries_ink() -> None:
    assert theme.ink_on("#8a1c4a") == theme.WHITE
    assert theme.ink_on("#ffd400") == theme.INK


def test_a_readable_colour_is_left_as_it_is() -> None:
    assert theme.readable("#8a1c4a", theme.LIGHT_PAPERS, theme.TEXT_CONTRAST) == "#8a1c4a"


@given(COLOURS)
def test_words_on_the_colour_can_be_read(accent: str) -> None:
    assert theme.contrast(theme.ink_on(accent), accent) >= theme.TEXT_CONTRAST


@given(COLOURS, st.sampled_from([theme.LIGHT_PAPERS, theme.DARK_PAPERS]))
def test_words_in_the_colour_can_be_read_on_paper(accent: str, papers: tuple[str, ...]) -> None:
    shade = theme.readable(accent, papers, theme.TEXT_CONTRAST)
    assert all(theme.contrast(shade, paper) >= theme.TEXT_CONTRAST for paper in papers)


@given(COLOURS)
def test_the_stylesheet_names_only_colours(accent: str) -> None:
    sheet = theme.stylesheet(accent)
    assert "$" not in sheet
    assert all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in re.findall(r": (\S+);", sheet))


@given(COLOURS)
def test_a_button_stays_readable_under_the_pointer(accent: str) -> None:
    hover = re.search(r"--accent-fill-hover: (\S+);", theme.stylesheet(accent))
    assert hover is not None
    assert theme.contrast(theme.ink_on(accent), hover[1]) >= theme.TEXT_CONTRAST
