"""The same hostile strings through every place where text of others can appear, in a real Chromium.

The ``page`` fixture fails on every request to another host; here every link, image and script of the page
is looked at as well, also within components, and what is read is the string itself, or its beginning.
"""

import csv
import io
from urllib.parse import urlencode, urlsplit

import declared
import hostile
import numpy as np
import pytest
from campaign import FULL, cases

from browser.outlier_lab import upload
from lossviz import foreign
from lossviz.app.descent import panels
from lossviz.app.kit import own_points
from lossviz.data import points
from lossviz.data.points import Points

FOREIGN = """() => {
  const found = [], all = (root) => {
    for (const node of root.querySelectorAll('*')) {
      for (const { name, value } of node.attributes) {
        const known = name === 'aria-label' || name === 'title' || name === 'alt' || name === 'value' || name === 'placeholder' || name.startsWith('data-');
        if (!known && value.includes('HOST')) found.push(`${node.tagName} ${name}=${value}`);
        if (name.startsWith('on')) found.push(`${node.tagName} ${name}`);
      }
      const link = node.tagName.toLowerCase() === 'a' && (node.getAttribute('href') ?? node.getAttribute('xlink:href'));
      if (link && new URL(link, location.href).host !== location.host) found.push(`a ${link}`);
      if (node.shadowRoot) all(node.shadowRoot);
    }
  };
  all(document);
  return found;
}""".replace("HOST", hostile.HOST)

CITED = ("a https://doi.org", "a https://arxiv.org")


def strangers(page):
    """Links, images and handlers that are not of this app's own."""
    return [line for line in page.evaluate(FOREIGN) if not line.startswith(CITED)]


def spaced(text):
    return " ".join(text.replace("\u00a0", " ").split())


def notices(page):
    said = page.locator("[data-testid=stCaptionContainer]:has([role=img])")
    return spaced(" ".join(said.evaluate_all("(boxes) => boxes.map((box) => box.textContent)")))


def routes():
    """Each field of each page by its URL, a few at a time since no more notices are said, and an unknown name."""
    for k, (file, state) in enumerate(declared.ADDRESSES):
        path = "" if file == "app.py" else file.removeprefix("pages/").removesuffix(".py")
        yield pytest.param(path, file, state, id=f"{path or 'home'}-{k}")


