"""Seeded data about a straight line, by kind of noise: ``make("student_t", n=40, outliers=0.1, seed=1)``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lossviz.data.dataset import MAX_DRAWN, Array, Dataset
from lossviz.number_format import all_digits, short

_MIDDLE = 0.6744897501960817
"""Half of a standard normal lies within this of zero."""
_T3_MIDDLE = 0.7648923284
"""Half of Student's t with 3 degrees of freedom lies within this of zero."""
_LAPLACE_MIDDLE = float(np.log(2.0))


@dataclass(frozen=True)
class Generator:
    """A line and its noise. ``errors(rng, t)`` draws the noise at positions t in [0, 1], in units of
    ``unit``; symmetric noise is scaled so that half of it lies within 0.674, as for a normal."""

    name: str
    title: str
    question: str
    """What the data set is there to show."""
    errors: Callable[[np.random.Generator, Array], Array]
    recipe: str
    """The noise, in words."""
    span: tuple[float, float] = (0.0, 10.0)
    """Range of x."""
    line: tuple[float, float] = (1.0, 2.0)
    """The true intercept and slope."""
    unit: float = 1.0
    """Size of the noise at ``noise=1``, in the units of y."""
    names: tuple[str, str] = ("x", "y")


def _normal(rng: np.random.Generator, t: Array) -> Array:
    return rng.normal(size=len(t))


def _laplace(rng: np.random.Generator, t: Array) -> Array:
    return rng.laplace(scale=_MIDDLE / _LAPLACE_MIDDLE, size=len(t))


def _student(rng: np.random.Generator, t: Array) -> Array:
    return rng.standard_t(3, size=len(t)) * (_MIDDLE / _T3_MIDDLE)


def _skewed(rng: np.random.Generator, t: Array) -> Array:
    return rng.exponential(size=len(t)) - 1.0


def _contaminated(rng: np.random.Generator, t: Array) -> Array:
    return rng.normal(size=len(t)) * np.where(rng.random(len(t)) < 0.1, 10.0, 1.0)


def _growing(rng: np.random.Generator, t: Array) -> Array:
    return rng.normal(size=len(t)) * (0.2 + 2.8 * t)


GENERATORS: Mapping[str, Generator] = {
    generator.name: generator
    for generator in (
        Generator(
            "house_prices",
            "House prices",
            "What does one mansion do to the price of a square metre?",
            _normal,
            "normal",
            span=(40.0, 200.0),
            line=(50.0, 3.0),
            unit=30.0,
            names=("area (m²)", "price (thousand €)"),
        ),
        Generator("gaussian", "Gaussian noise", "Where is squared error at its best?", _normal, "normal"),
        Generator(
            "laplace", "Laplace noise", "Which noise makes absolute error the best?", _laplace, "Laplace"
        ),
        Generator(
            "student_t",
            "Student's t noise",
            "What do heavy tails do to each fit?",
            _student,
            "Student's t with 3 degrees of freedom",
        ),
        Generator(
            "skewed",
            "Skewed noise",
            "Mean or median, when errors lean to one side?",
            _skewed,
            "exponential less its mean",
        ),
        Generator(
            "contaminated",
            "Contaminated noise",
            "What if one measurement in ten is ten times worse?",
            _contaminated,
            "normal, one error in ten ten times larger",
        ),
        Generator(
            "heteroscedastic",
            "Growing noise",
            "Which points count when noise grows with x?",
            _growing,
            "normal, growing from 0.2 to 3 times its size along x",
        ),
    )
}
"""Every generator by name, in the order of a menu."""


def make(name: str, n: int = 40, noise: float = 1.0, outliers: float = 0.0, seed: int = 0) -> Dataset:
    """n points about the generator's line.

    Args:
        name: a key of :data:`GENERATORS`.
        n: number of points, 2 to 2,000.
        noise: size of the noise, 0 to 10; 1 is the generator's own.
        outliers: share of points, 0 to 0.5, lifted above the line by 0.6 to 1 times its rise. The points
            lifted at a smaller share are among those lifted at a larger one.
        seed: whole number, not negative. Equal arguments give equal data; noise and outliers do not
            change where the points lie along x.

    Raises:
        ValueError: if the name is unknown or a number is out of its range.
    """
    if name not in GENERATORS:
        raise ValueError(f"no generator is named {name!r:.60}; known: {', '.join(GENERATORS)}")
    if not (isinstance(n, int | np.integer) and 2 <= n <= MAX_DRAWN):
        raise ValueError(f"n must be a whole number from 2 to {MAX_DRAWN:,}, got {n!r:.60}")
    if not 0.0 <= noise <= 10.0:
        raise ValueError(f"noise must be from 0 to 10, got {noise!r:.60}")
    if not 0.0 <= outliers <= 0.5:
        raise ValueError(f"outliers must be a share from 0 to 0.5, got {outliers!r:.60}")
    if not (isinstance(seed, int | np.integer) and seed >= 0):
        raise ValueError(f"seed must be a whole number, not negative, got {seed!r:.60}")
    generator = GENERATORS[name]
    places, errors, lifts = (np.random.default_rng([seed, stream]) for stream in range(3))
    low, high = generator.span
    intercept, slope = generator.line
    t = np.sort(places.random(n))
    x = low + (high - low) * t
    lifted = lifts.permutation(n)[: round(outliers * n)]
    y = intercept + slope * x + noise * generator.unit * generator.errors(errors, t)
    y[lifted] += slope * (high - low) * lifts.uniform(0.6, 1.0, n)[: len(lifted)]
    source = (
        f"seeded: {generator.names[1]} = {all_digits(intercept)} + {all_digits(slope)} {generator.names[0]}, "
        f"{generator.recipe} noise ({short(noise * generator.unit)}), {len(lifted)} outlier{'' if len(lifted) == 1 else 's'}, seed {seed}"
    )
    return Dataset(x, y, generator.names, source)
