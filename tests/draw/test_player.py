"""The scene a player shows: the payload it travels in, and the lines drawn from a grid."""

import numpy as np
import pytest
from scene_payload import unpack

from lossviz.draw.player import Axis, Entry, Image, Line, Path, Scene, View, pack, quantised, zero_segments
from lossviz.draw.style import Mark


@pytest.fixture
def scene():
    frames = 3
    steps = np.arange(frames)
    layers = [
        Image(
            np.arange(frames * 4 * 5, dtype=np.uint8).reshape(frames, 4, 5), (0, 1, 0, 1), ("#fff", "#000")
        ),
        Line(np.array([0.0, 1.0]), np.arange(6.0).reshape(3, 2), Mark("#123456", "dash")),
        Path(steps, steps**2.0, Mark("#654321"), "run", ends=2),
    ]
    view = View("v", "A view", Axis("x", 0, 1), Axis("y", 1, 100, log=True), layers, "alt text")
    return Scene(frames, [view], [Entry("run", Mark("#654321"), steps)])


def test_payload_holds_every_array_aligned_and_in_its_type(scene):
    header, array, body = unpack(pack(scene))
    assert body % 4 == 0
    image, line, path = header["scene"]["views"][0]["layers"]
    assert [layer["kind"] for layer in (image, line, path)] == ["image", "line", "path"]
    for reference in (image["pixels"], line["x"], line["y"], path["y"]):
        assert reference["at"] % 4 == 0
    np.testing.assert_array_equal(array(image["pixels"]), np.arange(60).reshape(3, 4, 5))
    np.testing.assert_array_equal(array(line["y"]), [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(array(path["y"]), [0, 1, 4])
    assert (path["ends"], line["mark"]) == (2, {"color": "#123456", "dash": "dash"})


def test_identity_is_that_of_what_is_shown(scene):
    one, same = unpack(pack(scene, seek=None))[0], unpack(pack(scene, seek={"rev": 1, "frame": 2}))[0]
    other = unpack(pack(Scene(scene.frames, scene.views, scene.legend, height=999)))[0]
    assert one["id"] == same["id"] != other["id"]


def test_header_refuses_what_json_cannot_say():
    view = View("v", "", Axis("x", 0, np.inf), Axis("y", 0, 1), [], "")
    with pytest.raises(ValueError, match="JSON"):
        pack(Scene(1, [view]))


def test_bytes_of_a_scale():
    values = [-1.0, 0.0, 0.5, 1.0, 2.0, np.nan, np.inf]
    np.testing.assert_array_equal(quantised(values, 0.0, 1.0), [0, 0, 128, 255, 255, 255, 255])


def test_zero_line_of_a_linear_field_is_exact():
    x, y = np.linspace(-1, 2, 7), np.linspace(0, 5, 4)
    field = (2 * x[None, :] - y[:, None] + 0.3)[None]
    segments, starts = zero_segments(field, x, y)
    assert starts.tolist() == [0, len(segments)]
    ends = segments.reshape(-1, 2)
    np.testing.assert_allclose(ends[:, 1], 2 * ends[:, 0] + 0.3, atol=1e-14)
    lengths = np.hypot(*(segments[:, :2] - segments[:, 2:]).T)
    assert lengths.sum() == pytest.approx(4.3 * np.hypot(1, 0.5))  # y runs from 0 to 2 * 2 + 0.3


def test_zero_lines_of_circles_have_their_length_and_close():
    x = y = np.linspace(-2, 2, 161)
    square = x[None, :] ** 2 + y[:, None] ** 2
    segments, starts = zero_segments(np.stack([square - r * r for r in (0.5, 1.0, 1.5)]), x, y)
    lengths = np.hypot(*(segments[:, :2] - segments[:, 2:]).T)
    for i, r in enumerate((0.5, 1.0, 1.5)):
        part = slice(starts[i], starts[i + 1])
        assert lengths[part].sum() == pytest.approx(2 * np.pi * r, rel=1e-3)
        ends = np.round(segments[part].reshape(-1, 2), 9)
        assert (np.unique(ends, axis=0, return_counts=True)[1] % 2 == 0).all()


@pytest.mark.parametrize("sign", [1, -1])
def test_saddle_cell_is_cut_in_two(sign):
    field = sign * np.array([[[1.0, -1.0], [-1.0, 1.0]]])
    segments, _ = zero_segments(field, np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    ends = {tuple(sorted([tuple(s[:2]), tuple(s[2:])])) for s in segments}
    assert len(segments) == 2
    assert {end for pair in ends for end in pair} == {(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)}


def test_cells_without_a_number_have_no_line():
    x = np.linspace(0, 1, 3)
    field = np.array([[[-1.0, 1.0, 1.0], [-1.0, 1.0, 1.0], [-1.0, np.nan, 1.0]]])
    segments, _ = zero_segments(field, x, x)
    assert len(segments) == 1
    np.testing.assert_allclose(sorted(segments[0]), [0.0, 0.25, 0.25, 0.5])
