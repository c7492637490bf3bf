"""The shown step in detail, moving with the animation: one update taken apart, and how good the fit is."""

from collections.abc import Callable

import numpy as np

from lossviz import metrics
from lossviz.descent.race import Run
from lossviz.draw import style
from lossviz.draw.descent_data import class_names
from lossviz.draw.player import Arrows, Axis, Entry, Layer, Line, Points, Scene, Table, View
from lossviz.draw.style import Mark
from lossviz.losses.multiclass import softmax
from lossviz.losses.stable import sigmoid, softplus
from lossviz.models import Cost
from lossviz.optimizers.base import Array

MOST_ARROWS = 80
"""Arrows of samples drawn at a step; more are joined in groups, their sums kept."""
MOST_COLUMNS = 8
"""Parameters whose numbers are shown beside the arrows; of more, those of the plane."""
PULL, GRADIENT, MEMORY, STEP = (
    Mark(style.NEUTRAL), Mark(style.ORANGE), Mark(style.TEAL, "dash"), Mark(style.BLUE),
)  # fmt: skip


# --- one update ------------------------------------------------------------------------------


def update(run: Run, axes: tuple[int, int], names: tuple[str, ...]) -> Scene:
    """The step that leads on from each frame, as a sum of arrows in the plane of two parameters, and the optimizer's state in numbers."""
    frames, here = len(run.cost), list(axes)
    trajectory = run.trajectory
    rates, gradient = trajectory.rates[0], trajectory.gradient[0]
    step = np.diff(run.path, axis=0)
    with np.errstate(all="ignore"):
        own = np.nan_to_num(-rates * gradient)
    pulls = _pulls(run)
    chain = _chain((-rates[:, None] * pulls)[..., here]).cumsum(axis=1)
    chain = np.concatenate([np.zeros((len(step), 1, 2)), chain], axis=1)
    size = np.max(np.abs(np.concatenate([chain, step[:, None, here]], axis=1)), axis=(1, 2), initial=1e-300)
    unit = size[:, None, None]
    chain = chain / unit
    tip, end = own[:, None, here] / unit, step[:, None, here] / unit
    origin = np.zeros_like(end)
    layers: list[Layer] = []
    if pulls.shape[1] > 1:
        layers.append(_arrows(chain[:, :-1], chain[:, 1:], PULL, 1.2, "sample"))
    layers += [
        _arrows(origin, tip, GRADIENT, 2.5, "their sum"),
        _arrows(tip, end, MEMORY, 2.0, "what memory adds"),
        _arrows(origin, end, STEP, 3.0, "the step"),
    ]
    picture = View(
        "update",
        "The next step as a sum of arrows",
        Axis(f"change of {names[axes[0]]} (longest arrow = 1)", -1.1, 1.1),
        Axis(f"change of {names[axes[1]]}", -1.1, 1.1),
        layers,
        alt="Arrows in parameter space: the samples' pulls, head to tail, and the step they sum to.",
        equal=True,
    )
    legend = [
        Entry("each sample's pull", PULL),
        Entry("their sum", GRADIENT),
        Entry("what memory adds", MEMORY),
        Entry("the step", STEP),
    ]
    columns = list(range(len(names))) if len(names) <= MOST_COLUMNS else here
    return Scene(frames, [picture, _state_table(run, names, step, columns)], legend, height=560)


def _pulls(run: Run) -> Array:
    """What each sample of the batch, and the penalty, adds to each step's gradient, (T, m, p)."""
    trajectory = run.trajectory
    cost = run.problem
    if not isinstance(cost, Cost):
        return trajectory.gradient[0][:, None]
    forward = cost.forward(trajectory.looked_at[0])
    parts = forward.sample_gradients
    if trajectory.batches is not None:
        parts = np.take_along_axis(parts, trajectory.batches[..., None], axis=1)
    parts = parts / parts.shape[1]
    if cost.penalty.label:
        parts = np.concatenate([parts, forward.penalty_gradient[:, None]], axis=1)
    moving = np.any(trajectory.gradient[0] != 0, axis=1)
    return np.where(moving[:, None, None], np.nan_to_num(parts), 0.0)


