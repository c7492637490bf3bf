r"""The update rules of gradient descent, as printed in Ruder (2016), and AdamW.

An optimizer is a frozen dataclass of hyperparameters with two pure methods: ``init(params)`` makes
the state, ``step(params, gradient, state, t)`` the next parameters and state. ``params`` has shape
(..., p): the leading axes are runs. A hyperparameter is a number, or an array of the shape of the
leading axes with one value a run, so that a sweep is one array program.

The gradient is taken at ``lookahead(params, state)``, which is ``params`` itself for all but Nesterov.

Source of the rules: S. Ruder, An overview of gradient descent optimization algorithms,
arXiv:1609.04747. Libraries differ in small things; each docstring says in which.
"""

import dataclasses
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lossviz.losses.base import NONNEGATIVE, Interval, Parameter, declared_parameters, parameter
from lossviz.number_format import short

Array = NDArray[np.float64]
State = dict[str, Array]
Count = int | NDArray[np.integer]

_DECAY = Interval(0.0, 1.0, high_open=True)


def learning_rate(default: float) -> Any:
    """The field of a learning rate."""
    return parameter(default, low=0.001, high=1.0, step=0.001, symbol=r"\eta", meaning="Learning rate")


def decay_rate(default: float, symbol: str, meaning: str) -> Any:
    """The field of the share that a running mean or a velocity keeps at each step."""
    return parameter(default, low=0.0, high=0.999, step=0.001, symbol=symbol, meaning=meaning, allowed=_DECAY)


def small_number(default: float) -> Any:
    """The field of epsilon."""
    return parameter(
        default,
        low=1e-10,
        high=1e-2,
        step=1e-10,
        symbol=r"\epsilon",
        meaning="Keeps the division from zero",
        allowed=NONNEGATIVE,
    )


def per_run(setting: float | Array) -> Array:
    """A hyperparameter with one axis more, so that it broadcasts over the coordinates."""
    return np.asarray(setting, dtype=np.float64)[..., None]


def ratio(numerator: Array, denominator: Array) -> Array:
    """numerator / denominator, and 0 where a coordinate without slope has denominator 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, numerator / denominator, 0.0)


@dataclass(frozen=True, eq=False)
class Optimizer:
    """Base of all update rules; its fields are its hyperparameters."""

    name: ClassVar[str]
    """Key in :data:`OPTIMIZERS`: also widget option and URL value."""
    title: ClassVar[str]
    formula: ClassVar[str]
    """LaTeX of the update, with g_t the gradient."""
    slots: ClassVar[Mapping[str, str]] = {}
    """What the state remembers, each of the shape of the parameters, with its LaTeX symbol."""

    def __post_init__(self) -> None:
        for p in self.parameters():
            value = getattr(self, p.name)
            try:
                object.__setattr__(self, p.name, _checked(p, value))
            except ValueError as error:
                raise ValueError(f"{self.name}: {error}") from None

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The hyperparameters, in order of declaration."""
        return declared_parameters(cls)

    @classmethod
    def summary(cls) -> str:
        """First paragraph of the docstring."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].split())

    def settings(self) -> dict[str, Any]:
        """Hyperparameter names and their values."""
        return {p.name: getattr(self, p.name) for p in self.parameters()}

    @property
    def label(self) -> str:
        """Title with those hyperparameters that are not at their default, for legends."""
        changed = [
            f"{p.meaning.lower()} {short(float(value), 6)}"
            for p in self.parameters()
            if np.ndim(value := getattr(self, p.name)) == 0 and value != p.default
        ]
        return f"{self.title} ({', '.join(changed)})" if changed else self.title

    @property
    def runs(self) -> tuple[int, ...]:
        """Shape of the leading axes that the hyperparameters ask for; () where all are numbers."""
        return np.broadcast_shapes(*(np.shape(value) for value in self.settings().values()))

    def of_run(self, index: int) -> "Optimizer":
        """The optimizer of one run, its hyperparameters plain numbers."""
        return dataclasses.replace(
            self,
            **{
                name: float(np.broadcast_to(value, self.runs)[index]) if self.runs else value
                for name, value in self.settings().items()
            },
        )

    def init(self, params: Array) -> State:
        """The state before the first step: all zeros."""
        return {slot: np.zeros_like(params) for slot in self.slots}

    def lookahead(self, params: Array, state: State) -> Array:
        """The point at which the next gradient is taken."""
        return params

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        """The next parameters and state.

        Args:
            params: where the run stands, shape (..., p).
            gradient: the gradient at ``lookahead(params, state)``, same shape.
            state: what ``init`` or the step before returned.
            t: the number of this step, 1 for the first.
            factor: the schedule's factor on the learning rate.
        """
        raise NotImplementedError

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        """The effective learning rate of each coordinate in step t, broadcasting to (..., p).

        It multiplies the gradient or its running mean; ``before`` and ``after`` are the states around
        the step.
        """
        raise NotImplementedError


def _checked(p: Parameter, value: Any) -> Any:
    """One number, or an array of which every number is allowed."""
    if np.ndim(value) == 0:
        return p.check(value)
    values = np.asarray(value, dtype=np.float64)
    for extreme in (values.min(), values.max()):  # nan if any is nan
        p.check(extreme)
    return values
