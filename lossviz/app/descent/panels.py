"""What stands under the animation: one update, the fit, learning rates, the surface in space, the race."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from lossviz import optimizers
from lossviz.app.descent.controls import MOST_STEPS, PLAYER, Setup
from lossviz.app.descent.rules import HIGHEST_RATE, MOST_RUNS
from lossviz.app.kit import background, explain, plainly, widgets
from lossviz.app.kit.address import Address, flag, whole
from lossviz.app.kit.chart import Click, chart
from lossviz.app.kit.downloads import to_csv
from lossviz.app.kit.player import player, replay
from lossviz.app.kit.player_export import to_html
from lossviz.app.kit.table import table
from lossviz.descent import learning_rates
from lossviz.descent import script as descent_script
from lossviz.descent.optimum import Spectrum, spectrum
from lossviz.descent.race import Run, race
from lossviz.draw import descent as figures
from lossviz.draw import descent_details as details
from lossviz.draw.descent_plane import Plane
from lossviz.draw.descent_scene import descent
from lossviz.draw.network import nearest_edge, network
from lossviz.draw.player import Scene
from lossviz.draw.style import Mark
from lossviz.models import MLP, Cost
from lossviz.number_format import percent, short
from lossviz.optimizers.base import Optimizer

TABS = {
    "update": "One update",
    "fit": "The fit",
    "rates": "Learning rates",
    "space": "In space",
    "why": "Why",
    "numbers": "Numbers",
    "code": "Code",
}
RATES, MOMENTA = 41, 20
TOLERANCE = 1e-3
"""Share of the gap in cost that a run that arrived may leave."""


QUICK = 300_000
"""Samples that are looked at, over all steps and runs, in a moment."""
_RACE, _SCENE, _UPDATE = "descent:race job", "descent:scene job", "descent:update job"
"""Work that may be done beside the page."""


def heavy(setup: Setup) -> bool:
    """Whether the race takes more than a moment, so that it shows how far it is."""
    problem = setup.entrants[0].problem
    return (problem.samples or 1) * setup.steps * len(setup.entrants) > QUICK


def _beside(
    key: str,
    address: Address,
    setup: Setup,
    asked: str,
    work: Callable[[Callable[[float], bool]], Any],
    at_once: Callable[[], Any],
) -> Any:
    """What ``work`` gives, done beside the page where the race is heavy, and None until then; else ``at_once``."""
    if heavy(setup):
        return background.result(key, asked, work, lambda: _lighter(address))
    background.drop(key)
    return at_once()


def _lighter(address: Address) -> None:
    """Take back what makes a race long: as few steps as the page begins with."""
    address.put("steps", address.fields["steps"].default)


def race_of(address: Address, setup: Setup) -> list[Run] | None:
    """The runs, computed once for equal settings; None while they are computed beside the page."""
    found: list[Run] | None = _beside(
        _RACE,
        address,
        setup,
        setup.token,
        lambda progress: _run(setup, progress),
        lambda: _race(setup.token, setup),
    )
    return found


@st.cache_resource(max_entries=32, show_spinner=False)
def _race(token: str, _setup: Setup) -> list[Run]:
    return _run(_setup)


def _run(setup: Setup, progress: Callable[[float], bool] | None = None) -> list[Run]:
    return race(
        setup.entrants,
        setup.start,
        steps=setup.steps,
        batch_size=setup.batch,
        seed=setup.seed,
        schedule=setup.schedule,
        progress=progress,
    )


def scene_of(
    address: Address, setup: Setup, runs: list[Run], shown: int, plane: Plane, *, log: bool, eigen: bool
) -> Scene | None:
    """The three views, computed once for equal settings; None while they are computed beside the page."""
    asked = repr((setup.token, shown, log, eigen))
    found: Scene | None = _beside(
        _SCENE,
        address,
        setup,
        asked,
        lambda progress: descent(runs, shown, setup.marks, plane, log=log, eigen=eigen),
        lambda: _scene(asked, runs, shown, setup.marks, plane, log, eigen),
    )
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _scene(
    token: str, _runs: list[Run], _shown: int, _marks: Sequence[Mark], _plane: Plane, _log: bool, _eigen: bool
) -> Scene:
    return descent(_runs, _shown, _marks, _plane, log=_log, eigen=_eigen)


def fields(address: Address) -> None:
    """Declare where somebody looks, which stays in the address also while nothing is drawn yet."""
    address.field(whole("frame", 0, MOST_STEPS, 0))
    address.field(whole("shown", 0, MOST_RUNS - 1, 0))
    for name in ("log", "eigen", "map"):
        address.field(flag(name))
    address.field(explain.tab_field(TABS))


def update(address: Address, setup: Setup, run: Run) -> None:
    """One update taken apart, moving along with the animation."""
    if setup.task == "network":
        _network(address, run)
    scene = _beside(
        _UPDATE,
        address,
        setup,
        repr((setup.token, run.label)),
        lambda progress: details.update(run, setup.axes, setup.names),
        lambda: details.update(run, setup.axes, setup.names),
    )
    if scene is not None:
        player(scene, key="descent:update", frame=address.key("frame"), clock=PLAYER)


def _network(address: Address, run: Run) -> None:
    """One sample on its way through the network, and one edge's share of the update as its three factors."""
    cost = run.problem
    assert isinstance(cost, Cost)
    model = cost.model
    assert isinstance(model, MLP)
    left, right, _ = st.columns([1, 1, 2])
    with left:
        sample = widgets.box(address, "Sample", address.fields["example"])
    with right:
        edge = widgets.menu(address, "Edge", address.fields["edge"], lambda index: model.names[int(index)])
    player(
        network(run, int(sample) - 1, int(edge)),
        key="descent:network",
        frame=address.key("frame"),
        clock=PLAYER,
        on_click=lambda click: address.put("edge", str(nearest_edge(model, click.x, click.y))),
    )


