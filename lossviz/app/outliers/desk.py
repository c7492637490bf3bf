"""Where the outlier page keeps its points: the settled ones in the address, a gesture in the session."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st

from lossviz.app.kit import plainly
from lossviz.app.kit.address import Address, Bad, Field, give_notice, whole
from lossviz.app.kit.point_editor import Edit
from lossviz.app.outliers.fits import Memory
from lossviz.app.outliers.state import State
from lossviz.data.cloud import Cloud, Window, changed, changes
from lossviz.data.dataset import MAX_BY_HAND
from lossviz.data.numerals import shortest, typed
from lossviz.foreign import quoted
from lossviz.number_format import all_digits

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
    memory: Memory = field(default_factory=Memory)
    settled: bool = False
    """An edit has just ended and the rest of the page does not know yet."""
    notes: tuple[str, ...] = ()
    """What was said of the fits when the points were last at rest."""


class Desk:
    """Reads and writes the points' state; made anew in every run.

    ``base`` are the points of the data set, ``name`` its token, ``window`` where they may go. More
    than ``MAX_BY_HAND`` points stand still; only points that are added to them can be moved.
    """

    def __init__(self, address: Address, base: Cloud, window: Window, name: str) -> None:
        self.address, self.window = address, window
        crowded = len(base) > MAX_BY_HAND
        self.base = base.without(np.arange(len(base))) if crowded else base
        address.field(Field(EDITS, "", self._read_edits, bulky=True))
        address.field(Field(LINE, (), self._read_line, lambda ends: ",".join(map(shortest, ends))))
        address.field(whole(AT, -1, MAX_BY_HAND, -1))
        self.gesture = gesture = self._gesture(name)
        settled, at = self._settled(), address[AT]
        self.state = State(
            name,
            self.base,
            window,
            base.xy if crowded else np.empty((0, 2)),
            gesture.cloud or settled,
            gesture.before,
            gesture.mine or address[LINE],
            at if at >= 0 else None,
            gesture.rev,
            bool(address[EDITS]),
            gesture.cloud is not None,
        )

    # --- what is done -----------------------------------------------------------------------------

    def hear(self, edit: Edit, *, constant: bool) -> None:
        """Take an edit from the browser into the state; runs before the page does."""
        gesture, points = self.gesture, self.state.points
        gesture.settled = edit.settled
        if edit.why == "reset":
            self.put(self.base)
        elif edit.why == "clear":
            self.put(points.without(self.state.outliers(constant=constant)))
        elif edit.why == "line":
            gesture.mine = None if edit.settled else edit.mine
            if edit.settled:
                self._session(LINE, tuple(float(f"{end:.5g}") for end in edit.mine or ()))
        elif edit.why == "select":
            self._pick(edit.at, points)
            gesture.before = None
            gesture.settled = True
        else:
            if gesture.cloud is None:
                gesture.before = points
            gesture.cloud = None if edit.settled else edit.points
            self._pick(edit.at, edit.points)
            if edit.why == "undo" and edit.mine and edit.mine != self.state.line(constant):
                self._session(LINE, edit.mine)
            if edit.settled:
                gesture.told = changes(edit.points, self.base, self.window)
                self._session(EDITS, gesture.told)

    def put(self, points: Cloud) -> None:
        """Replace the points from outside the editor; one click of its undo takes it back."""
        self.gesture.before = self.state.points
        self.gesture.cloud = None
        self._session(EDITS, changes(points, self.base, self.window))

    def just_settled(self) -> bool:
        """Whether an edit has ended since this was last asked."""
        settled, self.gesture.settled = self.gesture.settled, False
        return settled

    def _pick(self, at: int, points: Cloud) -> None:
        """Mark a point; one that is marked anyway is not written into the address."""
        usual = replace(self.state, points=points, picked=None).at
        self._session(AT, -1 if at == usual else at)

    def _session(self, field: str, value: Any) -> None:
        st.session_state[self.address.key(field)] = value

    # --- between runs -------------------------------------------------------------------------------

    def _gesture(self, name: str) -> Gesture:
        gesture = st.session_state.get(_LIVE)
        if gesture is None or gesture.name != name:
            rev = 0 if gesture is None else gesture.rev + 1
            gesture = st.session_state[_LIVE] = Gesture(name, rev, self.address[EDITS])
        if gesture.told != self.address[EDITS]:
            gesture.told = self.address[EDITS]
            gesture.rev += 1
            gesture.cloud = None
        return gesture

    def _settled(self) -> Cloud:
        try:
            return changed(self.address[EDITS], self.base, self.window, MAX_BY_HAND)
        except ValueError:
            return self.base

    def _read_edits(self, text: str) -> str:
        try:
            changed(text, self.base, self.window, MAX_BY_HAND)
        except ValueError as problem:
            raise Bad(plainly.reason(problem, "these are no points that were moved")) from None
        return text

    def _read_line(self, text: str) -> tuple[float, ...]:
        if not text:
            return ()
        ends = [end for part in text.split(",") if (end := typed(part)) is not None]
        if len(ends) != text.count(",") + 1 or len(ends) > 2:
            raise Bad(f"{quoted(text)} is not the heights of a line's two ends, such as 1.5,8")
        low, high = self.window.y.low, self.window.y.high
        inside = tuple(min(high, max(low, end)) for end in ends)
        if inside != tuple(ends):
            used = ", ".join(map(all_digits, inside))
            give_notice(f"line: {quoted(text)} ends beyond the window; {used} is used.")
        return inside
