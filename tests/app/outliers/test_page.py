"""The outlier page in Streamlit's harness: URL in, edits from the browser, what is drawn and said."""

import numpy as np
import pytest
from outlier_page import PAGE, assert_fine, edit, editor, lines, move, opened, said
from visiting import notice, preset, query, tables, visit

from lossviz import data, losses
from lossviz.app.outliers import controls
from lossviz.app.outliers.data import OPTIONS
from lossviz.fitting import fit_line, fit_location


@pytest.mark.parametrize("preset", controls.PRESETS, ids=lambda preset: preset.title)
def test_every_preset_runs_and_is_the_state_it_names(preset):
    at = visit(PAGE)
    at.button_group(key="outliers:preset").set_value(preset.title).run()
    assert_fine(at)
    assert at.session_state["outliers:preset"] == preset.title
    again = visit(PAGE, query(at))
    assert_fine(again)
    assert notice(again) == ""
    assert query(again) == query(at)
    assert again.session_state["outliers:preset"] == preset.title


@pytest.mark.parametrize("name", OPTIONS)
def test_every_data_set_is_drawn_inside_its_window(name):
    at = visit(PAGE, f"data={name}")
    assert_fine(at)
    sent = editor(at)
    for column, axis in enumerate((sent["x"], sent["y"])):
        values = [point[column] for point in sent["points"]]
        assert axis["domain"][0] < min(values, default=np.inf)
        assert axis["domain"][1] > max(values, default=-np.inf)


@pytest.mark.parametrize("name", controls.RESIDUAL)
def test_every_loss_is_fitted_on_both_scales(name):
    at = visit(PAGE, f"loss={name}&n=12")
    assert len(lines(at)) == 1
    at.button_group(key="outliers.scale").set_value("mad").run()
    assert_fine(at)
    assert len(lines(at)) == 1


@pytest.mark.parametrize("view", list(controls.VIEWS))
@pytest.mark.parametrize("scale", ["fixed", "mad"])
def test_every_view_draws_losses_of_every_kind(view, scale):
    at = visit(PAGE, f"loss=quantile,cauchy,welsch&view={view}&scale={scale}&n=12")
    assert_fine(at)
    assert len(lines(at)) == 3


def test_the_lines_are_those_of_the_library():
    at = visit(PAGE)
    found = data.make("gaussian", n=20, outliers=0.05, seed=3)
    low, high = editor(at)["x"]["domain"]
    for name, short in (("squared_error", "MSE"), ("absolute_error", "MAE"), ("huber", "Huber")):
        intercept, slope = fit_line(losses.get(name), found.x, found.y).coefficients
        assert lines(at)[short]["ends"] == pytest.approx([intercept + slope * low, intercept + slope * high])


@pytest.mark.parametrize("view", ["fit", "sensitivity", "bars", "constant"])
def test_the_legend_says_what_each_loss_charges_in_all(view):
    found = data.make("gaussian", n=20, outliers=0.05, seed=3)
    fit = fit_location if view == "constant" else fit_line
    points = (found.y,) if view == "constant" else (found.x, found.y)
    for name, short in (("squared_error", "MSE"), ("absolute_error", "MAE")):
        total = float(fit(losses.get(name), *points).losses.sum())
        assert f"total {total:.4g}" in lines(visit(PAGE, f"view={view}"))[short]["detail"]


def test_a_drag_moves_the_lines_and_only_its_end_writes_the_address():
    at = visit(PAGE)
    before = lines(at)["MSE"]["ends"]
    move(at, 3, 2.0, 20.0, why="drag", last=False)
    assert_fine(at)
    assert lines(at)["MSE"]["ends"] != before
    assert "p=" not in query(at)
    assert "Point 4 went up" in said(at)
    move(at, 3, 2.0, 21.0)
    assert "p=" in query(at)
    assert editor(at)["ack"] == 2


def test_an_edited_state_reads_back_from_its_address():
    at = visit(PAGE)
    move(at, 3, 2.0, 20.0)
    edit(at, why="remove", points=[p for p in editor(at)["points"] if p[2] != 7])
    edit(at, why="add", points=[*editor(at)["points"], [4.0, -3.0, -1]])
    again = visit(PAGE, query(at))
    assert notice(again) == ""
    assert editor(again)["points"] == editor(at)["points"]
    assert lines(again) == lines(at)


def test_the_sentence_gives_the_change_of_each_slope():
    at = visit(PAGE, "bad=0")
    found = data.make("gaussian", n=20, outliers=0.0, seed=3)
    low = editor(at)["y"]["domain"][0]
    move(at, 19, found.x[19], low, why="drag", last=False)
    y = found.y.copy()
    y[19] = low
    change = {
        short: fit_line(losses.get(name), found.x, y).coefficients[1]
        - fit_line(losses.get(name), found.x, found.y).coefficients[1]
        for name, short in (("squared_error", "MSE"), ("absolute_error", "MAE"))
    }
    assert f"MSE's slope moved −{abs(change['MSE']):.3f}" in said(at)
    assert "MAE's " in said(at)


