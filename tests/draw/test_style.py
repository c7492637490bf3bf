"""The palette is judged by formulas that the code does not use.

Contrast: WCAG 2.2. Colour vision: Machado, Oliveira and Fernandes (2009), severity 1.0. Distance:
Euclidean in OKLab (Ottosson 2020), times 100, where about 2 is just noticeable side by side.
"""

import itertools
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from lossviz import losses
from lossviz.draw import style

VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

SEMANTIC = (*style.CLASS_COLORS, style.GOOD, style.BAD, style.OPTIMUM, style.NEUTRAL)


def linear(color: str) -> np.ndarray:
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def difference(one: str, other: str, vision: str) -> float:
    seen = [np.clip(VISION[vision] @ linear(c), 0, 1) for c in (one, other)]
    lab = [TO_OKLAB @ np.cbrt(TO_LMS @ c) for c in seen]
    return 100 * float(np.linalg.norm(lab[0] - lab[1]))


def test_the_yardsticks_give_published_values():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the least grey for text
    assert difference("#ffffff", "#000000", "normal") == pytest.approx(100, abs=0.01)
    for vision in VISION:  # greys look the same to everybody
        assert difference("#777777", "#999999", vision) == pytest.approx(
            difference("#777777", "#999999", "normal"), abs=0.01
        )


@pytest.mark.parametrize("color", [*style.PALETTE, *SEMANTIC])
@pytest.mark.parametrize("background", [style.LIGHT, style.DARK])
def test_every_colour_has_contrast_on_both_backgrounds(color, background):
    assert contrast(color, background) >= 3


@pytest.mark.parametrize("vision", VISION)
def test_colours_stay_apart_in_every_colour_vision(vision):
    for one, other in itertools.pairwise(style.PALETTE):
        assert difference(one, other, vision) >= 11, (one, other)
    for one, other in itertools.combinations(style.PALETTE[:4], 2):
        assert difference(one, other, vision) >= 12, (one, other)
    for one, other in itertools.combinations(style.PALETTE, 2):
        assert difference(one, other, vision) >= 6, (one, other)


@pytest.mark.parametrize("vision", VISION)
def test_opposites_stay_apart_in_every_colour_vision(vision):
    for one, other in [style.CLASS_COLORS, (style.GOOD, style.BAD)]:
        assert difference(one, other, vision) >= 12
    for color in (*style.CLASS_COLORS, style.GOOD, style.BAD, style.OPTIMUM):
        assert difference(color, style.NEUTRAL, vision) >= 6, color


def test_every_loss_keeps_the_mark_it_was_given(root):
    """``data/marks.json`` is written by hand: who adds a loss adds its line, and no other line changes."""
    pinned = json.loads((root / "tests" / "expected" / "marks.json").read_text(encoding="utf-8"))
    found = {loss.name: style.mark(loss.name) for loss in losses.every()}
    assert {name: [mark.color, mark.dash] for name, mark in found.items()} == pinned


@pytest.mark.parametrize("family", losses.FAMILIES)
def test_no_two_losses_of_a_family_share_a_mark(family):
    marks = [style.mark(name) for name in losses.names(family)]
    assert len(set(marks)) == len(marks)


def test_the_losses_compared_most_differ_in_colour():
    colors = {style.mark(name).color for name in ("squared_error", "absolute_error", "huber")}
    assert len(colors) == 3


def test_marks_use_up_the_colours_before_the_dashes():
    marks = [style.nth_mark(i) for i in range(len(style.PALETTE) * len(style.DASHES))]
    assert len(set(marks)) == len(marks) == 40
    assert {m.dash for m in marks[:8]} == {"solid"}


def test_an_alias_shares_the_mark_and_an_unknown_loss_has_its_own():
    for loss in losses.every():
        assert {style.mark(alias) for alias in loss.aliases} <= {style.mark(loss.name)}
    assert style.mark("own") == style.Mark(style.NEUTRAL, "solid")
    assert style.mark("own1") == style.Mark(style.NEUTRAL, "dash")


def test_fill_keeps_the_colour():
    assert style.fill("#1e59d3", 0.2) == "rgba(30, 89, 211, 0.2)"


def test_template_leaves_background_and_text_colour_to_the_theme():
    layout = go.Figure(layout_template=style.template()).layout.template.layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.font.color is None
    assert layout.title.font.color is None
    assert layout.xaxis.tickfont.color is None
    assert layout.legend.font.color is None
    assert [layout.title.font.size, layout.xaxis.title.font.size, layout.yaxis.tickfont.size] == [18, 14, 13]


def test_hover_text_is_readable_whatever_the_theme():
    hover = style.template().layout.hoverlabel
    assert contrast(hover.bgcolor, hover.font.color) >= 7
