"""The browser's modules without a browser: their pure functions under Node, and the tools that check them."""

import json
import os
import runpy
import shutil
import subprocess

import pytest

REQUIRED = os.environ.get("LOSSVIZ_REQUIRE_NODE", "") not in ("", "0")


def test_node(root):
    node = shutil.which("node")
    if node is None:
        assert not REQUIRED, "Node is not installed"
        pytest.skip("Node is not installed")
    done = subprocess.run(
        [node, "--test", *map(str, sorted((root / "tests" / "js").glob("*.test.mjs")))],
        cwd=root,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


def test_the_lock_names_every_tool_by_its_hash_and_no_registry(root):
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    tools = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(tools) > 50
    assert all(entry["integrity"].startswith("sha512-") for entry in tools.values())
    assert not [name for name, entry in tools.items() if "resolved" in entry]
    assert all(entry["dev"] for entry in tools.values()), "nothing of them runs in the app"


def test_the_tools_run_in_the_checks(root):
    steps = (root / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    scripts = json.loads((root / "package.json").read_text(encoding="utf-8"))["scripts"]
    assert {f"npm run --silent {name}" for name in scripts if name not in ("test", "types")} <= set(steps)


def test_the_packed_payloads_are_those_that_python_packs(root):
    data = root / "tests" / "data"
    made = runpy.run_path(str(data / "make_browser_payloads.py"))["payloads"]()
    assert json.loads((data / "browser_payloads.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(made)
    )
