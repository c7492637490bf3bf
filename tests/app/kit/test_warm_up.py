"""What is imported when: all that pages need before anybody comes, and nothing heavy before the lifeline answers."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from lossviz.app.kit.site import APP

ROOT = Path(__file__).resolve().parents[3]
PAGES = [APP, *sorted((APP.parent / "pages").glob("*.py"))]


def imports(page):
    body = ast.parse(page.read_text(encoding="utf-8")).body
    return "\n".join(ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom))


def loaded(script):
    """Names of all modules once a process has run that."""
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\nimport sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def warm():
    return loaded("from lossviz.app.kit.warm_up import warm_up\nwarm_up()")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_warm_server_imports_no_module_for_a_page(warm, page):
    cold = loaded(imports(page))
    assert {name for name in cold - warm if not name.startswith("streamlit")} == set()
    assert {"pandas", "plotly.graph_objs"} <= warm


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_lifeline_of_a_cold_server_does_not_wait_for_pandas(page):
    assert "pandas" not in loaded(imports(page))
