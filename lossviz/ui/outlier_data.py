"""stub"""

from dataclasses import dataclass
import numpy as np
from lossviz.cloud import Cloud, Window


@dataclass(frozen=True)
class Source:
    cloud: Cloud
    window: Window
    x_title: str
    y_title: str
    source: str
    name: str
    factor: float


def pick_data(address):
    rng = np.random.default_rng(1)
    n = 24
    x = np.sort(rng.uniform(0, 10, n)).round(2)
    y = (1 + 0.7 * x + rng.normal(0, 0.6, n)).round(2)
    y[-3] = 1.0
    return Source(Cloud.of(x, y), Window.around(x, y), "x", "y", "seeded", "line", 1.0)
