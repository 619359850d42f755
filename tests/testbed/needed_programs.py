"""What some tests need beyond Python."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

NODE = 18


def needs_chromium() -> str:
    """Find Chromium, or skip the test; on CI, where it is installed first, fail."""
    return shutil.which("chromium") or _lacking("Chromium: apt-get install chromium")


def needs_node() -> None:
    """Ask for Node with npm in the same way."""
    if not (shutil.which("node") and shutil.which("npm")):
        _lacking("Node with npm: apt-get install nodejs npm")
    found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(re.findall(r"\d+", found)[0]) < NODE:
        _lacking(f"Node {NODE} or newer, not {found.strip()}: apt-get install nodejs npm")


def _lacking(what: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(f"needs {what}", pytrace=False)
    pytest.skip(f"needs {what}")
