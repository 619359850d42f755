"""``conformance mcp``: an agent judges a server."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from itertools import groupby
from pathlib import Path

import anyio
import pytest
from mcp import StdioServerParameters
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.command.mcp.server import make_server
from conformance.command.mcp.tools import JudgeTools
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.agents.conversation import converse, list_tools


class LetsAllIn(proof.reference_of("suprsend")):
    """Answers everybody as if nothing were wrong."""

    def answer(self, request):
        answer = super().answer(request)
        return Response(202, {}) if answer.status == 401 else answer


@pytest.fixture(scope="module")
def profile():
    server = LetsAllIn()
    with serve(server) as url:
        yield server.profile(url)


@pytest.fixture
def server():
    return make_server(JudgeTools())


def test_agent_judges_a_server_and_reads_why_it_failed(server, profile, tmp_path):
    seen = []

    async def note_progress(done, total, message):
        seen.append((done, total, message))

    async def talk(agent):
        verdict = await agent.call(
            "judge_target",
            progress=note_progress,
            profile=profile,
            mode="full",
            only=["*-key", "tenant"],
            report_dir=str(tmp_path),
        )
        passed = await agent.call("list_findings", status=["passed"])
        rest = await agent.call("list_findings", offset=2)
        assert rest == {"findings": verdict["failed"][2:], "left_out": 0}
        assert "run-1: has no requirement key" in await agent.fail("read_finding", id="key")
        finding = (await agent.call("read_finding", id="suprsend/missing-key"))["finding"]
        again = (await agent.call("read_finding", id="missing-key", report=str(tmp_path)))["finding"]
        return verdict, passed["findings"], finding, again, agent.said

    verdict, passed, finding, again, said = converse(server, talk)

    assert (verdict["run"], verdict["verdict"]) == ("run-1", "not_conformant")
    assert "suprsend/missing-key" in [one["id"] for one in verdict["failed"]]
    assert "suprsend/tenant" in [one["id"] for one in passed]
    assert finding["evidence"][-1]["got"] == "status 202"
    assert again == finding
    assert Path(finding["script"]).is_file()
    assert str(tmp_path / "report.html") in verdict["files"]
    asked = sum(verdict["counts"].values())
    assert [seen[0][:2], seen[-1][:2]] == [(1, asked), (asked, asked)]
    assert profile["credentials"]["api_key"] not in said


def test_two_runs_at_once_take_turns(server, profile, tmp_path):
    told, file = [], tmp_path / "mine.yaml"
    file.write_text(json.dumps(profile))

    async def talk(agent):
        async def judge(name, given, **options):
            async def note_progress(*_):
                told.append(name)

            asked = {"profile": given, "mode": "full", "only": ["*-key", "tenant"]}
            return await agent.call("judge_target", progress=note_progress, **asked, **options)

        strict = judge("strict", str(file), strict=True, seed=7, report_dir=str(tmp_path))
        verdicts = await asyncio.gather(judge("usual", profile), strict)
        found = await agent.call("read_finding", id="missing-key", run=verdicts[0]["run"])
        return verdicts, found["finding"]["script"]

    verdicts, script = converse(server, talk)

    assert script is None  # where no report was written

    assert sorted(one["run"] for one in verdicts) == ["run-1", "run-2"]
    assert len(told) >= 4
    assert len([name for name, _ in groupby(told)]) == 2
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["strict"], report["seed"], report["target"]["profile"]) == (True, 7, str(file))


def test_long_evidence_is_cut_to_what_came_last(server, tmp_path):
    exchanges = [{"number": number, "body": "x" * 3000} for number in range(60)]
    failed = {"id": "suprsend/tenant", "level": "MUST", "status": "failed", "evidence": exchanges}
    report = {"schema": 1, "api": "suprsend", "verdict": "not_conformant", "partial": True}
    (tmp_path / "report.json").write_text(json.dumps({**report, "requirements": [failed]}))

    async def talk(agent):
        return (await agent.call("read_finding", id="tenant", report=str(tmp_path)))["finding"]

    found = converse(server, talk)

    assert found["evidence"][-1] == {"number": 59, "body": f"{'x' * 2000}… (1000 characters more)"}
    assert 30_000 < len(json.dumps(found)) < 45_000


def test_report_that_says_less_is_listed_too(server, tmp_path):
    failed = {"id": "suprsend/tenant", "level": "MUST", "status": "failed"}
    report = {"schema": 1, "api": "suprsend", "verdict": "not_conformant", "partial": True}
    (tmp_path / "report.json").write_text(json.dumps({**report, "requirements": [failed]}))

    async def talk(agent):
        return (await agent.call("list_findings", report=str(tmp_path)))["findings"]

    assert converse(server, talk) == [{**failed, "text": "", "reason": None, "subject": None, "member": None}]


def test_cancelled_run_ends_and_puts_back_what_it_changed(profile):
    tools = JudgeTools()

    async def talk(agent):
        with anyio.CancelScope() as scope:

            async def cancel(*_):
                scope.cancel()

            await agent.call("judge_target", progress=cancel, profile=profile, mode="full")
        await asyncio.to_thread(tools.end_runs, 20)
        return await agent.call("list_findings", status=["inconclusive"], run="run-1", limit=500)

    found = converse(make_server(tools), talk)["findings"]

    assert {one["reason"] for one in found[-50:]} == {"not asked: interrupted"}


def test_requirements_are_listed_and_explained(server):
    async def talk(agent):
        listed = await agent.call("list_requirements", api="suprsend", level=["MUST"], search="two objects")
        (explained,) = (await agent.call("explain_requirement", id=listed["requirements"][0]["id"]))[
            "requirements"
        ]
        page = await agent.call("list_requirements", offset=3, limit=2)
        everything = await agent.call("list_requirements", limit=5)
        return listed["requirements"], explained, page, everything

    (listed,), explained, page, everything = converse(server, talk)

    assert listed["id"] == explained["id"] == "suprsend/objects-are-apart"
    assert explained["facts"]["writes"] == "yes"
    assert any(line.startswith("OneSetForAllObjects: ") for line in explained["facts"]["proved by"])
    assert page["requirements"] == everything["requirements"][3:]
    assert page["left_out"] == everything["left_out"]


def test_profile_is_made_filled_in_and_tried(server, profile, monkeypatch):
    monkeypatch.setenv("SUPRSEND_API_KEY", profile["credentials"]["api_key"])

    async def talk(agent):
        template = (await agent.call("make_profile", api="suprsend"))["profile"]
        filled = re.sub("(?m)^base_url: .*", f"base_url: {profile['base_url']}", template)
        return await agent.call("check_target", profile=filled, mode="full"), agent.said

    checked, said = converse(server, talk)

    assert (checked["api"], checked["base_url"]) == ("suprsend", profile["base_url"])
    assert "was answered 202" in checked["found"]
    assert profile["credentials"]["api_key"] not in said


KEY = "a-key-that-nobody-reads"
KEYED = {
    "api": "suprsend",
    "base_url": "http://127.0.0.1:9",
    "credentials": {"api_key": KEY},
    "fixtures": {"object": {"type": "departments", "id": "engineering"}, "category": "status-update-alert"},
}
MISTAKES = [
    ("judge_target", {"profile": "nowhere.yaml", "mode": "full"}, "nowhere.yaml: cannot be read"),
    ("judge_target", {"profile": {"api": "suprsen"}, "mode": "full"}, "did you mean 'suprsend'?"),
    ("judge_target", {"profile": "a: b\nc: [", "mode": "full"}, "profile: is not YAML"),
    (
        "check_target",
        {"profile": f'{{"key": "{KEY}", "api": suprsend', "mode": "full"},
        "profile: is not YAML",
    ),
    ("check_target", {"profile": f"api: suprsend\\nkey: {KEY}", "mode": "full"}, "profile: is not YAML"),
    ("judge_target", {"profile": "a.yaml", "mode": "rude"}, "mode must be 'full', 'safe' or 'read-only'"),
    ("judge_target", {"profile": "a.yaml"}, "judge_target: mode is missing"),
    ("list_findings", {}, "nothing was judged here yet; call judge_target"),
    ("read_finding", {"id": "missing-key", "report": "nowhere"}, "nowhere: cannot be read"),
    ("judge_target", {"profile": KEYED, "mode": "full", "leave_out": ["*"]}, "leave_out *: leaves nothing"),
    ("judge_target", {"profile": KEYED, "mode": "full", "include": ["*"]}, "; only and leave_out choose"),
    (
        "judge_target",
        {"profile": KEYED, "mode": "full", "only": ["zzz*"]},
        "list_requirements prints them all",
    ),
    (
        "check_target",
        {"profile": {**KEYED, "credentials": KEY}, "mode": "full"},
        "make_profile shows what stands",
    ),
    ("explain_requirement", {"id": "*"}, "narrow it"),
    ("explain_requirement", {"id": "suprsend/missing-ky"}, "did you mean suprsend/missing-key"),
    ("list_requirements", {"api": "suprsend", "spec": "mine.yaml"}, "name an api or a spec, not both"),
    ("make_profile", {}, "name one of them"),
    ("make_profile", {"spec": "a\0b"}, "make_profile: spec must be a path"),
    (
        "check_target",
        {"profile": 5, "mode": "full"},
        "profile must be the path of a file, or what such a file",
    ),
    ("check_target", {"profile": {"spec": "a\0b"}, "mode": "full"}, "profile: spec: is no path of a file"),
    ("check_target", {"profile": "a\0b", "mode": "full"}, "profile: is not YAML"),
    ("judge_target", {"profile": KEYED, "mode": "full", "report_dir": ""}, "report_dir must be a path"),
    ("judge_target", {"profile": KEYED, "mode": "full", "only": []}, "judge_target: only must not be empty"),
    ("judge_target", {"profile": KEYED, "mode": "full", "exclude": ["*"]}, "exclude: is for a contract of"),
    ("list_findings", {"report": "a\0b"}, "list_findings: report must be a path"),
    ("list_findings", {"run": ""}, "list_findings: run must not be empty"),
    ("list_requirements", {"api": ""}, "list_requirements: api must not be empty"),
    ("list_requirements", {"level": ["must"]}, "level[0] must be 'MUST', 'SHOULD' or 'OBSERVED'"),
]


def test_mistake_is_answered_with_what_is_wrong_and_what_to_do(server):
    async def talk(agent):
        return [await agent.fail(tool, **arguments) for tool, arguments, _ in MISTAKES]

    for (_, _, expected), text in zip(MISTAKES, converse(server, talk), strict=True):
        assert expected in text
        assert "\n" not in text
        assert KEY not in text


def test_every_tool_says_what_it_is_for_and_what_it_changes(server):
    tools = list_tools(server)

    for name, tool in tools.items():
        is_sent = name in ("judge_target", "check_target")
        assert tool.description.endswith("."), name
        assert tool.output_schema["properties"], name
        assert tool.annotations.read_only_hint is not is_sent, name
        assert tool.annotations.open_world_hint is is_sent, name
    assert json.dumps(tools["judge_target"].input_schema["required"]) == '["profile", "mode"]'


def test_agent_talks_over_stdio_until_it_hangs_up():
    async def talk(agent):
        return await agent.call("list_requirements", api="onlyautomator", limit=1)

    command = str(Path(sys.executable).parent / "conformance")
    listed = converse(StdioServerParameters(command=command, args=["mcp"]), talk)

    assert listed["requirements"][0]["id"].startswith("onlyautomator/")


def test_missing_extra_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)

    ran = CliRunner().invoke(app, ["mcp"])

    assert ran.exit_code == 2
    assert ran.stderr.endswith("install it in the checkout: .venv/bin/pip install -e '.[mcp]'\n")
    assert ran.stderr.count("\n") == 1
