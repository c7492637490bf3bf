"""Fully connected networks at 50 digits, beside the given ones: ``python tests/expected/make_networks.py > tests/expected/networks.json``.

Every number is computed with mpmath; the gradients are central differences of the cost with a step of
1e-20, so that no chain rule is written here.
"""

import json
import random

import mpmath as mp

mp.mp.dps = 60
STEP = mp.mpf(10) ** -20

UNITS = {
    "tanh": mp.tanh,
    "relu": lambda z: z if z > 0 else mp.mpf(0),
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "softplus": lambda z: mp.log(1 + mp.exp(z)),
    "gelu": lambda z: z * mp.erfc(-z / mp.sqrt(2)) / 2,
    "linear": lambda z: z,
}


def log_softmax(z):
    return [value - mp.log(sum(mp.exp(other) for other in z)) for value in z]


LOSSES = {
    "half_squared_error": lambda out, y: (out[0] - y) ** 2 / 2,
    "log_cosh": lambda out, y: mp.log(mp.cosh(out[0] - y)),
    "pseudo_huber": lambda out, y: mp.sqrt(1 + (out[0] - y) ** 2) - 1,
    "bce_with_logits": lambda out, y: mp.log(1 + mp.exp(-out[0] if y else out[0])),
    "categorical_cross_entropy_with_logits": lambda out, y: -log_softmax(out)[int(y)],
}
PARAMS = {"pseudo_huber": {"delta": 1.0}}

NETS = (
    ([2, 3, 1], "gelu", "bce_with_logits", None, [3.0, 0.5], 0.0),
    ([2, 4, 2, 1], "softplus", "half_squared_error", [1.0, 2.0, 0.5, 0.0, 3.0], None, 0.125),
    ([1, 2, 2, 1], "sigmoid", "log_cosh", None, None, 0.25),
    ([3, 3, 3], "gelu", "categorical_cross_entropy_with_logits", None, [1.0, 0.25, 4.0], 0.5),
    ([2, 3], "linear", "categorical_cross_entropy_with_logits", [0.5, 1.5, 1.0, 2.0, 1.0], None, 0.0),
    ([2, 2, 2, 2, 2, 1], "leaky_relu", "pseudo_huber", None, None, 0.0),
    ([2, 5, 1], "relu", "bce_with_logits", [2.0, 1.0, 1.0, 0.5, 1.0], [1.0, 2.5], 0.0625),
)
SAMPLES = 5


def forward(layers, weights, biases, unit, x):
    """Weighted sums and activations of one sample, layer by layer."""
    sums, found, a = [], [], x
    for layer in range(len(layers) - 1):
        z = [
            biases[layer][o] + sum(weights[layer][o][i] * a[i] for i in range(layers[layer]))
            for o in range(layers[layer + 1])
        ]
        a = z if layer == len(layers) - 2 else [unit(value) for value in z]
        sums.append(z)
        found.append(a)
    return sums, found


def net(index, layers, activation, loss, sample_weights, class_weights, strength):
    rng = random.Random(7000 + index)
    drawn = lambda: mp.mpf(rng.randint(-1500, 1500)) / 1024  # noqa: E731  (exact in binary)
    weights = [
        [[drawn() for _ in range(layers[k])] for _ in range(layers[k + 1])] for k in range(len(layers) - 1)
    ]
    biases = [[drawn() for _ in range(layers[k + 1])] for k in range(len(layers) - 1)]
    x = [[drawn() for _ in range(layers[0])] for _ in range(SAMPLES)]
    outputs = layers[-1]
    if loss == "bce_with_logits":
        y = [i % 2 for i in range(SAMPLES)]
    elif outputs > 1:
        y = [i % outputs for i in range(SAMPLES)]
    else:
        y = [drawn() for _ in range(SAMPLES)]
    own = sample_weights or [1.0] * SAMPLES
    share = [
        mp.mpf(own[i]) * (mp.mpf(class_weights[int(y[i])]) if class_weights else 1) for i in range(SAMPLES)
    ]
    unit = UNITS[activation]

    def cost(shift=None):
        """The cost; ``shift`` adds a number to one weighted sum, for the deltas."""
        total = mp.mpf(0)
        for i in range(SAMPLES):
            a = x[i]
            for layer in range(len(layers) - 1):
                z = [
                    biases[layer][o] + sum(weights[layer][o][j] * a[j] for j in range(layers[layer]))
                    for o in range(layers[layer + 1])
                ]
                if shift and shift[:2] == (layer, i):
                    z[shift[2]] += shift[3]
                a = z if layer == len(layers) - 2 else [unit(value) for value in z]
            total += share[i] * LOSSES[loss](a, y[i])
        decay = sum(w * w for matrix in weights for row in matrix for w in row)
        return total / sum(share) + mp.mpf(strength) / 2 * decay

    def slope_of(row, place):
        kept = row[place]
        row[place] = kept + STEP
        high = cost()
        row[place] = kept - STEP
        low = cost()
        row[place] = kept
        return (high - low) / (2 * STEP)

    passed = [forward(layers, weights, biases, unit, sample) for sample in x]
    layer_range = range(len(layers) - 1)
    numbers = {
        "W": weights,
        "b": biases,
        "X": x,
        "y": y,
        "z": [[passed[i][0][k] for i in range(SAMPLES)] for k in layer_range],
        "a": [[passed[i][1][k] for i in range(SAMPLES)] for k in layer_range],
        "losses": [LOSSES[loss](passed[i][1][-1], y[i]) for i in range(SAMPLES)],
        "cost": cost(),
        "delta": [
            [
                [(cost((k, i, o, STEP)) - cost((k, i, o, -STEP))) / (2 * STEP) for o in range(layers[k + 1])]
                for i in range(SAMPLES)
            ]
            for k in layer_range
        ],
        "grad": {
            "W": [[[slope_of(row, i) for i in range(len(row))] for row in matrix] for matrix in weights],
            "b": [[slope_of(row, o) for o in range(len(row))] for row in biases],
        },
    }
    kinked = activation in ("relu", "leaky_relu")
    inner = [abs(v) for k in layer_range[:-1] for row in numbers["z"][k] for v in row]
    assert not kinked or min(inner) > mp.mpf("0.001"), "a unit is at its corner: take another seed"
    return {
        "name": f"{activation} {'-'.join(map(str, layers))} {loss}",
        "layers": layers,
        "activation": activation,
        "loss": loss,
        "params": PARAMS.get(loss, {}),
        "sample_weights": sample_weights,
        "class_weights": class_weights,
        "penalty": {"kind": "l2", "lambda": strength} if strength else None,
        **floats(numbers),
    }


def floats(value):
    if isinstance(value, dict):
        return {key: floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [floats(part) for part in value]
    return float(value)


if __name__ == "__main__":
    meta = {"source": "tests/expected/make_networks.py, mpmath at 60 digits, slopes by central differences"}
    made = [net(index, *settings) for index, settings in enumerate(NETS)]
    text = json.dumps({"meta": meta, "nets": made}, separators=(",", ":"))
    print(text.replace('{"name"', '\n{"name"'))
