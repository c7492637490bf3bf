"""What a host has put into the address, ``embed`` and ``embed_options``, stays there wherever somebody goes."""

from urllib.parse import parse_qs, urlsplit

import pytest
from visiting import PAGES

from browser.addresses import unfold

ADDRESSES = ["" if file == "app.py" else file.removeprefix("pages/").removesuffix(".py") for file in PAGES]
THEIRS = "embed=true&embed_options=dark_theme&embed_options=show_padding"

_CLICK = {
    "": lambda page: page.get_by_role("button", name="Convex", exact=True),
    "loss_curves": lambda page: page.get_by_role("radio", name="Margins"),
    "outliers": lambda page: page.get_by_role("radio", name="Squares"),
    "gradient_descent": lambda page: page.get_by_role("radio", name="Rosenbrock"),
}
_COPIED = "navigator.clipboard.readText()"


def theirs(url):
    """The host's part of an address and what else is in it."""
    found = parse_qs(urlsplit(url).query)
    return (found.pop("embed", []), sorted(found.pop("embed_options", []))), found


def assert_embedded(page):
    """The address says so, and so does the page: no header, and the dark theme."""
    assert theirs(page.url)[0] == (["true"], ["dark_theme", "show_padding"])
    assert page.get_by_test_id("stToolbar").count() == 0
    assert (
        page.get_by_test_id("stApp").evaluate("(app) => getComputedStyle(app).backgroundColor")
        == "rgb(14, 17, 23)"
    )


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address or "home")
def test_the_host_s_parameters_stay(visit, settled, address):
    page = visit(f"{address}?{THEIRS}")
    assert_embedded(page)
    assert theirs(page.url)[1] == {}
    _CLICK[address](page).click()
    settled(page)
    assert theirs(page.url)[1] != {}
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied").wait_for()
    assert page.evaluate(_COPIED) == page.url
    page.reload()
    settled(page)
    assert_embedded(page)
    assert "embed" not in page.get_by_test_id("stMain").inner_text()


def test_the_host_s_parameters_stay_through_the_menu_and_the_guide(visit, settled):
    page = visit(f"?{THEIRS}")
    unfold(page, page.locator("summary").first)
    page.get_by_test_id("stExpanderDetails").first.get_by_role("link").click()
    page.wait_for_url("**/loss_curves**")
    settled(page)
    assert_embedded(page)
    for name, address in (
        ("Outliers", "outliers"),
        ("Gradient descent", "gradient_descent"),
        ("Loss curves", "loss_curves"),
    ):
        page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
        page.wait_for_url(f"**/{address}**")
        settled(page)
        assert_embedded(page)
    page.reload()
    settled(page)
    assert_embedded(page)


def test_a_host_s_parameters_in_capitals_stay_too(visit):
    page = visit("outliers?EMBED=true&view=bars&Embed_Options=dark_theme")
    assert parse_qs(urlsplit(page.url).query) == {
        "view": ["bars"],
        "EMBED": ["true"],
        "Embed_Options": ["dark_theme"],
    }
