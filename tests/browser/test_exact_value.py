"""The box for an exact value beside a slider: what it takes, what it says it does not, and the way by keys."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from browser.conftest import PHONE, WIDE

PAGES = {
    "loss_curves?loss=huber": "Huber · δ",
    "outliers?loss=huber": "Huber · δ",
    "gradient_descent?loss=huber": "Huber · δ",
}


def parts(page, label):
    box = page.get_by_role("spinbutton", name=f"{label}, exact value")
    return (
        box,
        page.get_by_role("slider", name=label, exact=True),
        page.locator(f"#{box.get_attribute('aria-describedby')}"),
    )


def shown(page, settled, name):
    settled(page)
    return parse_qs(urlsplit(page.url).query).get(name)


@pytest.mark.parametrize("address", PAGES)
def test_what_the_loss_allows_is_taken_kept_in_the_address_and_read_back(visit, settled, address):
    page = visit(address)
    if address.startswith("gradient"):
        page.get_by_text("Model and rule in detail").click()
        settled(page)
    box, thumb, said = parts(page, PAGES[address])
    for typed, value in (
        ("1,5", "1.5"),
        ("10", "10"),
        ("0.0625", "0.0625"),
        ("12 345,678", "12345.678"),
        ("1e-7", "1e−7"),
    ):
        box.fill(typed)
        box.press("Enter")
        page.wait_for_function("([box, value]) => box.value === value", arg=[box.element_handle(), value])
        page.wait_for_url(
            lambda url, value=value: (
                float((parse_qs(urlsplit(url).query).get("huber.delta") or ["1"])[0])
                == float(value.replace("−", "-"))
            )
        )
        settled(page)
        assert (box.input_value(), said.text_content(), box.get_attribute("aria-invalid")) == (
            value,
            "",
            "false",
        )
    low, high = (float(thumb.get_attribute(end)) for end in ("min", "max"))
    assert (low, high) == (0.05, 5)
    assert thumb.input_value() == "0.05"
    assert thumb.get_attribute("aria-valuetext") == "1e−7"
    page.goto(page.url)
    settled(page)
    assert "huber.delta=1e-07" in page.url
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_not_taken_stays_in_the_box_and_is_told(visit, settled, axe, viewport, scheme):
    page = visit("loss_curves?loss=huber&huber.delta=2")
    box, thumb, said = parts(page, "Huber · δ")
    for typed, why in (
        ("0", "is not taken: it must be above 0"),
        ("-1", "is not taken: it must be above 0"),
        ("abc", "is not a number"),
        ("1,234", "can be read in two ways"),
        ("1e400", "is too large"),
    ):
        box.fill(typed)
        box.press("Enter")
        assert said.text_content().startswith(f"“{typed}” {why}")
        assert said.text_content().endswith(". 2 is kept.")
        assert (box.input_value(), box.get_attribute("aria-invalid")) == (typed, "true")
        assert thumb.input_value() == "2"
    assert said.get_attribute("aria-live") == "polite"
    assert axe(page) == []
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= viewport[0]
    settled(page)
    assert said.text_content() != ""
    assert "huber.delta=2" in page.url
    box.press("Escape")
    assert (box.input_value(), said.text_content(), box.get_attribute("aria-invalid")) == ("2", "", "false")


def test_keys_in_the_box_and_on_the_slider(visit, settled):
    page = visit("loss_curves?loss=huber")
    box, thumb, said = parts(page, "Huber · δ")
    box.focus()
    for key, value in (("ArrowUp", "1.05"), ("PageUp", "1.55"), ("PageDown", "1.05"), ("ArrowDown", "1")):
        box.press(key)
        assert (box.input_value(), box.get_attribute("aria-valuenow")) == (value, value)
    box.fill("20")
    box.press("Enter")
    box.press("ArrowUp")
    assert box.input_value() == "20.05"
    page.wait_for_url(re.compile(r"huber\.delta=20\.05"))
    assert thumb.input_value() == "5"
    thumb.focus()
    thumb.press("ArrowLeft")
    assert box.input_value() == "4.95"
    assert said.text_content() == ""
    page.wait_for_url(re.compile(r"huber\.delta=4\.95"))


def test_a_refusal_goes_when_the_slider_is_moved(visit, settled):
    page = visit("loss_curves?loss=huber")
    box, thumb, said = parts(page, "Huber · δ")
    box.fill("no")
    box.press("Tab")
    assert said.text_content() == "“no” is not a number. 1 is kept."
    thumb.focus()
    thumb.press("ArrowRight")
    assert (box.input_value(), said.text_content()) == ("1.05", "")


@pytest.mark.parametrize(
    ("address", "opened", "label", "field", "kept", "taken", "refused"),
    [
        ("outliers", "Change the data", "Noise", "noise", "1", ("1,5", "1.5"), ("99", "abc", "-3")),
        ("outliers", "Change the data", "Points", "n", "20", ("30", "30"), ("1", "2001", "2,5")),
        ("loss_curves", "Axes and panels", "True value y", "y", "220", ("0,25", "0.25"), ("1e9", "abc", "")),
        (
            "gradient_descent",
            "Batch, steps, start, seed",
            "Steps",
            "steps",
            "100",
            ("20", "20"),
            ("501", "1,5", "x"),
        ),
        (
            "gradient_descent",
            "Batch, steps, start, seed",
            "Start, up",
            "start",
            "0",
            ("−1,5", "-1.5"),
            ("1e5", "a"),
        ),
    ],
)
def test_boxes_without_a_slider(visit, settled, address, opened, label, field, kept, taken, refused):
    page = visit(address)
    page.get_by_text(opened, exact=True).click()
    settled(page)
    box = page.get_by_role("spinbutton", name=label, exact=True)
    said = page.locator(f"#{box.get_attribute('aria-describedby')}")
    for typed in refused:
        box.fill(typed)
        box.press("Enter")
        assert said.text_content().endswith(f". {kept} is kept.")
        assert (box.input_value(), box.get_attribute("aria-invalid")) == (typed, "true")
    assert f"{field}=" not in page.url
    box.fill(taken[0])
    box.press("Enter")
    page.wait_for_url(lambda url: taken[1] in parse_qs(urlsplit(url).query).get(field, [""])[0].split(","))
    assert said.text_content() == ""
    buttons = page.get_by_role("button", name=f"{label}, more")  # where there is room
    buttons.click() if buttons.count() else box.press("ArrowUp")
    page.wait_for_url(
        lambda url: taken[1] not in parse_qs(urlsplit(url).query).get(field, [""])[0].split(",")
    )
    settled(page)
    assert page.get_by_test_id("stException").count() == 0
