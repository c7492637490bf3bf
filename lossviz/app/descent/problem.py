"""What is trained on the descent page: a task, its data, a loss and a model, or a test surface."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from lossviz import losses
from lossviz.app.descent.rules import MOST_RUNS, one_of, slider
from lossviz.app.kit import own_points, plainly, widgets
from lossviz.app.kit.address import Address, choice, choices, number, whole
from lossviz.app.kit.formula_box import pick_formulas
from lossviz.app.kit.labelled_points import edit_labelled
from lossviz.app.kit.own_points import KEPT, OWN
from lossviz.app.kit.pickers import pick_losses
from lossviz.data import classes, generators
from lossviz.data.dataset import MAX_BY_HAND, Dataset
from lossviz.descent import surfaces
from lossviz.foreign import quoted
from lossviz.losses import Loss, ResidualLoss
from lossviz.losses.base import DISTANCES, NONNEGATIVE
from lossviz.losses.catalogue import REGISTERED, Catalogue
from lossviz.losses.own import VARIABLES
from lossviz.models import ACTIVATIONS, FEATURES, INITIALISATIONS, L2, MLP, Cost
from lossviz.number_format import short

TASKS = {
    "line": "Line",
    "surface": "Surface",
    "classes": "Two classes",
    "many": "Many classes",
    "network": "Network",
}
"""In an order in which they stand in two rows of the column."""
FOR_NETWORKS = ("circles", "xor", "moons")
"""Data first in the menu for a network: what no straight boundary separates."""
MOST_UNITS = 8
WEIGHTS = (0.01, 100.0)
"""The range of the slider of a class's weight."""
MOST_CLASSES = {"classes": 2, "network": 2, "many": 8}
"""That can be told apart, by task; the last as many as there are colours and shapes."""
SAMPLES = 80
FAR = 1e18
"""Largest number, and inverse of the least spread, of own points: squares still have a place in float32."""
LINES = {
    "line": ("Line", "gaussian", 0.0),
    "outliers": ("Line with outliers", "gaussian", 0.2),
    "heteroscedastic": ("Growing noise", "heteroscedastic", 0.0),
}
"""Title, generator and share of outliers of the data about a line."""
PULLED = "How far can a few bad points pull the line?"
SCALES = {"unit": "From 0 to 1", "standard": "Mean 0, variance 1", "raw": "As measured"}


def pick_task(address: Address) -> str:
    """The task; another one begins with its own defaults."""

    def forget() -> None:
        for name in list(address.fields):
            if name not in ("task", *KEPT):
                st.session_state.pop(address.key(name), None)

    return widgets.pills(
        address,
        "Task",
        choice("task", tuple(TASKS), "line", step=True),
        TASKS.__getitem__,
        on_change=forget,
        visibility="collapsed",
    )


def pick_data(address: Address, task: str) -> Dataset:
    titles = (
        {name: title for name, (title, *_) in LINES.items()}
        if task == "line"
        else {recipe.name: recipe.title for recipe in _recipes(task)}
    )
    titles[OWN] = "Own points"
    first = next(iter(titles))
    name = widgets.menu(address, "Data", choice("data", tuple(titles), first, step=True), titles.__getitem__)
    address.field(whole("sample", 0, 9999, 0))
    own_points.declare(address)
    mine = _own(address, task) if name == OWN else None
    if mine is not None:
        return mine
    name, seed = name if name != OWN else first, int(address["sample"])
    if task != "line":
        found = classes.make(name, SAMPLES, seed)
        st.button(
            "Move these points by hand",
            key=f"{address.page}:adopt",
            on_click=own_points.adopt,
            args=(address, replace(found, classes=tuple(str(k) for k in range(int(found.y.max()) + 1)))),
        )
        return found
    _, generator, outliers = LINES[name]
    return generators.make(generator, SAMPLES, outliers=outliers, seed=seed)


