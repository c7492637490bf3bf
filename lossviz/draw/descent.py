"""Charts beside the animation: the map of learning rates, and the cost as a surface in space."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lossviz.descent.learning_rates import VERDICTS, LearningRateMap
from lossviz.descent.optimum import Spectrum
from lossviz.descent.race import Run
from lossviz.draw import style
from lossviz.draw.descent_plane import Plane
from lossviz.draw.style import Mark
from lossviz.foreign import plotly, plotly_3d
from lossviz.number_format import short
from lossviz.optimizers.base import Optimizer

VERDICT_COLORS = (style.GOOD, style.GOLD, style.BAD)


def rate_map(found: LearningRateMap, rule: Optimizer, curvature: Spectrum | None, steps: int) -> go.Figure:
    """Each cell is a run: its verdict as colour, its limit as a line; the current settings as a cross."""
    bands = [(i / 3, color) for i, color in enumerate(VERDICT_COLORS)]
    scale = [[edge, color] for start, color in bands for edge in (start, start + 1 / 3)]
    x = np.log10(found.rates)
    words = np.array(VERDICTS, dtype=object)[found.verdict]
    reached = np.where(found.steps_to >= 0, found.steps_to.astype(str), f"not within {steps}")
    figure = go.Figure(layout={"template": style.template(), "height": 420})
    figure.add_heatmap(
        x=x,
        y=found.momenta,
        z=found.verdict,
        zmin=-0.5,
        zmax=2.5,
        colorscale=scale,
        xgap=1,
        ygap=1,
        customdata=np.stack(
            [words, reached, found.final_cost, np.broadcast_to(found.rates, words.shape)], axis=-1
        ),
        hovertemplate="η %{customdata[3]:.3g}, momentum %{y:.2f}: %{customdata[0]}"
        "<br>steps to tolerance: %{customdata[1]}<br>final cost %{customdata[2]:.4g}<extra></extra>",
        colorbar={
            "tickvals": [0, 1, 2],
            "ticktext": list(VERDICTS),
            "title": "",
            "thickness": 14,
            "outlinewidth": 0,
        },
    )
    momenta = np.linspace(0.0, float(found.momenta[-1]), 60)
    ahead = rule.name == "nesterov"
    limit = np.array(
        [curvature.learning_rate_limit(float(m), nesterov=ahead) if curvature else np.inf for m in momenta]
    )
    if rule.name in ("sgd", "momentum", "nesterov") and np.isfinite(limit).all():
        figure.add_scatter(
            x=np.log10(limit), y=momenta, mode="lines", name="limit of the quadratic, 2/λₘₐₓ at momentum 0",
            line={"color": "#ffffff", "width": 3}, hovertemplate="limit<extra></extra>",
        )  # fmt: skip
    rate = float(getattr(rule, "learning_rate", np.nan))
    figure.add_scatter(
        x=[np.log10(rate)], y=[float(getattr(rule, "momentum", 0.0))], mode="markers", name="shown run",
        marker={"symbol": "x-thin", "size": 14, "line": {"width": 3, "color": "#ffffff"}}, hoverinfo="skip",
    )  # fmt: skip
    ticks = np.arange(np.ceil(x[0]), np.floor(x[-1]) + 1)
    figure.update_xaxes(
        title="Learning rate η", tickvals=ticks, ticktext=[short(10.0**t) for t in ticks], showgrid=False
    )
    figure.update_yaxes(title="Momentum γ", showgrid=False, visible=len(found.momenta) > 1)
    figure.update_layout(
        title="Where learning converges, oscillates, diverges: click a cell to play it", showlegend=False
    )
    return figure


def rate_words(found: LearningRateMap, curvature: Spectrum | None, rule: Optimizer) -> str:
    """The map in a sentence."""
    shares = [int(np.sum(found.verdict == i)) for i in range(3)]
    said = ", ".join(f"{count} {word[:-1]}" for count, word in zip(shares, VERDICTS, strict=True))
    note = ""
    if curvature is not None and np.isfinite(limit := curvature.learning_rate_limit()):
        least, most = curvature.values[0], curvature.values[-1]
        note = (
            f" At the optimum the cost curves by λ = {short(least, 3)} to {short(most, 3)}; gradient descent on that quadratic "
            f"diverges from η = 2/λₘₐₓ = {short(limit, 3)}, the white line."
        )
    return f"Of {found.verdict.size} runs {said}.{note}"


def surface(plane: Plane, runs: Sequence[Run], marks: Sequence[Mark], frame: int) -> go.Figure:
    """The cost in space, with the paths up to a step."""
    x, y, cost = plane.grid(60)
    finite = cost[np.isfinite(cost)]
    top = float(np.quantile(finite, 0.97)) if finite.size else 1.0
    across_name, up_name = map(plotly, plane.names)
    across_title, up_title = map(plotly_3d, plane.names)
    figure = go.Figure(layout={"template": style.template(), "height": 560})
    figure.add_surface(
        x=x, y=y, z=np.where(cost <= top, cost, np.nan), colorscale="Cividis", opacity=0.9, showscale=False,
        contours={"z": {"show": True, "color": "rgba(255, 255, 255, 0.4)", "width": 1}},
        hovertemplate=f"{across_name} %{{x:.3g}}<br>{up_name} %{{y:.3g}}<br>cost %{{z:.4g}}<extra></extra>",
    )  # fmt: skip
    for run, mark in zip(runs, marks, strict=True):
        across, up = plane.project(run.path[: frame + 1])
        cost_there = run.cost[: frame + 1]
        inside = (across >= x[0]) & (across <= x[-1]) & (up >= y[0]) & (up <= y[-1]) & (cost_there <= top)
        across, up, height = (np.where(inside, values, np.nan) for values in (across, up, cost_there))
        figure.add_scatter3d(
            x=across, y=up, z=height, mode="lines+markers", name=run.label,
            line={"color": mark.color, "width": 6}, marker={"size": 2.5, "color": mark.color},
        )  # fmt: skip
    figure.update_layout(
        title=f"The cost in space, after {frame} steps",
        scene={"xaxis_title": across_title, "yaxis_title": up_title, "zaxis_title": "cost"},
        scene_camera={"eye": {"x": 1.3, "y": -1.5, "z": 0.9}},
        uirevision="keep",
    )
    return figure
