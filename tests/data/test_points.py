"""Points in a link: the text is the points, bit for bit, and any other text is refused in our words."""

import base64
import json
import sys
import zlib
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from campaign import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from lossviz.data import MAX_BY_HAND
from lossviz.data.cloud import Axis, Cloud, Window, changed
from lossviz.data.points import INFLATED, MOST_CLASSES, NAME, Points, decode, encode, one_line

OLD = json.loads((Path(__file__).resolve().parents[1] / "old_links.json").read_text(encoding="utf-8"))

finite = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.builds(lambda m, e: float(f"{m}e{e}"), st.integers(-(10**17), 10**17), st.integers(-25, 25))
usual = st.builds(lambda m, k: m / 10**k, st.integers(-99999, 99999), st.integers(0, 4))
special = st.sampled_from([0.0, -0.0, 1e-300, 1e300, -1e300, 2.0**53 + 2, 2.0**63, 5e-324, 0.1 + 0.2, 1 / 3])
columns = st.sampled_from([finite, decimals, usual, special, st.integers(-(10**25), 10**25).map(float)])
names = st.text(max_size=100).map(one_line)


@st.composite
def clouds(draw, most=40):
    count = draw(st.integers(2, most))
    xy = np.array([draw(st.lists(draw(columns), min_size=count, max_size=count)) for _ in "xy"]).T
    classes = tuple(draw(st.lists(names, max_size=5)))
    labels = (
        np.array(draw(st.lists(st.integers(0, len(classes) - 1), min_size=count, max_size=count)))
        if classes
        else None
    )
    window = draw(st.sampled_from([None, Window(Axis.over(-1.0, 7.0), Axis.over(1e-9, 2e6))]))
    label = draw(names) if classes else "class"
    return Points(np.ascontiguousarray(xy), (draw(names), draw(names)), labels, classes, label, window)


def assert_same(points, others):
    assert points.xy.tobytes() == others.xy.tobytes()
    assert points.names == others.names
    assert (points.labels is None) == (others.labels is None)
    if points.labels is not None:
        assert points.labels.tolist() == others.labels.tolist()
        assert (points.classes, points.label_name) == (others.classes, others.label_name)
    assert points.window == others.window


@settings(max_examples=cases(150, 3000), deadline=None)
@given(clouds())
def test_points_read_back_bit_for_bit(points):
    text = encode(points)
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert_same(decode(text), points)


@pytest.mark.parametrize("count", [2, 3, 100, MAX_BY_HAND])
@pytest.mark.parametrize("digits", [0, 2, 5, 17])
def test_any_number_of_points_reads_back(count, digits):
    rng = np.random.default_rng(count + digits)
    for scale in (1e-300, 1e-3, 1.0, 1.7e12, 1e300):
        xy = np.round(rng.normal(size=(count, 2)), digits) * scale
        assert_same(decode(encode(Points(xy))), Points(xy))


@pytest.mark.parametrize(("digits", "characters"), [(2, 2900), (4, 4000)])
def test_the_most_points_of_a_few_digits_fit_into_a_link(digits, characters):
    xy = np.round(np.random.default_rng(0).normal(size=(MAX_BY_HAND, 2)), digits)
    assert len(encode(Points(xy))) < characters


def test_equal_steps_cost_next_to_nothing():
    days = np.arange(MAX_BY_HAND) * 86_400_000.0 + 1.7e12
    assert len(encode(Points(np.stack([days, days / 1e6], axis=1)))) < 100


@pytest.mark.parametrize("row", OLD, ids=range(len(OLD)))
def test_links_of_older_forms_mean_what_they_meant(row):
    """What the code that wrote them read from them."""
    query = {name: values[-1] for name, values in parse_qs(row["query"]).items()}
    text = query.get("own") or query.get("points")
    if text is None:
        pytest.skip("points of a data set: tests/app/test_page_links.py")
    points = decode(text)
    assert_same(decode(encode(points)), points)
    xy = points.xy
    if "p" in query:
        xy = changed(query["p"], Cloud.of(*xy.T), points.window, MAX_BY_HAND).xy
    assert xy.tolist() == row["points"]
    if "names" in row:
        assert list(points.names) == row["names"]
    assert (None if points.labels is None else points.labels.tolist()) == row.get("labels")


# --- what is no text of ours ----------------------------------------------------------------------

GOOD = encode(Points(np.array([[1.0, 2.0], [3.0, 4.5]]), ("a", "b"), np.array([0, 1]), ("no", "yes")))
OLD_TEXTS = ["0,9,1:0,4,1:AAAAAAAA", "0,9,1:0,4,1:AAAAAAAA:5", "0,9,1~0,4,1~AAAAAAAA~x~y"]


def packed(body, check=None, level=9):
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    check = (zlib.crc32(body) & 0xFFFF).to_bytes(2, "big") if check is None else check
    return base64.urlsafe_b64encode(check + deflate.compress(body) + deflate.flush()).decode().rstrip("=")


