"""Two vendors who had only the documents, and decided differently where those are silent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import yaml
from typer.testing import CliRunner

from conformance.command.cli import app
from tests.testbed.needed_programs import needs_node

HERE = Path(__file__).parent
SECRET = "a secret that only this vendor and its users' sessions know"
API_KEY = "vendor-key-1"
COMMANDS = {
    "node": ["node", str(HERE / "node" / "server.mjs")],
    "python": [sys.executable, str(HERE / "python" / "server.py")],
}


@pytest.fixture(scope="module", params=COMMANDS)
def vendor(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Return the name and the URL of a vendor's server, which runs for as long as the tests that use it."""
    if request.param == "node":
        needs_node()
    account = str(HERE / "account.json")
    environment = os.environ | {"ACCOUNT": account, "JWT_SECRET": SECRET, "API_KEY": API_KEY, "PORT": "0"}
    with subprocess.Popen(
        COMMANDS[request.param], stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        try:
            yield request.param, server.stdout.readline().strip()
        finally:
            server.terminate()


def onlyautomator(name: str, url: str) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "api": "onlyautomator",
        "base_url": url,
        "credentials": {role: f"${{VENDOR_{role.upper()}}}" for role in tokens()},
        "fixtures": {"fan_id": "12345", "other_fan_id": "67890"},
    }
    if name == "node":
        profile["triggers"] = {"service_unavailable": {"headers": {"X-Maintenance": "1"}}}
    return profile


def suprsend(name: str, url: str) -> dict[str, Any]:
    return {
        "api": "suprsend",
        "base_url": url,
        "credentials": {"api_key": "${VENDOR_KEY}"},
        "fixtures": {
            "object": {"type": "departments", "id": "engineering"},
            "other_object": {"type": "departments", "id": "sales"},
            "other_type_object": {"type": "teams", "id": "design"},
            "category": "status-update-alert",
            "other_category": "weekly-digest",
            "locked_category": "security-alert",
            "tenant_id": "acme",
        },
        "path_style": "no_slash" if name == "node" else "trailing_slash",
    }


def tokens() -> dict[str, str]:
    """Return a token of each role; eve may write for nobody, whichever way a vendor tells."""
    later, earlier = int(time.time()) + 600, int(time.time()) - 600
    claims = {
        "user": {"sub": "ada", "role": "authenticated", "exp": later},
        "other_user": {"sub": "bob", "role": "authenticated", "exp": later},
        "forbidden": {"sub": "eve", "role": "anon", "exp": later},
        "expired": {"sub": "ada", "role": "authenticated", "exp": earlier},
    }
    return {role: jwt.encode(claim, SECRET, "HS256") for role, claim in claims.items()}


@pytest.mark.parametrize("profile", [onlyautomator, suprsend])
def test_vendor_with_only_the_document_conforms(
    vendor: tuple[str, str], profile: Any, tmp_path: Path
) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(yaml.safe_dump(profile(*vendor)), encoding="utf-8")
    credentials = {f"VENDOR_{role.upper()}": token for role, token in tokens().items()} | {
        "VENDOR_KEY": API_KEY
    }
    words = ["run", str(target), f"--report-dir={tmp_path / 'report'}"]
    judged = CliRunner(env=credentials).invoke(app, words)

    assert judged.exit_code == 0, judged.output
