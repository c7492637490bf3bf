"""What no test may do: reach for what is private to the app, import another test, sleep where it could wait, claim nothing."""

import ast
from pathlib import Path

import pytest

TESTS = sorted(Path(__file__).parent.rglob("*.py"))
HARNESS = {"visiting.py": {"_run", "_tree"}, "test_main.py": {"_config_options_template"}}
"""Streamlit's own harness has no public way to send a widget's state or to list all options: here, and only here."""


def private(name):
    return name.startswith("_") and not name.startswith("__")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_nothing_private_is_reached_for(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    reached = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            reached |= {alias.name for alias in node.names if private(alias.name)}
        elif isinstance(node, ast.Attribute) and private(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                reached.add(node.attr)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("monkeypatch.setattr"):
            names = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            reached |= {name for name in names if private(name.rpartition(".")[2])}
    assert reached <= HARNESS.get(path.name, set())


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_no_test_is_imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    assert not {module for module in modules if module and module.rpartition(".")[2].startswith("test_")}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_a_fixed_time_is_slept_only_between_looks_or_moves(path):
    """Within a loop a pause is the pace of a hand or of looking again, in a lambda the slowness of what is tested."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While | ast.Lambda)]
    paced = {id(inner) for loop in loops for inner in ast.walk(loop)}
    slept = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("wait_for_timeout", "sleep")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value  # of 0 seconds it lets others run
        and id(node) not in paced
    ]
    assert slept == []


def calls(node):
    """Whether something is worked out anew, which may well come out otherwise."""
    return any(isinstance(inner, ast.Call) for inner in ast.walk(node))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_nothing_is_compared_with_itself(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    same = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and any(
            isinstance(op, ast.Eq) and ast.dump(left) == ast.dump(right) and not calls(left)
            for op, left, right in zip(
                node.ops, [node.left, *node.comparators], node.comparators, strict=False
            )
        )
    ]
    assert same == []
