"""By which rules the descent page trains: optimizers, their hyperparameters, learning rates, schedules."""

from collections.abc import Callable, Sequence

import streamlit as st

from lossviz import optimizers, schedules
from lossviz.losses import Parameter
from lossviz.optimizers.base import Optimizer
from lossviz.ui.address import Address, Bad, Field, choice, choices, number
from lossviz.ui.live_slider import live_slider
from lossviz.ui.pickers import symbol

LOWEST_RATE, HIGHEST_RATE = 1e-4, 10.0
MOST_RUNS = 8


def pick_optimizers(address: Address, several: bool) -> list[str]:
    options = list(optimizers.OPTIMIZERS)
    address.field(choices("opt", options, ["sgd"], least=1))
    title: Callable[[str], str] = lambda n: optimizers.OPTIMIZERS[n].title  # noqa: E731
    if not several:
        return [one_of(address, "opt", "Optimizer", options, title)]
    picked = st.multiselect(
        "Optimizers", options, key=address.key("opt"), format_func=title, max_selections=MOST_RUNS, wrap=True
    )
    return picked or ["sgd"]


def pick_rates(address: Address, task: str, several: bool, names: list[str]) -> list[float]:
    address.field(number("lr", LOWEST_RATE, HIGHEST_RATE, 0.2))
    if several:
        address.field(_rates_field())
        offered = sorted(
            {f"{d * 10.0**e:g}" for e in range(-4, 1) for d in (1, 2, 5)} | set(address["rates"]), key=float
        )
        picked = st.multiselect(
            "Learning rates",
            offered,
            key=address.key("rates"),
            max_selections=MOST_RUNS,
            accept_new_options=True,
            wrap=True,
        )
        rates = []
        for text in picked:
            try:
                rates.append(_rate(text))
            except Bad as problem:
                st.caption(f":material/info: {problem}; it is left out.")
        return rates or [0.1]
    if names == ["adadelta"]:
        st.caption("Adadelta finds its own step: it has no learning rate.")
    return [
        live_slider(
            "Learning rate η", key=address.key("lr"), low=LOWEST_RATE, high=HIGHEST_RATE, step=0.0001, default=0.2,
            playable=False, log=True,
        )
    ]  # fmt: skip


def _rates_field() -> Field:
    def read(text: str) -> list[str]:
        return [f"{_rate(part):g}" for part in text.split(",")[:MOST_RUNS]]

    return Field("rates", ["0.05", "0.2", "0.6"], read, ",".join)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        raise Bad(f"“{text[:20]}” is not a number") from None
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise Bad(f"a learning rate must be from {LOWEST_RATE:g} to {HIGHEST_RATE:g}, not {text[:20]}")
    return rate


def tune_optimizer(address: Address, name: str) -> dict[str, float]:
    cls = optimizers.OPTIMIZERS[name]
    wanted = [p for p in cls.parameters() if p.name not in ("learning_rate", "epsilon")]
    return {p.name: slider(address, name, cls.title, p) for p in wanted}


def rule_of(name: str, rate: float, settings: dict[str, float]) -> Optimizer:
    known = [p.name for p in optimizers.OPTIMIZERS[name].parameters()]
    return optimizers.get(name, **({"learning_rate": rate} if "learning_rate" in known else {}), **settings)


def pick_schedule(address: Address) -> schedules.Schedule:
    names = tuple(schedules.SCHEDULES)
    address.field(choice("schedule", names, names[0]))
    name = st.selectbox(
        "Learning-rate schedule", names, key=address.key("schedule"),
        format_func=lambda n: schedules.SCHEDULES[n].title,
    )  # fmt: skip
    cls = schedules.SCHEDULES[name]
    return cls(**{p.name: slider(address, name, cls.title, p) for p in cls.parameters()})


def slider(address: Address, owner: str, title: str, p: Parameter) -> float:
    field, default = f"{owner}.{p.name}", p.low if p.default is None else p.default
    address.field(number(field, p.low, p.high, default))
    return live_slider(
        f"{title} · {symbol(p)}", key=address.key(field), low=p.low, high=p.high, step=p.step, default=default,
        help=p.meaning, playable=False,
    )  # fmt: skip


def one_of(
    address: Address, field: str, label: str, options: Sequence[str], title: Callable[[str], str]
) -> str:
    """A single choice for a field that holds several where several are compared."""
    key, widget = address.key(field), f"{address.key(field)}:one"
    st.session_state[widget] = st.session_state[key][0]
    return st.selectbox(
        label, options, key=widget, format_func=title,
        on_change=lambda: st.session_state.update({key: [st.session_state[widget]]}),
    )  # fmt: skip


def whole(name: str, low: int, high: int, default: int) -> Field:
    """A whole number, moved into [low, high]."""
    read = number(name, low, high, default).read
    return Field(name, default, lambda text: round(read(text)), str)
