"""Sentences about fits that have something to be told apart from their lines."""

import numpy as np

from lossviz import losses
from lossviz.cloud import Cloud, Window
from lossviz.figures import outlier_words as words
from lossviz.outlier_lab import breakdown, fit_cloud

NAMES = ("squared_error", "absolute_error", "huber")


def fits(x, y, scale):
    return [fit_cloud(losses.get(name), Cloud.of(np.array(x), np.array(y)), scale=scale) for name in NAMES]


def test_a_mad_of_zero_is_told():
    x, y = [1.0, 2, 3, 4, 5], [2.0, 4, 6, 8, 99]
    (told,) = words.no_spread(fits(x, y, "mad"))
    assert told.startswith("MAE and Huber: at least half of the points are on the line")
    assert told in words.several_minima(fits(x, y, "mad"))
    assert words.no_spread(fits(x, y, 1.0)) == []
    assert words.no_spread(fits(x, [2.0, 4.1, 6, 8.2, 99], "mad")) == []


def test_the_sentence_of_a_breakdown_knows_numbers_of_any_size():
    x = np.linspace(0.0, 1e12, 8)
    cloud = Cloud.of(x, 1e-12 * np.array([1.0, 2, 3, 5, 4, 6, 8, 7]))
    window = Window.around(cloud.x, cloud.y)
    chosen = tuple(losses.get(name) for name in NAMES)
    found = breakdown(chosen, cloud, window, "vertical")
    said = words.broken([fit_cloud(loss, cloud) for loss in chosen], found, 0.2, "slope", 5e11, window)
    assert said.startswith("With 20% outliers the slope has moved: MSE's ")
