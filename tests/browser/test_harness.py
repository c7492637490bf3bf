"""The fixtures themselves: what they promise to notice, they notice."""

import pytest

from browser.conftest import PHONE, WIDE


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
@pytest.mark.parametrize(
    ("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(14, 17, 23)")]
)
def test_the_app_follows_the_scheme_and_fits_the_width(visit, viewport, background):
    page = visit()
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == background
    assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [viewport[0]] * 2


def test_axe_finds_a_planted_fault(visit, axe):
    page = visit()
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img id=planted src=\"data:,\">')")
    assert any(line.startswith("critical image-alt") for line in axe(page))
    assert not any("image-alt" in line for line in axe(page, exclude=("#planted",)))
