"""The app as others install it: the steps of the Dockerfile, in an empty folder and an empty environment."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from importlib import metadata
from pathlib import Path

import pytest
from served import get, listening, wait_until_healthy

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


def steps():
    """Instruction and argument of each line of the Dockerfile."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line and not line.startswith("#")]


class Image:
    """What the Dockerfile builds, in a folder and an environment instead of a container."""

    def __init__(self, folder):
        self.work, self.command = folder / "work", None
        self.work.mkdir()
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        self.bin = next(folder.glob("venv/[bS]*in*"))  # bin, or Scripts
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "STREAMLIT", "LOSSVIZ"))}
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        self.variables = {**kept, "PATH": path, "VIRTUAL_ENV": str(folder / "venv")}
        for instruction, argument in steps():
            self.take(instruction, argument)

    def take(self, instruction, argument):
        if instruction == "COPY":
            assert argument == ". ."
            unwanted = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
            ignore = shutil.ignore_patterns(
                *(pattern.removeprefix("**/") for pattern in unwanted), ".*_cache"
            )
            shutil.copytree(ROOT, self.work, ignore=ignore, dirs_exist_ok=True)
        elif instruction == "RUN":
            subprocess.run(argument, shell=True, cwd=self.work, env=self.variables, check=True)
        elif instruction == "ENV":
            name, value = argument.split("=", 1)
            self.variables[name] = value
        elif instruction == "CMD":
            self.command = json.loads(argument)
        else:
            assert instruction in {"FROM", "WORKDIR", "EXPOSE", "USER"}

    def run(self, *command, cwd, **variables):
        program, *options = command
        return subprocess.Popen(
            [self.bin / program, *options],
            cwd=cwd,
            env={**self.variables, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    made = Image(tmp_path_factory.mktemp("image"))
    shutil.rmtree(made.work)  # so that only what was installed can be what serves
    return made


def test_what_is_installed_serves_every_page_from_any_folder(image, tmp_path, free_port):
    server = image.run(*image.command, cwd=tmp_path, STREAMLIT_SERVER_PORT=str(free_port))
    try:
        url = f"http://127.0.0.1:{free_port}"
        wait_until_healthy(server, url)
        for page in ("", *PAGES):
            assert get(f"{url}/{page}")[:2] == (200, "text/html")
        for path in (ROOT / "static").iterdir():
            assert get(f"{url}/app/static/{path.name}")[2] == path.read_bytes()
        with urllib.request.urlopen(f"{url}/outliers", timeout=5) as page:
            assert page.headers["X-Content-Type-Options"] == "nosniff"
        if Path("/proc/net/tcp").exists():
            assert listening(free_port) & {"0.0.0.0", "::"}
    finally:
        server.kill()
        server.communicate()


def test_every_installed_page_runs(image, tmp_path):
    script = f"""
import lossviz
from lossviz.app.kit.site import APP, SITE
from streamlit.testing.v1 import AppTest
assert {str(ROOT)!r} not in lossviz.__file__, lossviz.__file__
for page in {["", *PAGES]!r}:
    at = AppTest.from_file(str(APP), default_timeout=60)
    if page:
        at.switch_page(f"pages/{{page}}.py")
    at.run()
    assert [e.message for e in at.exception] == [] == [e.value for e in at.error], page
    assert at.title, page
print("all")
"""
    done = image.run("python", "-c", script, cwd=tmp_path)
    said, errors = done.communicate()
    assert said == "all\n", errors


def test_the_configuration_of_the_app_is_installed_with_it(image, tmp_path):
    script = "from lossviz.app.kit.site import SITE; print((SITE / '.streamlit' / 'config.toml').read_text())"
    said, errors = image.run("python", "-c", script, cwd=tmp_path).communicate()
    assert said.strip() == (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8").strip(), errors


def test_the_command_has_a_name_and_says_its_version(image, tmp_path):
    said, errors = image.run("lossviz", "--version", cwd=tmp_path).communicate()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert said == f"LossViz {project['version']}\n", errors
    said, _ = image.run("python", "-m", "lossviz", "--help", cwd=tmp_path).communicate()
    assert said.startswith("usage: lossviz ")


def test_the_requirements_are_those_of_the_file(image):
    folder = next(image.bin.parent.rglob("lossviz-*.dist-info"))
    told = {re.sub(r"[\s;].*", "", line) for line in metadata.Distribution.at(folder).requires or ()}
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("-", "#")):
                wanted = re.split(r"[<>=~]", line)[0].strip().lower()
                assert any(name.startswith(wanted) for name in told), line


def test_citation_and_package_tell_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", cited, re.MULTILINE)[1] == project["version"]


def test_the_workflow_runs_what_is_run_here():
    workflow = (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    assert "- run: .ci/run\n" in workflow
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111 or os.name == "nt"
