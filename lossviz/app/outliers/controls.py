"""The outlier page's controls: which view, which losses on which scale, and what is drawn over the points."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from lossviz import losses
from lossviz.app.kit import pickers, widgets
from lossviz.app.kit.address import Address, Preset, choice, number
from lossviz.app.kit.formula_box import pick_formulas
from lossviz.fitting.estimator import Scale
from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array
from lossviz.robust.effects import CONTAMINATIONS, OUTCOMES, nickname

RESIDUAL = tuple(name for name in losses.names("regression") if issubclass(losses.find(name), ResidualLoss))
DEFAULT = ("squared_error", "absolute_error", "huber")

VIEWS = {
    "fit": "Fit",
    "sensitivity": "Sensitivity",
    "bars": "Loss and cost",
    "constant": "One dimension",
    "breakdown": "Breakdown",
}
NONE = "none"
GUESSES = {"off": "Off", "predict": "Predict", "reveal": "Reveal"}
GUESSED = ("fit", "constant")
"""Views in which a line of one's own can be laid."""
SCALES = {"fixed": "Units of y", "mad": "Robust (MAD)"}
KINDS = {"vertical": "Up", "leverage": "Far out"}
_GUESS = choice("guess", tuple(GUESSES), "off")
_SCALE = choice("scale", tuple(SCALES), "fixed")


@dataclass(frozen=True)
class Setting:
    """What the controls say."""

    view: str
    losses: tuple[ResidualLoss, ...]
    scale: str
    charged: ResidualLoss | None
    """Loss whose charges are drawn as rectangles."""
    weighing: ResidualLoss | None
    """Loss whose weights are the points' sizes."""
    guess: str

    @property
    def constant(self) -> bool:
        return self.view == "constant"

    @property
    def fit_scale(self) -> Scale:
        return "mad" if self.scale == "mad" else 1.0

    @property
    def hidden(self) -> bool:
        """The fits stay hidden until the person has guessed."""
        return self.guess == "predict"


def pick_view(address: Address) -> str:
    """What is shown beside the points; while somebody guesses, the way to the answer stands beside it."""
    field = choice("view", tuple(VIEWS), "fit", step=True)
    address.field(_GUESS)
    with st.container(horizontal=True, gap="small"):
        view = str(widgets.segments(address, "View", field, VIEWS.__getitem__, visibility="collapsed"))
        if _guessing(address, view):
            _pick_guess(address, "collapsed")
    return view


def _guessing(address: Address, view: str) -> bool:
    return view in GUESSED and address["guess"] != "off"


def _pick_guess(address: Address, label: Literal["visible", "collapsed"]) -> None:
    widgets.segments(
        address,
        "My line",
        _GUESS,
        GUESSES.__getitem__,
        visibility=label,
        help="Put a line of your own with its two handles where you think it belongs, then reveal the fits."
        if label == "visible"
        else None,
    )


def pick_setting(address: Address, view: str, y: Array) -> Setting:
    """The narrow column: losses, their parameters and scale; what is drawn, folded.

    ``y`` are the data set's own, whose unit the parameters go by where errors are measured in it.
    """
    menu = st.container()
    catalogue = pick_formulas(address, "regression")
    with menu:
        names = pickers.pick_losses(address, RESIDUAL, DEFAULT, catalogue=catalogue)
    unit = pickers.unit_of(y) if address.field(_SCALE) == "fixed" else 1.0
    tuned = tuple(
        loss
        for loss in pickers.tune(address, names, unit=unit, catalogue=catalogue)
        if isinstance(loss, ResidualLoss)
    )
    scale = widgets.segments(
        address,
        "Residuals are measured in",
        _SCALE,
        SCALES.__getitem__,
        help="A parameter such as δ is in these units. MAD is the residuals' own median absolute deviation: "
        "with it a fit no longer depends on the units of y.",
    )
    by_name = {loss.name: loss for loss in tuned}
    for field in (
        choice("charge", (NONE, *RESIDUAL, *catalogue.own_names), NONE),
        choice("weight", (NONE, *RESIDUAL, *catalogue.own_names), NONE),
    ):
        address.field(field)
    with drawer(address, "See the loss, guess a line", ("charge", "weight")) as is_open:
        if is_open:
            _pick_one(address, "charge", "Draw what it charges", by_name)
            _pick_one(address, "weight", "Size of a point: its weight in", by_name)
            if not _guessing(address, view):
                _pick_guess(address, "visible")
    charged, weighing = by_name.get(address["charge"]), by_name.get(address["weight"])
    guess = address["guess"] if _guessing(address, view) else "off"
    return Setting(view, tuned, scale, charged, weighing, guess)


