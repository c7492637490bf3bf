"""Who may import whom, read from the source: arrows go one way.

losses -> data, fitting, descent, robust ... (numpy) -> draw (plotly) -> app (streamlit) -> app.py, pages/

Within app: kit, which all pages share, knows no page; and no page knows another one.
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
    "draw": NUMERIC | {"plotly"},
    "app": NUMERIC | {"click", "pandas", "plotly", "starlette", "streamlit", "uvicorn"},
    "cli": set(),
    "__main__": set(),
    "pages": set(),
}
WITHOUT_STREAMLIT = {"fits", "guide", "presets", "scene", "state", "words"}
"""Names of files in a page's folder that decide and say, but draw nothing."""


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
    above = {
        "lossviz": ("draw", "app", "cli", "__main__"),
        "draw": ("app", "cli", "__main__"),
        "app": ("cli", "__main__"),
        "cli": ("__main__",),
    }
    for upper in above.get(layer(path), ()):
        assert not {name for name in ours if name.startswith(f"lossviz.{upper}")}
    if dotted(path).startswith("lossviz.losses"):
        assert all(n.startswith("lossviz.losses") for n in ours - {"lossviz.number_format"})
    if dotted(path) == "lossviz.number_format":
        assert not ours


@pytest.mark.parametrize("path", [p for p in PACKAGE if layer(p) == "app"], ids=dotted)
def test_the_kit_knows_no_page_and_a_page_no_other(path):
    """Folders of pages are those with a page in them; the menu names pages by their keys."""
    folder = dotted(path).split(".")[2:3]
    pages = {page.parent.name for page in PACKAGE if page.name == "page.py"}
    met = {name.split(".")[2] for name in imports(path) if name.startswith("lossviz.app.")}
    assert met & pages <= set(folder)
    if path.parent.name in pages and path.stem in WITHOUT_STREAMLIT:
        assert "streamlit" not in imports(path)


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
def test_a_page_is_three_lines_at_the_top_and_a_short_file_in_its_folder(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    assert lines[1].startswith("from lossviz.app.")
    assert lines[1].endswith(" import page")
    assert lines[2:] == ["page.run()"]
    page = ROOT / Path(*lines[1].split()[1].split(".")) / "page.py"
    assert len(page.read_text(encoding="utf-8").splitlines()) < 150
    called = {ast.unparse(n.func) for n in ast.walk(ast.parse(page.read_text())) if isinstance(n, ast.Call)}
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


LEANT_ON = re.compile(r"data-testid|data-test-|static/js|stApp\b")
KNOWING = {"lossviz/app/kit/streamlit_page.py", "static/link.js"}
"""Where what may change with Streamlit's next minor version stands."""


@pytest.mark.parametrize("path", [*PACKAGE, *PAGES, *BROWSER], ids=lambda p: str(p.relative_to(ROOT)))
def test_what_is_leant_on_of_streamlits_page_stands_in_one_place(path):
    name = path.relative_to(ROOT).as_posix()
    assert bool(LEANT_ON.search(path.read_text(encoding="utf-8"))) == (name in KNOWING)
