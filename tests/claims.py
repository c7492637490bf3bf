"""How a claim about a loss is checked with numbers: losses as functions of one score, and their extremes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz import losses

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Side:
    """A loss as a function of one raw score: against one target, or along one line through the logits."""

    label: str
    value: Function
    slope: Function
    bend: Function
    kinks: tuple[float, ...] = ()
    low: float = -np.inf
    """The function is defined above this score."""

    def grid(self, per_decade: int = 16) -> np.ndarray:
        """Sorted scores, dense near zero (or near ``low``) and reaching out to 1e8."""
        steps = np.logspace(-8, 8, 16 * per_decade + 1)
        if np.isfinite(self.low):
            return np.unique(self.low + steps)
        return np.unique(
            np.concatenate([-steps, [0.0], steps, np.linspace(-40.0, 40.0, 50 * per_decade + 1)])
        )

    def far(self, distance: float) -> np.ndarray:
        """The scores that lie that far out, on either side."""
        low = self.low + 1.0 / distance if np.isfinite(self.low) else -distance
        return np.array([low, distance])


def variants(name: str) -> list[Any]:
    """A loss at its defaults and at every corner of its slider ranges."""
    return list(dict.fromkeys([losses.get(name), *losses.extremes(losses.find(name))]))


def sides(loss: Any) -> Iterator[Side]:
    """The functions of one score that a loss consists of."""
    if loss.family == "multiclass":
        yield from lines(loss)
        return
    if isinstance(loss, losses.BinaryLoss):
        targets = {1.0: loss.kinks, 0.0: tuple(-k for k in loss.kinks)}
    elif isinstance(loss, losses.TargetLoss):
        targets = {0.0: (), 1.0: (), 5.0: ()}
    else:
        targets = {0.0: loss.kinks}
    for target, kinks in targets.items():
        limited = isinstance(loss, losses.TargetLoss) and np.isinf(loss.value_at(loss.lowest - 1.0, target))
        yield Side(
            f"{loss} against {target:g}",
            lambda s, t=target: loss.value_at(s, t),
            lambda s, t=target: loss.gradient_at(s, t),
            lambda s, t=target: loss.curvature_at(s, t),
            kinks,
            loss.lowest if limited else -np.inf,
        )


def lines(loss: Any) -> Iterator[Side]:
    random = np.random.default_rng(3)
    for classes in (2, 3, 6):
        start, direction = random.normal(size=(2, classes))
        target = np.eye(classes)[0]

        def at(s: Any, start: Any = start, direction: Any = direction) -> np.ndarray:
            return start + np.asarray(s)[..., None] * direction

        yield Side(
            f"{loss} along a line through {classes} logits",
            lambda s, at=at, t=target: loss.value_at(at(s), t),
            lambda s, at=at, t=target, d=direction: loss.gradient_at(at(s), t) @ d,
            lambda s, at=at, t=target, d=direction: loss.hessian_at(at(s), t) @ d @ d,
        )


def supremum(function: Function, grid: np.ndarray) -> float:
    """Supremum of |function| over the range of the grid, its neighbourhood of the largest refined."""
    grid = np.sort(grid)
    for _ in range(6):
        sizes = np.abs(function(grid))
        best = int(np.argmax(sizes))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        grid = np.unique(np.concatenate([np.linspace(low, high, 101), grid[[best]]]))
    return float(sizes.max())


def grows_forever(function: Function, side: Side) -> bool:
    """Whether |function| is much larger far out than less far out (or is inf there)."""
    near, far = np.abs(function(side.far(1e100))), np.abs(function(side.far(1e300)))
    return bool(np.any(np.isinf(far) | (far > 1.5 * near)))


def jumps(function: Function, side: Side) -> bool:
    """Whether the function is discontinuous, found by halving intervals towards the steeper half."""
    grid = side.grid(per_decade=4)
    a, b = grid[:-1], grid[1:]
    kinks = np.array([k for k in side.kinks if np.isfinite(k)])
    width = 1e-12 * np.maximum(np.abs(kinks), 1.0)
    a, b = np.concatenate([a, kinks - width]), np.concatenate([b, kinks + width])
    with np.errstate(invalid="ignore"):
        for _ in range(60):
            middle = a + 0.5 * (b - a)
            fa, fm, fb = function(a), function(middle), function(b)
            left = np.abs(fm - fa) >= np.abs(fb - fm)
            a, b = np.where(left, a, middle), np.where(left, middle, b)
        fa, fb = function(a), function(b)
        jump = np.abs(fb - fa) > 1e-9 + 1e-5 * (np.abs(fa) + np.abs(fb))
    return bool(np.any(jump & np.isfinite(fa) & np.isfinite(fb)))


def is_convex(side: Side) -> bool:
    """The slope never falls, and no chord lies below the function; infinite values count as such."""
    s = side.grid()
    value, slope = side.value(s), side.slope(s)
    finite = np.isfinite(value) & np.isfinite(slope)
    s, value, slope = s[finite], value[finite], slope[finite]
    size = np.maximum(np.abs(slope[1:]), np.abs(slope[:-1]))
    if np.any(np.diff(slope) < -1e-12 * size):
        return False
    i, j = np.random.default_rng(5).integers(0, len(s), (2, 5000))
    chord, middle = 0.5 * value[i] + 0.5 * value[j], side.value(0.5 * s[i] + 0.5 * s[j])
    return bool(np.all(middle <= chord + 1e-12 * (1.0 + np.abs(chord))))


def normalises(loss: Any) -> bool:
    """Whether exp(-loss) has a finite integral: its mass must fall from decade to decade of |r|."""
    decades = np.linspace(6, 14, 8 * 64 + 1)
    r = 10.0**decades
    density = np.exp(-loss.value(r)) * r + np.exp(-loss.value(-r)) * r
    mass = density[:-1].reshape(8, 64).sum(axis=1)
    return bool(np.all((mass[1:] == 0) | (mass[1:] < (1.0 - 1e-9) * mass[:-1])))
