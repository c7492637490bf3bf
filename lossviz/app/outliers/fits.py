"""The fits behind the outlier page's picture: now, and before the last gesture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from lossviz.app.kit import background, plainly
from lossviz.app.kit.chart import token
from lossviz.app.outliers.controls import Setting
from lossviz.app.outliers.state import State
from lossviz.data.cloud import Cloud, Window
from lossviz.fitting import Fit
from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array
from lossviz.robust.effects import QUICK, fit_cloud, work

Name = tuple[ResidualLoss, str, bool]
"""A loss, its scale, and whether a constant is fitted."""


@dataclass(frozen=True)
class Fits:
    """The fits of the points as they are and as they were before the last gesture; or why there are none."""

    now: tuple[Fit, ...] = ()
    before: tuple[Fit, ...] = ()
    of_part: tuple[Fit, ...] = ()
    """At rest, where there are more points than are drawn: the fits of those that are."""
    problem: str = ""
    waiting: bool = False
    """They are being computed beside the page."""


@dataclass
class Memory:
    """Fits that are not computed again in every frame."""

    last: dict[Name, Fit] = field(default_factory=dict)
    """The latest of each loss, near which the next one is while a point moves."""
    start: tuple[Cloud, dict[Name, Fit]] | None = None
    """Points before a gesture, and their fits so far."""

    @classmethod
    def at_rest(cls, state: State, setting: Setting, fits: tuple[Fit, ...]) -> "Memory":
        """What is known before a gesture begins: the fits of the points at rest.

        Where a gesture's fits see a part of the points only, they are compared with those of the part.
        """
        known = dict(zip(_names(setting), fits, strict=True))
        return cls(dict(known), None if state.thinned else (state.points, known))

    def near(self, setting: Setting) -> dict[ResidualLoss, Array]:
        """Coefficients of the latest fit of each loss that has one."""
        known = (
            (loss, self.last.get(name)) for loss, name in zip(setting.losses, _names(setting), strict=True)
        )
        return {loss: fit.coefficients for loss, fit in known if fit is not None}

    def before(self, points: Cloud) -> dict[Name, Fit]:
        """The known fits of the points before a gesture."""
        if self.start is None or self.start[0] is not points:
            self.start = points, {}
        return self.start[1]


def at_rest(
    key: str, cloud: Cloud, window: Window, setting: Setting, stop: Callable[[], None]
) -> tuple[Fit, ...] | None:
    """The fits of some points, from scratch; None while they are computed beside the page.

    What takes more than a moment shows how far it is where this is called, can be stopped, and is kept
    until something else is asked for at that place.

    Args:
        key: of the place, unique across the app.
        stop: called when somebody stops the work, to unset what asked for it.

    Raises:
        ValueError: as :func:`fit_points`.
    """
    if work(setting.losses, len(cloud), scale=setting.fit_scale) <= QUICK:
        background.drop(key)
        return fit_points(cloud, window, setting)
    asked = token(cloud.xy.tobytes(), repr(window), repr(_names(setting)))
    found: tuple[Fit, ...] | None = background.result(
        key, asked, lambda progress: fit_points(cloud, window, setting, progress=progress), stop
    )
    return found


def fit_all(state: State, setting: Setting, memory: Memory, now: tuple[Fit, ...] | None = None) -> Fits:
    """Fit every chosen loss: ``now`` where that is done, else near the last fits, as while a point moves."""
    try:
        if now is None:
            now = fit_points(
                state.part, state.window, setting, memory.near(setting), shares=state.shares(state.points)
            )
    except ValueError as problem:
        return Fits(problem=plainly.reason(problem))
    memory.last = dict(zip(_names(setting), now, strict=True))
    if state.thinned and not state.moving:
        return Fits(now, of_part=_of_part(state, setting, memory))
    if state.earlier is None or state.before is None:
        return Fits(now)
    known = memory.before(state.earlier)
    if not known.keys() >= set(_names(setting)):
        try:
            former = fit_points(
                state.before, state.window, setting, memory.near(setting) if state.thinned else None,
                shares=state.shares(state.earlier) if state.moving else None,
            )  # fmt: skip
            known.update(zip(_names(setting), former, strict=True))
        except ValueError:
            return Fits(now)
    return Fits(now, tuple(known[name] for name in _names(setting)))


def _of_part(state: State, setting: Setting, memory: Memory) -> tuple[Fit, ...]:
    """The fits of the drawn points, where a curve is made of them."""
    if setting.view != "sensitivity":
        return ()
    near, shares = memory.near(setting), state.shares(state.points)
    return fit_points(state.part, state.window, setting, near, shares=shares)


def fit_points(
    cloud: Cloud,
    window: Window,
    setting: Setting,
    near: Mapping[ResidualLoss, Array] | None = None,
    *,
    shares: Array | None = None,
    progress: Callable[[float], bool] = lambda share: True,
) -> tuple[Fit, ...]:
    """The fit of each chosen loss to some points; of the first of them, where ``progress`` says stop.

    ``near`` are coefficients of fits to almost the same points, ``shares`` for how many points each stands.

    Raises:
        ValueError: where nothing can be fitted; the message says why.
    """
    # Moved points lie on the grid and others need not: what is one place there is one x.
    if not setting.constant and np.ptp(cloud.x) <= window.x.step:
        raise ValueError("all x are equal: a slope cannot be fitted, only a constant")
    near = near or {}
    found: list[Fit] = []
    for loss in setting.losses:
        found.append(
            fit_cloud(
                loss,
                cloud,
                scale=setting.fit_scale,
                constant=setting.constant,
                near=near.get(loss),
                shares=shares,
            )
        )
        if not progress(len(found) / len(setting.losses)):
            break
    return tuple(found)


def _names(setting: Setting) -> list[Name]:
    return [(loss, setting.scale, setting.constant) for loss in setting.losses]
