"""What the pictures of a descent draw, against closed forms: quadratic bowls, straight lines, sigmoids, counts by hand."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from lossviz import losses, optimizers
from lossviz.data.dataset import Dataset
from lossviz.descent.learning_rates import LearningRateMap
from lossviz.descent.optimum import Spectrum
from lossviz.descent.race import Entrant, parameter_names, race
from lossviz.descent.surfaces import SURFACES, Surface
from lossviz.draw import descent as charts
from lossviz.draw import descent_data as data
from lossviz.draw import descent_details as details
from lossviz.draw import descent_plane as planes
from lossviz.draw import descent_scene as scenes
from lossviz.draw.descent_plane import Plane
from lossviz.draw.style import Mark, nth_mark
from lossviz.models import Cost
from lossviz.optimizers import schedules

BLUE, ORANGE, TEAL, PLUM, VIOLET, SAGE, BRICK, GOLD = (
    *("#1e59d3", "#d24901", "#0ca2a4", "#9e3d7f"),
    *("#b46de6", "#669867", "#b82e0d", "#b78b29"),
)
BOWL = SURFACES["bowl"](condition=10.0)
"""(x² + 10 y²) / 2."""


@dataclasses.dataclass(frozen=True)
class Tilted(Surface):
    """(3 x² + 2 x y + 3 y²) / 2, which curves by 2 along (1, -1) and by 4 along (1, 1)."""

    name = "tilted"
    minima = ((0.0, 0.0),)
    window = ((-3.0, 3.0), (-2.0, 2.0))

    def value(self, points):
        x, y = points[..., 0], points[..., 1]
        return 0.5 * (3 * x * x + 2 * x * y + 3 * y * y)

    def gradient(self, points):
        return points @ np.array([[3.0, 1.0], [1.0, 3.0]])

    def hessian(self, points):
        return np.broadcast_to([[3.0, 1.0], [1.0, 3.0]], (*points.shape[:-1], 2, 2))


def bowl(points):
    x, y = np.moveaxis(np.asarray(points), -1, 0)
    return 0.5 * (x**2 + 10 * y**2)


def sigmoid(score):
    return 1 / (1 + np.exp(-score))


def raced(problem, rules, start, **settings):
    given = dict(steps=30, batch_size=None, seed=0, schedule=schedules.Constant()) | settings
    return race([Entrant(rule.title, problem, rule) for rule in rules], np.array(start, dtype=float), **given)


def gradient_descent(rate):
    return optimizers.get("sgd", learning_rate=rate)


def seen(run, axes=(0, 1)):
    names = parameter_names(run.problem)
    return planes.plane_of(run, run.path[0], axes, (names[axes[0]], names[axes[1]]))


def scene_of(runs, axes=(0, 1), shown=0, **view):
    marks = [nth_mark(i) for i in range(len(runs))]
    return scenes.descent(runs, shown, marks, seen(runs[shown], axes), **view)


def view_of(scene, key):
    (found,) = (view for view in scene.views if view.key == key)
    return found


def of_kind(layers, kind):
    return [layer for layer in layers if layer.kind == kind]


# --- the map of learning rates -------------------------------------------------------------------

RATES, MOMENTA = np.array([1e-2, 1e-1, 1.0]), np.array([0.0, 0.5, 0.9])
VERDICT = np.array([[0, 1, 2], [0, 0, 2], [1, 1, 1]])
FOUND = LearningRateMap(
    RATES, MOMENTA, VERDICT, np.where(VERDICT == 2, -1, 7), np.arange(9.0).reshape(3, 3), trajectory=None
)
CURVED = Spectrum(np.array([1.0, 10.0]), np.eye(2))


def rate_map(rule):
    return charts.rate_map(FOUND, rule, CURVED, 100)


def drawn_as(figure, mode):
    return [trace for trace in figure.data if trace.type == "scatter" and trace.mode == mode]


def test_cells_stand_at_their_rates_and_momenta_in_the_colours_of_their_verdicts():
    cells = rate_map(gradient_descent(0.1)).data[0]
    np.testing.assert_allclose(cells.x, [-2, -1, 0])
    np.testing.assert_array_equal(cells.y, MOMENTA)
    np.testing.assert_array_equal(cells.z, VERDICT)
    share = [(z - cells.zmin) / (cells.zmax - cells.zmin) for z in (0, 1, 2)]  # along the colour scale
    stops = [(edge, color) for edge, color in cells.colorscale]
    for at, color in zip(share, (TEAL, GOLD, BRICK), strict=True):
        around = [c for (low, c), (high, _) in itertools.pairwise(stops) if low < at < high]
        assert around == [color]
    assert list(cells.colorbar.ticktext) == ["converges", "oscillates", "diverges"]
    for row, column in ((0, 2), (1, 0)):
        word, reached, cost, rate = cells.customdata[row, column]
        assert word == ("diverges" if (row, column) == (0, 2) else "converges")
        assert reached == ("not within 100" if (row, column) == (0, 2) else "7")
        assert (cost, rate) == (3 * row + column, RATES[column])


@pytest.mark.parametrize(("name", "ahead"), [("sgd", 0), ("momentum", 0), ("nesterov", 2)])
def test_the_white_line_is_where_a_quadratic_of_curvature_10_stops_to_converge(name, ahead):
    """2/λ at momentum 0; with momentum, the roots of the recursion on the unit circle (Polyak 1964)."""
    (line,) = drawn_as(rate_map(optimizers.get(name)), "lines")
    gamma = np.array(line.y)
    np.testing.assert_allclose(line.x, np.log10(2 * (1 + gamma) / (10 * (1 + ahead * gamma))), rtol=1e-12)
    assert (line.y[0], line.y[-1]) == (0.0, 0.9)
    assert line.x[0] == pytest.approx(math.log10(0.2))
    assert line.line.color == "#ffffff"


def test_only_rules_with_a_known_limit_have_a_line():
    for name in optimizers.OPTIMIZERS:
        lines = drawn_as(rate_map(optimizers.get(name)), "lines")
        assert len(lines) == (name in ("sgd", "momentum", "nesterov"))


def test_the_cross_is_the_shown_run_and_the_axis_is_labelled_with_rates():
    figure = rate_map(optimizers.get("momentum", learning_rate=0.01, momentum=0.5))
    (cross,) = drawn_as(figure, "markers")
    assert (cross.x, cross.y) == (pytest.approx((-2.0,)), (0.5,))
    axis = figure.layout.xaxis
    assert list(zip(axis.tickvals, axis.ticktext, strict=True)) == [(-2, "0.01"), (-1, "0.1"), (0, "1")]


def test_the_map_in_words_counts_its_cells_and_names_the_limit():
    said = charts.rate_words(FOUND, CURVED, gradient_descent(0.1))
    assert said.startswith("Of 9 runs 3 converge, 4 oscillate, 2 diverge.")
    assert "λ = 1 to 10" in said
    assert "2/λₘₐₓ = 0.2, the white line" in said


# --- the surface in space --------------------------------------------------------------------------


def test_the_cost_in_space_is_that_of_the_bowl_and_paths_run_on_it_up_to_the_frame():
    runs = raced(BOWL, [gradient_descent(0.05), gradient_descent(0.15)], [-4.0, 1.0])
    figure = charts.surface(seen(runs[0]), runs, [nth_mark(0), nth_mark(1)], 12)
    surface, *paths = figure.data
    expected = bowl(np.stack(np.meshgrid(surface.x, surface.y), axis=-1))
    drawn = np.isfinite(surface.z)
    np.testing.assert_allclose(surface.z[drawn], expected[drawn], rtol=1e-12)
    assert drawn.mean() == pytest.approx(0.97, abs=0.01)  # the steepest corners are cut off
    assert expected[drawn].max() <= expected[~drawn].min()
    assert (surface.x[0], surface.x[-1], surface.y[0], surface.y[-1]) == (-5, 5, -2.5, 2.5)
    for path, rate, color in zip(paths, (0.05, 0.15), (BLUE, ORANGE), strict=True):
        # Gradient descent on a quadratic: each coordinate shrinks by (1 - rate times curvature) a step.
        step = np.arange(13)
        x, y = -4 * (1 - rate) ** step, (1 - 10 * rate) ** step
        np.testing.assert_allclose(path.x, x, rtol=1e-9)
        np.testing.assert_allclose(path.y, y, rtol=1e-9)
        np.testing.assert_allclose(path.z, bowl(np.stack([x, y], axis=-1)), rtol=1e-9)
        assert path.line.color == color
    assert figure.layout.title.text == "The cost in space, after 12 steps"


def test_a_path_is_not_drawn_where_the_surface_is_not():
    runs = raced(BOWL, [gradient_descent(0.3)], [-4.0, 1.0])  # leaves at the top: 0.3 > 2/10
    path = charts.surface(seen(runs[0]), runs, [nth_mark(0)], 30).data[1]
    np.testing.assert_array_equal(np.isfinite(path.z), np.abs((-2.0) ** np.arange(31)) <= 2.5)


# --- the plane -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("across", "up", "alike"), [(1, 1, True), (2, 1, True), (1, 2, True), (3, 1, False), (1, 3, False), (100, 1, False), (1, 1e4, False)]
)  # fmt: skip
def test_units_are_equal_where_the_window_is_no_strip(across, up, alike):
    plane = Plane(BOWL, (0, 1), ("x", "y"), np.zeros(2), np.zeros(2), np.array([across, up], dtype=float))
    assert plane.alike == alike


def test_units_are_equal_in_the_picture_as_the_plane_says():
    for start, equal in (([-4.0, 1.0], True), ([-400.0, 1.0], False)):
        (run,) = raced(BOWL, [gradient_descent(0.05)], start)
        assert view_of(scene_of([run]), "cost").equal == equal


def test_the_window_shows_start_and_optimum_wherever_the_start_is():
    for start in ([-4.0, 1.0], [30.0, 1.0], [0.0, -70.0]):
        (run,) = raced(BOWL, [gradient_descent(0.05)], start)
        x, y = view_of(scene_of([run]), "cost").x, view_of(scene_of([run]), "cost").y
        for at in (start, (0, 0)):
            assert x.low <= at[0] <= x.high
            assert y.low <= at[1] <= y.high


@pytest.mark.parametrize("beyond", [False, True])
def test_the_grid_holds_the_cost_with_x_along_the_columns(beyond):
    (run,) = raced(BOWL, [gradient_descent(0.05)], [-4.0, 1.0])
    x, y, cost = seen(run).grid(31, beyond=beyond)
    np.testing.assert_allclose(cost, bowl(np.stack(np.meshgrid(x, y), axis=-1)), rtol=1e-12)
    assert x[0] <= -5 < 5 <= x[-1]
    assert y[0] <= -2.5 < 2.5 <= y[-1]


def test_the_plane_holds_the_other_parameters_where_they_are_best():
    """Of z = 1 - 2 u + 3 v, fitted exactly; over slope and slope the cost is the mean of (a u + b v)²."""
    u, v = np.meshgrid(np.arange(4.0), np.arange(3.0))
    features = np.stack([u.ravel(), v.ravel()], axis=1)
    cost = Cost.linear(
        Dataset(features, 1 - 2 * features[:, 0] + 3 * features[:, 1], ("u", "v", "z"), "made"),
        losses.get("squared_error"),
    )
    (run,) = raced(cost, [gradient_descent(0.01)], [0.0, 0.0, 0.0], steps=3)
    x, y, found = seen(run, (1, 2)).grid(9)
    off = (x[None, :] + 2)[..., None] * features[:, 0] + (y[:, None] - 3)[..., None] * features[:, 1]
    np.testing.assert_allclose(found, (off**2).mean(axis=-1), rtol=1e-9, atol=1e-12)


def test_contours_are_level_and_the_shade_is_darkest_where_the_cost_is_highest():
    (run,) = raced(BOWL, [gradient_descent(0.05)], [-4.0, 1.0])
    image, contours = planes.backdrop(seen(run))
    x0, x1, y0, y1 = image.extent
    rows, columns = image.pixels.shape
    there = bowl(np.stack(np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows)), axis=-1))
    np.testing.assert_allclose(image.values, there, rtol=1e-5, atol=1e-5)
    order = np.argsort(there, axis=None)
    assert (np.diff(image.pixels.ravel()[order].astype(int)) >= -1).all()
    assert image.pixels.min() == 0
    assert image.pixels.max() == 255
    assert [color.rpartition(", ")[2] for color in image.colors] == ["0)", "0.42)"]
    # A cell is a tenth wide: both ends of a segment are on one level up to what a parabola bends in it.
    ends = contours.ends.reshape(-1, 2, 2)
    heights = bowl(ends)
    assert np.abs(heights[:, 0] - heights[:, 1]).max() < 0.1
    levels = np.sort(heights.mean(axis=1))
    assert 1 + (np.diff(levels) > 0.1).sum() <= planes.CONTOURS
    assert len(ends) > 500


def test_eigen_directions_span_the_window_along_the_least_and_the_most_curvature():
    (run,) = raced(Tilted(), [gradient_descent(0.05)], [-2.0, 1.0])
    plane = seen(run)
    least, most = planes.eigen_directions(plane, np.array([0.5, -0.25]))
    diagonal = math.hypot(6, 4)
    for layer, direction, value, mark in (
        (least, (1, -1), 2, Mark(SAGE, "dash")),
        (most, (1, 1), 4, Mark(VIOLET, "dash")),
    ):
        (x0, y0, x1, y1), *others = layer.ends
        assert others == []
        assert abs((x1 - x0) * direction[1] - (y1 - y0) * direction[0]) < 1e-12
        assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((0.5, -0.25))
        for x, y in ((x0, y0), (x1, y1)):  # from any place in the window to beyond its edge
            assert math.hypot(x - 0.5, y + 0.25) == pytest.approx(diagonal)
        assert (layer.name, layer.mark) == (f"curvature {value}", mark)


def test_eigen_directions_pass_through_the_optimum_and_are_there_when_asked_for():
    (run,) = raced(BOWL, [gradient_descent(0.05)], [-4.0, 1.0])
    quiet, full = (view_of(scene_of([run], eigen=on), "cost").layers for on in (False, True))
    added = [layer for layer in full if layer.kind == "segments" and layer.name.startswith("curvature")]
    assert len(full) == len(quiet) + 2
    assert [layer.name for layer in added] == ["curvature 1", "curvature 10"]
    assert not any(getattr(layer, "name", "").startswith("curvature") for layer in quiet)
    (flat,), (steep,) = (layer.ends for layer in added)
    assert flat[[1, 3]] == pytest.approx(0)  # along x, through (0, 0)
    assert steep[[0, 2]] == pytest.approx(0)
    assert min(abs(flat[[0, 2]])) >= 5
    assert min(abs(steep[[1, 3]])) >= 2.5


def test_the_star_is_the_least_squares_line():
    (star,) = of_kind(view_of(scene_of(LINE), "cost").layers, "star")
    assert (star.x, star.y) == pytest.approx((1.0, 2.0))
    assert star.color == PLUM


def test_paths_have_the_marks_of_their_runs_and_the_shown_one_is_on_top():
    runs = raced(BOWL, [gradient_descent(rate) for rate in (0.01, 0.05, 0.15)], [-4.0, 1.0])
    for shown in range(3):
        paths = of_kind(view_of(scene_of(runs, shown=shown), "cost").layers, "path")
        for path in paths:
            i = [BLUE, ORANGE, TEAL].index(path.mark.color)
            rate, step = (0.01, 0.05, 0.15)[i], np.arange(31)
            np.testing.assert_allclose(path.x, -4 * (1 - rate) ** step, rtol=1e-9)
            np.testing.assert_allclose(path.y, (1 - 10 * rate) ** step, rtol=1e-9)
        assert paths[-1].mark == nth_mark(shown)
        assert len({path.mark for path in paths}) == 3


# --- cost against step -----------------------------------------------------------------------------


def curves(runs, **view):
    return view_of(scene_of(runs, **view), "curve")


def test_cost_curves_are_the_bowls_closed_form_against_the_step():
    runs = raced(BOWL, [gradient_descent(0.05), gradient_descent(0.15)], [-4.0, 1.0])
    view = curves(runs)
    step = np.arange(31)
    for path, rate, color in zip(view.layers, (0.05, 0.15), (BLUE, ORANGE), strict=True):
        np.testing.assert_array_equal(path.x, step)
        cost = 0.5 * (16 * (1 - rate) ** (2 * step) + 10 * (1 - 10 * rate) ** (2 * step))
        np.testing.assert_allclose(path.y, cost, rtol=1e-9)
        assert (path.mark.color, path.along) == (color, True)
    assert (view.x.low, view.x.high, view.y.log) == (0, 30, False)
    assert view.y.low < min(cost) < 13 < view.y.high < 1.1 * 13  # from 13 = (16 + 10) / 2 downwards


def test_a_logarithmic_cost_axis_holds_every_positive_cost():
    runs = raced(BOWL, [gradient_descent(0.05), gradient_descent(0.1)], [-4.0, 1.0])
    axis = curves(runs, log=True).y
    least = 8 * 0.9**60  # of the faster run after 30 steps: 16 / 2 (1 - 0.1)^60
    assert axis.log
    assert 0.1 * least < axis.low < least
    assert 13 < axis.high < 2 * 13


def test_a_run_that_diverges_does_not_stretch_the_axis_of_one_that_does_not():
    runs = raced(BOWL, [gradient_descent(0.05), gradient_descent(0.9)], [-4.0, 1.0], steps=200)
    assert runs[1].diverged_at is not None
    view = curves(runs)
    assert view.y.high < 1.1 * 13
    assert [path.verdict for path in view.layers] == ["", f"Gradient descent diverges at step {runs[1].diverged_at}"]  # fmt: skip
    assert [path.ends for path in view.layers] == [None, runs[1].diverged_at]


def test_legend_and_readings_follow_the_cost_of_each_run():
    runs = raced(BOWL, [gradient_descent(0.05), gradient_descent(0.15)], [-4.0, 1.0])
    scene = scene_of(runs, shown=1)
    step = np.arange(31)
    closed = [0.5 * (16 * (1 - r) ** (2 * step) + 10 * (1 - 10 * r) ** (2 * step)) for r in (0.05, 0.15)]
    for entry, cost in zip(scene.legend, closed, strict=True):
        np.testing.assert_allclose(entry.values, cost, rtol=1e-9)
    readings = {reading.label: reading.values for reading in scene.readings}
    np.testing.assert_allclose(readings["cost"], closed[1], rtol=1e-9)
    np.testing.assert_allclose(readings["x"], -4 * 0.85**step, rtol=1e-9)
    np.testing.assert_allclose(readings["y"], (-0.5) ** step, rtol=1e-9)


# --- the data and the line -------------------------------------------------------------------------

# As in the outlier charts: 1 + 2 x is the least-squares line, with these residuals (prediction - y).
OFF = np.array([2.0, -3.0, 0.0, 1.0])
POINTS = Dataset(np.arange(4.0), 1.0 + 2.0 * np.arange(4.0) - OFF, ("hours", "marks"), "made")
LINE = raced(
    Cost.linear(POINTS, losses.get("squared_error")),
    [gradient_descent(0.02), gradient_descent(0.1)],
    [0.0, 0.0],
    steps=3,
)


def by_hand(rate, steps=3):
    """Gradient descent on the mean squared error of the points, in plain loops."""
    b = w = 0.0
    path = [(b, w)]
    for _ in range(steps):
        errors = [b + w * x - y for x, y in zip(POINTS.x, POINTS.y, strict=True)]
        slope = sum(2 * e * x for e, x in zip(errors, POINTS.x, strict=True)) / 4
        b, w = b - rate * sum(2 * e for e in errors) / 4, w - rate * slope
        path.append((b, w))
    return path


def test_lines_stand_at_the_model_of_each_frame_over_points_that_stay():
    view = view_of(scene_of(LINE, shown=0), "data")
    (points,), drawn = of_kind(view.layers, "points"), of_kind(view.layers, "line")
    np.testing.assert_array_equal(points.x, [0, 1, 2, 3])
    np.testing.assert_array_equal(points.y, [-1, 6, 5, 6])
    assert [line.mark.color for line in drawn] == [ORANGE, BLUE]  # the shown one on top
    for line, rate in zip(drawn, (0.1, 0.02), strict=True):
        for frame, (b, w) in enumerate(by_hand(rate)):
            np.testing.assert_allclose(line.y[frame], b + w * line.x, rtol=1e-9)
        assert line.x[0] < 0 < 3 < line.x[1]
    assert (view.x.title, view.y.title) == ("hours", "marks")
    assert view.y.low < -1 < 6 < view.y.high


def test_the_samples_of_the_step_that_leads_on_are_lit_and_all_at_the_end():
    (run,) = raced(Cost.linear(POINTS, losses.get("squared_error")), [gradient_descent(0.02)], [0.0, 0.0], batch_size=2, steps=5)  # fmt: skip
    lit = of_kind(view_of(scene_of([run]), "data").layers, "points")[0].lit
    assert lit.sum(axis=1).tolist() == [2] * 5 + [4]
    for frame in range(5):
        b, w = run.path[frame]
        part = lit[frame] == 1
        errors = b + w * POINTS.x[part] - POINTS.y[part]
        # The step is that of the lit samples' mean gradient.
        np.testing.assert_allclose(
            run.path[frame + 1] - run.path[frame],
            -0.02 * np.array([np.mean(2 * errors), np.mean(2 * errors * POINTS.x[part])]),
            rtol=1e-9, atol=1e-12,
        )  # fmt: skip


def test_readings_of_a_line_are_its_numbers_and_r_squared():
    readings = {reading.label: reading.values for reading in scene_of(LINE).readings}
    for frame, (b, w) in enumerate(by_hand(0.02)):
        errors = b + w * POINTS.x - POINTS.y
        assert readings["intercept"][frame] == pytest.approx(b)
        assert readings["slope"][frame] == pytest.approx(w)
        assert readings["cost"][frame] == pytest.approx(np.mean(errors**2))
        spread = POINTS.y - POINTS.y.mean()
        assert readings["R²"][frame] == pytest.approx(1 - np.sum(errors**2) / np.sum(spread**2))


def test_residuals_are_prediction_less_target_at_their_samples():
    residuals, table = details.fit(LINE[0]).views
    flat, points = residuals.layers
    np.testing.assert_array_equal(points.x, [0, 1, 2, 3])
    assert not flat.y.any()
    for frame, (b, w) in enumerate(by_hand(0.02)):
        errors = b + w * POINTS.x - POINTS.y
        np.testing.assert_allclose(points.y[frame], errors, rtol=1e-9)
        told = dict(zip(table.rows, table.cells[frame, :, 0], strict=True))
        assert told["root mean squared error"] == pytest.approx(math.sqrt(np.mean(errors**2)))
        assert told["mean absolute error"] == pytest.approx(np.mean(np.abs(errors)))
        assert told["mean residual"] == pytest.approx(np.mean(errors))
    assert residuals.y.low <= points.y.min() < points.y.max() <= residuals.y.high


# --- the data and the boundary ---------------------------------------------------------------------

CORNERS = Dataset(
    np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 1.0], [2.0, 1.0], [1.0, 3.0], [3.0, 0.5]]),
    np.array([0, 1, 0, 1, 0, 0]),
    ("a", "b", "label"),
    "made",
)


def classified(features="plain", loss="binary_cross_entropy", **settings):
    cost = Cost.linear(CORNERS, losses.get(loss), features)
    start = np.zeros(cost.dimension)
    start[:3] = 0.5, -1.0, 2.0
    (run,) = raced(cost, [gradient_descent(0.3)], start, **({"steps": 6} | settings))
    return run


def test_shading_is_the_probability_of_class_1_with_the_first_row_lowest():
    run = classified()
    view = view_of(scene_of([run], (1, 2)), "data")
    image, points = view.layers[:2]
    x0, x1, y0, y1 = image.extent
    frames, rows, columns = image.pixels.shape
    x, y = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows))
    for frame in (0, 6):
        b, w1, w2 = run.path[frame]
        np.testing.assert_allclose(image.pixels[frame], 255 * sigmoid(b + w1 * x + w2 * y), atol=0.501)
    assert frames == 7
    assert (view.x.low, view.x.high, view.y.low, view.y.high) == image.extent
    blue, orange = ("rgba(30, 89, 211, ", "rgba(210, 73, 1, ")
    assert [color[: color.rindex(" ") + 1] for color in image.colors] == [blue, blue, orange, orange]
    strength = [float(color[color.rindex(" ") : -1]) for color in image.colors]
    assert strength[0] == strength[3] > strength[1] == strength[2]  # palest where it is undecided
    np.testing.assert_array_equal(points.color, CORNERS.y)
    np.testing.assert_array_equal(np.stack([points.x, points.y], axis=1), CORNERS.x)
    assert (points.colors, points.kinds) == ((BLUE, ORANGE), ("class 0", "class 1"))


def test_a_curved_boundary_is_where_the_model_is_undecided():
    run = classified("squares")
    boundary = of_kind(view_of(scene_of([run], (1, 2)), "data").layers, "segments")[0]
    assert len(boundary.starts) == len(run.path) + 1
    for frame in (0, 3, 6):
        ends = boundary.ends[boundary.starts[frame] : boundary.starts[frame + 1]].reshape(-1, 2)
        b, w1, w2, s1, s2 = run.path[frame]
        score = b + w1 * ends[:, 0] + w2 * ends[:, 1] + s1 * ends[:, 0] ** 2 + s2 * ends[:, 1] ** 2
        assert len(ends) > 20
        np.testing.assert_allclose(score, 0.0, atol=0.02)


def test_boundaries_of_all_runs_are_drawn_and_the_shown_one_is_on_top():
    cost = Cost.linear(CORNERS, losses.get("binary_cross_entropy"))
    runs = raced(cost, [gradient_descent(r) for r in (0.1, 0.2, 0.3)], [0.5, -1.0, 2.0], steps=4)
    for shown in range(3):
        drawn = of_kind(view_of(scene_of(runs, (1, 2), shown), "data").layers, "line")
        assert len({line.mark for line in drawn}) == 3
        assert drawn[-1].mark == nth_mark(shown)
        for line in drawn:
            b, w1, w2 = runs[[nth_mark(i) for i in range(3)].index(line.mark)].path[4]
            np.testing.assert_allclose(b + w1 * line.x[4] + w2 * line.y[4], 0.0, atol=1e-12)


def test_confusion_matrix_has_the_truth_down_and_the_call_across():
    """Score 0.5 - a + 2 b at the first frame: 0.5, -1.5, 2.5, 0.5, 5.5, -1.5 for labels 0, 1, 0, 1, 0, 0."""
    roc, matrix, measures = details.fit(classified()).views
    assert matrix.rows == ("class 0", "class 1")
    assert matrix.columns == ("called 0", "called 1")
    np.testing.assert_array_equal(matrix.cells[0], [[1, 3], [1, 1]])
    told = dict(zip(measures.rows, measures.cells[0, :, 0], strict=True))
    score, truth = np.array([0.5, -1.5, 2.5, 0.5, 5.5, -1.5]), np.array([0, 1, 0, 1, 0, 0])
    p = sigmoid(score)
    assert told["accuracy"] == pytest.approx(2 / 6)
    assert told["log-loss"] == pytest.approx(-np.mean(np.where(truth == 1, np.log(p), np.log1p(-p))))
    assert told["Brier score"] == pytest.approx(np.mean((p - truth) ** 2))
    # Of the eight pairs of a 1 and a 0, -1.5 and 0.5 against 0.5, 2.5, 5.5, -1.5: one is in order, two are equal.
    assert told["area under ROC"] == pytest.approx((1 + 2 / 2) / 8)
    guess, curve = roc.layers
    np.testing.assert_array_equal(guess.y[0], guess.x)
    # Thresholds 5.5, 2.5, 0.5, -1.5 let in (false, true) alarms (1, 0), (2, 0), (3, 1), (4, 2) of 4 and 2.
    corners = list(dict.fromkeys(zip(curve.x[0], curve.y[0], strict=True)))
    assert corners == [(0, 0), (0.25, 0), (0.5, 0), (0.75, 0.5), (1, 1)]
    assert (roc.x.title, roc.y.title) == ("false positive rate", "true positive rate")


# --- many classes --------------------------------------------------------------------------------

SPOTS = np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0], [0.2, 1.5], [-1.6, -0.8]])
THREE = Dataset(
    SPOTS, np.array([0.0, 1.0, 2.0, 0.0, 1.0]), ("a", "b", "kind"), "five spots", ("oak", "", "elm")
)
W = np.array([[0.1, 0.0, 1.5], [0.0, 1.2, -0.7], [-0.3, -1.0, -0.6]])
"""Intercept and weights of each class, where the race begins."""


def many():
    cost = Cost.linear(THREE, losses.get("categorical_cross_entropy"))
    return raced(cost, [gradient_descent(0.4)], W.ravel(), steps=4)[0]


def probabilities(run, frame, where):
    size = np.exp([[b + np.dot(w, spot) for b, *w in run.path[frame].reshape(3, 3)] for spot in where])
    return size / size.sum(axis=1, keepdims=True)


def test_regions_have_the_colour_of_the_likeliest_class_stronger_the_surer():
    run = many()
    picture = view_of(scene_of([run], (1, 2)), "data")
    (image,), (points,) = of_kind(picture.layers, "image"), of_kind(picture.layers, "points")
    x0, x1, y0, y1 = image.extent
    _, rows, columns = image.pixels.shape
    assert len(image.colors) == 256
    for frame, row, column in itertools.product((0, 4), (0, 7, rows - 1), (0, 9, columns - 1)):
        spot = (x0 + (x1 - x0) * column / (columns - 1), y0 + (y1 - y0) * row / (rows - 1))
        (p,) = probabilities(run, frame, [spot])
        red, green, blue, opacity = map(
            float, image.colors[image.pixels[frame, row, column]][5:-1].split(",")
        )
        likeliest = (BLUE, ORANGE, TEAL)[p.argmax()]
        assert (red, green, blue) == tuple(int(likeliest[i : i + 2], 16) for i in (1, 3, 5))
        even, certain = 0.04, 0.38
        assert opacity == pytest.approx(even + (certain - even) * (3 * p.max() - 1) / 2, abs=0.003)
    assert points.colors == (BLUE, ORANGE, TEAL)
    assert points.kinds == ("oak", "class 1", "elm")
    np.testing.assert_array_equal(points.color, THREE.y)


def test_regions_meet_where_the_two_likeliest_are_as_likely():
    run = many()
    (border,) = of_kind(view_of(scene_of([run], (1, 2)), "data").layers, "segments")
    for frame in (0, 4):
        ends = border.ends[border.starts[frame] : border.starts[frame + 1]]
        assert len(ends) > 30
        p = np.sort(probabilities(run, frame, np.concatenate([ends[:, :2], ends[:, 2:]])), axis=1)
        gap = p[:, 2] - p[:, 1]  # a cell in which three regions meet is cut as if there were two
        assert np.median(gap) < 1e-3
        assert np.mean(gap < 0.02) > 0.95
    assert border.mark == nth_mark(0)


@pytest.mark.parametrize("classes", range(2, 9))
def test_bytes_of_regions_keep_their_class_for_as_many_as_there_are_colours(classes):
    p = np.full((classes, 2, classes), 1 / classes)
    p[:, 1] = np.eye(classes)
    p[:, 0] += 1e-9 * np.eye(classes)
    colors = np.array(data.region_colors(classes))[data.region_bytes(p)]
    assert len({color[: color.rindex(",")] for color in colors.ravel()}) == classes
    assert {color[color.rindex(",") + 2 : -1] for color in colors[:, 0]} == {"0.04"}
    assert {color[color.rindex(",") + 2 : -1] for color in colors[:, 1]} == {"0.38"}


def test_confusion_matrix_of_many_has_the_truth_down_and_the_call_across():
    run = many()
    matrix, measures = details.fit(run).views
    assert matrix.rows == ("oak", "class 1", "elm")
    assert matrix.columns == ("called oak", "called class 1", "called elm")
    for frame in (0, 4):
        p = probabilities(run, frame, SPOTS)
        counts = np.zeros((3, 3))
        for truth, called in zip(THREE.y.astype(int), p.argmax(axis=1), strict=True):
            counts[truth, called] += 1
        np.testing.assert_array_equal(matrix.cells[frame], counts)
        told = dict(zip(measures.rows, measures.cells[frame, :, 0], strict=True))
        true = p[np.arange(5), THREE.y.astype(int)]
        assert told["accuracy"] == pytest.approx(np.trace(counts) / 5)
        assert told["recall of class 1"] == pytest.approx(counts[1, 1] / 2)
        assert told["log-loss"] == pytest.approx(-np.log(true).mean())
        assert told["Brier score"] == pytest.approx(((p - np.eye(3)[THREE.y.astype(int)]) ** 2).sum() / 5)
    assert counts[1, 2] == 1  # the last spot lies among the others


def test_accuracy_of_many_is_read_out_at_every_frame():
    run = many()
    readings = {reading.label: reading.values for reading in scene_of([run], (1, 2)).readings}
    calls = [probabilities(run, frame, SPOTS).argmax(axis=1) for frame in range(5)]
    np.testing.assert_allclose(readings["accuracy"], [np.mean(call == THREE.y) for call in calls])


def test_accuracy_is_read_out_at_every_frame():
    run = classified()
    readings = {reading.label: reading.values for reading in scene_of([run], (1, 2)).readings}
    for frame in range(7):
        score = run.path[frame, 0] + CORNERS.x @ run.path[frame, 1:]
        assert readings["accuracy"][frame] == np.mean((score > 0) == CORNERS.y)


# --- one update ------------------------------------------------------------------------------------


def test_the_arrows_of_an_update_point_downhill_and_the_longest_is_1():
    (run,) = raced(BOWL, [optimizers.get("momentum", learning_rate=0.05, momentum=0.5)], [-4.0, 1.0], steps=4)
    gradient, memory, step = (layer.ends for layer in details.update(run, (0, 1), ("x", "y")).views[0].layers)
    x, y, u, v = -4.0, 1.0, 0.0, 0.0
    for frame in range(4):  # by hand: velocity = velocity / 2 + gradient, step = -rate * velocity
        pull, before = np.array([x, 10 * y]), np.array([u, v])
        u, v = 0.5 * before + pull
        parts = -0.05 * pull, -0.05 * 0.5 * before, -0.05 * np.array([u, v])
        longest = max(np.abs(parts[0]).max(), np.abs(parts[2]).max())
        np.testing.assert_allclose(gradient[frame, 0, 2:] * longest, parts[0], rtol=1e-9)
        np.testing.assert_allclose(
            (memory[frame, 0, 2:] - memory[frame, 0, :2]) * longest, parts[1], rtol=1e-9, atol=1e-12
        )
        np.testing.assert_allclose(step[frame, 0, 2:] * longest, parts[2], rtol=1e-9)
        x, y = np.array([x, y]) + parts[2]
    assert not gradient[:4, 0, :2].any()


def test_the_pulls_of_samples_are_head_to_tail_and_one_for_each():
    run = raced(Cost.linear(POINTS, losses.get("squared_error")), [gradient_descent(0.02)], [0.0, 0.0], steps=2)[0]  # fmt: skip
    pulls = details.update(run, (0, 1), ("intercept", "slope")).views[0].layers[0].ends
    np.testing.assert_allclose(pulls[0, 1:, :2], pulls[0, :-1, 2:], atol=1e-12)
    assert not pulls[0, 0, :2].any()
    single = [(-2 * (0 - y) / 4, -2 * (0 - y) * x / 4) for x, y in zip(POINTS.x, POINTS.y, strict=True)]
    drawn = pulls[0, :, 2:] - pulls[0, :, :2]
    ratio = np.linalg.norm(single) / np.linalg.norm(drawn)
    np.testing.assert_allclose(sorted(map(tuple, ratio * drawn)), sorted(single), rtol=1e-9, atol=1e-12)
