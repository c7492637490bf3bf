"""Long work beside the page: it tells how far it is, and can be stopped.

A run of Streamlit cannot be interrupted by the fragment it belongs to, so that work of more than a
moment has a thread of its own, and the page looks in on it.
"""

import threading
from collections.abc import Callable
from typing import Any

import streamlit as st

MOMENT = 0.4
"""Seconds that a page waits for work before it shows how far that is."""
LOOK = 0.25
"""Seconds between looks."""


class Job:
    """Work under way; ``work`` is given a function to tell the share done to, False from it says stop."""

    def __init__(self, work: Callable[[Callable[[float], bool]], Any]) -> None:
        self.share = 0.0
        self.stopped = False
        self.result: Any = None
        self.error: Exception | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """End at the next report; the result stays None."""
        self.stopped = True

    def wait(self, seconds: float) -> None:
        """Return when the work is done or the time is up."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            found = self._work(self._report)
        except Exception as error:
            self.error = error
        else:
            self.result = None if self.stopped else found

    def _report(self, share: float) -> bool:
        self.share = share
        return not self.stopped


def result(
    key: str, token: str, work: Callable[[Callable[[float], bool]], Any], stop: Callable[[], None]
) -> Any:
    """The result of the work for this token; until it is there None, a bar and a button to stop.

    Args:
        key: names the place on the page; one job a place and session.
        token: work for another token is stopped and begun anew.
        stop: called when somebody stops the work, to unset what asked for it.

    Raises:
        Exception: what the work raised.
    """
    kept = st.session_state.get(key)
    if kept is None or kept[0] != token or (kept[1].stopped and not kept[1].running):
        drop(key)
        kept = st.session_state[key] = (token, Job(work))
    job: Job = kept[1]
    job.wait(MOMENT)
    if job.running:
        st.fragment(_watch, run_every=LOOK)(key, job, stop)
    elif job.error is not None:
        raise job.error
    return job.result


def drop(key: str) -> None:
    """Stop what is under way at that place, if anything, and forget its result."""
    kept = st.session_state.pop(key, None)
    if kept is not None:
        kept[1].stop()


def _watch(key: str, job: Job, stop: Callable[[], None]) -> None:
    if not job.running:
        st.rerun()

    def stopped() -> None:
        drop(key)
        stop()

    bar, button = st.columns([5, 1], vertical_alignment="center")
    bar.progress(min(1.0, job.share), "Running")
    button.button("Stop", key=f"{key}:stop", on_click=stopped, width="stretch")
