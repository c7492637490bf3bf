"""Every loss of the app, by name: ``get("huber", delta=1.345).gradient([-3, 0, 3])``."""

# Importing these registers their losses, in the order in which the gallery shows them.
from lossviz.losses import regression, regression_huber, regression_quantile  # noqa: F401  # isort: skip
from lossviz.losses import regression_robust, regression_general, regression_positive  # noqa: F401  # isort: skip
from lossviz.losses import binary_cross_entropy, binary_probability  # noqa: F401  # isort: skip
from lossviz.losses import binary_margin, binary_smooth  # noqa: F401  # isort: skip
from lossviz.losses import multiclass  # noqa: F401  # isort: skip
from lossviz.losses.base import TRAITS, Interval, Loss, Parameter, Snippet, Trait
from lossviz.losses.families import (
    BinaryLoss,
    MarginLoss,
    MulticlassLoss,
    ProbabilityLoss,
    RegressionLoss,
    ResidualLoss,
    TargetLoss,
)
from lossviz.losses.registry import every, extremes, find, get, names, register

FAMILIES = {"regression": "Regression", "binary": "Binary classification", "multiclass": "Many classes"}
"""Families in the order people meet them, with their titles."""

__all__ = [
    "FAMILIES",
    "TRAITS",
    "BinaryLoss",
    "Interval",
    "Loss",
    "MarginLoss",
    "MulticlassLoss",
    "Parameter",
    "ProbabilityLoss",
    "RegressionLoss",
    "ResidualLoss",
    "Snippet",
    "TargetLoss",
    "Trait",
    "every",
    "extremes",
    "find",
    "get",
    "names",
    "register",
]