def test_a_number_on_a_line_goes_to_the_side_it_goes_on_the_screen():
    at = visit(PAGE, "view=constant")
    y, x, origin = editor(at)["points"][2]
    points = editor(at)["points"]
    points[2] = [y + 5.0, x, origin]
    edit(at, points=points, at=2)
    assert "Point 3 went right by 5" in said(at)
    assert editor(at)["names"] == ["y"]
    points[2] = [y - 1.0, x, origin]
    edit(at, points=points, at=2)
    assert "Point 3 went left by 6" in said(at)


def test_an_edit_of_an_older_state_is_ignored():
    at = visit(PAGE)
    at.button_group(key="outliers:preset").set_value("Phones").run()
    at.button_group(key="outliers:preset").set_value("Houses").run()
    points = editor(at)["points"]
    edit(at, rev=editor(at)["rev"] - 1, points=points[:3])
    assert editor(at)["points"] == points


def test_reset_and_clear_come_as_a_new_revision():
    at = visit(PAGE)
    start = editor(at)
    assert start["clear"] == [19]
    edit(at, why="clear")
    cleared = editor(at)
    assert len(cleared["points"]) == 19
    assert cleared["rev"] > start["rev"]
    assert cleared["clear"] == []
    edit(at, why="reset")
    assert editor(at)["points"] == start["points"]
    assert "p=" not in query(at)


@pytest.mark.parametrize(
    ("state", "drawer"),
    [
        ("n=12&noise=2&bad=0.2&seed=9&tenfold=1", "Change the data"),
        ("data=stackloss&by=water_temp", "Change the data"),
        ("charge=huber&weight=huber&guess=reveal", "See the loss, guess a line"),
    ],
)
def test_settings_in_a_drawer_stay_whether_it_is_open_or_closed(state, drawer):
    at = visit(PAGE, state)
    first, kept = query(at), editor(at)
    for is_open in (True, False, False):
        at.session_state[f"outliers:{drawer}"] = is_open
        at.run()
        assert_fine(at)
        assert query(at) == first
        assert editor(at)["points"] == kept["points"]


def test_a_change_of_data_forgets_the_edits_and_undo():
    at = visit(PAGE)
    move(at, 3, 2.0, 20.0)
    at.selectbox(key="outliers.data").set_value("stackloss").run()
    assert_fine(at)
    assert "p=" not in query(at)
    assert len(editor(at)["points"]) == 21


@pytest.mark.parametrize(
    "text",
    [
        "p=!!!",
        "p=AAAAA",
        "p=__AAAA",
        "line=1,2,3",
        "line=nan,1",
        "data=nothing",
        "own=x",
        "view=map",
        "share=7",
    ],
)
def test_a_spoilt_address_is_named_and_the_rest_kept(text):
    view = "breakdown" if text.startswith("share") else "fit"
    at = visit(PAGE, f"{text}&noise=2&view={view}" if "view=" not in text else f"{text}&noise=2")
    assert_fine(at)
    assert notice(at) != ""
    assert "noise=2" in query(at)


def test_a_chosen_point_is_in_the_link():
    at = visit(PAGE, "view=sensitivity")
    assert "at=" not in query(at)
    edit(at, why="select", last=False, at=2)
    assert "at=2" in query(at)
    assert editor(visit(PAGE, query(at)))["at"] == 2
    edit(at, why="select", last=False, at=19)
    assert "at=" not in query(at)


def test_a_preset_is_told_again_once_its_points_are_back():
    at = visit(PAGE)
    points = editor(at)["points"]
    move(at, 19, 9.0, 0.0)
    assert preset(at) is None
    edit(at, why="undo", points=points, at=19)
    assert preset(at) == "One bad point"


def test_undo_takes_back_a_line_of_ones_own():
    at = visit(PAGE, "guess=predict")
    first = editor(at)["mine"]
    edit(at, why="line", mine=[1.0, 20.0])
    assert editor(at)["mine"] == [1.0, 20.0]
    edit(at, why="undo", mine=first)
    assert editor(at)["mine"] == pytest.approx(first, rel=1e-4)


def test_a_guess_is_revealed_beside_the_picture_and_nowhere_given_away():
    at = visit(PAGE, "guess=predict")
    assert at.button_group(key="outliers.guess").value == "predict"
    assert editor(at)["title"] == "Where would you put the line?"
    at.button_group(key="outliers.guess").set_value("reveal").run()
    assert "the best" in said(at)
    constant = visit(PAGE, "guess=predict&view=constant")
    assert editor(constant)["title"] == "Where would you put the one number?"
    assert said(constant).startswith("Your number costs")


def test_two_points_in_one_place_have_no_line():
    at = visit(PAGE, "n=2&bad=0")
    first = editor(at)["points"][0]
    move(at, 1, first[0], first[1])
    assert "Nothing is fitted: all x are equal" in said(at)
    assert lines(at) == {}


def test_bad_points_of_the_breakdown_are_marked_and_counted():
    at = visit(PAGE, "view=breakdown&bad=0&share=0.25")
    assert len(editor(at)["clear"]) == 5
    assert said(at).startswith("With 5 of 20 points bad (25%)")
    assert not editor(at)["edited"]


