"""The controls of the descent page: what is trained, by which rules, from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lossviz.app.descent.problem import (
    Shape,
    pick_data,
    pick_hidden,
    pick_loss,
    pick_model,
    pick_surface,
    pick_task,
    pick_weight,
    pick_weights,
    rescaled,
)
from lossviz.app.descent.rules import pick_optimizers, pick_rates, pick_schedule, rule_of, tune_optimizer
from lossviz.app.kit import widgets
from lossviz.app.kit.address import Address, Bad, Field, choice, choices, whole
from lossviz.app.kit.live_slider import number_box
from lossviz.app.kit.pickers import tune, unit_of
from lossviz.app.kit.player import Click, replay
from lossviz.data.numerals import shortest, typed
from lossviz.descent import Problem, surfaces
from lossviz.descent.race import Entrant, parameter_names
from lossviz.draw import style
from lossviz.draw.network import edges
from lossviz.draw.style import Mark
from lossviz.foreign import quoted
from lossviz.losses.catalogue import REGISTERED
from lossviz.models import MLP, Cost
from lossviz.number_format import all_digits, short
from lossviz.optimizers import schedules
from lossviz.optimizers.base import Array, Optimizer

RACES = {"optimizers": "Rules", "rates": "Rates", "losses": "Losses"}
MOST_STEPS = 500
FARTHEST = 1e4
"""Largest coordinate of a start."""
PLAYER = "descent:run"
"""Key of the animation."""


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that defines the race."""

    task: str
    entrants: tuple[Entrant, ...]
    marks: tuple[Mark, ...]
    start: Array
    """(p,): the two coordinates that are drawn as set, the others zero."""
    axes: tuple[int, int]
    """Which two parameters are drawn."""
    names: tuple[str, ...]
    """Of the parameters, (p)."""
    steps: int
    batch: int | None
    seed: int
    schedule: schedules.Schedule
    notes: tuple[str, ...]
    """What is peculiar about the settings, in sentences."""

    @property
    def pair(self) -> tuple[str, str]:
        """Names of the two parameters that are drawn."""
        return self.names[self.axes[0]], self.names[self.axes[1]]

    @property
    def token(self) -> str:
        """Equal for equal races."""
        problems = [
            (
                e.problem.data.x.tobytes(),
                e.problem.data.y.tobytes(),
                e.problem.loss,
                e.problem.model,
                e.problem.penalty,
                e.problem.class_weights,
            )
            if isinstance(e.problem, Cost)
            else e.problem
            for e in self.entrants
        ]
        rules = [(e.label, e.optimizer.name, e.optimizer.settings()) for e in self.entrants]
        return repr(
            (
                problems,
                rules,
                self.start.tolist(),
                self.axes,
                self.steps,
                self.batch,
                self.seed,
                self.schedule,
            )
        )


