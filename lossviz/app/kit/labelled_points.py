"""A person's own points with classes, edited by hand: what a gesture leaves is in the address at once."""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from lossviz.app.kit import own_points, plainly
from lossviz.app.kit.address import Address
from lossviz.app.kit.own_points import OWN
from lossviz.app.kit.point_editor import Edit, point_editor
from lossviz.data.cloud import Cloud, Window
from lossviz.data.points import Points, encode
from lossviz.draw.editor import Scene

HEIGHT = 260


@dataclass
class Desk:
    """The points as they came, kept between runs of one session."""

    home: Points
    """Reset goes back to these, and what is moved back to one of them gets all its digits."""
    window: Window
    cloud: Cloud
    """The points as they are, and which of ``home`` each was."""
    told: str
    """Their text, as the address holds it."""
    rev: int = 0
    at: int = 0
    refused: str = ""
    """Why the last edit was not taken."""

    @property
    def name(self) -> str:
        """Another one for other points: undo does not reach across."""
        return f"own {zlib.crc32(encode(self.home).encode())}"


def edit_labelled(address: Address, points: Points) -> None:
    """Draw an editor of the points that the address holds; each of them has a class."""
    text = address[OWN]
    desk = _desk(address, points, text)
    classes = [name or f"class {k}" for k, name in enumerate(points.classes)]
    sizes = np.bincount(desk.cloud.labels if desk.cloud.labels is not None else [], minlength=len(classes))
    counts = ", ".join(f"{size} of class {name}" for size, name in zip(sizes, classes, strict=True))
    scene = Scene(
        title="",
        alt=f"{len(points.xy)} points that can be moved, across {points.names[0]} and up {points.names[1]}: {counts}.",
        x_title=points.names[0],
        y_title=points.names[1],
        window=desk.window,
        said=f"{len(points.xy)} points: {counts}.",
        height=HEIGHT,
        edited=text != encode(desk.home),
        marked=False,
        classes=classes,
        quiet=True,
    )
    point_editor(
        desk.cloud,
        _cloud(desk.home),
        scene,
        key=f"{address.page}:labelled points",
        name=desk.name,
        rev=desk.rev,
        at=desk.at,
        on_edit=lambda edit: _hear(address, desk, edit),
    )
    if desk.refused:
        plainly.notice(desk.refused)


def _hear(address: Address, desk: Desk, edit: Edit) -> None:
    """Take what a gesture has left into the address; the browser gets its points back where that cannot be."""
    if not edit.settled:
        return
    desk.refused = ""
    try:
        cloud = _cloud(desk.home) if edit.why == "reset" else edit.points
        text = own_points.checked(encode(replace(desk.home, xy=cloud.xy, labels=cloud.labels)))
    except ValueError as problem:
        desk.refused = f"The points are as before: {plainly.reason(problem)}."
        desk.rev += 1
        return
    desk.rev += edit.why == "reset"
    desk.cloud, desk.told, desk.at = cloud, text, edit.at
    address.put(OWN, text)


def _desk(address: Address, points: Points, text: str) -> Desk:
    """This session's desk, made anew where the address holds other points than were last left."""
    key = f"{address.page}:labelled desk"
    known = st.session_state.get(key)
    if isinstance(known, Desk) and known.told == text:
        return known
    window = points.window or Window.around(*points.xy.T)
    rev = known.rev + 1 if isinstance(known, Desk) else 0
    desk = st.session_state[key] = Desk(points, window, _cloud(points), text, rev)
    return desk


def _cloud(points: Points) -> Cloud:
    return Cloud.of(points.xy[:, 0], points.xy[:, 1], points.labels)
