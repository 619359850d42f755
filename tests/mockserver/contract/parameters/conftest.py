"""Contracts served so that each answer shows what a handler gets."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from mockserver.http.reply import Reply
from mockserver.services import openapi_file
from mockserver.stub import Stub
from tests.mockserver.services.contracts import contract, written
from tests.testbed.stubs import serve_stub

Operations = Mapping[str, list[dict[str, Any]]]


class Answer(NamedTuple):
    """A status, and what the handler got or what is wrong."""

    status: int
    body: Any


class EchoHandler:
    """Answers with its own name and arguments."""

    answers_by_contract = False

    def __init__(self, name: str) -> None:
        self._name = name

    async def handle(self, session, arguments):  # noqa: ARG002 - all are alike
        given = {name: value for name, value in arguments.items() if name != "caller"}
        return Reply(200, {"operation": self._name, **given})

    async def look_up(self, session, body):
        """Do nothing."""

    def argument_mismatch(self, given):  # noqa: ARG002
        return None


class Client:
    """Sends targets as they are, over one connection."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)

    def close(self) -> None:
        self._connection.close()

    def get(self, target: str, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, target, headers=named)
        response = self._connection.getresponse()
        content = response.read()
        return Answer(response.status, json.loads(content) if content else None)

    def read(self, target: str, **headers: str) -> dict[str, Any]:
        """Give the arguments of the handler."""
        status, body = self.get(target, **headers)
        assert status == 200, (target, headers, body)
        return {name: value for name, value in body.items() if name != "operation"}

    def complain(self, target: str, **headers: str) -> dict[str, str]:
        """Give what is wrong, by its place."""
        status, body = self.get(target, **headers)
        assert status == 400, (target, headers, body)
        return body["detail"]


Serve = Callable[[dict[str, Any]], Client]


def make_contract(operations: Operations, dialect: str = "3.0.3", **rest: Any) -> dict[str, Any]:
    """Make a contract of operations, each a path and its parameters."""
    paths = {
        path: {
            "get": {
                "operationId": path,
                "parameters": parameters,
                "responses": {"200": {"description": ""}},
            }
        }
        for path, parameters in operations.items()
    }
    return contract(paths, **{**rest, "openapi": dialect})


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serve a contract and give a client of it."""
    with ExitStack() as stack:

        def start(spec: dict[str, Any]) -> Client:
            service = openapi_file.load_service(written(tmp_path_factory.mktemp("contract"), spec))
            handlers = {name: EchoHandler(name) for name in service.handlers}
            echoing = replace(service, make_handlers=lambda _: handlers)
            client = Client(stack.enter_context(serve_stub(Stub([echoing]))))
            stack.callback(client.close)
            return client

        yield start
