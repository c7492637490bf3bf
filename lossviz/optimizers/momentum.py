"""Gradient descent, and the two rules that give it a velocity."""

# ruff: noqa: RUF009 (the defaults are field descriptions, made anew by each call)

from dataclasses import dataclass

from lossviz.optimizers.base import Array, Count, Optimizer, State, decay_rate, learning_rate, per_run


@dataclass(frozen=True, eq=False)
class GradientDescent(Optimizer):
    """A step straight downhill, as long as the slope is steep.

    With all samples in a batch this is batch gradient descent, with one stochastic gradient
    descent (SGD), in between mini-batch gradient descent: the rule is the same.
    """

    learning_rate: float | Array = learning_rate(0.1)

    name = "sgd"
    title = "Gradient descent"
    formula = r"\theta_{t+1} = \theta_t - \eta\, g_t"

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        return params - factor * per_run(self.learning_rate) * gradient, state

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        return factor * per_run(self.learning_rate)


@dataclass(frozen=True, eq=False)
class Momentum(Optimizer):
    """A heavy ball: it keeps a share of its velocity, rolls through ripples, and overshoots.

    Ruder puts the learning rate inside the velocity, PyTorch outside; the two agree while the
    learning rate is constant.
    """

    learning_rate: float | Array = learning_rate(0.01)
    momentum: float | Array = decay_rate(0.9, r"\gamma", "Momentum")

    name = "momentum"
    title = "Momentum"
    formula = r"v_t = \gamma v_{t-1} + \eta\, g_t \qquad \theta_{t+1} = \theta_t - v_t"
    slots = {"velocity": "v"}

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        velocity = (
            per_run(self.momentum) * state["velocity"] + factor * per_run(self.learning_rate) * gradient
        )
        return params - velocity, {"velocity": velocity}

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        return factor * per_run(self.learning_rate)


@dataclass(frozen=True, eq=False)
class Nesterov(Momentum):
    """Momentum that looks ahead: the slope is read where the velocity is about to carry it.

    The gradient is g_t = ∇J(θ_t - γ v_{t-1}). PyTorch keeps that look-ahead point as its
    parameters, so that its iterate is ``lookahead(params, state)`` here.
    """

    name = "nesterov"
    title = "Nesterov"
    formula = (
        r"v_t = \gamma v_{t-1} + \eta\, \nabla J(\theta_t - \gamma v_{t-1})"
        r" \qquad \theta_{t+1} = \theta_t - v_t"
    )

    def lookahead(self, params: Array, state: State) -> Array:
        return params - per_run(self.momentum) * state["velocity"]
