"""Update rules against printed rules iterated with 50 digits, torch.optim, and PyTorch's own tests."""

import json
from pathlib import Path

import numpy as np
import pytest

from lossviz import optimizers
from lossviz.optimizers import OPTIMIZERS
from lossviz.optimizers.schedules import SCHEDULES

DATA = Path(__file__).resolve().parents[1] / "expected"
RUDER = json.loads((DATA / "optimizer_trajectories.json").read_text())
TORCH = json.loads((DATA / "torch_trajectories.json").read_text())
PYTORCH_TESTS = json.loads((DATA / "peer_optimizer_cases.json").read_text())

CANONICAL = {"lr": "learning_rate", "eps": "epsilon", "momentum": "momentum", "weight_decay": "weight_decay"}


def quadratic(p):
    return p * np.array([1.0, 10.0])


def rosenbrock(p):
    x, y = p[..., 0], p[..., 1]
    return np.stack([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)], axis=-1)


def least_squares(p):
    x, y = np.array(TORCH["x"]), np.array(TORCH["y"])
    r = p[..., :1] + p[..., 1:] * x - y
    return 2 * np.stack([r.mean(-1), (r * x).mean(-1)], axis=-1)


def run(optimizer, gradient, start, steps):
    """Parameters after 0 .. steps updates, and the points where the gradient was taken."""
    params = np.array(start, dtype=float)
    state = optimizer.init(params)
    path, looked = [params], [optimizer.lookahead(params, state)]
    for t in range(1, steps + 1):
        params, state = optimizer.step(params, gradient(looked[-1]), state, t)
        path.append(params)
        looked.append(optimizer.lookahead(params, state))
    return np.array(path), np.array(looked)


def printed(case):
    rename = CANONICAL | {"gamma": "momentum" if case["optimizer"] in ("momentum", "nesterov") else "decay"}
    settings = {rename.get(key, key): value for key, value in case["settings"].items()}
    return optimizers.get(case["optimizer"], **settings)


@pytest.mark.parametrize("case", RUDER["ruder"], ids=lambda c: c["optimizer"])
def test_rules_printed_by_ruder_iterated_with_50_digits(case):
    path, _ = run(printed(case), quadratic, [1.0, 1.0], 50)
    np.testing.assert_allclose(path, case["trajectory"], rtol=1e-12, atol=1e-15)


def test_every_rule_of_ruder_is_covered():
    assert {c["optimizer"] for c in RUDER["ruder"]} == OPTIMIZERS.keys() - {"adamw"}


TORCH_ALIKE = ("sgd", "momentum", "nesterov", "adadelta", "adam", "adamw")


