"""OnlyAutomator's requirements judged: the reference, the servers that lie, the servers that take liberties."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from conformance.proof.mutants import onlyautomator as mutants
from tests.conformance.proof import proving

API = "onlyautomator"
LONGEST_OVERRIDE = 10


# --- the proof -------------------------------------------------------------------------------------------


def test_reference_conforms():
    proving.reference_conforms(API)


@pytest.mark.parametrize("mutant", proving.mutants(API))
def test_mutant_breaks_what_it_says(mutant):
    proving.comes_out_as_it_has_to(mutant)


@pytest.mark.parametrize("liberty", proving.liberties(API))
def test_liberty_is_not_condemned(liberty):
    proving.comes_out_as_it_has_to(liberty)


def test_every_requirement_is_proved():
    proving.every_requirement_is_proved(API)


def test_ids_are_pinned():
    proving.ids_are_pinned(API)


def test_override_is_short():
    lengths = {
        f"{lie.name}.{override.name}": (override.end_lineno or 0) - override.lineno + 1
        for file in sorted(Path(mutants.__path__[0]).glob("*.py"))
        for lie in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(lie, ast.ClassDef)
        for override in lie.body
        if isinstance(override, ast.FunctionDef)
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_OVERRIDE} == {}
