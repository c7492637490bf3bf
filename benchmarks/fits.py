"""Robust line fits, a thousand data sets at once, against statsmodels' RLM in a loop.

Needs statsmodels in the same environment (``pip install statsmodels``), which the app itself does not.
Both sides fit 1,000 lines to 50 points each under Huber (1.345) and Tukey's biweight (4.685) with
MAD scale, to the same fixed point: RLM's tolerance is tightened to 1e-10, because at its default the
answers agree to four digits only. The two take turns and the ratio is the median over the turns, since
a busy machine slows both. Prints one JSON line for each loss; exits with 1 when the answers
differ by more than 1e-6 or the ratio is below 50.

    python benchmarks/fits.py
"""

import json
import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lossviz import losses
from lossviz.fitting import fit_line

SETS, POINTS, TURNS = 1000, 50, 10
AGREEMENT, RATIO = 1e-6, 50.0


def data() -> tuple[Any, Any]:
    """Lines with normal noise, one point in ten far off: x and y of shape (SETS, POINTS)."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0.0, 10.0, (SETS, POINTS))
    y = 1.0 + 2.0 * x + rng.normal(size=x.shape)
    return x, y + np.where(rng.random(x.shape) < 0.1, rng.normal(0.0, 20.0, x.shape), 0.0)


def main() -> int:
    try:
        import statsmodels.api as sm
    except ImportError:
        print("statsmodels is not installed; install it to compare: pip install statsmodels")
        return 2
    warnings.simplefilter("ignore")
    x, y = data()
    designs = [sm.add_constant(row) for row in x]
    failed = False
    for loss, norm in (
        (losses.get("huber", delta=1.345), sm.robust.norms.HuberT(1.345)),
        (losses.get("tukey_biweight", c=4.685), sm.robust.norms.TukeyBiweight(4.685)),
    ):
        fit_line(loss, x, y, scale="mad")
        theirs, slow, fast = [], [], []
        for turn in np.array_split(np.arange(SETS), TURNS):
            begin = time.perf_counter()
            for i in turn:
                model = sm.RLM(y[i], designs[i], M=norm)
                theirs.append(model.fit(maxiter=1000, tol=1e-10, conv="coefs").params)
            slow.append((time.perf_counter() - begin) * SETS / len(turn))
            begin = time.perf_counter()
            ours = fit_line(loss, x, y, scale="mad")
            fast.append(time.perf_counter() - begin)
        difference = float(np.abs(ours.coefficients / np.array(theirs) - 1.0).max())
        ratio = statistics.median(np.divide(slow, fast))
        failed |= difference > AGREEMENT or ratio < RATIO or not ours.converged.all()
        print(
            json.dumps(
                dict(
                    benchmark="fits",
                    loss=loss.name,
                    sets=SETS,
                    points=POINTS,
                    lossviz_s=round(statistics.median(fast), 4),
                    statsmodels_s=round(statistics.median(slow), 3),
                    ratio=round(ratio, 1),
                    at_least=RATIO,
                    largest_relative_difference=difference,
                    converged=int(ours.converged.sum()),
                )
            )
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
