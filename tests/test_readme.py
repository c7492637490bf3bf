"""What the README says about the library is what the library does."""

import re
from pathlib import Path

import numpy as np

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_example_gives_what_its_comments_say() -> None:
    block = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert block is not None
    names: dict[str, object] = {}
    checked = 0
    for line in block[1].splitlines():
        code, _, comment = line.partition("  # ")
        if not comment:
            exec(code, names)
            continue
        said = comment.split(":")[0].removesuffix("...").strip()
        got = eval(code, names)
        shown = repr(float(got)) if isinstance(got, np.floating) else repr(got)
        assert re.sub(r"\s+", " ", shown).startswith(re.sub(r"\s+", " ", said)), line
        checked += 1
    assert checked >= 4


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert pictures
    for picture in pictures:
        assert (Path(__file__).resolve().parents[1] / picture).is_file(), picture