def fit(address: Address, run: Run) -> None:
    """How good the model is at the shown step."""
    scene = details.fit(run)
    if scene is None:
        st.markdown("A test surface has no data, so there is nothing to fit.")
        return
    player(scene, key="descent:fit", frame=address.key("frame"), clock=PLAYER)


# --- learning rates --------------------------------------------------------------------------


_MAP = "descent:map job"


def _second(rule: Optimizer) -> str | None:
    """The hyperparameter across the learning rate, where the rule has one; gradient descent is momentum 0."""
    return "momentum" if rule.name in ("sgd", "momentum", "nesterov") else None


def rates(address: Address, setup: Setup, run: Run) -> None:
    """A map of learning rates, and momenta, that converge, oscillate or diverge; a click plays one."""
    rule = run.trajectory.optimizer
    if not hasattr(rule, "learning_rate"):
        st.markdown(f"{rule.title} has no learning rate.")
        return
    if not widgets.switch(address, "Try all learning rates", address.fields["map"]):
        background.drop(_MAP)
        runs = RATES * (MOMENTA if _second(rule) else 1)
        st.caption(f"{runs} runs of {setup.steps} steps, with this data and start, at a constant rate.")
        return
    second = _second(rule)
    at = run.best.points[0] if len(run.best.points) else run.path[0]
    curvature = spectrum(run.problem, at) if run.problem.has_hessian else None
    found = background.result(
        _MAP,
        repr((setup.token, run.label, rule.settings())),
        lambda progress: _try_all(setup, run, second, curvature, progress),
        lambda: address.put("map", False),
    )
    if found is None:
        return
    said = figures.rate_words(found, curvature, rule)
    chart(
        figures.rate_map(found, rule, curvature, setup.steps),
        key="descent:rates",
        alt=said,
        name="learning-rates",
        on_click=lambda click: _play(address, rule, second, found, click),
    )
    st.markdown(said)


def _try_all(
    setup: Setup, run: Run, second: str | None, curvature: Spectrum | None, progress: Callable[[float], bool]
) -> learning_rates.LearningRateMap:
    rule = run.trajectory.optimizer
    cls = optimizers.OPTIMIZERS["momentum"] if rule.name == "sgd" else type(rule)
    kept = {name: value for name, value in rule.settings().items() if name not in ("learning_rate", second)}
    return learning_rates.learning_rate_map(
        run.problem,
        lambda **settings: cls(**kept, **settings),
        setup.start,
        np.geomspace(1e-3, HIGHEST_RATE, RATES),
        np.linspace(0.0, 0.95, MOMENTA) if second else None,
        steps=setup.steps,
        lowest=run.best.value if np.isfinite(run.best.value) else None,
        directions=None if curvature is None else curvature.directions,
        batch_size=setup.batch,
        seed=setup.seed,
        progress=progress,
    )


