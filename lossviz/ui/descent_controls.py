"""The controls of the descent page: what is trained, by which rules, from where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from lossviz import losses, optimizers, schedules, surfaces
from lossviz.data import classes, generators
from lossviz.data.dataset import Dataset
from lossviz.descent import Problem
from lossviz.figures import style
from lossviz.figures.style import Mark
from lossviz.losses import Parameter, ResidualLoss
from lossviz.models import FEATURES, Cost
from lossviz.optimizers.base import Array, Optimizer
from lossviz.race import Entrant, Run, parameter_names
from lossviz.ui.address import Address, Bad, Field, choice, choices, flag, number
from lossviz.ui.live_slider import live_slider
from lossviz.ui.own_points import OWN
from lossviz.ui.pickers import pick_losses, symbol, tune
from lossviz.ui.player import Click

TASKS = {"line": "Line", "classes": "Classes", "surface": "Surface"}
RACES = {"optimizers": "Rules", "rates": "Rates", "losses": "Losses"}
LOWEST_RATE, HIGHEST_RATE = 1e-4, 10.0
MOST_STEPS = 500
MOST_RUNS = 8
SAMPLES = 80
LINES = {
    "line": ("Line", "gaussian", 0.0),
    "outliers": ("Line with outliers", "gaussian", 0.2),
    "heteroscedastic": ("Growing noise", "heteroscedastic", 0.0),
}
"""Title, generator and share of outliers of the data about a line."""
SCALES = {"unit": "From 0 to 1", "standard": "Mean 0, variance 1", "raw": "As measured"}


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
                e.problem.features,
                e.problem.l2,
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


def pick(address: Address, data: Callable[[Address, str], Dataset | None]) -> Setup:
    """Draw the controls; ``data`` gives the person's own points, if there are any.

    Raises:
        ValueError: if the settings contradict each other; the message is for the person.
    """
    address.field(choice("task", tuple(TASKS), "line"))
    task = (
        st.segmented_control(
            "Task",
            tuple(TASKS),
            key=address.key("task"),
            format_func=TASKS.__getitem__,
            required=True,
            on_change=lambda: _forget(address),
            label_visibility="collapsed",
        )
        or "line"
    )
    samples = None if task == "surface" else _pick_data(address, task, data)
    surface = _pick_surface(address) if task == "surface" else None
    race = _pick_race(address, task)
    several = {name: race == name for name in RACES}
    chosen = _pick_losses(address, task, several["losses"]) if samples is not None else []
    names = _pick_optimizers(address, several["optimizers"])
    rates = _pick_rates(address, task, several["rates"], names)
    more = st.expander("Batch, steps, start, seed")
    tuning = st.expander("Model and rule in detail")
    with tuning:
        tuned = tune(address, chosen)
        features, l2, scale = _pick_model(address, task) if samples is not None else ("plain", 0.0, "raw")
        settings = {name: _tune_optimizer(address, name) for name in names}
    if samples is not None:
        samples = _rescaled(samples, scale)
    problems: list[Problem] = (
        [surface]
        if surface is not None
        else [Cost(samples, loss, features, l2) for loss in tuned if samples is not None]
    )
    rules = [_rule(name, rate, settings[name]) for name in names for rate in rates]
    with more:
        setting = _pick_run(address, task, problems[0])
    entrants = [Entrant(_label(race, problem, rule), problem, rule) for problem in problems for rule in rules]
    marks = [_mark(race, entrant, i) for i, entrant in enumerate(entrants)]
    parameters = parameter_names(problems[0])
    axes = _pick_axes(address, more, parameters)
    start = np.zeros(len(parameters))
    start[list(axes)] = setting.pop("start")
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


def whole(name: str, low: int, high: int, default: int) -> Field:
    """A whole number, moved into [low, high]."""
    read = number(name, low, high, default).read
    return Field(name, default, lambda text: round(read(text)), str)


def _forget(address: Address) -> None:
    """Another task begins with its own defaults."""
    for name in list(address.fields):
        if name != "task":
            st.session_state.pop(address.key(name), None)


# --- what is trained -------------------------------------------------------------------------


def _pick_data(address: Address, task: str, own: Callable[[Address, str], Dataset | None]) -> Dataset:
    titles = (
        {name: title for name, (title, *_) in LINES.items()}
        if task == "line"
        else {name: recipe.title for name, recipe in classes.CLASSES.items()}
    )
    titles[OWN] = "Own points"
    first = next(iter(titles))
    address.field(choice("data", tuple(titles), first))
    name = st.selectbox("Data", tuple(titles), key=address.key("data"), format_func=titles.__getitem__)
    address.field(whole("sample", 0, 9999, 0))
    mine = own(address, task)
    if name == OWN and mine is not None:
        return mine
    name, seed = name if name != OWN else first, int(address["sample"])
    if task == "classes":
        return classes.make(name, SAMPLES, seed)
    _, generator, outliers = LINES[name]
    return generators.make(generator, SAMPLES, outliers=outliers, seed=seed)


def _rescaled(data: Dataset, how: str) -> Dataset:
    """The data with each feature on another scale, its name saying so; a constant feature stays."""
    x = data.x if data.x.ndim == 2 else data.x[:, None]
    centre, unit = (x.min(axis=0), np.ptp(x, axis=0)) if how == "unit" else (x.mean(axis=0), x.std(axis=0))
    if how == "raw" or not (unit > 0).all():
        return data
    said = {"unit": "0 to 1", "standard": "standardised"}[how]
    names = (*(f"{name}, {said}" for name in data.names[:-1]), data.names[-1])
    return replace(data, x=((x - centre) / unit).reshape(data.x.shape), names=names)


def _pick_surface(address: Address) -> surfaces.Surface:
    names = tuple(surfaces.SURFACES)
    address.field(choice("surface", names, names[0]))
    name = st.selectbox(
        "Surface", names, key=address.key("surface"), format_func=lambda n: surfaces.SURFACES[n].title,
        on_change=lambda: st.session_state.pop(address.key("start"), None),
    )  # fmt: skip
    cls = surfaces.SURFACES[name]
    return cls(**{p.name: _slider(address, name, cls.title, p) for p in cls.parameters()})


def _pick_race(address: Address, task: str) -> str:
    options = [name for name in RACES if task != "surface" or name != "losses"]
    address.field(choice("race", options, "optimizers"))
    picked = st.segmented_control(
        "Compare", options, key=address.key("race"), format_func=RACES.__getitem__, required=True
    )
    return picked or "optimizers"


def _pick_losses(address: Address, task: str, several: bool) -> list[str]:
    if task == "line":
        options = [n for n in losses.names("regression") if issubclass(losses.find(n), ResidualLoss)]
        default = ["squared_error"]
    else:
        options = [n for n in losses.names("binary") if n != "zero_one"]
        default = ["binary_cross_entropy"]
    if several:
        return pick_losses(address, options, default)[:MOST_RUNS]
    address.field(choices("loss", options, default, least=1))
    return [_one_of(address, "loss", "Loss", options, lambda n: losses.find(n).title)]


def _one_of(
    address: Address, field: str, label: str, options: Sequence[str], title: Callable[[str], str]
) -> str:
    """A single choice for a field that holds several where several are compared."""
    key, widget = address.key(field), f"{address.key(field)}:one"
    st.session_state[widget] = st.session_state[key][0]
    return st.selectbox(
        label, options, key=widget, format_func=title,
        on_change=lambda: st.session_state.update({key: [st.session_state[widget]]}),
    )  # fmt: skip


def _pick_model(address: Address, task: str) -> tuple[str, float, str]:
    """Feature map, L2 penalty and scale of the features."""
    address.field(number("l2", 0.0, 10.0, 0.0))
    address.field(choice("scale", tuple(SCALES), "unit" if task == "line" else "raw"))
    features = "plain"
    if task == "classes":
        address.field(choice("features", tuple(FEATURES), "plain"))
        features = st.selectbox(
            "Features", tuple(FEATURES), key=address.key("features"), format_func=lambda n: FEATURES[n].title
        )
    scale = st.selectbox(
        "Scale of the features", tuple(SCALES), key=address.key("scale"), format_func=SCALES.__getitem__
    )
    l2 = live_slider(
        "L2 penalty", key=address.key("l2"), low=0.0, high=2.0, step=0.01, default=0.0, playable=False
    )
    return features, l2, scale


# --- by which rules --------------------------------------------------------------------------


def _pick_optimizers(address: Address, several: bool) -> list[str]:
    options = list(optimizers.OPTIMIZERS)
    address.field(choices("opt", options, ["sgd"], least=1))
    title: Callable[[str], str] = lambda n: optimizers.OPTIMIZERS[n].title  # noqa: E731
    if not several:
        return [_one_of(address, "opt", "Optimizer", options, title)]
    picked = st.multiselect(
        "Optimizers", options, key=address.key("opt"), format_func=title, max_selections=MOST_RUNS, wrap=True
    )
    return picked or ["sgd"]


def _pick_rates(address: Address, task: str, several: bool, names: list[str]) -> list[float]:
    address.field(number("lr", LOWEST_RATE, HIGHEST_RATE, 0.2))
    if several:
        address.field(_rates_field())
        offered = sorted(
            {f"{d * 10.0**e:g}" for e in range(-4, 1) for d in (1, 2, 5)} | set(address["rates"]), key=float
        )
        picked = st.multiselect(
            "Learning rates",
            offered,
            key=address.key("rates"),
            max_selections=MOST_RUNS,
            accept_new_options=True,
            wrap=True,
        )
        rates = []
        for text in picked:
            try:
                rates.append(_rate(text))
            except Bad as problem:
                st.caption(f":material/info: {problem}; it is left out.")
        return rates or [0.1]
    if names == ["adadelta"]:
        st.caption("Adadelta finds its own step: it has no learning rate.")
    return [
        live_slider(
            "Learning rate η", key=address.key("lr"), low=LOWEST_RATE, high=HIGHEST_RATE, step=0.0001, default=0.2,
            playable=False, log=True,
        )
    ]  # fmt: skip


def _rates_field() -> Field:
    def read(text: str) -> list[str]:
        return [f"{_rate(part):g}" for part in text.split(",")[:MOST_RUNS]]

    return Field("rates", ["0.05", "0.2", "0.6"], read, ",".join)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        raise Bad(f"“{text[:20]}” is not a number") from None
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise Bad(f"a learning rate must be from {LOWEST_RATE:g} to {HIGHEST_RATE:g}, not {text[:20]}")
    return rate


def _tune_optimizer(address: Address, name: str) -> dict[str, float]:
    cls = optimizers.OPTIMIZERS[name]
    wanted = [p for p in cls.parameters() if p.name not in ("learning_rate", "epsilon")]
    return {p.name: _slider(address, name, cls.title, p) for p in wanted}


def _slider(address: Address, owner: str, title: str, p: Parameter) -> float:
    field, default = f"{owner}.{p.name}", p.low if p.default is None else p.default
    address.field(number(field, p.low, p.high, default))
    return live_slider(
        f"{title} · {symbol(p)}", key=address.key(field), low=p.low, high=p.high, step=p.step, default=default,
        help=p.meaning, playable=False,
    )  # fmt: skip


def _rule(name: str, rate: float, settings: dict[str, float]) -> Optimizer:
    known = [p.name for p in optimizers.OPTIMIZERS[name].parameters()]
    return optimizers.get(name, **({"learning_rate": rate} if "learning_rate" in known else {}), **settings)


def _label(race: str, problem: Problem, rule: Optimizer) -> str:
    if race == "rates" and hasattr(rule, "learning_rate"):
        return f"η = {rule.learning_rate:g}"
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
    address.field(whole("steps", 1, MOST_STEPS, 100))
    address.field(whole("batch", 0, 100_000, 0))
    address.field(whole("seed", 0, 9999, 0))
    steps = st.number_input("Steps", 1, MOST_STEPS, step=10, key=address.key("steps"))
    batch = None
    if samples:
        asked = st.number_input("Batch size (0: all)", 0, 100_000, step=1, key=address.key("batch"))
        if asked > samples:
            notes.append(
                f"A batch of {asked:,} is more than the {samples:,} samples: every step uses all of them."
            )
        batch = int(asked) if 0 < asked < samples else None
        st.number_input("Data seed", 0, 9999, step=1, key=address.key("sample"))
    seed = st.number_input("Batch seed", 0, 9999, step=1, key=address.key("seed"), disabled=batch is None)
    schedule = _pick_schedule(address)
    default = problem.start if isinstance(problem, surfaces.Surface) else (0.0, 0.0)
    address.field(_start_field(default))
    start = _pick_start(address)
    return dict(steps=int(steps), batch=batch, seed=int(seed), schedule=schedule, start=start, notes=notes)


def _start_field(default: tuple[float, float]) -> Field:
    def read(text: str) -> tuple[float, float]:
        try:
            first, second = (float(part) for part in text.split(","))
        except ValueError:
            raise Bad("a start is two numbers, such as -1,2") from None
        if not (abs(first) <= 1e4 and abs(second) <= 1e4):
            raise Bad("a start must be from -10000 to 10000")
        return first, second

    return Field("start", default, read, lambda pair: ",".join(f"{v:.6g}" for v in pair))


def _pick_start(address: Address) -> tuple[float, float]:
    """Two numbers beside each other; a click on the surface sets them too."""
    key = address.key("start")
    inputs = [f"{key}:{i}" for i in range(2)]
    for name, value in zip(inputs, st.session_state[key], strict=True):
        st.session_state[name] = float(value)

    def moved() -> None:
        st.session_state[key] = tuple(float(st.session_state[name]) for name in inputs)

    for name, column, label in zip(inputs, st.columns(2), ("Start, across", "Start, up"), strict=True):
        column.number_input(label, -1e4, 1e4, step=0.1, format="%.6g", key=name, on_change=moved)
    first, second = st.session_state[key]
    return first, second


def _pick_schedule(address: Address) -> schedules.Schedule:
    names = tuple(schedules.SCHEDULES)
    address.field(choice("schedule", names, names[0]))
    name = st.selectbox(
        "Learning-rate schedule", names, key=address.key("schedule"),
        format_func=lambda n: schedules.SCHEDULES[n].title,
    )  # fmt: skip
    cls = schedules.SCHEDULES[name]
    return cls(**{p.name: _slider(address, name, cls.title, p) for p in cls.parameters()})


def _pick_axes(address: Address, place: Any, names: Sequence[str]) -> tuple[int, int]:
    """The two parameters that the surface is drawn over; a choice where there are more than two."""
    if len(names) == 2:
        return 0, 1
    options = [str(i) for i in range(len(names))]
    address.field(choices("over", options, ["1", "2"], least=2))
    with place:
        picked = st.multiselect(
            "Surface over",
            options,
            key=address.key("over"),
            max_selections=2,
            format_func=lambda i: names[int(i)],
        )
    first, second = picked if len(picked) == 2 else ("1", "2")
    return int(first), int(second)


def pick_view(address: Address) -> dict[str, bool]:
    """Logarithmic cost and eigen-directions."""
    for name in ("log", "eigen"):
        address.field(flag(name))
    return {
        "log": st.toggle("Logarithmic cost", key=address.key("log")),
        "eigen": st.toggle(
            "Eigen-directions", key=address.key("eigen"), help="Along which the cost curves most and least"
        ),
    }


def pick_shown(address: Address, runs: Sequence[Run]) -> int:
    """Whose surface, shading and readings are shown, where several run."""
    address.field(whole("shown", 0, MOST_RUNS - 1, 0))
    last = len(runs) - 1
    if not last:
        return 0
    key = address.key("shown")
    st.session_state[key] = min(int(st.session_state[key]), last)
    return int(
        st.segmented_control(
            "Surface and numbers of", range(last + 1), key=key, format_func=lambda i: runs[i].label, required=True,
            label_visibility="collapsed",
        )
        or 0
    )  # fmt: skip


def start_at(address: Address, click: Click) -> None:
    """Start where somebody clicked on the surface, from the first frame."""
    address.put("start", (float(f"{click.x:.4g}"), float(f"{click.y:.4g}")))
    address.put("frame", 0)
