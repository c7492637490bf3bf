"""What a link sets is told to the browser in one run, and is the default of its widget in all.

A click before the widgets of a page have mounted arrives without a word of them: here, a run with no states.
"""

from itertools import islice
from random import Random

import pytest
from campaign import cases
from states import visits, written
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from visiting import PAGES, declarations, preset, query, run_with, send, visit, widget_states


def own(at):
    """{key: declaration} of each of a page's own widgets."""
    return {key: p for p in declarations(at) if "." in (key := p.id.rpartition("-")[2])}


def put(at):
    """Keys of the widgets whose declaration carries a value that Python has put."""
    return {key for key, p in own(at).items() if p.set_value}


def defaults(at):
    """{key: what the browser shows where it is told no value}: texts, numbers, or places among the options."""
    return {key: _plain(p.default) for key, p in own(at).items()}


def values(at):
    """{key: what it is told} in the same terms, where it is told."""
    return {key: _told(p) for key, p in own(at).items() if p.set_value}


def _told(p):
    raw = getattr(p, "raw_values", getattr(p, "raw_value", None))
    if raw is None:
        return _plain(p.value)
    options = [getattr(option, "content", option) for option in p.options]
    return options.index(raw) if isinstance(raw, str) else tuple(map(options.index, raw))


def _plain(value):
    return value if isinstance(value, bool | int | float | str) else tuple(value)


@pytest.mark.parametrize("file", PAGES)
def test_what_is_put_is_the_default_too_and_needs_no_telling_again(file):
    for at, state, _ in islice(visits(file, Random(5), {}), cases(8, 200)):
        first, address = defaults(at), query(at)
        assert values(at), written(state)
        assert values(at).items() <= first.items(), written(state)
        for _ in range(2):
            run_with(at, WidgetStates())
            assert (defaults(at), put(at), query(at)) == (first, set(), address), written(state)
        at.run()
        assert (defaults(at), put(at), query(at)) == (first, set(), address), written(state)


@pytest.mark.parametrize("file", PAGES)
def test_a_choice_of_nothing_is_the_default_and_never_in_the_address(file):
    for key in own(visit(file)):
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
