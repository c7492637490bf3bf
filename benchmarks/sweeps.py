"""A sweep of 1,000 descents of 200 steps, against torch.optim in a loop.

Needs torch in the same environment (``pip install torch``), which the app itself does not. Ten update
rules, each at 100 learning rates, fit a line to 50 points by least squares, in float64. Both sides
evaluate the cost and the gradient at every step; ours keeps all of it. Every run must end at the same
parameters to 1e-9. What that takes:

- Adagrad, RMSprop: epsilon is 0 on both sides, since Ruder prints it inside the root and torch has it outside.
- AdaMax: torch's epsilon is 0, since Ruder prints none.
- Nesterov: torch keeps the look-ahead point, so that point is compared.
- RMSprop runs at a fiftieth of the learning rates: once at the optimum it orbits it chaotically, and
  rounding alone sends two runs of the same rule apart.
- Nadam, AMSGrad: torch's rules are others (a momentum schedule; corrected means). The printed ones stand
  below as subclasses of torch.optim.Optimizer.

The two take turns, an update rule at a time, since a busy machine slows both. Prints one JSON
line; exits with 1 when parameters differ by more than 1e-9 or the ratio is below 50.

    python benchmarks/sweeps.py
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

try:
    import torch
except ImportError:
    print("torch is not installed; install it to compare: pip install torch")
    raise SystemExit(2) from None

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lossviz import losses, optimizers
from lossviz.data.dataset import Dataset
from lossviz.descent import Trajectory, sweep
from lossviz.models import Cost

RATES = np.geomspace(1e-4, 0.1, 100)
POINTS, STEPS = 50, 200
AGREEMENT, RATIO = 1e-9, 50.0
START = (0.0, 0.0)


class PrintedAdam(torch.optim.Optimizer):
    """Nadam and AMSGrad as Ruder (2016) prints them."""

    def __init__(self, params: Any, lr: float, amsgrad: bool) -> None:
        super().__init__(params, {"lr": lr})
        self.amsgrad = amsgrad
        self.t = 0
        self.m = self.v = self.top = torch.zeros(2, dtype=torch.float64)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        (p,), lr = self.param_groups[0]["params"], self.param_groups[0]["lr"]
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * p.grad
        self.v = 0.999 * self.v + 0.001 * p.grad**2
        if self.amsgrad:
            self.top = torch.maximum(self.top, self.v)
            p -= lr / (self.top.sqrt() + 1e-8) * self.m
        else:
            ahead = (0.9 * self.m + 0.1 * p.grad) / (1 - 0.9**self.t)
            p -= lr / ((self.v / (1 - 0.999**self.t)).sqrt() + 1e-8) * ahead


RULES: dict[str, tuple[dict[str, float], Callable[..., torch.optim.Optimizer], dict[str, Any]]] = {
    "sgd": ({}, torch.optim.SGD, {}),
    "momentum": ({}, torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": ({}, torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adagrad": ({"epsilon": 0.0}, torch.optim.Adagrad, {"eps": 0.0}),
    "rmsprop": ({"epsilon": 0.0}, torch.optim.RMSprop, {"alpha": 0.9, "eps": 0.0}),
    "adam": ({}, torch.optim.Adam, {}),
    "adamax": ({}, torch.optim.Adamax, {"eps": 0.0}),
    "nadam": ({}, PrintedAdam, {"amsgrad": False}),
    "amsgrad": ({}, PrintedAdam, {"amsgrad": True}),
    "adamw": ({"weight_decay": 0.01}, torch.optim.AdamW, {"weight_decay": 0.01}),
}


def rates(name: str) -> np.ndarray:
    return RATES / 50.0 if name == "rmsprop" else RATES


def data() -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.normal(size=POINTS)
    return Dataset(x, 1.5 * x - 0.5 + 0.3 * rng.normal(size=POINTS), ("x", "y"), "simulated")


def ours(cost: Cost) -> tuple[Trajectory, ...]:
    racers = [optimizers.get(name, learning_rate=rates(name), **RULES[name][0]) for name in RULES]
    return sweep(cost, racers, START, steps=STEPS)


def theirs(name: str, design: torch.Tensor, y: torch.Tensor) -> np.ndarray:
    """Final parameters of one rule at every learning rate, (100, 2)."""
    _, rule, settings = RULES[name]
    ends = []
    for rate in rates(name).tolist():
        p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        optimizer = rule([p], lr=rate, **settings)
        for _ in range(STEPS):
            optimizer.zero_grad()
            ((design @ p - y) ** 2).mean().backward()
            optimizer.step()
        ends.append(p.detach().numpy())
    return np.array(ends)


def main() -> int:
    torch.set_num_threads(1)  # vectors of 50 numbers: more threads only slow it down
    cost = Cost.linear(data(), losses.get("squared_error"))
    design, y = torch.from_numpy(cost.design), torch.from_numpy(cost.data.y)
    trajectories = ours(cost)  # and a warm-up
    our_times, their_time, gap = [], 0.0, 0.0
    for name, trajectory in zip(RULES, trajectories, strict=True):
        begin = time.perf_counter()
        expected = theirs(name, design, y)
        middle = time.perf_counter()
        ours(cost)
        our_times.append(time.perf_counter() - middle)
        their_time += middle - begin
        last = {slot: kept[:, -1] for slot, kept in trajectory.state.items()}
        end = trajectory.optimizer.lookahead(trajectory.params[:, -1], last)
        gap = max(gap, float(np.abs(end - expected).max()))
    our_time = statistics.median(our_times)
    ratio = their_time / our_time
    print(
        json.dumps(
            dict(
                benchmark="sweeps",
                runs=len(RULES) * len(RATES),
                steps=STEPS,
                points=POINTS,
                lossviz_s=round(our_time, 4),
                torch_s=round(their_time, 2),
                ratio=round(ratio, 1),
                at_least=RATIO,
                largest_difference=gap,
            )
        )
    )
    return int(gap > AGREEMENT or ratio < RATIO)


if __name__ == "__main__":
    sys.exit(main())
