"""Outliers and leverage against published findings, critical values and linear algebra."""

import numpy as np
import pytest

from lossviz import data
from lossviz.data.cloud import Cloud
from lossviz.robust.outliers import leverage, outliers

LINE = data.make("gaussian", n=30, seed=5)


def _cloud(name: str) -> Cloud:
    found = data.load(name)
    return Cloud.of(found.x, found.y)


def test_the_outliers_of_the_phone_calls_are_the_years_counted_in_minutes():
    # Rousseeuw & Leroy (1987), p. 27: 1964 to 1969, with 1963 and 1970 partly.
    years = _cloud("belgian_phones").x[outliers(_cloud("belgian_phones"))]
    assert set(range(64, 70)) <= set(years.astype(int)) <= set(range(63, 71))


def test_the_outliers_of_the_star_cluster_are_its_four_giants():
    # Rousseeuw & Leroy (1987), p. 28: stars 11, 20, 30 and 34.
    assert [int(i) + 1 for i in outliers(_cloud("stars_cyg_ob1"))] == [11, 20, 30, 34]


def test_a_clean_line_has_no_outliers_and_an_exact_one_has_the_point_off_it():
    assert len(outliers(Cloud.of(LINE.x, LINE.y))) == 0
    x = np.arange(10.0)
    y = 2 * x + 1
    y[7] += 0.01
    assert list(outliers(Cloud.of(x, y))) == [7]
    assert len(outliers(Cloud.of(np.ones(6), np.arange(6.0)))) == 0


@pytest.mark.parametrize("n", [10, 20, 50, 100])
@pytest.mark.parametrize("constant", [False, True])
def test_clean_normal_samples_rarely_have_an_outlier(n, constant):
    # The level is 1 % of samples; 8 of 200 has a probability of 0.1 % at that level.
    made = [data.make("gaussian", n=n, outliers=0.0, seed=seed) for seed in range(200)]
    assert sum(len(outliers(Cloud.of(m.x, m.y), constant=constant)) > 0 for m in made) <= 8


@pytest.mark.parametrize(
    ("n", "off", "least"), [(20, 6.0, 0.85), (40, 6.0, 0.97), (100, 6.0, 1.0), (20, 8.0, 0.98)]
)
@pytest.mark.parametrize("share", [0.05, 0.2])
def test_points_six_standard_deviations_off_the_true_line_are_found(n, off, least, share):
    bad = np.arange(1, n, round(1 / share))
    found = []
    for seed in range(100):
        made = data.make("gaussian", n=n, outliers=0.0, seed=seed)
        y = made.y.copy()
        y[bad] = 1 + 2 * made.x[bad] + off
        found.append(np.isin(bad, outliers(Cloud.of(made.x, y))).mean())
    assert np.mean(found) >= least


def test_a_point_is_an_outlier_from_the_critical_value_of_its_deleted_residual_on():
    # Student's t with 17 degrees of freedom has 0.01/20 beyond 4.286 on both sides (scipy.stats.t.isf).
    made = data.make("gaussian", n=20, outliers=0.0, seed=1)
    y, kept = made.y.copy(), np.arange(20) != 12
    design = np.stack([np.ones(20), made.x], axis=1)
    coefficients, rest, *_ = np.linalg.lstsq(design[kept], y[kept])
    reach = design[12] @ np.linalg.solve(design[kept].T @ design[kept], design[12])
    unit = np.sqrt(rest[0] / 17 * (1 + reach))
    for t, flagged in ((4.2, []), (4.37, [12]), (-4.2, []), (-4.37, [12])):
        y[12] = design[12] @ coefficients + t * unit
        assert list(outliers(Cloud.of(made.x, y))) == flagged
        assert list(outliers(Cloud.of(1e6 * made.x - 3e7, 1e-6 * y + 5.0))) == flagged


def test_the_page_opens_with_one_outlier_and_has_none_once_it_is_dragged_onto_the_line():
    made = data.make("gaussian", n=20, outliers=0.05, seed=3)
    y = made.y.copy()
    assert list(outliers(Cloud.of(made.x, y))) == [19]
    y[19] = 1 + 2 * made.x[19]
    assert len(outliers(Cloud.of(made.x, y))) == 0


@pytest.mark.parametrize("n", [5, 6, 7])
def test_few_points_are_outliers_only_of_an_exact_line(n):
    x = np.arange(float(n))
    y = 3 - x
    y[1] += 1.0
    assert list(outliers(Cloud.of(x, y))) == [1]
    clean = [np.random.default_rng(seed).normal(size=n) for seed in range(100)]
    assert sum(len(outliers(Cloud.of(x, y))) > 0 for y in clean) <= 5
    assert len(outliers(Cloud.of(x, np.full(n, 2.0)))) == 0


def test_leverage_is_the_diagonal_of_the_hat_matrix():
    design = np.stack([np.ones(30), LINE.x], axis=1)
    hat = design @ np.linalg.inv(design.T @ design) @ design.T
    assert leverage(LINE.x) == pytest.approx(np.diag(hat), rel=1e-10)
    assert leverage(np.full(4, 3.0)) == pytest.approx(0.25)
