"""The command lines of both programs: help that is not cut, errors that say what to write, completion in bash."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

PROGRAMS = {"mockserver": "mockserver.command.cli", "conformance": "conformance.command.cli"}
COMMANDS = [
    (name, command)
    for name, module in PROGRAMS.items()
    for command in typer.main.get_command(importlib.import_module(module).app).commands
]
FOLDER = Path(sys.executable).parent


def run(program: str, *words: str) -> str:
    """Run the command line in this process, on a terminal of eighty columns; return all that it printed."""
    app = importlib.import_module(PROGRAMS[program]).app
    return CliRunner().invoke(app, words, prog_name=program, env={"COLUMNS": "80"}).output


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_says_of_each_command_all_that_its_own_help_begins_with(program):
    shown = " ".join(run(program, "--help").split())
    for name in (command for one, command in COMMANDS if one == program):
        sentence = " ".join(run(program, name, "--help").split("\n\n")[1].split())
        assert f"{name} {sentence}" in shown
    assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize(("program", "command"), [*COMMANDS, *((program, "") for program in PROGRAMS)])
def test_help_fits_eighty_columns_and_has_a_short_name(program, command):
    long, short = (run(program, *command.split(), option) for option in ("--help", "-h"))

    assert long == short
    assert max(map(len, long.splitlines())) <= 80
    assert "[[" not in long


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mockserver --prot 1", "No such option: --prot; did you mean --port?"),
        ("mockserver -x 1", "No such option: -x"),
        ("mockserver --zzz", "No such option: --zzz"),
        ("mockserver serve --prot 1", "No such option: --prot; did you mean --port?"),
        ("mockserver serve suprsend", "serve takes options only, not 'suprsend'"),
        ("mockserver serv", "No such command 'serv'. Did you mean 'serve'?"),
        ("mockserver token --port 1", "it stands before the command: mockserver --port ... token"),
        ("mockserver --ttl 1", "it stands behind a command: mockserver token --ttl"),
        ("mockserver token --sbu a", "did you mean --sub?"),
        (
            "mockserver --auth Strict",
            "must be one of strict, shape, off, not 'Strict'; did you mean 'strict'?",
        ),
        (
            "mockserver --port x",
            "Invalid value for '--port': must be a whole number",
        ),
        ("mockserver --port 70000", "must be at most 65535"),
        ("mockserver --session-ttl 0", "must be at least 0.001"),
        ("mockserver --session-ttl x", "must be a number"),
        ("mockserver --verify-hmac=1", "Option '--verify-hmac' does not take a value."),
        ("conformance rn x", "No such command 'rn'. Did you mean 'run'?"),
        ("conformance --verbose", "it stands behind a command: conformance run --verbose"),
        ("conformance run x --verbos", "did you mean --verbose?"),
        ("conformance run x --seed y", "Invalid value for '--seed': must be a whole number"),
        ("conformance selftest --jobs 0", "must be at least 1"),
    ],
)
def test_error_says_what_to_write_instead(line, said):
    printed = run(*line.split()).splitlines()[-1]

    assert printed.startswith("Error: ")
    assert printed.endswith(said)


def test_wrong_value_in_the_environment_is_told_to_be_there(monkeypatch):
    monkeypatch.setenv("MOCKSERVER_PORT", "x")

    said = run("mockserver").splitlines()[-1]

    assert said == "Error: Invalid value for MOCKSERVER_PORT in the environment: must be a whole number"


def complete(folder: Path, script: str, program: str, lines: list[list[str]]) -> list[list[str]]:
    """Let bash complete the last word of each of *lines*, after a *script* that made it able to."""
    path = FOLDER / program
    for words in lines:
        typed = " ".join(f"'{word}'" for word in (program, *words))
        script += f"\nCOMP_WORDS=({typed}) COMP_CWORD={len(words)}\n_{program}_completion '{path}'"
        script += '\necho "${COMPREPLY[*]}"'
    ran = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        env={"HOME": str(folder), "PATH": os.environ["PATH"]},
    )
    assert ran.stderr == ""
    return [line.split() for line in ran.stdout.splitlines()]


@pytest.mark.parametrize(
    ("program", "lines", "found"),
    [
        (
            "mockserver",
            [["ser"], ["serve", "--fix"], ["--api", ""], ["--auth", "s"]],
            [["serve"], ["--fixtures"], ["onlyautomator", "suprsend"], ["strict", "shape"]],
        ),
        (
            "conformance",
            [["sel"], ["run", "--report"], ["list", "supr"]],
            [["selftest"], ["--report-dir"], ["suprsend"]],
        ),
    ],
)
def test_bash_completes(tmp_path, program, lines, found):
    script = f'eval "$({FOLDER / program} --show-completion)"'

    assert complete(tmp_path, script, program, lines) == found


@pytest.mark.parametrize(
    ("program", "word", "found"), [("mockserver", "ser", "serve"), ("conformance", "ru", "run")]
)
def test_installed_completion_is_there_in_the_next_shell(tmp_path, program, word, found):
    script = f"{FOLDER / program} --install-completion >/dev/null; . ~/.bashrc"

    assert complete(tmp_path, script, program, [[word]]) == [[found]]
