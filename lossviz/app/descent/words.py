"""What the descent page says: the race in a sentence, and what is peculiar about it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lossviz import metrics
from lossviz.app.descent.controls import Setup
from lossviz.descent.optimum import optimum
from lossviz.descent.race import Run
from lossviz.draw.descent_data import class_names
from lossviz.models import Cost
from lossviz.number_format import short
from lossviz.optimizers.base import Array

MOST_NAMED = 6
"""Of parameters that a slice holds."""


def sentence(setup: Setup, runs: Sequence[Run], shown: int) -> str:
    """What came of the race, in numbers."""
    if len(runs) == 1:
        return _alone(runs[0])
    table = [run.standing for run in runs]
    arrived = [
        (s.steps_to_tolerance, run.label)
        for s, run in zip(table, runs, strict=True)
        if s.steps_to_tolerance is not None
    ]
    gone = [
        f"{run.label} at step {s.diverged_at}"
        for s, run in zip(table, runs, strict=True)
        if s.diverged_at is not None
    ]
    if not np.isfinite([run.best.value for run in runs]).any():
        lowest, label = min((float(run.cost.min()), run.label) for run in runs)
        said = [f"**{label}** gets lowest: {short(lowest)}, where no lowest cost is known"]
    elif arrived:
        steps, label = min(arrived)
        ties = [name for count, name in arrived if count == steps and name != label]
        said = [
            f"**{' and '.join([label, *ties])}** first: within 0.1 % of the gap after {steps} steps",
            f"{len(arrived)} of {len(runs)} arrive",
        ]
    else:
        said = [f"None of the {len(runs)} runs is within 0.1 % of the gap after {setup.steps} steps"]
    if gone:
        said.append(f"diverged: {', '.join(gone)}")
    return "; ".join(said) + "."


def _alone(run: Run) -> str:
    cost, label = run.cost, run.label
    if run.diverged_at is not None:
        return f"**{label}** diverges: after step {run.diverged_at} the cost is a million times what it was at the start."
    said = f"**{label}** takes the cost from {short(cost[0])} to {short(cost[-1])} in {len(cost) - 1} steps"
    if np.isfinite(run.best.value):
        said += f"; the lowest possible is {short(run.best.value)}"
        reached = run.standing.steps_to_tolerance
        said += (
            f", and step {reached} is the first within 0.1 % of the gap"
            if reached is not None
            else ", not reached yet"
        )
    return said + "."


def notes(setup: Setup, runs: Sequence[Run]) -> list[str]:
    """Why there is no optimum, and what is odd about the data or the settings."""
    reasons = dict.fromkeys(run.best.reason for run in runs if run.best.reason)
    held = [name for i, name in enumerate(setup.names) if i not in setup.axes]
    slice_note = []
    if held:
        where = "at the optimum" if len(runs[0].best.points) else "as after the last step"
        what = ", ".join(held) if len(held) <= MOST_NAMED else f"the other {len(held)} parameters"
        slice_note = [f"The surface is a slice: {what} held {where}."]
    return [*setup.notes, *_weighing(runs), *reasons, *slice_note]


def _weighing(runs: Sequence[Run]) -> list[str]:
    """What the weight of a class changes, against the lowest cost without it where there is one."""
    cost, path = runs[0].problem, runs[0].path
    if not isinstance(cost, Cost) or not cost.class_weights:
        return []
    if cost.loss.family != "binary":
        each = zip(class_names(cost), cost.class_weights, strict=True)
        return [f"How much a sample counts: {', '.join(f'{name} {short(weight)}' for name, weight in each)}."]
    said = f"A sample of class 1 counts {short(cost.class_weights[1])} times as much as one of class 0."
    equal = replace(cost, class_weights=())
    best = optimum(equal)
    if len(runs) > 1 or not len(best.points):
        return [said]
    now, before = (_called(cost, params) for params in (path[-1], best.points[0]))
    return [
        f"{said} This boundary finds {now[0]} of {now[2]} of class 1 and calls {now[1]} of class 0 so; with equal weights the best "
        f"one finds {before[0]} and calls {before[1]}."
    ]


def _called(cost: Cost, params: Array) -> tuple[int, int, int]:
    """How many of class 1, and of class 0, are called 1, and how many of class 1 there are."""
    counts = metrics.confusion_matrix(cost.data.y, cost.score(params, cost.data.x) > 0)
    return int(counts[1, 1]), int(counts[0, 1]), int(counts[1].sum())
