"""Below a path, behind nginx: pages, modules, the live socket, uploads and downloads."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from visiting import PAGES

from benchmarks import harness
from browser.outlier_lab import assert_true_to_the_library, centre, equation, press_and_drag, upload

PREFIX = "tools/lossviz"
ADDRESSES = ["" if file == "app.py" else file.removeprefix("pages/").removesuffix(".py") for file in PAGES]
REQUIRED = os.environ.get("LOSSVIZ_REQUIRE_NGINX", "") not in ("", "0")

CONFIG = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    client_max_body_size 20m;
    server {{
        listen 127.0.0.1:{port};
        location /{prefix}/ {{
            proxy_pass {upstream};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
        }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(upstream):
    """nginx on a free port before a server; its address with the prefix."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        why = "no nginx was found: install it, for example `apt-get install nginx-light`"
        pytest.fail(why, pytrace=False) if REQUIRED else pytest.skip(why)
    port = harness.free_port()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        config = Path(folder, "nginx.conf")
        config.write_text(CONFIG.format(folder=folder, port=port, prefix=PREFIX, upstream=upstream))
        process = subprocess.Popen([program, "-c", str(config), "-e", f"{folder}/error.log"])
        url = f"http://127.0.0.1:{port}/{PREFIX}"
        try:
            until = time.monotonic() + 20
            while not harness.answers(f"{url}/_stcore/health"):
                assert process.poll() is None, Path(folder, "error.log").read_text()
                assert time.monotonic() < until
                time.sleep(0.05)
            yield url
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="module")
def server():
    """What the page fixtures see: the app's log, under the address of the proxy."""
    command = [*harness.tuned(0)[:-2], "--base-path", PREFIX, "--port"]
    with harness.serving(lambda port: [*command, str(port)], path=PREFIX) as app, nginx(app.url) as url:
        yield harness.Server(url, app.log, app.started)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address or "home")
def test_page_opens_as_a_deep_link(visit, address):
    page = visit(address)
    assert page.locator("h1").count() == 1
    assert page.get_by_test_id("stException").count() == 0
    assert f"/{PREFIX}/{address}" in page.url


def test_a_point_is_dragged_over_the_live_socket(page, lab, settled):
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket))
    page = lab()
    heard = []
    (wire,) = [socket for socket in sockets if f"/{PREFIX}/lossviz/live/" in socket.url]
    wire.on("framereceived", lambda frame: heard.append(frame))
    before = equation(page).text_content()
    press_and_drag(page, centre(page, 0), (30, -120))
    expect(equation(page)).not_to_have_text(before)
    assert heard
    page.mouse.up()
    settled(page)
    assert_true_to_the_library(page)


def test_a_download_arrives(visit, settled):
    page = visit("loss_curves?loss=huber")
    page.get_by_role("radio", name="Numbers", exact=True).click()
    settled(page)
    with page.expect_download() as waited:
        page.get_by_role("button", name="CSV").first.click()
    assert Path(waited.value.path()).stat().st_size > 100


def test_a_table_is_uploaded(lab, settled):
    page = lab()
    upload(page, settled, "hours,mark\n1,2\n2,3\n3,5\n4,6\n5,9\n", "mine.csv")
    page.get_by_role("button", name="Draw these points").click()
    settled(page)
    assert page.locator(".lossviz-point_editor .labels .title").all_text_contents() == ["hours", "mark"]
    page.wait_for_url("**data=own**")
