"""The explorer's figure against ``lossviz.curves``, and what its layout promises."""

import dataclasses
import math

import numpy as np
import pytest
from explorer_scenes import ALL_PANELS, HOUSE, scene_of

from lossviz import curves, losses
from lossviz.app.curves import words
from lossviz.draw import curves as figures

EVERY = [
    scene_of(loss.name, over=over, wrt=wrt, panels=ALL_PANELS[loss.family], log=log)
    for loss in losses.every()
    for over in curves.AXES[loss.family]
    for wrt in curves.AXES[loss.family]
    for log in (False, True)
]


def draw(scene):
    drawn = figures.lines(scene, scene.grid())
    return drawn, figures.figure(scene, drawn, words.title(scene))


def trace_of(figure, panel_index, loss, mode="lines"):
    axis = "x" if panel_index == 0 else f"x{panel_index + 1}"
    return next(t for t in figure.data if t.xaxis == axis and t.legendgroup == loss.name and t.mode == mode)


@pytest.mark.parametrize("wrt", ["probability", "logit"])
def test_curves_are_those_of_the_library(wrt):
    scene = scene_of(
        "binary_cross_entropy", "brier", over="probability", wrt=wrt, panels=ALL_PANELS["binary"]
    )
    _, figure = draw(scene)
    for loss in scene.losses:
        curve = curves.trace(loss, scene.grid(), over="probability", wrt=wrt, target=1.0)
        for k, part in enumerate((curve.value, curve.gradient, curve.curvature)):
            drawn = trace_of(figure, k, loss)
            np.testing.assert_array_equal(drawn.x, curve.x)
            np.testing.assert_array_equal(drawn.y, part)


def test_house_price_marks_stand_at_the_numbers_of_the_guide():
    """400, 20 and 19.5 with gradients -40, -1 and -1, in closed form."""
    _, figure = draw(HOUSE)
    marks = [(t.legendgroup, t.xaxis, t.x.tolist(), t.y.tolist()) for t in figure.data if t.mode == "markers"]
    assert marks == [
        ("squared_error", "x", [-20.0], [400.0]),
        ("absolute_error", "x", [-20.0], [20.0]),
        ("huber", "x", [-20.0], [19.5]),
        ("squared_error", "x2", [-20.0], [-40.0]),
        ("absolute_error", "x2", [-20.0], [-1.0]),
        ("huber", "x2", [-20.0], [-1.0]),
    ]


def test_tangent_touches_at_the_probe_with_the_gradient_as_its_slope():
    drawn, _ = draw(HOUSE)
    for line in drawn:
        if line.role == "tangent":
            value, slope = line.loss.value(-20.0), line.loss.gradient(-20.0)
            np.testing.assert_allclose(line.y, value + slope * (line.x + 20.0), rtol=1e-12)
            assert line.x[0] < -20.0 < line.x[1]


def test_log_scale_draws_sizes_and_no_tangent():
    drawn, figure = draw(dataclasses.replace(HOUSE, log=True))
    assert not any(line.role == "tangent" for line in drawn)
    assert all((line.y >= 0).all() for line in drawn)
    assert figure.layout.yaxis.type == figure.layout.yaxis2.type == "log"
    assert "|Gradient" in figure.layout.annotations[1].text


@pytest.mark.parametrize("scene", EVERY, ids=lambda s: f"{s.losses[0].name}-{s.over}-{s.wrt}-{s.log}")
def test_limits_hold_the_probes_marks_and_are_finite(scene):
    drawn = figures.lines(scene, scene.grid(61))
    for panel in scene.panels:
        low, high = figures.limits(scene, drawn, panel)
        assert math.isfinite(low)
        assert math.isfinite(high)
        assert low < high
        marks = [line.y[0] for line in drawn if line.panel == panel and line.role == "mark"]
        for y in marks:
            if math.isfinite(y) and not (scene.log and y == 0):
                assert y <= high * (1 + 1e-12)
                assert y >= low or scene.log


def test_a_curve_that_leaves_its_panel_is_named_with_its_top():
    drawn, _ = draw(HOUSE)
    assert words.clipped(HOUSE, drawn) == ["Cut off in loss: Squared error rises to 900."]
    low, high = figures.limits(HOUSE, drawn, "value")
    assert low <= 0 < 400 <= high < 900


def heights(scene):
    """The top and bottom of each panel, as they are drawn."""
    layout = draw(scene)[1].layout
    return [layout[f"yaxis{k + 1 if k else ''}"].range for k in range(len(scene.panels))]