def pick(address: Address) -> Setup:
    """Draw the controls.

    Raises:
        ValueError: if the settings contradict each other; the message is for the person.
    """
    task = pick_task(address)
    samples = None if task == "surface" else pick_data(address, task)
    surface = pick_surface(address) if task == "surface" else None
    hidden = pick_hidden(address) if task == "network" else None
    race = _pick_race(address, task)
    several = {name: race == name for name in RACES}
    chosen, catalogue = (
        pick_loss(address, task, several["losses"]) if samples is not None else ([], REGISTERED)
    )
    weights: tuple[float, ...] = pick_weight(address) if task in ("classes", "network") else ()
    names = pick_optimizers(address, several["optimizers"])
    rates = pick_rates(address, task, several["rates"], names)
    more = st.expander("Batch, steps, start, seed")
    tuning = st.expander("Model and rule in detail")
    with tuning:
        unit = unit_of(samples.y) if samples is not None and task == "line" else 1.0
        tuned = tune(address, chosen, unit=unit, catalogue=catalogue)
        if task == "many" and samples is not None:
            weights = pick_weights(address, samples)
        shape = (
            pick_model(address, task, hidden, weights) if samples is not None else Shape("plain", 0.0, "raw")
        )
        settings = {name: tune_optimizer(address, name) for name in names}
    if samples is not None:
        samples = rescaled(samples, shape.scale)
    problems: list[Problem] = (
        [surface]
        if surface is not None
        else [shape.cost(samples, loss) for loss in tuned if samples is not None]
    )
    rules = [rule_of(name, rate, settings[name]) for name in names for rate in rates]
    parameters = parameter_names(problems[0])
    with more:
        setting = _pick_run(address, task, problems[0])
    axes = _pick_axes(address, more, problems[0], parameters)
    with more:
        start = _initial(address, problems[0])
        start[list(axes)] = _pick_start(address, problems[0], start[list(axes)])
    if task == "network":
        _declare_edge(address, problems[0])
    entrants = [Entrant(_label(race, problem, rule), problem, rule) for problem in problems for rule in rules]
    marks = [_mark(race, entrant, i) for i, entrant in enumerate(entrants)]
    notes = problems[0].notes() if isinstance(problems[0], Cost) else ()
    return Setup(
        task,
        tuple(entrants),
        tuple(marks),
        start,
        axes,
        parameters,
        notes=(*setting.pop("notes"), *notes),
        **setting,
    )


def _pick_race(address: Address, task: str) -> str:
    options = [name for name in RACES if task != "surface" or name != "losses"]
    field = choice("race", options, "optimizers", step=True)
    return str(widgets.segments(address, "Compare", field, RACES.__getitem__))


def _label(race: str, problem: Problem, rule: Optimizer) -> str:
    if race == "rates" and hasattr(rule, "learning_rate"):
        return f"η = {all_digits(rule.learning_rate)}"
    return problem.loss.label if race == "losses" and isinstance(problem, Cost) else rule.title


def _mark(race: str, entrant: Entrant, index: int) -> Mark:
    """A loss keeps its mark; rules and rates are told apart by their places in the race."""
    if race == "losses" and isinstance(entrant.problem, Cost):
        return style.mark(entrant.problem.loss.name)
    return style.nth_mark(index)


# --- from where, how long --------------------------------------------------------------------


def _pick_run(address: Address, task: str, problem: Problem) -> dict[str, Any]:
    samples = problem.samples if isinstance(problem, Cost) else 0
    notes: list[str] = []
    address.field(whole("batch", 0, 100_000, 0))
    usual = 200 if task == "network" else 100
    steps = widgets.box(address, "Steps", whole("steps", 1, MOST_STEPS, usual), step=10)
    batch = None
    if samples:
        asked = widgets.box(address, "Batch size (0: all)", address.fields["batch"])
        if asked > samples:
            notes.append(
                f"A batch of {asked:,} is more than the {samples:,} samples: every step uses all of them."
            )
        batch = int(asked) if 0 < asked < samples else None
        widgets.box(address, "Data seed", address.fields["sample"])
    seed = widgets.box(address, "Batch seed", whole("seed", 0, 9999, 0), disabled=batch is None)
    schedule = pick_schedule(address)
    return dict(steps=int(steps), batch=batch, seed=int(seed), schedule=schedule, notes=notes)


def _initial(address: Address, problem: Problem) -> Array:
    """Where all parameters begin, (p,), before two of them are set."""
    if not isinstance(problem, Cost):
        return np.array(
            problem.start if isinstance(problem, surfaces.Surface) else np.zeros(problem.dimension)
        )
    if not isinstance(problem.model, MLP):
        return problem.model.init()
    drawn = widgets.box(address, "Seed of the first weights", whole("draw", 0, 9999, 0))
    return problem.model.init(int(drawn))


