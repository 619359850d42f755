"""docs/agents.md names every tool, and what it shows can be registered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.command.mcp import server as judge
from conformance.command.mcp.tools import JudgeTools
from mockserver.command.mcp import server as stub
from mockserver.command.mcp.control_plane import ControlPlane
from tests.agents.conversation import list_tools
from tests.docs.pages import find_blocks

GUIDE = (Path(__file__).parents[2] / "docs/agents.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("heading", "server"),
    [
        ("## The tools of the stub", stub.make_server(ControlPlane("http://127.0.0.1:9"))),
        ("## The tools of the judge", judge.make_server(JudgeTools())),
    ],
    ids=["mockserver", "conformance"],
)
def test_guide_has_a_row_for_each_tool(heading, server):
    part = GUIDE.partition(f"{heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")]

    assert rows == list(list_tools(server))


def test_registrations_start_the_programs():
    shown = [json.loads(block.text) for block in find_blocks(GUIDE) if block.language == "jsonc"]
    servers = [one for part in shown for one in (part.get("mcpServers") or part["servers"]).items()]

    assert len(servers) == 5
    for name, how in servers:
        assert how["command"].endswith(f"/.venv/bin/{name}")
        assert how["args"] == ["mcp"]
