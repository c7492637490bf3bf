"""Text of others, marked for each place it may stand in; Markdown in a real page: browser/test_foreign_markdown.py."""

import ast
import csv
import io
import json
import random
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import declared
import hostile
import numpy as np
import pytest
from campaign import cases
from sources import PACKAGE, PAGES, imports
from visiting import notice, read, visit

from lossviz import foreign
from lossviz.app.kit.downloads import to_csv

TEXTS = [*hostile.STRINGS, *hostile.mixtures(cases(400, 20_000), seed=1)]


class Seen(HTMLParser):
    """The text of HTML and the tags in it."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", []
        self.feed(source)
        self.close()

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))


def test_plain_text_is_one_line_of_what_can_be_seen():
    assert foreign.plain("a\tb\nc\u2028d") == "a b c d"
    assert foreign.plain("\x00\x1b\u202ex\u200bé\u00a0") == "???x?é\u00a0"
    assert foreign.plain("👩\u200d🔬 می\u200cخواهم") == "👩\u200d🔬 می\u200cخواهم"
    assert foreign.plain("abcdef", 4) == "abc…"
    assert foreign.quoted("x" * 30) == f"“{'x' * 24}…”"


def test_markdown_is_read_back_as_the_plain_text():
    for text in TEXTS:
        assert read(foreign.markdown(text)) == foreign.plain(text)


@pytest.mark.parametrize("mark", [foreign.html, foreign.svg, foreign.plotly])
def test_tags_hold_the_plain_text_and_no_further_tag(mark):
    for text in TEXTS:
        for around in ("<p>{}</p>",) if mark is foreign.plotly else ("<p>{}</p>", '<p title="{}">x</p>'):
            seen = Seen(around.format(mark(text)))
            assert [tag for tag, _ in seen.tags] == ["p"]
            found = seen.text if "title" not in around else dict(seen.tags[0][1])["title"]
            assert found == foreign.plain(text)


def test_svg_is_well_formed_whatever_is_in_it():
    for text in [*TEXTS, "".join(map(chr, range(0xD800))), "\ufffe\uffff"]:
        assert (
            ET.fromstring(f"<t a='{foreign.svg(text)}'>{foreign.svg(text)}</t>").text is not None or not text
        )


def test_plotly_sees_no_formula_and_no_placeholder():
    for text in TEXTS:
        marked = foreign.plotly(text)
        assert not set("<>$") & set(marked)
        assert "%{" not in marked
        assert set(re.findall(r"&#?\w+;", marked)) <= {"&amp;", "&lt;", "&gt;", "&#36;", "&#37;"}


def test_no_tag_is_left_in_a_scene_of_three_dimensions():
    for text in TEXTS:
        marked = foreign.plotly_3d(text)
        assert not re.search(r"<[/\w]", marked)
        assert marked.replace("\u2060", "") == foreign.plain(text)


def test_json_within_a_script_is_the_same_and_ends_nothing():
    for text in TEXTS:
        assert json.loads(foreign.script_json({text: [text]})) == {text: [text]}
    assert "<" not in foreign.script_json(TEXTS)


def test_a_docstring_ends_where_it_is_meant_to():
    for text in TEXTS:
        tree = ast.parse(f'"""{foreign.python(text)}\n"""\nx = 1  # {foreign.python(text)}\ny = 2\n')
        assert [type(node).__name__ for node in tree.body] == ["Expr", "Assign", "Assign"]


def test_no_cell_of_a_csv_is_a_formula():
    table = {text: np.array([text, "-0.5", "−1"], dtype=object) for text in TEXTS[:60]} | {
        "n": [-1.5, 2.0, 3.0]
    }
    rows = list(csv.reader(io.StringIO(to_csv(table))))
    assert rows[0][-1] == "n"
    assert [row[-1] for row in rows[1:]] == ["-1.5", "2.0", "3.0"]
    assert set(rows[2][:-1]) == {"-0.5"}
    assert not [cell for row in rows[:2] for cell in row[:-1] if cell[:1] in tuple("=+-@\t\r")]


BOXES = {"error", "warning", "info", "success", "exception", "toast", "write", "text"}
"""Streamlit's boxes for sentences; what goes into them is told by ``plainly``, or is a constant."""


@pytest.mark.parametrize("path", [*PACKAGE, *PAGES], ids=lambda p: p.name)
def test_sentences_that_are_put_together_go_through_plainly(path):
    if path.name == "plainly.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"st.{name}" for name in BOXES}:
            assert all(isinstance(value, ast.Constant) for value in node.args), ast.unparse(node)


@pytest.mark.parametrize("path", PACKAGE, ids=lambda p: p.name)
def test_nobody_else_escapes(path):
    assert path.name == "foreign.py" or not {"html", "html.escape", "xml.sax.saxutils"} & imports(path)


@pytest.mark.parametrize(
    ("file", "state"),
    declared.ADDRESSES,
    ids=[f"{file[:-3]}-{k}" for k, (file, _) in enumerate(declared.ADDRESSES)],
)
def test_every_field_quotes_what_it_was_given_as_it_is(file, state):
    """Each field and the name of an unknown one, a few at a time: no more than six notices are said."""
    names = [name for _, name in declared.fields(file, state) if name not in state]
    draw = random.Random(file)
    texts = draw.sample(hostile.STRINGS, len(hostile.STRINGS))
    for start in range(0, len(names), 5):
        for k in range(cases(1, len(texts))):
            given = {
                name: texts[(start + i + k) % len(texts)] for i, name in enumerate(names[start : start + 5])
            }
            unknown = texts[(start + k + 9) % len(texts)]
            at = visit(file, state | given | {unknown: "1"})
            assert [e.message for e in at.exception] == []
            said = notice(at)
            for name, text in given.items():
                quoted = f"{name}: " if name in hostile.REFUSED_WHOLE else f"{name}: {foreign.quoted(text)}"
                assert name == "word" or quoted in said
            assert f"{foreign.quoted(unknown)} is no setting of this page" in said