@pytest.mark.parametrize(
    "case", [c for c in RUDER["torch"] if c["optimizer"] in TORCH_ALIKE], ids=lambda c: c["optimizer"]
)
def test_torch_at_its_defaults_where_the_convention_is_the_same(case):
    given = case["settings"]
    name = case["optimizer"]
    settings = {"learning_rate": given["lr"]}
    if name == "adadelta":
        settings = {"decay": given["rho"], "epsilon": given["eps"]}
    elif name in ("momentum", "nesterov"):
        settings["momentum"] = given["momentum"]
    elif name == "adamw":
        settings["weight_decay"] = given["weight_decay"]
    path, looked = run(optimizers.get(name, **settings), quadratic, [1.0, 1.0], 50)
    ours = looked if name == "nesterov" else path  # torch keeps the look-ahead point
    np.testing.assert_allclose(ours, case["trajectory"], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("case", [c for c in RUDER["torch"] if c["optimizer"] in ("amsgrad", "nadam")])
def test_torch_differs_where_the_docstring_says_so(case):
    ours = optimizers.get(case["optimizer"], learning_rate=case["settings"]["lr"])
    path, _ = run(ours, quadratic, [1.0, 1.0], 50)
    assert np.abs(path[-1] - case["trajectory"][-1]).max() > 1e-3


@pytest.mark.parametrize("case", TORCH["paths"], ids=lambda c: f"{c['problem']}-{c['optimizer']}")
def test_torch_with_settings_that_make_the_rules_agree(case):
    settings = {
        "adagrad": {"epsilon": 0.0},
        "rmsprop": {"decay": 0.9, "epsilon": 0.0},
        "adamw": {"weight_decay": 0.1},
    }.get(case["optimizer"], {})
    if case["optimizer"] != "adadelta":
        settings["learning_rate"] = case["lr"]
    gradient = {"rosenbrock": rosenbrock, "least_squares": least_squares}[case["problem"]]
    path, looked = run(optimizers.get(case["optimizer"], **settings), gradient, case["start"], 50)
    ours = looked if case["optimizer"] == "nesterov" else path
    tolerance = 1e-9 if case["problem"] == "rosenbrock" else 1e-12
    for t, expected in case["after"].items():
        np.testing.assert_allclose(ours[int(t)], expected, rtol=tolerance, atol=1e-14)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sum_of_network(p):
    """Gradient of the summed outputs of the 2-3-1 sigmoid network of PyTorch's C++ tests."""
    x = np.array(PYTORCH_TESTS["problem"]["input"])
    w1, b1, w2, b2 = p[:6].reshape(3, 2), p[6:9], p[9:12], p[12]
    hidden = sigmoid(x @ w1.T + b1)
    out = sigmoid(hidden @ w2 + b2)
    d_out = out * (1 - out)
    d_hidden = d_out[:, None] * w2 * hidden * (1 - hidden)
    return np.concatenate([(d_hidden.T @ x).ravel(), d_hidden.sum(0), d_out @ hidden, [d_out.sum()]])


@pytest.mark.parametrize(
    "case",
    [c for c in PYTORCH_TESTS["cases"] if not c["given"].get("amsgrad")],
    ids=lambda c: f"{c['optimizer']} {c['given']}",
)
def test_literal_numbers_of_pytorchs_own_tests(case):
    given = case["given"]
    name = "momentum" if "momentum" in given else case["optimizer"].lower()
    settings = {"learning_rate": given["lr"]} | {k: given[k] for k in ("momentum",) if k in given}
    settings |= {"adagrad": {"epsilon": 1e-20}, "rmsprop": {"decay": 0.99, "epsilon": 1e-16}}.get(name, {})
    pull = given.get("weight_decay", 0.0)
    start = np.concatenate([np.ravel(part) for part in PYTORCH_TESTS["problem"]["start"].values()])
    path, _ = run(optimizers.get(name, **settings), lambda p: sum_of_network(p) + pull * p, start, 101)
    for key in ("0", "100"):
        np.testing.assert_allclose(path[int(key) + 1], case["printed"][key], rtol=1e-3, atol=5e-4)
        if name in ("sgd", "momentum", "adam"):  # epsilon is not inside the root
            np.testing.assert_allclose(path[int(key) + 1], case["float64"][key], rtol=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_runs_on_leading_axes_are_independent(name):
    cls = OPTIMIZERS[name]
    first = cls.parameters()[0]
    values = np.array([0.002, 0.005, 0.009]) * first.default
    together, _ = run(optimizers.get(name, **{first.name: values}), rosenbrock, np.full((3, 2), 0.3), 20)
    for i, value in enumerate(values):
        alone, _ = run(optimizers.get(name, **{first.name: value}), rosenbrock, [0.3, 0.3], 20)
        np.testing.assert_allclose(together[:, i], alone, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rates_explain_the_step(name):
    optimizer = optimizers.get(name)
    params, gradient = np.array([0.5, -2.0]), np.array([1e-3, 40.0])
    before = optimizer.init(params)
    moved, after = optimizer.step(params, gradient, before, 1)
    rates = optimizer.rates(before, after, 1)
    share = {"nadam": 0.9 + 1.0, "amsgrad": 0.1}.get(name, 1.0)  # of the gradient, in the first step
    decay = 0.01 * 0.001 * params if name == "adamw" else 0.0
    np.testing.assert_allclose(params - moved, share * rates * gradient + decay, rtol=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_coordinate_without_slope_stays(name):
    settings = {p.name: 0.0 for p in OPTIMIZERS[name].parameters() if p.name in ("epsilon", "weight_decay")}
    path, _ = run(optimizers.get(name, **settings), lambda p: p * [1.0, 0.0], [1.0, 7.0], 5)
    assert (path[:, 1] == 7.0).all()
    assert np.isfinite(path).all()


def test_first_adam_step_has_the_size_of_the_learning_rate():
    # Kingma & Ba (2015), sec. 2.1: lr |g| / (|g| + epsilon)
    path, _ = run(optimizers.get("adam", learning_rate=0.1), lambda p: np.full(1, 1e-3), [0.0], 1)
    assert path[1, 0] == pytest.approx(-0.0999990000099999, abs=1e-15)


def test_momentum_reaches_ten_times_the_step_of_plain_descent():
    path, _ = run(optimizers.get("momentum", learning_rate=0.1), np.ones_like, [0.0], 500)
    assert path[-2, 0] - path[-1, 0] == pytest.approx(10 * 0.1, abs=1e-12)


@pytest.mark.parametrize("rate", [0.0, -0.1, float("nan"), float("inf"), "fast", np.array([0.1, np.nan])])
def test_learning_rate_out_of_range(rate):
    with pytest.raises(ValueError, match=r"sgd: learning_rate must be in \(0, ∞\), got"):
        optimizers.get("sgd", learning_rate=rate)


def test_unknown_names_say_what_is_known():
    with pytest.raises(ValueError, match="no optimizer is named 'lion'; known: sgd, momentum"):
        optimizers.get("lion")
    with pytest.raises(ValueError, match="sgd has no hyperparameter 'beta1'; it has learning_rate"):
        optimizers.get("sgd", beta1=0.9)


def test_one_run_of_many():
    both = optimizers.get("momentum", learning_rate=np.array([0.1, 0.2]), momentum=0.5)
    assert both.runs == (2,)
    assert both.of_run(1).settings() == {"learning_rate": 0.2, "momentum": 0.5}
    assert both.of_run(1).label == "Momentum (learning rate 0.2, momentum 0.5)"


SCHEDULE_VALUES = {  # closed forms by hand: factor at t = 0, 10, 100
    ("constant", ()): (1.0, 1.0, 1.0),
    ("step", (("every", 10), ("decay", 0.5))): (1.0, 0.5, 0.5**10),
    ("exponential", (("decay", 0.9),)): (1.0, 0.9**10, 0.9**100),
    ("cosine", (("length", 20), ("floor", 0.2))): (1.0, 0.6, 0.2),
    ("inverse_time", (("rate", 0.1),)): (1.0, 0.5, 1 / 11),
    ("warm_up", (("length", 20),)): (1 / 20, 11 / 20, 1.0),
}


@pytest.mark.parametrize(("key", "expected"), SCHEDULE_VALUES.items(), ids=lambda v: str(v[0]))
def test_schedules(key, expected):
    name, settings = key
    factor = SCHEDULES[name](**dict(settings)).factor(np.array([0, 10, 100]))
    np.testing.assert_allclose(factor, expected, rtol=1e-14)


def test_every_schedule_is_covered():
    assert {name for name, _ in SCHEDULE_VALUES} == SCHEDULES.keys()
    with pytest.raises(ValueError, match="decay"):
        SCHEDULES["exponential"](decay=2.0)
