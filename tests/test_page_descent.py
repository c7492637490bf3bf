"""The gradient descent page: every preset, what its URL may hold, and that all it shows is one run."""

import re
from urllib.parse import urlencode

import numpy as np
import pytest
from test_player import unpack
from visiting import notice, query, visit

from lossviz import losses, optimizers, schedules
from lossviz.data import classes, generators
from lossviz.data.dataset import Dataset
from lossviz.descent import descend
from lossviz.descent.race import Entrant, parameter_names, race
from lossviz.descent.script import script
from lossviz.figures import descent_details as details
from lossviz.figures import descent_scene as scenes
from lossviz.figures.descent_plane import plane_of
from lossviz.figures.player import BUDGET, pack
from lossviz.figures.style import nth_mark
from lossviz.models import Cost
from lossviz.surfaces import SURFACES
from lossviz.ui import own_points
from lossviz.ui.descent_panels import TABS, standings, trajectory
from lossviz.ui.descent_presets import PRESETS
from lossviz.ui.descent_problem import TASKS
from lossviz.ui.player_export import MODULES, to_html

PAGE = "pages/gradient_descent.py"


def assert_fine(at):
    assert [e.message for e in at.exception] == []
    assert [e.value for e in at.error] == []


def shown(at):
    """The scene that was sent to the player: header, and how to read an array of it."""
    sent = next(c.proto for c in at.get("bidi_component") if c.proto.component_name == "lossviz_player")
    header, array, _ = unpack(sent.bytes)
    return header["scene"], array


def captions(at):
    return " ".join(c.value for c in at.caption)


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_preset_is_its_address(preset):
    at = visit(PAGE)
    if len(preset.state) > 1:
        at.button_group(key="descent:preset").set_value(preset.title).run()
    assert_fine(at)
    again = visit(PAGE, query(at))
    assert_fine(again)
    assert notice(again) == ""
    for page in (at, again):
        assert page.button_group(key="descent:preset").value == preset.title
        assert preset.note in captions(page)
    assert query(again) == query(at)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("task", TASKS)
def test_every_tab_of_every_task(task, tab):
    assert_fine(visit(PAGE, f"task={task}&tab={tab}&map=1&steps=20&opt=momentum,adam&frame=5"))


def test_frame_and_tab_of_the_address_are_shown_and_leave_the_preset_alone():
    at = visit(PAGE, "frame=17&tab=fit")
    assert at.session_state["descent.frame"] == 17
    assert at.button_group(key="descent:preset").value == PRESETS[0].title
    assert query(at) == "frame=17&tab=fit"


def test_player_shows_the_numbers_of_the_library():
    """The cost that is drawn is that of ``descend`` on the same data, up to float32."""
    at = visit(
        PAGE, "data=outliers&loss=huber&huber.delta=2&opt=adam&lr=0.7&batch=8&seed=3&sample=5&steps=50"
    )
    data = generators.make("gaussian", 80, outliers=0.2, seed=5)
    x = (data.x - data.x.min()) / np.ptp(data.x)
    cost = Cost.linear(Dataset(x, data.y, data.names, data.source), losses.get("huber", delta=2.0))
    run = descend(cost, optimizers.get("adam", learning_rate=0.7), [0, 0], steps=50, batch_size=8, seed=3)
    scene, array = shown(at)
    view = next(view for view in scene["views"] if view["key"] == "curve")
    np.testing.assert_allclose(array(view["layers"][0]["y"]), run.cost[0], rtol=1e-6)
    readings = {reading["label"]: array(reading["values"]) for reading in scene["readings"]}
    np.testing.assert_allclose(readings["slope"], run.params[0, :, 1], rtol=1e-6)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("lr=0", "must be above 0; 0.0001 is used"),
        ("lr=-1", "must be above 0; 0.0001 is used"),
        ("lr=nan", "is not a finite number"),
        ("opt=sgd,nonsense", "nonsense"),
        ("frame=-3", "must be from 0 to 500; 0 is used"),
        ("steps=1e400", "is not a finite number"),
        ("start=1", "“1” is not two numbers, such as"),
        ("start=1,nan", "“1,nan” is not two numbers, such as"),
        ("start=1,2e4", "“1,2e4” is further out than 10,000"),
        ("steps=2.5", "“2.5” is not a whole number; 2 is used"),
        ("race=rates&rates=0.1,x", "is not a number"),
        ("race=rates&rates=0.1,-1", "“-1” is not above 0, as a learning rate must be, and is left out"),
        ("race=rates&rates=1,2,3,4,5,6,7,8,9", "“9” is one more than the 8 that can run"),
        ("data=own&points=AAAA", "these are no points"),
        ("data=own&points=0,0,1:0,9,1:AAAAAAAA", "is not a window"),
        ("task=surface&surface=beale&bowl.condition=3", "is no setting of this page"),
    ],
)
def test_bad_address_is_a_sentence_and_the_rest_is_kept(address, said):
    at = visit(PAGE, f"{address}&log=1")
    assert_fine(at)
    assert said in notice(at)
    assert at.session_state["descent.log"] is True


