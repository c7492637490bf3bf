"""Both ways to start the app, as subprocesses and from a working directory that is not the app's."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from served import get, launched, listening, wait_until_healthy

from lossviz.app.kit.site import APP
from lossviz.app.server import configure, listen
from lossviz.cli import main, parsed

LAUNCHERS = {
    "python -m lossviz": lambda port: ["lossviz", "--no-browser", "--port", str(port)],
    "streamlit run": lambda port: [
        *("streamlit", "run", str(APP), "--server.headless", "true"),
        *("--server.address", "127.0.0.1", "--server.port", str(port)),
    ],
}


def started(options, directory, root, variables):
    """``python -m lossviz`` where it cannot serve, once it has ended."""
    return subprocess.run(
        [sys.executable, "-m", "lossviz", "--no-browser", *options],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(root), **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_launcher_serves_app_pages_and_static_files(launcher, free_port, tmp_path, root):
    url = f"http://127.0.0.1:{free_port}"
    with launched(LAUNCHERS[launcher](free_port), tmp_path, root) as process:
        assert wait_until_healthy(process, url) == (200, "text/plain", b"ok")
        for page in ["", *(page.stem for page in (root / "pages").glob("*.py"))]:
            assert get(f"{url}/{page}")[:2] == (200, "text/html")
        for module in (root / "static").glob("*.js"):
            status, kind, content = get(f"{url}/app/static/{module.name}")
            assert (status, kind.split("/")[1]) == (200, "javascript")
            assert content == module.read_bytes()
        with pytest.raises(urllib.error.HTTPError, match="HTTP Error 4"):
            get(f"{url}/app/static/../app.py")


PLAIN = {
    "python -m lossviz": ["lossviz", "--no-browser"],
    "streamlit run": ["streamlit", "run", str(APP), "--server.headless", "true"],
}
"""Both starts as the README has them; the port comes from a variable."""

EVERYWHERE = {"0.0.0.0", "::"}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the table of sockets is read from /proc/net")
@pytest.mark.parametrize("launcher", PLAIN)
def test_only_this_machine_is_served_until_others_are_let_in(launcher, free_port, tmp_path, root):
    url, port = f"http://127.0.0.1:{free_port}", {"STREAMLIT_SERVER_PORT": str(free_port)}
    with launched(PLAIN[launcher], tmp_path, root, **port) as process:
        wait_until_healthy(process, url)
        assert listening(free_port) == {"127.0.0.1"}
    with launched(PLAIN[launcher], tmp_path, root, **port, STREAMLIT_SERVER_ADDRESS="0.0.0.0") as process:
        wait_until_healthy(process, url)
        assert listening(free_port) & EVERYWHERE


@pytest.mark.parametrize("launcher", PLAIN)
def test_the_base_path_of_the_variable_holds(launcher, free_port, tmp_path, root):
    variables = {"STREAMLIT_SERVER_PORT": str(free_port), "STREAMLIT_SERVER_BASE_URL_PATH": "/tools/lossviz/"}
    url = f"http://127.0.0.1:{free_port}/tools/lossviz"
    with launched(PLAIN[launcher], tmp_path, root, **variables) as process:
        assert wait_until_healthy(process, url)[2] == b"ok"
        assert get(f"{url}/outliers")[:2] == (200, "text/html")
        assert get(f"{url}/app/static/link.js")[2] == (root / "static" / "link.js").read_bytes()


def test_options_go_before_variables(free_port, tmp_path, root):
    command = [
        "lossviz",
        "--no-browser",
        "--port",
        str(free_port),
        "--base-path",
        "mine",
        "--host",
        "127.0.0.1",
    ]
    variables = {"PORT": "1", "ADDRESS": "192.0.2.1", "BASE_URL_PATH": "theirs"}
    with launched(
        command, tmp_path, root, **{f"STREAMLIT_SERVER_{k}": v for k, v in variables.items()}
    ) as process:
        wait_until_healthy(process, f"http://127.0.0.1:{free_port}/mine")


def test_every_variable_of_streamlit_is_obeyed(tmp_path, root):
    """Each option gets a value that is not its own, by its variable; what was loaded is compared one by one."""
    script = """
