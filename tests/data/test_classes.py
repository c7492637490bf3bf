"""Toy data of two classes and of many: seeded, and separable exactly as its recipe says."""

import numpy as np
import pytest

from lossviz.data.classes import CLASSES, MANY, make


@pytest.mark.parametrize("name", [*CLASSES, *MANY])
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


@pytest.mark.parametrize("name", MANY)
def test_many_classes_are_as_large_as_each_other(name):
    classes = {"three_blobs": 3, "five_blobs": 5, "rings": 3}[name]
    for n in (classes, 50, 201):
        sizes = np.bincount(make(name, n).y.astype(int))
        assert (len(sizes), sizes.sum()) == (classes, n)
        assert np.ptp(sizes) <= 1


def test_many_blobs_stand_on_a_circle_and_rings_around_its_middle():
    for name, classes, radius in (("three_blobs", 3, 2.2), ("five_blobs", 5, 3.2)):
        data = make(name, 20_000)
        centres = np.array([data.x[data.y == k].mean(axis=0) for k in range(classes)])
        turn = 2 * np.pi * np.arange(classes) / classes  # clockwise from the top
        np.testing.assert_allclose(centres, radius * np.column_stack([np.sin(turn), np.cos(turn)]), atol=0.06)
    rings = make("rings", 20_000)
    for k, radius in enumerate((0.5, 1.7, 2.9)):
        assert np.hypot(*rings.x[rings.y == k].T).mean() == pytest.approx(radius, abs=0.05)


def test_bad_requests_say_what_is_allowed():
    with pytest.raises(ValueError, match="no toy data set is named 'spiral'; known: blobs"):
        make("spiral")
    with pytest.raises(ValueError, match="n must be from 2 to 100,000 samples, got 1"):
        make("blobs", n=1)
