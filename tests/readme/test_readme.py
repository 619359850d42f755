"""The README's commands are run, its list of choices is the contracts' own."""

from __future__ import annotations

import ast
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.readme.choices import README, listed, section

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
# One chapter is long and stands by itself; the others are read from the first to the last.
IN_DEPTH = TEXT[TEXT.index("## The stub in depth") : TEXT.index("## Where the documents are silent")]
PYTHON = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
# The first is started for all the others, the second is what runs this test.
SERVE, TEST, *COMMANDS = BLOCK.findall(TEXT.replace(IN_DEPTH, ""))


class World(NamedTuple):
    """A folder to run the commands in, and the port its server has instead of 4010."""

    folder: Path
    port: int

    def run(self, script: str) -> str:
        """Run *script* as a shell would; return what it printed."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script.replace("4010", str(self.port))],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A copy of the checkout in which ``make serve`` runs on a free port."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("Makefile", "mockserver", "conformance", "openapi", "pyproject.toml", "requirements.lock"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "examples").mkdir()
    (folder / ".venv").symlink_to(Path(sys.prefix))
    world = World(folder, free_port())
    for source in sorted(ROOT.glob("examples/targets/*.yaml")):
        (folder / "examples/targets").mkdir(exist_ok=True)
        target = folder / "examples/targets" / source.name
        target.write_text(
            source.read_text(encoding="utf-8").replace("4010", str(world.port)), encoding="utf-8"
        )
    # The environment that runs this test serves as it is; make must not renew it underneath.
    serve = SERVE.replace("make ", "make --old-file=.venv/ready ", 1)
    server = subprocess.Popen(
        ["bash", "-c", f"exec {serve}"],
        cwd=folder,
        env={**os.environ, "PORT": str(world.port)},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _wait_for(world.port)
        yield world
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate(timeout=10)


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nothing listens on {port} after 30 s")


def test_two_commands_come_first() -> None:
    assert SERVE.split()[:2] == ["make", "serve"]
    assert TEST.split()[:2] == ["make", "test"]


def test_make_test_is_a_target() -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "pytest" in planned.stdout


def test_every_command_runs_in_order(world: World) -> None:
    """Run as one script, block after block, as a reader would paste them into one terminal."""
    printed = world.run("\n".join(COMMANDS))

    first, second = re.findall(r'"id":"([^"]+)"', printed)[:2]
    assert first == second
    assert '"channel":"email","preference":"opt_out"' in printed
    category, everything = map(ast.literal_eval, re.findall(r"^\{'.*\}$", printed, re.MULTILINE))
    assert (category["name"], category["description"][:6]) == ("Alerta del estado", "Avisos")
    assert [(one["channel"], one["preference"], one["is_editable"]) for one in category["channels"]] == [
        ("email", "opt_out", False), ("ms_teams", "opt_in", True), ("slack", "opt_out", True),
    ]  # fmt: skip
    (section,) = everything["sections"]
    assert all("marketing" in one["effective_tags"] for one in section["subcategories"])
    assert {"channel": "email", "is_restricted": True} in everything["channel_preferences"]
    assert '"code":"service_unavailable"' in printed
    assert "CONFORMANT" in printed
    assert "NOT CONFORMANT" not in printed
    assert re.search(r"^(\d+) of \1 MUSTs tested; \d+ passed, \d+ observed$", printed, re.MULTILINE)
    assert "since the earlier report\nnothing changed\n" in printed
    listed = re.findall(r"^\| `([\w.]+)` \|", TEXT, re.MULTILINE)
    assert sorted(listed) == sorted(file.name for file in (world.folder / "report").iterdir())


def test_stub_in_depth_shows_what_it_says(world: World) -> None:
    """Each subchapter's commands answer what its words promise."""
    printed = world.run("\n".join(BLOCK.findall(IN_DEPTH)))

    for said in (
        '"base_url":"http://127.0.0.1:',
        '"code":"permission_denied"',
        '"code":"resource_not_found"',
        "the contract has no such answer; it has code=200",
        '"code":"rate_limit_exceeded"',
        '"code":"service_unavailable"',
        '{"count":2}',
        "segment 3 is 'update-preferences'",
        '"now":"2030-01-02T05:04:05.000Z","frozen":true',
        "does not answer pages on other origins",
        '{"status":"ok"}',
        '{"text":"Hello"}{"text":"Who"}',
    ):
        assert said in printed, f"{said} is not in\n{printed}"
    assert "answering" in (world.folder / "kit/README.md").read_text()
    assert '"dark_mode"' in (world.folder / "state.json").read_text()
    assert '"version":"1.2"' in (world.folder / "calls.har").read_text().replace(" ", "")


@pytest.mark.parametrize("source", PYTHON)
def test_python_runs(source: str) -> None:
    ran = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60)

    assert (ran.returncode, ran.stdout) == (0, "[]\n"), ran.stderr


def test_stub_is_conformant_and_nothing_is_left_untested(world: World) -> None:
    """The other profile; the commands above run the one for OnlyAutomator."""
    printed = world.run(".venv/bin/conformance run examples/targets/suprsend.yaml --strict")

    assert "not_tested" not in printed
    assert "inconclusive" not in printed


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_choices_are_listed_as_the_contracts_have_them() -> None:
    assert section(TEXT) == listed(), "run `make choices`"
