"""How every figure looks: one palette, one mark per loss, one template.

All colours work on the light background (#ffffff) and on the dark one (#0e1117): contrast of at
least 3:1 against both (WCAG 2.2, 1.4.11), which confines their relative luminance to 0.12..0.29.
Within that band the hues of ``PALETTE`` were searched so that neighbours stay apart for people
with protanopia, deuteranopia and tritanopia; the dash says the same thing a second time.
"""

import functools
from dataclasses import dataclass

import plotly.graph_objects as go

from lossviz import losses

LIGHT = "#ffffff"
DARK = "#0e1117"

BLUE, ORANGE, TEAL, PLUM = "#1e59d3", "#d24901", "#0ca2a4", "#9e3d7f"
VIOLET, SAGE, BRICK, GOLD = "#b46de6", "#669867", "#b82e0d", "#b78b29"
GREY = "#787b7e"

PALETTE = (BLUE, ORANGE, TEAL, PLUM, VIOLET, SAGE, BRICK, GOLD)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

CLASS_COLORS = (BLUE, ORANGE)
"""Class 0 and class 1; further classes go on along ``PALETTE``."""
GOOD = TEAL
BAD = BRICK
OPTIMUM = PLUM
NEUTRAL = GREY
"""Data points, reference curves, whatever should step back."""

FILL_OPACITY = 0.15
GRID = "rgba(120, 123, 126, 0.22)"
ZERO_LINE = "rgba(120, 123, 126, 0.60)"

FONT = "'Source Sans', 'Source Sans Pro', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
TITLE_SIZE, AXIS_SIZE, TICK_SIZE = 18, 14, 13
LINE_WIDTH = 2.5
MARKER_SIZE = 8


@dataclass(frozen=True)
class Mark:
    """How one curve is told from the others: a colour and a Plotly dash."""

    color: str
    dash: str = "solid"

    @property
    def line(self) -> dict[str, object]:
        """As the ``line`` of a Plotly trace."""
        return {"color": self.color, "dash": self.dash, "width": LINE_WIDTH}


OWN = "own"
"""Names of typed formulas begin so."""


def nth_mark(index: int) -> Mark:
    """The mark of the index-th of a set of curves: colours first, then dashes, then round again."""
    return Mark(PALETTE[index % len(PALETTE)], DASHES[index // len(PALETTE) % len(DASHES)])


def mark(name: str) -> Mark:
    """The mark of a loss, the same on every page: its place in its family within the registry.

    Aliases share the mark of their loss. A formula of one's own is grey, several are told apart by their dashes.
    """
    try:
        loss = losses.find(name)
    except ValueError:
        number = name.removeprefix(OWN)
        return Mark(NEUTRAL, DASHES[int(number) % len(DASHES) if number.isdigit() else 0])
    return nth_mark(losses.names(loss.family).index(loss.name))


def class_color(index: int) -> str:
    """The colour of a class, counted from 0; they come round again after the last of ``PALETTE``."""
    return (CLASS_COLORS + PALETTE[len(CLASS_COLORS) :])[index % len(PALETTE)]


def fill(color: str, opacity: float = FILL_OPACITY) -> str:
    """A hex colour as ``rgba(...)`` for areas under curves and bands."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


@functools.cache
def template() -> go.layout.Template:
    """The Plotly template of all figures.

    Backgrounds are transparent and the colour of text is left open: the page's theme fills it in.
    The legend stands between the title and the plot, so that no curve hides behind it.
    """
    axis = {
        "automargin": True,
        "showline": False,
        "ticks": "",
        "gridcolor": GRID,
        "gridwidth": 1,
        "zerolinecolor": ZERO_LINE,
        "zerolinewidth": 1.5,
        "tickfont": {"size": TICK_SIZE},
        "title": {"font": {"size": AXIS_SIZE}, "standoff": 10},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": "rgba(0, 0, 0, 0)",
            "plot_bgcolor": "rgba(0, 0, 0, 0)",
            "colorway": PALETTE,
            "colorscale": {"sequential": "Cividis"},
            "font": {"family": FONT, "size": TICK_SIZE},
            "title": {
                "font": {"size": TITLE_SIZE},
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "pad": {"t": 14},
            },
            "margin": {"l": 64, "r": 24, "t": 84, "b": 56},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.01,
                "yanchor": "bottom",
                "font": {"size": AXIS_SIZE},
                "title": {"text": ""},
            },
            "hoverlabel": {
                "bgcolor": "#262b36",
                "bordercolor": "#262b36",
                "font": {"color": "#ffffff", "family": FONT, "size": TICK_SIZE},
                "align": "left",
                "namelength": -1,
            },
            "xaxis": axis,
            "yaxis": axis,
        },
        data={
            "scatter": [{"line": {"width": LINE_WIDTH}, "marker": {"size": MARKER_SIZE}}],
        },
    )
