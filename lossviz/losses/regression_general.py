"""Barron's general robust loss: one dial from least squares to losses that ignore outliers."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import Interval, Snippet, parameter
from lossviz.losses.families import ResidualLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import product
from lossviz.number_format import short


@register
@dataclass(frozen=True)
class Barron(ResidualLoss):
    """A whole family behind one dial: alpha says how much, or how little, outliers count.

    alpha = 2 is the squared error, 1 the pseudo-Huber loss, 0 the Cauchy, -2 the Geman-McClure and minus
    infinity the Welsch loss; in between lies everything else. Above 2 outliers count for more than under
    the square. Barron's scaling is kept: the curvature at zero is 1/c^2.
    """

    alpha: float = parameter(
        1.0,
        low=-10.0,
        high=3.0,
        step=0.1,
        symbol=r"\alpha",
        meaning="Shape: the lower, the less outliers count",
        allowed=Interval(),
    )
    c: float = parameter(
        1.0, low=0.1, high=5.0, symbol="c", meaning="Scale: where the shape starts to matter", distance=True
    )

    name = "barron"
    title = "Barron's general loss"
    formula = (
        r"\ell(r) = \frac{|\alpha - 2|}{\alpha}"
        r" \left( \left( \frac{(r/c)^2}{|\alpha - 2|} + 1 \right)^{\alpha/2} - 1 \right)"
    )
    gradient_formula = (
        r"\ell'(r) = \frac{r}{c^2} \left( \frac{(r/c)^2}{|\alpha - 2|} + 1 \right)^{\alpha/2 - 1}"
    )
    references = ("Barron (2019), A general and adaptive robust loss function, CVPR",)
    smooth = True
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            'alpha = float("{alpha}")\n'
            "x2 = ((score - target) / {c}) ** 2\n"
            "if alpha == 2:\n"
            "    loss = x2 / 2\n"
            "elif alpha == 0:\n"
            "    loss = np.log1p(x2 / 2)\n"
            "elif np.isinf(alpha):\n"
            "    loss = np.sign(alpha) * np.expm1(np.sign(alpha) * x2 / 2)\n"
            "else:\n"
            "    b = abs(alpha - 2)\n"
            "    loss = b / alpha * np.expm1(alpha / 2 * np.log1p(x2 / b))",
        )
    }

    @property
    def convex(self) -> bool:
        return self.alpha >= 1.0

    @property
    def redescending(self) -> bool:
        return self.alpha < 1.0

    @property
    def turn(self) -> float:
        if self.convex:
            return math.inf
        return self.c * (1.0 if self._limit else math.sqrt((2.0 - self.alpha) / (1.0 - self.alpha)))

    @property
    def lipschitz(self) -> float:
        if self.alpha > 1.0:
            return math.inf
        if self._limit:
            return math.exp(-0.5) / self.c
        # at the turn; Barron, appendix A
        if self.alpha == 1.0:
            return 1.0 / self.c
        return math.exp(0.5 * (self.alpha - 1.0) * math.log1p(1.0 / (1.0 - self.alpha))) / self.c

    @property
    def bound(self) -> float:
        if self.alpha >= 0.0:
            return math.inf
        return 1.0 if self._limit else (self.alpha - 2.0) / self.alpha

    @property
    def elicits(self) -> str:
        if self.alpha == 2.0:
            return "the mean"
        if self.alpha > 2.0:
            return "a centre that far targets draw to themselves more than they draw the mean"
        if self.convex:
            return "a smooth M-estimate of location, between the median and the mean"
        return "a centre of the bulk of the targets; far targets count little"

    @property
    def noise(self) -> str:
        named = {
            0.0: f"Cauchy with scale {short(math.sqrt(2.0) * self.c)}",
            1.0: "Hyperbolic: Gaussian in the middle, Laplace in the tails",
            2.0: f"Gaussian with standard deviation {short(self.c, 6)}",
        }
        return named.get(self.alpha, "Barron's general density" if self.alpha > 0.0 else "")

    @property
    def _limit(self) -> float:
        """-1 or 1 where alpha is so large that the loss is its limit at -inf or inf, else 0."""
        return math.copysign(1.0, self.alpha) if abs(self.alpha) > 1e30 else 0.0

    @property
    def _root(self) -> float:
        return math.sqrt(abs(self.alpha - 2.0))

    def _power(self, x: Any, exponent: float) -> Any:
        """(x^2 / |alpha - 2| + 1)^(exponent / 2), to full precision for small and for large x."""
        y = np.abs(x) / self._root
        near = np.exp(0.5 * exponent * np.log1p(y * y))
        return np.where(y < 1.0, near, np.hypot(1.0, y) ** exponent)

    def _times_power(self, factor: Any, x: Any, exponent: float) -> Any:
        """factor (x^2 / |alpha - 2| + 1)^(exponent / 2), finite wherever the product is."""
        plain = product(factor, self._power(x, exponent))
        if exponent <= 0:
            return plain
        log = np.log(np.abs(factor)) / exponent  # the factor is taken into the base
        base = np.hypot(np.exp(log), np.abs(x) * np.exp(log - math.log(self._root)))
        whole = np.copysign(base**exponent, factor)
        return np.where(np.isinf(plain) & np.isfinite(x), whole, plain)

    def value(self, r: Any) -> Any:
        x = r / self.c
        if self.alpha == 2.0:
            return 0.5 * x * x
        if self._limit:
            return self._limit * np.expm1(self._limit * 0.5 * x * x)
        b, alpha = abs(self.alpha - 2.0), self.alpha
        y = np.abs(x) / self._root
        log = np.where(y < 1.0, np.log1p(x * x / b), 2.0 * np.log(np.hypot(1.0, y)))
        if alpha == 0.0:
            return log
        t = 0.5 * alpha * log
        # (power - 1) / alpha is written expm1(t) / t * log / 2, whose first factor is 1 where t vanishes
        near = 0.5 * b * log * np.where(t == 0.0, 1.0, np.expm1(t) / t)
        far = b / alpha * (self._power(x, alpha) - 1.0)
        farther = self._times_power(np.full_like(x, b / alpha), x, alpha)
        far = np.where(np.isinf(far), farther, far)
        return np.where((y < 1.0) | (np.abs(t) < 0.5), near, far)

    def gradient(self, r: Any) -> Any:
        x = r / self.c
        if self.alpha == 2.0:
            return x / self.c
        if self._limit:
            return product(x / self.c, np.exp(self._limit * 0.5 * x * x))
        # x P^(alpha/2 - 1) with P = 1 + y^2 and y / sqrt(P) = tanh(asinh(y)), which has a limit at infinity
        sine = np.tanh(np.arcsinh(x / self._root))
        return self._times_power(self._root / self.c * sine, x, self.alpha - 1.0)

    def curvature(self, r: Any) -> Any:
        x = r / self.c
        if self.alpha == 2.0:
            return np.full_like(r, self.c**-2)
        if self._limit:
            return product(1.0 + self._limit * x * x, np.exp(self._limit * 0.5 * x * x)) / self.c**2
        y = x / self._root
        shape = np.hypot(1.0, y) ** -2 + (self.alpha - 1.0) * np.tanh(np.arcsinh(y)) ** 2
        return product(shape, self._power(x, self.alpha - 2.0)) / self.c**2

    def weight(self, r: Any) -> Any:
        x = r / self.c
        if self.alpha == 2.0:
            return np.full_like(r, self.c**-2)
        if self._limit:
            return np.exp(self._limit * 0.5 * x * x) / self.c**2
        return self._power(x, self.alpha - 2.0) / self.c**2
