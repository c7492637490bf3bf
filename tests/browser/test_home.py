"""Home in a real Chromium: the gallery filters and opens, the guide leads to exact states."""

import re

import pytest

from browser.addresses import unfold
from browser.conftest import PHONE
from browser.explorer import CHART, data
from lossviz import losses
from lossviz.app.home import guide


def titles(page):
    links = page.get_by_test_id("stMain").get_by_test_id("stPageLink-NavLink").all_inner_texts()
    known = {loss.title for loss in losses.every()}
    return [text.strip() for text in links if text.strip() in known]


def test_gallery_shows_every_loss_and_filters_by_property_and_word(visit, settled):
    page = visit()
    assert titles(page) == [loss.title for loss in losses.every()]
    assert page.locator("img[alt^='Value and gradient of']").count() == len(losses.names())
    page.get_by_test_id("stMain").get_by_role("button", name="Redescending").click()
    page.wait_for_url(re.compile("has=redescending"))
    settled(page)
    redescending = [loss.title for loss in losses.every() if getattr(loss, "redescending", False)]
    assert titles(page) == redescending
    search = page.get_by_role("textbox", name="Search")
    search.fill("andrews")
    search.press("Enter")
    page.wait_for_url(re.compile("word=andrews"))
    settled(page)
    assert titles(page) == ["Andrews wave"]


def test_card_opens_its_loss_in_the_explorer(visit, settled):
    page = visit("?word=tukey")
    page.get_by_role("link", name="Tukey biweight").click()
    page.wait_for_selector(CHART)
    settled(page)
    assert re.search(r"/loss_curves\?loss=tukey_biweight&reach=5&probe=2$", page.url)
    assert {trace["name"] for trace in data(page)} == {"tukey_biweight", ""}


@pytest.mark.parametrize("viewport", [PHONE])
def test_guide_leads_to_the_exact_state_on_a_phone(visit, settled, viewport):
    page = visit()
    asked = next(q for q in guide.QUESTIONS if q.question == "Which losses are there for classification?")
    (link,) = asked.links
    unfold(page, page.get_by_text(asked.question))
    page.get_by_role("link", name=link.invitation).click()
    page.wait_for_selector(CHART)
    settled(page)
    assert dict(pair.split("=") for pair in page.url.split("?")[1].split("&")) == dict(link.state)
    assert {trace["name"] for trace in data(page)} - {""} == set(link.state["loss"].split(","))
