"""The fits behind the outlier page's picture: now, and before the last gesture."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lossviz.cloud import Cloud, Window
from lossviz.fitting import Fit
from lossviz.losses import ResidualLoss
from lossviz.outlier_lab import fit_cloud
from lossviz.ui import plainly
from lossviz.ui.outlier_controls import Setting
from lossviz.ui.outlier_state import State

Name = tuple[ResidualLoss, str, bool]
"""A loss, its scale, and whether a constant is fitted."""


@dataclass(frozen=True)
class Fits:
    """The fits of the points as they are and as they were before the last gesture; or why there are none."""

    now: tuple[Fit, ...] = ()
    before: tuple[Fit, ...] = ()
    problem: str = ""


@dataclass
class Memory:
    """Fits that are not computed again in every frame."""

    last: dict[Name, Fit] = field(default_factory=dict)
    """The latest of each loss, near which the next one is while a point moves."""
    start: tuple[Cloud, dict[Name, Fit]] | None = None
    """Points before a gesture, and their fits so far."""

    @classmethod
    def at_rest(cls, points: Cloud, setting: Setting, fits: tuple[Fit, ...]) -> "Memory":
        """What is known before a gesture begins: the fits of the points at rest."""
        known = dict(zip(_names(setting), fits, strict=True))
        return cls(dict(known), (points, known))

    def before(self, points: Cloud) -> dict[Name, Fit]:
        """The known fits of the points before a gesture."""
        if self.start is None or self.start[0] is not points:
            self.start = points, {}
        return self.start[1]


def fit_all(state: State, setting: Setting, memory: Memory) -> Fits:
    """Fit every chosen loss; while a point moves near the last fits, at rest from scratch."""
    try:
        now = fit_points(state.cloud, state.window, setting, memory.last if state.moving else {})
    except ValueError as problem:
        return Fits(problem=plainly.reason(problem))
    memory.last = dict(zip(_names(setting), now, strict=True))
    if state.earlier is None or state.before is None:
        return Fits(now)
    known = memory.before(state.earlier)
    if not known.keys() >= set(_names(setting)):
        try:
            known.update(zip(_names(setting), fit_points(state.before, state.window, setting), strict=True))
        except ValueError:
            return Fits(now)
    return Fits(now, tuple(known[name] for name in _names(setting)))


def fit_points(
    cloud: Cloud, window: Window, setting: Setting, near: Mapping[Name, Fit] | None = None
) -> tuple[Fit, ...]:
    """The fit of each chosen loss to some points.

    Raises:
        ValueError: where nothing can be fitted; the message says why.
    """
    # Moved points lie on the grid and others need not: what is one place there is one x.
    if not setting.constant and np.ptp(cloud.x) <= window.x.step:
        raise ValueError("all x are equal: a slope cannot be fitted, only a constant")
    near = near or {}
    return tuple(
        fit_cloud(loss, cloud, scale=setting.fit_scale, constant=setting.constant, near=near.get(name))
        for loss, name in zip(setting.losses, _names(setting), strict=True)
    )


def _names(setting: Setting) -> list[Name]:
    return [(loss, setting.scale, setting.constant) for loss in setting.losses]
