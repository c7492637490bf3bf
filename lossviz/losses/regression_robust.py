"""Losses of the residual r = prediction - target that give up on far points.

Their gradient falls back to zero (they are redescending), so none is convex: a fit may have several
local minima, and where it starts matters. All are scaled to r^2/2 near zero. The formulas use
u = r/c, sine = u / sqrt(1 + u^2) = tanh(asinh(u)) and cosine = 1 / sqrt(1 + u^2), which stay finite.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import Snippet, parameter
from lossviz.losses.families import ResidualLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import product
from lossviz.number_format import short


@register
@dataclass(frozen=True)
class Cauchy(ResidualLoss):
    """A logarithm of the squared error: large errors still cost more, but ever more slowly.

    The pull is strongest at an error of c and fades beyond it. It is the likelihood of heavy-tailed
    noise, where far points are expected now and then. At c = 2.385 and unit noise it keeps 95 % of the
    efficiency of least squares. Also called the Lorentzian loss.
    """

    c: float = parameter(
        2.385, low=0.1, high=5.0, symbol="c", meaning="Error that pulls hardest", distance=True
    )

    name = "cauchy"
    title = "Cauchy"
    formula = r"\ell(r) = \frac{c^2}{2} \log\left(1 + (r/c)^2\right)"
    gradient_formula = r"\ell'(r) = \frac{r}{1 + (r/c)^2}"
    references = (
        "Holland & Welsch (1977), Robust regression using iteratively reweighted least-squares,"
        " Comm. Statist. A 6",
        "Zhang (1997), Parameter estimation techniques: a tutorial with application to conic fitting,"
        " Image Vis. Comput. 15",
    )
    smooth = True
    redescending = True
    elicits = "a centre of the bulk of the targets; far targets count little"
    code = {
        "NumPy": Snippet("import numpy as np\nloss = 0.5 * {c}**2 * np.log1p(((score - target) / {c}) ** 2)")
    }

    @property
    def turn(self) -> float:
        return self.c

    @property
    def lipschitz(self) -> float:
        return self.c / 2.0

    @property
    def noise(self) -> str:
        # exp(-loss) = (1 + u^2)^(-c^2/2) has the power -(nu + 1)/2 of Student's t
        freedom = self.c**2 - 1.0
        return f"Student's t with {short(freedom)} degrees of freedom" if freedom > 0 else ""

    def value(self, r: Any) -> Any:
        u = np.abs(r) / self.c
        half_log = np.where(u < 1e100, 0.5 * np.log1p(u * u), np.log(u))
        return self.c**2 * half_log

    def gradient(self, r: Any) -> Any:
        cosine = 1.0 / np.hypot(1.0, r / self.c)
        return product(r, cosine) * cosine

    def curvature(self, r: Any) -> Any:
        sine, cosine = np.tanh(np.arcsinh(r / self.c)), 1.0 / np.hypot(1.0, r / self.c)
        return cosine**2 * (cosine**2 - sine**2)


@register
@dataclass(frozen=True)
class GemanMcClure(ResidualLoss):
    """A square that saturates: the cost of one point can never exceed half of c squared.

    The ratio r^2 / (1 + r^2) in disguise. Far points end up costing the same wherever they are, so they
    hardly pull at all. At c = 3.787 and unit noise it keeps 95 % of the efficiency of least squares.
    """

    c: float = parameter(
        3.787, low=0.1, high=8.0, symbol="c", meaning="Error that costs half the ceiling", distance=True
    )

    name = "geman_mcclure"
    title = "Geman-McClure"
    formula = r"\ell(r) = \frac{\tfrac12 r^2}{1 + (r/c)^2}"
    gradient_formula = r"\ell'(r) = \frac{r}{\left(1 + (r/c)^2\right)^2}"
    references = (
        "Geman & McClure (1987), Statistical methods for tomographic image reconstruction, Bull. ISI 52",
        "Zhang (1997), Parameter estimation techniques: a tutorial with application to conic fitting,"
        " Image Vis. Comput. 15",
    )
    smooth = True
    redescending = True
    elicits = "a centre of the bulk of the targets; far targets hardly count"
    code = {
        "NumPy": Snippet("import numpy as np\nr = score - target\nloss = 0.5 * r**2 / (1 + (r / {c}) ** 2)")
    }

    @property
    def turn(self) -> float:
        return self.c / math.sqrt(3.0)

    @property
    def lipschitz(self) -> float:
        return 3.0 * math.sqrt(3.0) / 16.0 * self.c  # at u = 1 / sqrt(3)

    @property
    def bound(self) -> float:
        return self.c**2 / 2.0

    def value(self, r: Any) -> Any:
        return 0.5 * (self.c * np.tanh(np.arcsinh(r / self.c))) ** 2

    def gradient(self, r: Any) -> Any:
        cosine = 1.0 / np.hypot(1.0, r / self.c)
        return product(r, cosine) * cosine**3

    def curvature(self, r: Any) -> Any:
        sine, cosine = np.tanh(np.arcsinh(r / self.c)), 1.0 / np.hypot(1.0, r / self.c)
        return cosine**4 * (cosine**2 - 3.0 * sine**2)


@register
@dataclass(frozen=True)
class Welsch(ResidualLoss):
    """An upside-down bell curve: errors well beyond c all cost the same, and pull not at all.

    Its weights fall like a Gaussian, faster than those of Cauchy or Geman-McClure, yet never quite reach
    zero. At c = 2.985 and unit noise it keeps 95 % of the efficiency of least squares. Also called the
    Leclerc loss; signal processing maximises it as correntropy.
    """

    c: float = parameter(2.985, low=0.1, high=8.0, symbol="c", meaning="Width of the well", distance=True)

    name = "welsch"
    title = "Welsch"
    formula = r"\ell(r) = \frac{c^2}{2} \left( 1 - e^{-(r/c)^2} \right)"
    gradient_formula = r"\ell'(r) = r \, e^{-(r/c)^2}"
    references = (
        "Dennis & Welsch (1978), Techniques for nonlinear least squares and robust regression,"
        " Comm. Statist. B 7",
    )
    smooth = True
    redescending = True
    elicits = "a centre of the bulk of the targets; far targets do not count"
    code = {
        "NumPy": Snippet(
            "import numpy as np\nloss = -0.5 * {c}**2 * np.expm1(-(((score - target) / {c}) ** 2))"
        )
    }

    @property
    def turn(self) -> float:
        return self.c / math.sqrt(2.0)

    @property
    def lipschitz(self) -> float:
        return self.c * math.exp(-0.5) / math.sqrt(2.0)  # at u = 1 / sqrt(2)

    @property
    def bound(self) -> float:
        return self.c**2 / 2.0

    def value(self, r: Any) -> Any:
        u = r / self.c
        return -0.5 * self.c**2 * np.expm1(-u * u)

    def gradient(self, r: Any) -> Any:
        u = r / self.c
        return product(r, np.exp(-u * u))

    def curvature(self, r: Any) -> Any:
        u = r / self.c
        return product(1.0 - 2.0 * u * u, np.exp(-u * u))


@register
@dataclass(frozen=True)
class TukeyBiweight(ResidualLoss):
    """A square that flattens out completely: beyond c a point has no say in the fit at all.

    The classic choice where gross errors are certain. At c = 4.685 and unit noise it keeps 95 % of the
    efficiency of least squares. Start from a robust fit, since far points cannot pull it back. Also
    called the bisquare.
    """

    c: float = parameter(
        4.685, low=0.5, high=10.0, symbol="c", meaning="Error from which a point is ignored", distance=True
    )

    name = "tukey_biweight"
    title = "Tukey biweight"
    formula = (
        r"\ell(r) = \begin{cases} \frac{c^2}{6} \left( 1 - \left(1 - (r/c)^2\right)^3 \right) & |r| \le c \\"
        r" \frac{c^2}{6} & |r| > c \end{cases}"
    )
    gradient_formula = r"\ell'(r) = r \left(1 - (r/c)^2\right)^2 \mathbf{1}[|r| \le c]"
    references = (
        "Beaton & Tukey (1974), The fitting of power series, meaning polynomials, illustrated on"
        " band-spectroscopic data, Technometrics 16",
    )
    smooth = True
    redescending = True
    elicits = "a centre of the targets within c of it; the others are ignored"
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            "u = np.minimum(np.abs(score - target) / {c}, 1)\nloss = {c}**2 / 6 * (1 - (1 - u**2) ** 3)"
        )
    }

    @property
    def turn(self) -> float:
        return self.c / math.sqrt(5.0)

    @property
    def lipschitz(self) -> float:
        return 16.0 / (25.0 * math.sqrt(5.0)) * self.c  # at u = 1 / sqrt(5)

    @property
    def bound(self) -> float:
        return self.c**2 / 6.0

    def _complement(self, r: Any) -> Any:
        # 1 - u^2, exact near u = 1, and 0 beyond
        a = np.minimum(np.abs(r), self.c)
        return (self.c - a) * (self.c + a) / self.c**2

    def value(self, r: Any) -> Any:
        u2 = np.minimum(np.abs(r) / self.c, 1.0) ** 2
        return 0.5 * self.c**2 * (u2 * (1.0 - u2 + u2 * u2 / 3.0))

    def gradient(self, r: Any) -> Any:
        return product(r, self._complement(r) ** 2)

    def curvature(self, r: Any) -> Any:
        w = self._complement(r)
        return w * (5.0 * w - 4.0)  # (1 - u^2)(1 - 5u^2)


@register
@dataclass(frozen=True)
class Andrews(ResidualLoss):
    """A cosine wave that stops at its crest: beyond pi times a, a point has no say in the fit.

    The first redescending loss in wide use. The gradient is one arch of a sine and meets zero at
    an angle, so the curvature jumps there. At a = 1.339 and unit noise it keeps 95 % of the efficiency of
    least squares.
    """

    a: float = parameter(
        1.339,
        low=0.1,
        high=4.0,
        symbol="a",
        meaning="Scale; points beyond pi times it are ignored",
        distance=True,
    )

    name = "andrews"
    title = "Andrews wave"
    formula = (
        r"\ell(r) = \begin{cases} a^2 \left( 1 - \cos(r/a) \right) & |r| \le \pi a \\"
        r" 2 a^2 & |r| > \pi a \end{cases}"
    )
    gradient_formula = r"\ell'(r) = a \sin(r/a) \, \mathbf{1}[|r| \le \pi a]"
    references = (
        "Andrews, Bickel, Hampel, Huber, Rogers & Tukey (1972), Robust Estimates of Location",
        "Andrews (1974), A robust method for multiple linear regression, Technometrics 16",
    )
    smooth = True
    redescending = True
    elicits = "a centre of the targets within pi times a of it; the others are ignored"
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            "u = np.minimum(np.abs(score - target) / {a}, np.pi)\nloss = {a}**2 * (1 - np.cos(u))"
        )
    }

    @property
    def kinks(self) -> tuple[float, ...]:
        return -math.pi * self.a, math.pi * self.a

    @property
    def turn(self) -> float:
        return 0.5 * math.pi * self.a

    @property
    def lipschitz(self) -> float:
        return self.a

    @property
    def bound(self) -> float:
        return 2.0 * self.a**2

    def _angle(self, r: Any) -> Any:
        return np.clip(r / self.a, -math.pi, math.pi)

    def value(self, r: Any) -> Any:
        return 2.0 * (self.a * np.sin(0.5 * self._angle(r))) ** 2

    def gradient(self, r: Any) -> Any:
        return np.where(np.abs(r) < math.pi * self.a, self.a * np.sin(self._angle(r)), 0.0)

    def curvature(self, r: Any) -> Any:
        return np.where(np.abs(r) <= math.pi * self.a, np.cos(self._angle(r)), 0.0)


@register
@dataclass(frozen=True)
class Hampel(ResidualLoss):
    """Three zones: trust small errors, cap medium ones, fade out large ones, ignore the rest.

    Like least squares up to a, like the absolute error up to b, then the pull falls in a straight line and
    is gone at c. Each threshold can be read as a statement about the noise.
    """

    a: float = parameter(
        2.0, low=0.25, high=2.5, symbol="a", meaning="Where the pull stops growing", distance=True
    )
    b: float = parameter(
        4.0, low=2.5, high=5.0, symbol="b", meaning="Where the pull starts to fall", distance=True
    )
    c: float = parameter(
        8.0, low=5.25, high=12.0, symbol="c", meaning="Where the pull is gone", distance=True
    )

    name = "hampel"
    title = "Hampel"
    formula = (
        r"\ell(r) = \begin{cases} \tfrac12 r^2 & |r| \le a \\ a |r| - \tfrac12 a^2 & a < |r| \le b \\"
        r" \tfrac{a}{2} \left( b + c - a - \frac{(c - |r|)^2}{c - b} \right) & b < |r| \le c \\"
        r" \tfrac{a}{2} (b + c - a) & |r| > c \end{cases}"
    )
    gradient_formula = (
        r"\ell'(r) = \operatorname{sign}(r) \begin{cases} |r| & |r| \le a \\ a & a < |r| \le b \\"
        r" a \frac{c - |r|}{c - b} & b < |r| \le c \\ 0 & |r| > c \end{cases}"
    )
    references = (
        "Hampel (1974), The influence curve and its role in robust estimation, J. Amer. Statist. Assoc. 69",
    )
    redescending = True
    elicits = "a centre of the targets within c of it; the others are ignored"
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            "a, b, c = {a}, {b}, {c}\n"
            "u = np.minimum(np.abs(score - target), c)\n"
            "fading = b + c - a - (c - u) ** 2 / (c - b) if b < c else 2 * b - a\n"
            "loss = np.where(u <= a, u**2 / 2, np.where(u <= b, a * (u - a / 2), a / 2 * fading))"
        )
    }

    rule = "a ≤ b ≤ c"

    @classmethod
    def reconciled(cls, settings: Mapping[str, float | None]) -> dict[str, float | None]:
        a, b, c = (float(settings[name] or 0.0) for name in "abc")
        return {"a": a, "b": max(a, b), "c": max(a, b, c)}

    def check(self) -> None:
        if not self.a <= self.b <= self.c:
            raise ValueError(
                f"hampel: a <= b <= c must hold, got a={short(self.a, 6)}, b={short(self.b, 6)}, c={short(self.c, 6)}"
            )

    @property
    def smooth(self) -> bool:
        return self.b < self.c

    @property
    def kinks(self) -> tuple[float, ...]:
        knots = sorted({self.a, self.b, self.c})
        return *(-k for k in reversed(knots)), *knots

    @property
    def turn(self) -> float:
        return self.b

    @property
    def lipschitz(self) -> float:
        return self.a

    @property
    def bound(self) -> float:
        return 0.5 * self.a * (self.b + self.c - self.a)

    def _zones(self, r: Any, square: Any, line: Any, fading: Any, beyond: Any) -> Any:
        size = np.abs(r)
        return np.select([size <= self.a, size <= self.b, size <= self.c], [square, line, fading], beyond)

    def value(self, r: Any) -> Any:
        size = np.minimum(np.abs(r), self.c)
        # from the flat zone's end upwards: all terms are positive, whatever c is
        past = size - self.b
        fading = self.a * (self.b - 0.5 * self.a) + self.a * past * (1.0 - 0.5 * past / (self.c - self.b))
        return self._zones(r, 0.5 * size**2, self.a * (size - 0.5 * self.a), fading, self.bound)

    def gradient(self, r: Any) -> Any:
        size = np.minimum(np.abs(r), self.c)
        fading = self.a * (self.c - size) / (self.c - self.b)
        return np.copysign(self._zones(r, size, self.a, fading, 0.0), r)

    def curvature(self, r: Any) -> Any:
        return self._zones(r, 1.0, 0.0, np.divide(-self.a, self.c - self.b), 0.0)
