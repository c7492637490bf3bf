"""Generators against their own recipe; tables against what their sources print."""

import numpy as np
import pytest

from lossviz.data import GENERATORS, MAX_DRAWN, TABLES, load, make


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_is_reproducible_and_says_what_it_is(name):
    first, again, other = make(name, seed=1), make(name, seed=1), make(name, seed=2)
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.y, again.y)
    assert not np.array_equal(first.y, other.y)
    assert first.x.shape == first.y.shape == (40,)
    assert len(first.names) == 2
    assert "seed 1" in first.source


@pytest.mark.parametrize("name", GENERATORS)
def test_without_noise_the_points_lie_on_the_line(name):
    generator, data = GENERATORS[name], make(name, noise=0.0)
    intercept, slope = generator.line
    np.testing.assert_allclose(data.y, intercept + slope * data.x, rtol=1e-14)
    low, high = generator.span
    assert data.x.min() >= low
    assert data.x.max() <= high


@pytest.mark.parametrize("name", GENERATORS)
def test_noise_is_scaled_and_outliers_are_added_to_the_same_points(name):
    intercept, slope = GENERATORS[name].line
    plain, louder = make(name, n=50), make(name, n=50, noise=2.0)
    line = intercept + slope * plain.x
    np.testing.assert_array_equal(plain.x, louder.x)
    np.testing.assert_allclose(louder.y - line, 2.0 * (plain.y - line), atol=1e-9)
    few, many = make(name, n=50, outliers=0.1), make(name, n=50, outliers=0.3)
    lifted_few, lifted_many = few.y != plain.y, many.y != plain.y
    assert lifted_few.sum() == 5
    assert lifted_many.sum() == 15
    assert (lifted_few <= lifted_many).all()
    np.testing.assert_allclose(few.y[lifted_few], many.y[lifted_few])


@pytest.mark.parametrize("name", ["gaussian", "laplace", "student_t"])
def test_half_of_symmetric_noise_lies_within_the_quartiles_of_a_normal(name):
    data = make(name, n=MAX_DRAWN, seed=5)
    middle = np.median(np.abs(data.y - 1.0 - 2.0 * data.x))
    assert middle == pytest.approx(0.6745, abs=0.05)  # standard error 0.02


@pytest.mark.parametrize(
    ("name", "kurtosis"), [("gaussian", (2.6, 3.4)), ("laplace", (4.5, 8.5)), ("contaminated", (12.0, 40.0))]
)
def test_tails_are_as_heavy_as_named(name, kurtosis):
    # 3 for the normal, 6 for Laplace, 25 for one in ten at ten times the scale
    data = make(name, n=MAX_DRAWN, seed=5)
    errors = data.y - 1.0 - 2.0 * data.x
    measured = np.mean(errors**4) / np.mean(errors**2) ** 2
    assert kurtosis[0] < measured < kurtosis[1]


def test_skewed_noise_has_its_mean_above_its_median_and_growing_noise_grows():
    skewed = make("skewed", n=MAX_DRAWN)
    errors = skewed.y - 1.0 - 2.0 * skewed.x
    assert errors.mean() == pytest.approx(0.0, abs=0.1)
    assert np.median(errors) == pytest.approx(np.log(2.0) - 1.0, abs=0.1)
    growing = make("heteroscedastic", n=MAX_DRAWN)
    sizes = np.abs(growing.y - 1.0 - 2.0 * growing.x)
    assert sizes[-500:].mean() > 4 * sizes[:500].mean()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(name="nope"), "no generator"),
        (dict(name="gaussian", n=1), "n must be"),
        (dict(name="gaussian", n=MAX_DRAWN + 1), "2,000"),
        (dict(name="gaussian", n=2.5), "n must be"),
        (dict(name="gaussian", noise=-1.0), "noise"),
        (dict(name="gaussian", noise=float("nan")), "noise"),
        (dict(name="gaussian", outliers=0.6), "outliers"),
        (dict(name="gaussian", seed=-1), "seed"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


@pytest.mark.parametrize(
    ("name", "n", "means"),
    [
        (
            "belgian_phones",
            24,
            (61.5, 49.99),
        ),  # least squares passes through the means: -260.06 + 5.0415 * 61.5
        ("stackloss", 21, (60.428571, 17.523810)),  # R datasets::stackloss
        ("engel", 235, (982.473, 624.150)),  # quantreg's manual
        ("anscombe1", 11, (9.0, 7.5009)),  # Anscombe (1973): means 9.0 and 7.5 in all four
        ("anscombe2", 11, (9.0, 7.5009)),
        ("anscombe3", 11, (9.0, 7.5)),
        ("anscombe4", 11, (9.0, 7.5009)),
        ("stars_cyg_ob1", 47, (4.31, 5.012)),  # R robustbase::starsCYG
        ("delivery", 25, (8.76, 22.384)),  # R robustbase::delivery
        ("siegel", 9, (8.0 / 9.0, 1.0 / 9.0)),
        ("chem", 24, (12.5, 4.2804166667)),  # MASS::chem
        ("newcomb", 66, (33.5, 26.2121)),  # MASS::newcomb
        ("abbey", 31, (16.0, 16.0065)),  # MASS::abbey
    ],
)
def test_table_means(name, n, means):
    data = load(name)
    assert data.x.shape == data.y.shape == (n,)
    assert (data.x.mean(), data.y.mean()) == pytest.approx(means, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_source_labels_and_finite_numbers(name):
    table, data = TABLES[name], load(name)
    assert any(year in table.citation for year in ("18", "19"))
    assert table.question.endswith("?")
    assert data.source == table.citation
    assert np.isfinite(data.x).all()
    assert np.isfinite(data.y).all()
    for predictor in table.predictors:
        assert load(name, predictor.key).names == (predictor.label, table.response.label)


def test_animals_are_on_logarithmic_axes():
    data = load("animals2")
    assert data.x.shape == (65,)
    assert data.x[0] == pytest.approx(np.log10(1.35))
    assert data.y[0] == pytest.approx(np.log10(8.1))


def test_unknown_tables_and_predictors_are_named():
    with pytest.raises(ValueError, match="no table is named 'nope'"):
        load("nope")
    with pytest.raises(ValueError, match="it has air_flow, water_temp, acid_conc"):
        load("stackloss", "nope")
    with pytest.raises(ValueError, match="one column"):
        load("chem", "x")
