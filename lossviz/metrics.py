"""How good a prediction is: classification at a threshold and over all thresholds, and regression.

Labels are 0 and 1. A score is any number that ranks samples by how likely label 1 is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.losses.stable import softplus

Array = NDArray[np.float64]


def accuracy(labels: ArrayLike, predicted: ArrayLike) -> float:
    """Share of samples whose label is predicted."""
    return float(np.mean(np.asarray(labels) == np.asarray(predicted)))


def recall(labels: ArrayLike, predicted: ArrayLike) -> Array:
    """Share of the samples of label 1 that are predicted as 1; predictions (..., n) -> (...), nan without any."""
    truth, called = np.asarray(labels) == 1, np.asarray(predicted) == 1
    with np.errstate(invalid="ignore"):
        return np.asarray((truth & called).sum(axis=-1) / truth.sum())


def precision(labels: ArrayLike, predicted: ArrayLike) -> Array:
    """Share of the samples predicted as 1 that are of label 1; predictions (..., n) -> (...), nan without any."""
    truth, called = np.asarray(labels) == 1, np.asarray(predicted) == 1
    with np.errstate(invalid="ignore"):
        return np.asarray((truth & called).sum(axis=-1) / called.sum(axis=-1))


def confusion_matrix(labels: ArrayLike, predicted: ArrayLike, classes: int = 2) -> NDArray[np.intp]:
    """Counts by true label (row) and predicted label (column), from 0; shape (classes, classes)."""
    cell = classes * np.asarray(labels, dtype=np.intp) + np.asarray(predicted, dtype=np.intp)
    return np.bincount(cell.ravel(), minlength=classes**2).reshape(classes, classes)


@dataclass(frozen=True)
class Roc:
    """The receiver operating characteristic, from the strictest threshold to the mildest.

    At each threshold, samples with score >= threshold are called 1. ``area`` is the probability that a
    random 1 scores above a random 0, ties counting half. All is nan where one class is missing.
    """

    false_positive_rate: Array
    true_positive_rate: Array
    thresholds: Array
    area: float


def roc(labels: ArrayLike, scores: ArrayLike) -> Roc:
    """The ROC curve, one point a distinct score; the first point, at (0, 0), has threshold inf."""
    truth, score = np.asarray(labels, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    order = np.argsort(-score, kind="stable")
    truth, score = truth[order], score[order]
    last_of_ties = np.append(score[1:] != score[:-1], True)
    hits = np.append(0.0, np.cumsum(truth)[last_of_ties])
    alarms = np.append(0.0, np.cumsum(1.0 - truth)[last_of_ties])
    with np.errstate(invalid="ignore"):
        true_rate, false_rate = hits / hits[-1], alarms / alarms[-1]
    area = float(np.sum(np.diff(false_rate) * 0.5 * (true_rate[1:] + true_rate[:-1])))
    return Roc(false_rate, true_rate, np.append(np.inf, score[last_of_ties]), area)


def log_loss(labels: ArrayLike, scores: ArrayLike) -> float:
    """Mean negative log-likelihood of the labels, the scores being logits; inf where a logit is."""
    truth, score = np.asarray(labels, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    return float(np.mean(softplus(np.where(truth == 1, -score, score))))


def r_squared(targets: ArrayLike, predictions: ArrayLike) -> float:
    """Coefficient of determination, 1 - residual / total sum of squares; nan for constant targets."""
    target, prediction = np.asarray(targets, dtype=np.float64), np.asarray(predictions, dtype=np.float64)
    total = float(np.sum((target - target.mean()) ** 2))
    with np.errstate(over="ignore"):
        residual = float(np.sum((target - prediction) ** 2))
    return 1.0 - residual / total if total > 0 else float("nan")
