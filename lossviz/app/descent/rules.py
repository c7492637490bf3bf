"""By which rules the descent page trains: optimizers, their hyperparameters, learning rates, schedules."""

from collections.abc import Callable, Sequence

import streamlit as st

from lossviz import optimizers
from lossviz.app.kit import plainly, widgets
from lossviz.app.kit.address import (
    Address,
    Bad,
    Field,
    choice,
    choices,
    give_notice,
    number,
    parameter,
)
from lossviz.app.kit.pickers import symbol
from lossviz.data.numerals import shortest, typed
from lossviz.foreign import quoted
from lossviz.losses import Parameter
from lossviz.losses.base import POSITIVE
from lossviz.optimizers import schedules
from lossviz.optimizers.base import Optimizer

LOWEST_RATE, HIGHEST_RATE = 1e-4, 10.0
"""The range of the slider; others are taken as well."""
USUAL_RATE, NETWORK_RATE = 0.2, 1.0
"""Where the slider begins."""
RATES = POSITIVE
MOST_RUNS = 8


def pick_optimizers(address: Address, several: bool) -> list[str]:
    options = list(optimizers.OPTIMIZERS)
    field = choices("opt", options, ["sgd"], least=1, most=MOST_RUNS if several else 1)
    address.field(field)
    title: Callable[[str], str] = lambda n: optimizers.OPTIMIZERS[n].title  # noqa: E731
    if not several:
        return [one_of(address, "opt", "Optimizer", options, title)]
    return widgets.several(address, "Optimizers", field, title) or ["sgd"]


def pick_rates(address: Address, task: str, several: bool, names: list[str]) -> list[float]:
    default = NETWORK_RATE if task == "network" else USUAL_RATE
    field = number("lr", LOWEST_RATE, HIGHEST_RATE, default, RATES)
    address.field(field)
    if several:
        usual = LOWEST_RATE, HIGHEST_RATE
        listed = Field("rates", ["0.05", "0.2", "0.6"], _read_rates, ",".join, most=MOST_RUNS, limits=usual)
        rates = _pick_several(address, listed) or [0.1]
    else:
        rates = [widgets.slider(address, "Learning rate η", field, step=0.0001, allowed=RATES, log=True)]
    without = [optimizers.OPTIMIZERS[name].title for name in names if not has_rate(name)]
    if without:
        st.caption(f"{without[0]} finds its own step: it has no learning rate.")
    return rates if len(without) < len(names) else rates[:1]


def has_rate(name: str) -> bool:
    """Whether a rule has a learning rate."""
    return any(p.name == "learning_rate" for p in optimizers.OPTIMIZERS[name].parameters())


def _pick_several(address: Address, field: Field) -> list[float]:
    """Learning rates to choose from, or to be typed."""
    key = address.key(field.name)
    told = f"{key}:left out"

    def changed() -> None:
        st.session_state[key], st.session_state[told] = _rates(st.session_state[key])

    offered = {shortest(float(f"{digit}e{power}")) for power in range(-4, 1) for digit in (1, 2, 5)}
    options = sorted(offered | set(address.field(field)), key=float)
    picked = widgets.several(address, "Learning rates", field, options=options, typed=changed)
    plainly.notice(*st.session_state.get(told, ()), most=3)
    return [float(text) for text in picked]


def _read_rates(text: str) -> list[str]:
    rates, left_out = _rates(text.split(","))
    if not rates:
        raise Bad(left_out[0].removesuffix(LEFT_OUT))
    for sentence in left_out:
        give_notice(f"rates: {sentence}")
    return rates


LEFT_OUT = " and is left out."


def _rates(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The learning rates among the texts, each as its shortest decimal, and what became of the others."""
    rates, left_out = dict[str, None](), []
    for text in texts:
        rate = typed(text)
        if rate is None:
            left_out.append(f"{quoted(text)} is not a number{LEFT_OUT}")
        elif rate not in RATES:
            left_out.append(f"{quoted(text)} is not {RATES.words}, as a learning rate must be,{LEFT_OUT}")
        elif len(rates) == MOST_RUNS and shortest(rate) not in rates:
            left_out.append(f"{quoted(text)} is one more than the {MOST_RUNS} that can run{LEFT_OUT}")
        else:
            rates[shortest(rate)] = None
    return list(rates), left_out


def tune_optimizer(address: Address, name: str) -> dict[str, float]:
    cls = optimizers.OPTIMIZERS[name]
    wanted = [p for p in cls.parameters() if p.name not in ("learning_rate", "epsilon")]
    return {p.name: slider(address, name, cls.title, p) for p in wanted}


def rule_of(name: str, rate: float, settings: dict[str, float]) -> Optimizer:
    return optimizers.get(name, **({"learning_rate": rate} if has_rate(name) else {}), **settings)


def pick_schedule(address: Address) -> schedules.Schedule:
    names = tuple(schedules.SCHEDULES)
    name = widgets.menu(
        address,
        "Learning-rate schedule",
        choice("schedule", names, names[0]),
        lambda n: schedules.SCHEDULES[n].title,
    )
    cls = schedules.SCHEDULES[name]
    return cls(**{p.name: slider(address, name, cls.title, p) for p in cls.parameters()})


def slider(address: Address, owner: str, title: str, p: Parameter) -> float:
    field = parameter(f"{owner}.{p.name}", p)
    label = f"{title} · {symbol(p)}"
    return widgets.slider(address, label, field, step=p.step, allowed=p.allowed, help=p.meaning)


def one_of(
    address: Address, field: str, label: str, options: Sequence[str], title: Callable[[str], str]
) -> str:
    """A single choice for a field that holds several where several are compared; only the first is kept."""
    key, widget = address.key(field), f"{address.key(field)}:one"
    first = st.session_state[key][:1]
    if st.session_state[key] != first:
        st.session_state[key] = first
    if st.session_state.get(widget) != first[0]:
        st.session_state[widget] = first[0]

    def picked() -> None:
        # A click on the heels of another task's arrives with a title of that task, which is no option here.
        if (name := st.session_state[widget]) in options:
            st.session_state[key] = [name]

    return widgets.choose(label, options, first[0], key=widget, title=title, on_change=picked)
