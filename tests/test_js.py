"""The browser's modules without a browser: their pure functions under Node, and the tools that check them."""

import json
import os
import re
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
    assert {f"npm run --silent {name}" for name in scripts if name != "test"} <= set(steps)


def test_the_packed_payloads_are_those_that_python_packs(root):
    data = root / "tests" / "expected"
    made = runpy.run_path(str(data / "make_browser_payloads.py"))["payloads"]()
    assert json.loads((data / "browser_payloads.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(made)
    )


def test_the_payloads_types_are_those_of_pythons_records(root):
    made = runpy.run_path(str(root / "tests" / "js" / "make_payload_types.py"))["text"]()
    assert (root / "tests" / "js" / "payloads.d.ts").read_text(encoding="utf-8") == made, "make them anew"


UNREAD = {
    "ChartPayload": {"stamp"},
    "SentencePayload": {"stamp"},
}
"""Of each payload what no module reads: a stamp makes two payloads differ, and Streamlit send the second."""


def test_a_module_that_reads_what_python_does_not_send_is_caught(root, tmp_path):
    """Every field of a payload under another name, those of a few records at a time: the checker names each."""
    tsc = root / "node_modules" / ".bin" / "tsc"
    if not tsc.exists():
        assert not REQUIRED, "the tools are not installed: npm ci"
        pytest.skip("the tools are not installed")
    shutil.copytree(root / "static", tmp_path / "static")
    shutil.copy(root / "tsconfig.json", tmp_path)
    (tmp_path / "tests" / "js").mkdir(parents=True)
    shutil.copy(root / "tests" / "js" / "globals.d.ts", tmp_path / "tests" / "js")
    types = (root / "tests" / "js" / "payloads.d.ts").read_text(encoding="utf-8")
    records = re.findall(r"interface (\w+) \{\n(.*?)  \}", types, re.DOTALL)
    fields = {name: set(re.findall(r"^    (\w+)\??:", body, re.MULTILINE)) for name, body in records}
    payloads = {name for name in fields if name.endswith("Payload")} | {"Scene", "Extra"}
    inner = {"Axis", "Mark", "PackedTrace"}
    missed = {}
    for some in (payloads, inner, fields.keys() - payloads - inner):
        renamed = re.sub(
            r"(interface (\w+) \{\n)(.*?)(  \})",
            lambda m: (
                m[0]
                if m[2] not in some  # noqa: B023
                else m[1] + re.sub(r"^    (\w+)", r"    \1_renamed", m[3], flags=re.MULTILINE) + m[4]
            ),
            types,
            flags=re.DOTALL,
        )
        (tmp_path / "tests" / "js" / "payloads.d.ts").write_text(renamed, encoding="utf-8")
        done = subprocess.run([tsc, "-p", tmp_path], capture_output=True, text=True, timeout=120)
        said = set(re.findall(r"\w+", " ".join(re.findall(r"error .*", done.stdout))))
        missed |= {name: left for name in some if (left := fields[name] - said)}
    assert missed == UNREAD


def test_no_component_is_closed_by_the_late_end_of_an_earlier_mount(root):
    """Streamlit may end a mount after it has begun the next of the same node: a chart then stayed empty."""
    ends = {}
    for path in (root / "static").glob("*.js"):
        source = path.read_text(encoding="utf-8")
        body = source.partition("export default function")[2]
        if body:
            ends[path.stem] = re.findall(r"\n  return (.*)", body)
    assert {name for name, found in ends.items() if found} >= {
        "chart",
        "player",
        "live_slider",
        "point_editor",
    }
    for name, found in ends.items():
        assert all(
            end.startswith(("whenGone(root, ", "() => editor.leave(root, ", "undefined")) for end in found
        ), name
    leave = (root / "static" / "point_editor.js").read_text(encoding="utf-8").partition("  leave(root")[2]
    assert "root.isConnected" in leave[:300]