def test_my_line_is_priced_beside_the_hidden_best_and_then_revealed():
    at = visit(PAGE, "guess=predict")
    assert lines(at) == {}
    edit(at, why="line", mine=[1.0, 20.0])
    assert "Your line costs" in said(at)
    assert "line=1,20" in query(at)
    opened(at, "See the loss, guess a line")
    at.button_group(key="outliers.guess").set_value("reveal").run()
    assert "the best" in said(at)
    assert len(lines(at)) == 3


def test_a_cost_of_my_line_is_the_mean_loss_of_the_line_through_its_handles():
    at = visit(PAGE, "guess=reveal&line=2,18&loss=absolute_error")
    sent, found = editor(at), data.make("gaussian", n=20, outliers=0.05, seed=3)
    low, high = sent["x"]["domain"]
    places = [low + share * (high - low) for share in sent["handles"]]
    prediction = np.interp(found.x, places, [2, 18])
    beyond = found.x > places[1]
    prediction[beyond] = 18 + 16 / (places[1] - places[0]) * (found.x[beyond] - places[1])
    assert f"{np.mean(np.abs(prediction - found.y)):.3g} under MAE" in said(at)


def test_units_trap_a_fixed_delta_changes_the_fit_and_a_robust_one_does_not():
    trap = "tenfold=1&loss=huber&huber.delta=5"
    fixed = " ".join(c.value for c in visit(PAGE, trap).caption)
    robust = " ".join(c.value for c in visit(PAGE, trap + "&scale=mad").caption)
    assert "(was " in fixed
    assert "(as before)" in robust


def test_squares_are_as_wide_as_the_residual_is_tall():
    at = visit(PAGE, "charge=squared_error")
    sent = editor(at)["charges"]
    heights = [abs(point[1] - at_) for point, at_ in zip(editor(at)["points"], sent["at"], strict=True)]
    assert sent["square"]
    assert sent["width"] == pytest.approx(heights, abs=1e-5)


def test_sizes_are_weights():
    sent = editor(visit(PAGE, "weight=huber"))["weights"]
    assert sent["weights"][19] == min(sent["weights"])
    assert max(sent["weights"]) == 1.0


def test_absolute_error_on_an_even_sample_shows_its_band_and_several_minima_are_told():
    at = visit(PAGE, "view=constant&n=6&bad=0.2&seed=29")
    y = np.sort(data.make("gaussian", n=6, outliers=0.2, seed=29).y)
    assert editor(at)["bands"][0]["x"] == pytest.approx([y[2], y[3]])
    at = visit(PAGE, "data=hbk&loss=tukey_biweight")
    assert any("not convex: 3 local minima" in c.value for c in at.caption)
    assert len(editor(at)["lines"]) == 3


def test_the_table_compares_and_the_points_can_be_edited_by_number():
    at = visit(PAGE)
    at.session_state["outliers.tab"] = "Numbers"
    at.run()
    assert_fine(at)
    assert "points ignored" in tables(at)
    at.toggle(key="outliers:by number").set_value(True).run()
    assert_fine(at)


def test_more_points_than_can_be_dragged_stand_still_and_it_says_so():
    at = visit(PAGE, "n=500")
    sent = editor(at)
    assert len(sent["still"]) == 500
    assert sent["points"] == []
    assert "500 points" in sent["hint"]
    edit(at, why="add", points=[[5.0, 30.0, -1]])
    assert_fine(at)
    assert len(editor(at)["points"]) == 1


def test_too_few_points_are_told_and_no_line_is_drawn():
    at = visit(PAGE, "n=2")
    edit(at, why="remove", points=editor(at)["points"][:1])
    assert_fine(at)
    assert lines(at) == {}
    assert "Nothing is fitted" in said(at)


def test_charges_and_weights_of_the_breakdown_are_those_of_the_points_it_shows():
    """They belong to the points with the share made bad, not to those that were moved by hand."""
    at = visit(PAGE, "view=breakdown&charge=squared_error&weight=huber&loss=squared_error,huber&n=30&bad=0.2")
    assert_fine(at)
    sent = editor(at)
    points = np.array([[x, y] for x, y, _ in sent["points"]])
    assert len(points) < 30  # the outliers are left out before some are made
    assert len(sent["charges"]["width"]) == len(sent["weights"]["weights"]) == len(points)
    line = fit_line(losses.get("squared_error"), points[:, 0], points[:, 1]).coefficients
    np.testing.assert_allclose(sent["charges"]["at"], line[0] + line[1] * points[:, 0], rtol=1e-5)
    np.testing.assert_allclose(
        sent["charges"]["width"], np.abs(points[:, 1] - sent["charges"]["at"]), rtol=1e-3
    )


def test_points_that_cannot_be_moved_are_not_drawn_twice_in_the_breakdown():
    sent = editor(visit(PAGE, "view=breakdown&n=400&loss=squared_error&bad=0"))
    assert len(sent["still"]) == 0
    assert len(sent["points"]) == 400
