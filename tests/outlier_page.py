"""The outlier page in Streamlit's harness: what its editor was sent, and edits as a browser sends them."""

from visiting import payload, send, visit

PAGE = "pages/outliers.py"
KEY = "outliers:points"
FIVE = "x,y\n1,1\n2,1.5\n3,2\n4,2.5\n5,9999\n"
"""A table of which the last point is far off."""


def assert_fine(at):
    assert [e.message for e in at.exception] == []
    assert [e.value for e in at.error] == []


def editor(at):
    return payload(at, "point_editor")


def edit(app, why="drop", last=True, **changes):
    sent = editor(app)
    state = {"seq": sent["ack"] + 1, "rev": sent["rev"], "why": why, "last": last, "at": sent["at"]}
    return send(app, KEY, edit={**state, "points": sent["points"], "mine": sent["mine"], **changes})


def move(app, i, x, y, **options):
    points = editor(app)["points"]
    points[i] = [x, y, points[i][2]]
    return edit(app, points=points, at=i, **options)


def opened(at, drawer):
    at.session_state[f"outliers:{drawer}"] = True
    return at.run()


def lines(at):
    return {line["name"]: line for line in editor(at)["lines"] if line["name"]}


def said(at):
    return editor(at)["said"]


def pasted(text, state=""):
    """The page after a table was pasted."""
    at = opened(visit(PAGE, state), "Change the data")
    at.text_area(key="outliers:own paste").set_value(text).run()
    return at


def drawn(text):
    """The page after a pasted table was drawn."""
    at = pasted(text)
    next(button for button in at.button if button.label == "Draw these points").click().run()
    return at


def took(at, page):
    """The page after the pasted table was drawn."""
    at.button(key=f"{page}:own draw").click().run()
    assert [e.message for e in at.exception] == []
    return at
