"""Learning-rate schedules: the factor on the learning rate at each step.

``factor(t)`` takes the number t = 0, 1, 2, ... of updates already made (a scalar or an array) and
returns the factor of the next one, 1 being the learning rate as set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from lossviz.losses.base import NONNEGATIVE, UNIT, Interval, Parameter, declared_parameters, parameter

_COUNT = Interval(1.0, high_open=True)


@dataclass(frozen=True)
class Schedule:
    """Base of all schedules; its fields are its parameters."""

    name: ClassVar[str]
    """Key in :data:`SCHEDULES`: also widget option and URL value."""
    title: ClassVar[str]
    formula: ClassVar[str]
    """LaTeX of the learning rate of update t + 1, from the learning rate as set."""

    def __post_init__(self) -> None:
        for p in self.parameters():
            object.__setattr__(self, p.name, p.check(getattr(self, p.name)))

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        return declared_parameters(cls)

    def factor(self, t: ArrayLike) -> Any:
        """Factor on the learning rate after t updates, elementwise."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """The learning rate as set, at every step."""

    name = "constant"
    title = "Constant"
    formula = r"\eta_t = \eta"

    def factor(self, t: ArrayLike) -> Any:
        return np.ones(np.shape(t))[()]


@dataclass(frozen=True)
class StepDecay(Schedule):
    """The learning rate is cut by the same factor once every so many steps."""

    every: float = parameter(
        50, low=1, high=200, step=1, symbol="s", meaning="Steps between cuts", allowed=_COUNT
    )
    decay: float = parameter(0.5, low=0.1, high=1.0, symbol="d", meaning="Factor of each cut", allowed=UNIT)

    name = "step"
    title = "Step decay"
    formula = r"\eta_t = \eta\, d^{\lfloor t / s \rfloor}"

    def factor(self, t: ArrayLike) -> Any:
        return self.decay ** np.floor(np.asarray(t) / self.every)


@dataclass(frozen=True)
class Exponential(Schedule):
    """The learning rate shrinks by the same factor at every step."""

    decay: float = parameter(
        0.98, low=0.8, high=1.0, step=0.005, symbol="d", meaning="Factor of each step", allowed=UNIT
    )

    name = "exponential"
    title = "Exponential decay"
    formula = r"\eta_t = \eta\, d^{t}"

    def factor(self, t: ArrayLike) -> Any:
        return self.decay ** np.asarray(t, dtype=np.float64)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from the learning rate as set down to a share of it, where it then stays.

    Source: Loshchilov and Hutter (2017), SGDR, eq. 5, without restarts.
    """

    length: float = parameter(
        200, low=10, high=500, step=10, symbol="T", meaning="Steps of the descent", allowed=_COUNT
    )
    floor: float = parameter(
        0.0, low=0.0, high=1.0, symbol="f", meaning="Share left at the end", allowed=UNIT
    )

    name = "cosine"
    title = "Cosine"
    formula = r"\eta_t = \eta \left(f + \frac{1 - f}{2} \left(1 + \cos \frac{\pi \min(t, T)}{T}\right)\right)"

    def factor(self, t: ArrayLike) -> Any:
        phase = np.pi * np.minimum(t, self.length) / self.length
        return self.floor + 0.5 * (1.0 - self.floor) * (1.0 + np.cos(phase))


@dataclass(frozen=True)
class InverseTime(Schedule):
    """One over t: slow enough to get anywhere, fast enough to silence the noise of mini-batches.

    Robbins and Monro (1951): the sum of the learning rates diverges, that of their squares does not.
    """

    rate: float = parameter(
        0.05, low=0.0, high=1.0, step=0.01, symbol="k", meaning="Rate of decay", allowed=NONNEGATIVE
    )

    name = "inverse_time"
    title = "1/t decay"
    formula = r"\eta_t = \frac{\eta}{1 + k t}"

    def factor(self, t: ArrayLike) -> Any:
        with np.errstate(over="ignore"):
            return 1.0 / (1.0 + self.rate * np.asarray(t))


@dataclass(frozen=True)
class WarmUp(Schedule):
    """A straight rise to the learning rate as set, which then stays."""

    length: float = parameter(
        20, low=1, high=200, step=1, symbol="T", meaning="Steps of the rise", allowed=_COUNT
    )

    name = "warm_up"
    title = "Warm-up"
    formula = r"\eta_t = \eta \min\!\left(1, \frac{t + 1}{T}\right)"

    def factor(self, t: ArrayLike) -> Any:
        return np.minimum(1.0, (np.asarray(t) + 1.0) / self.length)


SCHEDULES: Mapping[str, type[Schedule]] = {
    cls.name: cls for cls in (Constant, StepDecay, Exponential, Cosine, InverseTime, WarmUp)
}
"""Every schedule by name, in the order of a menu."""
