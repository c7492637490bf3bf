"""The update rules of gradient descent, by name: ``get("momentum", learning_rate=0.05)``."""

from collections.abc import Mapping
from typing import Any

from lossviz.optimizers.adam import Adam, AdaMax, AdamW, AMSGrad, Nadam
from lossviz.optimizers.adaptive import Adadelta, Adagrad, RMSprop
from lossviz.optimizers.base import Optimizer, State
from lossviz.optimizers.momentum import GradientDescent, Momentum, Nesterov

OPTIMIZERS: Mapping[str, type[Optimizer]] = {
    cls.name: cls
    for cls in (
        GradientDescent,
        Momentum,
        Nesterov,
        Adagrad,
        Adadelta,
        RMSprop,
        Adam,
        AdaMax,
        Nadam,
        AMSGrad,
        AdamW,
    )
}
"""Every update rule by name, in the order of Ruder's overview."""


def get(name: str, **settings: Any) -> Optimizer:
    """The optimizer of that name with the given hyperparameters, defaults for the others.

    Raises:
        ValueError: if the name or a hyperparameter is unknown, or a value is out of its range.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"no optimizer is named {name[:80]!r}; known: {', '.join(OPTIMIZERS)}")
    cls = OPTIMIZERS[name]
    known = [p.name for p in cls.parameters()]
    for key in settings:
        if key not in known:
            raise ValueError(f"{name} has no hyperparameter {key!r}; it has {', '.join(known)}")
    return cls(**settings)


__all__ = [
    "OPTIMIZERS",
    "AMSGrad",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "GradientDescent",
    "Momentum",
    "Nadam",
    "Nesterov",
    "Optimizer",
    "RMSprop",
    "State",
    "get",
]