def refusal(text):
    """What decode says of a text, None where it takes it; any error but a sentence of ours fails."""
    try:
        points = decode(text)
    except ValueError as error:
        problem = error
    else:
        problem = None
    if problem is not None:
        at = problem.__traceback__
        while at.tb_next is not None:
            at = at.tb_next
        assert "lossviz" in at.tb_frame.f_code.co_filename, problem
        assert problem.__class__ is ValueError
        assert len(str(problem)) < 250
        return str(problem)
    assert np.isfinite(points.xy).all()
    assert 2 <= len(points.xy) <= MAX_BY_HAND
    return None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not whole"),
        (":zqx:", "“” is no side of a window"),
        (":", "four characters a point are expected"),
        ("a,0,1:0,4,1:AAAA", "“a,0,1” is no side of a window"),
        ("0,9,1:0,4,1:AAA", "wrong length"),
        ("0,9,1:0,4,1:AAA=AAA=", "characters that no point has"),
        ("0,9,1:0,4,1:AAAAAAAA:zz", "hexadecimal digits, which “zz” is not"),
        ("0,9,1:0,4,1:AAAAAAAA:", "hexadecimal digits"),
        ("0,9,1:0,4,1:AAAAAAAA:1", "0 labels for 2 points"),
        ("0,9,1:0,4,1:AAAA", "from 2 to 450 points, not 1"),
        ("0,9,1:0,4,1..2:AAAAAAAA", "no side of a window"),
        ("0,9,1~0,4,1~AAAAAAAA~x", "two names are expected"),
        ("ä", "letters, digits"),
        ("AAAA$", "letters, digits"),
        (GOOD[:-3], "not whole"),
        (packed(b"2 tt 0\nx\ny\n1,2\n3,4\n", check=b"\0\0"), "not whole"),
        (packed(b"3 tt 0\nx\ny\n1,2\n3,4\n"), "3 points are announced, but there are 2 numbers"),
        (packed(b"2 tt 0\nx\ny\n1,two\n3,4\n"), "not known here"),
        (packed(b"2 tt 0\nx\ny\n1,nan\n3,4\n"), "not finite"),
        (packed(b"2 tt 0\nx\ny\n1,1e999\n3,4\n"), "not finite"),
        (packed(b"2 qq 0\nx\ny\n1,2\n3,4\n"), "not known here"),
        (packed(b"2 dd 0\nx\ny\n999999999,2\n3,4\n"), "not known here"),
        (packed(b"2 dd 0\nx\ny\n0,1e999999999,1\n0,3,4\n"), "not known here"),
        (packed(b"2 tt 2\nx\ny\nc\na\nb\n1,2\n3,4\n\0\x07"), "none of the 2 that are named"),
        (packed(b"2 tt 2\nx\ny\nc\na\nb\n1,2\n3,4\n\0"), "1 labels for 2 points"),
        (packed(b"2 tt 0 0,1,nan 0,9,1\nx\ny\n1,2\n3,4\n"), "no side of a window"),
        (packed(f"2 tt {MOST_CLASSES + 1}\n".encode()), "101 classes"),
        (packed(b"9999 tt 0\n"), "not 9,999"),
    ],
)  # fmt: skip
def test_text_that_holds_no_points_is_refused_by_name(text, said):
    assert said in refusal(text)


def test_a_text_that_unpacks_without_end_is_stopped_at_the_limit():
    bomb = packed(b"2 tt 0\nx\ny\n" + b"0" * 100_000_000)
    assert f"more than {INFLATED:,} bytes" in refusal(bomb)
    assert sys.getsizeof(bomb) < 200_000


@settings(max_examples=cases(300, 5000), deadline=None)
@given(
    st.text(max_size=60)
    | st.text(alphabet="AB_-09", max_size=60)
    | st.text(alphabet="0,9.e-:~A=5", max_size=60)
)
def test_any_text_is_read_or_refused_in_our_words(text):
    refusal(text)


@settings(max_examples=cases(300, 5000), deadline=None)
@given(
    st.sampled_from([GOOD, *OLD_TEXTS]),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["", "A", "~", ":", ",", "-", "9", "é", "%", "="])), min_size=1, max_size=3),
)  # fmt: skip
def test_a_good_text_with_other_characters_in_it_is_read_or_refused_in_our_words(text, changes):
    for place, sign in changes:
        text = text[:place] + sign + text[place + 1 :]
    refusal(text)


@settings(max_examples=cases(300, 5000), deadline=None)
@given(
    st.binary(max_size=80)
    | st.builds(
        lambda head, rest: head + rest,
        st.sampled_from([b"2 tt 0\n", b"2 db 1\n", b"2 bb 0\nx\ny\n", b"3 dt 2\n\n\n\n", b"2 tt 0 0,9,1 0,4,1\n"]),
        st.binary(max_size=60) | st.text(alphabet="01,e-.\n ", max_size=60).map(str.encode),
    )
)  # fmt: skip
def test_any_body_is_read_or_refused_in_our_words(body):
    refusal(packed(body))


def test_names_are_single_lines_of_a_bounded_length():
    assert one_line(" a\n b\t") == "a b"
    assert len(one_line("x" * 500)) == NAME
    assert one_line("\ud800") == "?"
