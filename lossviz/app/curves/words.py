"""The explorer in words and tables: titles, sentences, alternative texts and the numbers behind."""

from collections.abc import Sequence

import numpy as np

from lossviz.draw.curves import PANELS, Line, Scene, limits, panel_title
from lossviz.losses import Loss
from lossviz.number_format import short

NOUN = {"value": "loss", "gradient": "gradient", "curvature": "curvature", "weight": "IRLS weight"}
SYMBOL = {"error": "error r", "probability": "probability p", "logit": "logit f"}


def num(value: float) -> str:
    """Six significant digits."""
    return short(value, 6)


def at_probe(scene: Scene) -> list[tuple[Loss, dict[str, float]]]:
    """For each loss the numbers at the probe, None where the loss has no such number left out."""
    at = np.array([scene.probe])
    rows = []
    for loss in scene.losses:
        curve = scene.curve(loss, at)
        found = {panel: getattr(curve, panel) for panel in PANELS}
        rows.append((loss, {panel: float(y[0]) for panel, y in found.items() if y is not None}))
    return rows


def title(scene: Scene) -> str:
    """What to see: who pulls hardest and who hardly pulls at the probe."""
    pulls = sorted(
        ((abs(found["gradient"]), loss) for loss, found in at_probe(scene)), key=lambda pair: pair[0]
    )
    where = f"{SYMBOL[scene.over].split()[1]} = {num(scene.probe)}"
    if len(pulls) == 1:
        return f"{pulls[0][1].short} at {where}"
    (low, weak), (high, strong) = pulls[0], pulls[-1]
    if high <= low * (1 + 1e-9):
        return f"At {where} all pull equally hard"
    return f"At {where} {strong.short} pulls hardest, {weak.short} least"


def alt(scene: Scene) -> str:
    """For those who do not see the chart."""
    panels = " and ".join(panel_title(scene, panel).replace("|", "") for panel in scene.panels)
    names = ", ".join(loss.label for loss in scene.losses)
    return f"Line chart of {panels} for {names}, {SYMBOL[scene.over]} from {num(scene.low)} to {num(scene.high)}. {sentence(scene)}".replace(
        "**", ""
    )


def sentence(scene: Scene) -> str:
    """The numbers at the probe, in one line."""
    if scene.over == "error":
        where = f"Predicted {num(scene.target + scene.probe)}, truth {num(scene.target)}, error {num(scene.probe)}"
    else:
        symbol = SYMBOL[scene.over].split()[1]
        truth = f"True class {num(scene.target)}, " if scene.losses[0].family == "binary" else "At "
        where = f"{truth}{symbol} = {num(scene.probe)}"
    parts = [
        f"**{loss.short}** {num(found['value'])} (gradient {num(found['gradient'])})"
        for loss, found in at_probe(scene)
    ]
    return f"{where}: " + " · ".join(parts) + "."


def clipped(scene: Scene, drawn: Sequence[Line]) -> list[str]:
    """One sentence for each panel whose curves go on outside of it, and for what has no curve at all."""
    notes = []
    for panel in scene.panels:
        low, high = limits(scene, drawn, panel)
        out = []
        for line in drawn:
            if line.panel != panel or line.role != "curve" or line.loss is None:
                continue
            top, bottom = float(np.fmax.reduce(line.y)), float(np.fmin.reduce(line.y))
            if top > high:
                out.append(f"{line.loss.short} rises to {num(top)}")
            elif bottom < low and not scene.log:
                out.append(f"{line.loss.short} falls to {num(bottom)}")
        if out:
            notes.append(f"Cut off in {NOUN[panel]}: {', '.join(out)}.")
        drawn_here = {line.loss for line in drawn if line.panel == panel and line.role == "curve"}
        notes += [f"{loss.short} has no {NOUN[panel]}." for loss in scene.losses if loss not in drawn_here]
    return notes


def table(scene: Scene) -> dict[str, np.ndarray]:
    """The numbers behind the chart: the axis and every panel of every loss, at full precision."""
    x = scene.grid(401)
    columns = {SYMBOL[scene.over].split()[1]: x}
    for loss in scene.losses:
        curve = scene.curve(loss, x)
        for panel in scene.panels:
            y = getattr(curve, panel)
            if y is not None:
                columns[f"{loss.label} {NOUN[panel]}"] = y
    return columns


def probe_table(scene: Scene) -> dict[str, list[str]]:
    """The numbers at the probe, as columns by their titles."""
    shown = [panel for panel in PANELS if any(panel in found for _, found in at_probe(scene))]
    columns = {"Loss": [loss.label for loss, _ in at_probe(scene)]}
    for panel in shown:
        columns[panel_title(scene, panel).replace("|", "")] = [
            num(found[panel]) if panel in found else "" for _, found in at_probe(scene)
        ]
    return columns
