"""What a link sets is told to the browser until the browser has it, and not once more.

A click before the widgets of a page have mounted arrives without a word of them: here, a run with no states.
"""

from itertools import islice
from random import Random

import pytest
from campaign import cases
from states import visits, written
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from visiting import PAGES, declarations, preset, query, run_with, send, visit, widget_states


def told(at):
    """{key of each of a page's own widgets: whether its declaration carries a value that Python has put}."""
    return {key: p.set_value for p in declarations(at) if "." in (key := p.id.rpartition("-")[2])}


@pytest.mark.parametrize("file", PAGES)
def test_values_are_told_again_until_the_browser_reports_them(file):
    for at, state, _ in islice(visits(file, Random(5), {}), cases(8, 200)):
        first, address = told(at), query(at)
        assert any(first.values()), written(state)
        for _ in range(2):
            run_with(at, WidgetStates())
            assert (told(at), query(at)) == (first, address), written(state)
        at.run()
        again = {key for key, put in told(at).items() if put}
        assert query(at) == address, written(state)
        assert again == set(), written(state)


@pytest.mark.parametrize("file", PAGES)
def test_a_choice_of_nothing_is_the_default_and_never_in_the_address(file):
    for key in told(visit(file)):
        at = visit(file)
        at.session_state[key] = None
        run_with(at, WidgetStates())
        assert [e.message for e in at.exception] == [], key
        assert query(at) == "", key


def test_pills_that_still_report_a_preset_which_was_left_do_not_bring_it_back():
    at = visit("pages/loss_curves.py")
    at.button_group(key="curves:preset").set_value("Margins").run()
    late = widget_states(at)
    send(at, "curves.probe:slider", value=1.5)
    assert (preset(at), "probe=1.5" in query(at)) == (None, True)
    run_with(at, late)
    assert (preset(at), "probe=1.5" in query(at)) == (None, True)
    at.run()
    next(e for e in at.get("button_group") if ":preset" in e.proto.id).set_value("Margins").run()
    assert (preset(at), "probe=-1" in query(at)) == ("Margins", True)
