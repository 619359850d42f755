"""Paths as vendors write them: variables beside literals, encoded text, and a query or a fragment behind."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.mockserver.contract.parameters.conftest import Client, make_contract


def in_path(*names: str, **schema: Any) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": schema or {"type": "string"}}
        for name in names
    ]


def flag(name: str, place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "schema": {"type": "string"}}


OPERATIONS = {
    "/files/{name}.json": in_path("name"),
    "/files/{name}": in_path("name"),
    "/a(b)/{c}": in_path("c"),
    "/enc%20oded/{c}": in_path("c"),
    "/pair/{a}:{b}": in_path("a", "b"),
    "/range/{a}-{b}": in_path("a", "b"),
    "/many/{a}-{b}-{c}-{d}.end": in_path("a", "b", "c", "d"),
    "/v1/{name}:cancel": in_path("name"),
    "/v1/{name}": in_path("name"),
    "/v1/{name}/{kind}": in_path("name", "kind"),
    "/number/{n}": in_path("n", type="integer"),
    "/label-in-text/x{ids}.json": [
        {"name": "ids", "in": "path", "required": True, "schema": {"type": "array", "items": {"type": "string"}}}
    ],
    "/things": [],
    "/things?type=x": [],
    "/things?type=x&more": [],
    "/any-name?{query}": [],
    "/sorted?by={by}": [{"name": "by", "in": "path", "required": True, "schema": {"type": "integer"}}],
    "/bucket/{key}": in_path("key"),
    "/bucket/{key}?acl": in_path("key"),
    "/bucket/{key}#uploadId": [*in_path("key"), flag("uploadId")],
    "/#Action=List": [flag("Action")],
    "/#Action=Drop": [flag("Action")],
    "/rpc#X-Target=List": [flag("X-Target", "header")],
    "/rpc#X-Target=Drop": [flag("X-Target", "header")],
    "/page#top": [],
}  # fmt: skip

FOUND: dict[str, tuple[str, dict[str, Any]] | None] = {
    "/files/a.json": ("/files/{name}.json", {"name": "a"}),
    "/files/a%2Ejson": ("/files/{name}.json", {"name": "a"}),
    "/files/a.b.json": ("/files/{name}.json", {"name": "a.b"}),
    "/files/a.xml": ("/files/{name}", {"name": "a.xml"}),
    "/files/a%2Fb": ("/files/{name}", {"name": "a/b"}),
    "/files/a/b": None,
    "/files/a%20b%C3%BC": ("/files/{name}", {"name": "a bü"}),
    "/files/a+b": ("/files/{name}", {"name": "a+b"}),
    "/files/a/": ("/files/{name}", {"name": "a"}),
    "/a(b)/1": ("/a(b)/{c}", {"c": "1"}),
    "/a%28b%29/1": ("/a(b)/{c}", {"c": "1"}),
    "/enc%20oded/1": ("/enc%20oded/{c}", {"c": "1"}),
    "/pair/a:b": ("/pair/{a}:{b}", {"a": "a", "b": "b"}),
    "/pair/a%3Ab": ("/pair/{a}:{b}", {"a": "a", "b": "b"}),
    "/pair/a%3Ab:c": ("/pair/{a}:{b}", {"a": "a:b", "b": "c"}),
    "/pair/a": None,
    "/range/1-2": ("/range/{a}-{b}", {"a": "1", "b": "2"}),
    "/range/1-2-3": ("/range/{a}-{b}", {"a": "1-2", "b": "3"}),
    "/many/1-2-3-4.end": ("/many/{a}-{b}-{c}-{d}.end", {"a": "1", "b": "2", "c": "3", "d": "4"}),
    "/v1/job:cancel": ("/v1/{name}:cancel", {"name": "job"}),
    "/v1/job%3Acancel": ("/v1/{name}:cancel", {"name": "job"}),
    "/v1/job": ("/v1/{name}", {"name": "job"}),
    "/v1//x": ("/v1/{name}/{kind}", {"name": "", "kind": "x"}),
    "/label-in-text/xa,b.json": ("/label-in-text/x{ids}.json", {"ids": ["a", "b"]}),
    "/label-in-text/xa%2Cb,c.json": ("/label-in-text/x{ids}.json", {"ids": ["a,b", "c"]}),
    "/things": ("/things", {}),
    "/things?type=y": ("/things", {}),
    "/things?type=x": ("/things?type=x", {}),
    "/things?more=1&type=x": ("/things?type=x&more", {}),
    "/sorted?by=1": ("/sorted?by={by}", {"by": 1}),
    "/bucket/k": ("/bucket/{key}", {"key": "k"}),
    "/bucket/k?acl": ("/bucket/{key}?acl", {"key": "k"}),
    "/bucket/k?uploadId=7": ("/bucket/{key}#uploadId", {"key": "k", "uploadId": "7"}),
    "/?Action=List": ("/#Action=List", {"Action": "List"}),
    "/?Action=Drop": ("/#Action=Drop", {"Action": "Drop"}),
    "/any-name": ("/any-name?{query}", {}),
    "/page": ("/page#top", {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def client(serve) -> Client:
    return serve(make_contract(OPERATIONS))


@pytest.mark.parametrize("target", FOUND)
def test_path_is_matched_as_it_was_meant(client, target):
    expected = FOUND[target]
    status, body = client.get(target)

    if expected is None:
        assert status == 404
    else:
        assert (status, body) == (200, {"operation": expected[0], **expected[1]})


def test_header_named_in_a_fragment_tells_operations_apart(client):
    for word in ("List", "Drop"):
        assert client.get("/rpc", X_Target=word).body == {
            "operation": f"/rpc#X-Target={word}",
            "X-Target": word,
        }
    assert client.get("/rpc", X_Target="Other").status == 404


def test_value_that_is_empty_is_none_of_a_number(client):
    assert client.complain("/number//") == {"n": "must be a whole number, not ''"}


def test_variable_in_a_query_is_needed(client):
    assert client.complain("/sorted?by=x") == {"by": "must be a whole number, not 'x'"}
    assert client.complain("/sorted") == {"by": "is required"}


def test_path_that_nearly_matches_is_turned_down_soon(client):
    """Many variables in one segment, and every way to tell them apart fails at its end."""
    began = time.process_time()

    assert client.get(f"/many/{'-' * 8000}").status == 404
    assert time.process_time() - began < 0.5
