"""The pure functions of the browser's modules, under Node where there is one."""

import os
import shutil
import subprocess

import pytest


def test_node(root):
    node = shutil.which("node")
    if node is None:
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
