"""What every test may use: the repository's root and a port that is free."""

import sys
from pathlib import Path

import pytest

from benchmarks import harness

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
    background = sys.modules.get("lossviz.ui.background")  # who never opens a page never waits for it
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
