"""A loss that a person writes as a formula: a class of its own, as any other, but in no registry.

What is claimed of the losses that are registered is proven and tested. What a formula is like is only seen, on a
grid, and told as that: see ``SEEN``.
"""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lossviz import number_format
from lossviz.losses import expression
from lossviz.losses.base import Array, Interval, Loss, Snippet, parameter
from lossviz.losses.expression import Node
from lossviz.losses.families import MarginLoss, ResidualLoss

VARIABLES = {"regression": "r", "binary": "m"}
"""By family: the residual r = prediction - target, the margin m = y f."""
MOST = 3
"""Most formulas at once."""
SEEN = "as far as can be seen on a grid from −10,000 to 10,000, which proves nothing"
PARAMETER = Interval(-1e100, 1e100)
_REACH = 1e4
_GRID = np.concatenate([-np.geomspace(_REACH, 1e-6, 4001), [0.0], np.geomspace(1e-6, _REACH, 4001)])
_FAR = np.array([1e3, 1e6, 1e9])
_MOST_KINKS = 12


class Own(Loss):
    """What losses of residuals and of margins share when they are formulas; made by :func:`own_loss`."""

    text: ClassVar[str]
    """The formula as it was typed."""
    variable: ClassVar[str]
    nodes: ClassVar[tuple[Node, Node, Node]]
    """The formula and its first two derivatives."""

    @property
    def elicits(self) -> str:
        return "not known in general: see where its cost is lowest"

    @functools.cached_property
    def kinks(self) -> tuple[float, ...]:
        """Where a side of a condition, or what stands in an absolute value, changes its sign."""
        found = {kink for node in expression.switches(self.nodes[0]) for kink in self._zeros(node)}
        return tuple(sorted(found, key=lambda at: (abs(at), at))[:_MOST_KINKS])

    @functools.cached_property
    def convex(self) -> bool:
        """Whether the slope never falls on a grid from -10,000 to 10,000: seen, not proven."""
        slope = self._at(1, _GRID)
        if not np.isfinite(slope).all():
            return False
        return bool((np.diff(slope) >= -1e-9 * (1.0 + np.abs(slope[1:]))).all())

    @functools.cached_property
    def smooth(self) -> bool:
        """Whether the slope is the same on both sides of every kink: seen, not proven."""
        at = np.array(self.kinks or (0.0,))
        step = 1e-9 * (1.0 + np.abs(at))
        left, right = self._at(1, at - step), self._at(1, at + step)
        return bool((np.abs(right - left) <= 1e-6 * (1.0 + np.abs(left))).all())

    @functools.cached_property
    def falls_without_end(self) -> bool:
        """Whether far out on some side the value goes on falling in at least a straight line."""
        if (self._at(0, _GRID) == -np.inf).any():
            return True
        for side in (-1.0, 1.0):
            near, far, farther = self._at(0, side * _FAR)
            if farther < far < near and far - farther > 0.5 * 999.0 * (near - far):
                return True
        return False

    def value(self, x: Any) -> Any:
        found = self._at(0, x)
        return np.where(np.isnan(found), np.inf, found)  # where the formula is no number nothing is allowed

    def gradient(self, x: Any) -> Any:
        return self._at(1, x)

    def curvature(self, x: Any) -> Any:
        return self._at(2, x)

    def _at(self, order: int, x: Any) -> Array:
        found = expression.evaluate(self.nodes[order], {self.variable: x, **self._parameters})
        return np.broadcast_to(found, np.shape(x))

    @functools.cached_property
    def _parameters(self) -> dict[str, float]:
        return {name: float(value) for name, value in self.settings().items() if value is not None}

    def _zeros(self, node: Node) -> list[float]:
        values: dict[str, Any] = {self.variable: _GRID, **self._parameters}
        at = np.broadcast_to(expression.evaluate(node, values), _GRID.shape)
        found = _GRID[at == 0].tolist() if (at == 0).sum() <= _MOST_KINKS else []
        for i in np.flatnonzero(np.sign(at[:-1]) * np.sign(at[1:]) < 0)[:_MOST_KINKS]:
            low, high, rising = float(_GRID[i]), float(_GRID[i + 1]), bool(at[i + 1] > 0)
            while low < (middle := 0.5 * (low + high)) < high:
                above = bool(expression.evaluate(node, values | {self.variable: middle}) > 0)
                low, high = (low, middle) if above == rising else (middle, high)
            exact = float(expression.evaluate(node, values | {self.variable: low})) == 0.0
            found.append(low if exact else high)
        return found


