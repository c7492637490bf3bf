"""The points on the outlier page: the data set, what was done to it, and what is being done."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lossviz.cloud import Cloud, Window, changed, changes
from lossviz.fitting import Fit
from lossviz.outlier_lab import outliers
from lossviz.ui.address import Address, Bad, Field, number
from lossviz.ui.point_editor import MOST, Edit

EDITS, LINE, AT = "p", "line", "at"
_LIVE = "outliers:live"


@dataclass
class Gesture:
    """What happens to the points, kept between runs of one session."""

    name: str
    """The data set it belongs to."""
    rev: int = 0
    told: str = ""
    """The edits as the browser knows them."""
    cloud: Cloud | None = None
    """The points while they are moved; None at rest."""
    before: Cloud | None = None
    """The points as they were when the last gesture began."""
    mine: tuple[float, ...] | None = None
    start: tuple[tuple, tuple[Fit, ...]] | None = None
    """The fits of ``before``, and what they are fits of."""
    fits: dict[tuple, Fit] | None = None
    """The last fits, near which the next ones are while a point moves."""
    settled: bool = False
    """An edit has just ended and the rest of the page does not know yet."""


class Desk:
    """Reads and writes the points' state; made anew in every run.

    ``base`` are the points of the data set, ``name`` its token, ``window`` where they may go. More
    than ``MOST`` points stand still; only points that are added to them can be moved.
    """

    def __init__(self, address: Address, base: Cloud, window: Window, name: str) -> None:
        self.address, self.window, self.name = address, window, name
        crowded = len(base) > MOST
        self.still = base.xy if crowded else np.empty((0, 2))
        self.base = base.without(np.arange(len(base))) if crowded else base
        address.field(Field(EDITS, "", self._read_edits))
        address.field(Field(LINE, (), self._read_line, lambda ends: ",".join(f"{end:.5g}" for end in ends)))
        address.field(number(AT, -1, MOST, -1))
        self.gesture = self._gesture()
        settled = self._settled()
        self.moving = self.gesture.cloud is not None
        self.points = self.gesture.cloud or settled
        self._outliers: dict[bool, list[int]] = {}
        self.at = self._chosen()

    # --- what is there --------------------------------------------------------------------------

    @property
    def cloud(self) -> Cloud:
        """All points that fits see: those that can be moved first."""
        return self._with_still(self.points)

    @property
    def before(self) -> Cloud | None:
        """All points before the last gesture, if there was one."""
        return None if self.gesture.before is None else self._with_still(self.gesture.before)

    @property
    def rev(self) -> int:
        return self.gesture.rev

    @property
    def edited(self) -> bool:
        return bool(self.address[EDITS])

    def line(self, constant: bool) -> tuple[float, ...]:
        """The person's own line, as the heights of its two ends, or own constant."""
        ends = self.gesture.mine or self.address[LINE] or (float(np.median(self.cloud.y)),)
        if constant:
            return (float(np.mean(ends)),)
        return ends if len(ends) == 2 else (ends[0], ends[0])

    def _with_still(self, points: Cloud) -> Cloud:
        if not len(self.still):
            return points
        origin = np.concatenate([points.origin, np.arange(len(self.still))])
        return Cloud(np.concatenate([points.xy, self.still]), origin)

    # --- what is done -----------------------------------------------------------------------------

    def hear(self, edit: Edit, *, constant: bool) -> None:
        """Take an edit from the browser into the state; runs before the page does."""
        gesture = self.gesture
        gesture.settled = edit.settled
        if edit.why == "reset":
            self.put(self.base)
        elif edit.why == "clear":
            self.put(self.points.without(self.outliers(constant)))
        elif edit.why == "line":
            gesture.mine = None if edit.settled else edit.mine
            if edit.settled:
                self._session(LINE, edit.mine or ())
        elif edit.why == "select":
            self._session(AT, edit.at)
            gesture.before = None
        else:
            if gesture.cloud is None:
                gesture.before = self.points
            gesture.cloud = None if edit.settled else edit.points
            self._session(AT, edit.at)
            if edit.settled:
                gesture.told = changes(edit.points, self.base, self.window)
                self._session(EDITS, gesture.told)

    def put(self, points: Cloud) -> None:
        """Replace the points from outside the editor; one click of its undo takes it back."""
        self.gesture.before = self.points
        self.gesture.cloud = None
        self._session(EDITS, changes(points, self.base, self.window))

    def outliers(self, constant: bool) -> list[int]:
        """Those of the movable points that are outliers."""
        if constant not in self._outliers:
            found = outliers(self.cloud, constant=constant)
            self._outliers[constant] = [int(i) for i in found if i < len(self.points)]
        return self._outliers[constant]

    def clean(self) -> Cloud:
        """All points but the outliers."""
        return self.cloud.without(outliers(self.cloud))

    def just_settled(self) -> bool:
        """Whether an edit has ended since this was last asked."""
        settled, self.gesture.settled = self.gesture.settled, False
        return settled

    def _session(self, field: str, value: Any) -> None:
        st.session_state[self.address.key(field)] = value

    # --- between runs -------------------------------------------------------------------------------

    def _gesture(self) -> Gesture:
        gesture = st.session_state.get(_LIVE)
        if gesture is None or gesture.name != self.name:
            rev = 0 if gesture is None else gesture.rev + 1
            gesture = st.session_state[_LIVE] = Gesture(self.name, rev, self.address[EDITS])
        if gesture.told != self.address[EDITS]:
            gesture.told = self.address[EDITS]
            gesture.rev += 1
            gesture.cloud = None
        return gesture

    def _chosen(self) -> int:
        """The point that was last taken hold of; at first an outlier, or else the last point."""
        last = max(0, len(self.points) - 1)
        at = int(self.address[AT])
        if at >= 0:
            return min(at, last)
        return next(iter(self.outliers(False)), last)

    def _settled(self) -> Cloud:
        try:
            return changed(self.address[EDITS], self.base, self.window, MOST)
        except ValueError:
            return self.base

    def _read_edits(self, text: str) -> str:
        try:
            changed(text, self.base, self.window, MOST)
        except ValueError as problem:
            raise Bad(str(problem)) from None
        return text

    def _read_line(self, text: str) -> tuple[float, ...]:
        try:
            ends = np.array([float(part) for part in text.split(",")])
        except ValueError:
            ends = np.array([np.nan])
        if len(ends) not in (1, 2) or not np.isfinite(ends).all():
            raise Bad("a line of one's own is given by the heights of its two ends")
        return tuple(np.clip(ends, self.window.y.low, self.window.y.high).tolist())