def question(address: Address, task: str) -> str:
    """What the toy data are there to show; "" for a surface and for own points."""
    if task == "surface" or address["data"] == OWN:
        return ""
    if task != "line":
        return next(recipe.question for recipe in _recipes(task) if recipe.name == address["data"])
    _, generator, outliers = LINES[address["data"]]
    return PULLED if outliers else generators.GENERATORS[generator].question


def _recipes(task: str) -> list[classes.ToyClasses]:
    if task == "many":
        return list(classes.MANY.values())
    first = FOR_NETWORKS if task == "network" else ()
    names = [*first, *(name for name in classes.CLASSES if name not in first)]
    return [classes.CLASSES[name] for name in names]


def _own(address: Address, task: str) -> Dataset | None:
    """Draw the entry of own points; the data set, if they are fit for the task."""
    own_points.enter(address, labelled=task != "line", most=MAX_BY_HAND)
    points = own_points.of(address)
    if points is None:
        st.caption("No points yet: the first toy data set is shown.")
        return None
    known = own_points.kept(address)
    plainly.caption(*(known.notes if known else ()))
    words = () if points.labels is None else [points.classes[label] for label in points.labels]
    saved = own_points.columns(points.xy, (*points.names, points.label_name), words)
    own_points.offer_file(address, saved)
    for name, values in zip(points.names, points.xy.T, strict=True):
        largest, span = float(np.abs(values).max()), float(np.ptp(values))
        if largest > FAR or 0 < span < 1 / FAR:
            what = f"reach {short(largest, 3)}" if largest > FAR else f"differ by {short(span, 3)}"
            plainly.caption(
                f"The numbers in {quoted(name, 80)} {what}: beyond {short(FAR)}, and below {short(1 / FAR)}, costs cannot be "
                "drawn here. Take other units. The first toy data set is shown."
            )
            return None
    source = f"{len(points.xy)} points of your own"
    if task == "line":
        return Dataset(points.xy[:, 0], points.xy[:, 1], points.names, source)
    if points.labels is None:
        st.caption("These points have no classes: the first toy data set is shown.")
        return None
    most = MOST_CLASSES[task]
    count = len(points.classes)
    if count > most or (task == "many" and count < 2):
        told = "two" if most == 2 else f"2 to {most}"
        st.caption(
            f"These points have {count} {'class' if count == 1 else 'classes'}, and {told} can be told apart here: the first "
            "toy data set is shown."
        )
        return None
    edit_labelled(address, points)
    names = (*points.names, points.label_name)
    return Dataset(points.xy, points.labels.astype(np.float64), names, source, points.classes)


def rescaled(data: Dataset, how: str) -> Dataset:
    """The data with each feature on another scale, its name saying so; a constant feature stays."""
    x = data.x if data.x.ndim == 2 else data.x[:, None]
    centre, unit = (x.min(axis=0), np.ptp(x, axis=0)) if how == "unit" else (x.mean(axis=0), x.std(axis=0))
    if how == "raw" or not (unit > 0).all():
        return data
    said = {"unit": "0 to 1", "standard": "standardised"}[how]
    names = (*(f"{name}, {said}" for name in data.names[:-1]), data.names[-1])
    return replace(data, x=((x - centre) / unit).reshape(data.x.shape), names=names)


def pick_surface(address: Address) -> surfaces.Surface:
    names = tuple(surfaces.SURFACES)
    name = widgets.menu(
        address,
        "Surface",
        choice("surface", names, names[0], step=True),
        lambda n: surfaces.SURFACES[n].title,
        on_change=lambda: st.session_state.pop(address.key("start"), None),
    )
    cls = surfaces.SURFACES[name]
    return cls(**{p.name: slider(address, name, cls.title, p) for p in cls.parameters()})


