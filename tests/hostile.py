"""Strings that would be something else than text wherever they are not marked, and seeded mixtures of them."""

import random

HOST = "e.example"
"""Where every link and image of these strings points."""

STRINGS = (
    f"![](//{HOST}/x)",
    f"[zq](//{HOST}/x)",
    f"<a@{HOST}>",
    f'<a href="https://{HOST}">zq</a>',
    f"<img src=//{HOST}/x onerror=alert(1)>",
    f"www.{HOST}",
    f"https://{HOST}/x?y=1&z=2",
    f"a.b@{HOST}",
    "$\\frac{x}{y}$",
    ":red[zq] :blue-badge[zq]",
    ":material/home: :material_home:",
    ":smile: :streamlit:",
    "a -> b <-> c -- d >= e ~= f",
    "</script><script>alert(1)</script>",
    "a<b & c>d &lt; %{y} &#36;",
    "`code` **bold** _it_ ~~gone~~ a_b*c",
    "\"quoted\" 'single' \\n \\",
    "=HYPERLINK(0)",
)

REFUSED_WHOLE = ("own", "points", "p", "formula")
"""Fields that may hold long texts, which are not quoted where they are refused."""

_PIECES = (
    *STRINGS,
    *"$*<>[]()!\\_`~&:#|-+=.@/{}%\"' aZ1é",
    *("www.", "http://", "HTTPS://", "mailto:", "xmpp:", f"{HOST}", "::", ":::", ":x[", ":help[", "]{", "[^1]", "&amp;"),
    *("\t", "\n", "- ", "1. ", "> ", "# ", "    ", "```", "$$", "<!--", "-->", "\u200d", "\u202e", "\u00a0", "🎉", "א"),
)  # fmt: skip


def mixtures(count: int, seed: int = 0) -> list[str]:
    """Short strings put together from all that means something somewhere."""
    draw = random.Random(seed)
    return ["".join(draw.choices(_PIECES, k=draw.randint(1, 5))) for _ in range(count)]
