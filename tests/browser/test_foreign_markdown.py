"""Text of others through ``foreign.markdown`` in a real Streamlit page: the same characters, and no element more."""

import json

import hostile
from campaign import cases

from benchmarks import harness
from lossviz import foreign

APP = """
import json
from pathlib import Path

import streamlit as st

from lossviz import foreign

strings = json.loads((Path(__file__).parent / "strings.json").read_text(encoding="utf-8"))
for k, text in enumerate(strings):
    with st.container(key=f"case{k}"):
        marked = foreign.markdown(text)
        st.caption(marked)
        st.markdown(f"“{marked}”")
        st.checkbox(marked, key=f"box{k}")
st.caption("the end")
"""

READ = """(k) => [...document.querySelectorAll(`.st-key-case${k} [data-testid=stMarkdownContainer], .st-key-case${k} [data-testid=stCaptionContainer]`)].map(
  (box) => [box.textContent, [...box.querySelectorAll('*')].map((node) => node.tagName + (node.className?.includes?.('stMarkdown') ? '.' + node.className : ''))])"""


def collapsed(text):
    """As a browser shows it: runs of spaces are one, none at the ends."""
    return " ".join(text.replace("\u00a0", " ").split())


def test_every_string_is_read_as_it_is(chromium, tmp_path):
    strings = [text for text in (*hostile.STRINGS, *hostile.mixtures(cases(120, 2000))) if text.strip()]
    (tmp_path / "strings.json").write_text(json.dumps(strings), encoding="utf-8")
    app = tmp_path / "app.py"
    app.write_text(APP, encoding="utf-8")
    requests = []
    with harness.serving(harness.stock(app)) as server:
        page = harness.open_page(chromium)
        page.on("request", lambda request: requests.append(request.url))
        page.goto(server.url)
        page.get_by_text("the end", exact=True).wait_for()
        boxes = "(n) => document.querySelectorAll('[class*=st-key-case] [data-testid=stMarkdownContainer]').length >= n"
        page.wait_for_function(boxes, arg=2 * len(strings))
        wrong = []
        for k, text in enumerate(strings):
            wanted = collapsed(foreign.plain(text))
            found = page.evaluate(READ, k)
            for shown, elements in found:
                if collapsed(shown.strip("“”")) != collapsed(wanted.strip("“”")) or set(elements) - {
                    "P",
                    "SPAN",
                    "DIV",
                }:
                    wrong.append((text, shown, elements))
        page.context.close()
    assert not wrong, "\n".join(map(repr, wrong[:20]))
    assert [url for url in requests if not url.startswith((server.url, "data:", "blob:"))] == []
