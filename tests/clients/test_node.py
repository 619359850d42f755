"""Node: SuprSend's client, as far as it goes, and clients typed by our contracts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from mockserver.testing.client import MockSession
from tests.clients.conftest import FOLDER

TYPES = FOLDER.parents[1] / "mockserver" / "export" / "types"


def test_node_clients_work(session: MockSession, node_modules: Path, tmp_path: Path) -> None:
    """The types are those that a kit has; what is typed by them is compiled first."""
    shutil.copytree(FOLDER / "node", tmp_path, dirs_exist_ok=True)
    shutil.copytree(TYPES, tmp_path / "made")
    (tmp_path / "node_modules").symlink_to(node_modules)
    environment = {
        **os.environ,
        "MOCKSERVER_URL": session.base_url,
        "MOCKSERVER_TOKEN": session.token,
        "MOCKSERVER_API_KEY": session.api_key,
        "NO_COLOR": "1",
    }
    tests = ("suprsend-node.test.mjs", "made/typed.test.js")
    printed = ""
    for command in (["node_modules/.bin/tsc"], ["node", "--test", *tests]):
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        printed += ran.stdout + ran.stderr
        assert ran.returncode == 0, printed

    assert re.search(r"\bpass 12\b", printed), printed