def test_batch_beyond_the_data_uses_all():
    at = visit(PAGE, "batch=500")
    assert_fine(at)
    assert "A batch of 500 is more than the 80 samples" in captions(at)


def test_separable_classes_say_that_there_is_no_optimum_and_why():
    at = visit(PAGE, "task=classes")
    assert "There is no finite optimum: the classes are separable" in captions(at)
    penalised = visit(PAGE, "task=classes&l2=0.1")
    assert "There is no finite optimum" not in captions(penalised)


def own(x, y, labels=None):
    points = own_points.encode(np.array(x), np.array(y), None if labels is None else np.array(labels))
    return urlencode({"data": "own", "points": points})


def test_one_class_only_is_said():
    at = visit(PAGE, "task=classes&" + own([0.0, 1, 2, 3], [1.0, 0, 2, 1], [1, 1, 1, 1]))
    assert_fine(at)
    assert "All samples have label 1" in captions(at)


def test_identical_features_are_said():
    at = visit(PAGE, "task=classes&" + own([0.0, 1, 2, 3], [0.0, 1, 2, 3], [0, 1, 0, 1]))
    assert_fine(at)
    assert "The features repeat each other" in captions(at)


def test_points_of_equal_x_are_said():
    at = visit(PAGE, own([1.0, 1, 1], [0.0, 1, 2]))
    assert_fine(at)
    assert "has the same value in every sample" in captions(at)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1, 2\nx, y\nz, w\nq, r", "column"),
        ("1\n2\n3", "2 columns of numbers are needed, there are 1"),
        ("1, 2\n3, nan", "1 row has a number in each column"),
    ],
)
def test_bad_own_points_are_a_sentence_and_those_shown_are_kept(typed, said):
    at = visit(PAGE, own([0.0, 1, 2], [0.0, 2, 1]))
    before = at.session_state["descent.points"]
    at.text_area[0].set_value(typed).run()
    assert_fine(at)
    assert said in at.warning[0].value
    assert at.session_state["descent.points"] == before


def test_rows_without_a_number_are_named_and_left_out():
    text, notes = own_points.parse("x,y\n0,1\nnan,3\n2,5\n3,inf\n4,4", 2)
    assert len(own_points.decode(text)[0]) == 3
    assert "line 3, 5" in " ".join(notes)


def test_labels_other_than_0_and_1_name_their_line():
    with pytest.raises(ValueError, match="line 3 has label 2"):
        own_points.parse("a,b,label\n0,1,0\n1,1,2\n2,2,1", 3)


def test_more_points_than_a_link_holds_are_thinned_and_said():
    text, notes = own_points.parse("\n".join(f"{i},{i % 7}" for i in range(2000)), 2)
    assert len(own_points.decode(text)[0]) == own_points.MOST
    assert len(text) < 2000
    assert "450 of 2,000 rows" in " ".join(notes)


def test_pasted_points_are_taken_and_come_back_from_the_address():
    at = visit(PAGE, "data=own")
    at.text_area[0].set_value("x; y\n0; 0.5\n1; 2\n2; 3.5").run()
    assert_fine(at)
    points, labels = own_points.decode(at.session_state["descent.points"])
    np.testing.assert_allclose(points, [[0, 0.5], [1, 2], [2, 3.5]], atol=2e-3)
    assert labels is None
    scene, array = shown(visit(PAGE, query(at)))
    np.testing.assert_allclose(array(scene["views"][0]["layers"][0]["y"]), [0.5, 2, 3.5], atol=2e-3)


