"""Sentences about fits that have something to be told apart from their lines."""

import numpy as np
import pytest

from lossviz import losses
from lossviz.app.outliers import words
from lossviz.data.cloud import Cloud, Window
from lossviz.fitting import fit_line, fit_location
from lossviz.robust.effects import breakdown, fit_cloud

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
    said = words.broken([fit_cloud(loss, cloud) for loss in chosen], found, 2, 8, "slope", 5e11, window)
    assert said.startswith("With 2 of 8 points bad (25%), the slope has moved by: MSE's ")


def line_of(n):
    x = np.linspace(0.0, 10.0, n)
    return Cloud.of(x, 2.0 * x)


def test_a_point_is_told_as_leverage_point_or_vertical_outlier_or_not_at_all():
    # Leverage 1/n + (x - mean)^2 / sum (x - mean)^2: at x = 30 beside ten points from 0 to 10 it is 0.80.
    x = np.append(np.linspace(0.0, 10.0, 10), 30.0)
    cloud = Cloud.of(x, x)
    h = 1 / 11 + (30 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()
    assert f"holds {h:.0%} of the pull" in words.kind_of_point(cloud, 10, far=True)
    assert words.kind_of_point(cloud, 5, far=True).startswith("It is a vertical outlier")
    assert words.kind_of_point(cloud, 5, far=False) == ""


@pytest.mark.parametrize("n", [2, 3, 4])
def test_with_four_points_or_fewer_none_has_leverage_to_speak_of(n):
    assert words.kind_of_point(line_of(n), 0, far=False) == ""


def test_what_was_touched_is_one_point_or_none():
    before = line_of(6)
    xy = before.xy.copy()
    xy[2, 1] += 1.0
    assert words.touched(before, Cloud(xy, before.origin)) == 2
    assert words.touched(before, before.without([3])) is None
    assert words.touched(before.without([5]), before) == 5
    xy[4, 1] += 1.0
    assert words.touched(before, Cloud(xy, before.origin)) is None


def test_a_sentence_speaks_of_no_more_losses_than_can_be_read():
    cloud = Cloud.of(np.arange(6.0), np.array([0.0, 1, 2, 3, 4, 9]))
    chosen = [losses.get(name) for name in losses.names("regression")]
    chosen = [loss for loss in chosen if isinstance(loss, losses.ResidualLoss)][:9]
    many = [fit_cloud(loss, cloud) for loss in chosen]
    said = words.moved(many, many, Window.around(cloud.x, cloud.y))
    assert said.count("'s ") == 4
    assert said.endswith("and 5 more losses (see Numbers)")
    assert words.moved(many[:5], many[:5], Window.around(cloud.x, cloud.y)).count("'s ") == 5


def test_of_several_minima_it_is_said_how_sure_the_lowest_is():
    biweight, x, y = losses.get("tukey_biweight"), np.arange(6.0), np.array([0, 1, 2, 30, 31, 32.0])
    (line,) = words.several_minima([fit_line(biweight, x, y)])
    assert "very likely, but not proven" in line
    (number,) = words.several_minima([fit_location(biweight, y)])
    assert "no number costs less is certain" in number
    (near,) = words.several_minima([fit_line(biweight, x, y, start=[0.0, 1.0])])
    assert "certain" not in near
    assert "likely" not in near
