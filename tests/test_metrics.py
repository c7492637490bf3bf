"""Metrics against counts by hand and definitions evaluated pair by pair."""

import math

import numpy as np
import pytest

from lossviz import metrics

LABELS = np.array([0, 0, 1, 1, 0, 1])
SCORES = np.array([0.1, 0.4, 0.35, 0.8, 0.4, 0.4])


def test_confusion_matrix_and_accuracy_by_hand():
    predicted = np.array([0, 1, 0, 1, 1, 1])
    np.testing.assert_array_equal(metrics.confusion_matrix(LABELS, predicted), [[1, 2], [1, 2]])
    assert metrics.accuracy(LABELS, predicted) == 0.5


def test_roc_of_the_textbook_example():
    # four samples of scikit-learn's user guide on ROC, area 0.75
    curve = metrics.roc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    np.testing.assert_array_equal(curve.false_positive_rate, [0, 0, 0.5, 0.5, 1])
    np.testing.assert_array_equal(curve.true_positive_rate, [0, 0.5, 0.5, 1, 1])
    np.testing.assert_array_equal(curve.thresholds, [np.inf, 0.8, 0.4, 0.35, 0.1])
    assert curve.area == 0.75


def test_area_is_the_probability_of_ranking_a_pair_right():
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 2, 60), rng.integers(0, 8, 60)
    pairs = np.sign(scores[labels == 1][:, None] - scores[labels == 0])
    assert metrics.roc(labels, scores).area == pytest.approx(np.mean(0.5 * (1 + pairs)), abs=1e-14)


def test_each_threshold_gives_its_point():
    curve = metrics.roc(LABELS, SCORES)
    for threshold, alarm, hit in zip(
        curve.thresholds, curve.false_positive_rate, curve.true_positive_rate, strict=True
    ):
        assert hit == np.mean(SCORES[LABELS == 1] >= threshold)
        assert alarm == np.mean(SCORES[LABELS == 0] >= threshold)


def test_one_class_has_no_roc():
    assert math.isnan(metrics.roc([1, 1], [0.2, 0.3]).area)


def test_log_loss_is_exact_far_out():
    assert metrics.log_loss([1, 0], [0.0, 0.0]) == pytest.approx(math.log(2), rel=1e-15)
    assert metrics.log_loss([1, 0], [-1000.0, 0.0]) == pytest.approx(500 + math.log(2) / 2, rel=1e-15)
    assert metrics.log_loss([1], [-np.inf]) == np.inf


def test_r_squared_by_hand():
    target = np.array([1.0, 2.0, 3.0])
    assert metrics.r_squared(target, target) == 1.0
    assert metrics.r_squared(target, np.full(3, 2.0)) == 0.0
    assert metrics.r_squared(target, target[::-1]) == -3.0
    assert math.isnan(metrics.r_squared([1.0, 1.0], [1.0, 2.0]))


def test_recall_and_precision_by_hand():
    """Of three 1s two are called so, and of four called so two are 1s; a prediction that calls nobody has no precision."""
    labels = [1, 1, 1, 0, 0, 0]
    called = [[1, 1, 0, 1, 1, 0], [0, 0, 0, 0, 0, 0]]
    np.testing.assert_array_equal(metrics.recall(labels, called), [2 / 3, 0.0])
    np.testing.assert_array_equal(metrics.precision(labels, called), [0.5, np.nan])
    assert np.isnan(metrics.recall([0, 0], [1, 0]))