import json, os, sys
from streamlit import config
from lossviz.cli import parsed; from lossviz.app.server import configure
options = {k: o for k, o in config._config_options_template.items() if o.env_var in os.environ}
configure(parsed([]))
print(json.dumps({k: [os.environ[o.env_var], config.get_option(k)] for k, o in options.items()}, default=str))
"""
    from streamlit import config

    given = {}
    for key, option in config._config_options_template.items():
        if key.startswith(("global.", "_test.", "server.ssl", "theme.", "ui.", "magic.")) or option.multiple:
            continue
        kind = option.type
        given[option.env_var] = (
            str(not option.default_val).lower() if kind is bool else "17" if kind in (int, float) else "zq"
        )
    given |= {"STREAMLIT_LOGGER_LEVEL": "error", "STREAMLIT_SERVER_TRUSTED_USER_HEADERS": '{"a": "b"}'}
    given |= {"STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none", "STREAMLIT_THEME_PRIMARY_COLOR": "#123456"}
    given |= {"STREAMLIT_SERVER_PORT": "8612", "STREAMLIT_LOGGER_MESSAGE_FORMAT": "%(message)s"}
    given |= {
        "STREAMLIT_SERVER_MAX_CACHE_DATA_SIZE": "17mb",
        "STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE": "strict",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), **given},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert len(loaded) > 40
    wrong = {
        key: pair for key, pair in loaded.items() if pair[0].lower() != str(pair[1]).lower().replace("'", '"')
    }
    assert {key: pair for key, pair in wrong.items() if pair[0] != "17" or pair[1] != 17.0} == {}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STREAMLIT_SERVER_PORT", "x"),
        ("STREAMLIT_SERVER_PORT", "65536"),
        ("STREAMLIT_SERVER_HEADLESS", "perhaps"),
        ("STREAMLIT_SERVER_BASE_URL_PATH", "a/../b"),
        ("STREAMLIT_SERVER_BASE_URL_PATH", "{a}"),
        ("STREAMLIT_SERVER_SSL_CERT_FILE", "cert.pem"),
        ("LOSSVIZ_ALLOW_EMBEDDING", "school example; script-src *"),
    ],
)
def test_a_variable_that_cannot_hold_is_told_of_without_a_traceback(variable, value, tmp_path, root):
    done = started([], tmp_path, root, {variable: value})
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "lossviz: " in done.stderr.splitlines()[-1]


FILES = ("", "outliers", "app/static/link.js", "_stcore/health", "nothing/here.js", "app/static/nothing.js")


@pytest.mark.parametrize(
    ("allowed", "ancestors"),
    [("", "'self'"), ("https://school.example", "'self' https://school.example"), ("*", "*")],
)
def test_every_response_says_who_may_frame_it_and_keeps_its_type(
    allowed, ancestors, free_port, tmp_path, root
):
    url = f"http://127.0.0.1:{free_port}"
    command = ["lossviz", "--no-browser", "--port", str(free_port)]
    with launched(command, tmp_path, root, LOSSVIZ_ALLOW_EMBEDDING=allowed) as process:
        wait_until_healthy(process, url)
        for path in FILES:
            try:
                headers = urllib.request.urlopen(f"{url}/{path}", timeout=5).headers
            except urllib.error.HTTPError as refusal:
                headers = refusal.headers
            assert headers.get_all("Content-Security-Policy") == [f"frame-ancestors {ancestors}"], path
            assert headers.get_all("X-Content-Type-Options") == ["nosniff"], path
            assert headers.get_all("Referrer-Policy") == ["same-origin"], path


def test_the_option_for_embedding_goes_before_its_variable(monkeypatch):
    monkeypatch.setenv("LOSSVIZ_ALLOW_EMBEDDING", "https://a.example")
    assert configure(parsed([])).embedded_by == ("https://a.example",)
    given = ["--allow-embedding", "https://b.example:8443/, *"]
    assert configure(parsed(given)).embedded_by == ("https://b.example:8443", "*")


@pytest.mark.parametrize(
    "line",
    [
        ["--host", "h", "--port", "7"],
        ["serve", "--host", "h", "--port", "7"],
        ["--host", "h", "serve", "--port", "7"],
    ],
    ids=" ".join,
)
def test_serving_is_the_command_where_none_is_named(line):
    options = parsed(line)
    assert (options.command, options.host, options.port, options.browser) == ("serve", "h", 7, True)


def test_an_unknown_command_is_told_those_there_are(capsys):
    with pytest.raises(SystemExit) as refusal:
        main(["fly"])
    assert refusal.value.code == 2
    assert "'fly' (choose from serve)" in capsys.readouterr().err.replace("'serve'", "serve")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a child")
def test_interrupt_stops_the_server_without_a_traceback(free_port, tmp_path, root):
    with launched(LAUNCHERS["python -m lossviz"](free_port), tmp_path, root) as process:
        wait_until_healthy(process, f"http://127.0.0.1:{free_port}")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output.strip() == f"LossViz is ready at http://127.0.0.1:{free_port} (Ctrl-C stops it)"


def test_config_of_the_app_holds_from_any_working_directory(tmp_path, root):
    script = (
        "import streamlit as st; from lossviz.app.kit.site import APP; st.App(APP);"
        "print(*map(st.get_option, ['runner.postScriptGC', 'server.enableStaticServing',"
        "'client.showSidebarNavigation', 'browser.gatherUsageStats']))"
    )
    output = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output.split() == ["False", "True", "False", "False"]


def test_accepted_connections_do_not_wait_for_acknowledgements():
    async def accepted() -> int:
        seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def meet(_, writer):
            accepted = writer.get_extra_info("socket")
            seen.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listen("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(meet, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                nodelay = await seen
                writer.close()
        return nodelay

    assert asyncio.run(accepted()) != 0


def test_port_in_use_is_one_sentence(tmp_path, root):
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        done = started(["--port", str(port)], tmp_path, root, {})
    assert done.returncode == 2
    assert done.stderr.startswith(f"lossviz: port {port} is in use")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "1:2", "no host"])  # 192.0.2.0/24 is nobody's (RFC 5737)
@pytest.mark.parametrize("said", ["--host", "STREAMLIT_SERVER_ADDRESS"])
def test_foreign_host_is_one_sentence(host, said, tmp_path, root):
    done = started([said, host] if said == "--host" else [], tmp_path, root, {said: host})
    assert done.returncode == 2
    assert repr(host) in done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "65536", "x", "1e400", "²", "9" * 10_000])
def test_impossible_port_is_refused(port, capsys):
    with pytest.raises(SystemExit) as refusal:
        main(["--port", port])
    assert refusal.value.code == 2
    message = capsys.readouterr().err
    assert "from 0 to 65535" in message
    assert len(message) < 400


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["--help"])
    assert leaving.value.code == 0
    text = capsys.readouterr().out
    assert all(
        option in text
        for option in (
            "--host",
            "--port",
            "--base-path",
            "--allow-embedding",
            "--no-browser",
            "127.0.0.1",
            "8501",
            "STREAMLIT_",
        )
    )
