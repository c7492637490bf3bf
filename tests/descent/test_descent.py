"""Descents: against the printed rules, closed forms of quadratics, and one run at a time."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from lossviz import losses, optimizers
from lossviz.data.classes import make
from lossviz.data.dataset import Dataset
from lossviz.descent import DIVERGED, descend, mini_batches, sweep, train
from lossviz.descent.surfaces import SURFACES, Bowl, Rosenbrock, Saddle
from lossviz.models import Cost
from lossviz.optimizers import OPTIMIZERS
from lossviz.optimizers.schedules import Exponential

RUDER = json.loads(
    (Path(__file__).resolve().parents[1] / "expected" / "optimizer_trajectories.json").read_text()
)["ruder"]
RNG = np.random.default_rng(8)
X = RNG.normal(size=40)
LINE = Dataset(X, 1.5 * X - 0.5 + 0.3 * RNG.normal(size=40), ("x", "y"), "simulated")


def line_cost(loss="squared_error", l2=0.0):
    return Cost.linear(LINE, losses.get(loss), l2=l2)


@pytest.mark.parametrize("case", RUDER, ids=lambda c: c["optimizer"])
def test_descend_follows_the_rules_iterated_with_50_digits(case):
    given = dict(case["settings"])
    names = {"lr": "learning_rate", "eps": "epsilon"}
    names["gamma"] = "momentum" if case["optimizer"] in ("momentum", "nesterov") else "decay"
    optimizer = optimizers.get(case["optimizer"], **{names.get(k, k): v for k, v in given.items()})
    trajectory = descend(Bowl(condition=10.0), optimizer, [1.0, 1.0], steps=50)
    np.testing.assert_allclose(trajectory.params[0], case["trajectory"], rtol=1e-12, atol=1e-15)
    x, y = trajectory.params[0].T
    np.testing.assert_allclose(trajectory.cost[0], 0.5 * (x**2 + 10 * y**2), rtol=1e-14)


def every_optimizer(runs):
    scale = np.geomspace(0.5, 5.0, runs)
    for cls in OPTIMIZERS.values():
        first = cls.parameters()[0]
        yield cls(**{first.name: np.minimum(0.99, scale * (0.01 if first.name == "learning_rate" else 0.2))})


def test_a_sweep_is_its_runs_one_by_one():
    cost = Cost.linear(make("moons", 60), losses.get("binary_cross_entropy"), l2=0.01)
    settings = dict(steps=40, batch_size=7, seed=4, schedule=Exponential(decay=0.95))
    together = sweep(cost, list(every_optimizer(3)), [0.1, -0.2, 0.3], **settings)
    for trajectory in together:
        for run in range(3):
            alone = descend(cost, trajectory.optimizer.of_run(run), [0.1, -0.2, 0.3], **settings)
            for what in ("params", "cost", "gradient", "rates", "looked_at"):
                np.testing.assert_allclose(
                    getattr(trajectory, what)[run], getattr(alone, what)[0], rtol=1e-10, atol=1e-13
                )
            for slot, kept in alone.state.items():
                np.testing.assert_allclose(trajectory.state[slot][run], kept[0], rtol=1e-10, atol=1e-13)


def test_all_racers_see_the_same_mini_batches():
    race = sweep(line_cost(), list(every_optimizer(2)), [0.0, 0.0], steps=9, batch_size=8, seed=1)
    for trajectory in race:
        np.testing.assert_array_equal(trajectory.batches, mini_batches(40, 8, 9, seed=1))
    other = mini_batches(40, 8, 9, seed=2)
    assert (other != race[0].batches).any()


def test_mini_batches_use_every_sample_equally_often():
    batches = mini_batches(10, 4, 10, seed=0)  # 40 places, 10 samples
    np.testing.assert_array_equal(np.bincount(batches.ravel()), np.full(10, 4))
    np.testing.assert_array_equal(np.sort(mini_batches(5, 5, 3, seed=9)), np.tile(np.arange(5), (3, 1)))


def test_the_gradient_of_a_batch_is_that_of_its_samples():
    trajectory = descend(line_cost(), optimizers.get("sgd"), [0.3, 0.2], steps=3, batch_size=5)
    for step in range(3):
        rows = trajectory.batches[step]
        b, w = trajectory.params[0, step]
        r = b + w * LINE.x[rows] - LINE.y[rows]
        np.testing.assert_allclose(
            trajectory.gradient[0, step], [2 * r.mean(), 2 * (r * LINE.x[rows]).mean()], rtol=1e-13
        )


@pytest.mark.parametrize("name", ["sgd", "nesterov", "adam"])
@pytest.mark.parametrize("batch_size", [None, 6])
def test_the_pulls_of_the_samples_sum_to_the_gradient(name, batch_size):
    trajectory = descend(
        line_cost("huber"), optimizers.get(name), [2.0, 0.0], steps=12, batch_size=batch_size
    )
    for step in (1, 5, 12):
        rows, parts = trajectory.pulls(0, step)
        assert len(rows) == (batch_size or 40)
        np.testing.assert_allclose(parts.sum(axis=0), trajectory.gradient[0, step - 1], rtol=1e-11)


def test_rates_are_those_of_the_steps():
    for trajectory in sweep(line_cost(), list(every_optimizer(2)), [1.0, -1.0], steps=20):
        if trajectory.optimizer.name in ("sgd", "adagrad", "adadelta", "rmsprop"):
            moved = np.diff(trajectory.params, axis=1)
            np.testing.assert_allclose(-moved, trajectory.rates * trajectory.gradient, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
@pytest.mark.parametrize("rate", [1.0, 1e9, 1e308])
def test_divergence_is_told_and_leaks_nowhere(surface, rate):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        race = sweep(
            surface(),
            [c(learning_rate=rate) for n, c in OPTIMIZERS.items() if n != "adadelta"],
            surface.start,
            steps=60,
        )
        for trajectory in race:
            for kept in (
                trajectory.params,
                trajectory.gradient,
                trajectory.rates,
                *trajectory.state.values(),
            ):
                assert np.isfinite(kept).all()
            assert not np.isnan(trajectory.cost).any()
            stop = trajectory.diverged_at[0]
            if stop >= 0:
                assert np.ptp(trajectory.params[0, stop:], axis=0).max() == 0
                assert (trajectory.cost[0, stop:] == trajectory.cost[0, stop]).all()
                assert not trajectory.gradient[0, stop:].any()
                assert (np.abs(trajectory.cost[0, :stop]) <= DIVERGED * max(1, trajectory.cost[0, 0])).all()
    assert race[0].diverged_at[0] > 0


def test_one_run_that_diverges_leaves_the_others_alone():
    rates = np.array([0.01, 5.0, 0.05])
    three = descend(Bowl(), optimizers.get("momentum", learning_rate=rates), [1.0, 1.0], steps=80)
    assert three.diverged_at.tolist()[::2] == [-1, -1]
    # theta_1 = (-4, -49): cost 0.5 (16 + 10 * 2401); by hand
    assert three.cost[1, 1] == pytest.approx(12013.0)
    one = descend(Bowl(), optimizers.get("momentum", learning_rate=0.05), [1.0, 1.0], steps=80)
    np.testing.assert_allclose(three.params[2], one.params[0], rtol=1e-13)


def test_a_saddle_has_no_bottom():
    run = descend(Saddle(), optimizers.get("sgd"), Saddle.start, steps=100)
    # y grows by 1.2 a step: cost below -1e6 * 2.2499 when 0.01 * 1.2^t > 1500
    limit = DIVERGED * (1.5**2 - 0.01**2)
    assert run.diverged_at[0] == int(np.ceil(np.log(np.sqrt(limit) / 0.01) / np.log(1.2)))


def test_steps_to_a_cost():
    run = descend(Bowl(condition=1.0), optimizers.get("sgd", learning_rate=0.5), [2.0, 0.0], steps=10)
    np.testing.assert_array_equal(run.cost[0], 2.0 * 0.25 ** np.arange(11))
    assert run.steps_to(0.5).tolist() == [1]
    assert run.steps_to(1e-9).tolist() == [-1]
    assert run.steps_to(2.0).tolist() == [0]


def test_starts_of_their_own():
    starts = [[-1.0, 1.0], [0.5, 0.5]]
    both = descend(Rosenbrock(), optimizers.get("adam"), starts, steps=5)
    np.testing.assert_array_equal(both.params[:, 0], starts)
    alone = descend(Rosenbrock(), optimizers.get("adam"), starts[1], steps=5)
    np.testing.assert_allclose(both.params[1], alone.params[0], rtol=1e-14)


def test_a_long_sweep_tells_how_far_it_is_and_can_be_stopped():
    told = []
    whole = sweep(Bowl(), [optimizers.get("sgd")], [1.0, 1.0], steps=500, progress=told.append)
    assert len(told) == 100
    assert told[-1] == 1.0
    assert told == sorted(told)
    (part,) = sweep(Bowl(), [optimizers.get("sgd")], [1.0, 1.0], steps=500, progress=lambda done: done < 0.3)
    assert part.steps == 150
    np.testing.assert_array_equal(part.params, whole[0].params[:, :151])


def test_a_trajectory_cannot_be_written_to():
    run = descend(Bowl(), optimizers.get("momentum"), [1.0, 1.0], steps=3)
    for kept in (run.params, run.cost, run.gradient, run.state["velocity"]):
        with pytest.raises(ValueError, match="read-only"):
            kept[...] = 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"batch_size": 41},
            r"batch_size must be a whole number from 1 to 40 \(the number of samples\), got 41",
        ),
        ({"batch_size": 0}, "batch_size must be a whole number from 1 to 40"),
        ({"batch_size": 2.5}, "batch_size must be a whole number from 1 to 40"),
        ({"steps": 0}, "steps must be a whole number from 1 to 100000"),
        ({"steps": 100_000, "start": np.zeros((101, 2)), "optimizers": [optimizers.get("sgd")]}, "too much"),
        ({"start": [1.0, 2.0, 3.0]}, r"start must hold 2 parameters, got shape \(3,\)"),
        ({"start": [1.0, float("nan")]}, "start must be finite"),
        ({"optimizers": []}, "at least one optimizer"),
        ({"start": np.zeros((3, 2))}, "sgd: 2 runs cannot begin at 3 starts"),
    ],
)
def test_bad_requests_are_refused_in_a_sentence(settings, message):
    request = {"start": [0.0, 0.0], "optimizers": [optimizers.get("sgd", learning_rate=np.array([0.1, 0.2]))]}
    request |= settings
    with pytest.raises(ValueError, match=message):
        sweep(line_cost(), request.pop("optimizers"), request.pop("start"), **request)


def test_a_surface_has_no_batches():
    with pytest.raises(ValueError, match="a surface has no samples"):
        descend(Bowl(), optimizers.get("sgd"), [1.0, 1.0], batch_size=3)
    with pytest.raises(ValueError, match="no samples that could pull"):
        descend(Bowl(), optimizers.get("sgd"), [1.0, 1.0], steps=1).pulls(0, 1)


@pytest.mark.parametrize("name", sorted(optimizers.OPTIMIZERS))
def test_training_without_a_record_ends_where_the_recorded_run_does(name):
    cost = Cost.linear(make("moons", 60), losses.get("binary_cross_entropy"), l2=0.01)
    rule = optimizers.get(name)
    settings = dict(steps=40, batch_size=16, seed=3)
    recorded = descend(cost, rule, [0.1, -0.2, 0.3], **settings)
    assert (train(cost, rule, [0.1, -0.2, 0.3], **settings) == recorded.params[:, -1]).all()


def test_training_that_leaves_the_numbers_keeps_its_last_finite_parameters():
    cost = Cost.linear(LINE, losses.get("squared_error"))
    ends = train(cost, optimizers.get("sgd", learning_rate=np.array([0.01, 1e3])), [0.0, 0.0], steps=400)
    assert np.isfinite(ends).all()
    assert np.abs(ends[1]).max() > 1e150
