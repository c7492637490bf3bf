"""The table of Plotly's ticks, which the drawings of our own are held to, is what Plotly draws."""

import json
import runpy


def test_the_table_of_ticks_is_that_of_the_plotly_that_is_served(chromium, root):
    data = root / "tests" / "expected"
    table = json.loads((data / "plotly_ticks.json").read_text(encoding="utf-8"))
    axes = table["axes"][::7]
    asked = [{name: axis[name] for name in axis if name != "ticks"} for axis in axes]
    version, found = runpy.run_path(str(data / "make_plotly_ticks.py"))["ticks"](chromium, asked)
    assert found == [axis["ticks"] for axis in axes]
    assert version == table["plotly"], "make the table anew"
