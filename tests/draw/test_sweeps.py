"""A sweep's rows against the lines the figure itself draws at those parameter values."""

import base64
import dataclasses

import numpy as np
import pytest
from campaign import cases
from explorer_scenes import ALL_PANELS, HOUSE, scene_of

from lossviz import curves, losses
from lossviz.app.curves import controls
from lossviz.draw import curves as figures
from lossviz.draw.curve_sweeps import parameter_sweep, probe_sweep, with_setting
from lossviz.draw.sweep import Sweep, SweptTrace
from lossviz.losses.registry import extremes


def unpack(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


def x_of(trace, row):
    return trace.x if trace.x.ndim == 1 else trace.x[row]


def scenes():
    """Every loss on every axis; optional parameters set, so that they have sliders."""
    for loss in losses.every():
        optional = {p.name: p.low for p in loss.parameters() if p.optional}
        for over in curves.AXES[loss.family]:
            yield scene_of(
                loss.name, over=over, losses=(loss.replace(**optional),), panels=ALL_PANELS[loss.family]
            )


SCENES = list(scenes())
NAMES = [f"{scene.losses[0].name}-{scene.over}" for scene in SCENES]


@pytest.mark.parametrize("scene", SCENES, ids=NAMES)
def test_every_slider_is_swept_over_its_range_and_each_row_is_the_curve_there(scene):
    (loss,) = scene.losses
    for parameter in loss.parameters():
        sweep = parameter_sweep(scene, loss, parameter)
        assert (sweep.values[0], sweep.values[-1]) == (parameter.low, parameter.high)
        assert (np.diff(sweep.values) > 0).all()
        assert sweep.value == getattr(loss, parameter.name)
        for row in (0, 17, len(sweep.values) - 1):
            changed = with_setting(scene, loss.name, parameter.name, float(sweep.values[row]))
            drawn = figures.lines(changed, scene.grid())
            assert [t.trace for t in sweep.traces] == [
                k for k, line in enumerate(drawn) if line.role != "probe"
            ]
            for trace in sweep.traces:
                line = drawn[trace.trace]
                if line.role == "curve":
                    expected = figures.lines(changed, trace.x)[trace.trace].y
                else:
                    np.testing.assert_array_equal(trace.x, line.x)
                    expected = line.y
                np.testing.assert_array_equal(trace.y[row], expected)


@pytest.mark.parametrize("name", losses.names())
def test_every_slider_is_swept_at_the_ends_of_all_others(name):
    corners = list(extremes(losses.find(name)))
    for loss in corners[:: 1 + len(corners) // cases(3, len(corners) + 1)]:
        scene = scene_of(name, over=curves.AXES[loss.family][0], losses=(loss,), panels=("value",))
        for parameter in loss.parameters():
            if getattr(loss, parameter.name) is not None:
                sweep = parameter_sweep(scene, loss, parameter)
                curve = sweep.traces[0].y
                assert len(curve) == len(sweep.values)
                assert np.isfinite(curve).any(axis=1).all()


def test_rows_of_a_parameter_are_hubers_closed_form_at_its_values():
    """r² / 2 up to δ, δ |r| - δ² / 2 beyond, with the gradient clipped at δ (Huber 1964)."""
    huber = HOUSE.losses[2]
    sweep = parameter_sweep(HOUSE, huber, huber.parameters()[0])
    drawn = figures.lines(HOUSE, HOUSE.grid())
    for trace in sweep.traces:
        for delta, x, y in zip(sweep.values, [trace.x] * len(sweep.values), trace.y, strict=True):
            inside, line = np.abs(x) <= delta, drawn[trace.trace]
            value = np.where(inside, 0.5 * x**2, delta * np.abs(x) - 0.5 * delta**2)
            if line.role == "tangent":
                slope = np.clip(HOUSE.probe, -delta, delta)
                height = delta * 20 - 0.5 * delta**2 if delta < 20 else 200.0
                value = height + slope * (x - HOUSE.probe)
            closed = {"value": value, "gradient": np.clip(x, -delta, delta)}[line.panel]
            np.testing.assert_allclose(y, closed, rtol=1e-12, atol=1e-12)


def test_rows_of_the_probe_are_closed_forms_where_it_is():
    """Of squared error: mark r² and 2 r, tangent r² + 2 r (x - r) to 0.14 of the axis on either side."""
    scene = scene_of("squared_error")
    drawn = figures.lines(scene, scene.grid())
    sweep = probe_sweep(scene)
    found = {(drawn[t.trace].role, drawn[t.trace].panel): t for t in sweep.traces}
    r = sweep.values[:, None]
    assert (r[0, 0], r[-1, 0], sweep.value) == (-30, 30, -20)
    np.testing.assert_allclose(found["mark", "value"].y, r**2, atol=1e-12)
    np.testing.assert_allclose(found["mark", "gradient"].y, 2 * r, atol=1e-12)
    tangent = found["tangent", "value"]
    np.testing.assert_allclose(tangent.x, r + np.array([-8.4, 8.4]), atol=1e-12)
    np.testing.assert_allclose(tangent.y, r**2 + 2 * r * (tangent.x - r), rtol=1e-12, atol=1e-9)
    for panel in ("value", "gradient"):
        np.testing.assert_allclose(found["probe", panel].x, np.repeat(r, 2, axis=1))


def test_only_the_moved_loss_is_in_the_table_under_its_place_in_the_figure():
    huber = HOUSE.losses[2]
    sweep = parameter_sweep(HOUSE, huber, huber.parameters()[0])
    drawn = figures.lines(HOUSE, HOUSE.grid())
    assert {drawn[t.trace].loss.name for t in sweep.traces} == {"huber"}
    assert sorted((drawn[t.trace].panel, drawn[t.trace].role) for t in sweep.traces) == [
        *(("gradient", "curve"), ("gradient", "mark")),
        *(("value", "curve"), ("value", "mark"), ("value", "tangent")),
    ]


@pytest.mark.parametrize(
    "scene",
    [
        HOUSE,
        dataclasses.replace(HOUSE, log=True, panels=ALL_PANELS["regression"]),
        scene_of("poisson", "huber", target=20.0, panels=ALL_PANELS["regression"]),
        scene_of("binary_cross_entropy", "hinge", over="probability", wrt="logit"),
        scene_of("focal", over="logit", wrt="probability"),
        scene_of("kl_divergence", over="probability"),
    ],
    ids=lambda scene: scene.losses[0].name + scene.over,
)
def test_probe_moves_its_marks_tangents_and_line_and_nothing_else(scene):
    sweep = probe_sweep(scene)
    still = figures.lines(scene, scene.grid())
    assert [t.trace for t in sweep.traces] == [k for k, line in enumerate(still) if line.role != "curve"]
    for row in (0, 60, 100, len(sweep.values) - 1):
        moved = figures.lines(dataclasses.replace(scene, probe=float(sweep.values[row])), scene.grid())
        for trace in sweep.traces:
            line = moved[trace.trace]
            np.testing.assert_allclose(x_of(trace, row), line.x, rtol=1e-14, atol=1e-12)
            if line.role == "probe":
                np.testing.assert_array_equal(trace.y[row], still[trace.trace].y)
            else:
                np.testing.assert_allclose(trace.y[row], line.y, rtol=1e-12, atol=1e-12)


def test_export_has_a_table_for_every_slider():
    tables = controls.sweeps(HOUSE)
    assert list(tables) == ["Huber · δ", "Probe: error r"]


def test_packed_is_float32_that_the_browser_can_read():
    values, y = np.linspace(0, 1, 3), np.array([[0.1, 1e39], [np.nan, -np.inf], [1e-50, -2.0]])
    still = SweptTrace(4, np.array([0.0, 0.7]), y)
    moving = SweptTrace(5, np.array([[0.0, 0.7]] * 3), y)
    packed = Sweep(values, [still, moving], 0.25).packed()
    assert packed["value"] == 0.25
    assert [t["trace"] for t in packed["traces"]] == [4, 5]
    assert [sorted(t) for t in packed["traces"]] == [["trace", "x", "y"], ["trace", "xs", "y"]]
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(unpack(packed["traces"][0]["y"]), y.astype("f4").ravel())
    np.testing.assert_array_equal(unpack(packed["traces"][1]["xs"]), np.tile([0.0, 0.7], 3).astype("f4"))


def test_table_of_the_house_price_is_compact():
    """Far below what as many figures would take: 61 positions of 241 points in two panels, 4 bytes each."""
    huber = HOUSE.losses[2]
    packed = parameter_sweep(HOUSE, huber, huber.parameters()[0]).packed()
    size = sum(len(text) for t in packed["traces"] for text in t.values() if isinstance(text, str))
    assert size < 61 * 241 * 2 * 4 * 4 / 3 * 1.05
