"""A run as a stand-alone script: the same data, rule and numbers, with NumPy alone."""

import textwrap

import numpy as np
from numpy.typing import NDArray

from lossviz import foreign
from lossviz.descent.runs import Trajectory
from lossviz.descent.source import Standalone
from lossviz.losses.own import Own
from lossviz.losses.own import source as own_source
from lossviz.models import FEATURES, MLP, Cost, Linear, Softmax

_LOOP = """
params = {start}
state = optimizer.init(params)
path, costs = [params], [cost(params)]
for t in range(1, {steps} + 1):
    ahead = optimizer.lookahead(params, state)
    params, state = optimizer.step(params, gradient(ahead, t), state, t, schedule.factor(t - 1))
    path.append(params)
    costs.append(cost(params))
path, costs = np.array(path), np.array(costs)

if __name__ == "__main__":
    for t in range(0, len(path), max(1, len(path) // 20)):
        print(f"step {{t:4d}}  cost {{costs[t]:.10g}}  parameters {{path[t].tolist()}}")
"""

_DATA = """
x = {x}
y = {y}
x = x.reshape(len(y), -1)
design = np.concatenate([np.ones((len(y), 1)), {expand}(x)], axis=1)
decay = np.array({decay})  # the L2 penalty of each parameter, none for the intercept
{share}{batches}

def cost(params):
    return np.mean({all}loss.value_at(design @ params, y)) + 0.5 * np.sum(decay * params * params)


def gradient(params, t):
    rows = {rows}
    slopes = {some}loss.gradient_at(design[rows] @ params, y[rows])
    return slopes @ design[rows] / len(y[rows]) + decay * params
"""

_SOFTMAX = """
x = {x}
y = {y}
x = x.reshape(len(y), -1)
design = np.concatenate([np.ones((len(y), 1)), {expand}(x)], axis=1)
target = np.eye({classes})[y.astype(int)]
decay = np.array({decay})  # the L2 penalty of each parameter, none for the intercepts
{share}{batches}

def scores(params, rows):
    return design[rows] @ params.reshape({classes}, -1).T


def cost(params):
    losses = loss.value_at(scores(params, slice(None)), target)
    return np.mean({all}losses) + 0.5 * np.sum(decay * params * params)


def gradient(params, t):
    rows = {rows}
    slopes = {each}loss.gradient_at(scores(params, rows), target[rows])
    return (slopes.T @ design[rows]).ravel() / len(y[rows]) + decay * params
"""

_NETWORK = """
x = {x}
y = {y}
x = x.reshape(len(y), -1)
layers = {layers}  # inputs, units of each hidden layer, the score
decay = np.array({decay})  # the L2 penalty of each parameter, none for biases
{share}{batches}

def unpack(params):
    found, at = [], 0
    for inward, outward in zip(layers, layers[1:]):
        end = at + inward * outward
        found.append((params[at:end].reshape(outward, inward), params[end : end + outward]))
        at = end + outward
    return found


def forward(params, x):
    sums, activations = [], [x]
    for weights, biases in unpack(params):
        sums.append(activations[-1] @ weights.T + biases)
        activations.append({value}(sums[-1]))
    return sums, activations


def cost(params):
    sums, _ = forward(params, x)
    return np.mean({all}loss.value_at(sums[-1][:, 0], y)) + 0.5 * np.sum(decay * params * params)


def gradient(params, t):
    rows = {rows}
    sums, activations = forward(params, x[rows])
    delta = ({some}loss.gradient_at(sums[-1][:, 0], y[rows]))[:, None]
    parts = []
    for layer in range(len(sums) - 1, -1, -1):
        parts = [(delta.T @ activations[layer]).ravel(), delta.sum(axis=0), *parts]
        if layer:
            weights, _ = unpack(params)[layer]
            delta = (delta @ weights) * {slope}(sums[layer - 1], activations[layer])
    return np.concatenate(parts) / len(y[rows]) + decay * params
"""

