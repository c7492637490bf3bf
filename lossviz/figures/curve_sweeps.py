"""What each of the explorer's sliders does to its chart, known beforehand."""

import dataclasses

import numpy as np

from lossviz.figures.curves import Line, Scene, lines
from lossviz.figures.sweep import Sweep, SweptTrace
from lossviz.losses import Loss, Parameter

PROBE = "probe"

_POINTS, _POSITIONS, _PROBE_POSITIONS = 241, 61, 201


def with_setting(scene: Scene, name: str, parameter: str, value: float) -> Scene:
    """The scene with one parameter of one loss changed."""
    changed = tuple(
        loss.replace(**{parameter: value}) if loss.name == name else loss for loss in scene.losses
    )
    return dataclasses.replace(scene, losses=changed)


def parameter_sweep(scene: Scene, loss: Loss, parameter: Parameter) -> Sweep:
    """The traces of one loss over the slider range of one of its parameters."""
    values = np.linspace(parameter.low, parameter.high, _POSITIONS)
    x = np.linspace(scene.low, scene.high, _POINTS)
    alone = dataclasses.replace(scene, losses=(loss,))
    runs = [lines(with_setting(alone, loss.name, parameter.name, float(value)), x) for value in values]
    here = getattr(loss, parameter.name)
    return Sweep(values, _stack(scene, runs, x), parameter.low if here is None else here)


def probe_sweep(scene: Scene) -> Sweep:
    """The probe's marks, tangents and line over the whole axis."""
    values = np.linspace(scene.low, scene.high, _PROBE_POSITIONS)
    x = scene.grid(3)
    still = lines(scene, scene.grid())
    runs = []
    for value in values:
        moved = lines(dataclasses.replace(scene, probe=float(value)), x)
        runs.append(
            [
                dataclasses.replace(new, y=old.y) if new.role == "probe" else new
                for new, old in zip(moved, still, strict=True)
                if new.role != "curve"
            ]
        )
    return Sweep(values, _stack(scene, runs, None), scene.probe)


def _stack(scene: Scene, runs: list[list[Line]], x: np.ndarray | None) -> list[SweptTrace]:
    """The runs' lines as tables, each under the index of its trace in the scene's figure."""
    place = {_identity(line): k for k, line in enumerate(lines(scene, scene.grid(3)))}
    traces = []
    for alike in zip(*runs, strict=True):
        first = alike[0]
        if x is not None and first.role == "probe":
            continue
        xs = np.stack([line.x for line in alike])
        traces.append(
            SweptTrace(
                place[_identity(first)],
                xs[0] if (xs == xs[0]).all() else xs,
                np.stack([line.y for line in alike]),
            )
        )
    return traces


def _identity(line: Line) -> tuple[str, str, str]:
    return line.panel, line.role, line.loss.name if line.loss else ""
