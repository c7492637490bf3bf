"""Words of other people where Markdown is expected: nothing in them is a link, an image or a formula."""

import re

_MARKUP = re.compile(r"[!$&()*:<>\[\\\]_`{|}~#]")


def literal(text: str) -> str:
    """The text, so marked that Markdown shows it as it is."""
    return _MARKUP.sub(r"\\\g<0>", text)
