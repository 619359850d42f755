"""The GitHub Action: its steps, run as GitHub runs those of a composite action."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.proof.messages import Response
from conformance.proof.server import serve

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}
EXPRESSION = re.compile(r"\$\{\{ *(inputs|steps)\.([\w.-]+) *\}\}")
HOSTILE = [
    "$(touch x)",
    "`touch x`",
    '"; touch x; "',
    "'; touch x; '",
    "x\ntouch x",
    "--help",
    "*",
    "${PATH}",
]
REFERENCE = proof.reference_of("suprsend")


class Said(NamedTuple):
    """What came of a step."""

    status: int
    log: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """As much of GitHub's runner as a composite action's run steps see."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        (folder / "temp").mkdir()
        self._folder = folder
        self._steps = {"python.outputs.python-path": sys.executable}

    def run(self, id_: str, **inputs: str) -> Said:
        """Run a step with these inputs, the others at their defaults."""
        given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        values = {"inputs": given, "steps": self._steps}
        step = STEPS[id_]
        files = {
            name: self._folder / f"{id_}.{name}"
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "script")
        }
        for file in files.values():
            file.write_text("")
        files["script"].write_text(step["run"])
        environment = {
            **os.environ,
            **{
                name: EXPRESSION.sub(lambda match: values[match[1]][match[2]], text)
                for name, text in step["env"].items()
            },
            **{name: str(file) for name, file in files.items() if name != "script"},
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(self._folder / "temp"),
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(files["script"])],
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        self._steps |= {f"{id_}.outputs.{name}": value for name, value in outputs.items()}
        return Said(done.returncode, done.stdout, outputs, files["GITHUB_STEP_SUMMARY"].read_text())

    def judge(self, server: Any = None, **inputs: str) -> Said:
        """Judge a server that brings its profile, with what is installed here."""
        self._steps["install.outputs.conformance"] = str(Path(sys.executable).with_name("conformance"))
        with self._served(server) as target:
            return self.run("judge", **(target | inputs))

    def judge_here(self, server: Any = None, status: int = 2, **inputs: str) -> Said:
        """Judge with a program that notes its words and ends with *status*, as the command does with them in here."""
        program, words = self._folder / "program", self._folder / "words"
        program.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > "{words}"\nexit {status}\n')
        program.chmod(0o755)
        self._steps["install.outputs.conformance"] = str(program)
        with self._served(server) as target, chdir(self.workspace):
            said = self.run("judge", **(target | inputs))
            if not words.exists():
                return said
            command = CliRunner(env={"GITHUB_ACTIONS": "true"})
            done = command.invoke(app, words.read_text().split("\0")[:-1], prog_name="conformance")
            words.unlink()
        assert done.exit_code == status, done.output
        return said._replace(log=said.log + done.output)

    @contextmanager
    def _served(self, server: Any) -> Iterator[dict[str, str]]:
        """Serve a server, if there is one; yields the input that names it."""
        if server is None:
            yield {}
            return
        with serve(server) as url:
            (self.workspace / "target.yaml").write_text(json.dumps(server.profile(url)))
            yield {"target": "target.yaml"}

    @property
    def left(self) -> set[str]:
        """What lies in the workspace."""
        return {path.name for path in self.workspace.iterdir()} - {"target.yaml"}


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


class LetsAllIn(REFERENCE):
    """Answers everybody as if nothing were wrong."""

    def answer(self, request):
        answer = super().answer(request)
        return Response(202, {}) if answer.status == 401 else answer


def test_inputs_reach_scripts_through_the_environment_only():
    for step in STEPS.values():
        assert "${{" not in step.get("run", "")
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION["runs"])))

    assert used == set(ACTION["inputs"])


def test_every_value_is_one_that_a_step_gives():
    """An expression that names nothing is empty on GitHub, and nobody would be told."""
    written = {
        f"{id_}.outputs.{name}"
        for id_, step in STEPS.items()
        for name in re.findall(r"([\w-]+)=\$", step.get("run", ""))
    }
    read = set(re.findall(r"steps\.([\w.-]+)", json.dumps(ACTION)))

    assert read - {"python.outputs.python-path"} <= written


def test_foreign_actions_are_pinned():
    for step in STEPS.values():
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", f"x@{'0' * 40}"))


def test_conformant_server(runner):
    said = runner.judge(REFERENCE(), only="*-key\nsuprsend/*-status\n", seed="7", strict="true")
    report = json.loads((runner.workspace / "report" / "report.json").read_text())

    assert (said.status, said.outputs) == (0, {"verdict": "conformant", "exit-status": "0"}), said.log
    assert said.summary.startswith("### suprsend: conformant in what was tested\n")
    assert (report["seed"], report["strict"], report["partial"]) == (7, True, True)
    assert {one["id"].rpartition("-")[2] for one in report["requirements"]} == {"key", "status"}


