"""``sentence``: plain text under a picture, that may change as fast as the picture does."""

from typing import TypedDict

from lossviz.app.kit.component import declare

_sentence = declare("sentence", ".lossviz-sentence { margin: 0; min-height: 3.2em; }", isolate=False)


class SentencePayload(TypedDict):
    """What the browser gets."""

    id: str
    text: str
    stamp: int


def sentence(text: str, *, key: str, stamp: int = 0) -> None:
    """Write it.

    Args:
        text: as it is to be read; not Markdown.
        key: unique across the app, and its id for answers from :mod:`lossviz.app.kit.live`.
        stamp: of the last such answer, so that what a run says replaces it.
    """
    _sentence(key=key, data=[payload(text, key=key, stamp=stamp)])


def payload(text: str, *, key: str, stamp: int = 0) -> SentencePayload:
    """What the browser gets."""
    return {"id": key, "text": text, "stamp": stamp}
