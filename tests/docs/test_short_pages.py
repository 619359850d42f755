"""AGENTS.md and llms.txt are short, and name only commands, tools and files that there are."""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from .pages import ROOT

SHORT_PAGES = ("AGENTS.md", "llms.txt")
PROGRAMS = {"mockserver": "mockserver.command.cli", "conformance": "conformance.command.cli"}


def parse_command(line: str) -> str | None:
    """Parse a command as its program would, and run nothing; return what is wrong with it.

    What follows ``>`` is a matter of the shell. A file that the command names need not be there.
    """
    program, *arguments = shlex.split(line.partition(" > ")[0])
    command: Any = typer.main.get_command(importlib.import_module(PROGRAMS[program]).app)
    name, *arguments = arguments or ["--help"]
    if name not in command.commands:
        return f"{line}: {program} has no command {name}"
    command = command.commands[name]
    try:
        command.make_context(name, arguments)
    except Exception as error:
        return f"{line}: {error}"
    return None


def list_commands(page: str) -> list[str]:
    """List the commands of the two programs that *page* names in its text."""
    named = re.findall(r"`(?:\.venv/bin/)?([^`]+)`", re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S))
    return [line for line in named if re.match(rf"({'|'.join(PROGRAMS)}) ", line)]


@pytest.mark.parametrize("name", SHORT_PAGES)
def test_every_command_is_one(name: str) -> None:
    commands = list_commands((ROOT / name).read_text(encoding="utf-8"))

    assert commands
    assert [wrong for line in commands if (wrong := parse_command(line))] == []


@pytest.mark.parametrize("name", SHORT_PAGES)
def test_every_tool_and_every_file_is_there(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    paths = re.findall(r"(?:^|[\s`])((?:docs|tests)/[\w./-]+|\w+\.toml)", page)

    assert [tool for tool in re.findall(r"\.venv/bin/(\w+)", page) if not find_tool(tool)] == []
    assert [path for path in paths if not (ROOT / path).exists()] == []


def find_tool(name: str) -> str | None:
    return shutil.which(name, path=str(Path(sys.executable).parent))


def test_guide_to_the_repository_is_short() -> None:
    assert len((ROOT / "AGENTS.md").read_text(encoding="utf-8").splitlines()) < 100


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("conformance run target.yaml --report-dir report", None),
        ("conformance init suprsend > target.yaml", None),
        ("conformance walk", "has no command walk"),
        ("conformance doctor", "Missing parameter: profile"),
        ("mockserver serve suprsend", "unexpected extra argument"),
        ("mockserver export kit --no-such-flag", "--no-such-flag"),
    ],
)
def test_wrong_command_is_found(line: str, complaint: str | None) -> None:
    wrong = parse_command(line)

    assert wrong is None if complaint is None else complaint in str(wrong)
