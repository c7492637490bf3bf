"""What a loss is: its parameters, its claims, and the one interface through which all are used.

A loss is a frozen dataclass. Its fields are its parameters, its methods the mathematics of one
real number, its read-only properties what is claimed of it. The families (``families.py``) turn that one
number into derivatives with respect to a prediction, so that a loss never repeats the chain rule.

Everything trains on the **raw score** f, the number a linear model or a network puts out before
the loss's own link: the prediction itself in regression (the log rate for Poisson), the logit or
margin score in binary classification, the vector of logits for many classes. ``value_at``,
``gradient_at`` and ``curvature_at`` take a score and a target, and work alike for every loss.
"""

import dataclasses
import functools
import inspect
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.number_format import all_digits, short

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A set of allowed real numbers; ``str`` gives the usual notation, e.g. ``(0, ∞)``."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def __str__(self) -> str:
        left, right = "[("[self.low_open], "])"[self.high_open]
        return f"{left}{all_digits(self.low)}, {all_digits(self.high)}{right}"

    @property
    def words(self) -> str:
        """The set for a sentence, as in "it must be above 0"; ends beyond 1e100 or below 1e-100 are no limits
        for people."""
        low, high = (short(end, 10) for end in (self.low, self.high))
        if self.low < -_VAST:
            bound = f"{'below' if self.high_open else 'at most'} {high}"
            return "a finite number" if self.high > _VAST else bound
        if self.high > _VAST:
            return (
                "above 0"
                if 0 < self.low < 1 / _VAST
                else f"{'above ' * self.low_open}{low}{' or more' * (not self.low_open)}"
            )
        if not self.low_open and not self.high_open:
            return f"from {low} to {high}"
        return f"{'above' if self.low_open else 'at least'} {low} and {'below' if self.high_open else 'at most'} {high}"

    def refusal(self, value: float) -> str:
        """Why a number is not in the set, as the end of a sentence that it begins."""
        if value > self.high > _VAST:
            return "is too large"
        return "is too small" if 0 < value < self.low < 1 / _VAST else f"must be {self.words}"


_VAST = 1e100

REALS = Interval(low_open=True, high_open=True)
POSITIVE = Interval(0.0, math.inf, low_open=True, high_open=True)
NONNEGATIVE = Interval(0.0, math.inf, high_open=True)
DISTANCES = Interval(1e-150, 1e150)
"""Distances whose squares, and whose ratios' squares, are numbers."""
UNIT = Interval(0.0, 1.0)
OPEN_UNIT = Interval(0.0, 1.0, low_open=True, high_open=True)


@dataclass(frozen=True)
class Parameter:
    """One number that a loss (or an optimizer) is set by.

    ``low`` to ``high`` in steps of ``step`` is the range worth exploring (a slider's range);
    ``allowed`` is the set of values for which the loss is defined. ``default`` is None only for
    an ``optional`` parameter, which is off unless asked for. A ``distance`` is measured along the
    axis of errors, in their unit.
    """

    name: str
    default: float | None
    low: float
    high: float
    step: float
    symbol: str
    meaning: str
    allowed: Interval
    optional: bool
    distance: bool = False

    def in_units(self, size: float) -> "Parameter":
        """This one where errors are counted in units of that size: the range of a distance is as much larger."""
        if not self.distance or size == 1.0:
            return self
        low, high, step = (float(f"{value * size:.12g}") for value in (self.low, self.high, self.step))
        return dataclasses.replace(self, low=low, high=high, step=step)

    def check(self, value: object) -> float | None:
        """The value as a float, or ValueError that names parameter, value and range."""
        if value is None and self.optional:
            return None
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if number not in self.allowed:
            raise ValueError(f"{self.name} must be in {self.allowed}, got {value!r:.80}")
        return number


def parameter(
    default: float | None,
    *,
    low: float,
    high: float,
    symbol: str,
    meaning: str,
    step: float = 0.05,
    allowed: Interval = POSITIVE,
    optional: bool = False,
    distance: bool = False,
) -> Any:
    """A dataclass field that is a parameter; see :class:`Parameter`."""
    if distance:
        allowed = Interval(0.0 if low == 0.0 else DISTANCES.low, DISTANCES.high)
    details = dict(
        low=low,
        high=high,
        step=step,
        symbol=symbol,
        meaning=meaning,
        allowed=allowed,
        optional=optional,
        distance=distance,
    )
    return dataclasses.field(default=default, metadata={"parameter": details})


def declared_parameters(cls: type) -> tuple[Parameter, ...]:
    """The fields of a dataclass made by :func:`parameter`, in order of declaration."""
    return tuple(
        Parameter(name=f.name, default=f.default, **f.metadata["parameter"])  # type: ignore[arg-type]
        for f in dataclasses.fields(cls)
        if "parameter" in f.metadata
    )


