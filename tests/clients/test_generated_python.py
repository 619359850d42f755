"""A typed Python client made of each contract, and a small application on it."""

from __future__ import annotations

from pathlib import Path

import pytest

import openapi
from mockserver.testing.client import MockSession
from tests.clients.conftest import FOLDER, Run

# What a generated package is called; one that is called as the official client would hide it.
PACKAGES = {"onlyautomator": "onlyautomator", "suprsend": "suprsend_generated"}


def test_every_contract_has_a_client() -> None:
    assert sorted(PACKAGES) == openapi.api_names()


@pytest.mark.parametrize("api", PACKAGES)
def test_generated_client_works(python: Run, session: MockSession, tmp_path: Path, api: str) -> None:
    target = tmp_path / PACKAGES[api]
    generate = ("-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning")
    python(*generate, "--path", str(openapi.contract_path(api)), "--output-path", str(target))

    credential = session.token if api == "onlyautomator" else session.api_key
    application = FOLDER / "python" / f"use_{api}.py"

    assert python(str(application), session.base_url, credential, folders=(tmp_path,)) == "good\n"