_SURFACE = """
def cost(params):
    return surface.value(params)


def gradient(params, t):
    return surface.gradient(params)
"""


def script(trajectory: Trajectory, run: int = 0) -> str:
    """Python source that computes ``params[run]`` and ``cost[run]`` as ``path`` and ``costs``.

    It needs NumPy alone and holds the data. A run that diverged ends with its last finite cost,
    one that starts at an infinite cost with its start.

    Raises:
        ValueError: if the loss, or the problem, has no source that can be written down.
    """
    problem, optimizer = trajectory.problem, trajectory.optimizer
    optimizer = optimizer.of_run(run) if optimizer.runs else optimizer
    whole = Standalone()
    whole.add_object("optimizer", optimizer, "init", "lookahead", "step")
    whole.add_object("schedule", trajectory.schedule, "factor")
    if isinstance(problem, Cost):
        if isinstance(problem.loss, Own):
            whole.add_text(own_source(problem.loss))
        else:
            whole.add_object("loss", problem.loss, "value_at", "gradient_at")
        setting = f"{problem.loss.label}: {problem.data.source}"
        body = _data(problem, trajectory, whole)
    else:
        whole.add_object("surface", problem, "value", "gradient")
        setting = type(problem).__name__
        body = _SURFACE
    steps = int(np.flatnonzero(np.isfinite(trajectory.cost[run])).max(initial=0))  # 0: no cost was finite
    if trajectory.diverged_at[run] >= 0:
        steps = min(steps, int(trajectory.diverged_at[run]))
    about = foreign.python(f"{optimizer.label}, {steps} steps, {setting}")
    header = '"""' + textwrap.fill(about, 100) + '\n\nNeeds NumPy alone.\n"""\n'
    loop = _LOOP.format(start=_array(trajectory.params[run, 0]), steps=steps)
    return "\n".join([header, whole.source(), '\nnp.seterr(all="ignore")', body, loop])


def _data(cost: Cost, trajectory: Trajectory, whole: Standalone) -> str:
    batches = ""
    if trajectory.batches is not None:
        batches = f"\n# the samples of each step\nbatches = {_array(trajectory.batches)}\n"
    shared = {
        "x": _array(cost.data.x),
        "y": _array(cost.data.y),
        "decay": (float(cost.penalty.curvature) * cost.model.penalised).tolist(),
        "share": _share(cost),
        "all": "" if cost.share is None else "share * ",
        "some": "" if cost.share is None else "share[rows] * ",
        "batches": batches,
        "rows": "slice(None)" if trajectory.batches is None else "batches[t - 1]",
    }
    if isinstance(cost.model, MLP) and cost.model.outputs == 1:
        unit = cost.model.unit
        functions = {name: whole.add_function(getattr(unit, name)) for name in ("value", "slope")}
        return _NETWORK.format(**shared, **functions, layers=list(cost.model.layers))
    if isinstance(cost.model, Linear | Softmax):
        expand = whole.add_function(FEATURES[cost.model.features].expand)
        if isinstance(cost.model, Linear):
            return _DATA.format(**shared, expand=expand)
        each = "" if cost.share is None else "share[rows][:, None] * "
        return _SOFTMAX.format(**shared, expand=expand, classes=cost.model.outputs, each=each)
    raise ValueError("no script is written for this model")


def _share(cost: Cost) -> str:
    """The weight of each sample divided by their mean, as source; "" where all are equal."""
    if cost.share is None:
        return ""
    weights = [] if cost.sample_weights is None else [_array(np.asarray(cost.sample_weights))]
    if cost.class_weights:
        weights.append(f"np.array({list(cost.class_weights)})[y.astype(int)]")
    return (
        f"\nweights = {' * '.join(weights)}\n"
        "weights = weights / weights.max()\n"
        "share = weights / weights.mean()  # how much each sample counts\n"
    )


def _array(values: NDArray) -> str:
    """The array as source, every number with all its digits."""
    return textwrap.fill(f"np.array({values.tolist()})", 100, break_long_words=False, break_on_hyphens=False)
