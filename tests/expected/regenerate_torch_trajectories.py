"""Write torch_trajectories.json: paths of torch.optim in float64, as data for optimizers/test_optimizers.py.

Only this script needs torch (2.13.0). Each optimizer is set so that its rule is the one Ruder prints:
epsilon = 0 makes its place, inside or outside the root, irrelevant.
"""

import json
from pathlib import Path

import torch

STEPS = 50
KEPT = (1, 2, 5, 10, 50)
OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adagrad": (torch.optim.Adagrad, {"eps": 0.0}),
    "adadelta": (torch.optim.Adadelta, {"rho": 0.9, "eps": 1e-6}),
    "rmsprop": (torch.optim.RMSprop, {"alpha": 0.9, "eps": 0.0}),
    "adam": (torch.optim.Adam, {"eps": 1e-8}),
    "adamax": (torch.optim.Adamax, {"eps": 0.0}),
    "adamw": (torch.optim.AdamW, {"weight_decay": 0.1}),
}
X = torch.linspace(-1.9, 1.9, 20, dtype=torch.float64)
Y = 1.5 * X - 0.5 + 0.3 * torch.sin(7.0 * X)


def rosenbrock(p: torch.Tensor) -> torch.Tensor:
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def least_squares(p: torch.Tensor) -> torch.Tensor:
    return ((p[0] + p[1] * X - Y) ** 2).mean()


PROBLEMS = {
    "rosenbrock": (rosenbrock, [-1.2, 1.0], 5e-4),
    "least_squares": (least_squares, [0.0, 0.0], 0.05),
}


def path(problem: str, name: str) -> dict:
    cost, start, rate = PROBLEMS[problem]
    cls, settings = OPTIMIZERS[name]
    p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    rate = 1.0 if name == "adadelta" else rate
    optimizer = cls([p], lr=rate, **settings)
    kept = {}
    for t in range(1, STEPS + 1):
        optimizer.zero_grad()
        cost(p).backward()
        optimizer.step()
        if t in KEPT:
            kept[t] = p.tolist()
    return {"problem": problem, "optimizer": name, "lr": rate, "start": start, "after": kept}


if __name__ == "__main__":
    record = {
        "source": f"torch {torch.__version__}, torch.optim, float64",
        "x": X.tolist(),
        "y": Y.tolist(),
        "paths": [path(problem, name) for problem in PROBLEMS for name in OPTIMIZERS],
    }
    (Path(__file__).parent / "torch_trajectories.json").write_text(json.dumps(record) + "\n")