def test_other_server(runner):
    said = runner.judge(LetsAllIn(), only="missing-key", report_dir="a b/c")

    assert (said.status, said.outputs) == (1, {"verdict": "not_conformant", "exit-status": "1"})
    assert "\n::error file=target.yaml,title=suprsend/missing-key::MUST refuse" in said.log
    assert "### suprsend: not conformant" in said.summary
    assert (runner.workspace / "a b" / "c" / "junit.xml").exists()


def test_waivers_and_an_earlier_report(runner):
    (runner.workspace / "known.yaml").write_text(
        "[{id: suprsend/missing-key, reason: known, owner: ada, expires: 9999-01-01}]"
    )
    runner.judge_here(LetsAllIn(), status=1, only="missing-key")
    later = {"waivers": "known.yaml", "against": "report/report.json"}
    said = runner.judge_here(LetsAllIn(), status=0, only="missing-key", **later)

    stale = runner.judge_here(REFERENCE(), status=1, only="missing-key", **later)

    assert (said.status, said.outputs["verdict"]) == (0, "conformant")
    assert "since the earlier report" in said.log
    assert (stale.status, stale.outputs["verdict"]) == (1, "conformant")


def test_mode_budget_and_exploration(runner):
    inputs = {"only": "missing-key", "mode": "read-only", "budget": "9m", "explore": "1s"}
    said = runner.judge_here(REFERENCE(), status=0, **inputs)
    report = json.loads((runner.workspace / "report" / "report.json").read_text())

    assert (said.status, report["mode"]) == (0, "read-only")
    assert "not explored: --mode read-only" in said.log


def test_what_is_excepted_and_failing_fast(runner):
    inputs = {"only": "missing-key*\nanswers-202", "except": "answers-2*\n*/answers-202", "fail_fast": "true"}
    said = runner.judge_here(LetsAllIn(), status=1, **inputs)
    report = json.loads((runner.workspace / "report" / "report.json").read_text())
    first, second = report["requirements"]

    assert said.outputs["verdict"] == "not_conformant"
    assert (first["id"], second["id"]) == ("suprsend/missing-key", "suprsend/missing-key-status")
    assert second["reason"] == "not asked: --fail-fast, and suprsend/missing-key failed"


def test_nobody_there(runner):
    with serve(REFERENCE()) as url:
        pass
    (runner.workspace / "target.yaml").write_text(json.dumps(REFERENCE().profile(url)))
    said = runner.judge(target="target.yaml")

    assert (said.status, said.outputs) == (3, {"verdict": "no_verdict", "exit-status": "3"})


@pytest.mark.parametrize("value", HOSTILE)
def test_no_target_is_a_command(runner, value):
    judge = runner.judge if value == HOSTILE[0] else runner.judge_here
    said = judge(target=value)  # the first in a process of the command, as each other exit status once above

    assert (said.status, said.outputs) == (2, {"verdict": "", "exit-status": "2"})
    assert said.log
    assert all(line.startswith("conformance: ") for line in said.log.splitlines())
    assert runner.left == {"report"}


@pytest.mark.parametrize(
    "name",
    ["only", "except", "fail-fast", "seed", "mode", "budget", "explore", "strict", "waivers", "against"],
)
def test_no_other_input_is_a_command(runner, name):
    said = runner.judge_here(
        REFERENCE(), **{name: "$(touch x)`touch x`\n::set-output name=verdict::conformant"}
    )

    assert said.status == 2
    assert not any(line.startswith("::set-output") for line in said.log.splitlines())
    assert runner.left <= {"report"}


def test_installation_is_from_the_lock_and_once_a_job(runner):
    """With a Python that makes an environment of this one, and a pip that only writes down what it is asked."""
    log = runner.workspace.parent / "asked"
    python = runner.workspace.parent / "a python"
    python.write_text(
        f'#!/bin/sh\necho "$*" >> "{log}"\n'
        'for folder; do :; done\n[ "$2" = venv ] && mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python"\ntrue\n'
    )
    python.chmod(0o755)
    runner._steps["python.outputs.python-path"] = str(python)
    first, second = runner.run("install"), runner.run("install")
    made, *asked = log.read_text().splitlines()

    assert (first.status, second.status) == (0, 0), first.log + second.log
    assert first.outputs == second.outputs
    assert first.outputs["conformance"].endswith("/bin/conformance")
    assert made.startswith("-m venv ")
    assert [line.partition(" install ")[2] for line in asked] == [
        f"--require-hashes -r {ROOT}/requirements-run.lock",
        f"--no-deps --no-build-isolation {ROOT}",
    ]
