"""Every page runs: at its defaults, at its presets, and whatever its URL holds."""

import pytest
from visiting import PAGES, notice, query, visit

from lossviz import losses
from lossviz.app.curves import controls
from lossviz.app.home import gallery

CURVES = "pages/loss_curves.py"


def assert_fine(at):
    assert [e.message for e in at.exception] == []
    assert [e.value for e in at.error] == []
    assert notice(at) == ""


@pytest.mark.parametrize("file", PAGES)
def test_page_runs_at_its_defaults_and_leaves_the_address_empty(file):
    at = visit(file)
    assert_fine(at)
    assert query(at) == ""
    at.run()
    assert_fine(at)


@pytest.mark.parametrize(
    "hostile",
    [
        "x=1",
        "%00=%00&%1b[31m=%07",
        "__proto__=1&constructor=1",
        "<script>alert(1)</script>=<script>",
        f"{'n' * 10_000}=1",
        f"x={'9' * 10_000}",
    ],
)
@pytest.mark.parametrize("file", PAGES)
def test_page_names_a_setting_it_does_not_have(file, hostile):
    at = visit(file, hostile)
    assert [e.message for e in at.exception] == []
    assert query(at) == ""
    assert "is no setting of this page and was left out." in notice(at)
    assert len(notice(at)) < 240


@pytest.mark.parametrize("preset", controls.PRESETS, ids=lambda preset: preset.title)
def test_preset_of_the_explorer_is_its_address(preset):
    """Choosing it gives an address; the address gives the preset, its note and the same chart."""
    at = visit(CURVES)
    at.button_group(key="curves:preset").set_value(preset.title).run() if preset.state else None
    assert_fine(at)
    again = visit(CURVES, query(at))
    assert_fine(again)
    for page in (at, again):
        assert page.button_group(key="curves:preset").value == preset.title
        assert any(preset.note in caption.value for caption in page.caption)
    assert query(again) == query(at)


@pytest.mark.parametrize("loss", list(losses.every()), ids=lambda loss: loss.name)
def test_card_of_the_gallery_opens_its_loss_which_can_be_shown_in_every_way(loss):
    at = visit(CURVES, gallery.state_of(loss))
    assert_fine(at)
    assert at.session_state["curves.family"] == loss.family
    assert at.session_state["curves.loss"] == [loss.name]
    assert any(f"### {loss.title}\n" in text.value for text in at.markdown)

    everything = "curvature,weight" if loss.family == "regression" else "curvature"
    optional = {f"{loss.name}.{p.name}.on": "1" for p in loss.parameters() if p.optional}
    assert_fine(visit(CURVES, gallery.state_of(loss) | {"panels": everything, "log": "1"} | optional))


@pytest.mark.parametrize("family", losses.FAMILIES)
def test_every_tab_of_the_explorer(family):
    at = visit(CURVES, {"family": family})
    for tab in ("Numbers", "Code"):
        at.session_state["curves.tab"] = tab
        at.run()
        assert_fine(at)


def test_gallery_filters_by_property_and_by_word():
    at = visit("app.py", "has=redescending,bounded&word=TUKEY")
    assert_fine(at)
    assert query(at) == "has=redescending,bounded&word=TUKEY"
    shown = [link.proto.label for link in at.get("page_link") if link.proto.label.startswith("**")]
    assert shown == ["**Tukey biweight**"]
    at = visit("app.py", "word=no+loss+says+this")
    assert_fine(at)
    assert len(at.info) == 1


def test_nothing_chosen_draws_the_default():
    at = visit(CURVES)
    at.multiselect(key="curves.loss").set_value([]).run()
    assert [e.message for e in at.exception] == []
    assert any("the default is shown" in caption.value for caption in at.caption)
    assert notice(visit(CURVES, query(at))) == ""


def test_a_true_value_that_a_loss_does_not_take_leaves_the_others_drawn():
    at = visit(CURVES, "loss=squared_error,poisson&y=-3")
    assert [e.message for e in at.exception] == []
    assert notice(at) == "Poisson is not drawn: its true values must be counts: 0 or more, and y is −3."
    assert query(at) == "loss=squared_error,poisson&y=-3"
    assert len(at.get("bidi_component")) > 2
    at = visit(CURVES, "loss=poisson&y=-3")
    assert [e.message for e in at.exception] == []
    assert "Poisson is not drawn" in notice(at)
    at.multiselect(key="curves.loss").set_value(["squared_error"]).run()
    assert_fine(at)
    assert notice(at) == ""