@pytest.mark.parametrize(
    ("name", "reach", "probe", "top"),
    [
        ("squared_error", 30.0, 2.0, 150.0),  # 900 is cut at four times 30
        ("squared_error", 8.0, 2.0, 40.0),  # 64 is cut at four times 8
        ("squared_error", 6.0, 2.0, 40.0),  # 36 is not far above four times 6
        ("squared_error", 3.0, 2.0, 10.0),  # 9 is below four times 3
        ("squared_error", 30.0, 20.0, 500.0),  # the mark at 400 is shown
        ("half_squared_error", 20.0, 2.0, 100.0),  # 200 is cut at four times 20
    ],
)
def test_the_tallest_curve_is_cut_at_four_times_the_second(name, reach, probe, top):
    """By hand: beside absolute error, 1.01 of the height rounded up to 1, 1.5, 4, 5, ... and 4 % of room."""
    value, _ = heights(scene_of(name, "absolute_error", low=-reach, high=reach, probe=probe))
    assert value == pytest.approx((-0.04 * top, 1.04 * top))


def test_a_panel_of_both_signs_is_as_deep_as_it_is_high_and_one_of_one_sign_stands_on_zero():
    value, gradient = heights(scene_of("absolute_error"))
    assert value == pytest.approx((-1.6, 41.6))  # 30.3 rounded up to 40, and 4 % of room
    assert gradient == pytest.approx((-1.296, 1.296))  # 1.01 up to 1.2, and 4 % of 2.4


def test_a_logarithmic_panel_is_from_the_least_to_the_most_in_powers_of_ten():
    value, _ = heights(scene_of("absolute_error", low=-10.0, high=10.0, probe=2.0, log=True))
    least = np.abs(scene_of("absolute_error", low=-10.0, high=10.0).grid())
    assert value == pytest.approx((max(math.log10(least[least > 0].min()), -5.0), math.log10(15.0)))


def test_each_panel_shows_its_own_curves_over_the_whole_axis_and_the_probe_through_its_height():
    scene = dataclasses.replace(HOUSE, panels=ALL_PANELS["regression"])
    drawn, figure = draw(scene)
    for k, closed in enumerate((lambda r: r**2, lambda r: 2 * r, lambda r: 0 * r + 2, lambda r: 0 * r + 2)):
        squared = trace_of(figure, k, scene.losses[0])
        np.testing.assert_allclose(squared.y, closed(squared.x), rtol=1e-12)
        assert (squared.x[0], squared.x[-1]) == (-30, 30)
        assert squared.yaxis == (f"y{k + 1}" if k else "y")
    probes = [trace for trace in figure.data if trace.name == "probe"]
    assert len(probes) == 4
    for probe, panel, height in zip(probes, scene.panels, heights(scene), strict=True):
        assert list(probe.x) == [-20, -20]
        assert tuple(probe.y) == height == figures.limits(scene, drawn, panel)
        assert (probe.line.color, probe.line.dash) == ("#787b7e", "dot")


def test_tangents_are_drawn_to_both_sides_of_the_probe_with_the_slope_of_the_loss():
    """400 - 40 (r + 20), 20 - (r + 20) and 19.5 - (r + 20) about r = -20, to 0.14 of the axis on either side."""
    _, figure = draw(HOUSE)
    tangents = [t for t in figure.data if t.mode == "lines" and t.legendgroup and len(t.x) == 2]
    assert [list(t.x) for t in tangents] == [pytest.approx([-28.4, -11.6])] * 3
    for tangent, height, slope in zip(tangents, (400, 20, 19.5), (-40, -1, -1), strict=True):
        assert tangent.y == pytest.approx([height - 8.4 * slope, height + 8.4 * slope])


def test_what_is_infinite_or_missing_is_said():
    scene = scene_of("absolute_error", "poisson", target=20.0, panels=("value", "weight"))
    notes = words.clipped(scene, figures.lines(scene, scene.grid()))
    assert "Poisson rises to ∞" in notes[0]
    assert "Absolute error rises to ∞" in notes[1]
    assert notes[2] == "Poisson has no IRLS weight."


@pytest.mark.parametrize("names", [("huber",), ("squared_error", "huber", "cauchy"), ("cauchy", "huber")])
def test_loss_keeps_its_colour_and_dash_whatever_is_beside_it(names):
    """The marks are those of ``data/marks.json``."""
    pinned = {
        "huber": ("#9e3d7f", "solid"),
        "squared_error": ("#1e59d3", "solid"),
        "cauchy": ("#b46de6", "dash"),
    }
    _, figure = draw(scene_of(*names))
    seen = set()
    for trace in figure.data:
        if trace.legendgroup:
            color, dash = pinned[trace.legendgroup]
            assert (trace.marker.color if trace.mode == "markers" else trace.line.color) == color
            if trace.showlegend:
                assert trace.line.dash == dash
            seen.add((trace.legendgroup, trace.mode))
    assert seen == {(name, mode) for name in names for mode in ("lines", "markers")}


def test_each_curve_is_once_in_the_legend():
    _, figure = draw(dataclasses.replace(HOUSE, panels=ALL_PANELS["regression"]))
    assert [t.name for t in figure.data if t.showlegend] == ["Squared error", "Absolute error", "Huber"]


