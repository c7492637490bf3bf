"""Who may import whom, read from the source: arrows go one way.

losses -> data, fitting, descent ... (numpy) -> figures (plotly) -> ui (streamlit) -> app.py, pages/
"""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sources import BROWSER, MODULES, PACKAGE, PAGES, ROOT, dotted, imports

NUMERIC = {"numpy"}
LAZY = {"scipy", "sympy"}
"""Costly to import: only within the function that needs them."""
ALLOWED = {
    "lossviz": NUMERIC | LAZY,
    "figures": NUMERIC | {"plotly"},
    "ui": NUMERIC | {"pandas", "plotly", "starlette", "streamlit", "uvicorn"},
    "__main__": {"click", "streamlit", "uvicorn"},
    "pages": NUMERIC | {"streamlit"},
}


def outside(names: set[str]) -> set[str]:
    """The distributions among the names: neither the standard library nor ours."""
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"lossviz"}


def layer(path: Path) -> str:
    if path in PAGES:
        return "pages"
    second = path.relative_to(ROOT).with_suffix("").parts[1]
    return second if second in ALLOWED else "lossviz"


@pytest.mark.parametrize("path", [*PACKAGE, *PAGES], ids=lambda p: str(p.relative_to(ROOT)))
def test_each_layer_uses_only_its_own_libraries(path):
    assert outside(imports(path)) <= ALLOWED[layer(path)]
    if path not in PAGES:
        assert not outside(imports(path, top_level_only=True)) & LAZY, "import it in the function"


@pytest.mark.parametrize("path", PACKAGE, ids=dotted)
def test_no_arrow_points_back(path):
    ours = {name for name in imports(path) if name.split(".")[0] == "lossviz"}
    if layer(path) == "lossviz":
        assert not {n for n in ours if n.startswith(("lossviz.figures", "lossviz.ui", "lossviz.__main__"))}
    if layer(path) == "figures":
        assert not {n for n in ours if n.startswith(("lossviz.ui", "lossviz.__main__"))}
    if dotted(path).startswith("lossviz.losses"):
        assert all(n.startswith("lossviz.losses") for n in ours - {"lossviz.number_format"})
    if dotted(path) == "lossviz.number_format":
        assert not ours


def test_no_import_goes_round_in_a_circle():
    graph = {dotted(path): imports(path) & MODULES - {dotted(path)} for path in PACKAGE}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_numeric_core_does_without_streamlit_and_plotly():
    core = [dotted(path) for path in PACKAGE if layer(path) == "lossviz"]
    heavy = "streamlit", "plotly", "pandas", "scipy", "sympy"
    script = f"import sys, {', '.join(core)}; print(sorted(set({heavy}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_a_page_is_short_and_leaves_drawing_to_the_library(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 150
    called = {ast.unparse(n.func) for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)}
    assert not called & {"st.navigation", "st.plotly_chart", "st.set_page_config", "time.sleep"}


def strings(path: Path) -> list[str]:
    """String literals of a Python file that are not docstrings, so neither prose nor comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    ]


HOST = re.compile(r"""(?:https?:|wss?:|["'(=])//([\w-]+(?:\.[\w-]+)+)""")
HARMLESS = {"www.w3.org", "127.0.0.1", "0.0.0.0"}
CITED = {"doi.org", "arxiv.org"}
"""Where a reference may point a reader who clicks it."""


@pytest.mark.parametrize("path", [*PACKAGE, *PAGES, *BROWSER], ids=lambda p: str(p.relative_to(ROOT)))
def test_no_outside_host_is_named_in_code(path):
    python = path.suffix == ".py"
    texts = strings(path) if python else [path.read_text(encoding="utf-8")]
    hosts = {host for text in texts for host in HOST.findall(text)}
    assert hosts <= HARMLESS | (CITED if python else set())


def test_the_search_for_hosts_finds_them():
    for text in (
        'import "https://cdn.example.com/x.js"',
        "src='//cdn.example.com/x'",
        "url(//cdn.example.com)",
    ):
        assert HOST.findall(text) == ["cdn.example.com"]
    assert HOST.findall("a = b // c.d  // e.g. a comment") == []


@pytest.mark.parametrize("path", [*PACKAGE, *PAGES], ids=lambda p: str(p.relative_to(ROOT)))
def test_no_button_is_primary(path):
    """Streamlit writes white on it in both themes: too little contrast on the dark one's light blue."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "type":
            assert not (isinstance(node.value, ast.Constant) and node.value.value == "primary")
