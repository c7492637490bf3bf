"""The explorer's controls: family, axis, probe, and what each slider does to the chart."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from lossviz.app.curves.words import SYMBOL
from lossviz.app.kit import widgets
from lossviz.app.kit.address import Address, Preset, choice, choices, flag, number, whole
from lossviz.app.kit.chart import token
from lossviz.app.kit.explain import TAB
from lossviz.app.kit.live_slider import sweep_wanted
from lossviz.app.kit.pickers import symbol
from lossviz.draw.curve_sweeps import PROBE, parameter_sweep, probe_sweep
from lossviz.draw.curves import PANELS, Scene
from lossviz.draw.sweep import Sweep
from lossviz.losses import FAMILIES, Loss, Parameter, TargetLoss
from lossviz.number_format import all_digits

DEFAULTS = {
    "regression": ["squared_error", "absolute_error", "huber"],
    "binary": ["binary_cross_entropy", "brier", "hinge"],
    "multiclass": ["categorical_cross_entropy"],
}

PRESETS = (
    Preset(
        "House price",
        {},
        "A house predicted at 200 sold for 220 (thousands): the same miss of 20 costs 400, 20 or 19.5, "
        "and pulls the prediction up with force 40, 1 or 1.",
    ),
    Preset(
        "Small errors",
        {"reach": "3", "probe": 0.5},
        "Below one unit squaring makes an error smaller, above one it makes it larger.",
    ),
    Preset(
        "Far outlier",
        {
            "loss": ["squared_error", "huber", "cauchy", "tukey_biweight"],
            "reach": "10",
            "probe": 9.0,
            "panels": ["weight"],
            "huber.delta": 1.345,
        },
        "Squared error pulls ever harder, Huber stops pulling harder, Cauchy lets go slowly, Tukey's biweight altogether.",
    ),
    Preset(
        "Confidently wrong",
        {
            "family": "binary",
            "loss": ["binary_cross_entropy", "brier"],
            "over": "logit",
            "probe": -5.0,
        },
        "The truth is class 1 and the model is sure of class 0: cross-entropy still pulls with almost full force, "
        "squared error on a sigmoid has all but stopped learning.",
    ),
    Preset(
        "Margins",
        {
            "family": "binary",
            "loss": ["zero_one", "hinge", "squared_hinge", "logistic", "exponential"],
            "over": "logit",
            "reach": "3",
            "probe": -1.0,
        },
        "Every one of these stands in for the zero-one loss, which has no slope to follow.",
    ),
    Preset(
        "Focal",
        {
            "family": "binary",
            "loss": ["binary_cross_entropy", "focal"],
            "probe": 0.9,
        },
        "At p = 0.9 an example is easy: focal loss with γ = 2 charges a hundredth of cross-entropy.",
    ),
    Preset(
        "One family, all shapes",
        {"loss": ["barron"], "reach": "6", "probe": 3.0, "panels": ["weight"]},
        "Barron's loss is squared at α = 2, pseudo-Huber at 1, Cauchy at 0, Geman-McClure at −2: press play on α.",
    ),
    Preset(
        "Your own",
        {
            "formula": "abs(r)**p",
            "loss": ["own", "squared_error", "absolute_error"],
            "own.p": 1.5,
            "reach": "3",
            "probe": 2.0,
        },
        "Type any formula in r, and change it: at p = 1 this one is the absolute error, at p = 2 the squared one. Below p = 1 "
        "it is no longer convex, and far points lose their pull.",
    ),
)

REACHES = ("1", "2", "3", "5", "6", "8", "10", "20", "30", "50", "100", "300", "1000")


def pick_family(address: Address) -> str:
    """The family; changing it forgets the choices that belong to the other one."""

    def forget() -> None:
        kept = address.key("family"), address.key(TAB)
        for key in [k for k in st.session_state if isinstance(k, str) and k.startswith(f"{address.page}.")]:
            if key not in kept:
                del st.session_state[key]

    titles = {"regression": "Regression", "binary": "Binary", "multiclass": "K classes"}
    field = choice("family", tuple(FAMILIES), "regression", step=True)
    return str(widgets.segments(address, "Family", field, titles.__getitem__, on_change=forget))


def pick_axis(address: Address, family: str) -> dict[str, Any]:
    """The fields of a :class:`Scene` other than its losses and its probe."""
    scene: dict[str, Any] = {"over": "error", "wrt": "error", "target": 1.0, "low": 0.0, "high": 1.0}

    def forget_probe() -> None:
        st.session_state.pop(address.key("probe"), None)

    if family != "regression":
        scene["over"] = _pick_variable(address, "over", "Over", "probability", forget_probe)
    with st.expander("Axes and panels"):
        further = (
            [p for p in PANELS if p not in ("value", "gradient")] if family == "regression" else ["curvature"]
        )
        extra = widgets.flags(address, "Also show", choices("panels", further, []), PANELS.__getitem__)
        scene["panels"] = ("value", "gradient", *extra)
        if family != "regression":
            scene["wrt"] = _pick_variable(address, "wrt", "Gradient by", "logit")
        if scene["over"] != "probability":
            usual = "30" if family == "regression" else "6"
            reach = float(widgets.stops(address, "Axis from − to +", choice("reach", REACHES, usual)))
            scene["low"], scene["high"] = -reach, reach
        scene["log"] = widgets.switch(address, "Logarithmic scale", flag("log"))
        scene |= _pick_truth(address, family)
    return scene


def _pick_variable(
    address: Address, field: str, label: str, default: str, changed: Callable[[], None] | None = None
) -> str:
    titles = {"probability": "Probability", "logit": "Logit"}
    return str(
        widgets.segments(
            address, label, choice(field, tuple(titles), default), titles.__getitem__, on_change=changed
        )
    )


def _pick_truth(address: Address, family: str) -> dict[str, float]:
    if family == "regression":
        return {"target": widgets.box(address, "True value y", number("y", -1e6, 1e6, 220.0))}
    if family == "binary":
        return {"target": float(widgets.segments(address, "True class y", choice("class", ("1", "0"), "1")))}
    return {"classes": int(widgets.box(address, "Classes K", whole("classes", 2, 50, 3, float)))}


def drawable(chosen: Sequence[Loss], axis: dict[str, Any]) -> tuple[list[Loss], list[str]]:
    """The losses that take the true value of this axis, and a sentence on each of the others."""
    refused = [x for x in chosen if isinstance(x, TargetLoss) and axis["target"] < x.lowest_target]
    return [x for x in chosen if x not in refused], [
        f"{x.title} is not drawn: its true values must be {x.target_words}, and y is {all_digits(axis['target'])}."
        for x in refused
    ]


def probe(address: Address, axis: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the probe's slider; its field is declared here."""
    low, high = axis["low"], axis["high"]
    default = {"error": -20.0, "probability": 0.1, "logit": -3.0}[axis["over"]]
    default = min(high, max(low, default))
    address.field(number("probe", low, high, default))
    return dict(
        label=f"Probe: {SYMBOL[axis['over']]}",
        key=address.key("probe"), low=low, high=high, step=(high - low) / 200, default=default,
        help="Click the chart, drag, or use the arrow keys",
    )  # fmt: skip