def usual_losses(address: Address) -> None:
    """Go back to the losses that the page begins with."""
    address.put("loss", list(DEFAULT))


@contextmanager
def drawer(address: Address, label: str, fields: Sequence[str]) -> Iterator[bool]:
    """A folded group of widgets; yields whether it is open.

    Every widget on a page costs the browser time at every redraw, so what is closed is not drawn; the
    values of its fields are kept.
    """
    place = st.expander(label, key=f"{address.page}:{label}", on_change="rerun")
    with place:
        yield bool(place.open)
    if not place.open:
        for field in fields:
            address.put(field, address[field])


def _pick_one(address: Address, field: str, label: str, by_name: Mapping[str, ResidualLoss]) -> None:
    if address[field] not in by_name:
        address.put(field, NONE)
    widgets.menu(
        address,
        label,
        address.fields[field],
        lambda name: "nothing" if name == NONE else nickname(by_name[name]),
        options=[NONE, *by_name],
    )


def pick_outcome(address: Address) -> str:
    """Which number of the fit is plotted."""
    field = choice("of", OUTCOMES, "slope")
    return str(widgets.segments(address, "Plot the", field, str.capitalize, visibility="collapsed"))


def pick_share(address: Address) -> float:
    """Share of the points that are made outliers."""
    return widgets.slider(address, "Share of outliers", number("share", 0.0, 0.5, 0.2), step=0.01)


def pick_kind(address: Address) -> str:
    """Where outliers go."""
    field = choice("to", CONTAMINATIONS, "vertical")
    return str(widgets.segments(address, "Outliers go", field, KINDS.__getitem__, visibility="collapsed"))


PRESETS = (
    Preset(
        "One bad point",
        {},
        "One point of twenty was lifted. Drag it up and down: squared error follows, absolute error does not care.",
    ),
    Preset(
        "Squares",
        {"charge": "squared_error"},
        "Each square is what squared error charges for a point: the far one outweighs all the others together.",
    ),
    Preset(
        "Guess",
        {"guess": "predict"},
        "Lay your own line with its two handles so that it costs little, then reveal the best ones.",
    ),
    Preset(
        "Sensitivity",
        {"view": "sensitivity", "loss": ["squared_error", "absolute_error", "huber", "tukey_biweight"]},
        "One point from far below to far above: squared error never stops following, Tukey's biweight lets go.",
    ),
    Preset(
        "Houses",
        {"data": "house_prices", "view": "bars", "n": 12.0, "bad": 0.1, "charge": "squared_error"},
        "A loss belongs to one house, the cost is their mean: one house far from the line makes most of it.",
    ),
    Preset(
        "Median",
        {"view": "constant", "n": 6.0, "bad": 0.2, "seed": 29.0, "huber.delta": 5.0},
        "With one number to predict, squared error takes the mean and absolute error the median: with an even "
        "count every number between the middle two is as good, so its cost is flat there.",
    ),
    Preset(
        "Phones",
        {"data": "belgian_phones", "loss": ["squared_error", "huber", "tukey_biweight"], "scale": "mad"},
        "For six years minutes were recorded instead of calls. Which loss sees the trend of the other eighteen?",
    ),
    Preset(
        "Stars",
        {
            "data": "stars_cyg_ob1",
            "loss": ["squared_error", "absolute_error", "huber", "tukey_biweight"],
            "scale": "mad",
        },
        "Four giant stars far out in x turn even the robust lines: a bounded pull does not bound a long lever.",
    ),
    Preset(
        "Units",
        {"tenfold": True, "loss": ["squared_error", "huber"], "huber.delta": 2.0},
        "The same points in units ten times smaller: Huber's δ is still 2 and cuts ten times closer. "
        "Switch to MAD and the units no longer matter.",
    ),
    Preset(
        "Several minima",
        {"data": "hbk", "loss": ["absolute_error", "tukey_biweight", "welsch"]},
        "A loss that lets far points go may have several best lines nearby; the thin ones are local minima.",
    ),
    Preset(
        "Breakdown",
        {
            "view": "breakdown",
            "bad": 0.0,
            "n": 40.0,
            "loss": ["squared_error", "absolute_error", "huber", "tukey_biweight"],
            "of": "prediction",
        },
        "How many points may be bad before the fit is? Move the share.",
    ),
)