def test_labels_survive_the_address():
    rng = np.random.default_rng(0)
    x, y, labels = rng.normal(size=60), rng.normal(size=60), rng.integers(0, 2, 60)
    points, back = own_points.decode(own_points.encode(x, y, labels))
    np.testing.assert_array_equal(back, labels)
    np.testing.assert_allclose(points, np.stack([x, y], axis=1), atol=np.ptp(x) / 2000)


# --- what is shown of a race -------------------------------------------------------------------


def run_of(problem, rules, start, **settings):
    given = dict(steps=60, batch_size=None, seed=0, schedule=schedules.Constant()) | settings
    return race([Entrant(rule.title, problem, rule) for rule in rules], np.array(start, dtype=float), **given)


def blobs(name="overlapping_blobs", features="plain", **settings):
    return Cost.linear(classes.make(name, 80, 0), losses.get("binary_cross_entropy"), features, **settings)


def scene_of(runs, axes=(0, 1), shown=0, **view):
    names = parameter_names(runs[shown].problem)
    plane = plane_of(runs[shown], runs[shown].path[0], axes, (names[axes[0]], names[axes[1]]))
    return scenes.descent(runs, shown, [nth_mark(i) for i in range(len(runs))], plane, **view)


@pytest.mark.parametrize("features", ["plain", "quadratic"])
@pytest.mark.parametrize("steps", [200, 500])
@pytest.mark.parametrize("racing", [1, 8])
def test_payload_of_a_run_is_within_its_budget(features, steps, racing):
    rules = [optimizers.get("sgd", learning_rate=0.01 * (i + 1)) for i in range(racing)]
    start = np.zeros(3 if features == "plain" else 6)
    runs = run_of(blobs(features=features), rules, start, steps=steps, batch_size=20)
    assert len(pack(scene_of(runs, (1, 2)))) <= BUDGET


def test_boundary_that_is_drawn_has_score_zero():
    runs = run_of(blobs(), [optimizers.get("sgd", learning_rate=0.5)], [0.1, 0.2, 0.3])
    line = next(layer for layer in scene_of(runs, (1, 2)).views[0].layers if layer.kind == "line")
    for frame in (0, 7, 60):
        ends = np.stack([line.x[frame], line.y[frame]], axis=1)
        np.testing.assert_allclose(runs[0].problem.score(runs[0].path[frame], ends), 0.0, atol=1e-12)


def test_divergence_is_marked_and_nothing_is_drawn_behind_it():
    cost = Cost.linear(generators.make("gaussian", 40), losses.get("squared_error"))
    (run,) = runs = run_of(cost, [optimizers.get("sgd", learning_rate=1.0)], [0, 0])
    assert run.diverged_at is not None
    scene = scene_of(runs)
    path = next(view for view in scene.views if view.key == "curve").layers[0]
    assert (path.ends, path.verdict) == (
        run.diverged_at,
        f"Gradient descent diverges at step {run.diverged_at}",
    )
    assert np.isnan(path.y[run.diverged_at + 1 :]).all()
    axis = next(view for view in scene.views if view.key == "curve").y
    assert np.isfinite([axis.low, axis.high]).all()
    assert axis.low < path.y[0] < axis.high
    pack(scene)


@pytest.mark.parametrize("rule", list(optimizers.OPTIMIZERS))
def test_arrows_of_an_update_sum_to_the_step(rule):
    """Samples' pulls, head to tail, end where the gradient's arrow does; that and memory end at the step."""
    (run,) = run_of(blobs(l2=0.1), [optimizers.get(rule)], [0.5, -0.2, 0.1], batch_size=8, steps=30)
    scene = details.update(run, (1, 2), parameter_names(run.problem))
    pulls, gradient, memory, step = (layer.ends for layer in scene.views[0].layers)
    assert pulls.shape[1] == 9  # eight samples and the penalty
    np.testing.assert_allclose(pulls[:-1, -1, 2:], gradient[:-1, 0, 2:], atol=1e-9)
    np.testing.assert_allclose(memory[:-1, 0, :2], gradient[:-1, 0, 2:], atol=1e-12)
    np.testing.assert_allclose(memory[:-1, 0, 2:], step[:-1, 0, 2:], atol=1e-12)
    direction = np.diff(run.path, axis=0)[:, 1:]
    np.testing.assert_allclose(
        step[:-1, 0, 2] * direction[:, 1],
        step[:-1, 0, 3] * direction[:, 0],
        atol=1e-12 * np.abs(direction).max(),
    )
    assert np.isnan(step[-1]).all()