def near(x: float, axis: dict[str, Any]) -> float:
    """Where on the axis somebody clicked, with no more digits than a pixel tells apart."""
    pixel = (axis["high"] - axis["low"]) / 1000.0
    return min(axis["high"], max(axis["low"], round(x, max(0, -math.floor(math.log10(pixel))))))


def _sliders(address: Address, scene: Scene) -> dict[str, tuple[Loss, Parameter] | None]:
    """Session key of every slider that moves the chart, with the loss and parameter behind it."""
    found: dict[str, tuple[Loss, Parameter] | None] = {
        address.key(f"{loss.name}.{p.name}"): (loss, p)
        for loss in scene.losses
        for p in loss.parameters()
        if getattr(loss, p.name) is not None
    }
    return found | {address.key(PROBE): None}


def sweeping(address: Address, scene: Scene) -> dict[str, Any]:
    """For the chart: a token for each slider's table, and the table somebody just asked for."""
    sliders = _sliders(address, scene)
    tokens = {}
    for key, moved in sliders.items():
        rest = [
            (
                loss.name,
                [
                    v
                    for p, v in loss.settings().items()
                    if moved is None or (loss, p) != (moved[0], moved[1].name)
                ],
            )
            for loss in scene.losses
        ]
        probed = None if moved is None else scene.probe
        tokens[key] = token(rest, probed, scene.view, scene.low, scene.high, scene.log, scene.panels)
    wanted = sweep_wanted()
    sweep = (wanted, _sweep(scene, sliders[wanted])) if wanted in sliders else None
    return {"tokens": tokens, "sweep": sweep}


def _sweep(scene: Scene, moved: tuple[Loss, Parameter] | None) -> Sweep:
    return probe_sweep(scene) if moved is None else parameter_sweep(scene, *moved)


def sweeps(scene: Scene) -> dict[str, Sweep]:
    """Every slider's table under its label, for the stand-alone page."""
    tables = {
        f"{loss.title} · {symbol(p)}": parameter_sweep(scene, loss, p)
        for loss in scene.losses
        for p in loss.parameters()
        if getattr(loss, p.name) is not None
    }
    return tables | {f"Probe: {SYMBOL[scene.over]}": probe_sweep(scene)}
