"""Settings far beyond what the sliders offer, as far as the library takes them: shown, kept, and no error."""

import random
from urllib.parse import parse_qs, urlencode

import pytest
from campaign import cases
from visiting import notice, query, visit

from lossviz import losses, optimizers
from lossviz.data.numerals import shortest
from lossviz.descent import surfaces
from lossviz.losses import ResidualLoss
from lossviz.optimizers import schedules
from lossviz.optimizers.base import Optimizer

CURVES, OUTLIERS, DESCENT = (f"pages/{name}.py" for name in ("loss_curves", "outliers", "gradient_descent"))
VIEWS = ("fit", "sensitivity", "bars", "constant", "breakdown")
SIZES = (5e-324, 1e-150, 1e-12, 1e-3, 0.3, 7.0, 1234.5, 1e6, 1e9)
EXPONENT = 20.0
"""The most that is raised to: beyond it every error of more than one unit costs more than a float holds."""


def parts(classes):
    return [(cls, p) for cls in classes for p in cls.parameters()]


def far(draw, p):
    """A value that the parameter allows, mostly not of its slider's range."""
    while True:
        value = draw.choice([1, 1, -1]) * draw.choice([*SIZES, p.allowed.low, p.allowed.high, 1 - 1e-16])
        if p.name == "alpha" and not p.distance and p.allowed.high == float("inf"):
            value = min(value, EXPONENT)
        if value in p.allowed and abs(value) < float("inf"):
            return shortest(value)


def settings(cls, draw):
    skipped = ("learning_rate", "epsilon") if issubclass(cls, Optimizer) else ()
    given = {p.name: far(draw, p) for p in cls.parameters() if p.name not in skipped}
    if (
        cls.name == "barron" and float(given["alpha"]) > 2
    ):  # such a power of tiny units is infinite everywhere
        given["c"] = "0.3"
    return {f"{cls.name}.{name}": value for name, value in given.items()}


def states():
    draw = random.Random(14)
    tuned = [cls for cls in map(losses.find, losses.names()) if cls.parameters()]
    residual = [cls for cls in tuned if issubclass(cls, ResidualLoss)]
    for _ in range(cases(1, 20)):
        for cls in tuned:
            on = {f"{cls.name}.{p.name}.on": "1" for p in cls.parameters() if p.optional}
            yield CURVES, {"family": cls.family, "loss": cls.name, **on, **settings(cls, draw)}
        for cls in residual:
            view, scale = draw.choice(VIEWS), draw.choice(["mad", "fixed"])
            shown = {} if view == "breakdown" else {"charge": cls.name, "weight": cls.name}
            yield OUTLIERS, {"view": view, "loss": cls.name, "scale": scale, **shown, **settings(cls, draw)}
        for cls in [cls for cls in tuned if cls.family == "binary" or cls in residual]:
            task = "line" if cls in residual else "classes"
            yield (
                DESCENT,
                {
                    "task": task,
                    "loss": cls.name,
                    "lr": draw.choice(["1e-12", "3.5", "1e6"]),
                    "l2": draw.choice(["0", "1e9"]),
                    **settings(cls, draw),
                },
            )
        for name, cls in optimizers.OPTIMIZERS.items():
            yield (
                DESCENT,
                {
                    "opt": name,
                    "lr": far(draw, optimizers.OPTIMIZERS["sgd"].parameters()[0]),
                    **settings(cls, draw),
                },
            )
        for name, cls in schedules.SCHEDULES.items():
            yield (
                DESCENT,
                {
                    "schedule": name,
                    "lr": "0.1",
                    **{f"{name}.{p.name}": far(draw, p) for p in cls.parameters()},
                },
            )
        for name, cls in surfaces.SURFACES.items():
            yield (
                DESCENT,
                {
                    "task": "surface",
                    "surface": name,
                    "lr": "1e5",
                    **{f"{name}.{p.name}": far(draw, p) for p in cls.parameters()},
                },
            )


@pytest.mark.parametrize(
    ("file", "state"), list(states()), ids=lambda part: part if isinstance(part, str) else urlencode(part)
)
def test_what_the_library_takes_the_page_takes(file, state):
    at = visit(file, urlencode(state))
    assert [e.message for e in at.exception] == []
    assert [e.value for e in at.error] == []
    said = notice(at)
    assert "must be" not in said
    written = parse_qs(query(at))
    for name, value in state.items():
        if "." in name and not name.endswith(".on") and name in written:
            assert written[name] == [value]
