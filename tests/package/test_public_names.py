"""What scripts, profiles, reports and tests of users lean on is called as it always was.

A name that is added or taken away on purpose is written into public_names.yaml by hand, and into the changelog.
Requirement ids have a file of their own for each API.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.package.public_names import collect_names

ROOT = Path(__file__).parents[2]
PINNED = yaml.safe_load(Path(__file__).with_name("public_names.yaml").read_text(encoding="utf-8"))
ASKED = ("*-key", "*-status", "*tenant*", "unknown-channel")


class LetsAllIn(proof.reference_of("suprsend")):
    """Answers everybody as if nothing were wrong."""

    def answer(self, request):
        answer = super().answer(request)
        return Response(202, {}) if answer.status == 401 else answer


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> dict[str, list[str]]:
    return collect_names(ROOT, write_report(tmp_path_factory.mktemp("names")))


def write_report(folder: Path) -> Any:
    """Judge a server in which something passes, fails, is waived, and is not tested."""
    waivers = folder / "known.yaml"
    waivers.write_text("[{id: suprsend/missing-key, reason: known, owner: ada, expires: 9999-01-01}]")
    server = LetsAllIn()
    with serve(server) as url:
        profile = folder / "target.yaml"
        given = server.profile(url)
        del given["fixtures"]["tenant_id"]
        profile.write_text(json.dumps(given))
        words = ["run", str(profile), f"--report-dir={folder}", f"--waivers={waivers}"]
        CliRunner().invoke(app, [*words, *(f"--only={one}" for one in ASKED)])
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", PINNED)
def test_public_names_are_pinned(names, kind):
    pinned, found = set(PINNED[kind]), set(names[kind])

    assert {"gone": sorted(pinned - found), "new": sorted(found - pinned)} == {"gone": [], "new": []}


def test_every_kind_is_pinned(names):
    assert names.keys() == PINNED.keys()
