"""Faults put into a copy of the repository one at a time, each of which the named tests must notice.

    python tests/mutants.py            every fault
    python tests/mutants.py limit eigen    those whose name holds one of the words

A fault that no test notices is the sign of a picture that is believed, not tested.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("lossviz", "pages", "static", "tests", "benchmarks", ".streamlit", "app.py", "pyproject.toml")
"""What of the repository the tests need."""


@dataclass(frozen=True)
class Fault:
    """In ``file`` the one place that reads ``old`` reads ``new``; ``tests``, files or test ids, must then fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FAULTS = (
    Fault(
        "eigen-directions of length zero",
        "lossviz/draw/descent_plane.py",
        "reach = np.linalg.norm(plane.high - plane.low)",
        "reach = 0.0",
        (
            "tests/draw/test_descent.py::test_eigen_directions_span_the_window_along_the_least_and_the_most_curvature",
        ),
    ),
    Fault(
        "a unit's map mirrored left to right",
        "lossviz/draw/network.py",
        "reshape(frames, side, side), low, high)",
        "reshape(frames, side, side)[..., ::-1], low, high)",
        ("tests/draw/test_network.py::test_a_map_is_the_activation_where_it_stands",),
    ),
    Fault(
        "another sample's numbers in the graph",
        "lossviz/draw/network.py",
        "passed = model.forward(run.path, cost.design[sample : sample + 1])",
        "passed = model.forward(run.path, cost.design[:1])",
        ("tests/draw/test_network.py::test_the_graph_holds_one_sample_on_its_way",),
    ),
    Fault(
        "the weight of a class lost on the way to its cost",
        "lossviz/app/descent/problem.py",
        "weights = self.weights if any(w != 1.0 for w in self.weights) else ()",
        "weights = ()",
        ("tests/app/descent/test_weight.py::test_a_weight_trains_as_if_each_of_class_1_were_there_so_often",),
    ),
    Fault(
        "slope and what came in change places",
        "lossviz/draw/network.py",
        'f"× slope of {head}": found.slope,',
        'f"× slope of {head}": found.incoming,',
        ("tests/draw/test_network.py::test_the_table_is_one_edges_product",),
    ),
    Fault(
        "units equal on both axes of any window",
        "lossviz/draw/descent_plane.py",
        "return bool(0.4 < span[0] / span[1] < 2.5)",
        "return True",
        ("tests/draw/test_descent.py::test_units_are_equal_where_the_window_is_no_strip",),
    ),
    Fault(
        "an order to the player without a new number",
        "lossviz/app/kit/player.py",
        '"rev": seek["rev"] + 1',
        '"rev": seek["rev"]',
        (
            "tests/app/descent/test_player.py::test_a_frame_that_python_sets_is_a_new_order_and_each_order_has_a_new_number",
        ),
    ),
    Fault(
        "a clicked momentum played as plain descent",
        "lossviz/app/descent/panels.py",
        'if rule.name == "sgd" and momentum > 0 else rule.name',
        'if rule.name == "momentum" and momentum > 0 else "sgd"',
        ("tests/app/descent/test_player.py::test_a_clicked_cell_is_played_with_its_rate_and_its_momentum",),
    ),
    Fault(
        "every loss one colour on",
        "lossviz/draw/style.py",
        "return nth_mark(losses.names(loss.family).index(loss.name))",
        "return nth_mark(losses.names(loss.family).index(loss.name) + 1)",
        ("tests/draw/test_style.py::test_every_loss_keeps_the_mark_it_was_given",),
    ),
    Fault(
        "half the range of a sensitivity curve",
        "lossviz/robust/effects.py",
        "np.linspace(low - 0.5 * (high - low), high + 0.5 * (high - low), count, retstep=True)",
        "np.linspace(low, high, count, retstep=True)",
        (
            "tests/robust/test_effects.py::test_a_sensitivity_curve_goes_from_half_a_window_below_to_half_above",
        ),
    ),
    Fault(
        "curves cut at eight times the second",
        "lossviz/draw/curves.py",
        "min(tallest[0], 4 * tallest[1])",
        "min(tallest[0], 8 * tallest[1])",
        ("tests/draw/test_curves.py::test_the_tallest_curve_is_cut_at_four_times_the_second",),
    ),
    Fault(
        "cost line at half the cost",
        "lossviz/draw/outliers.py",
        "    figure.add_hline(\n        cost,",
        "    figure.add_hline(\n        cost / 2,",
        (
            "tests/draw/test_outliers.py::test_bars_are_the_losses_from_left_to_right_and_the_line_is_their_mean",
        ),
    ),
    Fault(
        "cost curves a tenth of their span too high",
        "lossviz/draw/outliers.py",
        "y=(costs - low) / span,",
        "y=(costs - low) / span + 0.1,",
        ("tests/draw/test_outliers.py::test_cost_curves_are_the_cost_from_its_lowest_to_its_highest",),
    ),
    Fault(
        "limit line twice too far right",
        "lossviz/draw/descent.py",
        "x=np.log10(limit), y=momenta",
        "x=np.log10(2 * limit), y=momenta",
        (
            "tests/draw/test_descent.py::test_the_white_line_is_where_a_quadratic_of_curvature_10_stops_to_converge",
        ),
    ),
    Fault(
        "zero line of a thumbnail mirrored",
        "lossviz/draw/thumbnail.py",
        "zero = _HEIGHT - _PAD + bottom / (top - bottom)",
        "zero = _PAD - bottom / (top - bottom)",
        ("tests/draw/test_thumbnail.py::test_a_gradient_that_is_never_positive_hangs_from_its_zero_line",),
    ),
    Fault(
        "Huber's curvature at its kink",
        "lossviz/losses/regression_huber.py",
        "np.where(np.abs(r) <= self.delta, 1.0, 0.0)",
        "np.where(np.abs(r) < self.delta, 1.0, 0.0)",
        ("tests/losses/test_oracles.py::test_exact_values",),
    ),
    # Those above were put in by a reviewer before the pictures had tests, those below elsewhere by their author.
    Fault(
        "shading of two classes with x and y exchanged",
        "lossviz/draw/descent_data.py",
        "np.stack(np.meshgrid(x, y), axis=-1)",
        'np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)',
        ("tests/draw/test_descent.py::test_shading_is_the_probability_of_class_1_with_the_first_row_lowest",),
    ),
    Fault(
        "batch of the step before lit",
        "lossviz/draw/descent_data.py",
        "    lit[-1] = 1\n    np.put_along_axis(lit[:-1], batches, 1, axis=1)",
        "    lit[0] = 1\n    np.put_along_axis(lit[1:], batches, 1, axis=1)",
        (
            "tests/draw/test_descent.py::test_the_samples_of_the_step_that_leads_on_are_lit_and_all_at_the_end",
        ),
    ),
    Fault(
        "confusion matrix turned over its diagonal",
        "lossviz/draw/descent_details.py",
        "[[~truth & ~called, ~truth & called], [truth & ~called, truth & called]]",
        "[[~truth & ~called, truth & ~called], [~truth & called, truth & called]]",
        ("tests/draw/test_descent.py::test_confusion_matrix_has_the_truth_down_and_the_call_across",),
    ),
    Fault(
        "regions in the colour of the least likely class",
        "lossviz/draw/descent_data.py",
        "p.argmax(axis=-1) * shades",
        "p.argmin(axis=-1) * shades",
        (
            "tests/draw/test_descent.py::test_regions_have_the_colour_of_the_likeliest_class_stronger_the_surer",
        ),
    ),
    Fault(
        "border of a class against the worst of the others",
        "lossviz/draw/descent_data.py",
        "np.delete(score, k, axis=-1).max(axis=-1)",
        "np.delete(score, k, axis=-1).min(axis=-1)",
        ("tests/draw/test_descent.py::test_regions_meet_where_the_two_likeliest_are_as_likely",),
    ),
    Fault(
        "confusion matrix of many turned over its diagonal",
        "lossviz/metrics.py",
        "cell = classes * np.asarray(labels, dtype=np.intp) + np.asarray(predicted, dtype=np.intp)",
        "cell = np.asarray(labels, dtype=np.intp) + classes * np.asarray(predicted, dtype=np.intp)",
        ("tests/draw/test_descent.py::test_confusion_matrix_of_many_has_the_truth_down_and_the_call_across",),
    ),
    Fault(
        "residuals upside down",
        "lossviz/draw/descent_details.py",
        "residual = prediction - y",
        "residual = y - prediction",
        ("tests/draw/test_descent.py::test_residuals_are_prediction_less_target_at_their_samples",),
    ),
    Fault(
        "whole path in space at every step",
        "lossviz/draw/descent.py",
        "across, up = plane.project(run.path[: frame + 1])\n        cost_there = run.cost[: frame + 1]",
        "across, up = plane.project(run.path)\n        cost_there = run.cost",
        (
            "tests/draw/test_descent.py::test_the_cost_in_space_is_that_of_the_bowl_and_paths_run_on_it_up_to_the_frame",
        ),
    ),
    Fault(
        "diverging cells green, converging ones red",
        "lossviz/draw/descent.py",
        "VERDICT_COLORS = (style.GOOD, style.GOLD, style.BAD)",
        "VERDICT_COLORS = (style.BAD, style.GOLD, style.GOOD)",
        (
            "tests/draw/test_descent.py::test_cells_stand_at_their_rates_and_momenta_in_the_colours_of_their_verdicts",
        ),
    ),
    Fault(
        "shown run below the others",
        "lossviz/draw/descent_plane.py",
        "for run, mark in reversed(list(zip(runs, marks, strict=True)))",
        "for run, mark in zip(runs, marks, strict=True)",
        ("tests/draw/test_descent.py::test_paths_have_the_marks_of_their_runs_and_the_shown_one_is_on_top",),
    ),
    Fault(
        "contours a cell off",
        "lossviz/draw/player.py",
        "x0, x1, y0, y1 = x[j], x[j + 1], y[i], y[i + 1]",
        "x0, x1, y0, y1 = x[j - 1], x[j], y[i], y[i + 1]",
        ("tests/draw/test_descent.py::test_a_curved_boundary_is_where_the_model_is_undecided",),
    ),
    Fault(
        "axis of costs stretched by a run that diverges",
        "lossviz/draw/descent_scene.py",
        "zip(costs, runs, strict=True) if run.diverged_at is None]",
        "zip(costs, runs, strict=True)]",
        (
            "tests/draw/test_descent.py::test_a_run_that_diverges_does_not_stretch_the_axis_of_one_that_does_not",
        ),
    ),
    Fault(
        "moved point marked at its neighbour's place",
        "lossviz/draw/outliers.py",
        "            x=[at],",
        "            x=[where],",
        ("tests/draw/test_outliers.py::test_sensitivity_curves_are_outcomes_over_the_points_heights",),
    ),
    Fault(
        "bars named after the points in another order",
        "lossviz/draw/outliers.py",
        "customdata=order + 1,",
        "customdata=np.arange(len(losses)) + 1,",
        (
            "tests/draw/test_outliers.py::test_bars_are_the_losses_from_left_to_right_and_the_line_is_their_mean",
        ),
    ),
    Fault(
        "minima at the height of the lowest",
        "lossviz/draw/outliers.py",
        "            y=heights,",
        "            y=np.full(len(heights), heights[0]),",
        ("tests/draw/test_outliers.py::test_minima_lie_on_their_curves_where_these_are_lowest",),
    ),
    Fault(
        "one's own line priced through the corners of the window",
        "lossviz/app/outliers/scene.py",
        "window.x.low + share * span for share in HANDLES",
        "window.x.low + share * span for share in (0.0, 1.0)",
        (
            "tests/app/outliers/test_scene.py::test_ones_own_line_goes_through_its_handles_and_costs_the_mean_loss",
        ),
    ),
    Fault(
        "rectangles on the far side of the points",
        "lossviz/app/outliers/scene.py",
        '"at": points.y + fit.residuals[:count],',
        '"at": points.y - fit.residuals[:count],',
        ("tests/app/outliers/test_scene.py::test_rectangles_reach_from_the_points_to_their_line",),
    ),
    Fault(
        "local minima drawn as heavy as the fit",
        "lossviz/app/outliers/scene.py",
        "width = THIN if thin else style.LINE_WIDTH",
        "width = style.LINE_WIDTH",
        (
            "tests/app/outliers/test_scene.py::test_a_local_minimum_is_a_thin_line_in_the_colour_of_its_loss_where_the_pulls_balance",
        ),
    ),
    Fault(
        "tangent of a moving probe of the other sign",
        "lossviz/draw/curve_sweeps.py",
        "along.value + slope * ends",
        "along.value - slope * ends",
        ("tests/draw/test_sweeps.py::test_rows_of_the_probe_are_closed_forms_where_it_is",),
    ),
    Fault(
        "gradient of a thumbnail on the left",
        "lossviz/draw/thumbnail.py",
        "enumerate((curve.value, curve.gradient))",
        "enumerate((curve.gradient, curve.value))",
        (
            "tests/draw/test_thumbnail.py::test_height_above_the_zero_line_is_the_loss_and_zero_stands_in_the_middle",
        ),
    ),
    Fault(
        "tangent beyond a quarter of the axis",
        "lossviz/draw/curves.py",
        "return 0.14 * (self.high - self.low)",
        "return 0.28 * (self.high - self.low)",
        (
            "tests/draw/test_curves.py::test_tangents_are_drawn_to_both_sides_of_the_probe_with_the_slope_of_the_loss",
        ),
    ),
    Fault(
        "player that follows takes orders",
        "lossviz/app/kit/player.py",
        "seek=None if clock else seek",
        "seek=seek",
        (
            "tests/app/descent/test_player.py::test_what_moves_along_has_the_clock_of_the_animation_and_takes_no_orders",
        ),
    ),
    Fault(
        "stand-alone page that waits for a leader",
        "lossviz/app/kit/player_export.py",
        'clock="run", leads=True',
        'clock="run", leads=False',
        ("tests/app/descent/test_player.py::test_the_stand_alone_page_holds_the_same_scene_led_by_itself",),
    ),
)


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of what the tests need, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="lossviz-mutants-") as folder:
        for part in PARTS:
            source, target = ROOT / part, Path(folder) / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
            else:
                shutil.copy2(source, target)
        yield Path(folder)


