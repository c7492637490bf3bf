"""How ``static/axes.js`` looks: the values of the Plotly template as CSS, for components that draw."""

from lossviz.draw import style

CSS = f"""
.heading {{ font: 400 {style.TITLE_SIZE}px/1.3 var(--st-font); color: var(--st-text-color); }}
.legend {{ display: flex; flex-wrap: wrap; gap: 0.15rem 1.5rem; color: var(--st-text-color);
  font: {style.AXIS_SIZE}px/1.35 var(--st-font); }}
.legend .entry {{ display: inline-flex; flex-direction: column; }}
.legend .name {{ display: inline-flex; align-items: center; gap: 0.4rem; white-space: nowrap; }}
.legend small {{ font-size: {style.TICK_SIZE}px; font-variant-numeric: tabular-nums; white-space: pre; }}
.grid line {{ stroke: {style.GRID}; stroke-width: 1; shape-rendering: crispEdges; }}
.grid line.zero {{ stroke: {style.ZERO_LINE}; stroke-width: 1.5; shape-rendering: auto; }}
.labels text {{ fill: var(--st-text-color); font-family: var(--st-font); }}
.labels .tick {{ font-size: {style.TICK_SIZE}px; }}
.labels .tick.small {{ font-size: {0.75 * style.TICK_SIZE}px; }}
.labels .title {{ font-size: {style.AXIS_SIZE}px; }}
"""
"""Wants class names ``heading``, ``legend``, ``grid`` and ``labels``, the last two drawn by the module."""
