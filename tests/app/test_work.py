"""No run of a page at its largest settings does more than a moment's work itself, counted, not timed."""

import numpy as np
import pytest
from visiting import notice, query, visit

from lossviz import data, losses, optimizers
from lossviz.app.descent import panels
from lossviz.app.descent.rules import MOST_RUNS
from lossviz.app.outliers import controls
from lossviz.fitting import fit_line, fit_location
from lossviz.losses import ResidualLoss
from lossviz.models import Cost
from lossviz.robust.effects import QUICK, breakdown, work

OUTLIERS, DESCENT = "pages/outliers.py", "pages/gradient_descent.py"
RESIDUAL = [name for name in losses.names("regression") if issubclass(losses.find(name), ResidualLoss)]


@pytest.mark.parametrize("scale", [1.0, "mad"])
@pytest.mark.parametrize("name", RESIDUAL)
@pytest.mark.parametrize("fitted", [fit_line, fit_location])
def test_a_fit_takes_no_more_work_than_is_reckoned_with(looked_at, fitted, name, scale):
    for n, seed in ((40, 1), (300, 2)):
        drawn = data.make("gaussian", n=n, outliers=0.1, seed=seed)
        before = sum(looked_at.values())
        fitted(losses.get(name), *((drawn.x, drawn.y) if fitted is fit_line else (drawn.y,)), scale=scale)
        assert sum(looked_at.values()) - before <= work([losses.get(name)], n, scale=scale)


def page_work(looked_at):
    """What was looked at by the thread that ran the page, not by jobs beside it."""
    return sum(count for name, count in looked_at.items() if "(_run)" not in name)


@pytest.mark.parametrize("view", list(controls.VIEWS))
@pytest.mark.parametrize("scale", list(controls.SCALES))
def test_the_outlier_page_leaves_long_work_to_a_job_that_can_be_stopped(looked_at, view, scale):
    query = f"view={view}&scale={scale}&n=2000&bad=0.2&tenfold=1&loss={','.join(RESIDUAL)}"
    at = visit(OUTLIERS, query)
    assert [e.message for e in at.exception] == []
    assert page_work(looked_at) <= 2.5 * QUICK
    if (
        work([losses.get(name) for name in RESIDUAL], 2000, scale="mad" if scale == "mad" else 1.0)
        > 5 * QUICK
    ):
        assert sum(looked_at.values()) > page_work(looked_at)


def test_a_breakdown_curve_tells_how_far_it_is_and_can_be_stopped():
    from lossviz.data.cloud import Cloud, Window

    drawn = data.make("gaussian", n=60, seed=1)
    cloud, window = Cloud.of(drawn.x, drawn.y), Window.around(drawn.x, drawn.y)
    some = [losses.get(name) for name in ("squared_error", "welsch")]
    told = []
    found = breakdown(some, cloud, window, "vertical", progress=lambda share: told.append(share) or True)
    assert told == sorted(told)
    assert told[-1] == 1.0
    alone = breakdown(some, cloud, window, "vertical")
    for one, other in zip(found.coefficients, alone.coefficients, strict=True):
        np.testing.assert_array_equal(one, other)
    assert breakdown(some, cloud, window, "vertical", progress=lambda share: False) is None


@pytest.mark.parametrize("tab", list(panels.TABS))
@pytest.mark.parametrize("task", ["task=classes&features=quadratic&data=imbalanced_blobs", "task=line"])
def test_the_descent_page_leaves_long_races_to_a_job(looked_at, tab, task):
    rules = ",".join(list(optimizers.OPTIMIZERS)[:MOST_RUNS])
    at = visit(DESCENT, f"{task}&steps=500&opt={rules}&tab={tab}")
    assert [e.message for e in at.exception] == []
    assert page_work(looked_at) <= 2 * panels.QUICK
    assert f"tab={tab}" in query(at) or tab == "update"


def test_what_is_set_stays_in_the_address_while_a_race_is_run():
    rules = ",".join(list(optimizers.OPTIMIZERS)[:MOST_RUNS])
    asked = f"tab=code&map=1&log=1&shown=3&steps=500&opt={rules}"
    at = visit(DESCENT, asked)
    assert notice(at) == ""
    assert {part.split("=")[0] for part in query(at).split("&")} == {
        "tab",
        "map",
        "log",
        "shown",
        "steps",
        "opt",
    }


def test_450_labelled_points_and_eight_runs_of_500_steps_are_drawn():
    """A budget of the shading went below zero, and its root was taken."""
    from lossviz.data import classes
    from lossviz.descent.race import Entrant, race
    from lossviz.draw.descent_plane import plane_of
    from lossviz.draw.descent_scene import descent
    from lossviz.draw.player import BUDGET, pack
    from lossviz.draw.style import nth_mark
    from lossviz.optimizers.schedules import Constant

    cost = Cost.linear(classes.make("moons", 450), losses.get("binary_cross_entropy"), "quadratic")
    rules = list(optimizers.OPTIMIZERS)[:MOST_RUNS]
    entrants = [Entrant(name, cost, optimizers.get(name)) for name in rules]
    runs = race(entrants, np.zeros(6), steps=500, batch_size=None, seed=0, schedule=Constant())
    plane = plane_of(runs[0], np.zeros(6), (1, 2), ("a", "b"))
    assert len(pack(descent(runs, 0, [nth_mark(i) for i in range(8)], plane))) <= BUDGET
