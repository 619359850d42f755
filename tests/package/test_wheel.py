"""What is in the wheel: the three packages with everything they read at run time, and nothing of ours besides."""

from __future__ import annotations

import email
import zipfile
from pathlib import Path

import pytest

import openapi

ROOT = Path(__file__).parents[2]
PACKAGES = ("openapi", "mockserver", "conformance")


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


def test_wheel_holds_every_file_of_the_packages(names):
    """Sources, contracts, fixtures, ini files and templates alike: what is on disk is what ships."""
    written = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {name for name in names if ".dist-info/" not in name} == written


def test_wheel_holds_what_no_import_would_miss(names):
    for package in PACKAGES:
        assert f"{package}/py.typed" in names
    for api in openapi.api_names():
        assert {f"openapi/{api}.yaml", f"mockserver/fixtures/{api}.yaml"} <= set(names)
    assert [name for name in names if name.startswith("conformance/") and name.endswith(".html")]


def test_wheel_holds_nothing_besides(names):
    folders = {name.partition("/")[0] for name in names}

    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(PACKAGES)


def test_wheel_says_what_it_is(names, metadata):
    assert metadata["Name"] == "preference-api-testbench"
    assert metadata["License-Expression"] == "MIT"
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert metadata.get_all("Provides-Extra") == ["conformance", "docs", "mcp", "metrics", "otel", "redis"]


def test_stub_asks_for_nothing_of_the_judge(metadata):
    base = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]

    assert any(line.startswith("connexion") for line in base)
    assert not any(line.startswith(("schemathesis", "hypothesis", "pytest")) for line in base)


def test_what_decides_a_verdict_is_pinned(metadata):
    extra = [line for line in metadata.get_all("Requires-Dist") if "extra ==" in line]

    for name in ("schemathesis", "hypothesis"):
        assert [line for line in extra if line.startswith(f"{name}==")], name
