"""Descents: update rules run on a problem, many runs at a time, every number kept.

A problem is the cost of a model on data (:class:`lossviz.models.Cost`) or a test surface
(:class:`lossviz.descent.surfaces.Surface`). ``sweep`` runs several optimizers, each for all values of its
hyperparameters, as one array program: the gradients of all runs are one call. All runs see the same
mini-batches, so that a race is fair.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.models import Cost
from lossviz.optimizers.base import Array, Optimizer, State
from lossviz.optimizers.schedules import Constant, Schedule

Rows = NDArray[np.intp]

DIVERGED = 1e6
"""A run has diverged when its cost exceeds this many times the starting cost (or this number,
where the starting cost is below 1), in absolute value, or is not finite."""
MAX_STEPS = 100_000
MAX_NUMBERS = 20_000_000
"""Most numbers a sweep may record in one array: steps times runs times parameters."""


class Problem(Protocol):
    """What can be descended: parameters (..., p) to a cost (...), its gradient and hessian."""

    @property
    def dimension(self) -> int: ...
    @property
    def names(self) -> tuple[str, ...]:
        """What each parameter is called, (p,)."""
        ...

    @property
    def samples(self) -> int | None:
        """Number of samples that mini-batches are taken of; None where there are none."""
        ...

    @property
    def has_hessian(self) -> bool:
        """Without one there are no eigen-directions and no limit of the learning rate."""
        ...

    def value(self, params: Array, /) -> Array: ...
    def gradient(self, params: Array, /) -> Array: ...
    def value_and_gradient(self, params: Array, /) -> tuple[Array, Array]: ...
    def hessian(self, params: Array, /) -> Array: ...


class Sampled(Problem, Protocol):
    """A problem with samples, whose gradient can be estimated from some of them."""

    def gradient(self, params: Array, rows: Rows | None = None, /) -> Array: ...


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The runs of one optimizer: R runs of T steps in p parameters. The arrays are read-only.

    A run that diverges stops: it stays where its last finite parameters are, and so do its cost and
    state. No array holds nan; only the cost of a diverged run may be infinite.
    """

    problem: Problem
    optimizer: Optimizer
    schedule: Schedule
    params: Array
    """(R, T + 1, p): the start, then the parameters after each step."""
    cost: Array
    """(R, T + 1): the cost there, on all the data."""
    gradient: Array
    """(R, T, p): the gradient each step used, of its mini-batch and at ``looked_at``; 0 once stopped."""
    state: State
    """What the optimizer remembers, by slot: (R, T + 1, p) each."""
    batches: Rows | None
    """(T, b): the samples of each step's mini-batch; None where every step uses all, or on a surface."""
    diverged_at: NDArray[np.intp]
    """(R,): the step after which the run had diverged; -1 for a run that has not."""

    @property
    def runs(self) -> int:
        return self.params.shape[0]

    @property
    def steps(self) -> int:
        return self.params.shape[1] - 1

    @property
    def looked_at(self) -> Array:
        """(R, T, p): where each step took its gradient; the parameters, for all but Nesterov."""
        before = {slot: _time_first(kept)[:-1] for slot, kept in self.state.items()}
        return _time_first(self.optimizer.lookahead(_time_first(self.params)[:-1], before))

    @property
    def rates(self) -> Array:
        """(R, T, p): the effective learning rate of each parameter in each step; 0 once stopped."""
        before = {slot: _time_first(kept)[:-1] for slot, kept in self.state.items()}
        after = {slot: _time_first(kept)[1:] for slot, kept in self.state.items()}
        t = np.arange(1, self.steps + 1)[:, None, None]
        with np.errstate(all="ignore"):
            rates = self.optimizer.rates(before, after, t, self.schedule.factor(t - 1))
        stopped = (self.diverged_at >= 0) & (np.arange(1, self.steps + 1)[:, None] > self.diverged_at)
        rates = np.broadcast_to(rates, (self.steps, *self.params.shape[::2]))
        return _time_first(np.where(stopped[..., None] | ~np.isfinite(rates), 0.0, rates))

    def steps_to(self, cost: float) -> NDArray[np.intp]:
        """(R,): the first step after which the cost is at most this; -1 where it never is."""
        reached = self.cost <= cost
        return np.where(reached.any(axis=1), reached.argmax(axis=1), -1)

    def pulls(self, run: int, step: int) -> tuple[Rows, Array]:
        """What each sample adds to the gradient of step 1 .. T.

        Returns:
            The samples of the mini-batch (b,) and their share (b, p); the shares, plus the gradient of
            the penalty, sum to ``gradient[run, step - 1]``.

        Raises:
            ValueError: on a surface, which has no samples.
        """
        if not isinstance(self.problem, Cost):
            raise ValueError("a surface has no samples that could pull")
        rows = np.arange(self.problem.samples) if self.batches is None else self.batches[step - 1]
        parts = self.problem.forward(self.looked_at[run, step - 1]).sample_gradients[rows]
        return rows, parts / len(rows)