def pick_loss(address: Address, task: str, several: bool) -> tuple[list[str], Catalogue]:
    """Names of the losses to train with, and the catalogue they are of."""
    if task == "line":
        options = [n for n in losses.names("regression") if issubclass(losses.find(n), ResidualLoss)]
        default, family = ["squared_error"], "regression"
    elif task == "many":
        options, default, family = (
            list(losses.names("multiclass")),
            ["categorical_cross_entropy"],
            "multiclass",
        )
    else:
        options = [n for n in losses.names("binary") if n != "zero_one"]
        default, family = ["binary_cross_entropy"], "binary"
    menu = st.container()
    catalogue = pick_formulas(address, family) if family in VARIABLES else REGISTERED
    with menu:
        if several:
            return pick_losses(address, options, default, most=MOST_RUNS, catalogue=catalogue), catalogue
        options += catalogue.own_names
        address.field(choices("loss", options, default, least=1, most=1))
        return [one_of(address, "loss", "Loss", options, lambda n: catalogue.find(n).title)], catalogue


@dataclass(frozen=True)
class Shape:
    """Which model is trained on which scale of the features, and its penalty."""

    features: str
    l2: float
    scale: str
    network: tuple[int, str, str] | None = None
    """Hidden units, activation and how the first weights are drawn; None for a linear score."""
    weights: tuple[float, ...] = ()
    """How much a sample counts, by its class; () where there are none."""

    def cost(self, data: Dataset, loss: Loss) -> Cost:
        weights = self.weights if any(w != 1.0 for w in self.weights) else ()
        if self.network is None:
            return Cost.linear(data, loss, self.features, self.l2, class_weights=weights)
        units, activation, drawn = self.network
        model = MLP(data.names[:-1], (units,), (), activation, drawn)
        return Cost(model, data, loss, L2(self.l2), class_weights=weights)


def pick_weight(address: Address) -> tuple[float, float]:
    """How much a sample of class 1 counts, where one of class 0 counts once."""
    told = "How many times as much as one of class 0 a sample counts"
    return 1.0, _pick_weight(address, "weight", "Weight of class 1", told)


def pick_weights(address: Address, data: Dataset) -> tuple[float, ...]:
    """How much a sample of each of many classes counts."""
    names = data.classes or [""] * (int(data.y.max()) + 1)
    told = "How much a sample of this class counts, where others count once"
    return tuple(
        _pick_weight(address, f"weight.{k}", f"Weight of {name[:40] or f'class {k}'}", told)
        for k, name in enumerate(names)
    )


def _pick_weight(address: Address, field: str, label: str, told: str) -> float:
    weight = number(field, *WEIGHTS, 1.0, DISTANCES)
    return widgets.slider(address, label, weight, step=0.01, allowed=DISTANCES, log=True, help=told)


def pick_model(
    address: Address, task: str, hidden: tuple[int, str] | None, weights: tuple[float, ...]
) -> Shape:
    """The controls of what else makes the model; ``hidden`` as of :func:`pick_hidden`, None for a linear score."""
    network = None if hidden is None else (*hidden, _pick_first_weights(address))
    scaled = choice("scale", tuple(SCALES), "unit" if task == "line" else "raw")
    features = "plain"
    if task in ("classes", "many"):
        field = choice("features", tuple(FEATURES), "plain")
        features = widgets.menu(address, "Features", field, lambda n: FEATURES[n].title)
    scale = widgets.menu(address, "Scale of the features", scaled, SCALES.__getitem__)
    penalty = number("l2", 0.0, 2.0, 0.0, NONNEGATIVE)
    l2 = widgets.slider(address, "L2 penalty", penalty, step=0.01, allowed=NONNEGATIVE)
    return Shape(features, l2, scale, network, weights)


def pick_hidden(address: Address) -> tuple[int, str]:
    """Hidden units and their activation."""
    kinds = choice("activation", tuple(ACTIVATIONS), "tanh")
    units = widgets.box(address, "Hidden units", whole("units", 1, MOST_UNITS, 4))
    return int(units), widgets.menu(address, "Activation", kinds, lambda n: ACTIVATIONS[n].title)


def _pick_first_weights(address: Address) -> str:
    return widgets.menu(
        address,
        "First weights",
        choice("init", tuple(INITIALISATIONS), "xavier"),
        INITIALISATIONS.__getitem__,
    )
