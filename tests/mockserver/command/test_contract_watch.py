"""A contract that is edited while the stub serves it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockserver.command.files.contract_watch import ContractWatch, check_watch_setting
from mockserver.http.problems import CannotStart
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.mockserver.services.contracts import answers, contract, written
from tests.testbed.calls import CATEGORY


def greet(word: str, path: str = "/greeting", **operation: Any) -> dict[str, Any]:
    return contract(
        {path: {"get": {"operationId": "greet", "responses": answers(example=word), **operation}}}
    )


class Watched:
    """A contract in a file, a stub that watches it, and a client of the stub."""

    def __init__(self, folder: Path, spec: Any) -> None:
        self._folder = folder
        self._edits = 0
        self.file = self.write(spec)
        self.lines: list[str] = []
        stub = Stub([*load_services(["suprsend"]), openapi_file.load_service(self.file)], mode="off")
        self.watch = ContractWatch(stub, self.lines.append)
        self.client = TestClient(self.watch.application, base_url="http://localhost")

    def write(self, spec: Any) -> Path:
        """Write the file, each time a second later by the file's own clock."""
        file = written(self._folder, spec)
        self._edits += 1
        os.utime(file, (self._edits, self._edits))
        return file

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.watch.poll()

    def edit(self, spec: Any) -> None:
        self.write(spec)
        self.look()

    def get(self, path: str = "/greeting") -> Any:
        answer = self.client.get(path)
        return answer.json() if answer.status_code == 200 else answer.status_code


@pytest.fixture
def watch(tmp_path) -> Callable[[Any], Watched]:
    return lambda spec: Watched(tmp_path, spec)


def test_edited_contract_is_served_and_what_sessions_hold_stays(watch):
    watched = watch(greet("Hello"))
    assert watched.get() == "Hello"
    watched.client.patch(CATEGORY, json={"preference": "opt_out"})
    watched.client.put("/__admin/faults", json=[{"match": {"operation": "greet"}, "status": 503, "after": 1}])
    state = watched.client.get("/__admin/state").json()

    watched.edit(greet("Hi", "/welcome"))

    assert (watched.get("/welcome"), watched.get()) == ("Hi", 404)
    assert watched.get("/welcome") == 503
    assert watched.client.get("/__admin/state").json() == state
    paths = [entry["request"]["path"] for entry in watched.client.get("/__admin/requests").json()]
    assert paths == ["/greeting", CATEGORY, "/welcome", "/greeting", "/welcome"]
    assert "/welcome" in watched.client.get("/__admin/openapi/library.yaml").text
    assert "/welcome" in watched.client.get("/__admin/").text
    assert watched.lines == [f"{watched.file}: was edited and is served anew, 1 operation"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: [", "is not YAML"),
        ("a: b", "not an OpenAPI document"),
        (None, "cannot be read: No such file"),
    ],
)
def test_file_that_cannot_be_served_keeps_the_former_contract_and_says_why_once(watch, text, said):
    watched = watch(greet("Hello"))
    if text is None:
        watched.file.unlink()
    else:
        watched.write(text)
    watched.look(5)

    assert watched.get() == "Hello"
    (line,) = watched.lines
    assert line.startswith(f"{watched.file}: {said}")
    assert line.endswith("; the former contract is served")
    watched.edit(greet("Hi"))
    assert watched.get() == "Hi"


def test_flaws_of_the_edited_contract_are_counted(watch):
    watched = watch(greet("Hello"))
    watched.edit(greet("Hi", responses={"200": {"$ref": "#/components/responses/No"}}))

    assert watched.get() == 501
    assert watched.lines == [f"{watched.file}: was edited and is served anew, 1 operation, 1 flaw"]


