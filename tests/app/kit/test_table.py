"""The table of a few rows: its words are shown as they are, and its parts have their roles."""

import xml.etree.ElementTree as ET

from streamlit.testing.v1 import AppTest
from visiting import tables


def drawn():
    def script():
        from lossviz.app.kit.table import table

        table({"a < b & c": ["<b>Huber</b>", "MAE"], "cost": ["1", "−2"]}, name='The "fits"')

    return ET.fromstring(tables(AppTest.from_function(script).run()))


def test_words_of_others_are_no_markup():
    assert [th.text for th in drawn().iter("th")] == ["a < b & c", "cost", "<b>Huber</b>", "MAE"]
    assert [td.text for td in drawn().iter("td")] == ["1", "−2"]
    assert drawn().get("aria-label") == 'The "fits"'


def test_rows_and_columns_have_heads_and_the_whole_takes_the_focus():
    assert [th.get("scope") for th in drawn().iter("th")] == ["col", "col", "row", "row"]
    assert (drawn().get("role"), drawn().get("tabindex")) == ("region", "0")
