"""Node: SuprSend's client, as far as it goes, and clients typed by our contracts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import openapi
from mockserver.client import MockSession
from tests.machine import needs_node

from .conftest import FOLDER


def test_node_clients_work(session: MockSession, tmp_path: Path) -> None:
    """What has to be built is built here: types from the contracts, and an application that compiles against them."""
    needs_node()
    shutil.copytree(
        FOLDER / "node", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "made")
    )
    environment = {
        **os.environ,
        "CONTRACTS": str(openapi.path(openapi.names()[0]).parent),
        "MOCKSERVER_URL": session.base_url,
        "MOCKSERVER_TOKEN": session.token,
        "MOCKSERVER_API_KEY": session.api_key,
        "NO_COLOR": "1",
    }
    printed = ""
    for command in (["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund"], ["npm", "test"]):
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        printed += ran.stdout + ran.stderr
        assert ran.returncode == 0, printed

    assert re.search(r"\bpass 9\b", printed), printed
