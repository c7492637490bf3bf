"""Toy data of two classes: seeded, and separable exactly as its recipe says."""

import numpy as np
import pytest

from lossviz.data.classes import CLASSES, make


@pytest.mark.parametrize("name", CLASSES)
def test_same_seed_same_data(name):
    one, again, other = make(name, 50, seed=3), make(name, 50, seed=3), make(name, 50, seed=4)
    np.testing.assert_array_equal(one.x, again.x)
    np.testing.assert_array_equal(one.y, again.y)
    assert (one.x != other.x).any()
    assert one.x.shape == (50, 2)
    assert np.isfinite(one.x).all()
    assert len(one.names) == 3


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("n", [2, 3, 50, 201])
def test_both_classes_are_there_in_the_stated_share(name, n):
    labels = make(name, n).y
    assert set(labels) == {0.0, 1.0}
    assert labels.sum() == max(1, round(CLASSES[name].share * n))


def least_squares_accuracy(x, y):
    design = np.column_stack([np.ones(len(x)), x])
    weights = np.linalg.lstsq(design, 2 * y - 1, rcond=None)[0]
    return np.mean((design @ weights > 0) == (y == 1))


def test_features_that_make_the_classes_separable():
    circles, xor = make("circles", 400), make("xor", 400)
    assert least_squares_accuracy(circles.x, circles.y) < 0.65
    assert least_squares_accuracy(circles.x**2, circles.y) > 0.97
    assert least_squares_accuracy(xor.x, xor.y) < 0.65
    assert least_squares_accuracy(xor.x.prod(axis=1, keepdims=True), xor.y) > 0.97


def test_blobs_are_as_far_apart_as_their_accuracy_says():
    # unit Gaussians at distance d: the best rule errs with probability Phi(-d / 2)
    for name, best in (("blobs", 0.9772), ("overlapping_blobs", 0.8413)):
        data = make(name, 20_000)
        assert least_squares_accuracy(data.x, data.y) == pytest.approx(best, abs=0.01)


def test_bad_requests_say_what_is_allowed():
    with pytest.raises(ValueError, match="no toy data set is named 'spiral'; known: blobs"):
        make("spiral")
    with pytest.raises(ValueError, match="n must be from 2 to 100,000 samples, got 1"):
        make("blobs", n=1)
