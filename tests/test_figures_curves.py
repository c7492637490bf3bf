"""The explorer's figure against ``lossviz.curves``, and what its layout promises."""

import dataclasses
import math

import numpy as np
import pytest

from lossviz import curves, losses
from lossviz.figures import curve_words as words
from lossviz.figures import curves as figures
from lossviz.figures import style
from lossviz.figures.curves import Scene

ALL_PANELS = {
    "regression": ("value", "gradient", "curvature", "weight"),
    "binary": ("value", "gradient", "curvature"),
    "multiclass": ("value", "gradient", "curvature"),
}


def scene_of(*names, over="error", **changes):
    chosen = tuple(losses.get(name) for name in names)
    low, high = {"error": (-30.0, 30.0), "probability": (0.0, 1.0), "logit": (-6.0, 6.0)}[over]
    probe = {"error": -20.0, "probability": 0.1, "logit": -3.0}[over]
    target = 220.0 if over == "error" else 1.0
    base = Scene(chosen, over=over, wrt=over, target=target, low=low, high=high, probe=probe)
    return dataclasses.replace(base, **changes)


HOUSE = scene_of("squared_error", "absolute_error", "huber")

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


def test_what_is_infinite_or_missing_is_said():
    scene = scene_of("absolute_error", "poisson", target=20.0, panels=("value", "weight"))
    notes = words.clipped(scene, figures.lines(scene, scene.grid()))
    assert "Poisson rises to ∞" in notes[0]
    assert "Absolute error rises to ∞" in notes[1]
    assert notes[2] == "Poisson has no IRLS weight."


@pytest.mark.parametrize("names", [("huber",), ("squared_error", "huber", "cauchy"), ("cauchy", "huber")])
def test_loss_keeps_its_colour_and_dash_whatever_is_beside_it(names):
    _, figure = draw(scene_of(*names))
    for trace in figure.data:
        if trace.legendgroup == "huber" and trace.mode == "lines" and trace.hoverinfo is None:
            assert (trace.line.color, trace.line.dash) == (
                style.mark("huber").color,
                style.mark("huber").dash,
            )


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
    [(-20.0, "−20"), (19.5, "19.5"), (-0.0, "0"), (math.inf, "∞"), (-math.inf, "−∞"), (1e-9, "1e−09")],
)
def test_numbers_are_written_for_people(value, text):
    assert words.num(value) == text
