"""What the small pictures of the gallery draw: the loss on the left, its gradient on the right, neither mirrored."""

import base64
import json
import re

import numpy as np
import pytest

from lossviz import losses
from lossviz.draw.thumbnail import VIEWS, thumbnail
from lossviz.losses import TargetLoss

WIDTH, HEIGHT, PAD = 210, 74, 4
PLOT = re.compile(
    r'<line x1="(.*?)" x2="(.*?)" y1="(.*?)" y2="(.*?)" .*?/><line x1="(.*?)" x2="(.*?)" .*?/>'
    r'<polyline points="(.*?)" fill="none" stroke="(.*?)" stroke-width="2" stroke-dasharray="(.*?)"/>'
)
DASHES = {"solid": "", "dash": "7 4", "dot": "2 3", "dashdot": "7 3 2 3", "longdash": "11 4"}


def plots(loss):
    """Of value and gradient: left and right end, the zero line's height, the middle's place, the curve, its stroke."""
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", thumbnail(loss))[1]).decode()
    for left, right, zero, same, middle, there, points, *stroke in PLOT.findall(svg):
        assert (zero, middle) == (same, there)
        xy = np.array([pair.split(",") for pair in points.split()], dtype=float)
        yield float(left), float(right), float(zero), float(middle), xy, stroke


def of_loss(loss, x):
    """Value and gradient on the gallery's axis: of the error for a target of 3, of the score for class 1."""
    if loss.family == "multiclass":  # the true class's logit, those of two others 0: -log(e^x / (e^x + 2))
        return np.log1p(2 * np.exp(-x)), -2 / (np.exp(x) + 2)
    if loss.family == "binary":
        return loss.value_at(x, 1.0), loss.gradient_at(x, 1.0)
    arguments = (x + 3.0, 3.0) if isinstance(loss, TargetLoss) else (x,)
    return loss.value(*arguments), loss.gradient(*arguments)


@pytest.mark.parametrize("loss", list(losses.every()), ids=lambda loss: loss.name)
def test_height_above_the_zero_line_is_the_loss_and_zero_stands_in_the_middle(loss):
    reach = {"regression": 3.0, "binary": 4.0, "multiclass": 4.0}[loss.family]
    assert VIEWS[loss.family][2] == reach
    value, gradient = plots(loss)
    assert (value[0], gradient[1]) == (0, WIDTH)
    assert value[1] < gradient[0]
    checked = 0
    for k, (left, right, zero, middle, xy, _) in enumerate((value, gradient)):
        assert middle == pytest.approx((left + right) / 2, abs=0.5)
        x = (xy[:, 0] - middle) / ((right - left) / 2 - PAD) * reach
        assert (np.diff(x) >= 0).all()
        assert np.abs(x).max() <= 1.01 * reach
        assert PAD - 0.1 <= zero <= HEIGHT - PAD + 0.1
        there, up = of_loss(loss, x)[k], zero - xy[:, 1]
        inside = (xy[:, 1] > PAD + 1) & (xy[:, 1] < HEIGHT - PAD - 1) & np.isfinite(there)
        size = np.abs(there[inside]).max(initial=0.0)
        # A pixel along the axis is 0.06 or 0.08 of it: a curve that jumps or rises steeply has no one height there.
        with np.errstate(invalid="ignore"):
            calm = np.abs(of_loss(loss, x + 0.02)[k] - of_loss(loss, x - 0.02)[k]) < 0.1 * size
        shown = inside & calm & (np.abs(there) > 0.02 * size)
        if shown.sum() >= 4:
            checked += 1
            scale = np.median(up[shown] / there[shown])
            assert scale > 0
            np.testing.assert_allclose(up[shown], scale * there[shown], atol=2.0)
    assert checked or loss.name == "zero_one"


def test_a_thumbnail_has_the_mark_of_its_loss(root):
    marks = json.loads((root / "tests" / "expected" / "marks.json").read_text(encoding="utf-8"))
    for loss in losses.every():
        color, dash = marks[loss.name]
        assert [stroke for *_, stroke in plots(loss)] == [[color, DASHES[dash]]] * 2


def test_a_gradient_that_is_never_positive_hangs_from_its_zero_line():
    """The pull of cross-entropy for class 1, p - 1, lies between -1 and 0: zero is at the top."""
    value, gradient = plots(losses.get("binary_cross_entropy"))
    assert value[2] == pytest.approx(HEIGHT - PAD, abs=0.1)
    assert gradient[2] == pytest.approx(PAD, abs=0.1)
    assert value[4][0, 1] < value[4][-1, 1]  # dear on the left, where the model is wrong
    assert gradient[4][0, 1] > gradient[4][-1, 1]


def test_it_is_named_for_those_who_do_not_see_it():
    assert 'alt="Value and gradient of Huber"' in thumbnail(losses.get("huber"))