@pytest.mark.parametrize(
    ("path", "file", "state"), [route for k, route in enumerate(routes()) if FULL or k < 9]
)
def test_every_field_by_its_address(visit, path, file, state):
    names = [name for _, name in declared.fields(file, state) if name not in state]
    groups = [names[start : start + 5] for start in range(0, len(names), 5)]
    for n, group in enumerate(groups if FULL else groups[:: max(1, len(groups) // 2)]):
        for turn in range(cases(1, 4)):
            texts = [
                hostile.STRINGS[(7 * n + 5 * turn + k) % len(hostile.STRINGS)] for k in range(len(group) + 1)
            ]
            given = dict(zip(group, texts[1:], strict=True))
            page = visit(f"{path}?{urlencode(state | given | {texts[0]: texts[0]})}")
            assert strangers(page) == []
            assert page.get_by_test_id("stException").count() == 0
            said = notices(page)
            assert spaced(f"{foreign.quoted(texts[0])} is no setting of this page") in said
            for name, text in given.items():
                quoted = f"{name}: " if name in hostile.REFUSED_WHOLE else f"{name}: {foreign.quoted(text)}"
                assert name == "word" or spaced(quoted) in said  # any word is taken


def tables():
    """Names of two columns, of one of text, its cell and a file's name."""
    count = len(hostile.STRINGS)
    for k in range(0, count, 1 if FULL else 6):
        yield [hostile.STRINGS[(k + n) % count] for n in range(5)]


def as_csv(x, y, text, cell):
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow([x, y, text])
    writer.writerows([k, [2, 3, 5, 4, 9][k], cell] for k in range(5))
    return table.getvalue()


PLOTLY = """(kind) => [...document.querySelectorAll(`.lossviz-chart .g-${kind} text`)].map((text) => text.textContent)"""


@pytest.mark.parametrize("texts", list(tables()), ids=range(len(list(tables()))))
def test_columns_cells_and_file_names(lab, visit, settled, tmp_path, texts):
    x, y, text, cell, name = texts
    page = lab()
    file_name = f"{name.replace('/', '_')[:60]}.csv"
    upload(page, settled, as_csv(x, y, text, cell), file_name)
    page.get_by_role("button", name="Draw these points").click()
    settled(page)
    assert strangers(page) == []
    read = spaced(page.locator("[data-testid=stMain]").text_content())
    assert (
        spaced(f"Column {foreign.quoted(spaced(text), 80)} left out: it holds text, the first on line 2")
        in read
    )
    assert spaced(f"({foreign.quoted(spaced(cell), 40)})") in read
    x, y = spaced(x)[:80], spaced(y)[:80]
    titles = page.locator(".lossviz-point_editor .labels .title").all_text_contents()
    assert [spaced(title) for title in titles] == [x, y]
    page.wait_for_url("**data=own**")
    query, x, y = urlsplit(page.url).query, spaced(x[:80]), spaced(y[:80])
    for view, kind in (("sensitivity", "xtitle"), ("constant", "xtitle"), ("bars", ""), ("breakdown", "")):
        page = visit(f"outliers?{query}&view={view}")
        assert strangers(page) == []
        titles = page.locator(".lossviz-point_editor .labels .title").all_text_contents()
        assert [spaced(title) for title in titles] == ([] if view == "constant" else [x, y])
        if kind:
            drawn = page.evaluate(PLOTLY, kind)
            assert any(spaced(title).endswith(y) for title in drawn), drawn
    page = visit(f"outliers?{query}&tenfold=1")
    page.get_by_role("radio", name="Numbers", exact=True).click()
    settled(page)
    page.get_by_text("Edit the points by number").click()
    settled(page)
    assert strangers(page) == []
    with page.expect_download() as waited:
        page.get_by_role("button", name="Stand-alone HTML").click()
    exported = tmp_path / "exported.html"
    waited.value.save_as(exported)
    alone = page.context.new_page()
    requests = []
    alone.on("request", lambda request: requests.append(request.url))
    alone.goto(exported.as_uri())
    alone.locator(".g-ytitle text").wait_for()
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert [line for line in alone.evaluate(FOREIGN) if "plotly" not in line] == []
    drawn = [spaced(alone.locator(f".g-{kind} text").text_content()) for kind in ("xtitle", "ytitle")]
    assert drawn == [x, f"{y} × 10"]
    alone.close()


@pytest.mark.parametrize("name", [text.replace("/", "_") for text in hostile.STRINGS][:: 1 if FULL else 5])
def test_a_file_that_cannot_be_read_is_named_as_it_is(lab, settled, name):
    page = lab()
    upload(page, settled, "PK\x03\x04", f"{name}.csv")
    box = page.get_by_test_id("stAlert")
    box.wait_for()
    settled(page)
    assert strangers(page) == []
    sent = name.replace('"', "%22")  # as browsers write it in what they upload
    assert spaced(f"{sent}.csv: This is a spreadsheet or an archive") in spaced(box.text_content())


def test_learning_rates_that_are_typed(visit, settled):
    page = visit("gradient_descent?race=rates&rates=0.1")
    field = page.get_by_role("combobox", name="Learning rates")
    field.evaluate(
        "(field) => field.scrollIntoView({ block: 'center' })"
    )  # a scroll that typing sets off would close the menu, and drop what is typed
    for text in hostile.STRINGS[:: 1 if FULL else 3]:
        field.fill(text)
        field.press("Enter")
        page.wait_for_function(
            "(text) => document.body.textContent.includes(text)", arg="is not a number and is left out"
        )
        settled(page)
        assert strangers(page) == []
        assert spaced(f"{foreign.quoted(text)} is not a number and is left out") in notices(page)
    field.fill("0,5")
    field.press("Enter")
    page.wait_for_url("**rates=0.1,0.5")


def test_what_is_typed_into_the_box_of_a_slider(visit, settled):
    page = visit("loss_curves")
    box, said = (
        page.get_by_role("spinbutton", name="Huber · δ"),
        page.locator(".lossviz-live_slider .said").first,
    )
    for text in hostile.STRINGS:
        box.fill(text)
        box.press("Enter")
        assert (
            said.text_content()
            == f"“{text if len(text) <= 25 else text[:24] + '…'}” is not a number. 1 is kept."
        )
        assert strangers(page) == []


XY = np.array([[0.0, 1.0], [1.0, 2.5], [2.0, 2.0], [3.0, 5.0], [4.0, 4.5], [5.0, 7.0]])


def linked(task, texts):
    """A link to the descent page with points whose names, and classes, are these."""
    x, y, *classes, label = texts
    if task == "line":
        return own_points.query(Points(XY, (x, y)))
    return own_points.query(Points(XY, (x, y), np.array([0, 1, 0, 1, 0, 1]), tuple(classes), label))


@pytest.mark.parametrize("task", ["line", "classes"])
@pytest.mark.parametrize(
    "texts", list(tables())[:: 1 if FULL else 3], ids=range(len(list(tables())[:: 1 if FULL else 3]))
)
def test_names_and_classes_on_the_descent_page(visit, settled, tmp_path, task, texts):
    link = linked(task, [points.one_line(text) for text in texts])
    page = visit(f"gradient_descent?{urlencode({'task': task, 'steps': '5'} | link)}")
    assert strangers(page) == []
    first = spaced(points.one_line(texts[0]))
    for tab in panels.TABS.values():
        page.get_by_role("radio", name=tab, exact=True).click()
        settled(page)
        assert strangers(page) == [], tab
        if tab == "One update" and task == "classes":
            rows = page.locator(".lossviz-player th[scope=col]").all_text_contents()
            assert any(first in spaced(row) for row in rows), rows
        if tab == "Numbers":
            with page.expect_download() as waited:
                page.get_by_role("button", name="Stand-alone HTML").click()
            exported = tmp_path / "exported.html"
            waited.value.save_as(exported)
        if tab == "Code":
            with page.expect_download() as waited:
                page.get_by_role("button", name="Download the script").click()
            compile(waited.value.path().read_text(encoding="utf-8"), "descent.py", "exec")
    alone = page.context.new_page()
    requests = []
    alone.on("request", lambda request: requests.append(request.url))
    alone.goto(exported.as_uri())
    alone.locator(".lossviz-player canvas").first.wait_for()
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert strangers(alone) == []
    alone.close()
