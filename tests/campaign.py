"""How many drawn cases a randomised test tries: a few in every run, many in the full one.

``.ci/run --full`` sets LOSSVIZ_FULL; seeds are fixed, so that the few are the first of the many.
"""

import os

FULL = os.environ.get("LOSSVIZ_FULL", "") not in ("", "0")


def cases(few: int, many: int) -> int:
    """Number of cases to draw."""
    return many if FULL else few