def test_update_table_is_the_state_of_the_optimizer():
    (run,) = run_of(blobs(), [optimizers.get("adam", learning_rate=0.3)], [0.0, 0.0, 0.0], steps=10)
    table = details.update(run, (1, 2), parameter_names(run.problem)).views[1]
    cells = dict(zip(table.rows, np.moveaxis(table.cells, 1, 0), strict=True))
    trajectory_ = run.trajectory
    np.testing.assert_array_equal(cells["gradient"][4], trajectory_.gradient[0, 4])
    np.testing.assert_array_equal(cells["mean gradient"][4], trajectory_.state["mean"][0, 5])
    np.testing.assert_allclose(cells["step"][4], run.path[5] - run.path[4])
    # Kingma and Ba (2015): the first step of Adam has the size of the learning rate.
    np.testing.assert_allclose(np.abs(cells["step"][0, 1:]), 0.3, rtol=1e-6)


def test_confusion_matrix_counts_every_sample_and_roc_ends_in_the_corner():
    (run,) = run_of(blobs("imbalanced_blobs"), [optimizers.get("sgd")], np.zeros(3))
    roc, confusion, measures = details.fit(run).views
    assert (confusion.cells.sum(axis=(1, 2)) == 80).all()
    assert (confusion.cells.sum(axis=2) == [72, 8]).all()
    curve = roc.layers[1]
    assert (curve.x[:, 0] == 0).all()
    assert (curve.x[:, -1] == 1).all()
    assert (curve.y[:, -1] == 1).all()
    accuracy = measures.cells[:, measures.rows.index("accuracy"), 0]
    np.testing.assert_allclose(np.trace(confusion.cells, axis1=1, axis2=2) / 80, accuracy)


def test_table_of_the_race_is_in_the_order_of_the_lines():
    rules = [optimizers.get(name) for name in ("adam", "sgd", "momentum")]
    surface = SURFACES["bowl"](condition=5.0)
    runs = run_of(surface, rules, [-4.0, 1.5])
    assert (
        standings(runs)["Run"]
        == [entry.name for entry in scene_of(runs).legend]
        == ["Adam", "Gradient descent", "Momentum"]
    )


def test_csv_is_the_trajectory():
    (run,) = run_of(blobs(), [optimizers.get("momentum")], np.zeros(3), steps=5)
    table = trajectory(run, parameter_names(run.problem))
    np.testing.assert_array_equal(table["cost"], run.cost)
    np.testing.assert_array_equal(table["weight of x₂"], run.path[:, 2])
    np.testing.assert_array_equal(table["velocity, intercept"], run.trajectory.state["velocity"][0, :, 0])


def test_script_of_the_page_reproduces_the_run():
    (run,) = run_of(blobs("moons"), [optimizers.get("nadam", learning_rate=0.1)], np.zeros(3), batch_size=16)
    scope = {"__name__": "script"}
    exec(script(run.trajectory), scope)
    np.testing.assert_allclose(scope["path"], run.path, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(scope["costs"], run.cost, rtol=1e-12)


def test_stand_alone_page_has_every_module_and_asks_nobody():
    runs = run_of(blobs(), [optimizers.get("sgd")], np.zeros(3), steps=3)
    page = to_html(scene_of(runs, (1, 2)), "Title & more")
    assert "<title>Title &amp; more</title>" in page
    imported = set(re.findall(r'import\(\\"\./(\w+)\.js\\" \+ same\)', page))
    assert imported <= set(MODULES)
    assert not re.search(r"""(src|href)=|@import|url\((?!#)|https?://(?!www\.w3\.org)""", page)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("task=classes&features=squares&over=0,1,2", "the first 2 are kept"),
        ("opt=" + ",".join(optimizers.OPTIMIZERS), "the first 8 are kept"),
        ("race=rates&opt=sgd,adam", "only the first is kept"),
        (
            "race=rates&rates=" + ",".join(f"{k / 100:g}" for k in range(1, 12)),
            "one more than the 8 that can run",
        ),
        ("race=losses&loss=" + ",".join(losses.names("regression")[:12]), "the first 8 are kept"),
    ],
)
def test_more_values_than_a_control_takes_are_cut_and_said(query, kept):
    at = visit(PAGE, query)
    assert [e.message for e in at.exception] == []
    assert kept in notice(at)
