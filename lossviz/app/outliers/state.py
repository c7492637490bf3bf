"""The points of the outlier lab at one moment, and what a hand that moves makes of them."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from lossviz.app.kit.point_editor import Edit
from lossviz.data.cloud import Cloud, Window
from lossviz.data.dataset import MAX_DRAWN
from lossviz.data.sampling import sample
from lossviz.losses.base import Array
from lossviz.robust.outliers import outliers


@dataclass(frozen=True)
class State:
    """All that a picture of the points depends on, the settings apart."""

    name: str
    """Token of the data set."""
    base: Cloud
    """Its points that can be moved."""
    window: Window
    still: Array
    """Points (m, 2) that are fitted but cannot be moved."""
    points: Cloud
    """The movable points as they are."""
    earlier: Cloud | None
    """The movable points before the last gesture, if there was one."""
    ends: tuple[float, ...]
    """Heights of the two ends of the person's own line, one number for a level one; () for none yet."""
    picked: int | None
    """The point that was last taken hold of."""
    rev: int = 0
    """Raised when Python changes the points."""
    edited: bool = False
    moving: bool = False

    @cached_property
    def cloud(self) -> Cloud:
        """The points that fits see, those that can be moved first: all of them, or a part while one moves."""
        return self.part if self.moving else _joined(self.points, self.still)

    @cached_property
    def part(self) -> Cloud:
        """The same with at most ``MAX_DRAWN`` of those that stand still, drawn at random."""
        return _joined(self.points, self.drawn_still)

    @cached_property
    def drawn_still(self) -> Array:
        """Those of the still points that are drawn, (m, 2)."""
        return self.still[sample(len(self.still), MAX_DRAWN)]

    @property
    def thinned(self) -> bool:
        """Whether there are more points than are drawn."""
        return len(self.still) > MAX_DRAWN

    def shares(self, points: Cloud) -> Array | None:
        """For how many points each of these, and of those that are drawn of the still ones, stands; None where
        each stands for itself."""
        if not self.thinned:
            return None
        stands = np.full(len(self.drawn_still), len(self.still) / len(self.drawn_still))
        return np.concatenate([np.ones(len(points)), stands])

    @cached_property
    def before(self) -> Cloud | None:
        """The points of ``cloud`` before the last gesture, if there was one."""
        if self.earlier is None:
            return None
        return _joined(self.earlier, self.drawn_still if self.moving else self.still)

    @cached_property
    def at(self) -> int:
        """The point that is marked; at first an outlier, or else the last point."""
        last = max(0, len(self.points) - 1)
        if self.picked is not None:
            return min(self.picked, last)
        return next(iter(self.outliers(constant=False)), last)

    def line(self, constant: bool) -> tuple[float, ...]:
        """The person's own line, as the heights of its two ends, or own constant."""
        ends = self.ends or (float(np.median(self.cloud.y)),)
        if constant:
            return (float(np.mean(ends)),)
        return ends if len(ends) == 2 else (ends[0], ends[0])

    def outliers(self, *, constant: bool) -> list[int]:
        """Those of the movable points that are outliers."""
        return self._level_outliers if constant else self._line_outliers

    def clean(self) -> Cloud:
        """All points of ``part`` but the outliers."""
        return self.part.without(outliers(self.part))

    def during(self, edit: Edit) -> "State":
        """The state while an edit that has not ended is made to this one, which is at rest."""
        if edit.why == "line":
            return replace(self, ends=edit.mine or (), moving=True)
        return replace(self, points=edit.points, earlier=self.points, picked=edit.at, moving=True)

    @cached_property
    def _line_outliers(self) -> list[int]:
        return self._movable(outliers(self.cloud))

    @cached_property
    def _level_outliers(self) -> list[int]:
        return self._movable(outliers(self.cloud, constant=True))

    def _movable(self, found: np.ndarray) -> list[int]:
        return [int(i) for i in found if i < len(self.points)]


def _joined(points: Cloud, still: Array) -> Cloud:
    if not len(still):
        return points
    origin = np.concatenate([points.origin, np.arange(len(still))])
    return Cloud(np.concatenate([points.xy, still]), origin)
