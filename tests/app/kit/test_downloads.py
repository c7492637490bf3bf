"""What people take away: a CSV with every digit, and a page that needs nobody."""

import base64
import csv
import io
import json
import math
import re
from html.parser import HTMLParser

import numpy as np
from explorer_scenes import HOUSE
from hypothesis import given
from hypothesis import strategies as st
from visiting import visit

from lossviz.app.curves import controls, words
from lossviz.app.kit.downloads import to_csv, to_html
from lossviz.draw import curves as figures


def read(text):
    header, *rows = csv.reader(io.StringIO(text))
    return {name: [float(row[k]) for row in rows] for k, name in enumerate(header)}


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1))
def test_csv_gives_back_every_float_exactly(rows):
    table = {"a": np.array([a for a, _ in rows]), 'b, "quoted" ℓ': np.array([b for _, b in rows])}
    again = read(to_csv(table))
    assert list(again) == list(table)
    for name, column in table.items():
        assert np.array_equal(np.array(again[name]), column, equal_nan=True)


def test_csv_of_the_house_price_holds_its_curves():
    """r^2, |r| and their slopes, in closed form."""
    table = read(to_csv(words.table(HOUSE)))
    for r, squared, slope in zip(
        table["r"], table["Squared error loss"], table["Squared error gradient"], strict=True
    ):
        assert (squared, slope) == (r * r, 2 * r)
    assert math.nan not in table["Huber loss"]


class Links(HTMLParser):
    """Addresses that a page would load, and the text of its scripts by id."""

    def __init__(self):
        super().__init__()
        self.loaded = []
        self.scripts = []
        self.ids = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.loaded += [given[name] for name in ("src", "href", "srcset", "data", "action") if name in given]
        if tag == "script":
            self.scripts.append("")
            self.ids.append(given.get("id"))

    def handle_data(self, data):
        if self.lasttag == "script" and self.scripts:
            self.scripts[-1] += data


def page(title="House"):
    drawn = figures.lines(HOUSE, HOUSE.grid())
    return to_html(figures.figure(HOUSE, drawn, title), title, controls.sweeps(HOUSE))


def test_page_loads_nothing():
    links = Links()
    links.feed(page())
    assert links.loaded == []
    ours = "".join(text for text in links.scripts if len(text) < 200_000)
    assert not re.search(r"\bimport\s*\(|\bimport\s+[\w{*]|fetch\(|XMLHttpRequest|https?://", ours)


def test_page_holds_the_tables_of_its_sliders():
    links = Links()
    links.feed(page())
    tables = json.loads(links.scripts[links.ids.index("sweeps")])
    assert list(tables) == ["Huber · δ", "Probe: error r"]
    huber = tables["Huber · δ"]
    deltas = np.frombuffer(base64.b64decode(huber["values"]), "<f4")
    np.testing.assert_allclose(deltas, np.linspace(0.05, 5, len(deltas)), rtol=1e-7)
    curve = next(t for t in huber["traces"] if t["trace"] == 2)
    x, y = (np.frombuffer(base64.b64decode(curve[axis]), "<f4") for axis in "xy")
    expected = np.clip(np.abs(x), None, deltas[:, None])
    expected = expected * (np.abs(x) - expected / 2)
    np.testing.assert_allclose(y.reshape(expected.shape), expected, rtol=2e-6)


def test_title_of_the_page_is_text():
    links = Links()
    html = page("</title><script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)" in html
    links.feed(html)
    assert not any(text.strip() == "alert(1)" for text in links.scripts)


def test_explorer_offers_both():
    at = visit("pages/loss_curves.py")
    at.session_state["curves.tab"] = "Numbers"
    at.run()
    assert [b.proto.label for b in at.get("download_button")] == ["CSV of these numbers", "Stand-alone HTML"]