def _declare_edge(address: Address, problem: Problem) -> None:
    """Which sample goes through the network, and which edge is taken apart: looked at in a tab."""
    assert isinstance(problem, Cost)
    assert isinstance(problem.model, MLP)
    address.field(whole("example", 1, problem.samples, 1))
    options = [str(index) for index in edges(problem.model)[1]]
    if st.session_state.get(address.key("edge"), options[0]) not in options:
        address.put("edge", options[0])
    address.field(choice("edge", options, options[0]))


def _start_field(default: tuple[float, float] | None) -> Field:
    def read(text: str) -> tuple[float, float]:
        first, second = [*map(typed, text.split(",")), None, None][:2]
        if text.count(",") != 1 or first is None or second is None:
            raise Bad(f"{quoted(text)} is not two numbers, such as -1,2")
        if not (abs(first) <= FARTHEST and abs(second) <= FARTHEST):
            raise Bad(f"{quoted(text)} is further out than {short(FARTHEST)}, which no start may be")
        return first, second

    return Field("start", default, read, lambda pair: ",".join(map(shortest, pair)))


def _pick_start(address: Address, problem: Problem, drawn: Array) -> tuple[float, float]:
    """Two numbers beside each other; a click on the surface sets them too.

    A network's are None, and begin where its first weights were ``drawn``, (2,), until they are set.
    """
    network = isinstance(problem, Cost) and isinstance(problem.model, MLP)
    address.field(_start_field(None if network else (float(drawn[0]), float(drawn[1]))))
    key = address.key("start")
    inputs = [f"{key}:{i}" for i in range(2)]
    for name, value in zip(inputs, st.session_state[key] or drawn, strict=True):
        st.session_state[name] = float(value)

    def moved() -> None:
        st.session_state[key] = tuple(float(st.session_state[name]) for name in inputs)

    for name, column, label in zip(inputs, st.columns(2), ("Start, across", "Start, up"), strict=True):
        with column:
            number_box(label, key=name, low=-FARTHEST, high=FARTHEST, step=0.1, on_change=moved)
    first, second = st.session_state[key] or drawn
    return float(first), float(second)


def _pick_axes(address: Address, place: Any, problem: Problem, names: Sequence[str]) -> tuple[int, int]:
    """The two parameters that the surface is drawn over; a choice where there are more than two."""
    if len(names) == 2:
        return 0, 1
    options = [str(i) for i in range(len(names))]
    network = isinstance(problem, Cost) and isinstance(problem.model, MLP)
    default = options[:2] if network else options[1:3]
    field = choices("over", options, default, least=2, most=2)
    with place:
        picked = widgets.several(address, "Surface over", field, lambda i: names[int(i)])
    first, second = picked if len(picked) == 2 else default
    return int(first), int(second)


def pick_view(address: Address, setup: Setup) -> dict[str, bool]:
    """Logarithmic cost and, where the second derivatives are known, eigen-directions."""
    log = widgets.switch(address, "Logarithmic cost", address.fields["log"])
    eigen = setup.entrants[0].problem.has_hessian and widgets.switch(
        address,
        "Eigen-directions",
        address.fields["eigen"],
        help="Along which the cost curves most and least",
    )
    return {"log": log, "eigen": eigen}


def pick_shown(address: Address, setup: Setup) -> int:
    """Index of the run whose surface, shading and readings are shown, where several run."""
    last = len(setup.entrants) - 1
    if not last:
        return 0
    if address["shown"] > last:
        address.put("shown", last)
    return int(
        widgets.segments(
            address,
            "Surface and numbers of",
            address.fields["shown"],
            lambda i: setup.entrants[i].label,
            options=range(last + 1),
            visibility="collapsed",
        )
    )


def start_at(address: Address, click: Click) -> None:
    """Start where somebody clicked on the surface, and play."""
    start = (min(FARTHEST, max(-FARTHEST, float(f"{at:.4g}"))) for at in (click.x, click.y))
    address.put("start", tuple(start))
    replay(PLAYER, address.key("frame"))