class OwnResidual(Own, ResidualLoss):
    """A formula in the residual r."""

    @functools.cached_property
    def symmetric(self) -> bool:
        left, right = self._at(0, -_GRID), self._at(0, _GRID)
        return bool(np.array_equal(left, right, equal_nan=True))


class OwnMargin(Own, MarginLoss):
    """A formula in the margin m."""


_BASES: Mapping[str, type[Own]] = {"regression": OwnResidual, "binary": OwnMargin}


@functools.lru_cache(maxsize=512)
def own_loss(text: str, family: str, number: int = 0) -> type[Own]:
    """The class of a formula, the same for the same text; its other names become parameters, 1 unless set.

    Args:
        text: the formula, in ``VARIABLES[family]``.
        family: "regression" or "binary".
        number: which of several formulas this is, from 0.

    Raises:
        ValueError: if it is no formula, or is a number nowhere; the message is a sentence for the person who typed it.
    """
    variable = VARIABLES[family]
    value = expression.parse(text, variable)
    slope = expression.derivative(value, variable)
    bend = expression.derivative(slope, variable)
    base = _BASES[family]
    names = sorted(value.names - {variable}, key=text.find)
    for name in names:
        if hasattr(base, name):
            raise ValueError(f"{name} has a meaning of its own here: give the parameter another name")
    fields = [
        (
            name,
            float,
            parameter(
                1.0,
                low=0.1,
                high=10.0,
                step=0.1,
                symbol=expression.symbol(name),
                meaning="A parameter of your formula",
                allowed=PARAMETER,
            ),
        )
        for name in names
    ]
    which = "" if number == 0 else f" {number + 1}"
    marked = {name: Node("name", name=f"{{{name}}}") for name in names}
    setting = "r = score - target" if variable == "r" else "m = (2 * target - 1) * score"
    written = expression.python(expression.substitute(value, marked))
    made = dataclasses.make_dataclass(
        f"YourLoss{which.strip()}",
        fields,
        bases=(base,),
        frozen=True,
        namespace={
            "__doc__": f"A formula of your own{which}.",
            "name": f"own{number or ''}",
            "title": f"Your loss{which}",
            "text": text,
            "variable": variable,
            "nodes": (value, slope, bend),
            "formula": rf"\ell({variable}) = {expression.latex(value)}",
            "gradient_formula": rf"\ell'({variable}) = {expression.latex(slope)}",
            "code": {"NumPy": Snippet(f"import numpy as np\n{setting}\nloss = {written}")},
        },
    )
    if not np.isfinite(made()._at(0, _GRID)).any():
        raise ValueError(
            f"the formula is a number nowhere from {number_format.short(-_REACH)} to {number_format.short(_REACH)}"
        )
    return made


def source(loss: Own) -> str:
    """A class with ``value_at`` and ``gradient_at`` of this loss and an instance named ``loss``, as Python."""
    known = {name: Node("number", value=value) for name, value in loss._parameters.items()}
    value, slope = (expression.python(expression.substitute(node, known)) for node in loss.nodes[:2])
    x = loss.variable
    body = f"""class YourLoss:
    def value(self, {x}):
        found = {value}
        return np.broadcast_to(np.where(np.isnan(found), np.inf, found), np.shape({x}))

    def gradient(self, {x}):
        return np.broadcast_to({slope}, np.shape({x}))
"""
    if isinstance(loss, ResidualLoss):
        at = """
    def value_at(self, score, target):
        return self.value(score - target)

    def gradient_at(self, score, target):
        return self.gradient(score - target)
"""
    else:
        at = """
    def value_at(self, score, target):
        return target * self.value(score) + (1 - target) * self.value(-score)

    def gradient_at(self, score, target):
        return target * self.gradient(score) - (1 - target) * self.gradient(-score)
"""
    return f"{body}{at}\n\nloss = YourLoss()"
