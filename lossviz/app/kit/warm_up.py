"""What the first visitor would wait for, done before there is one: imports, and the drawing of one figure."""

import ast
import functools
import threading

from lossviz.app.kit.site import APP


def warm_up() -> None:
    """Import whatever the pages import, pandas before plotly draws (see :mod:`lossviz.app.kit.frame`), and draw.

    Streamlit's runtime must be there: components are registered with it when they are imported.
    """
    import pandas  # noqa: F401  (see above)

    for page in (APP, *sorted((APP.parent / "pages").glob("*.py"))):
        body = ast.parse(page.read_text(encoding="utf-8")).body
        imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module([*imports], []), str(page), "exec"), {})  # a page itself needs a session

    from lossviz import losses
    from lossviz.draw import curves

    scene = curves.Scene((losses.get("huber"),), "error", "error", target=0.0, low=-1.0, high=1.0, probe=0.0)
    curves.figure(scene, curves.lines(scene, scene.grid()), "").to_json(validate=False)


@functools.cache
def warm_up_meanwhile() -> None:
    """Do so beside what is going on, once in a process."""
    threading.Thread(target=warm_up, daemon=True).start()