@pytest.mark.parametrize(
    ("text", "said"), [("get: [", "cannot be read: is not YAML"), (None, "is not there")]
)
def test_part_that_cannot_be_read_any_more_keeps_the_former_contract(tmp_path, watch, text, said):
    part = written(
        tmp_path, {"get": {"operationId": "greet", "responses": answers(example="Hello")}}, "part.yaml"
    )
    watched = watch(contract({"/greeting": {"$ref": "part.yaml"}, "/later": {"$ref": "later.yaml"}}))
    assert watched.get() == "Hello"
    if text is None:
        part.unlink()
    else:
        part.write_text(text)
    watched.look(5)

    assert watched.get() == "Hello"
    (line,) = watched.lines
    assert line.startswith(f"{watched.file}: part.yaml {said}")
    assert line.endswith("; the former contract is served")
    written(tmp_path, {"get": {"responses": answers(example="Hi")}}, "part.yaml")
    watched.look()
    assert watched.get() == "Hi"


def test_file_is_read_when_nobody_writes_to_it_any_more(watch):
    watched = watch(greet("Hello"))
    watched.write(greet("H"))
    watched.look(1)
    watched.write(greet("Hi"))
    watched.look(1)

    assert (watched.get(), watched.lines) == ("Hello", [])
    watched.look(1)
    assert watched.get() == "Hi"


def test_file_that_nobody_edits_is_not_read_again(watch, monkeypatch):
    watched = watch(greet("Hello"))
    monkeypatch.setattr(openapi_file, "load_service", pytest.fail)

    watched.look(5)


def test_call_that_is_under_way_ends_as_it_began(watch):
    """The contract is edited while the body of a call is on its way."""
    body = {"requestBody": {"content": {"application/json": {"schema": {"type": "string"}}}}}
    watched = watch(contract({"/greeting": {"post": {"responses": answers(example="Hello"), **body}}}))
    scope = {"type": "http", "method": "POST", "raw_path": b"/greeting", "query_string": b"",
             "headers": [(b"content-type", b"application/json")]}  # fmt: skip
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    async def call() -> None:
        has_body = asyncio.Event()

        async def receive() -> Any:
            await has_body.wait()
            return {"type": "http.request", "body": b'"ada"', "more_body": False}

        answered = asyncio.create_task(watched.watch.application(scope, receive, keep))
        await asyncio.sleep(0)
        watched.edit(greet("Hi"))
        has_body.set()
        await answered

    asyncio.run(call())
    assert (sent[0]["status"], sent[1]["body"]) == (200, b'"Hello"')
    assert watched.get() == "Hi"


def test_edit_of_a_file_that_the_contract_refers_to_counts(watch, tmp_path):
    part = written(tmp_path, {"Greeting": {"enum": ["Hello"]}}, "parts.yaml")
    watched = watch(
        contract({"/greeting": {"get": {"responses": answers({"$ref": "parts.yaml#/Greeting"})}}})
    )
    assert watched.get() == "Hello"
    written(tmp_path, {"Greeting": {"enum": ["Good morning"]}}, "parts.yaml")
    os.utime(part, (1, 1))
    watched.look()

    assert watched.get() == "Good morning"


def test_other_choices_need_a_new_start(watch):
    choice = {"id": "word", "reason": "Nobody says.", "default": "a", "alternatives": {"a": "a", "b": "b"}}
    watched = watch(greet("Hello"))
    watched.edit(greet("Hi", **{"x-choice": choice}))

    assert watched.get() == "Hello"
    (line,) = watched.lines
    assert "the choices (x-choice) are others than at the start; start the stub again" in line


@pytest.mark.parametrize(
    ("watch", "rest", "is_usual", "found"),
    [
        (None, {}, True, True),
        (None, {}, False, False),
        (None, {"spec": []}, True, False),
        (None, {"store": "redis://x"}, True, False),
        (True, {}, False, True),
        (False, {}, True, False),
        (True, {"spec": []}, True, "--watch watches the files of --spec"),
        (True, {"store": "redis://x", "workers": 2}, True, "--watch does not go with --store"),
    ],
)
def test_contracts_are_watched_at_a_terminal_or_where_it_is_asked_for(watch, rest, is_usual, found):
    settings: Any = SimpleNamespace(
        **{"watch": watch, "spec": [Path("x")], "store": None, "workers": 1, **rest}
    )

    if isinstance(found, bool):
        assert check_watch_setting(settings, is_usual=is_usual) is found
    else:
        with pytest.raises(CannotStart, match=found):
            check_watch_setting(settings, is_usual=is_usual)
