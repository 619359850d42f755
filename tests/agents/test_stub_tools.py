"""``mockserver mcp``: an agent works with a stub."""

from __future__ import annotations

import json
import os
import signal
import sys
import time

import httpx2
import pytest
from mcp import StdioServerParameters

from mockserver import MockServer
from mockserver.command.mcp.control_plane import ControlPlane
from mockserver.command.mcp.operations import describe_operation
from mockserver.command.mcp.server import make_server
from tests.agents.conversation import converse, list_tools
from tests.testbed.forks.commands import forked_command
from tests.testbed.stubs import run_command, serve_command

OBJECT = "/v1/object/departments/engineering/preference/category/status-update-alert"


@pytest.fixture(scope="module")
def url():
    with MockServer() as mock:
        yield mock.url


@pytest.fixture
def server(url):
    return make_server(ControlPlane(url))


def opt_in(session, **more):
    headers = {"Authorization": f"Bearer {session['api_key']}"}
    return httpx2.patch(session["base_url"] + OBJECT, headers=headers, json={"preference": "opt_in", **more})


def test_agent_lets_the_next_patch_fail_and_reads_it_in_the_journal(server):
    async def talk(agent):
        session = await agent.call("start_session")
        other = await agent.call("start_session")
        here = {"session": session["id"]}
        (patch, *others) = (await agent.call("list_operations", api="suprsend", search="PATCH"))["operations"]
        rest = await agent.call("list_operations", api="suprsend", search="PATCH", offset=1)
        assert (rest["operations"], rest["left_out"]) == (others, 0)
        await agent.call("force_answer", status=503, match={"method": "PATCH"}, **here)
        statuses = [opt_in(one).status_code for one in (other, session, session)]
        waited = await agent.call("wait_for_calls", match={"status": 503}, timeout_s=0, **here)
        assert (waited["matched"], waited["left_out"]) == (1, 0)
        journal = await agent.call("read_journal", **here)
        cut = await agent.call("read_journal", match={"method": "PATCH"}, limit=1, **here)
        assert (cut["calls"], cut["matched"], cut["left_out"]) == (journal["calls"][1:], 2, 1)
        shown = json.dumps([waited, journal])
        return patch["operation"], statuses, waited["calls"], journal, session["api_key"] in shown

    operation, statuses, waited, journal, tells_key = converse(server, talk)

    assert statuses == [202, 503, 202]
    assert [call["operation"] for call in journal["calls"]] == [operation] * 2
    assert (journal["matched"], journal["left_out"]) == (2, 0)
    assert waited == journal["calls"][:1]
    assert not tells_key


def test_fault_is_set_and_removed_and_the_clock_stands(server):
    async def talk(agent):
        session = await agent.call("start_session")
        here = {"session": session["id"]}
        fault = {"match": {"method": "PATCH"}, "status": 500}
        with_fault = await agent.call("set_faults", faults=[fault], **here)
        failed = opt_in(session).status_code
        without = await agent.call("clear_faults", **here)
        clock = await agent.call("set_clock", action="freeze", instant="2030-01-02T03:04:05Z", **here)
        found = await agent.call("read_faults", **here)
        token = await agent.call("make_token", defect="expired", **here)
        key = await agent.call("make_key", access="revoked", **here)
        refused = opt_in({**session, **key}).status_code
        await agent.call("reset_session", **here)
        left = await agent.call("end_session", session=session["id"])
        gone = session["id"] not in [one["id"] for one in left["sessions"]]
        return with_fault["faults"], failed, without["faults"], clock, found["clock"], token, refused, gone

    faults, failed, left, clock, found, token, refused, gone = converse(server, talk)

    assert (faults[0]["status"], failed, left) == (500, 500, [])
    assert clock == found == {"now": "2030-01-02T03:04:05.000Z", "frozen": True}
    assert token["claims"]["exp"] < 1_900_000_000
    assert (refused, gone) == (401, True)


def test_what_an_agent_asks_for_reaches_the_stub(server):
    async def talk(agent):
        session = await agent.call("start_session")
        here = {"session": session["id"]}
        forced = await agent.call("force_answer", status=429, body=[1], headers={"X-A": "b"}, times=2, **here)
        answers = [opt_in(session) for _ in range(3)]
        for path in ("elsewhere", "nowhere"):
            httpx2.get(f"{session['base_url']}/{path}")
        unmatched = await agent.call("read_journal", unmatched=True, limit=1, **here)
        assert (unmatched["matched"], unmatched["left_out"]) == (2, 1)
        too_few = await agent.fail("wait_for_calls", count=6, timeout_s=0, **here)
        token = await agent.call("make_token", sub="user-7", role="guest", ttl_s=60, **here)
        await agent.call("set_clock", action="freeze", instant="2030-01-02T03:04:05Z", **here)
        clock = await agent.call("set_clock", action="advance", by_s=5, **here)
        left = await agent.call("reset_session", scope="journal", **here)
        journal = await agent.call("read_journal", **here)
        return (
            forced["forced_answers"],
            answers,
            unmatched["calls"],
            too_few,
            token["claims"],
            clock,
            left,
            journal,
        )

    forced, answers, (unmatched,), too_few, claims, clock, left, journal = converse(server, talk)

    assert forced[0]["times"] == 2
    assert [(one.status_code, one.headers.get("X-A")) for one in answers] == [
        (429, "b"),
        (429, "b"),
        (202, None),
    ]
    assert answers[0].json() == [1]
    assert unmatched["request"]["path"] == "/nowhere"
    assert "5 of 6 matching calls" in too_few
    assert (claims["sub"], claims["role"], claims["exp"] - claims["iat"]) == ("user-7", "guest", 60)
    assert clock["now"] == left["clock"]["now"] == "2030-01-02T03:04:10.000Z"
    assert journal["matched"] == 0


