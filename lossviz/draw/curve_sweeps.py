"""What each of the explorer's sliders does to its chart, known beforehand."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from lossviz.draw.curves import Line, Scene, lines
from lossviz.draw.sweep import Sweep, SweptTrace
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
    return Sweep(values, _stack(scene, runs), parameter.low if here is None else here)


def probe_sweep(scene: Scene) -> Sweep:
    """The probe's marks, tangents and line over the whole axis."""
    values = np.linspace(scene.low, scene.high, _PROBE_POSITIONS)
    traces = [
        _following(scene, line, index, values)
        for index, line in enumerate(lines(scene, scene.grid()))
        if line.role != "curve"
    ]
    return Sweep(values, traces, scene.probe)


def _following(scene: Scene, line: Line, index: int, values: NDArray) -> SweptTrace:
    """One of the probe's lines at every position of the probe; the y range stays put."""
    at = values[:, None]
    if line.loss is None:
        return SweptTrace(index, np.repeat(at, 2, axis=1), np.repeat(line.y[None], len(values), axis=0))
    if line.role == "mark":
        return SweptTrace(
            index, at, scene.shown(getattr(scene.curve(line.loss, values), line.panel))[:, None]
        )
    ends = scene.tangent_reach * np.array([-1.0, 1.0])
    along = dataclasses.replace(scene, wrt=scene.over).curve(line.loss, at)
    touching = np.isfinite(along.value) & np.isfinite(along.gradient)
    slope = np.where(touching, along.gradient, np.nan)
    return SweptTrace(index, at + ends, along.value + slope * ends)


def _stack(scene: Scene, runs: list[list[Line]]) -> list[SweptTrace]:
    """The runs' lines as tables, each under the index of its trace in the scene's figure."""
    place = {_identity(line): k for k, line in enumerate(lines(scene, scene.grid(3)))}
    return [
        SweptTrace(place[_identity(alike[0])], alike[0].x, np.stack([line.y for line in alike]))
        for alike in zip(*runs, strict=True)
        if alike[0].role != "probe"
    ]


def _identity(line: Line) -> tuple[str, str, str]:
    return line.panel, line.role, line.loss.name if line.loss else ""
