"""Text that others wrote (a link, a file's name, a column's head, a typed value), one function per target.

Such text is kept as it came and marked at the last moment, by the function of the place where it will stand,
so that it is shown as the characters it is: nothing in it is a link, an image, a formula, a tag or code.
"""

import html as _html
import json
import re
import unicodedata
from typing import Any

_JOINERS = "\u200c\u200d"
"""Invisible, but parts of words in Persian and of emoji of several signs."""

_MARKUP = re.compile(r"[$*<\[\\\]_`~]|&(?=[#\w])|:(?=[:A-Za-z]|$)")
_STARTS = re.compile(r"^(?=[-+=>#|])|^(\d+)(?=[.)])")
_LATE = re.compile(
    r"https?(?=:)|www(?=\.)|@|:(?=material)|:(?=[\w+-]+:)|(?<=<)-(?=>)|-(?=[->])|(?<=<)-|(?<=[<>~])=",
    re.IGNORECASE,
)
_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)


def plain(text: str, longest: int | None = None) -> str:
    """One line of visible characters, at most ``longest`` of them: the last is then an ellipsis.

    Tabs and line breaks become spaces; what shows nothing or turns the direction of what follows, "?".
    """
    shown = "".join(map(_visible, text))
    return shown if longest is None or len(shown) <= longest else f"{shown[: longest - 1]}…"


def _visible(sign: str) -> str:
    if sign in "\t\n\r\v\f\x85\u2028\u2029":
        return " "
    return sign if sign.isprintable() or sign in _JOINERS or unicodedata.category(sign) == "Zs" else "?"


def quoted(text: str, longest: int = 25) -> str:
    """The text, shortened, in quotation marks; still to be marked for where the sentence will stand."""
    return f"“{plain(text, longest)}”"


def markdown(text: str) -> str:
    """For Markdown as Streamlit reads it, labels and help included.

    A backslash keeps a sign from being markup. Addresses, emoji, icons and arrows are looked for later, in
    text whose backslashes are gone: there a span without a style parts what would be taken for one.
    """
    shown, done, last = plain(text), "", 0
    for late in _LATE.finditer(shown):
        done += f"{_escaped(shown[last : late.start()])}:color[{_escaped(late[0])}]{{}}"
        last = late.end()
    done += _escaped(shown[last:])
    if done[:1].isspace():  # Streamlit would strip it, and what follows begin the line
        return f"&#{ord(done[0])};{done[1:]}"
    return _STARTS.sub(lambda found: f"{found[1] or ''}\\", done)


def _escaped(text: str) -> str:
    # A directive may follow neither a colon nor one behind a backslash, so that a colon is a reference.
    return _MARKUP.sub(lambda found: "&#58;" if found[0] == ":" else f"\\{found[0]}", text)


def plotly(text: str) -> str:
    """For titles, names and hover templates of a Plotly figure, which know some tags, formulas and %{...}.

    Of HTML's references for quotation marks it does not know one, and needs none.
    """
    tagless = _html.escape(plain(text), quote=False)
    return tagless.replace("$", "&#36;").replace("%{", "&#37;{")


def plotly_3d(text: str) -> str:
    """For titles of the axes of a 3-D scene, which know tags but no references."""
    return plain(text).replace("<", "<\u2060")  # a character without width: what follows is no tag's name


def html(text: str) -> str:
    """For HTML, between tags or in a quoted attribute."""
    return _html.escape(plain(text))


def svg(text: str) -> str:
    """For SVG and other XML, which has no place for some characters at all."""
    return _html.escape(_XML.sub("?", plain(text)))


def script_json(data: Any) -> str:
    """As JSON within a <script> element, which no text in it can end."""
    return json.dumps(data).replace("<", "\\u003c")


def python(text: str) -> str:
    """For a docstring or a comment of a Python script."""
    return plain(text).replace("\\", "/").replace('"', "'")


def cell(value: Any) -> Any:
    """For a cell of a CSV file: text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value
