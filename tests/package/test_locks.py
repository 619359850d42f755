"""The locks: what they pin, that each is a part of the whole one, and that none lacks what its user needs."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = "preference-api-testbench"
WHOLE = "requirements.lock"
PARTS = {"requirements-serve.lock": "", "requirements-run.lock": "conformance"}
OURS_ALONE = {"mypy", "ruff", "playwright", "suprsend-py-sdk"}
JUDGE_ALONE = {"schemathesis", "hypothesis", "pytest", "junitparser"}
PIN = re.compile(
    r"^([\w.-]+==[^\s;]+)(?: ; [^\\\n]+)? \\\n((?:    --hash=sha256:\w+(?: \\)?\n)+)", re.MULTILINE
)


def read_pins(name: str) -> dict[str, str]:
    """Map each pinned version of a lock to its hashes."""
    return dict(PIN.findall((ROOT / name).read_text(encoding="utf-8")))


def pinned_names(name: str) -> set[str]:
    return {pin.partition("==")[0] for pin in read_pins(name)}


def needed_names(project: str, extra: str = "") -> set[str]:
    """Name what *project* needs on this platform, with what that needs in turn."""
    found: set[str] = set()
    todo = [(project, extra), (project, "")]
    seen = set()
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in requires(name) or []:
            one = Requirement(line)
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                found.add(one.name.lower().replace("_", "-"))
                todo += [(one.name, inner) for inner in ("", *one.extras)]
    return found


@pytest.mark.parametrize("name", PARTS)
def test_lock_is_a_part_of_the_whole_one(name):
    whole, part = read_pins(WHOLE), read_pins(name)

    assert part.items() <= whole.items()
    assert len(part) == len(re.findall(r"^\w", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize(("name", "extra"), PARTS.items())
def test_lock_has_all_that_is_needed(name, extra):
    """Nothing is installed with it but what it names: see the Makefile."""
    needed = needed_names(PROJECT, extra)

    assert "werkzeug" in needed  # which only Connexion asks for
    assert needed | needed_names("hatchling") | {"hatchling"} <= pinned_names(name)
    assert not pinned_names(name) & OURS_ALONE


def test_serving_installs_nothing_of_the_judge():
    assert "editables" in pinned_names("requirements-serve.lock")
    assert not pinned_names("requirements-serve.lock") & JUDGE_ALONE
    assert pinned_names("requirements-run.lock") >= JUDGE_ALONE


@pytest.mark.parametrize("name", [WHOLE, *PARTS])
def test_everything_locked_has_a_hash(name):
    assert all("--hash=sha256:" in hashes for hashes in read_pins(name).values())