def test_answers_are_no_longer_than_an_agent_can_read(server):
    async def talk(agent):
        session = await agent.call("start_session")
        here = {"session": session["id"]}
        for _ in range(20):
            opt_in(session, opt_out_channels=["email" * 2000])
        cut = await agent.call("read_journal", limit=1, **here)
        journal = await agent.call("read_journal", limit=100, **here)
        state = await agent.call("read_state", **here)
        many = [{"type": "departments", "id": f"d{number}", "channels": None} for number in range(2000)]
        objects = {**state["state"]["suprsend"], "objects": many}
        outline = await agent.call("write_state", state={"suprsend": objects}, **here)
        part = await agent.call("read_state", pointer="/suprsend/objects/7", **here)
        return cut["calls"][0], journal, outline, part

    call, journal, written, part = converse(server, talk)

    assert call["request"]["body"].endswith("… (the first 2000 of 10050 characters)")
    assert 0 < journal["left_out"] < journal["matched"] == 20
    assert len(json.dumps(journal)) < 50_000
    assert (written["state"], written["outline"].keys()) == (None, {"onlyautomator", "suprsend"})
    assert part == {"state": {"type": "departments", "id": "d7", "channels": None}, "outline": None}


def test_contract_of_an_operation_is_read_with_what_it_refers_to(server):
    async def talk(agent):
        return await agent.call("read_operation", api="onlyautomator", operation="update_preference")

    found = converse(server, talk)

    assert (found["method"], found["path"]) == ("POST", "/api/v2/update-preference")
    assert "requestBody" in found["contract"]
    assert "#/components/securitySchemes/bearer" in found["references"]
    assert "x-source" not in json.dumps(found)


