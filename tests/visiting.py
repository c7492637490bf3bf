"""Open a page of the app in Streamlit's own test harness, at any address."""

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from streamlit.components.v2 import manifest_scanner
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")))

# Each AppTest reads the metadata of every installed package in search of components, most of the time that a visit
# takes; the answer is the same every time.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def visit(file: str, query: str | Mapping[str, str | list[str]] = "") -> AppTest:
    """A page after its first run at an address; ``app.py`` stays the main script, as in the app."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if file != "app.py":
        at.switch_page(file)
    parameters = dict(parse_qsl(query, keep_blank_values=True)) if isinstance(query, str) else query
    for name, value in parameters.items():
        at.query_params[name] = value
    return at.run()


def query(at: AppTest) -> str:
    """The query string that the page puts into the address bar."""
    return payload(at, "address")["query"]


def payload(at: AppTest, component: str) -> dict:
    """What was sent to the first component of that name."""
    sent = next(c.proto for c in at.get("bidi_component") if c.proto.component_name == f"lossviz_{component}")
    return json.loads(sent.json)[0]


def payloads(at: AppTest, component: str) -> list[bytes]:
    """What was sent, as bytes, to each component of that name, in the order of the page."""
    name = f"lossviz_{component}"
    return [c.proto.bytes for c in at.get("bidi_component") if c.proto.component_name == name]


def chart_figure(at: AppTest, key: str) -> dict | None:
    """The Plotly figure, arrays apart, in the chart of that key; None where there is no such chart."""
    for c in at.get("bidi_component"):
        if c.proto.component_name == "lossviz_chart" and (sent := json.loads(c.proto.json)[0])["id"] == key:
            return json.loads(sent["figure"])
    return None


def widget_states(at: AppTest) -> WidgetStates:
    """What the browser holds of the page's widgets, as it sends it with every run."""
    return at._tree.get_widget_states()


def run_with(at: AppTest, states: WidgetStates) -> AppTest:
    """Run the page as the browser asks for it, with these states of its widgets."""
    return at._run(states)


def declarations(at: AppTest) -> list:
    """The messages by which the page declared its own widgets."""
    return [e.proto for e in at._tree if hasattr(e, "proto") and hasattr(e.proto, "set_value")]


def send(at: AppTest, key: str, **state: object) -> AppTest:
    """Run the page as after ``setStateValue`` in the browser's side of the component of that key."""
    states = widget_states(at)
    sent = states.widgets.add()
    sent.id = next(c.proto.id for c in at.get("bidi_component") if c.proto.id.endswith(f"-{key}"))
    sent.json_value = json.dumps(state)
    return run_with(at, states)


def preset(at: AppTest) -> str | None:
    """The preset that is told as the page's."""
    (pills,) = (e for e in at.get("button_group") if ":preset" in e.proto.id)
    return pills.value


def notice(at: AppTest) -> str:
    """What the page says about its URL, as it is read; "" where it says nothing."""
    mark = ":material/info: "
    return " ".join(read(c.value.removeprefix(mark)) for c in at.caption if c.value.startswith(mark))


def read(markdown: str) -> str:
    """What is read where ``foreign.markdown`` has marked text for Markdown."""
    parted = re.sub(r":color\[((?:\\.|[^\]\\])*)\]\{\}", r"\1", markdown)
    return re.sub(r"\\([!-/:-@\[-`{-~])|&#(\d+);", lambda sign: sign[1] or chr(int(sign[2])), parted)


def tables(at: AppTest) -> str:
    """The tables on the page, as HTML, apart from those that are edited."""
    return " ".join(e.proto.body for e in at.get("html") if 'class="lossviz-table"' in e.proto.body)
