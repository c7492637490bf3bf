"""Every page, light and dark, wide and narrow: no error, nothing wider than the screen, axe-core content."""

import pytest
from visiting import PAGES

from browser.conftest import PHONE, WIDE
from lossviz.app.kit.explain import TABS

ADDRESSES = ["" if file == "app.py" else file.removeprefix("pages/").removesuffix(".py") for file in PAGES]

STREAMLITS_OWN = {
    ("scrollable-region-focusable", 'class="katex-display"'): "a formula wider than its column scrolls",
}
"""Rule and markup of what axe-core finds in Streamlit's own widgets, with what is behind it."""


def ours(found):
    """What axe-core found, apart from what is Streamlit's own."""
    return [
        line
        for line in found
        if not any(f" {rule}:" in line and part in line for rule, part in STREAMLITS_OWN)
    ]


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address or "home")
def test_page(visit, axe, viewport, scheme, address):
    page = visit(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= viewport[0]
    assert page.locator("h1").count() == 1
    assert page.get_by_test_id("stException").count() == 0
    assert ours(axe(page)) == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", [address for address in ADDRESSES if address])
def test_numbers_and_code(visit, settled, axe, viewport, scheme, address):
    page = visit(address)
    for tab in list(TABS.values())[1:]:
        page.get_by_role("radio", name=tab, exact=True).click()
        settled(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= viewport[0]
        assert ours(axe(page)) == []
    assert page.locator("pre code").count() > 0
