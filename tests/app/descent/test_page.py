"""The gradient descent page: every preset, what its URL may hold, and that all it shows is one run."""

import re
from urllib.parse import urlencode

import numpy as np
import pytest
from scene_payload import unpack
from visiting import notice, query, read, visit

from lossviz import losses, optimizers
from lossviz.app.descent.panels import TABS, standings, trajectory
from lossviz.app.descent.presets import PRESETS
from lossviz.app.descent.problem import TASKS
from lossviz.app.kit.address import LONGEST
from lossviz.app.kit.player_export import MODULES, to_html
from lossviz.data import classes, generators
from lossviz.data.dataset import MAX_BY_HAND, Dataset
from lossviz.data.points import Points, decode, encode
from lossviz.descent import descend
from lossviz.descent.race import Entrant, parameter_names, race
from lossviz.descent.script import script
from lossviz.descent.surfaces import SURFACES
from lossviz.draw import descent_details as details
from lossviz.draw import descent_scene as scenes
from lossviz.draw.descent_plane import plane_of
from lossviz.draw.player import BUDGET, pack
from lossviz.draw.style import nth_mark
from lossviz.models import Cost
from lossviz.optimizers import schedules

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
        ("start=1,2e4", "“1,2e4” is further out than 10000"),
        ("steps=2.5", "“2.5” is not a whole number; 2 is used"),
        ("race=rates&rates=0.1,x", "is not a number"),
        ("race=rates&rates=0.1,-1", "“-1” is not above 0, as a learning rate must be, and is left out"),
        ("race=rates&rates=1,2,3,4,5,6,7,8,9", "“9” is one more than the 8 that can run"),
        ("data=own&points=AAAA", "the points are not whole"),
        ("data=own&points=:zqx:", "“” is no side of a window"),
        ("data=own&points=a,0,1:0,4,1:AAAA", "“a,0,1” is no side of a window"),
        ("data=own&own=AA$", "these are no points"),
        ("data=own&v=3", "“3” is no version of links that is known here"),
        ("data=own&own=" + "A" * 5000, "5,000 characters are more than the 4,000"),
        ("data=own&points=0,0,1:0,9,1:AAAAAAAA", "“0,0,1” is no side of a window"),
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
    labels = None if labels is None else np.array(labels)
    classes = () if labels is None else ("0", "1")
    text = encode(Points(np.array([x, y], dtype=float).T, ("x", "y"), labels, classes))
    return urlencode({"data": "own", "own": text})


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


# --- a person's own points ---------------------------------------------------------------------


def pasted(text, state="data=own"):
    at = visit(PAGE, state)
    at.text_area(key="descent:own paste").set_value(text).run()
    assert [e.message for e in at.exception] == []
    return at


def drawn(text, state="data=own"):
    at = pasted(text, state)
    at.button(key="descent:own draw").click().run()
    assert_fine(at)
    return at


def held(at):
    return decode(at.session_state["descent.own"])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1, 2\nx, y\nz, w\nq, r", "no column holds numbers"),
        ("1, 2\n3, nan", "1 row with a number in every chosen column"),
        ("id,y\n12345678901234567890,1\n12345678901234567891,2", "2 different numbers of more than 15 digits became 1"),
    ],
)  # fmt: skip
def test_bad_own_points_are_a_sentence_and_those_shown_are_kept(typed, said):
    at = pasted(typed, own([0.0, 1, 2], [0.0, 2, 1]))
    assert said in read(at.error[0].value).lower() + read(at.error[0].value)
    assert held(at).xy.tolist() == [[0, 0], [1, 2], [2, 1]]


def test_rows_without_a_number_are_named_and_left_out():
    at = drawn("x,y\n0,1\nnan,3\n2,5\n3,inf\n4,4")
    assert held(at).xy.tolist() == [[0, 1], [2, 5], [4, 4]]
    assert "2 rows (lines 3, 5) left out" in captions(at)