def _time_first(kept: Array) -> Array:
    """(R, T, p) -> (T, R, p) and back: hyperparameters (R,) broadcast over what stands last but one."""
    return np.swapaxes(kept, 0, 1)


def mini_batches(samples: int, batch_size: int, steps: int, seed: int) -> Rows:
    """The samples of each step, (steps, batch_size).

    The data are shuffled, dealt out in order and shuffled again when used up, so that every sample
    comes equally often; a batch may end one round and begin the next.
    """
    rng = np.random.default_rng(seed)
    rounds = -(-steps * batch_size // samples)
    dealt = np.concatenate([rng.permutation(samples) for _ in range(rounds)])
    return dealt[: steps * batch_size].reshape(steps, batch_size)


def descend(
    problem: Problem,
    optimizer: Optimizer,
    start: ArrayLike,
    *,
    steps: int = 200,
    batch_size: int | None = None,
    seed: int = 0,
    schedule: Schedule | None = None,
    diverged: float = DIVERGED,
) -> Trajectory:
    """Run one optimizer, once or for each value of its hyperparameters; see :func:`sweep`."""
    (trajectory,) = sweep(
        problem,
        [optimizer],
        start,
        steps=steps,
        batch_size=batch_size,
        seed=seed,
        schedule=schedule,
        diverged=diverged,
    )
    return trajectory


def sweep(
    problem: Problem,
    optimizers: Sequence[Optimizer],
    start: ArrayLike,
    *,
    steps: int = 200,
    batch_size: int | None = None,
    seed: int = 0,
    schedule: Schedule | None = None,
    diverged: float = DIVERGED,
    progress: Callable[[float], bool | None] | None = None,
) -> tuple[Trajectory, ...]:
    """Run several optimizers on one problem, all from the same start with the same mini-batches.

    Args:
        problem: a cost or a surface.
        optimizers: each runs once, or once for each value of its hyperparameters of shape (R,).
        start: parameters (p,), or (R, p) with a start for each run.
        steps: number of updates.
        batch_size: samples a step; None for all (batch gradient descent).
        seed: of the mini-batches.
        schedule: of the learning rates; constant if not given.
        diverged: a run stops when its cost exceeds this many times its starting cost (see DIVERGED).
        progress: told the fraction done about a hundred times; the sweep ends early, with the steps
            made so far, when it returns False.

    Returns:
        One trajectory an optimizer, in the same order.

    Raises:
        ValueError: for a start of the wrong length or not finite, steps or batch size out of range.
    """
    schedule = schedule or Constant()
    _check_count("steps", steps, MAX_STEPS, "steps")
    batches = _batches(problem, batch_size, steps, seed)
    groups, params = _starts(problem, optimizers, start)
    if (numbers := steps * params.size) > MAX_NUMBERS:
        raise ValueError(
            f"{steps} steps of {len(params)} runs are too much to record at once "
            f"({numbers:,} numbers, at most {MAX_NUMBERS:,}): take fewer of either"
        )
    factors = np.asarray(schedule.factor(np.arange(steps)), dtype=np.float64)

    path = np.empty((steps + 1, *params.shape))
    costs = np.empty(path.shape[:2])
    gradients = np.zeros((steps, *params.shape))
    states = [optimizer.init(params[group]) for optimizer, group in zip(optimizers, groups, strict=True)]
    kept = [{slot: np.zeros((steps + 1, *zeros.shape)) for slot, zeros in state.items()} for state in states]

    # Where every step takes its gradient on all the data at the parameters themselves, the evaluation
    # that gives the cost gives the next step's gradient too.
    shared = batches is None and all(type(o).lookahead is Optimizer.lookahead for o in optimizers)
    with np.errstate(all="ignore"):
        path[0] = params
        value, ahead = problem.value_and_gradient(params) if shared else (problem.value(params), None)
        costs[0] = _known(value)
        limit = diverged * np.maximum(1.0, np.abs(costs[0]))
        stopped_at = np.where(np.isfinite(costs[0]), -1, 0)
        report = max(1, steps // 100)
        done = steps
        for t in range(1, steps + 1):
            pairs = list(zip(optimizers, groups, states, strict=True))
            if ahead is None:
                look = np.concatenate([o.lookahead(params[group], state) for o, group, state in pairs])
                gradient = _gradient(problem, look, batches, t)
            else:
                gradient = ahead
            moved = [
                o.step(params[group], gradient[group], state, t, factors[t - 1]) for o, group, state in pairs
            ]
            proposal = np.concatenate([new for new, _ in moved])
            running = stopped_at < 0
            finite = np.isfinite(proposal).all(axis=1) & np.isfinite(gradient).all(axis=1)
            moves = running & finite
            if moves.all():
                params, states = proposal, [state for _, state in moved]
                gradients[t - 1] = gradient
            else:
                params = np.where(moves[:, None], proposal, params)
                gradients[t - 1] = np.where(moves[:, None], gradient, 0.0)
                states = [
                    {slot: np.where(moves[group, None], new[slot], old[slot]) for slot in old}
                    for (_, group, old), (_, new) in zip(pairs, moved, strict=True)
                ]
            if shared and t < steps:
                value, ahead = problem.value_and_gradient(params)
            else:
                value = problem.value(params)
            reached = np.where(finite, _known(value), np.inf)
            costs[t] = np.where(running, reached, costs[t - 1])
            stopped_at = np.where(running & ~(np.abs(costs[t]) <= limit), t, stopped_at)
            path[t] = params
            for record, state in zip(kept, states, strict=True):
                for slot, now in state.items():
                    record[slot][t] = now
            if progress and (t % report == 0 or t == steps) and progress(t / steps) is False:
                done = t
                break

    return tuple(
        Trajectory(
            problem=problem,
            optimizer=optimizer,
            schedule=schedule,
            params=_read_only(path[: done + 1, group]),
            cost=_read_only(costs[: done + 1, group]),
            gradient=_read_only(gradients[:done, group]),
            state={slot: _read_only(record[slot][: done + 1]) for slot in record},
            batches=None if batches is None else batches[:done],
            diverged_at=stopped_at[group],
        )
        for optimizer, group, record in zip(optimizers, groups, kept, strict=True)
    )


def train(
    problem: Problem,
    optimizer: Optimizer,
    start: ArrayLike,
    *,
    steps: int = 200,
    batch_size: int | None = None,
    seed: int = 0,
    schedule: Schedule | None = None,
) -> Array:
    """The parameters that :func:`descend` ends at, (R, p), and nothing else: no cost, no record.

    It is for long training whose way is not looked at. A run whose parameters are no longer finite
    ends at its last finite ones; a cost that grows stops nothing.

    Raises:
        ValueError: as :func:`sweep`.
    """
    schedule = schedule or Constant()
    _check_count("steps", steps, MAX_STEPS, "steps")
    batches = _batches(problem, batch_size, steps, seed)
    _, params = _starts(problem, [optimizer], start)
    factors = np.asarray(schedule.factor(np.arange(steps)), dtype=np.float64)
    state = optimizer.init(params)
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            look = optimizer.lookahead(params, state)
            gradient = _gradient(problem, look, batches, t)
            proposal, after = optimizer.step(params, gradient, state, t, factors[t - 1])
            if np.isfinite(proposal).all():
                params, state = proposal, after
                continue
            finite = np.asarray(np.isfinite(proposal).all(axis=1))
            params = np.where(finite[:, None], proposal, params)
            state = {slot: np.where(finite[:, None], after[slot], state[slot]) for slot in state}
            if not finite.any():
                break
    return params


def _known(cost: Array) -> Array:
    """A cost that is nan (inf - inf, far out) counts as infinite."""
    return np.where(np.isnan(cost), np.inf, cost)


def _gradient(problem: Problem, at: Array, batches: Rows | None, t: int) -> Array:
    return problem.gradient(at) if batches is None else cast(Sampled, problem).gradient(at, batches[t - 1])


def _read_only(kept: Array) -> Array:
    """Time first to runs first, closed to writing."""
    kept = np.swapaxes(kept, 0, 1)
    kept.setflags(write=False)
    return kept


def _check_count(name: str, value: int, most: int, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value <= most:
        raise ValueError(f"{name} must be a whole number from 1 to {most} ({what}), got {value!r:.80}")


def _batches(problem: Problem, batch_size: int | None, steps: int, seed: int) -> Rows | None:
    if batch_size is None:
        return None
    if problem.samples is None:
        raise ValueError("a surface has no samples to take batches of: leave batch_size out")
    _check_count("batch_size", batch_size, problem.samples, "the number of samples")
    return None if batch_size == problem.samples else mini_batches(problem.samples, batch_size, steps, seed)


def _starts(problem: Problem, optimizers: Sequence[Optimizer], start: ArrayLike) -> tuple[list[slice], Array]:
    """Where each optimizer's runs stand among all, and the start of every run, (runs, p)."""
    given = np.asarray(start, dtype=np.float64)
    if given.ndim not in (1, 2) or given.shape[-1] != problem.dimension:
        raise ValueError(f"start must hold {problem.dimension} parameters, got shape {given.shape}")
    if not np.isfinite(given).all():
        raise ValueError("start must be finite")
    if not optimizers:
        raise ValueError("a sweep needs at least one optimizer")
    starts = []
    for optimizer in optimizers:
        if len(optimizer.runs) > 1:
            raise ValueError(f"{optimizer.name}: hyperparameters must be numbers or one value a run")
        runs = optimizer.runs or (1,)
        try:
            shape = np.broadcast_shapes((*runs, problem.dimension), given.shape)
        except ValueError:
            raise ValueError(
                f"{optimizer.name}: {runs[0]} runs cannot begin at {len(given)} starts"
            ) from None
        starts.append(np.broadcast_to(given, shape))
    ends = np.cumsum([0, *(len(part) for part in starts)])
    groups = [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]
    return groups, np.concatenate(starts)
