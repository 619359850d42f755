"""The pipelines and the container commands that can be copied: their own lines are run, as far as this machine can."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from typer.main import get_command

from conformance.command.cli import app as conformance
from mockserver.command.cli import app as mockserver
from tests.testbed.calls import PREFERENCE, bearer, fresh, token
from tests.testbed.stubs import serve_command

ROOT = Path(__file__).parents[2]
CI = ROOT / "examples" / "ci"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
# The commands that the pipelines call, in the places of those that need a network.
PROGRAMS = {
    "git": """[ "$1" = clone ] && ln -s "$ROOT" "$4"; true""",
    "npm": """curl -sS "$MOCKSERVER_URL/__admin/health" """,
    "python": """case "$2" in
      venv) mkdir -p "$3/bin"; ln -s "$OURS/mockserver" "$OURS/conformance" "$HERE/pip" "$3/bin" ;;
      unittest) curl -sS "$MOCKSERVER_URL/__admin/health" ;;
    esac""",
    "pip": """for word; do case "$word" in *.lock | ./*) ls -d "$word" || exit ;; esac; done""",
}
RUN = re.compile(r"^ {4}((?:docker|podman) run (?:.*\\\n)*.*)$", re.MULTILINE)
PAGES = ("examples/docker/README.md", "docs/stub/serving.md", "docs/judge/ci.md")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A repository that holds what the pipelines are copied with, and the programs they find."""
    (tmp_path / "programs").mkdir()
    for name, text in PROGRAMS.items():
        program = tmp_path / "programs" / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    (tmp_path / "target.yaml").write_text((CI / "target.yaml").read_text())
    return tmp_path


def run_lines(workspace: Path, lines: list[str], **variables: str) -> str:
    programs = workspace / "programs"
    ran = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=workspace,
        env={
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(workspace),
            "ROOT": str(ROOT),
            "OURS": str(Path(sys.executable).parent),
            "HERE": str(programs),
            **variables,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def test_github_workflow_installs_the_stub_and_tests_against_it(workspace):
    jobs = yaml.safe_load((CI / "github-actions.yml").read_text())["jobs"]
    steps = jobs["app"]["steps"]
    ours = next(step["with"] for step in steps if "repository" in step.get("with", {}))
    (workspace / ours["path"]).symlink_to(ROOT)

    printed = run_lines(workspace, [step["run"] for step in steps if "run" in step])
    assert "requirements-run.lock" in printed
    assert printed.rstrip().endswith('{"status":"ok"}')


def test_github_workflow_gives_the_judge_all_that_its_profile_asks_for():
    jobs = yaml.safe_load((CI / "github-actions.yml").read_text())["jobs"]
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    judge, upload = jobs["judge"]["steps"][1:]

    assert judge["uses"] == "OWNER/preference-api-testbench@COMMIT"
    assert set(judge["with"]) <= set(action["inputs"])
    assert set(judge["env"]) == set(re.findall(r"\$\{(\w+)\}", (CI / "target.yaml").read_text()))
    assert upload["with"]["path"] == action["inputs"]["report-dir"]["default"]


def test_gitlab_pipeline_installs_both_commands_tests_and_judges(workspace):
    pipeline = yaml.safe_load((CI / "gitlab-ci.yml").read_text())
    job = pipeline["conformance"]
    # One requirement, since the whole judge has tests of its own.
    (line,) = job["script"]
    with serve_command() as url:
        variables = {"API_URL": url, "SUPRSEND_API_KEY": "SS.local-development-key", **pipeline["variables"]}
        lines = [*pipeline[".testbench"]["before_script"], *pipeline["app"]["script"]]
        printed = run_lines(workspace, [*lines, f"{line} --only answers-202"], **variables)

    assert '{"status":"ok"}' in printed
    assert "CONFORMANT" in printed
    for kept in (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()):
        assert (workspace / kept).exists(), kept


def check_words(words: list[str], folder: Path) -> None:
    """Check what a container is asked to run: a command of ours, its options, and files that lie where it looks."""
    apps = {"mockserver": mockserver, "conformance": conformance}
    assert set(apps) == set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"])
    command: Any = get_command(apps[words[0]])
    for word in words[1:]:
        command = getattr(command, "commands", {}).get(word, command)
    known = {name for option in command.params for name in option.opts}
    assert [word for word in words if word.startswith("--") and word not in known] == []
    if "--fixtures" in words:
        assert (folder / words[words.index("--fixtures") + 1]).is_file()


RUNS = [
    pytest.param(shlex.split(text.replace("\\\n", "")), id=f"{page}-{number}")
    for page in PAGES
    for number, text in enumerate(RUN.findall((ROOT / page).read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("words", RUNS)
def test_container_is_run_as_the_image_takes_it(words):
    at = words.index("testbench")
    options, asked = [word for word in words[2:at] if word != "--rm"], words[at + 1 :]
    pairs = list(zip(options[::2], options[1::2], strict=True))
    assert {name for name, _ in pairs} <= {"-p", "-e", "-v", "--user", "--userns"}
    published = [value.rpartition(":")[2] for name, value in pairs if name == "-p"]
    assert set(published) <= set(re.findall(r"^EXPOSE (\d+)$", CONTAINERFILE, re.MULTILINE))
    volumes = [value.split(":") for name, value in pairs if name == "-v"]
    # What is written has to be mounted so, and by the user whose folder it is.
    written = {mounted for _, mounted, *mode in volumes if mode != ["ro"]}
    assert all(mounted.startswith(workdir()) for _, mounted, *_ in volumes)
    assert ("--report-dir" in asked) == bool(written) == ("--user" in options)
    if "--report-dir" in asked:
        assert written == {f"{workdir()}/{asked[asked.index('--report-dir') + 1]}"}
    if asked:
        check_words(asked, ROOT / volumes[0][0].removeprefix("$PWD").lstrip("/"))


def test_commands_without_a_checkout_are_ours_and_come_from_a_wheel_or_from_git():
    text = (ROOT / "docs" / "stub" / "serving.md").read_text(encoding="utf-8")
    commands = [shlex.split(line) for line in re.findall(r'uvx --from [^"\n]+', text)]

    assert len(commands) == 4
    for _, _, source, *words in commands:
        assert re.fullmatch(r"git\+https://\S+@COMMIT|\./dist/\S+-py3-none-any\.whl", source)
        check_words(words[: words.index("--")] if "--" in words else words, ROOT)


def workdir() -> str:
    return re.findall(r"^WORKDIR (\S+)$", CONTAINERFILE, re.MULTILINE)[-1]


def test_composed_stub_has_its_fixtures_and_becomes_healthy(monkeypatch):
    stub = COMPOSE["services"]["stub"]
    (volume,) = stub["volumes"]
    source, mounted, mode = volume.split(":")
    (published,) = stub["ports"]
    for name in stub["environment"]:
        monkeypatch.setenv(name, "stub")
    program, *words = [str(ROOT / source) if word == mounted else word for word in stub["command"]]
    marker, python, *check = stub["healthcheck"]["test"]

    assert (program, marker, python, mode) == ("mockserver", "CMD", "python", "ro")
    assert (ROOT / stub["build"]["dockerfile"]).is_file()
    assert published == "127.0.0.1:4010:4010"
    with serve_command(*words) as url:
        healthy = [word.replace("http://127.0.0.1:4010", url) for word in check]
        assert subprocess.run([sys.executable, *healthy], timeout=20, check=False).returncode == 0
        for host, status in (("stub:4010", 200), ("elsewhere:4010", 403)):
            headers = {"Host": host, "X-Mock-Admin-Token": "stub"}
            assert httpx2.get(f"{url}/__admin/health", headers=headers).status_code == status
        known = [
            httpx2.post(url + PREFERENCE, json=fresh(fanId=fan), headers=bearer(token()))
            for fan in ("67890", "24680")
        ]
    assert [answer.status_code for answer in known] == [200, 404]
    assert json.loads(known[1].text)["error"]["code"] == "resource_not_found"