def run(folder: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """These tests on the copy; no bytecode is kept, as a change within a second would not be seen in it."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=line", *tests],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "", "LOSSVIZ_FULL": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def mutated(folder: Path, fault: Fault) -> str:
    """The test that fails with the fault in the copy, which is left as it was.

    Raises:
        AssertionError: if not exactly one place reads as the fault says, or the tests pass or do not run.
    """
    file = folder / fault.file
    before = file.read_text(encoding="utf-8")
    assert before.count(fault.old) == 1, (
        f"{fault.name}: {fault.file} has {before.count(fault.old)} such places"
    )
    file.write_text(before.replace(fault.old, fault.new), encoding="utf-8")
    try:
        done = run(folder, fault.tests)
    finally:
        file.write_text(before, encoding="utf-8")
    assert done.returncode == 1, (
        f"{fault.name}: not noticed by {', '.join(fault.tests)}\n{done.stdout[-2000:]}"
    )
    (failed,) = re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", help="only faults whose name holds one of these")
    words = parser.parse_args().words
    unnoticed = 0
    with copied() as folder:
        for fault in FAULTS:
            if not words or any(word in fault.name for word in words):
                try:
                    print(f"noticed  {fault.name}: {mutated(folder, fault)}", flush=True)
                except AssertionError as problem:
                    unnoticed += 1
                    print(f"MISSED   {problem}", flush=True)
    sys.exit(unnoticed > 0)


if __name__ == "__main__":
    main()