def test_what_a_spread_of_six_powers_of_ten_holds_is_trained_on_as_it_came():
    at = drawn("x,y\n1,2\n2,4\n3,6\n4,8\n1000000,2000000")
    assert held(at).xy.tolist() == [[1, 2], [2, 4], [3, 6], [4, 8], [1e6, 2e6]]


def test_a_table_with_its_rows_numbered_is_trained_on_by_the_names_of_its_columns():
    at = drawn(",x,y\n0,10,5\n1,11,7\n2,13,8\n")
    assert held(at).xy.tolist() == [[10, 5], [11, 7], [13, 8]]
    assert held(at).names == ("x", "y")
    scene, _ = shown(at)
    assert scene["views"][0]["x"]["title"] == "x, 0 to 1"


def test_columns_are_chosen_by_name_and_their_names_are_drawn():
    at = pasted("price,rooms,area\n260,2,70\n340,3,95\n411,3,120")
    at.selectbox(key="descent:own x").set_value("area").run()
    at.selectbox(key="descent:own y").set_value("price").run()
    at.button(key="descent:own draw").click().run()
    assert_fine(at)
    assert held(at).names == ("area", "price")
    again = visit(PAGE, query(at))
    assert notice(again) == ""
    scene, _ = shown(again)
    assert [scene["views"][0][axis]["title"] for axis in "xy"] == ["area, 0 to 1", "price"]


def test_classes_by_name_are_told_apart_and_come_back_from_the_address():
    at = drawn("x1,x2,kind\n0,1,yes\n1,3,no\n2,2,yes\n3,0,no\n", "task=classes&data=own")
    assert held(at).classes == ("no", "yes")
    assert held(at).labels.tolist() == [1, 0, 1, 0]
    assert "class 0 is “no”, class 1 is “yes”" in captions(at)
    again = visit(PAGE, query(at))
    assert (notice(again), shown(again)[0]["views"][0]["x"]) == ("", shown(at)[0]["views"][0]["x"])
    assert query(again) == query(at)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a,b,label\n0,1,0\n1,1,2\n2,2,1", "3 different classes, “0”, “1”, “2”"),
        ("a,b\n0,1\n1,1", "Two columns of numbers and one of classes are needed; there are “a”, “b”"),
    ],
)
def test_other_than_two_classes_are_named(typed, said):
    at = pasted(typed, "task=classes&data=own")
    assert said in at.error[0].value


def test_more_points_than_a_link_holds_are_drawn_at_random_and_it_is_said():
    at = drawn("\n".join(f"{i},{i % 7}" for i in range(2000)))
    assert len(held(at).xy) == MAX_BY_HAND
    assert "450 of 2,000 rows are used, drawn at random" in captions(at)
    assert len(query(at)) < LONGEST


def test_points_of_a_person_outlast_a_change_of_the_task():
    at = visit(PAGE, own([0.0, 1, 2, 3], [1.0, 0, 2, 1], [0, 1, 1, 0]))
    before = at.session_state["descent.own"]
    at.button_group(key="descent.task").set_value("classes").run()
    assert at.session_state["descent.own"] == before


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


@pytest.mark.parametrize(
    "query", ["task=line&data=outliers&start=2000,2000", "task=classes&loss=exponential&start=2000,0"]
)
def test_a_run_that_begins_at_infinite_cost_has_its_code_shown(query):
    """The script of such a run was refused, and the page did not expect it."""
    at = visit(PAGE, f"{query}&tab=code")
    assert [e.message for e in at.exception] == []
    assert any("import numpy" in block.value for block in at.code)


def runs(at):
    """The labels of the runs between which the readings may be switched."""
    return [
        [option.content for option in b.proto.options]
        for b in at.get("button_group")
        if b.key == "descent.shown"
    ]


def test_runs_that_are_raced_have_labels_of_their_own():
    close = visit(PAGE, "race=rates&rates=0.12345678,0.12345679")
    assert runs(close) == [["η = 0.12345678", "η = 0.12345679"]]
    alone = visit(PAGE, "race=rates&rates=0.1,0.2&opt=adadelta")
    assert runs(alone) == []
    assert "Adadelta finds its own step: it has no learning rate." in [c.value for c in alone.caption]
