"""Both ways to start the app, as subprocesses and from a working directory that is not the app's."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from lossviz.__main__ import APP, listen, main

LAUNCHERS = {
    "python -m lossviz": lambda port: ["lossviz", "--no-browser", "--port", str(port)],
    "streamlit run": lambda port: [
        *("streamlit", "run", str(APP), "--server.headless", "true"),
        *("--server.address", "127.0.0.1", "--server.port", str(port)),
    ],
}


@contextlib.contextmanager
def launched(command, directory, root):
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def get(url):
    with urllib.request.urlopen(url, timeout=5) as response:
        return response.status, response.headers.get_content_type(), response.read()


def wait_until_healthy(process, url):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, process.stdout.read()
        with contextlib.suppress(OSError):
            return get(f"{url}/_stcore/health")
        time.sleep(0.05)
    raise AssertionError("the server did not answer within a minute")


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
        "import streamlit as st; from lossviz.__main__ import APP; st.App(APP);"
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


def test_port_in_use_is_one_sentence(capsys):
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert main(["--port", str(port), "--no-browser"]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"lossviz: port {port} is in use")
    assert message.count("\n") == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "1:2", "no host"])  # 192.0.2.0/24 is nobody's (RFC 5737)
def test_foreign_host_is_one_sentence(host, capsys):
    assert main(["--host", host, "--no-browser"]) == 2
    message = capsys.readouterr().err
    assert repr(host) in message
    assert message.count("\n") == 1


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
    assert all(option in text for option in ("--host", "--port", "--no-browser", "127.0.0.1", "8501"))