def _play(
    address: Address, rule: Optimizer, second: str | None, found: learning_rates.LearningRateMap, click: Click
) -> None:
    """Put the cell that was clicked into the controls."""
    rate = found.rates[np.abs(np.log10(found.rates) - click.x).argmin()]
    momentum = round(float(found.momenta[np.abs(found.momenta - click.y).argmin()]), 3)
    name = "momentum" if rule.name == "sgd" and momentum > 0 else rule.name
    address.put("lr", float(f"{rate:.3g}"))
    address.put("race", "optimizers")
    address.put("opt", [name])
    if second and name != "sgd":
        address.put(f"{name}.{second}", momentum)
    replay(PLAYER, address.key("frame"))


# --- the surface in space --------------------------------------------------------------------


def space(plane: Plane, runs: Sequence[Run], setup: Setup, frame: int) -> None:
    """The cost as a surface over two parameters, with the paths up to the shown step."""
    figure = figures.surface(plane, runs, setup.marks, frame)
    chart(
        figure,
        key="descent:space",
        alt="The cost as a surface over two parameters, with the paths.",
        name="cost-surface",
    )


# --- why, numbers, code ----------------------------------------------------------------------


def why(runs: Sequence[Run]) -> None:
    """The rules of the race and, for each, its formula."""
    for rule in {run.trajectory.optimizer.name: run.trajectory.optimizer for run in runs}.values():
        st.subheader(rule.title, anchor=False)
        st.markdown(rule.summary())
        st.latex(rule.formula)
    problem = runs[0].problem
    if isinstance(problem, Cost):
        for loss in {
            r.problem.loss.name: r.problem.loss for r in runs if isinstance(r.problem, Cost)
        }.values():
            st.markdown(f"**{loss.title}.** {loss.summary()}")
            st.latex(loss.formula)
    st.caption(
        "Rules as printed in S. Ruder, An overview of gradient descent optimization algorithms (2016)."
    )


def numbers(scene: Scene, setup: Setup, runs: Sequence[Run], shown: int) -> None:
    """The table of the race, the trajectory behind the chart, and what can be taken away."""
    table(standings(runs), name="The race")
    st.caption(
        f"Tolerance: all but {percent(TOLERANCE, 1)} of the gap between the first and the lowest possible cost."
    )
    run = runs[shown]
    steps = trajectory(run, setup.names)
    left, right, _ = st.columns([1, 1, 2])
    left.download_button(
        "CSV of the trajectory", lambda: to_csv(steps), "descent.csv", "text/csv", key="descent:csv",
        on_click="ignore", width="stretch",
    )  # fmt: skip
    right.download_button(
        "Stand-alone HTML", lambda: to_html(scene, "How a model walks downhill"), "descent.html", "text/html",
        key="descent:html", on_click="ignore", width="stretch",
    )  # fmt: skip
    explain.data_table("descent", steps)


def standings(runs: Sequence[Run]) -> dict[str, list[str]]:
    """The race as columns, in the order of the lines."""
    reached = [run.standing for run in runs]
    known = [np.isfinite(run.best.value) for run in runs]
    return {
        "Run": [run.label for run in runs],
        "Steps to tolerance": [
            _or_dash(s.steps_to_tolerance if k else None) for s, k in zip(reached, known, strict=True)
        ],
        "Final cost": [short(s.final_cost, 6) for s in reached],
        "Distance to optimum": [_or_dash(None if s.distance is None else short(s.distance)) for s in reached],
        "Diverged at step": [_or_dash(s.diverged_at) for s in reached],
    }


def _or_dash(value: Any) -> str:
    return "–" if value is None else str(value)


def trajectory(run: Run, names: Sequence[str]) -> dict[str, Any]:
    """One row a step: cost, parameters, the gradient of the step that leads on, and the state."""
    steps = len(run.cost)
    none = np.full((1, len(names)), np.nan)
    parts = {"": run.path, "gradient used from here, ": np.concatenate([run.trajectory.gradient[0], none])}
    parts |= {f"{slot}, ": kept[0] for slot, kept in run.trajectory.state.items()}
    columns = {
        f"{what}{name}": values[:, i] for what, values in parts.items() for i, name in enumerate(names)
    }
    return {"step": np.arange(steps), "cost": run.cost, **columns}


def code(run: Run) -> None:
    """A script that reproduces the shown run with NumPy alone."""
    try:
        source = descent_script.script(run.trajectory)
    except ValueError as problem:
        plainly.caption(f"This run has no script: {plainly.reason(problem)}.")
        return
    st.caption("This script computes the numbers shown, data included, with NumPy alone.")
    st.download_button(
        "Download the script", source, "descent.py", "text/x-python", key="descent:script", on_click="ignore"
    )
    explain.python(source)
