"""A part of many rows stands for all of them, whatever rhythm they have."""

import numpy as np
import pytest

from lossviz import data, losses
from lossviz.data import MAX_DRAWN
from lossviz.data.cloud import Cloud
from lossviz.data.sampling import sample
from lossviz.fitting import fit_line
from lossviz.robust.outliers import outliers

RHYTHMS = {
    "every other": (np.tile([0.0, 10.0], 2000), 5.0),
    "weeks": (np.tile([0.0] * 5 + [10.0] * 2, 571), 20 / 7),
}


def test_a_sample_is_some_of_the_rows_once_each_and_the_same_each_time():
    found = sample(100_000, 2000)
    assert len(np.unique(found)) == 2000
    np.testing.assert_array_equal(found, np.sort(found))
    np.testing.assert_array_equal(found, sample(100_000, 2000))
    np.testing.assert_array_equal(sample(5, 2000), np.arange(5))


@pytest.mark.parametrize("rhythm", list(RHYTHMS))
def test_rows_of_a_rhythm_against_their_order_keep_their_level(rhythm):
    """Within five standard errors of the mean of what was drawn, at both ends of the rows."""
    y, level = RHYTHMS[rhythm]
    sheet = data.read("y\n" + "".join(f"{value}\n" for value in y))
    found, notes = sheet.dataset("y", most=MAX_DRAWN)
    assert len(found.y) == MAX_DRAWN
    assert any("drawn at random" in note for note in notes)
    fit = fit_line(losses.get("squared_error"), found.x, found.y)
    error = 2 * y.std() / np.sqrt(MAX_DRAWN)
    for end in (0.0, float(len(y))):
        assert abs(fit.coefficients @ [1.0, end] - level) < 5 * error


@pytest.mark.parametrize("count", [2001, 100_000])
def test_outliers_among_very_many_points_are_found(count):
    """Every pair of 100,000 points would be 75 GB of indices."""
    rng = np.random.default_rng(1)
    x = np.linspace(0.0, 10.0, count)
    y = 1.0 + 2.0 * x + rng.normal(size=count)
    bad = np.arange(0, count, 997)
    y[bad] += 30.0
    found = outliers(Cloud.of(x, y))
    assert set(bad) <= set(found.tolist())
    assert len(found) - len(bad) <= 2
