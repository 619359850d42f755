"""Three vendors who had only the documents, and decided differently where those are silent.

Each conforms; and a stub that takes what the judge saw answers as the vendor does, but for what not_covered.yaml lists.
"""

from __future__ import annotations

import json
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
from mockserver import MockServer
from tests.testbed.needed_programs import needs_node

HERE = Path(__file__).parent
SECRET = "a secret that only this vendor and its users' sessions know"
API_KEY = "vendor-key-1"
COMMANDS = {
    "node": ["node", str(HERE / "node" / "server.mjs")],
    "python": [sys.executable, str(HERE / "python" / "server.py")],
    "lenient": [sys.executable, str(HERE / "lenient" / "server.py")],
}
# What a stub may answer otherwise, by vendor and API; the members of a difference that each entry is about.
NOT_COVERED = yaml.safe_load((HERE / "not_covered.yaml").read_text(encoding="utf-8"))


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


def fixtures() -> dict[str, Any]:
    """Return what a stub has to know so that the vendors' profiles fit it."""
    account = json.loads((HERE / "account.json").read_text(encoding="utf-8"))
    return {
        "onlyautomator": {"credentials": {"subject": "ada"}, "fans": list(account["fans"])},
        "suprsend": {
            "credentials": {"api_keys": [{"key": API_KEY}]},
            "objects": [
                dict(zip(("type", "id"), name.split("/"), strict=True)) | one
                for name, one in account["objects"].items()
            ],
            "tenants": account["tenants"],
            "categories": [
                {
                    "slug": slug,
                    **{name: one[name] for name in ("name", "description", "channels")},
                    "default_preference": one["default"] if one["is_editable"] else "cant_unsubscribe",
                    "mandatory_channels": [],
                }
                for slug, one in account["categories"].items()
            ],
        },
    }


@pytest.fixture(scope="module", params=[onlyautomator, suprsend], ids=lambda profile: profile.__name__)
def judged(
    request: pytest.FixtureRequest, vendor: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Judge the vendor, and return the folder of its profile and its report."""
    folder = tmp_path_factory.mktemp("vendor")
    (folder / "target.yaml").write_text(yaml.safe_dump(request.param(*vendor)), encoding="utf-8")
    # What is asked of the vendor is in this report; the others would take a second to render.
    report = ask("run", str(folder / "target.yaml"), "--report-dir=-")
    (folder / "report.json").write_text(report, encoding="utf-8")
    return folder


def ask(*words: str) -> str:
    """Run the judge with the credentials of the vendors; it has to end with 0."""
    credentials = {f"VENDOR_{role.upper()}": token for role, token in tokens().items()}
    asked = CliRunner(env=credentials | {"VENDOR_KEY": API_KEY}).invoke(app, words)
    assert asked.exit_code == 0, asked.output
    return asked.stdout


def test_vendor_with_only_the_document_conforms(judged: Path) -> None:
    assert json.loads((judged / "report.json").read_text(encoding="utf-8"))["verdict"] == "conformant"


def test_stub_like_the_report_answers_as_the_vendor_does(
    vendor: tuple[str, str], judged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKSERVER_JWT_SECRET", SECRET)
    (judged / "fixtures.yaml").write_text(yaml.safe_dump(fixtures()), encoding="utf-8")
    choices = yaml.safe_load(ask("choices", str(judged)))
    (api,) = choices
    with MockServer(fixtures=judged / "fixtures.yaml", choices=choices) as stub:
        told = json.loads(ask("drift", str(judged / "target.yaml"), "--stub", stub.url, "--json"))

    expected = NOT_COVERED[vendor[0]][api]
    assert [one["choice"] for one in told["choices"]] == expected["choices"]
    listed = {index: 0 for index, _ in enumerate(expected["differences"])}
    others = []
    for one in told["differences"]:
        found = next((index for index in listed if is_listed(one, expected["differences"][index])), None)
        if found is None:
            others.append(one | {"curl": one["curl"][:200]})
        else:
            listed[found] += one["requests"]
    assert not others, yaml.safe_dump(others)
    counted = [(one["most"], listed[index], one) for index, one in enumerate(expected["differences"])]
    assert not [one for most, requests, one in counted if not 0 < requests <= most]


def is_listed(difference: dict[str, Any], entry: dict[str, Any]) -> bool:
    """Tell whether the difference has all that the entry says of it."""
    said = {name: value for name, value in entry.items() if name not in ("reason", "most")}
    return all(str(difference[name]) == str(value) for name, value in said.items())
