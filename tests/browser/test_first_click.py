"""A click as soon as there is something to click loses nothing of a link, and no click is lost.

What is clicked early leaves the browser before the widgets of the page have mounted, so that their state is
not in the message. In some of these tests their code is kept back until the click is answered; in the others
it is not, and whether a click is that early is left to the machine.
"""

import contextlib
import re
import time
from urllib.parse import parse_qsl

import pytest
from campaign import cases

from benchmarks import harness
from browser.addresses import TAB, held

LINKS = {
    "": "has=convex,bounded&word=loss",
    "loss_curves": "family=binary&loss=hinge,focal&over=logit&panels=curvature&reach=10&class=0&focal.gamma=3",
    "outliers": "data=stackloss&by=water_temp&loss=huber,tukey_biweight&scale=mad&huber.delta=2",
    "gradient_descent": "eigen=1&task=classes&data=circles&loss=hinge&opt=adam&lr=0.05&features=squares&steps=40",
}
"""For each page a state in which its widgets are not at their defaults."""

FOLD = '[data-testid="stExpander"] summary'
TABLE = ".lossviz-table"
FIRST = {
    "": (FOLD, "", '[data-testid="stExpanderDetails"] a'),
    "loss_curves": (TAB, "Numbers", TABLE),
    "outliers": (FOLD, "", '[data-testid="stPopoverButton"]'),
    "gradient_descent": (TAB, "Numbers", TABLE),
}
"""What is clicked first, which is no setting, and what then appears."""

LAST = {"": ('[data-testid="stButtonGroup"] button', "Smooth")}
"""What is clicked at last, with which the browser says what all widgets show; by default a tab."""

MEANWHILE = {"": {"has": "convex,bounded,smooth"}}
"""What the last click changes in the address; by default the tab."""

SIX = {
    "?word=s": ["Convex", "Smooth", "Robust", "Redescending", "Bounded", "Symmetric"],
    "loss_curves?reach=10": ["Curvature", "IRLS weight", "Curvature", "Logarithmic scale", "Curvature", "Numbers"],
    "outliers?view=breakdown": ["Far out", "Intercept", "Robust (MAD)", "Up", "Far out", "Code"],
    "gradient_descent?steps=40": ["Logarithmic cost", "Eigen-directions", "Code", "Logarithmic cost", "Logarithmic cost", "Numbers"],
}  # fmt: skip
REACHED = {
    "?word=s": {"has": {"convex", "smooth", "robust", "redescending", "bounded", "symmetric"}},
    "loss_curves?reach=10": {"panels": {"curvature", "weight"}, "log": {"1"}, "tab": {"numbers"}},
    "outliers?view=breakdown": {"to": {"leverage"}, "of": {"intercept"}, "scale": {"mad"}, "tab": {"code"}},
    "gradient_descent?steps=40": {"log": {"1"}, "eigen": {"1"}, "tab": {"numbers"}},
}

_CLICK = """async ([selector, texts, wait]) => {
  for (const text of texts) {
    const found = () => [...document.querySelectorAll('[data-testid="stMain"] :is(' + selector + ')')]
      .find((e) => (!text || (e.ariaLabel ?? e.textContent).trim() === text) && (text || e.getBoundingClientRect().width));
    while (!found()) await new Promise(requestAnimationFrame);
    await new Promise((done) => setTimeout(done, wait));
    found().click();
  }
}"""
_ANYTHING = f'{TAB}, {FOLD}, input[role="switch"], [data-testid="stButtonGroup"] button'


def click(page, selector, *texts, wait=0):
    """Click what has these texts, each as soon as it is there and ``wait`` ms have passed."""
    page.evaluate(_CLICK, [selector, list(texts), wait])


@contextlib.contextmanager
def kept_back(page, names):
    """Keep the code of Streamlit's widgets of these names back until the block is left."""
    waiting, over = [], []

    def keep(route):
        if over:
            route.continue_()
        else:
            waiting.append(route)

    page.route(re.compile(rf"/static/js/({names})\."), keep)
    yield
    until = time.monotonic() + harness.TIMEOUT / 1000
    while not waiting and time.monotonic() < until:
        page.wait_for_timeout(20)
    over.append(True)
    for route in waiting:
        route.continue_()
    assert waiting


def last_click_keeps(page, settled, address):
    """Click once more; the address then has all that it had at first, and what that click changes."""
    click(page, *LAST.get(address, (TAB, "Code")))
    settled(page)
    assert held(page) == dict(parse_qsl(LINKS[address])) | MEANWHILE.get(address, {"tab": "code"})


@pytest.mark.parametrize("address", LINKS, ids=lambda address: address or "home")
def test_a_click_before_the_widgets_are_there_keeps_a_link(page, server, settled, address):
    *first, appears = FIRST[address]
    tabs = "" if TAB in first else "ButtonGroup|"
    with kept_back(page, f"{tabs}Multiselect|Selectbox|Checkbox|TextInput"):
        page.goto(f"{server.url}/{address}?{LINKS[address]}", wait_until="commit")
        click(page, *first)
        page.locator(appears).first.wait_for()
    settled(page)
    last_click_keeps(page, settled, address)


@pytest.mark.parametrize("wait", [0, 50, 150])
@pytest.mark.parametrize("address", LINKS, ids=lambda address: address or "home")
def test_an_early_click_keeps_a_link(page, server, settled, address, wait):
    for _ in range(cases(1, 10)):
        page.goto("about:blank")
        page.goto(f"{server.url}/{address}?{LINKS[address]}", wait_until="commit")
        click(page, *FIRST[address][:2], wait=wait)
        settled(page)
        last_click_keeps(page, settled, address)


@pytest.mark.parametrize("address", SIX)
def test_of_six_clicks_in_quick_succession_all_count(page, server, settled, address):
    for wait in (100, 150, 200, 300)[: cases(1, 4)]:
        page.goto("about:blank")
        page.goto(f"{server.url}/{address}", wait_until="commit")
        click(page, _ANYTHING, *SIX[address], wait=wait)
        settled(page)
        reached = {name: set(text.split(",")) for name, text in held(page).items()}
        name, _, text = address.partition("?")[2].partition("=")
        assert reached == REACHED[address] | {name: {text}}, wait


CSV = "hours,mark\n1,2\n2,3\n3,5\n4,6\n5,9\n"


def test_points_drawn_as_soon_as_they_are_read_change_nothing_else(page, server, settled):
    with kept_back(page, "ButtonGroup|Multiselect|Checkbox"):
        page.goto(f"{server.url}/outliers?loss=huber,tukey_biweight&scale=mad&view=bars", wait_until="commit")
        click(page, FOLD, "")
        page.get_by_role("button", name="Your own data").click()
        table = {"name": "mine.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
        page.locator('input[type="file"]').set_input_files(files=[table])
        page.get_by_role("button", name="Draw these points").click()
        page.wait_for_url("**own=**")
    settled(page)
    click(page, TAB, "Code")
    settled(page)
    now = held(page)
    assert now.pop("own")
    assert now == dict(data="own", v="2", loss="huber,tukey_biweight", scale="mad", view="bars", tab="code")