def _chain(arrows: Array) -> Array:
    """Arrows (T, m, 2) in order of their angle, so that head to tail they bend one way."""
    arrows = np.nan_to_num(arrows)
    angle = np.arctan2(arrows[..., 1], arrows[..., 0])
    arrows = np.take_along_axis(arrows, np.argsort(angle, axis=1)[..., None], axis=1)
    groups = -(-arrows.shape[1] // MOST_ARROWS)
    spare = -arrows.shape[1] % groups
    arrows = np.concatenate([arrows, np.zeros((len(arrows), spare, arrows.shape[2]))], axis=1)
    return arrows.reshape(len(arrows), -1, groups, arrows.shape[2]).sum(axis=2)


def _arrows(start: Array, end: Array, mark: Mark, width: float, name: str) -> Arrows:
    """Arrows (T, m, 2) as a layer; none at the last frame, from which no step leads on."""
    return Arrows(_then_none(np.concatenate([start, end], axis=-1)), mark, width, name=name)


def _then_none(steps: Array) -> Array:
    """What belongs to the step that leads on from each frame: (T, ...) and nan for the last frame."""
    return np.concatenate([steps, np.full_like(steps[:1], np.nan)])


def _state_table(run: Run, names: tuple[str, ...], step: Array, columns: list[int]) -> Table:
    """Gradient, what the optimizer remembers with it, effective rate and step of these parameters."""
    trajectory = run.trajectory
    rows = {"parameter now": run.path, "gradient": _then_none(trajectory.gradient[0])}
    rows |= {_SLOTS.get(slot, slot): _then_none(kept[0, 1:]) for slot, kept in trajectory.state.items()}
    rows["effective learning rate"] = _then_none(trajectory.rates[0])
    rows["step"] = _then_none(step)
    return Table(
        "state", f"{run.label}: the next step", tuple(rows), tuple(names[i] for i in columns),
        np.stack(list(rows.values()), axis=1)[..., columns],
        note="At the last step the run ends: no step follows.",
    )  # fmt: skip


_SLOTS = {
    "velocity": "velocity",
    "mean": "mean gradient",
    "squares": "accumulated squares",
    "largest": "largest size so far",
    "updates": "mean squared update",
}


# --- the fit ---------------------------------------------------------------------------------


def fit(run: Run) -> Scene | None:
    """Confusion matrix and ROC, or residuals and R², at each step; None on a surface."""
    cost = run.problem
    if not isinstance(cost, Cost):
        return None
    score = cost.score(run.path, cost.data.x)
    return FITS[cost.loss.family](cost, np.nan_to_num(score))


def _many(cost: Cost, score: Array) -> Scene:
    """Of many classes: which are taken for which."""
    truth, names = cost.data.y.astype(np.intp), class_names(cost)
    called, share = score.argmax(axis=-1), softmax(score)
    counts = np.stack([metrics.confusion_matrix(truth, row, len(names)) for row in called])
    one_hot = cost.target
    with np.errstate(invalid="ignore"):
        recalls = np.diagonal(counts, axis1=1, axis2=2) / counts.sum(axis=2)
    measures = {
        "accuracy": np.mean(called == truth, axis=1),
        **{f"recall of {name}": recalls[:, k] for k, name in enumerate(names)},
        "log-loss": -(one_hot * share.log_p).sum(axis=-1).mean(axis=-1),
        "Brier score": ((share.p - one_hot) ** 2).sum(axis=-1).mean(axis=-1),
    }
    matrix = Table(
        "confusion", "Confusion matrix", names, tuple(f"called {name}" for name in names), counts, shade=True,
        corner="true",
    )  # fmt: skip
    return Scene(len(score), [matrix, _measures(measures)], height=400)


def _classification(cost: Cost, score: Array) -> Scene:
    truth = cost.data.y == 1
    called = score > 0
    cells = [[~truth & ~called, ~truth & called], [truth & ~called, truth & called]]
    counts = np.stack([np.stack([c.sum(axis=1) for c in row], axis=1) for row in cells], axis=1)
    curves = [metrics.roc(cost.data.y, s) for s in score]
    most = max(len(c.thresholds) for c in curves)
    x, y = (
        np.stack([np.pad(getattr(c, name), (0, most - len(c.thresholds)), mode="edge") for c in curves])
        for name in ("false_positive_rate", "true_positive_rate")
    )
    logit = np.where(truth, -score, score)
    measures = {
        "accuracy": np.mean(called == truth, axis=1),
        "recall of class 1": metrics.recall(cost.data.y, called),
        "precision of class 1": metrics.precision(cost.data.y, called),
        "log-loss": softplus(logit).mean(axis=1),
        "Brier score": np.mean((sigmoid(score) - truth) ** 2, axis=1),
        "area under ROC": np.array([c.area for c in curves]),
    }
    ends = np.array([0.0, 1.0])
    frames = len(score)
    diagonal = Line(ends, np.broadcast_to(ends, (frames, 2)), Mark(style.NEUTRAL, "dot"), 1.5, "a guess")
    roc = View(
        "roc", "ROC: hits against false alarms", Axis("false positive rate", -0.02, 1.02),
        Axis("true positive rate", -0.02, 1.02), [diagonal, Line(x, y, Mark(style.BLUE), name="model")],
        alt="Receiver operating characteristic of the shown run at the shown step.", equal=True,
    )  # fmt: skip
    matrix = Table(
        "confusion", "Confusion matrix", ("class 0", "class 1"), ("called 0", "called 1"), counts, shade=True,
        corner="true",
    )  # fmt: skip
    return Scene(frames, [roc, matrix, _measures(measures)], height=560)


def _regression(cost: Cost, prediction: Array) -> Scene:
    x, y = np.ravel(cost.data.x), cost.data.y
    with np.errstate(over="ignore"):
        residual = prediction - y
        squares = residual**2
        measures = {
            "R²": np.array([metrics.r_squared(y, p) for p in prediction]),
            "root mean squared error": np.sqrt(squares.mean(axis=1)),
            "mean absolute error": np.abs(residual).mean(axis=1),
            "mean residual": residual.mean(axis=1),
        }
    reach = 1.1 * float(np.max(np.abs(residual[[0, -1]]), initial=1e-12))
    if not np.isfinite(reach) or reach > 1e3 * np.ptp(y):
        reach = 2.0 * float(np.ptp(y) or 1.0)
    room = 0.06 * float(np.ptp(x) or 1.0)
    flat = Line(
        np.array([x.min() - room, x.max() + room]), np.zeros((len(residual), 2)), Mark(style.NEUTRAL), 1.5
    )
    picture = View(
        "residuals", "Residuals: prediction − target", Axis(cost.data.names[0], x.min() - room, x.max() + room),
        Axis("residual", -reach, reach), [flat, Points(x, np.clip(residual, -1e30, 1e30), (style.BLUE,), name="sample")],
        alt="Residual of each sample at the shown step.", home=f"{reach:.3g}",
    )  # fmt: skip
    return Scene(len(residual), [picture, _measures(measures)], height=480)


FITS: dict[str, Callable[[Cost, Array], Scene]] = {
    "regression": _regression,
    "binary": _classification,
    "multiclass": _many,
}
"""How good a fit is, by the kind of its loss; of scores (frames, n) or (frames, n, K)."""


def _measures(measures: dict[str, Array]) -> Table:
    return Table(
        "measures",
        "At the shown step",
        tuple(measures),
        ("",),
        np.stack(list(measures.values()), axis=1)[..., None],
    )
