"""A kit in the hands of those it is for: the compiler, MSW, newman, and what makes the types."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import openapi
from tests.mockserver.export.contract_examples import LIBRARY, SPECS, list_answer_examples
from tests.testbed.stubs import run_command, serve_command

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture(scope="session")
def project(once, node_modules) -> Path:
    """A frontend's project with a kit in it and the packages that use it, made once for all workers."""

    def make_project(folder: Path) -> None:
        (folder / "node_modules").symlink_to(node_modules)
        shutil.copy(node_modules.parent / "package.json", folder)
        for name in ("tsconfig.json", "consumer.ts", "handlers.test.js"):
            shutil.copy(HERE / name, folder)
        apis = [word for name in openapi.api_names() for word in ("--api", name)]
        ran = run_command("export", str(folder / "kit"), "--spec", str(LIBRARY), *apis)
        assert ran.returncode == 0, ran.stderr
        examples = [one._asdict() for api in SPECS for one in list_answer_examples(api)]
        for one in examples:
            one["path"] = re.sub(r"\{[^}]*\}", "x1", one["path"])
            if one["example"] is None:
                del one["example"]
        (folder / "examples.json").write_text(json.dumps(examples), encoding="utf-8")

    return once("frontend", make_project)


def run_tool(folder: Path, *words: str) -> str:
    """Run what has to work."""
    ours, theirs = Path(sys.executable).parent, folder / "node_modules/.bin"
    path = os.pathsep.join([str(ours), str(theirs), os.environ["PATH"]])
    ran = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, f"{' '.join(words)}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


@pytest.mark.usefixtures("node_modules")
def test_types_are_what_the_contracts_say(tmp_path):
    run_tool(ROOT, "make", "typescript", f"TYPES={tmp_path}")

    for name in openapi.api_names():
        kept = ROOT / f"mockserver/export/types/{name}.d.ts"
        assert kept.read_text() == (tmp_path / kept.name).read_text(), "run `make typescript`"


def test_kit_compiles(project):
    """Declarations under another name, so that the compiler reads all of ours and none of MSW's own."""
    for file in [*project.glob("kit/*/*.d.ts")]:
        place = project / "declared" / f"{file.parent.name}-{file.name.replace('.d.ts', '.ts')}"
        place.parent.mkdir(exist_ok=True)
        shutil.copy(file, place)
    read = run_tool(project, "tsc", "--listFiles")

    assert read.count("/declared/") == len(list(project.glob("kit/*/*.d.ts")))
    assert "consumer.ts" in read


def test_handlers_answer(project):
    assert re.search(r"\bpass 7\b", run_tool(project, "node", "--test", "handlers.test.js"))


def test_collections_run_against_the_stub(project):
    """The README's own lines, each request with the status that it expects."""
    lines = re.findall(r"^    npx (newman run .*)$", (project / "kit/README.md").read_text(), re.MULTILINE)
    assert len(lines) == len(SPECS)
    apis = [word for name in openapi.api_names() for word in ("--api", name)]
    fixtures = str(project / "kit/fixtures.yaml")

    with serve_command("--spec", str(LIBRARY), "--fixtures", fixtures, *apis) as url:
        for line in lines:
            base = url + ("/v2" if "library" in line else "")
            printed = run_tool(project, "sh", "-c", f"cd kit; {line} --env-var baseUrl={base}")
            expected = line.split("/")[1].split(".")[0]
            requests = int(re.findall(r"assertions │ +(\d+) │ +0 │", printed)[0])
            assert requests > len(list(list_answer_examples(expected)))