@dataclass(frozen=True)
class Snippet:
    """Code of another library that computes the same numbers.

    ``code`` reads ``score`` and ``target`` (arrays of one shape; binary targets are 0 or 1) and
    binds ``loss``, elementwise and equal to ``value_at(score, target)``. Braces name parameters.
    ``note`` says where that library's own convention differs.
    """

    code: str
    note: str = ""


@dataclass(frozen=True)
class Trait:
    """A property that a loss may have, as shown on its badge; ``holds`` reads the loss's claims."""

    name: str
    title: str
    meaning: str
    holds: Callable[[Any], bool]
    families: frozenset[str]


_ELEMENTWISE = frozenset(
    f"{what}{where}"
    for what in ("value", "gradient", "curvature", "weight")
    for where in ("", "_at", "_of_probability", "_of_logit", "_of_pair")
) | {"soften", "mass", "hessian_at"}


_under_way = threading.local()
"""Whether a method of a loss is being computed: what it asks of others is checked once, at its end."""


def _elementwise(method: Callable[..., Any]) -> Callable[..., Any]:
    """Float64 in, float64 out, scalar for scalar, and silent where a branch not taken overflows.

    The result is the caller's own: never an input, a view of one, or read-only. Where an input is NaN so
    is the result, and targets are checked first (:meth:`Loss.check_target`).
    """
    targeted = list(inspect.signature(method).parameters)[2:] == ["target"]

    @functools.wraps(method)
    def wrapper(self: Any, *numbers: ArrayLike) -> Any:
        arrays = [np.asarray(number, dtype=np.float64) for number in numbers]
        if getattr(_under_way, "yes", False):  # asked by a method of a loss, which answers for the whole
            return np.asarray(method(self, *arrays), dtype=np.float64)[()]
        if targeted:
            self.check_target(arrays[0], arrays[1])
        _under_way.yes = True
        try:
            with np.errstate(all="ignore"):
                result = np.asarray(method(self, *arrays), dtype=np.float64)
        finally:
            _under_way.yes = False
        if result.base is not None or not result.flags.writeable or any(result is array for array in arrays):
            result = result.copy()
        if any(array.size and np.isnan(array.min()) for array in arrays):
            unknown = functools.reduce(np.logical_or, map(np.isnan, arrays))
            result = np.where(self.spread(unknown, result.shape), np.nan, result)
        return result if result.ndim else result[()]

    return wrapper


def outside(numbers: Array, low: float, high: float) -> float | None:
    """A number that lies outside [low, high], or None; NaN is inside."""
    if not numbers.size:
        return None
    least, most = numbers.min(), numbers.max()
    if np.isnan(least):
        least, most = np.fmin.reduce(numbers, axis=None), np.fmax.reduce(numbers, axis=None)
    return float(least) if least < low else float(most) if most > high else None


