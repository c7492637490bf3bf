"""Models with flat parameters, penalties, and their cost on data."""

from lossviz.models.activations import ACTIVATIONS, Activation
from lossviz.models.cost import Cost, Forward
from lossviz.models.features import FEATURES, FeatureMap
from lossviz.models.linear import Linear
from lossviz.models.mlp import INITIALISATIONS, MLP
from lossviz.models.model import Model
from lossviz.models.penalty import L1, L2, ElasticNet, Penalty
from lossviz.models.softmax import Softmax

__all__ = [
    "ACTIVATIONS",
    "FEATURES",
    "INITIALISATIONS",
    "L1",
    "L2",
    "MLP",
    "Activation",
    "Cost",
    "ElasticNet",
    "FeatureMap",
    "Forward",
    "Linear",
    "Model",
    "Penalty",
    "Softmax",
]
