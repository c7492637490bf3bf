"""A step of its own for every coordinate, from the squares of the gradients it has seen."""

# ruff: noqa: RUF009 (the defaults are field descriptions, made anew by each call)

from dataclasses import dataclass

import numpy as np

from lossviz.optimizers.base import (
    Array,
    Count,
    Optimizer,
    State,
    decay_rate,
    learning_rate,
    per_run,
    ratio,
    small_number,
)


@dataclass(frozen=True, eq=False)
class Adagrad(Optimizer):
    """Every coordinate has its own step, smaller the more slope it has seen; it never grows again.

    Epsilon stands inside the root, as printed; PyTorch has it outside, 1e-10 by default. Keras and
    optax start the sum of squares at 0.1.
    """

    learning_rate: float | Array = learning_rate(0.01)
    epsilon: float | Array = small_number(1e-8)

    name = "adagrad"
    title = "Adagrad"
    formula = (
        r"G_t = G_{t-1} + g_t^2 \qquad \theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{G_t + \epsilon}}\, g_t"
    )
    slots = {"squares": "G"}

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        after = {"squares": state["squares"] + gradient * gradient}
        return params - self.rates(state, after, t, factor) * gradient, after

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        return ratio(factor * per_run(self.learning_rate), np.sqrt(after["squares"] + per_run(self.epsilon)))


@dataclass(frozen=True, eq=False)
class Adadelta(Optimizer):
    """Adagrad that forgets, and takes the unit of its step from its own past steps.

    There is no learning rate: a schedule's factor acts on the step. PyTorch's ``lr`` = 1 is this
    rule; Keras defaults to decay 0.95, as Zeiler (2012) does, and to ``learning_rate`` = 0.001.
    """

    decay: float | Array = decay_rate(0.9, r"\gamma", "Decay of the running means")
    epsilon: float | Array = small_number(1e-6)

    name = "adadelta"
    title = "Adadelta"
    formula = (
        r"E[g^2]_t = \gamma E[g^2]_{t-1} + (1 - \gamma) g_t^2 \qquad"
        r" \Delta\theta_t = -\frac{\sqrt{E[\Delta\theta^2]_{t-1} + \epsilon}}"
        r"{\sqrt{E[g^2]_t + \epsilon}}\, g_t"
        r" \qquad \theta_{t+1} = \theta_t + \Delta\theta_t"
    )
    slots = {"squares": "E[g^2]", "updates": r"E[\Delta\theta^2]"}

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        decay = per_run(self.decay)
        squares = decay * state["squares"] + (1.0 - decay) * gradient * gradient
        update = self.rates(state, {"squares": squares}, t, factor) * gradient
        updates = decay * state["updates"] + (1.0 - decay) * update * update
        return params - update, {"squares": squares, "updates": updates}

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        epsilon = per_run(self.epsilon)
        return factor * ratio(np.sqrt(before["updates"] + epsilon), np.sqrt(after["squares"] + epsilon))


@dataclass(frozen=True, eq=False)
class RMSprop(Optimizer):
    """Each coordinate's step is divided by the recent size of its gradient.

    Epsilon stands inside the root, as printed; PyTorch has it outside, with decay 0.99 and learning
    rate 0.01 by default.
    """

    learning_rate: float | Array = learning_rate(0.001)
    decay: float | Array = decay_rate(0.9, r"\gamma", "Decay of the mean square")
    epsilon: float | Array = small_number(1e-8)

    name = "rmsprop"
    title = "RMSprop"
    formula = (
        r"E[g^2]_t = \gamma E[g^2]_{t-1} + (1 - \gamma) g_t^2 \qquad"
        r" \theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{E[g^2]_t + \epsilon}}\, g_t"
    )
    slots = {"squares": "E[g^2]"}

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        decay = per_run(self.decay)
        after = {"squares": decay * state["squares"] + (1.0 - decay) * gradient * gradient}
        return params - self.rates(state, after, t, factor) * gradient, after

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        return ratio(factor * per_run(self.learning_rate), np.sqrt(after["squares"] + per_run(self.epsilon)))
