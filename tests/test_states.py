"""Settings that are each valid, together: drawn at random, and every view with every option of every control."""

from itertools import islice
from random import Random

import pytest
from campaign import cases
from states import complaints, declared, pairs, visits, written
from visiting import PAGES, notice, query, visit

DRAWN = {"app.py": cases(10, 100), "pages/loss_curves.py": cases(80, 800)}
"""Visits a page; 300 in all, 3,000 in the full run."""
USUAL = cases(105, 1050)

OWN = {
    "pages/outliers.py": {},
    "pages/gradient_descent.py": {},
    "pages/loss_curves.py": {},
    "app.py": {"word": "huber"},
}
"""Values of fields that say nothing of what they take."""

TOGETHER = "must hold"
"""What is said of parameters that are each allowed but contradict each other."""


@pytest.mark.parametrize("file", PAGES)
def test_valid_settings_drawn_at_random_are_shown_as_they_are(file):
    """No crash, no red box, nothing said against a value, and the page's own address brings the same page."""
    wrong = []
    drawn = islice(visits(file, Random(1), OWN[file]), DRAWN.get(file, USUAL))
    for count, (at, state, valid) in enumerate(drawn):
        said = complaints(at)
        if said or (valid and notice(at) and TOGETHER not in notice(at)):
            wrong.append((written(state), said, notice(at)))
        elif count % 5 == 0:
            again = visit(file, query(at))
            if (
                complaints(again)
                or (notice(again) and TOGETHER not in notice(again))
                or query(again) != query(at)
            ):
                wrong.append((written(state), "again", query(at), notice(again), query(again)))
    assert wrong == []


@pytest.mark.parametrize(
    ("file", "base"),
    [
        ("pages/loss_curves.py", {"family": "regression"}),
        ("pages/loss_curves.py", {"family": "binary"}),
        ("pages/loss_curves.py", {"family": "multiclass"}),
        ("pages/outliers.py", {"data": "gaussian"}),
        ("pages/outliers.py", {"data": "belgian_phones"}),
        ("pages/gradient_descent.py", {"task": "line"}),
        ("pages/gradient_descent.py", {"task": "classes"}),
        ("pages/gradient_descent.py", {"task": "surface"}),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else value,
)
def test_every_two_options_of_every_two_controls_go_together(file, base):
    with declared() as fields:
        visit(file, base)
    options = {
        name: tuple(field.options[:: max(1, len(field.options) // 6)])
        for name, field in fields.items()
        if len(field.options) > 1 and name not in base and field.most == 1
    }
    wrong = []
    for row in pairs(options, Random(2)):
        at = visit(file, base | row)
        if complaints(at):
            wrong.append((written(base | row), complaints(at)))
    assert wrong == []
