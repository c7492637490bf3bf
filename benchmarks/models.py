"""Softmax regression and a network, trained here and by torch.optim on one thread, in one run.

Needs torch in the same environment (``pip install torch``), which the app itself does not.

- Softmax regression on 2,000 x 2 samples of four classes, 200 steps at each of 100 learning rates: ours is
  one recorded descent of all rates, theirs a loop.
- A network 2-8-8-1 in batches of 32 from 2,000 samples, 500 steps: our training kernel without recording.

The two take turns. Prints one JSON line; exits with 1 when parameters differ by more than 1e-10 or a
ratio is below 5 (softmax) or 3 (network). Both run on one thread:

    OPENBLAS_NUM_THREADS=1 python benchmarks/models.py
"""

import json
import statistics
import sys
import time
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
from lossviz.descent import descend, mini_batches, train
from lossviz.models import MLP, Cost

SAMPLES, CLASSES, STEPS, RATES = 2000, 4, 200, np.geomspace(1e-3, 1.0, 100)
BATCH, TRAINING_STEPS, RATE = 32, 500, 0.1
AGREEMENT, SOFTMAX_RATIO, NETWORK_RATIO = 1e-10, 5.0, 3.0
ROUNDS = 5
"""Turns of the network, which takes a fraction of a second; the softmax takes one turn a tenth of the rates."""


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    label = rng.integers(0, CLASSES, SAMPLES)
    corners = 2.0 * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    return corners[label] + rng.normal(size=(SAMPLES, 2)), label


def softmax_ours(x: np.ndarray, label: np.ndarray, rates: np.ndarray) -> np.ndarray:
    samples = Dataset(x, label.astype(float), ("a", "b", "class"), "simulated", tuple("uvwz"))
    cost = Cost.linear(samples, losses.get("categorical_cross_entropy"))
    run = descend(cost, optimizers.get("sgd", learning_rate=rates), cost.model.init(), steps=STEPS)
    return run.params[:, -1]


def softmax_theirs(x: np.ndarray, label: np.ndarray, rates: np.ndarray) -> np.ndarray:
    inputs, target, ends = torch.tensor(x), torch.tensor(label), []
    for rate in rates.tolist():
        weight = torch.zeros(CLASSES, 2, dtype=torch.float64, requires_grad=True)
        bias = torch.zeros(CLASSES, dtype=torch.float64, requires_grad=True)
        rule = torch.optim.SGD([weight, bias], lr=rate)
        for _ in range(STEPS):
            rule.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(inputs @ weight.T + bias, target).backward()
            rule.step()
        ends.append(torch.cat([bias[:, None], weight], dim=1).detach().numpy().ravel())
    return np.stack(ends)


def network_ours(cost: Cost, start: np.ndarray) -> np.ndarray:
    rule = optimizers.get("sgd", learning_rate=RATE)
    return train(cost, rule, start, steps=TRAINING_STEPS, batch_size=BATCH, seed=1)[0]


def network_theirs(x: np.ndarray, y: np.ndarray, model: MLP, start: np.ndarray) -> np.ndarray:
    layers: list[Any] = [torch.nn.Linear(i, o).double() for i, o in ((2, 8), (8, 8), (8, 1))]
    with torch.no_grad():
        for layer, (weights, biases) in zip(layers, model.places, strict=True):
            layer.weight.copy_(torch.tensor(start[weights]).reshape(layer.weight.shape))
            layer.bias.copy_(torch.tensor(start[biases]))
    net = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1], torch.nn.Tanh(), layers[2])
    inputs, target = torch.tensor(x), torch.tensor(y)
    batches = torch.tensor(mini_batches(len(x), BATCH, TRAINING_STEPS, 1))
    rule = torch.optim.SGD(net.parameters(), lr=RATE)
    for rows in batches:
        rule.zero_grad(set_to_none=True)
        score = net(inputs[rows])[:, 0]
        torch.nn.functional.binary_cross_entropy_with_logits(score, target[rows]).backward()
        rule.step()
    parts = [part.detach().numpy().ravel() for layer in layers for part in (layer.weight, layer.bias)]
    return np.concatenate(parts)


def timed(work: Any, *arguments: Any) -> tuple[float, np.ndarray]:
    began = time.perf_counter()
    found = work(*arguments)
    return time.perf_counter() - began, found


def main() -> int:
    torch.set_num_threads(1)
    x, label = data()
    softmax = []
    for rates in np.split(RATES, 10):
        ours, our_end = timed(softmax_ours, x, label, rates)
        theirs, their_end = timed(softmax_theirs, x, label, rates)
        softmax.append((theirs / ours, float(np.abs(our_end - their_end).max())))
    y = (label % 2).astype(float)
    model = MLP(("a", "b"), (8, 8))
    cost = Cost(model, Dataset(x, y, ("a", "b", "class"), "simulated"), losses.get("binary_cross_entropy"))
    start = model.init()
    network = []
    for _ in range(ROUNDS):
        ours, our_end = timed(network_ours, cost, start)
        theirs, their_end = timed(network_theirs, x, y, model, start)
        network.append((theirs / ours, float(np.abs(our_end - their_end).max())))
    result = {
        "softmax_times_faster": round(statistics.median(ratio for ratio, _ in softmax), 2),
        "softmax_largest_difference": max(gap for _, gap in softmax),
        "network_times_faster": round(statistics.median(ratio for ratio, _ in network), 2),
        "network_largest_difference": max(gap for _, gap in network),
    }
    print(json.dumps(result))
    agree = max(result["softmax_largest_difference"], result["network_largest_difference"]) <= AGREEMENT
    fast = result["softmax_times_faster"] >= SOFTMAX_RATIO and result["network_times_faster"] >= NETWORK_RATIO
    return 0 if agree and fast else 1


if __name__ == "__main__":
    sys.exit(main())
