"""Settings that are each valid, together: drawn at random, and every view with every option of every control."""

from itertools import islice
from random import Random

import numpy as np
import pytest
from campaign import FULL, cases
from outlier_page import edit, editor
from states import complaints, declared, pairs, visits, written
from visiting import PAGES, notice, query, visit

from lossviz.data.numerals import shortest
from lossviz.data.points import VERSION, Points, encode

DRAWN = {"app.py": cases(10, 100), "pages/loss_curves.py": cases(80, 800)}
"""Visits a page; 300 in all, 3,000 in the full run."""
USUAL = cases(105, 1050)
AGAIN = cases(5, 1)
"""One of so many visits is followed by another one at the address that the page wrote, and by a visitor's clicks."""


def own_points(rng):
    """Few or many points of any unit, on a grid or not, with a class each or none."""
    count = rng.choice((2, 3, 5, 8, 30, 100))
    numbers = np.random.default_rng(rng.randrange(2**32))
    xy = numbers.normal(size=(count, 2)) * 10.0 ** numbers.integers(-6, 9, 2)
    if rng.random() < 0.5:
        xy = np.round(xy)
    classes = ("no", "yes", "a<b")[: rng.randint(2, 3)] if rng.random() < 0.5 else ()
    labels = numbers.integers(len(classes), size=count) if classes else None
    points = Points(xy, (rng.choice(("x", "a_b *c*")), "$y$"), labels, classes)
    return {"data": "own", "own": encode(points), "v": str(VERSION)}


def two(name, low, high):
    return lambda rng: {
        name: f"{shortest(round(rng.uniform(low, high), 3))},{shortest(round(rng.uniform(low, high), 3))}"
    }


def formula(variable):
    texts = (
        "abs({x})**p",
        "{x}**2; {x}**2/({x}**2 + c**2)",
        "max(a*{x}, -{x})",
        "{x}**2 if {x} < 1 else 2*{x} - 1",
        "{x}**3",
    )

    def drawn(rng):
        text = rng.choice(texts).format(x=variable)
        return {"formula": text, "loss": rng.choice(("own", "own,huber"))}

    return drawn


OWN = {
    "pages/outliers.py": {"formula": formula("r"), "own": own_points, "line": two("line", 0.0, 10.0)},
    "pages/gradient_descent.py": {"own": own_points, "start": two("start", -2.0, 2.0)},
    "pages/loss_curves.py": {"formula": formula("r")},
    "app.py": {"word": lambda rng: {"word": rng.choice(("huber", "<b>", "0"))}},
}

TOGETHER = ("must hold", "true values must be")
"""What is said of settings that are each allowed but contradict each other."""


@pytest.mark.parametrize("file", PAGES)
def test_valid_settings_drawn_at_random_are_shown_as_they_are(file):
    """No crash, no red box, nothing said against a value, and the page's own address brings the same page."""
    wrong = []
    rng = Random(1)
    drawn = islice(visits(file, rng, OWN[file]), DRAWN.get(file, USUAL))
    for count, (at, state, valid) in enumerate(drawn):
        said = complaints(at)
        if said or (valid and objection(at)):
            wrong.append((written(state), said, notice(at)))
        elif count % AGAIN == 0:
            again = visit(file, query(at))
            if complaints(again) or objection(again) or query(again) != query(at):
                wrong.append((written(state), "again", query(at), notice(again), query(again)))
            elif said := complaints(open_everything(again)):
                wrong.append((written(state), "open", said))
            elif file == "pages/outliers.py" and (said := complaints(moved(again, rng))):
                wrong.append((written(state), "moved", query(at), said))
    assert wrong == []


def objection(at):
    """What is said against a single setting; "" where nothing is."""
    return "" if any(words in notice(at) for words in TOGETHER) else notice(at)


def open_everything(at):
    """The page once what it hides until asked is open: drawers and tables."""
    for drawer in at.expander:
        if drawer.proto.id:
            at.session_state[drawer.proto.id.split("-", 2)[2]] = True
    for toggle in at.toggle:
        toggle.set_value(True)
    return at.run()


def moved(at, rng):
    """The page after a point was moved, another one removed and one added in the browser."""
    sent = editor(at)
    rows, across, up = (
        [list(row) for row in sent["points"]],
        sent["x"]["domain"],
        (sent["y"] or sent["x"])["domain"],
    )
    if rows:
        rows[rng.randrange(len(rows))][1 if sent["y"] else 0] = rng.uniform(*up)
    if len(rows) > 4:
        rows.pop(rng.randrange(len(rows)))
    rows.append([rng.uniform(*across), rng.uniform(*up), -1])
    return edit(at, points=rows, at=0)


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
        ("pages/gradient_descent.py", {"task": "network"}),
        ("pages/gradient_descent.py", {"task": "surface"}),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else value,
)
def test_every_two_options_of_every_two_controls_go_together(file, base):
    with declared() as fields:
        visit(file, base)
    options = {
        name: told(field, Random(3))
        for name, field in fields.items()
        if len(field.options) > 1 and name not in base
    }
    wrong = []
    for row in pairs(options, Random(2)):
        at = visit(file, base | row)
        if complaints(at):
            wrong.append((written(base | row), complaints(at)))
    assert wrong == []


def told(field, rng):
    """What a control is set to here: in the full run every option, else about six; of several, also as many as it takes."""
    options = field.options if FULL else field.options[:: max(1, len(field.options) // 6)]
    if field.most == 1:
        return tuple(options)
    few = [
        ",".join((option, *rng.sample(field.options, max(field.least, 1) - 1)))
        for option in options[: cases(2, 100)]
    ]
    few = [text for text in few if len(set(text.split(","))) == max(field.least, 1)]
    return (
        *dict.fromkeys(few),
        ",".join(field.options[: field.most]),
        ",".join(field.options[-field.most :]),
    )


@pytest.mark.parametrize("file", PAGES)
def test_a_control_takes_as_many_options_as_its_field(file):
    """More in the session than a control takes stop the page; the field drops them, if it knows how many."""
    seen = set()
    for at, _, _ in islice(visits(file, Random(4), OWN[file]), cases(6, 100)):
        with declared() as fields:
            at.run()
        for control in at.multiselect:
            field = fields.get((control.key or "").partition(".")[2])
            if field is not None:
                assert (control.proto.max_selections or len(control.options)) == field.most, control.key
                seen.add(control.key)
            else:
                assert not control.proto.max_selections, control.key
    assert seen or file == "app.py"
