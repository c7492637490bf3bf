"""Record what the snippets for PyTorch, Keras and scikit-learn compute in those libraries.

    KERAS_BACKEND=torch python tests/expected/make_snippets.py

writes ``snippets.json`` beside this file: for every loss, at its defaults, at the corners of its sliders
and at weights of zero, the snippet's text and what it bound to ``loss`` at the inputs of ``snippet_cases.points``, which are seeded. It needs the
libraries (made with PyTorch 2.13.0, Keras 3.15.1, scikit-learn 1.9.1); the tests need only the file.
"""

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]
os.environ.setdefault("KERAS_BACKEND", "torch")


def record() -> None:
    from snippet_cases import cases, points, run  # found beside the tests

    rows = []
    for name, library, loss in cases():
        code = loss.snippets()[library].code
        score, target = points(loss)
        result = run(code, library, score, target)
        rows.append(
            {
                "loss": name,
                "settings": loss.settings(),
                "library": library,
                "code": code,
                "output": result.tolist(),
            }
        )
    text = ",\n".join(json.dumps(row) for row in rows)
    (HERE / "snippets.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    record()
