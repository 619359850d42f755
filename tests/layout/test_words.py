"""The project speaks of itself only, and of no place outside its own tree."""

from __future__ import annotations

import re

import pytest

from tests.layout.tree import ROOT, files

# A path that climbs out of the tree, or one of somebody's own machine. Links and pictures are left to tests/docs.
FOREIGN = re.compile(
    r"(?<!\]\()(?<!src=\")(?<!srcset=\")(?<!\.\./)(?:\.\./)+(?=[A-Za-z])|(?<![\w.:/~-])/(?:home|root|work|Users)/"
)


def foreign(text: str) -> list[str]:
    return FOREIGN.findall(text)


def test_no_file_names_a_foreign_place():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if foreign(line)
    ]

    assert found == []


# Spelt apart, so that this file does not find itself.
@pytest.mark.parametrize(
    "text",
    ["see ../" + "notes/style.md", "see ../../" + "notes", "cd /home" + "/ada", "run '/root" + "/tool'"],
)
def test_foreign_place_is_found(text):
    assert foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "up to ../..",
        "[a](../README.md)",
        "[a](../../README.md)",
        '<img src="../images/report.png">',
        "a network/home/load",
        "https://example.com/home/page",
    ],
)
def test_plain_words_are_left_alone(text):
    assert not foreign(text)


def test_files_are_those_somebody_wrote():
    names = {str(path.relative_to(ROOT)) for path in files()}

    assert {
        "pyproject.toml",
        "Makefile",
        ".ci/run",
        "openapi/__init__.py",
        "tests/layout/test_words.py",
    } <= names
    assert not any("site-packages" in name for name in names)
