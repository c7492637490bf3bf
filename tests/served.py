"""Servers of the app as processes of their own, and what is asked of them."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


@contextlib.contextmanager
def launched(command, directory, root, **variables):
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1", **variables},
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


def listening(port):
    """The addresses of the sockets that listen on a port, as the kernel has them."""
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        path = Path("/proc/net", table)
        for row in path.read_text().splitlines()[1:] if path.exists() else ():
            address, number = row.split()[1].split(":")
            if row.split()[3] == "0A" and int(number, 16) == port:
                words = bytes.fromhex(address)
                raw = b"".join(words[i : i + 4][::-1] for i in range(0, len(words), 4))
                found.add(socket.inet_ntop(family, raw))
    return found
