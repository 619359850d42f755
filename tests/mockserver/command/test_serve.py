"""``mockserver serve`` is ``mockserver``."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import httpx2
import pytest

from tests.testbed.calls import PREFERENCE, fresh
from tests.testbed.stubs import run_command, serve_command, start_command

# What a stub of the shipped contracts can do without until somebody asks for it, by the first part of its name.
NEEDLESS = {"connexion", "cryptography", "httpx2", "jinja2", "jsonschema", "jwt", "mcp", "openapi_spec_validator",
            "opentelemetry", "prometheus_client", "redis", "requests", "rich", "werkzeug"}  # fmt: skip
WRITE_WITH_TOKEN = f"""
import os, urllib.request
headers = {{"Authorization": "Bearer " + os.environ["MOCKSERVER_TOKEN"], "Content-Type": "application/json"}}
url = os.environ["MOCKSERVER_URL"] + "{PREFERENCE}"
urllib.request.urlopen(urllib.request.Request(url, {json.dumps(fresh()).encode()!r}, headers))
"""


def test_nothing_is_imported_that_a_start_and_a_usual_call_do_not_need():
    """A test waits for the start. Cryptography alone, which no token of the stub's own secret needs, is a tenth."""
    words = ["-X", "importtime", "-m", "mockserver", "run", "--", sys.executable, "-c", WRITE_WITH_TOKEN]
    ran = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60)
    imported = {name.partition(".")[0] for name in re.findall(r"^import time:.*\| +(\S+)$", ran.stderr, re.M)}

    assert ran.returncode == 0, ran.stderr
    assert "uvicorn" in imported
    assert sorted(NEEDLESS & imported) == []


def test_serve_starts_the_stub():
    with start_command("serve", "--quiet") as (url, _):
        assert httpx2.get(f"{url}/__admin/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--seed", "7", "--api", "suprsend"],
        ["--seed", "7", "serve", "--api", "suprsend"],
        ["--seed", "7", "--api", "suprsend", "serve"],
        ["--seed", "1", "serve", "--seed=7", "--api=suprsend"],
    ],
)
def test_options_mean_the_same_before_and_behind_it(monkeypatch, words):
    monkeypatch.setenv("MOCKSERVER_SEED", "3")
    with serve_command(*words) as url:
        version = httpx2.get(f"{url}/__admin/version").json()

    assert (version["seed"], version["apis"]) == (7, ["suprsend"])


def test_repeated_options_add_up():
    with serve_command("--api", "suprsend", "serve", "--api", "onlyautomator") as url:
        assert httpx2.get(f"{url}/__admin/version").json()["apis"] == ["suprsend", "onlyautomator"]


def test_settings_file_is_named_behind_it_too(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text('seed = 7\napi = ["suprsend"]')

    with serve_command("serve", "--config", str(file)) as url:
        assert httpx2.get(f"{url}/__admin/version").json()["seed"] == 7


def test_word_that_is_a_value_stays_one(tmp_path):
    ran = run_command("--state", str(tmp_path / "no" / "serve"), "--fixtures", "serve", "serve")

    assert ran.stderr == "mockserver: serve: cannot be read: No such file or directory\n"


def test_help_of_serve_has_every_option():
    def list_options(shown: str) -> list[str]:
        return [line.split()[0] for line in shown.splitlines() if line.startswith("  --")]

    group, serve = (list_options(run_command(*words).stdout) for words in (["--help"], ["serve", "--help"]))

    assert {*group} - {*serve} == {"--install-completion", "--show-completion"}
    assert len(serve) > 15