@pytest.mark.parametrize("extra", [(), ("curvature",), ("curvature", "weight")])
def test_panels_are_linked_titled_and_apart(extra):
    scene = dataclasses.replace(HOUSE, panels=("value", "gradient", *extra))
    layout = draw(scene)[1].layout
    numbers = ["", *(str(k + 1) for k in range(1, len(scene.panels)))]
    for n in numbers:
        assert layout[f"xaxis{n}"].range == (-30.0, 30.0)
        assert layout[f"xaxis{n}"].matches == ("x" if n else None)
        assert layout[f"yaxis{n}"].anchor == f"x{n}"
    bottom = [n for n in numbers if layout[f"yaxis{n}"].domain[0] == 0.0]
    assert all(layout[f"xaxis{n}"].title.text == "error r = prediction − target" for n in bottom)
    assert [a.text for a in layout.annotations] == [
        f"<b>{figures.panel_title(scene, panel)}</b>" for panel in scene.panels
    ]
    boxes = [(layout[f"xaxis{n}"].domain, layout[f"yaxis{n}"].domain) for n in numbers]
    for i, (ax, ay) in enumerate(boxes):
        for bx, by in boxes[:i]:
            assert ax[0] >= bx[1] or bx[0] >= ax[1] or ay[0] >= by[1] or by[0] >= ay[1]


def test_narrow_layout_has_one_column_and_fits_its_rows():
    scene = dataclasses.replace(HOUSE, panels=ALL_PANELS["regression"])
    drawn, _ = draw(scene)
    narrow = figures.layout(scene, 1, drawn, words.title(scene))
    assert [narrow[f"xaxis{n}"]["domain"] for n in ("", "2", "3", "4")] == [[0.0, 1.0]] * 4
    assert narrow["xaxis4"]["title"]["text"]
    assert narrow["height"] > figures.layout(scene, 2, drawn, words.title(scene))["height"]


def test_zoom_is_kept_while_the_axis_is_the_same():
    revision = draw(HOUSE)[1].layout.uirevision
    other_delta = dataclasses.replace(HOUSE, losses=(losses.get("huber", delta=3.0),), probe=2.0)
    assert draw(other_delta)[1].layout.uirevision == revision
    assert draw(dataclasses.replace(HOUSE, high=10.0))[1].layout.uirevision != revision


def test_brier_vanishes_when_confidently_wrong_and_cross_entropy_does_not():
    """At z = -6 for y = 1: p - 1 and 2 (p - 1) p (1 - p), p = 1 / (1 + e^6)."""
    scene = scene_of("binary_cross_entropy", "brier", over="logit", probe=-6.0)
    p = 1 / (1 + math.exp(6))
    found = {loss.name: numbers["gradient"] for loss, numbers in words.at_probe(scene)}
    assert found["binary_cross_entropy"] == pytest.approx(p - 1, rel=1e-12)
    assert found["brier"] == pytest.approx(-2 * p * (1 - p) ** 2, rel=1e-12)


def test_sentence_and_titles_say_the_numbers():
    assert words.sentence(HOUSE) == (
        "Predicted 200, truth 220, error −20: **Squared error** 400 (gradient −40) · "
        "**Absolute error** 20 (gradient −1) · **Huber** 19.5 (gradient −1)."
    )
    assert words.title(HOUSE).startswith("At r = −20 Squared error pulls hardest")
    assert words.title(scene_of("huber")) == "Huber at r = −20"
    assert words.title(scene_of("absolute_error", "huber")) == "At r = −20 all pull equally hard"
    assert "Huber" in words.alt(HOUSE)
    assert "*" not in words.alt(HOUSE)


def test_table_holds_every_curve_at_full_precision():
    table = words.table(HOUSE)
    assert list(table) == [
        "r",
        *("Squared error loss", "Squared error gradient"),
        *("Absolute error loss", "Absolute error gradient"),
        *("Huber loss", "Huber gradient"),
    ]
    np.testing.assert_array_equal(table["Huber gradient"], np.clip(table["r"], -1, 1))
    assert {-1.0, 0.0, 1.0} <= set(table["r"].tolist())


def test_probe_table_leaves_out_what_a_loss_has_not():
    columns = words.probe_table(scene_of("huber", "poisson", target=20.0, probe=3.0))
    assert list(columns)[-1] == "IRLS weight ℓ′(r) / r"
    assert columns["IRLS weight ℓ′(r) / r"][1] == ""
    assert all(columns["Loss ℓ"])


@pytest.mark.parametrize(
    ("value", "text"),
    [(-20.0, "−20"), (19.5, "19.5"), (-0.0, "0"), (math.inf, "∞"), (-math.inf, "−∞"), (1e-9, "1e−9")],
)
def test_numbers_are_written_for_people(value, text):
    assert words.num(value) == text
