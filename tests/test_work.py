"""No run of a page at its largest settings does more than a moment's work itself, counted, not timed."""

import numpy as np
import pytest
from visiting import notice, query, visit

from lossviz import data, losses, optimizers
from lossviz.fitting import fit_line, fit_location
from lossviz.losses import ResidualLoss
from lossviz.models import Cost
from lossviz.outlier_lab import QUICK, breakdown, work
from lossviz.ui import descent_panels, outlier_controls
from lossviz.ui.descent_rules import MOST_RUNS

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


@pytest.mark.parametrize("view", list(outlier_controls.VIEWS))
@pytest.mark.parametrize("scale", list(outlier_controls.SCALES))
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
    from lossviz.cloud import Cloud, Window

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


@pytest.mark.parametrize("tab", list(descent_panels.TABS))
@pytest.mark.parametrize("task", ["task=classes&features=quadratic&data=imbalanced_blobs", "task=line"])
def test_the_descent_page_leaves_long_races_to_a_job(looked_at, tab, task):
    rules = ",".join(list(optimizers.OPTIMIZERS)[:MOST_RUNS])
    at = visit(DESCENT, f"{task}&steps=500&opt={rules}&tab={tab}")
    assert [e.message for e in at.exception] == []
    assert page_work(looked_at) <= 2 * descent_panels.QUICK
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
    from lossviz.figures.descent_plane import plane_of
    from lossviz.figures.descent_scene import descent
    from lossviz.figures.player import BUDGET, pack
    from lossviz.figures.style import nth_mark
    from lossviz.schedules import Constant

    cost = Cost.linear(classes.make("moons", 450), losses.get("binary_cross_entropy"), "quadratic")
    rules = list(optimizers.OPTIMIZERS)[:MOST_RUNS]
    entrants = [Entrant(name, cost, optimizers.get(name)) for name in rules]
    runs = race(entrants, np.zeros(6), steps=500, batch_size=None, seed=0, schedule=Constant())
    plane = plane_of(runs[0], np.zeros(6), (1, 2), ("a", "b"))
    assert len(pack(descent(runs, 0, [nth_mark(i) for i in range(8)], plane))) <= BUDGET