class Loss:
    """Base of all losses. Use a family of ``families.py``.

    Claims are read-only properties, so that one may depend on the parameters. Each is verified by
    ``tests/losses/test_claims.py`` at default and extreme parameters.
    """

    name: ClassVar[str]
    """Registry key: also widget option and URL value."""
    title: ClassVar[str]
    """Name for people, as the field writes it."""
    family: ClassVar[str]
    """``regression``, ``binary`` or ``multiclass``."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names :func:`get` knows this loss by."""
    synonyms: ClassVar[Mapping[str, str]] = {}
    """Other libraries' names of its parameters."""
    formula: ClassVar[str]
    """LaTeX of the value, in the loss's own variable."""
    gradient_formula: ClassVar[str]
    """LaTeX of the first derivative, in the same variable."""
    references: ClassVar[tuple[str, ...]] = ()
    code: ClassVar[Mapping[str, Snippet]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in _ELEMENTWISE & vars(cls).keys():
            setattr(cls, name, _elementwise(vars(cls)[name]))

    def __post_init__(self) -> None:
        for p in self.parameters():
            try:
                object.__setattr__(self, p.name, p.check(getattr(self, p.name)))
            except ValueError as error:
                raise ValueError(f"{self.name}: {error}") from None
        self.check()

    def check(self) -> None:
        """Raise ValueError where parameters contradict each other."""

    def check_target(self, score: Array, target: Array) -> None:
        """Raise ValueError, which names what is allowed, where a target is none that this loss can have."""

    @staticmethod
    def spread(unknown: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Which numbers of a result of that shape depend on unknown inputs (their masks, broadcast)."""
        return np.broadcast_to(unknown, shape)

    rule: ClassVar[str] = ""
    """What its parameters must agree in, if anything."""

    @classmethod
    def reconciled(cls, settings: Mapping[str, float | None]) -> dict[str, float | None]:
        """Settings that are each allowed, changed as little as makes them agree with one another."""
        return dict(settings)

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The parameters, in order of declaration."""
        return declared_parameters(cls)

    def settings(self) -> dict[str, float | None]:
        """Parameter names and their values."""
        return {p.name: getattr(self, p.name) for p in self.parameters()}

    def replace(self, **changes: float | None) -> "Loss":
        """This loss with other parameter values."""
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]

    def snippets(self) -> dict[str, Snippet]:
        """Code in other libraries with this loss's parameter values filled in."""
        return {
            library: Snippet(snippet.code.format(**self.settings()), snippet.note)
            for library, snippet in self.code.items()
        }

    @property
    def short(self) -> str:
        """Title without what stands in parentheses, for sentences."""
        return self.title.split(" (")[0]

    @property
    def label(self) -> str:
        """Short title with those parameters that are not at their default, for legends."""
        changed = [
            f"{p.name} = {short(value, 6)}"
            for p in self.parameters()
            if (value := getattr(self, p.name)) != p.default and value is not None
        ]
        return f"{self.short} ({', '.join(changed)})" if changed else self.short

    @classmethod
    def summary(cls) -> str:
        """First sentence of the docstring."""
        return _paragraphs(cls)[0]

    @classmethod
    def story(cls) -> str:
        """The docstring's remaining paragraphs."""
        return "\n\n".join(_paragraphs(cls)[1:])

    def traits(self) -> tuple[Trait, ...]:
        """The properties this loss has, with these parameters."""
        return tuple(t for t in TRAITS if self.family in t.families and t.holds(self))

    @property
    def convex(self) -> bool:
        """Convex in the raw score."""
        return False

    @property
    def smooth(self) -> bool:
        """Continuously differentiable in the raw score."""
        return False

    @property
    def lipschitz(self) -> float:
        """Supremum of |gradient| over raw scores (the Euclidean norm for many classes); inf if unbounded."""
        return math.inf

    @property
    def bound(self) -> float:
        """Supremum of the value over raw scores; inf if unbounded."""
        return math.inf

    @property
    def elicits(self) -> str:
        """The best constant prediction under this loss, in words."""
        raise NotImplementedError(f"{self.name} does not say what it elicits")

    def value_at(self, score: ArrayLike, target: ArrayLike) -> Any:
        """Loss of a raw score against a target, elementwise."""
        raise NotImplementedError

    def gradient_at(self, score: ArrayLike, target: ArrayLike) -> Any:
        """Derivative of :meth:`value_at` with respect to the score."""
        raise NotImplementedError

    def curvature_at(self, score: ArrayLike, target: ArrayLike) -> Any:
        """Second derivative of :meth:`value_at` with respect to the score."""
        raise NotImplementedError


def _paragraphs(cls: type) -> list[str]:
    text = inspect.cleandoc(cls.__doc__ or "")
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


_ALL = frozenset({"regression", "binary", "multiclass"})
_RESIDUAL = frozenset({"regression"})
_CLASSES = frozenset({"binary", "multiclass"})

TRAITS: tuple[Trait, ...] = (
    Trait(
        "convex",
        "Convex",
        "Bowl-shaped in the score: with a linear model every local minimum of the cost is a global one.",
        lambda loss: loss.convex,
        _ALL,
    ),
    Trait(
        "smooth",
        "Smooth",
        "The gradient has no jumps, so gradient steps shrink as they near a minimum.",
        lambda loss: loss.smooth,
        _ALL,
    ),
    Trait(
        "robust",
        "Robust",
        "The gradient is bounded: no single example can pull harder than a fixed amount.",
        lambda loss: math.isfinite(loss.lipschitz),
        _ALL,
    ),
    Trait(
        "redescending",
        "Redescending",
        "The gradient falls back to zero: a far enough outlier is ignored altogether.",
        lambda loss: getattr(loss, "redescending", False),
        _RESIDUAL,
    ),
    Trait(
        "bounded",
        "Bounded",
        "The value has a ceiling: one example can cost only so much.",
        lambda loss: math.isfinite(loss.bound),
        _ALL,
    ),
    Trait(
        "symmetric",
        "Symmetric",
        "Too high and too low by the same amount cost the same.",
        lambda loss: getattr(loss, "symmetric", False),
        _RESIDUAL,
    ),
    Trait(
        "likelihood",
        "Likelihood",
        "It is the negative log-likelihood of some noise: exp(-loss) can be normalised to a density.",
        lambda loss: bool(loss.noise),
        _RESIDUAL,
    ),
    Trait(
        "proper",
        "Proper",
        "The expected loss is lowest at the true probability alone: it rewards honest forecasts.",
        lambda loss: loss.proper,
        _CLASSES,
    ),
    Trait(
        "calibrated",
        "Calibrated",
        "Minimising it finds the more likely class, as the zero-one loss would.",
        lambda loss: getattr(loss, "calibrated", False),
        frozenset({"binary"}),
    ),
)