def test_contract_of_an_operation_leaves_out_what_is_long():
    schemas = {
        "Short": {"type": "object", "properties": {"long": {"$ref": "#/components/schemas/Long"}}},
        "Long": {"type": "string", "enum": [f"value {number}" for number in range(5000)]},
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Short"}}}
    answers = {"200": {"description": "Found", "content": content}}
    path = {"get": {"operationId": "read_it", "responses": answers}}
    spec = {"openapi": "3.0.3", "paths": {"/it": path}, "components": {"schemas": schemas}}

    found = describe_operation("mine", spec, "read_it")

    assert found["references"] == {
        "#/components/schemas/Short": schemas["Short"],
        "#/components/schemas/Long": "left out, since it is long",
    }


MISTAKES = [
    ("read_journal", {"session": "nobody"}, "session 'nobody' not found; list_sessions lists them, start_session s"),
    ("force_answer", {"status": "high"}, "force_answer: status must be a whole number"),
    ("force_answer", {"status": 503, "method": "PATCH"}, "force_answer has no argument method; it takes status, match"),
    ("force_answer", {"status": 503, "match": {"methd": "PATCH"}}, "did you mean 'method'?"),
    ("force_answer", {"status": 503, "match": {"operation": "updat"}}, "known are get_object_category_preference"),
    ("set_faults", {"faults": [{"status": 42}]}, "faults[0].status: 42 is less than the minimum of 200"),
    ("set_faults", {"faults": [{"no\nsuch": 1}]}, r"faults[0].no\nsuch: is not known"),
    ("force_answer", {"status": 503, "headers": {"a b": "c"}}, "headers.a b: is not a header name"),
    ("force_answer", {"status": 503, "match": "PATCH"}, "force_answer: match must be an object"),
    (
        "force_answer",
        {"status": 503, "match": {"api": "suprsend", "operation": "update_preference"}},
        "'update_preference' is of onlyautomator, not of suprsend",
    ),
    ("write_state", {"state": {"nothing": {}}}, "state.nothing: is not an API served here"),
    ("set_clock", {"action": "freeze", "by_s": 5}, "by_s: is for advance, not for freeze; leave it out"),
    ("end_session", {"session": "default"}, "the default session cannot be ended; reset_session resets it"),
    ("end_session", {"session": "defaul"}, "did you mean 'default'? start_session starts one"),
    ("wait_for_calls", {"match": {"method": "HEAD"}, "timeout_s": 0}, "read_journal shows what came"),
    ("wait_for_calls", {"match": {"operation": "update_preferenc"}}, "did you mean 'update_preference'?"),
    ("read_journal", {"match": {"api": "suprsen"}}, "did you mean 'suprsend'?"),
    ("force_answer", {"status": 204, "body": {"a": 1}}, "an answer of status 204 has no body; leave it out"),
    ("list_operations", {"api": "suprsen"}, "did you mean 'suprsend'?"),
    ("read_operation", {"api": "suprsend", "operation": "update_object_preferenc"}, "did you mean update_obj"),
    ("read_state", {"pointer": "suprsend"}, "pointer suprsend: begins with no /; write /suprsend"),
    ("end_session", {"session": ""}, "end_session: session must not be empty"),
    ("start_session", {"id": ""}, "start_session: id must not be empty"),
    ("read_state", {"pointer": "/suprsend/nothing"}, "leads nowhere at nothing; there are objects, tenants"),
    ("read_journal", {"match": {"method": "GET"}, "unmatched": True}, "leave one of them out"),
    ("lists_sessions", {}, "there is no tool lists_sessions; there are describe_stub"),
]  # fmt: skip


def test_mistake_is_answered_with_what_is_wrong_and_what_to_do(server):
    async def talk(agent):
        said = [await agent.fail(tool, **arguments) for tool, arguments, _ in MISTAKES]
        await agent.call("start_session", id="twice")
        return [*said, await agent.fail("start_session", id="twice")]

    *said, twice = converse(server, talk)

    for (_, _, expected), text in zip(MISTAKES, said, strict=True):
        assert expected in text
        assert "\n" not in text
    assert "session twice is there already" in twice


def test_stub_that_is_not_there_or_wants_a_token_is_named():
    async def talk(agent):
        return await agent.fail("describe_stub")

    assert "http://127.0.0.1:9: the stub cannot be reached" in converse(
        make_server(ControlPlane("http://127.0.0.1:9")), talk
    )
    with serve_command("--admin-token", "let-me-in") as url:
        said = converse(make_server(ControlPlane(url)), talk)
        assert "MOCKSERVER_ADMIN_TOKEN" in said

        async def ask(agent):
            return await agent.call("describe_stub"), agent.said

        described, said = converse(make_server(ControlPlane(url, "let-me-in")), ask)
        assert described["apis"] == ["onlyautomator", "suprsend"]
        assert "let-me-in" not in said


def test_every_tool_says_what_it_is_for_and_what_it_changes(server):
    tools = list_tools(server)

    for name, tool in tools.items():
        assert tool.description.endswith("."), name
        assert tool.output_schema["properties"], name
        assert tool.annotations.read_only_hint is name.startswith(("describe_", "list_", "read_", "wait_")), (
            name
        )
        assert tool.annotations.open_world_hint is False, name
    assert tools["force_answer"].input_schema["properties"]["match"]["properties"]["method"] == {
        "type": "string"
    }
    assert tools["reset_session"].annotations.destructive_hint
    assert not tools["start_session"].annotations.destructive_hint


def test_agent_talks_over_stdio_until_a_signal_saves_the_state(tmp_path):
    state, number = tmp_path / "state.json", tmp_path / "number"
    script = f'echo $$ > {number}; exec "$0" mcp --api suprsend --state {state}'

    async def talk(agent):
        described = await agent.call("describe_stub")
        session = await agent.call("start_session")
        statuses = opt_in(session).status_code, httpx2.get(f"{described['url']}/__admin/health").status_code
        os.kill(int(number.read_text()), signal.SIGTERM)
        end = time.monotonic() + 15
        while not state.exists() and time.monotonic() < end:
            time.sleep(0.05)
        return described["apis"], statuses

    apis, statuses = converse(
        StdioServerParameters(command="sh", args=["-c", script, forked_command("mockserver")]), talk
    )

    assert (apis, statuses) == (["suprsend"], (202, 200))
    assert "engineering" in state.read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mcp", "--url", "127.0.0.1:4010"], "--url 127.0.0.1:4010: is not the address of a stub"),
        (["mcp", "--url", "http://[::1"], "--url http://[::1: is not the address of a stub"),
        (
            ["mcp", "--url", "http://a:PASSWORD@127.0.0.1:9"],
            "--url: holds more than an address; write it like http",
        ),
        (
            ["mcp", "--url", "http://127.0.0.1:9/?key=PASSWORD"],
            "--url: holds more than an address; write it like",
        ),
        (["--seed", "3", "mcp", "--url=http://127.0.0.1:9"], "--seed is for a stub that mcp starts"),
        (["mcp", "--url", "http://127.0.0.1:9", "--spec", "x"], "--spec is for a stub that mcp starts"),
        (["mcp", "--workers", "2", "--store", "redis://x"], "mcp starts one process; leave out --workers"),
        (["mcp", "now"], "mcp takes options only, not 'now'"),
    ],
)
def test_mistake_on_the_command_line_is_one_line(words, message):
    ran = run_command(*words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "PASSWORD" not in ran.stderr


def test_missing_extra_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)

    ran = run_command("mcp")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.endswith("install it in the checkout: .venv/bin/pip install -e '.[mcp]'\n")
    assert ran.stderr.count("\n") == 1
