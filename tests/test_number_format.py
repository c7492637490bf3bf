"""Numbers for people: one table of cases for Python and JavaScript, and no second way to write them."""

import ast
import json
import math
import shutil
import struct
import subprocess
from fractions import Fraction

import numpy as np
import pytest
from campaign import cases

from lossviz import number_format
from lossviz.data.numerals import typed


def table(root):
    rows = json.loads((root / "tests" / "expected" / "numbers.json").read_text(encoding="utf-8"))
    return [(name, [float(row[0]), *row[1:-1]], row[-1]) for name, some in rows.items() for row in some]


def test_the_table(root):
    wrong = [
        (name, given, text, found)
        for name, given, text in table(root)
        if (found := getattr(number_format, name)(*given)) != text
    ]
    assert wrong == []


def drawn(count):
    """Numbers of every size: any bits, round ones, whole ones, halves that can be rounded either way, neighbours of them."""
    draw = np.random.default_rng(20261127)
    for k in range(count):
        match k % 5:
            case 0:
                value = struct.unpack("<d", draw.bytes(8))[0]
            case 1:
                value = float(f"{draw.integers(1, 1000)}e{draw.integers(-12, 16)}")
            case 2:
                value = float(draw.integers(0, 10 ** int(draw.integers(1, 17))))
            case 3:
                value = float(draw.integers(1, 10**6)) / 2 ** int(draw.integers(1, 12))
            case _:
                value = float(np.nextafter(10.0 ** int(draw.integers(-9, 16)), draw.choice([0.0, np.inf])))
        if math.isfinite(value):
            yield value if draw.integers(2) else -value, int(draw.integers(1, 17))


def test_what_is_written_is_the_number_to_its_digits():
    for value, digits in drawn(cases(4000, 400_000)):
        text = number_format.short(value, digits)
        assert "-" not in text
        read = typed(text)
        assert read is not None, text
        if value and not math.isinf(read):
            off = abs(Fraction(text.replace("−", "-")) - Fraction(value))
            assert off <= Fraction(abs(value)) / 2 * Fraction(10) ** (1 - digits), (value, digits, text)
        assert typed(number_format.all_digits(value)) == value


def test_a_column_is_rounded_to_its_decimals_and_whole_where_it_is_whole():
    for value, digits in drawn(cases(4000, 400_000)):
        text = number_format.fixed(value, digits)
        assert not text.startswith("−0.") or any(c in text for c in "123456789")
        if abs(value) < 2**53:
            off = abs(Fraction(text.replace("−", "-")) - Fraction(value))
            assert off <= max(
                Fraction(1, 2) / 10**digits, Fraction(1, 10**9) * max(1, abs(Fraction(value)))
            ), (value, text)
        assert not (float(value).is_integer() and "." in text and "e" not in text)


def test_javascript_writes_every_number_as_python_does(root, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    asked = list(drawn(cases(20_000, 400_000)))
    (tmp_path / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    script = f"""
        import {{ readFileSync, writeFileSync }} from "node:fs";
        import {{ allDigits, short }} from {json.dumps((root / "static" / "number_format.js").as_uri())};
        const asked = JSON.parse(readFileSync("asked.json", "utf8"));
        writeFileSync("said.json", JSON.stringify(asked.map(([value, digits]) => [short(value, digits), allDigits(value)])));
    """
    subprocess.run([node, "--input-type=module", "-e", script], cwd=tmp_path, check=True, timeout=300)
    said = json.loads((tmp_path / "said.json").read_text(encoding="utf-8"))
    for (value, digits), found in zip(asked, said, strict=True):
        assert found == [number_format.short(value, digits), number_format.all_digits(value)], (value, digits)


FOR_MACHINES = {
    "data/cloud.py": "a window in a link",
    "draw/descent_details.py": "the name of a view",
    "draw/style.py": "a colour",
    "draw/thumbnail.py": "an SVG path",
    "losses/base.py": "a number, rounded",
    "losses/expression.py": "a formula in TeX, whose powers of ten are its own",
    "app/descent/controls.py": "a number, rounded",
    "app/descent/panels.py": "a number, rounded",
    "app/outliers/data.py": "a window in a link",
    "app/outliers/desk.py": "a number, rounded",
    "draw/editor.py": "a number, rounded",
}
"""Who else writes digits of a number, and for what; commas in counts (``{count:,}``) are free to all."""


def test_nobody_else_writes_numbers_for_people(root):
    """No format with digits but where a machine is the reader, and no minus sign put in by hand."""
    found = set()
    for path in (root / "lossviz").rglob("*.py"):
        name = path.relative_to(root / "lossviz").as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
                spec = ast.unparse(node.format_spec)[2:-1]
                if spec != "," and not spec.startswith((".60", "0")) and spec[-1:] in "gfe%":
                    found.add(name)
            if isinstance(node, ast.Call) and ast.unparse(node).endswith(
                (".replace('-', '−')", ".replace('−', '-')")
            ):
                assert name == "data/numerals.py", f"{name}:{node.lineno}"
    found.discard("number_format.py")
    assert found == set(FOR_MACHINES)
