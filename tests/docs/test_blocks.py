"""What the pages show is run, and prints what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.layout.tree import files

from .pages import PAGES, ROOT, Block, find_blocks, matches_output

README = ROOT / "README.md"
WITH_BLOCKS = [page for page in PAGES if list(find_blocks(page.read_text(encoding="utf-8")))]
PYTHON = [
    pytest.param(block.text, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(find_blocks(page.read_text(encoding="utf-8")))
    if block.language == "python" and not block.file
]
LANGUAGES = {"sh", "yaml", "python", "toml", "ts", "js", "jsonc"}


def run_script(script: str, folder: Path) -> tuple[int, str]:
    """Run *script* as a shell would; return its exit status and all that it printed."""
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    return ran.returncode, ran.stdout


def play_page(page: str, folder: Path, port: int) -> list[str]:
    """Save the files of *page* and run its commands in one shell; name every block that prints something else."""
    played: list[Block] = []
    script = ""
    for block in find_blocks(page.replace("4010", str(port))):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "sh" and not block.is_for_make:
            script += f"{block.text}printf '\\n=== block %d ===\\n' {len(played)}\n"
            played.append(block)
    status, printed = run_script(script, folder)
    if status:
        return [f"exit status {status}:\n{printed}"]
    wrong = []
    for number, block in enumerate(played):
        part, _, printed = printed.partition(f"\n=== block {number} ===\n")
        if block.output is not None and not matches_output(block.output, part):
            wrong.append(f"{block.text}--- is to print\n{block.output}--- and printed\n{part}")
    return wrong


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=[page.stem for page in WITH_BLOCKS])
def test_commands_print_what_the_page_shows(page: Path, checkout: Path, port: int) -> None:
    """All commands of a page run in one shell, as a reader would paste them into one terminal."""
    wrong = play_page(page.read_text(encoding="utf-8"), checkout, port)

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source", PYTHON)
def test_python_runs(source: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stderr


def test_every_language_is_known() -> None:
    """A block whose language no test knows would be run by nobody."""
    assert {
        block.language for page in PAGES for block in find_blocks(page.read_text(encoding="utf-8"))
    } <= LANGUAGES


def test_yaml_can_be_read_and_steps_fit_the_action() -> None:
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    shown = [
        yaml.safe_load(block.text)
        for page in PAGES
        for block in find_blocks(page.read_text(encoding="utf-8"))
        if block.language == "yaml"
    ]
    steps = [step for part in shown if isinstance(part, list) for step in part if "uses" in step]

    ours = [step for step in steps if step["uses"].startswith("OWNER/")]
    assert ours
    assert [name for step in ours for name in step.get("with", {}) if name not in inputs] == []


def test_make_has_every_target_that_is_named() -> None:
    named = {
        target
        for page in PAGES
        for block in find_blocks(page.read_text(encoding="utf-8"))
        if block.language == "sh" and block.is_for_make
        for target in re.findall(r"^make ([a-z]+)", block.text, re.MULTILINE)
    } | {
        target for page in PAGES for target in re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8"))
    }

    assert {"serve", "test", "docs"} <= named
    subprocess.run(["make", "--dry-run", *sorted(named)], cwd=ROOT, capture_output=True, check=True)


def test_nobody_is_sent_to_a_package_index_for_this_project() -> None:
    """It is on none yet: only a path of a checkout can be installed."""
    sent = re.compile(r"(pip|pipx|uv|uvx|conda)\b.*[\s'\"]preference-api-testbench\b(?!/)")

    assert sent.search("uvx preference-api-testbench")
    found = [
        f"{file.relative_to(ROOT)}: {line}"
        for file in files()
        if file.suffix in {".py", ".md", ".yml", ".yaml", ".toml", ""}
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
        if sent.search(line) and file != Path(__file__)
    ]
    assert found == []


def test_readme_begins_with_the_two_commands() -> None:
    serve, test, *_ = (
        block for block in find_blocks(README.read_text(encoding="utf-8")) if block.language == "sh"
    )

    assert serve.text.startswith("make serve")
    assert test.text.startswith("make test")


def test_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("```sh\necho one\n```\n```text\ntwo\n```\n", "is to print\ntwo"),
        ("```sh\necho one two\n```\n```text\none … three\n```\n", "is to print\none … three"),
        ("```sh\nfalse\n```\n", "exit status 1"),
        ("```sh\ncat known.yaml\n```\n", "exit status 1"),
    ],
)
def test_wrong_page_is_found(page: str, complaint: str, tmp_path: Path) -> None:
    (wrong,) = play_page(page, tmp_path, 4010)

    assert complaint in wrong


def test_right_page_passes(tmp_path: Path) -> None:
    page = (
        "```yaml\n# known.yaml\nid: 1\n```\n"
        "```sh\ncat known.yaml\n```\n```text\n# known.yaml\nid: …\n```\n"
        '```sh\necho \'{"a": [1]}\'\n```\n```text\n{"a":\n  [1]}\n```\n'
    )

    assert play_page(page, tmp_path, 4010) == []
