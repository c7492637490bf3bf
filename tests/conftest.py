"""What every test may use: the repository's root and a port that is free."""

import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from campaign import FULL
from hypothesis import settings

from benchmarks import harness

# On a busy machine any example is late. The same ones in every run; others are looked for in the long one.
settings.register_profile("by count, not by the clock", deadline=None, derandomize=not FULL)
settings.load_profile("by count, not by the clock")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture
def free_port() -> int:
    return harness.free_port()


@pytest.fixture(autouse=True)
def jobs_end_with_their_test(monkeypatch):
    """What a page left running beside it is stopped, so that it takes no time from the tests that follow."""
    background = sys.modules.get("lossviz.app.kit.background")  # who never opens a page never waits for it
    if background is None:
        yield
        return
    begun = []

    class Job(background.Job):
        def __init__(self, work):
            begun.append(self)
            super().__init__(work)

    monkeypatch.setattr(background, "Job", Job)
    yield
    for job in begun:
        job.stop()


@pytest.fixture
def looked_at(monkeypatch):
    """How many residuals, or samples' scores, each thread has looked at."""
    from lossviz.fitting.problem import Problem
    from lossviz.models import Cost

    seen = Counter()

    def counted(cls, name):
        method = getattr(cls, name)

        def counting(self, *arguments):
            found = method(self, *arguments)
            sizes = [part.size for part in (found if isinstance(found, tuple) else (found,))]
            of = self.samples if cls is Cost else 1
            seen[threading.current_thread().name] += sizes[0] * of
            return found

        monkeypatch.setattr(cls, name, counting)

    counted(Problem, "errors")
    counted(Cost, "value_and_gradient")
    return seen
