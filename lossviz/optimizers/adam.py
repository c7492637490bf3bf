"""Adam and its family: a running mean of the gradient over the size of the gradient."""

# ruff: noqa: RUF009 (the defaults are field descriptions, made anew by each call)

from dataclasses import dataclass

import numpy as np

from lossviz.losses.base import NONNEGATIVE, parameter
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
class Adam(Optimizer):
    """Momentum and a step per coordinate in one; the first steps have the size of the learning rate.

    Both running means start at zero and are corrected for it. PyTorch's ``Adam`` is this rule.
    """

    learning_rate: float | Array = learning_rate(0.001)
    beta1: float | Array = decay_rate(0.9, r"\beta_1", "Decay of the mean gradient")
    beta2: float | Array = decay_rate(0.999, r"\beta_2", "Decay of the mean square")
    epsilon: float | Array = small_number(1e-8)

    name = "adam"
    title = "Adam"
    formula = (
        r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \qquad"
        r" \theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{\hat v_t} + \epsilon}\, \hat m_t, \quad"
        r" \hat m_t = \frac{m_t}{1 - \beta_1^t}, \; \hat v_t = \frac{v_t}{1 - \beta_2^t}"
    )
    slots = {"mean": "m", "squares": "v"}

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        after = self.moments(gradient, state)
        mean = after["mean"] / (1.0 - per_run(self.beta1) ** t)
        return params - self.rates(state, after, t, factor) * mean, after

    def moments(self, gradient: Array, state: State) -> State:
        """The running means of the gradient and of its square."""
        beta1, beta2 = per_run(self.beta1), per_run(self.beta2)
        return {
            "mean": beta1 * state["mean"] + (1.0 - beta1) * gradient,
            "squares": beta2 * state["squares"] + (1.0 - beta2) * gradient * gradient,
        }

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        squares = after["squares"] / (1.0 - per_run(self.beta2) ** t)
        return ratio(factor * per_run(self.learning_rate), np.sqrt(squares) + per_run(self.epsilon))


@dataclass(frozen=True, eq=False)
class AdaMax(Optimizer):
    """Adam with the largest recent gradient in place of the root mean square.

    No epsilon and no correction of u, as printed; PyTorch adds epsilon = 1e-8 to the size of the
    gradient. A coordinate that has never seen a gradient does not move.
    """

    learning_rate: float | Array = learning_rate(0.002)
    beta1: float | Array = decay_rate(0.9, r"\beta_1", "Decay of the mean gradient")
    beta2: float | Array = decay_rate(0.999, r"\beta_2", "Decay of the largest gradient")

    name = "adamax"
    title = "AdaMax"
    formula = (
        r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t \qquad u_t = \max(\beta_2 u_{t-1}, |g_t|) \qquad"
        r" \theta_{t+1} = \theta_t - \frac{\eta}{u_t} \cdot \frac{m_t}{1 - \beta_1^t}"
    )
    slots = {"mean": "m", "largest": "u"}

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        beta1 = per_run(self.beta1)
        after = {
            "mean": beta1 * state["mean"] + (1.0 - beta1) * gradient,
            "largest": np.maximum(per_run(self.beta2) * state["largest"], np.abs(gradient)),
        }
        return params - self.rates(state, after, t, factor) * after["mean"] / (1.0 - beta1**t), after

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        return ratio(factor * per_run(self.learning_rate), after["largest"])


@dataclass(frozen=True, eq=False)
class Nadam(Adam):
    """Adam with Nesterov's look ahead, written as a larger share of the newest gradient.

    As printed: no schedule of the momentum, and the correction 1 - beta1^t on both terms. PyTorch
    follows Dozat's schedule instead (``momentum_decay``), so that its path differs.
    """

    learning_rate: float | Array = learning_rate(0.002)

    name = "nadam"
    title = "Nadam"
    formula = (
        r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{\hat v_t} + \epsilon}"
        r" \left(\beta_1 \hat m_t + \frac{(1 - \beta_1)\, g_t}{1 - \beta_1^t}\right)"
    )

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        after = self.moments(gradient, state)
        beta1 = per_run(self.beta1)
        ahead = (beta1 * after["mean"] + (1.0 - beta1) * gradient) / (1.0 - beta1**t)
        return params - self.rates(state, after, t, factor) * ahead, after


@dataclass(frozen=True, eq=False)
class AMSGrad(Adam):
    """Adam that never forgets the largest mean square it has seen, so that its step cannot grow.

    No correction of either mean, as printed; PyTorch's ``Adam(amsgrad=True)`` corrects both, so
    that its first steps are shorter.
    """

    name = "amsgrad"
    title = "AMSGrad"
    formula = (
        r"\hat v_t = \max(\hat v_{t-1}, v_t) \qquad"
        r" \theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{\hat v_t} + \epsilon}\, m_t"
    )
    slots = {"mean": "m", "squares": "v", "largest": r"\hat v"}

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        after = self.moments(gradient, state)
        after["largest"] = np.maximum(state["largest"], after["squares"])
        return params - self.rates(state, after, t, factor) * after["mean"], after

    def rates(self, before: State, after: State, t: Count, factor: float | Array = 1.0) -> Array:
        return ratio(factor * per_run(self.learning_rate), np.sqrt(after["largest"]) + per_run(self.epsilon))


@dataclass(frozen=True, eq=False)
class AdamW(Adam):
    """Adam whose weight decay pulls on the parameters themselves, not through the gradient.

    Loshchilov and Hutter (2019), algorithm 2, with the decay multiplied by the learning rate, which
    is PyTorch's convention. Every parameter decays, the intercept too.
    """

    weight_decay: float | Array = parameter(
        0.01, low=0.0, high=0.5, step=0.01, symbol=r"\lambda", meaning="Weight decay", allowed=NONNEGATIVE
    )

    name = "adamw"
    title = "AdamW"
    formula = (
        r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{\hat v_t} + \epsilon}\, \hat m_t"
        r" - \eta \lambda\, \theta_t"
    )

    def step(
        self, params: Array, gradient: Array, state: State, t: int, factor: float = 1.0
    ) -> tuple[Array, State]:
        decayed = params * (1.0 - factor * per_run(self.learning_rate) * per_run(self.weight_decay))
        return super().step(decayed, gradient, state, t, factor)
